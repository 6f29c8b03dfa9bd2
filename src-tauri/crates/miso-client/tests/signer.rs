//! Keys of a provider's own, which sign whatever they are given.

use std::sync::OnceLock;

use aws_lc_rs::digest::{SHA256, SHA384, SHA512, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING,
    ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256,
    RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512,
    RsaEncoding, RsaKeyPair,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// Every algorithm that must be accepted.
pub const ALGORITHMS: [&str; 9] = [
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA",
];

/// One key, and the algorithm it signs with.
pub struct Signer {
    pub kid: String,
    pub alg: &'static str,
    key: Key,
}

enum Key {
    Rsa(RsaKeyPair),
    Ec(EcdsaKeyPair),
    Ed(Ed25519KeyPair),
}

impl Signer {
    /// A fresh key for one of [`ALGORITHMS`], or for ES512.
    pub fn new(alg: &'static str, kid: &str) -> Self {
        let ec = |kind| Key::Ec(EcdsaKeyPair::generate(kind).unwrap());
        let key = match alg {
            "ES256" => ec(&ECDSA_P256_SHA256_FIXED_SIGNING),
            "ES384" => ec(&ECDSA_P384_SHA384_FIXED_SIGNING),
            "ES512" => ec(&ECDSA_P521_SHA512_FIXED_SIGNING),
            "EdDSA" => Key::Ed(Ed25519KeyPair::generate().unwrap()),
            _ => Key::Rsa(RsaKeyPair::generate(KeySize::Rsa2048).unwrap()),
        };
        Self {
            kid: kid.to_owned(),
            alg,
            key,
        }
    }

    /// The public half (RFC 7517).
    pub fn jwk(&self) -> Value {
        let mut jwk = match &self.key {
            Key::Rsa(key) => {
                let public = key.public_key();
                json!({"kty": "RSA",
                    "n": part(public.modulus().big_endian_without_leading_zero()),
                    "e": part(public.exponent().big_endian_without_leading_zero())})
            }
            Key::Ec(key) => {
                let curve = match self.alg {
                    "ES256" => "P-256",
                    "ES384" => "P-384",
                    _ => "P-521",
                };
                let (x, y) = key.public_key().as_ref()[1..]
                    .split_at((key.public_key().as_ref().len() - 1) / 2);
                json!({"kty": "EC", "crv": curve, "x": part(x), "y": part(y)})
            }
            Key::Ed(key) => {
                json!({"kty": "OKP", "crv": "Ed25519", "x": part(key.public_key().as_ref())})
            }
        };
        jwk["kid"] = self.kid.as_str().into();
        jwk["use"] = "sig".into();
        jwk["alg"] = self.alg.into();
        jwk
    }

    /// A token with these claims and an ordinary header.
    pub fn token(&self, claims: &Value) -> String {
        let header = json!({"alg": self.alg, "kid": self.kid, "typ": "JWT"});
        self.sign(&header.to_string(), &claims.to_string())
    }

    /// A token of any two texts.
    pub fn sign(&self, header: &str, payload: &str) -> String {
        self.seal(&format!("{}.{}", part(header), part(payload)))
    }

    /// Puts a signature behind what is to be signed.
    pub fn seal(&self, input: &str) -> String {
        format!("{input}.{}", part(self.signature(input.as_bytes())))
    }

    /// `at_hash` (OpenID Connect Core 1.0 §3.1.3.6).
    pub fn hash(&self, access_token: &str) -> String {
        let kind = match self.alg {
            "RS384" | "PS384" | "ES384" => &SHA384,
            "RS512" | "PS512" | "EdDSA" => &SHA512,
            _ => &SHA256,
        };
        let hash = digest(kind, access_token.as_bytes());
        part(&hash.as_ref()[..hash.as_ref().len() / 2])
    }

    fn signature(&self, input: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.key {
            Key::Rsa(key) => {
                let encoding: &'static dyn RsaEncoding = match self.alg {
                    "RS256" => &RSA_PKCS1_SHA256,
                    "RS384" => &RSA_PKCS1_SHA384,
                    "RS512" => &RSA_PKCS1_SHA512,
                    "PS256" => &RSA_PSS_SHA256,
                    "PS384" => &RSA_PSS_SHA384,
                    _ => &RSA_PSS_SHA512,
                };
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(encoding, &random, input, &mut signature).unwrap();
                signature
            }
            Key::Ec(key) => key.sign(&random, input).unwrap().as_ref().to_vec(),
            Key::Ed(key) => key.sign(input).as_ref().to_vec(),
        }
    }
}

/// A key for each of [`ALGORITHMS`], made once: that of RSA takes its time.
pub fn signers() -> &'static [Signer] {
    static ALL: OnceLock<Vec<Signer>> = OnceLock::new();
    ALL.get_or_init(|| {
        let with_key = |alg: &'static str| Signer::new(alg, &format!("key-{alg}"));
        ALGORITHMS.into_iter().map(with_key).collect()
    })
}

/// A set of keys as a provider publishes it.
pub fn jwks<'a>(signers: impl IntoIterator<Item = &'a Signer>) -> Value {
    let keys: Vec<Value> = signers.into_iter().map(Signer::jwk).collect();
    json!({"keys": keys})
}

/// A part of a token.
pub fn part(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
