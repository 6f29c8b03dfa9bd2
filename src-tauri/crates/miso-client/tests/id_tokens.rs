//! ID tokens, good and bad: each fault by its name, and the promise over all of them.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use miso_client::signin::{Expected, verify};
use miso_client::{Account, Code, Failure};
use openidconnect::core::CoreJsonWebKeySet;
use serde_json::{Value, json};

use crate::bad_id_tokens::{faults, header};
use crate::signer::{Signer, jwks, signers};

pub const ISSUER: &str = "https://issuer.example/realm";
pub const CLIENT: &str = "miso-desktop";
pub const NONCE: &str = "n-0S6_WzA2Mj";
pub const ACCESS: &str = "access-token-1";

pub fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

pub fn claims() -> Value {
    let now = now().timestamp();
    json!({"iss": ISSUER, "sub": "u-1", "aud": CLIENT, "exp": now + 600, "iat": now,
        "nonce": NONCE, "preferred_username": "aino", "name": "Aino", "email": "aino@example.org"})
}

pub fn with(name: &str, value: impl Into<Value>) -> Value {
    let mut claims = claims();
    claims[name] = value.into();
    claims
}

pub fn without(name: &str) -> Value {
    let mut claims = claims();
    claims.as_object_mut().unwrap().shift_remove(name);
    claims
}

fn expected() -> Expected<'static> {
    Expected {
        issuer: ISSUER,
        client_id: CLIENT,
        nonce: Some(NONCE),
        subject: None,
        access_token: ACCESS,
        now: now(),
    }
}

fn check(token: &str, keys: &Value) -> Result<Account, Failure> {
    let keys: CoreJsonWebKeySet = serde_json::from_value(keys.clone()).unwrap();
    verify(token, &keys, &expected())
}

/// What a provider may well send, by its name, with the keys it publishes then.
fn variants(signer: &'static Signer) -> Vec<(&'static str, String, Value)> {
    let now = now().timestamp();
    let keys = jwks(signers());
    let alone = jwks([signer]);
    let bare = |members: &[&str]| {
        let mut jwk = signer.jwk();
        for member in members {
            jwk.as_object_mut().unwrap().shift_remove(*member);
        }
        json!({"keys": [jwk]})
    };
    let of = |claims: Value| signer.token(&claims);
    let head_with = |more: Value| signer.sign(&header(signer, &more), &claims().to_string());
    let with_others = |others: Vec<Value>| {
        let mut keys: Vec<Value> = others;
        keys.push(signer.jwk());
        json!({"keys": keys})
    };
    vec![
        ("an ordinary one", of(claims()), keys.clone()),
        ("with azp", of(with("azp", CLIENT)), keys.clone()),
        (
            "aud as a list",
            of(with("aud", json!([CLIENT]))),
            keys.clone(),
        ),
        (
            "at_hash",
            of(with("at_hash", signer.hash(ACCESS))),
            keys.clone(),
        ),
        (
            "expired 4 minutes ago",
            of(with("exp", now - 240)),
            keys.clone(),
        ),
        (
            "issued in 4 minutes",
            of(with("iat", now + 240)),
            keys.clone(),
        ),
        (
            "counts in 4 minutes",
            of(with("nbf", now + 240)),
            keys.clone(),
        ),
        (
            "times with fractions",
            of(with("exp", now as f64 + 600.5)),
            keys.clone(),
        ),
        ("a rotated key beside the old one", of(claims()), {
            with_others(vec![Signer::new(signer.alg, "old").jwk()])
        }),
        ("a broken JWK beside a good one", of(claims()), {
            with_others(vec![
                json!({"kty": "quantum", "kid": 7}),
                json!("no key"),
                json!(null),
            ])
        }),
        ("a key for encryption beside it", of(claims()), {
            let mut other = Signer::new(signer.alg, &signer.kid).jwk();
            other["use"] = "enc".into();
            with_others(vec![other])
        }),
        (
            "no kid, one key",
            {
                let head = json!({"alg": signer.alg}).to_string();
                signer.sign(&head, &claims().to_string())
            },
            alone.clone(),
        ),
        (
            "a JWK without alg and use",
            of(claims()),
            bare(&["alg", "use"]),
        ),
        (
            "no typ",
            {
                let head = json!({"alg": signer.alg, "kid": signer.kid}).to_string();
                signer.sign(&head, &claims().to_string())
            },
            keys.clone(),
        ),
        (
            "members nobody knows",
            head_with(json!({"x5t": "AAAA", "x": {"y": 1}})),
            keys.clone(),
        ),
        (
            "claims nobody knows",
            { of(with("groups", json!([{"a": null}, {"a": null}]))) },
            keys.clone(),
        ),
        (
            "sub of 255 characters",
            of(with("sub", "s".repeat(255))),
            keys,
        ),
    ]
}

#[test]
fn promise_id_tokens_are_verified_in_full() {
    let keys = jwks(signers());
    let (mut refused, mut kinds, mut accepted) = (0, BTreeSet::new(), Vec::new());
    for signer in signers() {
        for (name, token) in faults(signer) {
            match check(&token, &keys) {
                Ok(_) => accepted.push(format!("{}: {name}", signer.alg)),
                Err(failure) => {
                    let known = [Code::IdTokenInvalid, Code::SigningAlgorithmUnsupported];
                    assert!(known.contains(&failure.code), "{name}: {failure:?}");
                }
            }
            kinds.insert(name);
            refused += 1;
        }
    }
    let mut valid = 0;
    for signer in signers() {
        for (name, token, keys) in variants(signer) {
            let account = check(&token, &keys);
            let account =
                account.unwrap_or_else(|failure| panic!("{} {name}: {failure:?}", signer.alg));
            assert_eq!(account.username, "aino");
            valid += 1;
        }
    }
    println!(
        "figure: {refused} malformed tokens of {} kinds, {} accepted; {valid} valid ones of {} algorithms, none refused",
        kinds.len(),
        accepted.len(),
        signers().len()
    );
    assert!(accepted.is_empty(), "{accepted:#?}");
    assert!(refused >= 1000 && kinds.len() >= 30 && valid >= 100);
}

#[test]
fn es512_is_refused_in_words_of_its_own() {
    let signer = Signer::new("ES512", "k");
    let failure = check(&signer.token(&claims()), &jwks([&signer])).unwrap_err();
    assert_eq!(failure.code, Code::SigningAlgorithmUnsupported);
    assert_eq!(failure.params["algorithm"], "ES512");
}

#[test]
fn sub_that_changed_at_a_refresh_is_refused() {
    let signer = &signers()[6];
    let keys: CoreJsonWebKeySet = serde_json::from_value(jwks([signer])).unwrap();
    let token = signer.token(&without("nonce"));
    let at_refresh = |subject| Expected {
        nonce: None,
        subject: Some(subject),
        ..expected()
    };
    assert!(verify(&token, &keys, &at_refresh("u-1")).is_ok());
    let failure = verify(&token, &keys, &at_refresh("u-2")).unwrap_err();
    assert_eq!(failure.params["reason"], "sub changed");
}
