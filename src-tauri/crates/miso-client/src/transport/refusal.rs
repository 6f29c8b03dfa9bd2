//! What an answer that is not a success means (API.md, "Errors").

use std::time::Duration;

use miso_api::{ErrorCode, ErrorEnvelope};
use reqwest::StatusCode;

use crate::http::excerpt;
use crate::{Code, Failure};

/// In the platform's own shape, or in none.
pub(super) fn refusal(status: StatusCode, body: &[u8], retry_after: Option<Duration>) -> Failure {
    let Ok(envelope) = serde_json::from_slice::<ErrorEnvelope>(body) else {
        return match status {
            StatusCode::TOO_MANY_REQUESTS => rate_limited(retry_after),
            _ => not_miso(status, body),
        };
    };
    let error = envelope.error;
    let code = match &error.code {
        ErrorCode::ValidationError => Code::Validation,
        ErrorCode::Unauthorized => Code::Unauthorized,
        ErrorCode::Forbidden => Code::Forbidden,
        ErrorCode::NotFound => Code::NotFound,
        ErrorCode::Conflict => Code::Conflict,
        ErrorCode::RateLimited => Code::RateLimited,
        ErrorCode::InternalError => Code::ServerError,
        ErrorCode::MethodNotAllowed
        | ErrorCode::PayloadTooLarge
        | ErrorCode::UnsupportedMediaType
        | ErrorCode::Unknown(_) => by_status(status),
    };
    let failure = match code {
        Code::RateLimited => rate_limited(retry_after),
        _ => Failure::new(code).with("status", status.as_u16()),
    };
    Failure {
        message: Some(error.message).filter(|message| !message.is_empty()),
        request_id: error.request_id,
        details: error.details,
        ..failure
    }
}

/// Unknown codes are treated by their status.
fn by_status(status: StatusCode) -> Code {
    match status.as_u16() {
        401 => Code::Unauthorized,
        403 => Code::Forbidden,
        404 => Code::NotFound,
        409 => Code::Conflict,
        429 => Code::RateLimited,
        400..=499 => Code::Validation,
        _ => Code::ServerError,
    }
}

fn rate_limited(retry_after: Option<Duration>) -> Failure {
    Failure::new(Code::RateLimited).with("seconds", retry_after.map_or(60, |wait| wait.as_secs()))
}

/// An answer in no shape of ours: a proxy's page, a cut body, another service.
pub(super) fn not_miso(status: StatusCode, body: &[u8]) -> Failure {
    Failure::new(Code::NotMiso)
        .with("status", status.as_u16())
        .with("excerpt", excerpt(body))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::EXCERPT;

    #[test]
    fn every_code_of_the_envelope_and_every_status_has_its_meaning() {
        let envelope = |code: &str| {
            serde_json::json!({"error": {"code": code, "message": "m", "requestId": "req-1",
                "details": [{"field": "port", "message": "too large"}]}})
            .to_string()
        };
        for (status, word, code) in [
            (400, "VALIDATION_ERROR", Code::Validation),
            (401, "UNAUTHORIZED", Code::Unauthorized),
            (403, "FORBIDDEN", Code::Forbidden),
            (404, "NOT_FOUND", Code::NotFound),
            (409, "CONFLICT", Code::Conflict),
            (429, "RATE_LIMITED", Code::RateLimited),
            (500, "INTERNAL_ERROR", Code::ServerError),
            (409, "A_NEW_WORD", Code::Conflict),
            (413, "PAYLOAD_TOO_LARGE", Code::Validation),
            (503, "A_NEW_WORD", Code::ServerError),
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            let failure = refusal(status, envelope(word).as_bytes(), None);
            assert_eq!(failure.code, code, "{word}");
            assert_eq!(failure.request_id.as_deref(), Some("req-1"));
            assert_eq!(failure.details[0].field, "port");
        }
    }

    #[test]
    fn what_is_no_envelope_keeps_status_and_an_excerpt() {
        let page = format!("<html>{}</html>", "x".repeat(10_000));
        for body in [page.as_bytes(), b"", b"\xff\xfe", br#"{"error":"text"}"#] {
            let failure = refusal(StatusCode::BAD_GATEWAY, body, None);
            assert_eq!(failure.code, Code::NotMiso);
            assert_eq!(failure.params["status"], "502");
            assert!(failure.params["excerpt"].chars().count() <= EXCERPT);
        }
    }
}
