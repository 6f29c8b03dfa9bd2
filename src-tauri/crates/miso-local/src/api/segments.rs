//! Parts of a path.

use axum::extract::{FromRequestParts, RawPathParams};
use http::request::Parts;

use crate::http::envelope::ApiError;

/// The one key or id in a path.
pub(super) struct Segment(pub(super) String);

impl<S: Send + Sync> FromRequestParts<S> for Segment {
    type Rejection = ApiError;

    /// A part that is not UTF-8 names nothing.
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let unknown = || ApiError::no_such_path(parts.uri.path());
        let parameters = RawPathParams::from_request_parts(&mut parts.clone(), state)
            .await
            .map_err(|_| unknown())?;
        let segment = parameters
            .iter()
            .next()
            .map(|(_, value)| Self(value.to_owned()));
        segment.ok_or_else(unknown)
    }
}
