//! The key the instance signs with: ES256, published as a JWK.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::http::envelope::ApiError;

/// The stored key pair is not one.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the signing key cannot be used")]
pub(crate) struct BadKey;

/// Signs tokens and checks its own.
pub(crate) struct SigningKey {
    kid: String,
    encoding: EncodingKey,
    decoding: DecodingKey,
    jwk: Value,
}

impl SigningKey {
    /// A key from its PKCS #8 form.
    pub(crate) fn new(pkcs8: &[u8]) -> Result<Self, BadKey> {
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8)
            .map_err(|_| BadKey)?;
        // An uncompressed point: 0x04, then x and y of 32 bytes each (SEC 1 §2.3.3).
        let point = pair.public_key().as_ref();
        let (x, y) = match point {
            [4, coordinates @ ..] if coordinates.len() == 64 => coordinates.split_at(32),
            _ => return Err(BadKey),
        };
        let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
        // The members of RFC 7638 §3.2, in their order.
        let members = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
        let kid = URL_SAFE_NO_PAD.encode(digest(&SHA256, members.as_bytes()));
        let jwk = json!({"kty": "EC", "use": "sig", "alg": "ES256", "kid": kid, "crv": "P-256", "x": x, "y": y});
        let decoding = DecodingKey::from_ec_components(&x, &y).map_err(|_| BadKey)?;
        Ok(Self {
            kid,
            encoding: EncodingKey::from_ec_der(pkcs8),
            decoding,
            jwk,
        })
    }

    /// The public half (RFC 7517 §5).
    pub(crate) fn jwks(&self) -> Value {
        json!({"keys": [self.jwk]})
    }

    /// Signs claims as a token of that type.
    pub(crate) fn sign(&self, typ: &str, claims: &impl Serialize) -> Result<String, ApiError> {
        let mut header = Header::new(Algorithm::ES256);
        header.typ = Some(typ.to_owned());
        header.kid = Some(self.kid.clone());
        jsonwebtoken::encode(&header, claims, &self.encoding).map_err(ApiError::internal)
    }

    /// The claims of a token that this key signed, of that type, issuer and audience.
    pub(crate) fn verify<T: DeserializeOwned>(
        &self,
        token: &str,
        expected: &Expected<'_>,
    ) -> Option<T> {
        let mut validation = Validation::new(Algorithm::ES256);
        validation.leeway = 0;
        validation.validate_exp = expected.unexpired;
        validation.set_issuer(&[expected.issuer]);
        validation.set_audience(&[expected.audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        let data = jsonwebtoken::decode::<T>(token, &self.decoding, &validation).ok()?;
        (data.header.typ.as_deref() == Some(expected.typ)).then_some(data.claims)
    }
}

/// What a token must be.
pub(crate) struct Expected<'a> {
    pub(crate) typ: &'a str,
    pub(crate) issuer: &'a str,
    pub(crate) audience: &'a str,
    /// Whether it must not have expired.
    pub(crate) unexpired: bool,
}
