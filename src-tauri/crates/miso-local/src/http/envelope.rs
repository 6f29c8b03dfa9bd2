//! Error answers in the platform's envelope (API.md, "Errors").

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use miso_api::{ErrorBody, ErrorCode, ErrorDetail, ErrorEnvelope, Permission};
use uuid::Uuid;

use crate::random::NoRandomness;
use crate::sealing::SealBroken;
use crate::store::{self, StoreError};

/// How many details an error lists.
const MOST_DETAILS: usize = 100;

/// Carries the id that the envelope also has.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// An error on its way to the caller.
#[derive(Debug)]
pub(crate) struct ApiError {
    code: ErrorCode,
    message: String,
    details: Vec<ErrorDetail>,
    why: Why,
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// What is known of the reason beside the message.
#[derive(Debug)]
enum Why {
    Told,
    /// The caller lacks that permission.
    Lacks(Box<str>),
    /// What really happened; for the instance's own log, never sent.
    Inside(Box<str>),
}

impl ApiError {
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            details: Vec::new(),
            why: Why::Told,
            headers: Vec::new(),
        }
    }

    /// 400 with what is wrong with which field, at most [`MOST_DETAILS`] of them.
    pub(crate) fn invalid(mut details: Vec<ErrorDetail>) -> Self {
        let message = match details.as_slice() {
            [only] => format!("{}: {}", only.field, only.message),
            several if several.len() > MOST_DETAILS => format!(
                "{} rules are broken; the first {MOST_DETAILS} are listed",
                several.len()
            ),
            several => format!("{} fields are not as they must be", several.len()),
        };
        details.truncate(MOST_DETAILS);
        Self {
            details,
            ..Self::new(ErrorCode::ValidationError, message)
        }
    }

    /// 400 about one field.
    pub(crate) fn field(field: &str, message: impl Into<String>) -> Self {
        Self::invalid(vec![ErrorDetail {
            field: field.to_owned(),
            message: message.into(),
        }])
    }

    /// 401, with the challenge that RFC 6750 §3 asks for.
    pub(crate) fn unauthorized(message: &str) -> Self {
        Self::new(ErrorCode::Unauthorized, message)
            .with(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
    }

    /// 403 that names the missing permission.
    pub(crate) fn lacks(permission: &Permission, environment: Option<&str>) -> Self {
        Self::lacks_named(permission.as_str(), environment)
    }

    /// The same with the permission's word.
    pub(crate) fn lacks_named(permission: &str, environment: Option<&str>) -> Self {
        let place = environment
            .map(|key| format!(" in {key}"))
            .unwrap_or_default();
        let message = format!("You lack the permission {permission}{place}.");
        Self {
            why: Why::Lacks(permission.into()),
            ..Self::new(ErrorCode::Forbidden, message)
        }
    }

    /// 404 about a thing that has a key or an id.
    pub(crate) fn no_such(kind: &str, key: &str) -> Self {
        Self::new(
            ErrorCode::NotFound,
            format!("There is no {kind} \"{key}\"."),
        )
    }

    /// 404 about a path; the detail tells it from a missing thing, as a client that looks for
    /// capabilities must.
    pub(crate) fn no_such_path(path: &str) -> Self {
        let details = vec![ErrorDetail {
            field: "path".to_owned(),
            message: "This instance has no such path.".to_owned(),
        }];
        Self {
            details,
            ..Self::new(ErrorCode::NotFound, format!("There is no path {path}."))
        }
    }

    pub(crate) fn conflict(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::Conflict, message)
    }

    pub(crate) fn internal(cause: impl ToString) -> Self {
        Self {
            why: Why::Inside(cause.to_string().into()),
            ..Self::new(
                ErrorCode::InternalError,
                "Something went wrong inside the instance.",
            )
        }
    }

    /// The words for the caller.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// What is wrong with which field.
    pub(crate) fn details(&self) -> &[ErrorDetail] {
        &self.details
    }

    /// The stable word.
    pub(crate) fn code(&self) -> &ErrorCode {
        &self.code
    }

    /// Writes what really happened into the instance's own log.
    pub(crate) fn note_cause(&self, request_id: &str) {
        if let Why::Inside(cause) = &self.why {
            tracing::error!(request_id, cause, "a request failed inside the instance");
        }
    }

    pub(crate) fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        Self::internal(error)
    }
}

impl From<NoRandomness> for ApiError {
    fn from(error: NoRandomness) -> Self {
        Self::internal(error)
    }
}

impl From<SealBroken> for ApiError {
    fn from(error: SealBroken) -> Self {
        Self::internal(error)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = self
            .code
            .status()
            .and_then(|status| StatusCode::from_u16(status).ok())
            .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let request_id = format!("req-{}", Uuid::new_v4().simple());
        self.note_cause(&request_id);
        let id = HeaderValue::from_str(&request_id);
        let refused = Refused {
            status,
            message: self.message.clone(),
            details: self.details.clone(),
            lacking: match self.why {
                Why::Lacks(permission) => Some(permission.into()),
                Why::Told | Why::Inside(_) => None,
            },
            request_id: request_id.clone(),
        };
        let envelope = ErrorEnvelope {
            error: ErrorBody {
                code: self.code,
                message: self.message,
                details: self.details,
                timestamp: Some(store::now()),
                request_id: Some(request_id),
            },
        };
        let mut response = (status, Json(envelope)).into_response();
        let headers = response.headers_mut();
        headers.extend(
            self.headers
                .into_iter()
                .map(|(name, value)| (Some(name), value)),
        );
        if let Ok(id) = id {
            headers.insert(REQUEST_ID, id);
        }
        response.extensions_mut().insert(refused);
        response
    }
}

/// What an error answer says, beside the answer: for those who write it in another form.
#[derive(Clone, Debug)]
pub(crate) struct Refused {
    pub(crate) status: StatusCode,
    pub(crate) message: String,
    pub(crate) details: Vec<ErrorDetail>,
    /// The permission that the caller lacks.
    pub(crate) lacking: Option<String>,
    pub(crate) request_id: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt;
    use serde_json::{Value, json};

    #[tokio::test]
    async fn an_error_is_the_documented_envelope() {
        let response =
            ApiError::field("displayName", "must be 1 to 100 characters").into_response();
        assert_eq!(response.status(), 400);
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body["error"]["code"], "VALIDATION_ERROR");
        assert_eq!(
            body["error"]["details"],
            json!([{"field": "displayName", "message": "must be 1 to 100 characters"}])
        );
        assert!(
            body["error"]["requestId"]
                .as_str()
                .unwrap()
                .starts_with("req-")
        );
        let timestamp = body["error"]["timestamp"].as_str().unwrap();
        assert!(timestamp.ends_with('Z'), "{timestamp}");
        let fraction = timestamp.split_once('.').map_or("", |(_, digits)| digits);
        assert!(fraction.len() <= "123Z".len(), "milliseconds: {timestamp}");
    }

    #[tokio::test]
    async fn a_long_list_of_faults_is_cut_and_its_length_said() {
        let fault = |number: usize| ErrorDetail {
            field: format!("configuration[{number}].name"),
            message: "is not a name".to_owned(),
        };
        let response = ApiError::invalid((0..5_000).map(fault).collect()).into_response();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body["error"]["details"].as_array().unwrap().len(), 100);
        let message = body["error"]["message"].as_str().unwrap();
        assert!(message.starts_with("5000 rules"), "{message}");
    }

    #[tokio::test]
    async fn the_cause_of_an_inner_fault_is_not_told() {
        let response = ApiError::internal("table secrets is gone").into_response();
        assert_eq!(response.status(), 500);
        let body = response.into_body().collect().await.unwrap().to_bytes();
        assert!(!String::from_utf8_lossy(&body).contains("secrets"));
    }
}
