//! The keys the instance signs and signed with: ES256, published as JWKs.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::http::envelope::ApiError;
use crate::identity::RetiredKey;

/// The stored key pair is not one.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the signing key cannot be used")]
pub(crate) struct BadKey;

/// The key that signs, and those that did before it: what they signed still counts, and they stay
/// published for it.
pub(crate) struct Keys {
    encoding: EncodingKey,
    current: PublicKey,
    retired: Vec<PublicKey>,
}

/// The public half of a key.
struct PublicKey {
    kid: String,
    decoding: DecodingKey,
    jwk: Value,
}

impl Keys {
    /// The key that signs from its PKCS #8 form, the others as [`public_point`] gives them.
    pub(crate) fn new(pkcs8: &[u8], retired: &[RetiredKey]) -> Result<Self, BadKey> {
        let retired = retired.iter().map(|key| PublicKey::new(&key.point));
        Ok(Self {
            encoding: EncodingKey::from_ec_der(pkcs8),
            current: PublicKey::new(&public_point(pkcs8)?)?,
            retired: retired.collect::<Result<_, _>>()?,
        })
    }

    /// The public halves (RFC 7517 §5), the one that signs first.
    pub(crate) fn jwks(&self) -> Value {
        let keys: Vec<&Value> = self.all().map(|key| &key.jwk).collect();
        json!({"keys": keys})
    }

    /// Signs claims as a token of that type.
    pub(crate) fn sign(&self, typ: &str, claims: &impl Serialize) -> Result<String, ApiError> {
        let mut header = Header::new(Algorithm::ES256);
        header.typ = Some(typ.to_owned());
        header.kid = Some(self.current.kid.clone());
        jsonwebtoken::encode(&header, claims, &self.encoding).map_err(ApiError::internal)
    }

    /// The claims of a token that one of these keys signed, of that type, issuer and audience.
    pub(crate) fn verify<T: DeserializeOwned>(
        &self,
        token: &str,
        expected: &Expected<'_>,
    ) -> Option<T> {
        let kid = jsonwebtoken::decode_header(token).ok()?.kid?;
        let key = self.all().find(|key| key.kid == kid)?;
        let mut validation = Validation::new(Algorithm::ES256);
        validation.leeway = 0;
        validation.validate_exp = expected.unexpired;
        validation.set_issuer(&[expected.issuer]);
        validation.set_audience(&[expected.audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        let data = jsonwebtoken::decode::<T>(token, &key.decoding, &validation).ok()?;
        (data.header.typ.as_deref() == Some(expected.typ)).then_some(data.claims)
    }

    fn all(&self) -> impl Iterator<Item = &PublicKey> {
        std::iter::once(&self.current).chain(&self.retired)
    }
}

impl PublicKey {
    fn new(point: &[u8]) -> Result<Self, BadKey> {
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
        Ok(Self { kid, decoding, jwk })
    }
}

/// The public half of a key pair as an uncompressed point: 0x04, then x and y of 32 bytes each
/// (SEC 1 §2.3.3).
pub(crate) fn public_point(pkcs8: &[u8]) -> Result<Vec<u8>, BadKey> {
    let pair =
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8).map_err(|_| BadKey)?;
    Ok(pair.public_key().as_ref().to_vec())
}

/// What a token must be.
pub(crate) struct Expected<'a> {
    pub(crate) typ: &'a str,
    pub(crate) issuer: &'a str,
    pub(crate) audience: &'a str,
    /// Whether it must not have expired.
    pub(crate) unexpired: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Utc;
    use serde::Deserialize;

    #[derive(Serialize, Deserialize)]
    struct Claims {
        iss: String,
        aud: String,
        sub: String,
        exp: i64,
    }

    fn pkcs8() -> Vec<u8> {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        pair.to_pkcs8v1().unwrap().as_ref().to_vec()
    }

    fn counts(keys: &Keys, token: &str) -> bool {
        let expected = Expected {
            typ: "JWT",
            issuer: "us",
            audience: "them",
            unexpired: true,
        };
        keys.verify::<Claims>(token, &expected).is_some()
    }

    #[test]
    fn what_a_retired_key_signed_counts_and_what_another_signed_does_not() {
        let (old, new) = (pkcs8(), pkcs8());
        let claims = Claims {
            iss: "us".into(),
            aud: "them".into(),
            sub: "someone".into(),
            exp: Utc::now().timestamp() + 60,
        };
        let retired = [RetiredKey {
            point: public_point(&old).unwrap(),
            until: Utc::now(),
        }];
        let before = Keys::new(&old, &[]).unwrap();
        let token = before.sign("JWT", &claims).unwrap();
        let rotated = Keys::new(&new, &retired).unwrap();
        assert!(counts(&rotated, &token));
        assert!(!counts(&Keys::new(&new, &[]).unwrap(), &token));
        let anew = rotated.sign("JWT", &claims).unwrap();
        assert!(counts(&rotated, &anew) && !counts(&before, &anew));
        let published = rotated.jwks();
        let kids: Vec<&Value> = (0..2).map(|at| &published["keys"][at]["kid"]).collect();
        assert_eq!(kids[1], &before.jwks()["keys"][0]["kid"]);
        assert_ne!(kids[0], kids[1]);
        assert!(published["keys"][1].get("d").is_none(), "nothing secret");
    }
}
