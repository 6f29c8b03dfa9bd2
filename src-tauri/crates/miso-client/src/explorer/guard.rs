//! What of a call by hand may be sent at all.

use std::sync::Arc;

use percent_encoding::percent_decode_str;
use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use super::ApiCall;
use super::words::words;
use crate::transport::{AsIs, Call, Passing};
use crate::wire::documented::TOKEN_PATH;
use crate::wire::openapi::{is_write, known_method};
use crate::wire::v1::routes;
use crate::{Code, Failure};

/// Bytes of a path, of a query, of all headers and of a body.
const LONGEST_PATH: usize = 4 * 1024;
const LONGEST_QUERY: usize = 16 * 1024;
const LONGEST_HEADERS: usize = 16 * 1024;
const LONGEST_BODY: usize = 2 * 1024 * 1024;
const MOST_QUERY: usize = 200;
const MOST_HEADERS: usize = 50;

/// Headers that are the transport's own, a hop's (RFC 9110 §7.6.1), or would have a server take a read
/// for a write.
const OWN_HEADERS: [&str; 19] = [
    "accept-encoding",
    "authorization",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "cookie",
    "expect",
    "host",
    "keep-alive",
    "origin",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
];

impl ApiCall {
    /// The same as the transport sends it.
    ///
    /// # Errors
    /// [`Code::CallRefused`].
    pub(super) fn checked(&self, base: &Url) -> Result<Call, Failure> {
        self.checked_with(base, Passing::default())
    }

    /// The same with what is let through for it.
    pub(super) fn checked_with(&self, base: &Url, passing: Passing) -> Result<Call, Failure> {
        let method = known_method(&self.method).ok_or_else(|| refused("method"))?;
        check_path(&self.path, base)?;
        check_query(&self.query)?;
        let headers = checked_headers(&self.headers)?;
        let text = self.body.clone().filter(|body| !body.trim().is_empty());
        if let Some(text) = &text
            && (text.len() > LONGEST_BODY || !may_have_body(method) || words(text).is_none())
        {
            return Err(refused("body"));
        }
        let method = Method::from_bytes(method.as_bytes()).map_err(|_| refused("method"))?;
        let as_is = AsIs {
            query: self.query.clone(),
            headers,
            text,
            passing,
            ..AsIs::default()
        };
        Ok(Call {
            method,
            as_is: Some(Arc::new(as_is)),
            ..Call::get(&self.path)
        })
    }
}

/// A path of the instance itself, below where it lives.
fn check_path(path: &str, base: &Url) -> Result<(), Failure> {
    let is_plain = |byte: u8| {
        byte.is_ascii_graphic() && !matches!(byte, b'\\' | b'?' | b'#' | b'"' | b'<' | b'>')
    };
    if path.len() > LONGEST_PATH
        || !path.starts_with('/')
        || path.starts_with("//")
        || !path.bytes().all(is_plain)
    {
        return Err(refused("path"));
    }
    let decoded = decoded(path);
    let mut segments = decoded.split(['/', '\\']);
    if segments.any(|segment| matches!(segment, "." | "..")) {
        return Err(refused("path"));
    }
    let whole = format!("{}{path}", base.path().trim_end_matches('/'));
    let mut url = base.clone();
    url.set_path(&whole);
    if url.path() != whole || url.origin() != base.origin() {
        return Err(refused("path"));
    }
    let named: Vec<&str> = decoded.split('/').filter(|part| !part.is_empty()).collect();
    // What it answers is a token, which no page gets.
    let named = format!("/{}", named.join("/")).to_ascii_lowercase();
    if named == TOKEN_PATH || routes::gives_tokens(&named) {
        return Err(refused("token"));
    }
    Ok(())
}

fn check_query(query: &[(String, String)]) -> Result<(), Failure> {
    let bytes: usize = query
        .iter()
        .map(|(name, value)| name.len() + value.len())
        .sum();
    let is_good = query.len() <= MOST_QUERY
        && bytes <= LONGEST_QUERY
        && query.iter().all(|(name, _)| !name.is_empty());
    match is_good {
        true => Ok(()),
        false => Err(refused("query")),
    }
}

fn checked_headers(all: &[(String, String)]) -> Result<HeaderMap, Failure> {
    let mut headers = HeaderMap::new();
    let mut bytes = 0;
    for (name, value) in all.iter().take(MOST_HEADERS + 1) {
        let refuse = || refused("header").with("name", name.chars().take(60).collect::<String>());
        let known = HeaderName::from_bytes(name.as_bytes()).map_err(|_| refuse())?;
        let value = HeaderValue::from_str(value.trim()).map_err(|_| refuse())?;
        let lower = known.as_str();
        let is_ours = OWN_HEADERS.contains(&lower) || lower.starts_with("proxy-");
        bytes += name.len() + value.len();
        if is_ours || headers.len() >= MOST_HEADERS || bytes > LONGEST_HEADERS {
            return Err(refuse());
        }
        headers.append(known, value);
    }
    Ok(headers)
}

fn may_have_body(method: &str) -> bool {
    is_write(method)
}

pub(super) fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn refused(reason: &str) -> Failure {
    Failure::new(Code::CallRefused).with("reason", reason)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn base() -> Url {
        Url::parse("https://miso.example/tools/").unwrap()
    }

    fn call(method: &str, path: &str) -> ApiCall {
        ApiCall {
            method: method.to_owned(),
            template: path.to_owned(),
            path: path.to_owned(),
            query: Vec::new(),
            headers: Vec::new(),
            body: None,
        }
    }

    fn reason(call: &ApiCall) -> Option<String> {
        let failure = call.checked(&base()).err()?;
        assert_eq!(failure.code, Code::CallRefused);
        failure.params.get("reason").cloned()
    }

    #[test]
    fn only_paths_of_the_instance_are_called() {
        for path in [
            "/api/applications",
            "/api/applications/a%20b/access/%C3%A5",
            "/api/applications/a%2Fb",
            "/api/x.y/..z/~",
        ] {
            assert_eq!(reason(&call("GET", path)), None, "{path}");
        }
        for path in [
            "",
            "api",
            "//elsewhere/api",
            "https://elsewhere/api",
            "/../api",
            "/api/..",
            "/api/%2e%2E/x",
            "/api/..%2f..%2fx",
            "/api/%2e%5c",
            "/api\\..\\x",
            "/api?x=1",
            "/api#x",
            "/api/a b",
            "/api/\u{e5}",
            "/api/{key}",
            "/api/\n",
        ] {
            assert_eq!(
                reason(&call("GET", path)).as_deref(),
                Some("path"),
                "{path}"
            );
        }
        for path in [
            "/auth/token",
            "/auth/token/",
            "/auth//token",
            "/AUTH/t%6fken",
        ] {
            assert_eq!(
                reason(&call("POST", path)).as_deref(),
                Some("token"),
                "{path}"
            );
        }
        for method in ["TRACE", "CONNECT", "get", "", "GET /x HTTP/1.1\r\n"] {
            assert_eq!(
                reason(&call(method, "/api")).as_deref(),
                Some("method"),
                "{method}"
            );
        }
    }

    #[test]
    fn what_is_the_transports_own_is_not_set() {
        let with = |name: &str, value: &str| ApiCall {
            headers: vec![(name.to_owned(), value.to_owned())],
            ..call("GET", "/api")
        };
        for (name, value) in [
            ("If-Match", "\"7\""),
            ("Idempotency-Key", " k "),
            ("Accept", "text/csv"),
        ] {
            assert_eq!(reason(&with(name, value)), None, "{name}");
        }
        for (name, value) in [
            ("Authorization", "Bearer x"),
            ("authorization", ""),
            ("Host", "elsewhere"),
            ("Cookie", "a=b"),
            ("Content-Length", "0"),
            ("Transfer-Encoding", "chunked"),
            ("Connection", "close"),
            ("Proxy-Authorization", "x"),
            ("X-HTTP-Method-Override", "DELETE"),
            ("X\r\nHost", "x"),
            ("X-Ours", "a\r\nHost: elsewhere"),
            ("", "x"),
            ("X-Long", &"x".repeat(LONGEST_HEADERS)),
        ] {
            assert_eq!(
                reason(&with(name, value)).as_deref(),
                Some("header"),
                "{name}"
            );
        }
    }

    #[test]
    fn a_body_is_json_and_of_a_write() {
        let with = |method: &str, body: &str| ApiCall {
            body: Some(body.to_owned()),
            ..call(method, "/api")
        };
        for (method, body, good) in [
            ("POST", "{\"a\":1}", true),
            ("DELETE", "[]", true),
            ("POST", " ", true),
            ("GET", "", true),
            ("GET", "{}", false),
            ("PUT", "{", false),
            ("PUT", "a=b", false),
        ] {
            assert_eq!(
                reason(&with(method, body)).is_none(),
                good,
                "{method} {body}"
            );
        }
    }

    proptest! {
        /// Whatever is taken for a path leads to this instance, below where it lives.
        #[test]
        fn no_path_leads_elsewhere(path in "[/\\\\.%2eEfF5cC:@a?#]{0,20}|\\PC{0,12}") {
            if let Ok(taken) = call("GET", &path).checked(&base()) {
                let whole = format!("/tools{}", taken.path);
                let mut url = base();
                url.set_path(&whole);
                prop_assert_eq!(url.origin(), base().origin());
                prop_assert!(url.path().starts_with("/tools/"));
                prop_assert_eq!(url.path(), whole);
            }
        }
    }
}
