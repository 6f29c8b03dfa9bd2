//! The ID token, verified in full (OpenID Connect Core 1.0 §3.1.3.7). The library checks
//! signature, issuer, audience, expiry and nonce; what it leaves open is closed here.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use openidconnect::core::{CoreIdToken, CoreIdTokenVerifier, CoreJwsSigningAlgorithm};
use openidconnect::{AccessToken, AccessTokenHash, ClientId, Nonce};
use serde::Deserialize;
use subtle::ConstantTimeEq;

use crate::{Account, Clock};

/// Clocks may differ this much.
const LEEWAY: TimeDelta = TimeDelta::minutes(5);

/// `none` and HMAC are never accepted; ES512 cannot be verified by the library.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// What the token must agree with.
pub(super) struct Expected<'a> {
    /// The nonce sent; at a refresh there is none.
    pub nonce: Option<&'a Nonce>,
    /// The subject signed in before; at a first sign-in there is none.
    pub subject: Option<&'a str>,
}

/// Verifies an ID token and says who it names; else why not, as a word or the library's text.
pub(super) fn verify(
    token: &CoreIdToken,
    verifier: CoreIdTokenVerifier<'_>,
    client_id: &ClientId,
    access_token: &AccessToken,
    expected: &Expected<'_>,
    clock: &dyn Clock,
) -> Result<Account, String> {
    let now = clock.now();
    let verifier = verifier
        .set_allowed_algs(ALGORITHMS)
        .set_time_fn(move || now - LEEWAY)
        .set_issue_time_verifier_fn(move |issued| issued_in_time(issued, now));
    let nonce_check = |found: Option<&Nonce>| match (expected.nonce, found) {
        (Some(sent), Some(found)) if same(sent.secret(), found.secret()) => Ok(()),
        (Some(_), _) => Err("nonce".to_owned()),
        (None, _) => Ok(()),
    };
    let claims = token
        .claims(&verifier, nonce_check)
        .map_err(|error| error.to_string())?;
    if claims.subject().as_str().is_empty() {
        return Err("sub".to_owned());
    }
    if expected
        .subject
        .is_some_and(|before| before != claims.subject().as_str())
    {
        return Err("sub changed".to_owned());
    }
    let party = claims.authorized_party();
    if party.is_some_and(|party| party != client_id)
        || (party.is_none() && claims.audiences().len() > 1)
    {
        return Err("azp".to_owned());
    }
    if not_before(token)?.is_some_and(|moment| moment > now + LEEWAY) {
        return Err("nbf".to_owned());
    }
    if let Some(hash) = claims.access_token_hash() {
        let algorithm = token.signing_alg().map_err(|error| error.to_string())?;
        let key = token
            .signing_key(&verifier)
            .map_err(|error| error.to_string())?;
        let actual = AccessTokenHash::from_token(access_token, algorithm, key)
            .map_err(|error| error.to_string())?;
        if actual != *hash {
            return Err("at_hash".to_owned());
        }
    }
    Ok(Account {
        subject: claims.subject().to_string(),
        username: claims
            .preferred_username()
            .map_or_else(|| claims.subject().to_string(), |name| name.to_string()),
        display_name: claims
            .name()
            .and_then(|name| name.get(None))
            .map(|name| name.to_string()),
        email: claims.email().map(|email| email.to_string()),
    })
}

fn issued_in_time(issued: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), String> {
    if issued > now + LEEWAY {
        return Err("iat is in the future".to_owned());
    }
    Ok(())
}

/// `nbf`, which the library does not know. The signature has been checked by now.
fn not_before(token: &CoreIdToken) -> Result<Option<DateTime<Utc>>, String> {
    #[derive(Deserialize)]
    struct Payload {
        #[serde(default)]
        nbf: Option<f64>,
    }
    let text = token.to_string();
    let payload = text.split('.').nth(1).ok_or("parts")?;
    let json = URL_SAFE_NO_PAD
        .decode(payload)
        .map_err(|error| error.to_string())?;
    let payload: Payload = serde_json::from_slice(&json).map_err(|error| error.to_string())?;
    payload
        .nbf
        .map(|seconds| DateTime::from_timestamp(seconds as i64, 0).ok_or_else(|| "nbf".to_owned()))
        .transpose()
}

fn same(one: &str, other: &str) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}
