//! The tokens of a session.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::client::has_scope;
use super::keys::Expected;
use crate::http::envelope::ApiError;
use crate::people::Person;
use crate::random;
use crate::site::Site;
use crate::store::sessions::Session;

/// How long an access token lasts, in seconds.
pub(crate) const ACCESS_SECONDS: i64 = 600;
/// How long a session lasts after its last refresh.
pub(super) const SESSION_TIME: TimeDelta = TimeDelta::days(30);

const ACCESS_TYPE: &str = "at+jwt";
const ID_TYPE: &str = "JWT";

/// The claims of an access token (RFC 9068 §2.2). `sid` names its session, so that it ends with it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct AccessClaims {
    iss: String,
    pub(crate) sub: String,
    aud: String,
    pub(crate) client_id: String,
    pub(crate) sid: String,
    pub(super) scope: String,
    iat: i64,
    /// Unix seconds.
    pub(crate) exp: i64,
    jti: String,
}

/// The claims of an ID token that its own hint needs.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct HintClaims {
    pub(super) sid: String,
}

/// An access token for a session.
pub(super) fn access_token(
    site: &Site,
    session: &Session,
    now: DateTime<Utc>,
) -> Result<String, ApiError> {
    let issued = now.timestamp();
    let claims = AccessClaims {
        iss: site.issuer.clone(),
        sub: session.subject.clone(),
        aud: audience(site),
        client_id: session.client_id.clone(),
        sid: session.id.clone(),
        scope: session.scope.clone(),
        iat: issued,
        exp: issued + ACCESS_SECONDS,
        jti: random::token()?,
    };
    site.keys.sign(ACCESS_TYPE, &claims)
}

/// The claims of an access token of this instance; `unexpired` asks for one that still counts.
pub(crate) fn read_access_token(site: &Site, token: &str, unexpired: bool) -> Option<AccessClaims> {
    let audience = audience(site);
    let expected = Expected {
        typ: ACCESS_TYPE,
        issuer: &site.issuer,
        audience: &audience,
        unexpired,
    };
    site.keys.verify(token, &expected)
}

/// An ID token (OpenID Connect Core §2 and §3.1.3.6) for a person.
pub(super) fn id_token(
    site: &Site,
    session: &Session,
    person: Person,
    nonce: Option<&str>,
    access_token: &str,
    now: DateTime<Utc>,
) -> Result<String, ApiError> {
    let mut claims = person_claims(person, &session.scope);
    claims.insert("iss".into(), json!(site.issuer));
    claims.insert("aud".into(), json!(session.client_id));
    claims.insert("iat".into(), json!(now.timestamp()));
    claims.insert("exp".into(), json!(now.timestamp() + ACCESS_SECONDS));
    claims.insert("auth_time".into(), json!(session.signed_in_at.timestamp()));
    claims.insert("sid".into(), json!(session.id));
    if let Some(nonce) = nonce {
        claims.insert("nonce".into(), json!(nonce));
    }
    // The left half of the hash that the signature's algorithm uses.
    let hash = digest(&SHA256, access_token.as_bytes());
    claims.insert(
        "at_hash".into(),
        json!(URL_SAFE_NO_PAD.encode(&hash.as_ref()[..16])),
    );
    site.keys.sign(ID_TYPE, &claims)
}

/// The claims of an ID token that this instance gave to the client, expired or not.
pub(super) fn read_id_token(site: &Site, token: &str, client_id: &str) -> Option<HintClaims> {
    let expected = Expected {
        typ: ID_TYPE,
        issuer: &site.issuer,
        audience: client_id,
        unexpired: false,
    };
    site.keys.verify(token, &expected)
}

/// What the scopes tell about a person (OpenID Connect Core §5.4).
pub(super) fn person_claims(person: Person, scope: &str) -> Map<String, Value> {
    let mut claims = Map::new();
    claims.insert("sub".into(), json!(person.id));
    if has_scope(scope, "profile") {
        claims.insert("name".into(), json!(person.display_name));
        claims.insert("preferred_username".into(), json!(person.username));
    }
    if has_scope(scope, "email") {
        claims.insert("email".into(), json!(person.email));
        claims.insert("email_verified".into(), json!(false));
    }
    claims
}

/// Makes the successors of refresh tokens: whoever hands in the same token is given the same one,
/// though only its hash is kept.
pub(crate) struct Successors(hmac::Key);

impl Successors {
    /// Derived from a secret of the instance, which serves other ends too.
    pub(crate) fn new(secret: &[u8]) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
        let own = hmac::sign(&key, b"successors of refresh tokens");
        Self(hmac::Key::new(hmac::HMAC_SHA256, own.as_ref()))
    }

    /// The successor of a refresh token.
    pub(super) fn of(&self, token: &str) -> String {
        URL_SAFE_NO_PAD.encode(hmac::sign(&self.0, token.as_bytes()))
    }
}

/// What is stored of a refresh token.
pub(crate) fn hash(token: &str) -> Vec<u8> {
    digest(&SHA256, token.as_bytes()).as_ref().to_vec()
}

fn audience(site: &Site) -> String {
    format!("{}/api", site.issuer)
}
