//! ID tokens with a fault each, by its name.

use aws_lc_rs::hmac;
use serde_json::{Value, json};

use crate::id_tokens::{ACCESS, CLIENT, ISSUER, NONCE, claims, now, with, without};
use crate::signer::{Signer, part, signers};

/// A header with these members beside the ordinary ones.
pub fn header(signer: &Signer, more: &Value) -> String {
    let mut header = json!({"alg": signer.alg, "kid": signer.kid, "typ": "JWT"});
    for (name, value) in more.as_object().unwrap() {
        header[name] = value.clone();
    }
    header.to_string()
}

/// What an HMAC with anything makes of a token: who takes it for RS256's key accepts it.
fn by_hmac(alg: &str, kid: &str, key: &[u8]) -> String {
    let head = part(json!({"alg": alg, "kid": kid}).to_string());
    let input = format!("{head}.{}", part(claims().to_string()));
    let kind = match alg {
        "HS384" => hmac::HMAC_SHA384,
        "HS512" => hmac::HMAC_SHA512,
        _ => hmac::HMAC_SHA256,
    };
    let tag = hmac::sign(&hmac::Key::new(kind, key), input.as_bytes());
    format!("{input}.{}", part(tag))
}

/// Every fault of an ID token that one signer can make, by its name.
pub fn faults(signer: &Signer) -> Vec<(&'static str, String)> {
    let now = now().timestamp();
    let good = signer.token(&claims());
    let (input, signature) = good.rsplit_once('.').unwrap();
    let (head, body) = input.split_once('.').unwrap();
    let text = claims().to_string();
    let doubled = |member: &str| format!("{{{member},{}", &text[1..]);
    let stranger = Signer::new(signer.alg, &signer.kid);
    let unsigned = |alg: &str| part(json!({"alg": alg, "kid": signer.kid}).to_string());
    let of = |claims: Value| signer.token(&claims);
    let raw = |payload: &str| signer.sign(&header(signer, &json!({})), payload);
    let head_with = |more: Value| signer.sign(&header(signer, &more), &text);
    let jwk = signer.jwk();
    let mut all = vec![
        (
            "alg none, no signature",
            format!("{}.{body}.", unsigned("none")),
        ),
        (
            "alg none, a signature",
            format!("{}.{body}.{signature}", unsigned("none")),
        ),
        (
            "alg None",
            format!("{}.{body}.{signature}", unsigned("None")),
        ),
        (
            "HS256 keyed with the JWK",
            by_hmac("HS256", &signer.kid, jwk.to_string().as_bytes()),
        ),
        (
            "HS256 keyed with the bare key",
            by_hmac("HS256", &signer.kid, public(&jwk).as_bytes()),
        ),
        (
            "HS384 keyed with the public key",
            by_hmac("HS384", &signer.kid, public(&jwk).as_bytes()),
        ),
        (
            "HS512 keyed with the public key",
            by_hmac("HS512", &signer.kid, public(&jwk).as_bytes()),
        ),
        (
            "HS256 keyed with nothing",
            by_hmac("HS256", &signer.kid, b""),
        ),
        (
            "HS256 keyed with the client id",
            by_hmac("HS256", &signer.kid, CLIENT.as_bytes()),
        ),
        ("another issuer's signature", stranger.token(&claims())),
        (
            "an unknown kid",
            Signer::new(signer.alg, "unknown").token(&claims()),
        ),
        ("the key of another algorithm", {
            let other = signers()
                .iter()
                .find(|other| other.alg != signer.alg)
                .unwrap();
            let head = part(json!({"alg": signer.alg, "kid": other.kid}).to_string());
            signer.seal(&format!("{head}.{}", part(&text)))
        }),
        ("another token's signature", {
            let other = of(with("sub", "u-2"));
            format!("{head}.{body}.{}", other.rsplit('.').next().unwrap())
        }),
        ("no signature", format!("{head}.{body}.")),
        (
            "an empty signature of zeros",
            format!("{head}.{body}.{}", part([0u8; 64])),
        ),
        (
            "a signature cut in half",
            format!("{head}.{body}.{}", &signature[..signature.len() / 4 * 2]),
        ),
        (
            "a signature with a tail",
            format!("{head}.{body}.{signature}AAAA"),
        ),
        ("two parts", format!("{head}.{body}")),
        ("one part", head.to_owned()),
        ("six parts", format!("{good}.{good}")),
        (
            "five parts, as if encrypted",
            format!("{good}.{body}.{signature}"),
        ),
        ("an empty payload", format!("{head}..{signature}")),
        ("an empty header", format!(".{body}.{signature}")),
        ("nothing", String::new()),
        ("padding", format!("{head}.{body}.{signature}=")),
        (
            "the other alphabet of base64",
            signer.seal(&format!("{head}.{}+/", part(&text))),
        ),
        (
            "a line break",
            signer.seal(&format!("{head}.{}\n", part(&text))),
        ),
        ("a wrong iss", of(with("iss", "https://other.example"))),
        ("iss and a slash", of(with("iss", format!("{ISSUER}/")))),
        ("iss in capitals", of(with("iss", ISSUER.to_uppercase()))),
        (
            "iss that only begins like it",
            of(with("iss", format!("{ISSUER}.evil.example"))),
        ),
        ("iss as a list", of(with("iss", json!([ISSUER])))),
        ("no iss", of(without("iss"))),
        ("a foreign aud", of(with("aud", "another-client"))),
        (
            "an extra aud",
            of(with("aud", json!([CLIENT, "another-client"]))),
        ),
        ("an extra aud with our azp", {
            let mut claims = with("aud", json!([CLIENT, "another-client"]));
            claims["azp"] = CLIENT.into();
            of(claims)
        }),
        ("an empty aud", of(with("aud", json!([])))),
        ("aud as a number", of(with("aud", 7))),
        ("aud in capitals", of(with("aud", CLIENT.to_uppercase()))),
        ("no aud", of(without("aud"))),
        ("a wrong azp", of(with("azp", "another-client"))),
        ("an empty azp", of(with("azp", ""))),
        ("azp as a list", of(with("azp", json!([CLIENT])))),
        ("expired", of(with("exp", now - 301))),
        ("expired long ago", of(with("exp", 1))),
        ("expired before time began", of(with("exp", -1))),
        ("exp as text", of(with("exp", (now + 600).to_string()))),
        (
            "exp 1e400",
            raw(&text.replace(&(now + 600).to_string(), "1e400")),
        ),
        (
            "exp 1e300",
            raw(&text.replace(&(now + 600).to_string(), "1e300")),
        ),
        ("exp as a list", of(with("exp", json!([now + 600])))),
        ("exp null", of(with("exp", Value::Null))),
        ("exp true", of(with("exp", true))),
        ("no exp", of(without("exp"))),
        ("iat an hour ahead", of(with("iat", now + 3600))),
        ("iat as text", of(with("iat", now.to_string()))),
        ("iat null", of(with("iat", Value::Null))),
        ("no iat", of(without("iat"))),
        ("nbf in the future", of(with("nbf", now + 301))),
        ("nbf far in the future", of(with("nbf", 1e300))),
        ("nbf as text", of(with("nbf", now.to_string()))),
        ("nbf null", of(with("nbf", Value::Null))),
        ("nonce missing", of(without("nonce"))),
        ("nonce replayed", of(with("nonce", "of-another-sign-in"))),
        ("nonce empty", of(with("nonce", ""))),
        ("nonce cut", of(with("nonce", &NONCE[..NONCE.len() - 1]))),
        ("nonce as a number", of(with("nonce", 0))),
        ("nonce null", of(with("nonce", Value::Null))),
        ("sub missing", of(without("sub"))),
        ("sub empty", of(with("sub", ""))),
        ("sub as a number", of(with("sub", 1))),
        ("sub null", of(with("sub", Value::Null))),
        ("sub of 256 characters", of(with("sub", "s".repeat(256)))),
        (
            "at_hash of another token",
            of(with("at_hash", signer.hash("another"))),
        ),
        ("at_hash empty", of(with("at_hash", ""))),
        (
            "at_hash cut",
            of(with("at_hash", &signer.hash(ACCESS)[..8])),
        ),
        ("at_hash as a number", of(with("at_hash", 1))),
        ("sub twice, the same", raw(&doubled("\"sub\":\"u-1\""))),
        ("sub twice", raw(&doubled("\"sub\":\"admin\""))),
        ("exp twice", raw(&doubled("\"exp\":4000000000"))),
        ("aud twice", raw(&doubled("\"aud\":\"another\""))),
        ("an unknown claim twice", raw(&doubled("\"x\":1,\"x\":2"))),
        (
            "sub twice, one of them escaped",
            raw(&doubled("\"\\u0073ub\":\"admin\"")),
        ),
        (
            "a member twice, deep inside",
            raw(&doubled("\"x\":[{\"y\":1,\"y\":2}]")),
        ),
        (
            "alg twice",
            signer.sign(
                &format!("{{\"alg\":\"none\",{}", &header(signer, &json!({}))[1..]),
                &text,
            ),
        ),
        ("crit", head_with(json!({"crit": ["exp"], "exp": 1}))),
        ("an empty crit", head_with(json!({"crit": []}))),
        (
            "crit b64",
            head_with(json!({"crit": ["b64"], "b64": false})),
        ),
        (
            "jku",
            head_with(json!({"jku": "https://evil.example/jwks"})),
        ),
        (
            "x5u",
            head_with(json!({"x5u": "https://evil.example/cert"})),
        ),
        ("x5c", head_with(json!({"x5c": ["AA=="]}))),
        ("an embedded jwk, its own", head_with(json!({"jwk": jwk}))),
        ("an embedded jwk, a stranger's", {
            let head = header(&stranger, &json!({"jwk": stranger.jwk()}));
            stranger.sign(&head, &text)
        }),
        (
            "no alg",
            signer.sign(&json!({"kid": signer.kid}).to_string(), &text),
        ),
        (
            "alg as a list",
            signer.sign(&json!({"alg": [signer.alg]}).to_string(), &text),
        ),
        (
            "alg in lower case",
            head_with(json!({"alg": signer.alg.to_lowercase() + " "})),
        ),
        (
            "alg of encryption",
            head_with(json!({"alg": "RSA-OAEP", "enc": "A256GCM"})),
        ),
        ("kid as a number", head_with(json!({"kid": 1}))),
        ("a path as kid", head_with(json!({"kid": "../../dev/null"}))),
        (
            "typ of an access token",
            head_with(json!({"typ": "at+jwt"})),
        ),
        (
            "typ of a logout token",
            head_with(json!({"typ": "logout+jwt"})),
        ),
        ("a token within a token", head_with(json!({"cty": "JWT"}))),
        ("a payload that is text", raw("\"claims\"")),
        ("a payload that is a list", raw("[]")),
        ("a payload that is null", raw("null")),
        ("a payload cut off", raw(&text[..text.len() - 1])),
        ("a payload with a tail", raw(&format!("{text}{text}"))),
        (
            "a payload 10,000 deep",
            raw(&format!(
                "{}{}",
                "{\"a\":".repeat(10_000),
                "}".repeat(10_000)
            )),
        ),
        ("a header that is a list", signer.sign("[]", &text)),
        (
            "a header with a tail",
            signer.sign(&format!("{} x", header(signer, &json!({}))), &text),
        ),
        ("invalid UTF-8 in the payload", {
            let mut bytes = text.clone().into_bytes();
            bytes.splice(2..2, [0xff]);
            signer.seal(&format!("{head}.{}", part(bytes)))
        }),
        ("NUL before the token", format!("\0{good}")),
        ("a space behind the token", format!("{good} ")),
        ("Bearer before the token", format!("Bearer {good}")),
    ];
    if signer.alg.starts_with("ES") {
        all.push((
            "a signature in ASN.1",
            format!("{head}.{body}.{}", part([0x30, 0x06, 2, 1, 1, 2, 1, 1])),
        ));
    }
    // Whichever byte is flipped, of whichever part.
    for at in (0..good.len()).step_by(good.len() / 24) {
        let mut bytes = good.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        let flipped = String::from_utf8(bytes).unwrap();
        if flipped != good {
            all.push(("one character exchanged", flipped));
        }
    }
    all
}

/// The part of a key that everybody knows.
fn public(jwk: &Value) -> String {
    let of = |name: &str| jwk[name].as_str().unwrap_or_default().to_owned();
    of("n") + &of("x") + &of("y")
}
