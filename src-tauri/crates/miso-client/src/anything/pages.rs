//! Which page an address that somebody copied belongs to.

use url::Url;

/// An address of the web, if a text is one.
pub(super) fn web_address(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    (matches!(url.scheme(), "http" | "https") && url.host_str().is_some()).then_some(url)
}

/// Whether an address is another one or below it: the same host and port, and its path begins with
/// all parts of the other's, `.git` or not.
pub(super) fn is_below(url: &Url, above: &str) -> bool {
    let Some(above) = web_address(above) else {
        return false;
    };
    let parts = |url: &Url| -> Vec<String> {
        let path = url.path().trim_end_matches('/').trim_end_matches(".git");
        let parts = path.split('/').filter(|part| !part.is_empty());
        parts.map(str::to_owned).collect()
    };
    is_same_host(url, &above) && parts(url).starts_with(&parts(&above))
}

/// Whether two addresses have the same host and port, whatever their schemes.
pub(super) fn is_same_host(one: &Url, other: &Url) -> bool {
    one.host_str() == other.host_str()
        && (one.port() == other.port()
            || one.port_or_known_default() == other.port_or_known_default())
}

/// The parts of an address's path, as they are read.
pub(super) fn parts_of(url: &Url) -> Vec<String> {
    let parts = url.path().split('/').filter(|part| !part.is_empty());
    let read = |part| percent_encoding::percent_decode_str(part).decode_utf8_lossy();
    parts.map(|part| read(part).into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_below_another_by_whole_parts_of_its_path() {
        for (url, above, expected) in [
            ("https://a.example/x/y?z=1", "https://a.example/x", true),
            ("https://a.example/x", "https://a.example/x/", true),
            ("https://a.example/xy", "https://a.example/x", false),
            ("https://a.example/", "https://a.example", true),
            ("http://a.example:8080/x", "http://a.example:8080", true),
            ("http://a.example:8081/x", "http://a.example:8080", false),
            ("https://b.example/x", "https://a.example", false),
            (
                "https://github.com/team/orders/issues/1",
                "https://github.com/team/orders.git",
                true,
            ),
            ("https://a.example", "no address", false),
            ("https://a.example", "ftp://a.example", false),
        ] {
            let url = web_address(url).unwrap();
            assert_eq!(is_below(&url, above), expected, "{url} {above}");
        }
        assert_eq!(web_address("orders:1.4.0"), None);
        assert_eq!(web_address("miso://a.example/applications"), None);
    }
}
