//! What people paste into the address field.

use std::net::IpAddr;

use url::{Host, Url};

use crate::{Code, Failure};

/// Where an instance's own pages and calls begin: what stands before is its base path.
const BELOW_AN_INSTANCE: [&str; 10] = [
    ".well-known",
    "access",
    "api",
    "applications",
    "auth",
    "c",
    "deployments",
    "environments",
    "login",
    "settings",
];

/// The instance that a typed address, a portal link or a curl line names: scheme, host, port and
/// the path it lives below, which ends in a slash. Without a scheme it is `https`, on this machine
/// `http`.
///
/// # Errors
/// [`Code::AddressInvalid`] where there is no host, or plain `http` to another machine.
pub fn instance_from(text: &str) -> Result<Url, Failure> {
    let invalid = || Failure::new(Code::AddressInvalid).with("address", excerpt(text));
    let word = text
        .split_whitespace()
        .map(|word| word.trim_matches(['"', '\'', '\\']))
        .find(|word| word.starts_with("http://") || word.starts_with("https://"))
        .or_else(|| text.split_whitespace().next())
        .ok_or_else(invalid)?;
    let parsed = if word.contains("://") {
        Url::parse(word)
    } else {
        Url::parse(&format!("https://{word}"))
    };
    let mut url = parsed.map_err(|_| invalid())?;
    if !word.contains("://") && is_loopback(&url) {
        url.set_scheme("http").map_err(|()| invalid())?;
    }
    let base: Vec<String> = url
        .path()
        .split('/')
        .filter(|segment| !segment.is_empty())
        .take_while(|segment| !BELOW_AN_INSTANCE.contains(segment))
        .map(str::to_owned)
        .collect();
    url.set_path(&base.join("/"));
    exactly(url).map_err(|failure| failure.with("address", excerpt(text)))
}

/// An instance as its address says it, whatever it looks like: without a user's name, query and
/// fragment, its path ends in a slash.
///
/// # Errors
/// As [`instance_from`].
pub(crate) fn exactly(mut url: Url) -> Result<Url, Failure> {
    let invalid = || Failure::new(Code::AddressInvalid).with("address", "");
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(invalid());
    }
    if url.scheme() == "http" && !is_loopback(&url) {
        return Err(invalid().with("reason", "plain_http"));
    }
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    url.set_query(None);
    url.set_fragment(None);
    url.set_username("").map_err(|()| invalid())?;
    url.set_password(None).map_err(|()| invalid())?;
    Ok(url)
}

/// Whether a URL names this machine, judged by the name or address in it (SECURITY.md).
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        None => false,
    }
}

fn excerpt(text: &str) -> String {
    text.trim().chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_people_paste() {
        for (typed, expected) in [
            ("miso.example.com", "https://miso.example.com/"),
            (
                "  https://miso.example.com/applications/x?y=1#z ",
                "https://miso.example.com/",
            ),
            ("127.0.0.1:4100", "http://127.0.0.1:4100/"),
            ("localhost:4100", "http://localhost:4100/"),
            ("http://[::1]:4100/", "http://[::1]:4100/"),
            (
                "curl -H 'Authorization: Bearer x' \"https://miso.example.com:8443/api/applications\"",
                "https://miso.example.com:8443/",
            ),
            ("https://example.com/miso", "https://example.com/miso/"),
            (
                "https://example.com/tools//miso/applications/orders/dev",
                "https://example.com/tools/miso/",
            ),
            (
                "curl https://example.com/miso/api/users/me",
                "https://example.com/miso/",
            ),
            (
                "https://user:secret@miso.example.com",
                "https://miso.example.com/",
            ),
        ] {
            assert_eq!(
                instance_from(typed).map(String::from),
                Ok(expected.to_owned()),
                "{typed}"
            );
        }
    }

    #[test]
    fn refuses_what_names_no_instance() {
        for typed in [
            "",
            "   ",
            "ftp://miso.example.com",
            "https://",
            "http://miso.example.com",
            "::",
        ] {
            let failure = instance_from(typed).map(String::from).unwrap_err();
            assert_eq!(failure.code, Code::AddressInvalid, "{typed}");
        }
    }
}
