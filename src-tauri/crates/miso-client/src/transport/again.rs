//! Which reads that failed are sent again, and after which pause. Writes never are.

use std::time::Duration;

use reqwest::StatusCode;

use crate::chance::any_share;
use crate::{Code, Failure};

/// About so long before each time; nobody who clicked waits much longer.
const PAUSES: [Duration; 2] = [Duration::from_millis(300), Duration::from_millis(1200)];
/// A server may ask for a longer pause than ours. Beyond this it is said instead.
const LONGEST: Duration = Duration::from_secs(5);

/// The pause before a read goes again that has failed that many times; `None` where another time
/// would bring nothing else.
pub(super) fn pause(failure: &Failure, failed_before: usize) -> Option<Duration> {
    let ours = PAUSES.get(failed_before)?;
    if !is_by_chance(failure) {
        return None;
    }
    let asked_for = failure.params.get("seconds");
    let asked_for = asked_for.and_then(|seconds| seconds.parse().ok());
    let asked_for = Duration::from_secs(asked_for.unwrap_or(0));
    (asked_for <= LONGEST).then(|| jittered(*ours).max(asked_for))
}

/// The server failed at it, or the connection ended while it answered. That no connection could be
/// made at all is said at once.
fn is_by_chance(failure: &Failure) -> bool {
    let status = failure.params.get("status").map(String::as_str);
    match failure.code {
        Code::ServerError | Code::NotMiso => [
            StatusCode::INTERNAL_SERVER_ERROR,
            StatusCode::BAD_GATEWAY,
            StatusCode::SERVICE_UNAVAILABLE,
            StatusCode::GATEWAY_TIMEOUT,
        ]
        .iter()
        .any(|chance| status == Some(chance.as_str())),
        Code::Offline => failure.params.contains_key("stage"),
        _ => false,
    }
}

/// Half of it to one and a half: those who failed together do not come back together.
fn jittered(pause: Duration) -> Duration {
    pause.mul_f64(0.5 + any_share())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_may_pass_goes_again_and_not_for_ever() {
        let failed = |code, status: u16| Failure::new(code).with("status", status);
        for (failure, again) in [
            (failed(Code::ServerError, 500), true),
            (failed(Code::ServerError, 503).with("seconds", 5), true),
            (failed(Code::ServerError, 503).with("seconds", 6), false),
            (failed(Code::NotMiso, 502), true),
            (failed(Code::ServerError, 501), false),
            (failed(Code::NotMiso, 200), false),
            (failed(Code::NotMiso, 404), false),
            (failed(Code::Forbidden, 403), false),
            (Failure::new(Code::Offline), false),
            (Failure::new(Code::Offline).with("stage", "answer"), true),
            (Failure::new(Code::Timeout).with("stage", "answer"), false),
            (Failure::new(Code::TooLarge), false),
        ] {
            assert_eq!(pause(&failure, 0).is_some(), again, "{failure:?}");
            assert_eq!(pause(&failure, PAUSES.len()), None, "{failure:?}");
        }
        let asked = failed(Code::ServerError, 503).with("seconds", 4);
        assert_eq!(pause(&asked, 0), Some(Duration::from_secs(4)));
    }

    #[test]
    fn pauses_differ_and_stay_near() {
        let pauses: Vec<_> = (0..200).map(|_| jittered(PAUSES[1])).collect();
        let near = PAUSES[1].mul_f64(0.5)..=PAUSES[1].mul_f64(1.5);
        assert!(pauses.iter().all(|pause| near.contains(pause)));
        assert!(pauses.iter().any(|pause| *pause < PAUSES[1].mul_f64(0.8)));
        assert!(pauses.iter().any(|pause| *pause > PAUSES[1].mul_f64(1.2)));
    }
}
