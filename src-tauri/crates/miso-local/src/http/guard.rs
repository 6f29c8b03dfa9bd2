//! A loopback server is an attack surface: a page from elsewhere can make a browser call it, and
//! a name that is rebound to 127.0.0.1 can make it look like that page's own. So every request
//! must name this instance in `Host`, and none may come from another origin.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, Uri, header};
use miso_api::ErrorCode;

use super::envelope::ApiError;

/// Names under which a loopback listener may be called.
const NAMES: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];

/// Refuses what does not name this instance or comes from another origin, with 403.
pub(crate) async fn guard(State(port): State<u16>, request: Request, next: Next) -> Response {
    if !names_port(request.uri(), request.headers(), port) {
        return refusal("The request names another host than this instance.");
    }
    let origins = request.headers().get_all(header::ORIGIN);
    if origins
        .iter()
        .any(|origin| !origin.to_str().is_ok_and(|origin| is_own(origin, port)))
    {
        return refusal("The request comes from another origin.");
    }
    next.run(request).await
}

/// Whether the request names the loopback listener of that port, and nothing else.
pub(crate) fn names_port(uri: &Uri, headers: &HeaderMap, port: u16) -> bool {
    let mut hosts = headers.get_all(header::HOST).iter();
    let host = match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().ok(),
        (None, _) | (Some(_), Some(_)) => None,
    };
    let named = uri.authority().map(|authority| authority.as_str());
    host.is_some_and(|host| is_own_authority(host, port))
        && named.is_none_or(|named| is_own_authority(named, port))
}

/// Whether an `Origin` is some loopback listener's, whatever its port.
pub(crate) fn is_loopback_origin(origin: &str) -> bool {
    let Some(authority) = origin.strip_prefix("http://") else {
        return false;
    };
    NAMES.iter().any(|name| match authority.strip_prefix(name) {
        Some("") => true,
        Some(rest) => rest
            .strip_prefix(':')
            .is_some_and(|port| port.parse::<u16>().is_ok()),
        None => false,
    })
}

fn is_own(origin: &str, port: u16) -> bool {
    origin
        .strip_prefix("http://")
        .is_some_and(|authority| is_own_authority(authority, port))
}

fn is_own_authority(authority: &str, port: u16) -> bool {
    NAMES.iter().any(|name| {
        let Some(rest) = strip_prefix_ignoring_case(authority, name) else {
            return false;
        };
        match rest.strip_prefix(':') {
            Some(digits) => digits == port.to_string(),
            None => rest.is_empty() && port == 80,
        }
    })
}

fn strip_prefix_ignoring_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (start, rest) = text.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}

fn refusal(message: &str) -> Response {
    ApiError::new(ErrorCode::Forbidden, message).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn admitted(host: &str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().unwrap());
        names_port(&Uri::from_static("/"), &headers, 8700)
    }

    #[test]
    fn only_this_listener_is_named() {
        for host in [
            "127.0.0.1:8700",
            "localhost:8700",
            "LocalHost:8700",
            "[::1]:8700",
        ] {
            assert!(admitted(host), "{host}");
        }
        for host in [
            "127.0.0.1",
            "127.0.0.1:8701",
            "127.0.0.1:87000",
            "127.0.0.1:08700",
            "127.0.0.1.evil.example:8700",
            "localhost.evil.example:8700",
            "evil.example",
            "evil.example:8700",
            "127.0.0.1:8700@evil.example",
            "localhost@evil.example:8700",
        ] {
            assert!(!admitted(host), "{host}");
        }
    }

    #[test]
    fn two_hosts_or_none_are_refused() {
        assert!(!names_port(&Uri::from_static("/"), &HeaderMap::new(), 8700));
        let mut headers = HeaderMap::new();
        headers.append(header::HOST, "127.0.0.1:8700".parse().unwrap());
        headers.append(header::HOST, "evil.example".parse().unwrap());
        assert!(!names_port(&Uri::from_static("/"), &headers, 8700));
        headers.remove(header::HOST);
        headers.append(header::HOST, "127.0.0.1:8700".parse().unwrap());
        assert!(!names_port(
            &Uri::from_static("http://evil.example/"),
            &headers,
            8700
        ));
    }

    #[test]
    fn an_origin_is_compared_as_a_whole() {
        assert!(is_own("http://127.0.0.1:8700", 8700));
        for origin in [
            "null",
            "https://127.0.0.1:8700",
            "http://127.0.0.1:8701",
            "http://127.0.0.1:8700/",
        ] {
            assert!(!is_own(origin, 8700), "{origin}");
        }
        assert!(is_loopback_origin("http://127.0.0.1:9999"));
        assert!(!is_loopback_origin("http://127.0.0.1.evil.example"));
        assert!(!is_loopback_origin("http://localhost:9999:1"));
    }

    proptest! {
        #[test]
        fn no_other_text_names_it(host in "[ -~]{0,40}") {
            let own = ["127.0.0.1:8700", "[::1]:8700"].contains(&host.as_str())
                || host.eq_ignore_ascii_case("localhost:8700");
            prop_assert_eq!(is_own_authority(&host, 8700), own);
        }
    }
}
