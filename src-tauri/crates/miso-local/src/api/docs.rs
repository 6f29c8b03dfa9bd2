//! The OpenAPI document and its explorer (API.md, "The document itself"). Everything the page needs
//! comes from this binary: it works without the internet.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};
use http::{HeaderValue, header};
use utoipa_swagger_ui::Config;

use super::openapi;
use super::segments::Segment;
use crate::http::envelope::ApiError;
use crate::site::Shared;

/// Scripts and styles come from here alone; the page shares its origin with the sign-in page, so it
/// may not be framed and may send its forms nowhere.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
     img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'",
);

const PAGE: &str = r#"<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Miso API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/api/docs/swagger-ui.css">
</head>
<body>
<div id="explorer"></div>
<script src="/api/docs/swagger-ui-bundle.js"></script>
<script src="/api/docs/start.js"></script>
</body>
</html>
"#;

const START: &str = r##"SwaggerUIBundle({
  url: "/api/openapi.json",
  dom_id: "#explorer",
  validatorUrl: null,
  persistAuthorization: false,
});
"##;

/// The explorer.
#[utoipa::path(
    get,
    path = "/api/docs",
    operation_id = "getDocs",
    tag = "Document",
    responses((status = 200, description = "A page.", body = String, content_type = "text/html"))
)]
pub(super) async fn explorer() -> Response {
    let headers = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (
            header::REFERRER_POLICY,
            HeaderValue::from_static("no-referrer"),
        ),
    ];
    (headers, Html(PAGE)).into_response()
}

/// What the explorer's page is made of.
#[utoipa::path(
    get,
    path = "/api/docs/{part}",
    operation_id = "getDocsPart",
    tag = "Document",
    params(("part" = String, Path, description = "The name of a file.")),
    responses((status = 200, description = "The file.", content(
        (String = "text/javascript"),
        (String = "text/css")
    )))
)]
pub(super) async fn part(Segment(part): Segment) -> Result<Response, ApiError> {
    let kind = match part.as_str() {
        "start.js" | "swagger-ui-bundle.js" => "text/javascript; charset=utf-8",
        "swagger-ui.css" => "text/css; charset=utf-8",
        _ => return Err(ApiError::no_such("file", &part)),
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ),
    ];
    if part == "start.js" {
        return Ok((headers, START).into_response());
    }
    let file = utoipa_swagger_ui::serve(&part, Arc::new(Config::default()))
        .map_err(ApiError::internal)?
        .ok_or_else(|| ApiError::no_such("file", &part))?;
    Ok((headers, file.bytes.into_owned()).into_response())
}

/// The OpenAPI document: this one.
#[utoipa::path(
    get,
    path = "/api/openapi.json",
    operation_id = "getOpenApi",
    tag = "Document",
    responses((status = 200, description = "The document.", body = serde_json::Value))
)]
pub(super) async fn document(State(site): State<Shared>) -> Result<Response, ApiError> {
    let document = match site.document.get() {
        Some(document) => document.clone(),
        None => {
            let made = openapi::document(&site.without).map_err(ApiError::internal)?;
            let bytes = serde_json::to_vec(&made).map_err(ApiError::internal)?;
            site.document.get_or_init(|| bytes.into()).clone()
        }
    };
    let kind = HeaderValue::from_static("application/json");
    Ok(([(header::CONTENT_TYPE, kind)], document).into_response())
}
