//! What an instance keeps for life: its id, its keys and its port.

use std::fs;
use std::io;
use std::path::Path;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use serde::{Deserialize, Serialize};

use crate::folder::Folder;
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
    /// The AES-256 key that seals the secrets of applications.
    pub(crate) sealing_key: SecretSlice<u8>,
}

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

    /// Writes the identity as it is now.
    pub(crate) fn save(&self, folder: &Folder) -> Result<(), StartError> {
        let path = folder.identity();
        let stored = Stored {
            version: VERSION,
            instance_id: self.instance_id.clone(),
            launch_key: self.launch_key.expose_secret().to_owned(),
            port: self.port,
            signing_key: STANDARD.encode(self.signing_key.expose_secret()),
            sealing_key: STANDARD.encode(self.sealing_key.expose_secret()),
        };
        serde_json::to_vec_pretty(&stored)
            .map_err(io::Error::other)
            .and_then(|content| private_file::replace(&path, &content))
            .map_err(|source| StartError::FolderUnwritable { path, source })
    }

    fn generate() -> Result<Self, NoRandomness> {
        let pair =
            EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(|_| NoRandomness)?;
        let pkcs8 = pair.to_pkcs8v1().map_err(|_| NoRandomness)?;
        Ok(Self {
            instance_id: uuid::Uuid::new_v4().to_string(),
            launch_key: random::token()?.into(),
            port: None,
            signing_key: pkcs8.as_ref().to_vec().into(),
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
    sealing_key: String,
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
