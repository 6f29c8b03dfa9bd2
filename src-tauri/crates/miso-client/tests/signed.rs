//! ID tokens with a signature that holds.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use openidconnect::core::{CoreEdDsaPrivateSigningKey, CoreJwsSigningAlgorithm};
use openidconnect::{JsonWebKeyId, PrivateSigningKey};
use serde_json::{Value, json};

/// What the provider publishes.
pub fn keys() -> Value {
    json!({"keys": [key().as_verification_key()]})
}

/// Aino's ID token for this app.
pub fn id_token(issuer: &str, nonce: Option<&str>, at: DateTime<Utc>) -> String {
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let mut claims = json!({"iss": issuer, "sub": "u-1", "aud": "miso-desktop",
        "preferred_username": "aino", "iat": at.timestamp(), "exp": at.timestamp() + 60});
    if let Some(nonce) = nonce {
        claims["nonce"] = json!(nonce);
    }
    let signed = format!(
        "{}.{}",
        part(json!({"alg": "EdDSA", "kid": "test"})),
        part(claims)
    );
    let signature = key()
        .sign(&CoreJwsSigningAlgorithm::EdDsa, signed.as_bytes())
        .unwrap();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn key() -> CoreEdDsaPrivateSigningKey {
    // PKCS #8 (RFC 8410) around a seed that is no secret.
    let mut der = vec![
        0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20,
    ];
    der.extend([7; 32]);
    let label = "PRIVATE KEY";
    let pem = format!(
        "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
        STANDARD.encode(der)
    );
    CoreEdDsaPrivateSigningKey::from_ed25519_pem(&pem, Some(JsonWebKeyId::new("test".to_owned())))
        .unwrap()
}
