//! Proof key for code exchange, S256 only (RFC 7636).

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq;

/// Whether a text can be an S256 challenge: 43 characters of base64url (§4.2).
pub(super) fn is_challenge(text: &str) -> bool {
    text.len() == 43
        && URL_SAFE_NO_PAD
            .decode(text)
            .is_ok_and(|hash| hash.len() == 32)
}

/// Whether the verifier belongs to the challenge (§4.6).
pub(super) fn proves(verifier: &str, challenge: &str) -> bool {
    let well_formed = (43..=128).contains(&verifier.len())
        && verifier
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
    let hash = URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()));
    well_formed && bool::from(hash.as_bytes().ct_eq(challenge.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The example of RFC 7636, appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn the_example_of_the_rfc_holds() {
        assert!(is_challenge(CHALLENGE));
        assert!(proves(VERIFIER, CHALLENGE));
    }

    #[test]
    fn plain_and_short_ones_prove_nothing() {
        assert!(!proves(CHALLENGE, CHALLENGE));
        assert!(!proves(&VERIFIER[..42], CHALLENGE));
        assert!(!is_challenge("short"));
        assert!(!is_challenge(&"=".repeat(43)));
    }

    proptest! {
        #[test]
        fn no_other_verifier_proves(other in "[A-Za-z0-9._~-]{43,128}") {
            prop_assume!(other != VERIFIER);
            prop_assert!(!proves(&other, CHALLENGE));
        }
    }
}
