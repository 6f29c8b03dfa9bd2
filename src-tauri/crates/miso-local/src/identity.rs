//! What an instance keeps for life: its id, its keys and its port.

use std::fs;
use std::io;
use std::path::Path;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use serde::{Deserialize, Serialize};

use crate::folder::Folder;
use crate::oidc::keys::public_point;
use crate::random::{self, NoRandomness};
use crate::{Notice, StartError, private_file};

/// What an instance keeps for life.
pub(crate) struct Identity {
    pub(crate) instance_id: String,
    /// Opens the sign-in page's list of people.
    pub(crate) launch_key: SecretString,
    /// The port of last time.
    pub(crate) port: Option<u16>,
    /// The ES256 key pair, PKCS #8.
    pub(crate) signing_key: SecretSlice<u8>,
    /// Since when it signs; unknown where an earlier version made it.
    signing_since: Option<DateTime<Utc>>,
    /// The public halves of those that signed before.
    pub(crate) retired_keys: Vec<RetiredKey>,
    /// The AES-256 key that seals the secrets of applications.
    pub(crate) sealing_key: SecretSlice<u8>,
}

/// The public half of a key that signed before.
#[derive(Clone, Debug)]
pub(crate) struct RetiredKey {
    /// An uncompressed point (SEC 1 §2.3.3).
    pub(crate) point: Vec<u8>,
    /// Until when what it signed counts.
    pub(crate) until: DateTime<Utc>,
}

/// How long a key signs.
const SIGNING_TIME: TimeDelta = TimeDelta::days(90);
/// How long what a retired key signed counts: as long as a session without a refresh, whose ID
/// token says whose session ends.
const RETIREMENT: TimeDelta = TimeDelta::days(30);

/// The version of the file that this program writes.
const VERSION: u32 = 1;

impl Identity {
    /// Reads the folder's identity; `None` where there is none yet. A file that cannot be
    /// understood is set aside.
    pub(crate) fn read(folder: &Folder) -> Result<(Option<Self>, Vec<Notice>), StartError> {
        let path = folder.identity();
        let unwritable = |source| StartError::FolderUnwritable {
            path: path.clone(),
            source,
        };
        let mut notices = Vec::new();
        match fs::read(&path) {
            Ok(content) => match Self::parse(&content) {
                Ok(identity) => return Ok((Some(identity), notices)),
                Err(Unusable::Newer(found)) => {
                    return Err(StartError::FolderNewer {
                        path: folder.root().to_owned(),
                        found,
                        known: VERSION,
                    });
                }
                Err(Unusable::Unreadable) => {
                    let kept = private_file::set_aside(&path).map_err(unwritable)?;
                    notices.push(Notice::new(
                        "identity_set_aside",
                        [("path", shown(&path)), ("kept", shown(&kept))],
                    ));
                }
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(unwritable(error)),
        }
        Ok((None, notices))
    }

    /// Makes an identity, with the id that the instance had before where that is still known: by
    /// it the app finds its connection again.
    pub(crate) fn make(instance_id: Option<String>) -> Result<Self, StartError> {
        let mut identity = Self::generate().map_err(|NoRandomness| StartError::NoRandomness)?;
        if let Some(known) = instance_id {
            identity.instance_id = known;
        }
        Ok(identity)
    }

    /// Signs with a new key from now on where that is asked for or the one there is has signed for
    /// 90 days, and says whether anything changed. The old one's private half is gone with it.
    pub(crate) fn renew_signing_key(
        &mut self,
        asked: bool,
        now: DateTime<Utc>,
    ) -> Result<bool, NoRandomness> {
        let known = self.retired_keys.len();
        self.retired_keys.retain(|key| now < key.until);
        let mut changed = self.retired_keys.len() != known;
        let since = self.signing_since.unwrap_or_else(|| {
            changed = true;
            now
        });
        self.signing_since = Some(since);
        if !asked && now - since < SIGNING_TIME {
            return Ok(changed);
        }
        let next = signing_key()?;
        let retired = public_point(self.signing_key.expose_secret()).map_err(|_| NoRandomness)?;
        self.retired_keys.push(RetiredKey {
            point: retired,
            until: now + RETIREMENT,
        });
        self.signing_key = next;
        self.signing_since = Some(now);
        Ok(true)
    }

    /// Writes the identity as it is now.
    pub(crate) fn save(&self, folder: &Folder) -> Result<(), StartError> {
        let path = folder.identity();
        let stored = Stored {
            version: VERSION,
            instance_id: self.instance_id.clone(),
            launch_key: self.launch_key.expose_secret().to_owned(),
            port: self.port,
            signing_key: STANDARD.encode(self.signing_key.expose_secret()),
            signing_since: self.signing_since,
            retired_keys: self.retired_keys.iter().map(StoredKey::from).collect(),
            sealing_key: STANDARD.encode(self.sealing_key.expose_secret()),
        };
        serde_json::to_vec_pretty(&stored)
            .map_err(io::Error::other)
            .and_then(|content| private_file::replace(&path, &content))
            .map_err(|source| StartError::FolderUnwritable { path, source })
    }

    fn generate() -> Result<Self, NoRandomness> {
        Ok(Self {
            instance_id: uuid::Uuid::new_v4().to_string(),
            launch_key: random::token()?.into(),
            port: None,
            signing_key: signing_key()?,
            signing_since: None,
            retired_keys: Vec::new(),
            sealing_key: random::bytes::<32>()?.to_vec().into(),
        })
    }

    fn parse(content: &[u8]) -> Result<Self, Unusable> {
        #[derive(Deserialize)]
        struct Versioned {
            version: u32,
        }
        let Versioned { version } = serde_json::from_slice(content)?;
        if version > VERSION {
            return Err(Unusable::Newer(version));
        }
        let stored: Stored = serde_json::from_slice(content)?;
        let signing_key = STANDARD.decode(&stored.signing_key)?;
        let sealing_key = STANDARD.decode(&stored.sealing_key)?;
        let retired_keys = stored.retired_keys.into_iter().map(|key| {
            Ok(RetiredKey {
                point: STANDARD.decode(&key.point)?,
                until: key.until,
            })
        });
        let retired_keys = retired_keys.collect::<Result<Vec<_>, Unusable>>()?;
        if sealing_key.len() != 32
            || stored.launch_key.is_empty()
            || EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &signing_key).is_err()
        {
            return Err(Unusable::Unreadable);
        }
        Ok(Self {
            instance_id: stored.instance_id,
            launch_key: stored.launch_key.into(),
            port: stored.port,
            signing_key: signing_key.into(),
            signing_since: stored.signing_since,
            retired_keys,
            sealing_key: sealing_key.into(),
        })
    }
}

/// The file's content. Holds secrets: no `Debug`.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stored {
    version: u32,
    instance_id: String,
    launch_key: String,
    port: Option<u16>,
    signing_key: String,
    #[serde(default)]
    signing_since: Option<DateTime<Utc>>,
    #[serde(default)]
    retired_keys: Vec<StoredKey>,
    sealing_key: String,
}

#[derive(Serialize, Deserialize)]
struct StoredKey {
    point: String,
    until: DateTime<Utc>,
}

impl From<&RetiredKey> for StoredKey {
    fn from(key: &RetiredKey) -> Self {
        Self {
            point: STANDARD.encode(&key.point),
            until: key.until,
        }
    }
}

enum Unusable {
    Newer(u32),
    Unreadable,
}

impl From<serde_json::Error> for Unusable {
    fn from(_: serde_json::Error) -> Self {
        Self::Unreadable
    }
}

impl From<base64::DecodeError> for Unusable {
    fn from(_: base64::DecodeError) -> Self {
        Self::Unreadable
    }
}

fn signing_key() -> Result<SecretSlice<u8>, NoRandomness> {
    let pair =
        EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(|_| NoRandomness)?;
    let pkcs8 = pair.to_pkcs8v1().map_err(|_| NoRandomness)?;
    Ok(pkcs8.as_ref().to_vec().into())
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_made_once_is_read_again() {
        let root = tempfile::tempdir().unwrap();
        let folder = Folder::open(root.path()).unwrap();
        assert!(Identity::read(&folder).unwrap().0.is_none());
        let mut first = Identity::make(None).unwrap();
        first.port = Some(4711);
        first.save(&folder).unwrap();
        let (second, notices) = Identity::read(&folder).unwrap();
        let second = second.unwrap();
        assert_eq!(second.instance_id, first.instance_id);
        assert_eq!(
            second.launch_key.expose_secret(),
            first.launch_key.expose_secret()
        );
        assert_eq!(
            second.signing_key.expose_secret(),
            first.signing_key.expose_secret()
        );
        assert_eq!(second.port, Some(4711));
        assert!(notices.is_empty());
    }

    #[test]
    fn a_key_signs_for_90_days_and_is_remembered_for_30_more() {
        let root = tempfile::tempdir().unwrap();
        let folder = Folder::open(root.path()).unwrap();
        let begin = Utc::now();
        let mut identity = Identity::make(None).unwrap();
        let first = identity.signing_key.expose_secret().to_vec();
        assert!(identity.renew_signing_key(false, begin).unwrap());
        let almost = begin + SIGNING_TIME - TimeDelta::seconds(1);
        assert!(!identity.renew_signing_key(false, almost).unwrap());
        assert_eq!(identity.signing_key.expose_secret(), first);
        let then = begin + SIGNING_TIME;
        assert!(identity.renew_signing_key(false, then).unwrap());
        assert_ne!(identity.signing_key.expose_secret(), first);
        identity.save(&folder).unwrap();
        let mut again = Identity::read(&folder).unwrap().0.unwrap();
        assert_eq!(again.retired_keys[0].point, public_point(&first).unwrap());
        let kept = fs::read_to_string(folder.identity()).unwrap();
        assert!(!kept.contains(&STANDARD.encode(&first)), "its private half");
        let later = then + RETIREMENT;
        assert!(again.renew_signing_key(false, later).unwrap());
        assert!(again.retired_keys.is_empty());
        assert!(again.renew_signing_key(true, later).unwrap(), "when asked");
        assert_eq!(again.retired_keys.len(), 1);
    }

    #[test]
    fn a_torn_file_is_kept_aside_and_said() {
        let root = tempfile::tempdir().unwrap();
        let folder = Folder::open(root.path()).unwrap();
        fs::write(folder.identity(), b"{\"version\":1,\"inst").unwrap();
        let (found, notices) = Identity::read(&folder).unwrap();
        assert!(found.is_none());
        assert_eq!(notices[0].code, "identity_set_aside");
        assert_eq!(
            fs::read(&notices[0].params["kept"]).unwrap(),
            b"{\"version\":1,\"inst"
        );
    }

    #[test]
    fn a_newer_file_is_refused_untouched() {
        let root = tempfile::tempdir().unwrap();
        let folder = Folder::open(root.path()).unwrap();
        fs::write(folder.identity(), b"{\"version\":99}").unwrap();
        assert_eq!(
            Identity::read(&folder).err().unwrap().code(),
            "data_folder_newer"
        );
        assert_eq!(fs::read(folder.identity()).unwrap(), b"{\"version\":99}");
    }
}
