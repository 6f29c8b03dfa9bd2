//! Request bodies: read with a limit on size and time, and understood strictly.

use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use http::{HeaderMap, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use miso_api::ErrorCode;
use serde_json::{Map, Value};
use tokio::time::timeout;

use super::envelope::ApiError;

/// The largest body: 1 MiB.
const LARGEST: usize = 1024 * 1024;
/// The largest form: 64 KiB.
const LARGEST_FORM: usize = 64 * 1024;
/// How long a client may take to send its body.
const BODY_TIME: Duration = Duration::from_secs(30);

/// A body that is a JSON object.
pub(crate) struct JsonObject(pub(crate) Map<String, Value>);

impl<S: Send + Sync> FromRequest<S> for JsonObject {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        if !is_json(&parts.headers) {
            return Err(ApiError::new(
                ErrorCode::UnsupportedMediaType,
                "The body must be JSON: Content-Type: application/json.",
            ));
        }
        let bytes = read(&parts.headers, body).await?;
        let value: Value = serde_json::from_slice(&bytes).map_err(|error| {
            ApiError::new(
                ErrorCode::ValidationError,
                format!("The body is not JSON: {error}."),
            )
        })?;
        match value {
            Value::Object(object) => Ok(Self(object)),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_) => Err(ApiError::new(
                ErrorCode::ValidationError,
                "The body must be a JSON object.",
            )),
        }
    }
}

/// Reads a body of at most 1 MiB.
pub(crate) async fn read(headers: &HeaderMap, body: Body) -> Result<Bytes, ApiError> {
    read_up_to(LARGEST, headers, body).await
}

/// Reads a form of at most 64 KiB.
pub(crate) async fn read_form(headers: &HeaderMap, body: Body) -> Result<Bytes, ApiError> {
    read_up_to(LARGEST_FORM, headers, body).await
}

async fn read_up_to(largest: usize, headers: &HeaderMap, body: Body) -> Result<Bytes, ApiError> {
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok())
        .and_then(|length| length.parse::<u64>().ok());
    if announced.is_some_and(|length| length > largest as u64) {
        return Err(too_large(largest));
    }
    match timeout(BODY_TIME, Limited::new(body, largest).collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large(largest)),
        Ok(Err(error)) => Err(ApiError::new(
            ErrorCode::ValidationError,
            format!("The body could not be read: {error}."),
        )),
        Err(_) => Err(ApiError::new(
            ErrorCode::ValidationError,
            "The body did not come in time.",
        )),
    }
}

/// The media type of a request, without its parameters.
pub(crate) fn media_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let essence = value.split(';').next().unwrap_or(value);
    Some(essence.trim().to_ascii_lowercase())
}

fn is_json(headers: &HeaderMap) -> bool {
    media_type(headers).is_some_and(|media| {
        media == "application/json"
            || (media.starts_with("application/") && media.ends_with("+json"))
    })
}

fn too_large(largest: usize) -> ApiError {
    ApiError::new(
        ErrorCode::PayloadTooLarge,
        format!("The body is larger than {} KiB.", largest / 1024),
    )
}
