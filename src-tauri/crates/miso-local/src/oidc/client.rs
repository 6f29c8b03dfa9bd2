//! The one public client, and where its answers may go.

use url::{Host, Url};

/// The client id of the app (API.md, "Sign-in").
pub(crate) const DESKTOP: &str = "miso-desktop";

/// The scopes there are. What else is asked for is left out (OpenID Connect Core §3.1.2.1).
pub(super) const SCOPES: [&str; 5] = ["openid", "profile", "email", "offline_access", "api"];

/// The redirect, if it is one of RFC 8252 §7.3: loopback, any port, the registered path.
pub(super) fn loopback_redirect(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    // Only what is written as it will be used: no second reading of it can lead elsewhere.
    if url.as_str() != text || url.scheme() != "http" || url.path() != "/callback" {
        return None;
    }
    let plain = url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    let loopback = match url.host()? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address == std::net::Ipv4Addr::LOCALHOST,
        Host::Ipv6(address) => address == std::net::Ipv6Addr::LOCALHOST,
    };
    (plain && loopback).then_some(url)
}

/// The scopes of a request that exist, in their own order, separated by spaces.
pub(super) fn known_scopes(asked: &str) -> String {
    let asked: Vec<&str> = asked.split_ascii_whitespace().collect();
    SCOPES
        .into_iter()
        .filter(|scope| asked.contains(scope))
        .collect::<Vec<_>>()
        .join(" ")
}

/// Whether a list of scopes has that one.
pub(super) fn has_scope(scopes: &str, scope: &str) -> bool {
    scopes.split_ascii_whitespace().any(|known| known == scope)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn loopback_with_any_port_is_taken() {
        for text in [
            "http://127.0.0.1:43121/callback",
            "http://127.0.0.1/callback",
            "http://localhost:1/callback",
            "http://[::1]:65535/callback",
        ] {
            assert!(loopback_redirect(text).is_some(), "{text}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for text in [
            "https://127.0.0.1:43121/callback",
            "http://127.0.0.1:43121/",
            "http://127.0.0.1:43121/callback/",
            "http://127.0.0.1:43121/callback?next=1",
            "http://127.0.0.1:43121/callback#x",
            "http://user@127.0.0.1:43121/callback",
            "http://127.0.0.1:43121@evil.example/callback",
            "http://127.0.0.1.evil.example/callback",
            "http://127.0.0.2:43121/callback",
            "http://127.1:43121/callback",
            "http://0x7f000001:43121/callback",
            "http://LOCALHOST:43121/callback",
            "http://localhost.:43121/callback",
            "http://127.0.0.1:43121\\@evil.example/callback",
            "http://127.0.0.1:43121/%63allback",
            "http://127.0.0.1:43121/x/../callback",
            "http://127.0.0.1:99999/callback",
            " http://127.0.0.1:43121/callback",
            "http:127.0.0.1:43121/callback",
            "miso://callback",
            "javascript:alert(1)",
            "",
        ] {
            assert!(loopback_redirect(text).is_none(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_taken_stays_on_this_machine(text in "(http://)?(127\\.0\\.0\\.1|localhost|evil\\.example)?[ -~]{0,30}(/callback)?") {
            if let Some(url) = loopback_redirect(&text) {
                prop_assert!(["127.0.0.1", "localhost", "[::1]"].contains(&url.host_str().unwrap()));
                prop_assert_eq!(url.path(), "/callback");
            }
        }
    }

    #[test]
    fn unknown_scopes_are_left_out() {
        assert_eq!(known_scopes("api  openid phone"), "openid api");
        assert_eq!(known_scopes(""), "");
    }
}
