//! Conditional requests (RFC 9110 §13.1): who writes says which version was read, and who reads may
//! say which one is known.

use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::envelope::ApiError;

/// Refuses a write whose `If-Match` names another version than the one there is now; without the
/// header it is accepted.
pub(crate) fn must_match(headers: &HeaderMap, version: &str, of: &str) -> Result<(), ApiError> {
    if !headers.contains_key(header::IF_MATCH) || names(headers, header::IF_MATCH, version) {
        return Ok(());
    }
    let newer = ApiError::conflict(format!(
        "{of} was changed meanwhile: its version is \"{version}\" now."
    ));
    Err(match etag(version) {
        Ok(tag) => newer.with(header::ETAG, tag),
        Err(_) => newer,
    })
}

/// Whether a read's `If-None-Match` names the version there is now: it is not sent again then.
pub(crate) fn is_known(headers: &HeaderMap, version: &str) -> bool {
    names(headers, header::IF_NONE_MATCH, version)
}

fn names(headers: &HeaderMap, header: HeaderName, version: &str) -> bool {
    let is_this = |tag: &str| {
        // What lies between may have weakened it.
        let tag = tag.trim();
        tag == "*" || tag.strip_prefix("W/").unwrap_or(tag).trim_matches('"') == version
    };
    headers.get_all(header).iter().any(|value| {
        value
            .to_str()
            .is_ok_and(|tags| tags.split(',').any(is_this))
    })
}

/// A version as a header.
pub(crate) fn etag(version: &str) -> Result<HeaderValue, ApiError> {
    HeaderValue::from_str(&format!("\"{version}\"")).map_err(ApiError::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::IF_MATCH, HeaderValue::from_static(value))])
    }

    #[test]
    fn only_the_version_that_is_there_matches() {
        assert!(must_match(&HeaderMap::new(), "2", "It").is_ok());
        for matching in ["\"2\"", "W/\"2\"", "*", "\"1\", \"2\"", "2"] {
            assert!(
                must_match(&headers(matching), "2", "It").is_ok(),
                "{matching}"
            );
        }
        for stale in ["\"1\"", "", "\"22\"", "\"1\",\"3\""] {
            let refused = must_match(&headers(stale), "2", "It").unwrap_err();
            assert!(refused.message().contains("\"2\""), "{stale}");
        }
    }
}
