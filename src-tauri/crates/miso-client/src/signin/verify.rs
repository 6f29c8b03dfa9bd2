//! The ID token, verified in full (OpenID Connect Core 1.0 §3.1.3.7). The library checks
//! signature, issuer, audience, expiry and nonce; what it leaves open is closed here.

use std::fmt::Display;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use openidconnect::core::{
    CoreIdToken, CoreIdTokenClaims, CoreIdTokenVerifier, CoreJsonWebKeySet, CoreJwsSigningAlgorithm,
};
use openidconnect::{
    AccessToken, AccessTokenHash, ClaimsVerificationError, ClientId, IssuerUrl, Nonce,
};
use serde_json::{Map, Value};
use subtle::ConstantTimeEq;

use super::strict;
use crate::{Account, Code, Failure};

/// Clocks may differ this much.
const LEEWAY: TimeDelta = TimeDelta::minutes(5);
/// Characters of a subject (OpenID Connect Core 1.0 §2).
const LONGEST_SUBJECT: usize = 255;

/// What can be verified, and its name in a header. `none` and HMAC are never accepted; the library
/// knows no ES512.
const ALGORITHMS: [(&str, CoreJwsSigningAlgorithm); 9] = [
    ("RS256", CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256),
    ("RS384", CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384),
    ("RS512", CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512),
    ("PS256", CoreJwsSigningAlgorithm::RsaSsaPssSha256),
    ("PS384", CoreJwsSigningAlgorithm::RsaSsaPssSha384),
    ("PS512", CoreJwsSigningAlgorithm::RsaSsaPssSha512),
    ("ES256", CoreJwsSigningAlgorithm::EcdsaP256Sha256),
    ("ES384", CoreJwsSigningAlgorithm::EcdsaP384Sha384),
    ("EdDSA", CoreJwsSigningAlgorithm::EdDsa),
];
/// Whoever knows the public key, or nothing at all, could sign with these.
const FORGEABLE: [&str; 4] = ["none", "HS256", "HS384", "HS512"];

/// Header members that bring a key along or ask for what nobody here understands: keys come from
/// discovery alone (OpenID Connect Core 1.0 §2, RFC 7515 §4.1.11).
const REFUSED_MEMBERS: [&str; 5] = ["jku", "jwk", "x5u", "x5c", "crit"];

/// What an ID token must agree with.
#[derive(Clone, Copy)]
pub struct Expected<'a> {
    /// The provider that was asked.
    pub issuer: &'a str,
    /// The client that asked.
    pub client_id: &'a str,
    /// The nonce sent; where none was sent, it does not matter.
    pub nonce: Option<&'a str>,
    /// The subject signed in before; at a first sign-in there is none.
    pub subject: Option<&'a str>,
    /// The access token that came with it.
    pub access_token: &'a str,
    /// The time.
    pub now: DateTime<Utc>,
}

/// Verifies an ID token with a provider's keys and says who it names.
///
/// # Errors
/// [`Code::SigningAlgorithmUnsupported`] where its signature is of a kind that cannot be verified
/// here; else [`Code::IdTokenInvalid`].
pub fn verify(
    token: &str,
    keys: &CoreJsonWebKeySet,
    expected: &Expected<'_>,
) -> Result<Account, Failure> {
    let (header, payload) = parts(token).map_err(invalid)?;
    check_header(&header)?;
    check_not_before(&payload, expected.now).map_err(invalid)?;
    let issuer = IssuerUrl::new(expected.issuer.to_owned()).map_err(invalid)?;
    let client_id = ClientId::new(expected.client_id.to_owned());
    let now = expected.now;
    let verifier = CoreIdTokenVerifier::new_public_client(client_id.clone(), issuer, keys.clone())
        .set_allowed_algs(ALGORITHMS.map(|(_, algorithm)| algorithm))
        .set_time_fn(move || now - LEEWAY)
        .set_issue_time_verifier_fn(move |issued| issued_in_time(issued, now));
    let token = CoreIdToken::from_str(token).map_err(invalid)?;
    let claims = token
        .claims(&verifier, |found: Option<&Nonce>| {
            check_nonce(expected.nonce, found)
        })
        .map_err(|error| invalid(in_words(&error)))?;
    check_subject(claims, expected.subject).map_err(invalid)?;
    let party = claims.authorized_party();
    if party.is_some_and(|party| *party != client_id)
        || (party.is_none() && claims.audiences().len() > 1)
    {
        return Err(invalid("azp"));
    }
    if let Some(hash) = claims.access_token_hash() {
        let actual = hash_of(expected.access_token, &token, &verifier).map_err(invalid)?;
        if actual != *hash {
            return Err(invalid("at_hash"));
        }
    }
    Ok(account(claims))
}

fn invalid(reason: impl Display) -> Failure {
    Failure::new(Code::IdTokenInvalid).with("reason", reason)
}

type Object = Map<String, Value>;

/// Header and payload, read strictly.
fn parts(token: &str) -> Result<(Object, Object), String> {
    let parts: Vec<&str> = token.split('.').collect();
    let [header, payload, signature] = parts[..] else {
        return Err(format!("{} parts in the place of 3", parts.len()));
    };
    if signature.is_empty() {
        return Err("no signature".to_owned());
    }
    let read = |part: &str| {
        let json = URL_SAFE_NO_PAD.decode(part);
        strict::object(&json.map_err(|error| error.to_string())?)
    };
    Ok((read(header)?, read(payload)?))
}

fn check_header(header: &Object) -> Result<(), Failure> {
    if let Some(member) = REFUSED_MEMBERS
        .iter()
        .find(|member| header.contains_key(**member))
    {
        return Err(invalid(format_args!("{member} in its header")));
    }
    let Some(algorithm) = header.get("alg").and_then(Value::as_str) else {
        return Err(invalid("no alg in its header"));
    };
    if FORGEABLE.contains(&algorithm) {
        return Err(invalid(format_args!(
            "anybody could have signed with {algorithm}"
        )));
    }
    if ALGORITHMS.iter().any(|(name, _)| *name == algorithm) {
        return Ok(());
    }
    Err(Failure::new(Code::SigningAlgorithmUnsupported).with("algorithm", algorithm))
}

/// `nbf`, which the library does not know.
fn check_not_before(payload: &Object, now: DateTime<Utc>) -> Result<(), &'static str> {
    let Some(moment) = payload.get("nbf") else {
        return Ok(());
    };
    let seconds = moment.as_f64().ok_or("nbf")?;
    let moment = DateTime::from_timestamp(seconds as i64, 0).ok_or("nbf")?;
    if moment > now + LEEWAY {
        return Err("nbf");
    }
    Ok(())
}

fn issued_in_time(issued: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), String> {
    if issued > now + LEEWAY {
        return Err("iat is in the future".to_owned());
    }
    Ok(())
}

fn check_nonce(sent: Option<&str>, found: Option<&Nonce>) -> Result<(), String> {
    let Some(sent) = sent else {
        return Ok(());
    };
    let same = found.is_some_and(|found| sent.as_bytes().ct_eq(found.secret().as_bytes()).into());
    same.then_some(()).ok_or_else(|| "nonce".to_owned())
}

fn check_subject(claims: &CoreIdTokenClaims, before: Option<&str>) -> Result<(), &'static str> {
    let subject = claims.subject().as_str();
    if subject.is_empty() || subject.len() > LONGEST_SUBJECT {
        return Err("sub");
    }
    if before.is_some_and(|before| before != subject) {
        return Err("sub changed");
    }
    Ok(())
}

/// The hash that `at_hash` must be, which the library does not compare by itself.
fn hash_of(
    access_token: &str,
    token: &CoreIdToken,
    verifier: &CoreIdTokenVerifier<'_>,
) -> Result<AccessTokenHash, String> {
    let algorithm = token.signing_alg().map_err(|error| error.to_string())?;
    let key = token
        .signing_key(verifier)
        .map_err(|error| error.to_string())?;
    AccessTokenHash::from_token(&AccessToken::new(access_token.to_owned()), algorithm, key)
        .map_err(|error| error.to_string())
}

/// Why claims were refused; of a signature, what exactly.
fn in_words(error: &ClaimsVerificationError) -> String {
    match error {
        ClaimsVerificationError::SignatureVerification(cause) => cause.to_string(),
        other => other.to_string(),
    }
}

fn account(claims: &CoreIdTokenClaims) -> Account {
    Account {
        subject: claims.subject().to_string(),
        username: claims
            .preferred_username()
            .map_or_else(|| claims.subject().to_string(), |name| name.to_string()),
        display_name: claims
            .name()
            .and_then(|name| name.get(None))
            .map(|name| name.to_string()),
        email: claims.email().map(|email| email.to_string()),
    }
}
