//! The error envelope (API.md, "Errors").

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::open::{null_as_default, open_enum};

/// The body of every error answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ErrorEnvelope {
    /// The error.
    pub error: ErrorBody,
}

/// What went wrong, as the server says it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ErrorBody {
    /// The stable word to decide by.
    pub code: ErrorCode,
    /// Words for people; shown, never matched.
    #[serde(default, deserialize_with = "null_as_default")]
    pub message: String,
    /// What is wrong with which field.
    #[serde(default, deserialize_with = "null_as_default")]
    pub details: Vec<ErrorDetail>,
    /// When.
    #[serde(default)]
    pub timestamp: Option<DateTime<Utc>>,
    /// What to tell the operator of the instance.
    #[serde(default)]
    pub request_id: Option<String>,
}

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ErrorDetail {
    /// The field's path, such as `configuration[0].name`.
    #[serde(default, deserialize_with = "null_as_default")]
    #[specta(type = String)]
    pub field: String,
    /// Words for people.
    #[serde(default, deserialize_with = "null_as_default")]
    #[specta(type = String)]
    pub message: String,
}

open_enum! {
    /// The stable codes of API.md.
    ErrorCode {
        /// 400: a field or the body is not as it must be.
        ValidationError = "VALIDATION_ERROR",
        /// 401: no token, or one that does not count any more.
        Unauthorized = "UNAUTHORIZED",
        /// 403: a permission is missing, or the request came from elsewhere.
        Forbidden = "FORBIDDEN",
        /// 404: no such thing.
        NotFound = "NOT_FOUND",
        /// 409: the key is taken, the version is stale, or something is under way.
        Conflict = "CONFLICT",
        /// 429: too many requests.
        RateLimited = "RATE_LIMITED",
        /// 500: the server's own fault.
        InternalError = "INTERNAL_ERROR",
        /// 405: not with this method.
        MethodNotAllowed = "METHOD_NOT_ALLOWED",
        /// 413: the body is too large.
        PayloadTooLarge = "PAYLOAD_TOO_LARGE",
        /// 415: the body is not JSON.
        UnsupportedMediaType = "UNSUPPORTED_MEDIA_TYPE",
    }
}

impl ErrorCode {
    /// The HTTP status that belongs to the code; `None` for a code this version does not know.
    pub fn status(&self) -> Option<u16> {
        Some(match self {
            Self::ValidationError => 400,
            Self::Unauthorized => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::Conflict => 409,
            Self::PayloadTooLarge => 413,
            Self::UnsupportedMediaType => 415,
            Self::RateLimited => 429,
            Self::InternalError => 500,
            Self::Unknown(_) => return None,
        })
    }
}
