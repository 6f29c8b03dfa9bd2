//! What an answer's headers say: its kind, the limits, and when to come back.

use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::header::{CONTENT_TYPE, DATE, ETAG, HeaderMap, RETRY_AFTER};

use crate::Limits;

/// The longest window of the server's limits; nothing is waited for longer.
const LONGEST: i64 = 3600;

/// Whether an answer says that it is JSON, in any of its dialects.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    essence(headers).is_some_and(|essence| {
        essence == "application/json"
            || (essence.starts_with("application/") && essence.ends_with("+json"))
    })
}

/// Whether an answer says that it is a stream of events.
pub(super) fn is_events(headers: &HeaderMap) -> bool {
    essence(headers).is_some_and(|essence| essence == "text/event-stream")
}

/// The version of what is answered, to be given back as it came (RFC 9110 §8.8.3).
pub(super) fn entity_tag(headers: &HeaderMap) -> Option<String> {
    const LONGEST: usize = 200;
    let tag = text(headers, ETAG.as_str())?;
    let is_one = tag.strip_prefix("W/").unwrap_or(tag).starts_with('"') && tag.ends_with('"');
    (is_one && (2..=LONGEST).contains(&tag.len())).then(|| tag.to_owned())
}

/// The limits in `RateLimit-Policy: "hour";q=1000;w=3600, "minute";q=100;w=60`.
pub(super) fn policy(headers: &HeaderMap) -> Option<Limits> {
    let mut limits = Limits::default();
    for item in text(headers, "ratelimit-policy")?.split(',') {
        let parameter = |name: &str| {
            item.split(';')
                .skip(1)
                .find_map(|part| part.trim().strip_prefix(name)?.parse::<u32>().ok())
        };
        match (parameter("q="), parameter("w=")) {
            (Some(quota), Some(3600)) => limits.per_hour = quota,
            (Some(quota), Some(60)) => limits.per_minute = quota,
            _ => return None,
        }
    }
    Some(limits)
}

/// What is left of the hour, and until it begins anew: `X-RateLimit-Remaining` and
/// `X-RateLimit-Reset` (Unix seconds).
pub(super) fn reset_in(headers: &HeaderMap, now: DateTime<Utc>) -> Option<(u32, Duration)> {
    let number = |name: &str| text(headers, name)?.parse::<i64>().ok();
    let remaining = number("x-ratelimit-remaining")?.max(0);
    let reset = number("x-ratelimit-reset")?.saturating_sub(of_the_server(headers, now));
    let remaining = u32::try_from(remaining).unwrap_or(u32::MAX);
    Some((remaining, bounded(reset)))
}

/// `Retry-After` as seconds or a date (RFC 9110 §10.2.3).
pub(super) fn retry_after(headers: &HeaderMap, now: DateTime<Utc>) -> Option<Duration> {
    let text = text(headers, RETRY_AFTER.as_str())?;
    let seconds = match text.parse::<i64>() {
        Ok(seconds) => seconds,
        Err(_) => date(text)?.saturating_sub(of_the_server(headers, now)),
    };
    Some(bounded(seconds))
}

/// What the operator of the instance finds a request by; the envelope's own word goes before it.
pub(super) fn request_id(headers: &HeaderMap) -> Option<&str> {
    const LONGEST: usize = 200;
    // The first two are the usual ones; v1 has more names for it (API-V1.md §1.2).
    let names = [
        "x-request-id",
        "x-correlation-id",
        "x-correlationid",
        "correlation-id",
        "correlationid",
        "request-id",
    ];
    let mut found = names.into_iter().filter_map(|name| text(headers, name));
    found.find(|id| !id.is_empty() && id.len() <= LONGEST)
}

/// The server's own time, by which its moments are to be read: `Date`, else the clock here.
fn of_the_server(headers: &HeaderMap, now: DateTime<Utc>) -> i64 {
    text(headers, DATE.as_str())
        .and_then(date)
        .unwrap_or_else(|| now.timestamp())
}

fn date(text: &str) -> Option<i64> {
    let date = DateTime::parse_from_rfc2822(text).ok()?;
    Some(date.timestamp())
}

fn bounded(seconds: i64) -> Duration {
    Duration::from_secs(seconds.clamp(0, LONGEST).unsigned_abs())
}

/// The kind of an answer, without its parameters.
fn essence(headers: &HeaderMap) -> Option<String> {
    let essence = text(headers, CONTENT_TYPE.as_str())?.split(';').next()?;
    Some(essence.trim().to_ascii_lowercase())
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    Some(headers.get(name)?.to_str().ok()?.trim())
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderName;

    use super::*;

    fn headers(all: &[(&'static str, &str)]) -> HeaderMap {
        let named = |(name, value): &(&'static str, &str)| {
            (HeaderName::from_static(name), value.parse().unwrap())
        };
        all.iter().map(named).collect()
    }

    #[test]
    fn only_json_is_an_answer() {
        for (kind, good) in [
            ("application/json", true),
            ("Application/JSON; charset=utf-8", true),
            ("application/problem+json", true),
            ("text/html", false),
            ("text/json", false),
            ("application/jsonp", false),
        ] {
            assert_eq!(is_json(&headers(&[("content-type", kind)])), good, "{kind}");
        }
        assert!(!is_json(&HeaderMap::new()));
        let events = headers(&[("content-type", "Text/Event-Stream; charset=utf-8")]);
        assert!(is_events(&events) && !is_json(&events));
    }

    #[test]
    fn a_version_is_taken_only_in_its_own_form() {
        let long = format!("\"{}\"", "x".repeat(200));
        for (tag, good) in [
            ("\"7\"", true),
            ("W/\"7\"", true),
            ("7", false),
            ("\"", false),
            ("W/7", false),
            ("*", false),
            (long.as_str(), false),
        ] {
            let found = entity_tag(&headers(&[("etag", tag)]));
            assert_eq!(found.as_deref(), good.then_some(tag));
        }
    }

    #[test]
    fn reads_the_policy_header() {
        let told = |text| policy(&headers(&[("ratelimit-policy", text)]));
        assert_eq!(
            told("\"hour\";q=120;w=3600, \"minute\";q=20;w=60"),
            Some(Limits {
                per_hour: 120,
                per_minute: 20
            })
        );
        assert_eq!(told("nonsense"), None);
    }

    /// The server's clock is 09:00:00; ours may be five minutes off, either way.
    #[test]
    fn the_servers_moments_are_read_by_its_own_clock() {
        const DATE: &str = "Wed, 25 Nov 2026 09:00:00 GMT";
        let server: DateTime<Utc> = "2026-11-25T09:00:00Z".parse().unwrap();
        let reset = |seconds: i64| (server.timestamp() + seconds).to_string();
        for skew in [-300, 0, 300] {
            let now = server + chrono::TimeDelta::seconds(skew);
            for (ahead, expected) in [
                (240, 240),
                (0, 0),
                (-10, 0),
                (i64::MAX - server.timestamp(), 3600),
                (100 * 365 * 86_400, 3600),
            ] {
                let told = headers(&[
                    ("date", DATE),
                    ("x-ratelimit-remaining", "7"),
                    ("x-ratelimit-reset", &reset(ahead)),
                ]);
                let expected = Some((7, Duration::from_secs(expected)));
                assert_eq!(reset_in(&told, now), expected, "{skew} s off, {ahead} s");
            }
            for (after, expected) in [
                ("Wed, 25 Nov 2026 09:00:30 GMT", Some(30)),
                ("Wed, 25 Nov 2026 08:00:00 GMT", Some(0)),
                ("Wed, 25 Nov 2099 08:00:00 GMT", Some(3600)),
                ("12", Some(12)),
                ("-5", Some(0)),
                ("99999999999", Some(3600)),
                ("soon", None),
            ] {
                let told = headers(&[("date", DATE), ("retry-after", after)]);
                let expected = expected.map(Duration::from_secs);
                assert_eq!(retry_after(&told, now), expected, "{skew} s off: {after}");
            }
        }
    }

    #[test]
    fn without_a_date_our_clock_is_all_there_is() {
        let now: DateTime<Utc> = "2026-11-25T09:00:00Z".parse().unwrap();
        let reset = (now.timestamp() + 60).to_string();
        for date in [None, Some("yesterday")] {
            let mut told = headers(&[
                ("x-ratelimit-remaining", "-3"),
                ("x-ratelimit-reset", &reset),
                ("retry-after", "Wed, 25 Nov 2026 09:00:45 GMT"),
            ]);
            if let Some(date) = date {
                told.insert("date", date.parse().unwrap());
            }
            assert_eq!(reset_in(&told, now), Some((0, Duration::from_secs(60))));
            assert_eq!(retry_after(&told, now), Some(Duration::from_secs(45)));
        }
    }
}
