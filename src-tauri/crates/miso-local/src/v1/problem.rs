//! Errors as v1 says them (RFC 7807 with the extensions of API-V1.md §1.5). Handlers refuse as the
//! documented API does; here the refusal is written in the other form.

use axum::Json;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{is_ours, principal};
use crate::http::envelope::Refused;
use crate::site::Shared;

const CORRELATION: HeaderName = HeaderName::from_static("x-correlation-id");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The longest correlation id that is taken over from a request, in bytes.
const LONGEST: usize = 128;

/// Around everything the instance answers: what belongs to v1 says its errors in v1's form, and
/// every answer of it names its correlation id.
pub(crate) async fn in_its_form(
    State(site): State<Shared>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path().to_owned();
    // Where nothing else is spoken, an unknown path is v1's too.
    let is_v1 = site.speaks.v1() && (is_ours(&path) || !site.speaks.documented());
    if !is_v1 {
        return next.run(request).await;
    }
    let sent = correlation(request.headers());
    let tried = principal::tried(request.headers());
    let mut response = next.run(request).await;
    let refused = response.extensions_mut().remove::<Refused>();
    let id = match (&sent, &refused) {
        (Some(sent), _) => sent.clone(),
        (None, Some(refused)) => refused.request_id.clone(),
        (None, None) => Uuid::new_v4().to_string(),
    };
    let mut response = match refused {
        Some(refused) => rewritten(response, &refused, &path, &id, tried),
        None => response,
    };
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(CORRELATION, id);
    }
    response
}

/// An answer that is refused with a status of its own, for which the documented API has no code.
pub(super) fn refusal(status: StatusCode, message: &str) -> Response {
    let mut response = status.into_response();
    response.extensions_mut().insert(Refused {
        status,
        message: message.to_owned(),
        details: Vec::new(),
        lacking: None,
        request_id: format!("req-{}", Uuid::new_v4().simple()),
    });
    response
}

fn rewritten(
    response: Response,
    refused: &Refused,
    path: &str,
    id: &str,
    tried: Option<&'static str>,
) -> Response {
    let mut problem = Map::new();
    let mut say = |name: &str, value: Value| problem.insert(name.to_owned(), value);
    let status = refused.status;
    say("type", json!(format!("/Errors/{}", name(status))));
    say(
        "title",
        json!(status.canonical_reason().unwrap_or_default()),
    );
    say("status", json!(status.as_u16()));
    say("detail", json!(refused.message));
    say("instance", json!(path));
    say("correlationId", json!(id));
    // Without a field there is no list: some clients show nothing of an error that has one.
    if !refused.details.is_empty() {
        say("errors", json!(refused.details));
    }
    if let Some(permission) = &refused.lacking {
        let permissions = [permission];
        say(
            "required",
            json!({"permissions": permissions, "requireAll": true}),
        );
        say("missing", json!({"permissions": permissions}));
    }
    if status == StatusCode::UNAUTHORIZED {
        say("authMethod", json!(tried));
    }
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.remove(REQUEST_ID);
    let body = Json(Value::Object(problem)).into_response().into_body();
    let mut response = Response::from_parts(parts, body);
    let media = HeaderValue::from_static("application/problem+json");
    response.headers_mut().insert(header::CONTENT_TYPE, media);
    response
}

/// The name of a status in `type`: its reason phrase as one word.
fn name(status: StatusCode) -> String {
    let phrase = status.canonical_reason().unwrap_or("Error");
    phrase.chars().filter(char::is_ascii_alphanumeric).collect()
}

/// The correlation id of a request, where it is one.
fn correlation(headers: &HeaderMap) -> Option<String> {
    let sent = headers.get(CORRELATION)?.to_str().ok()?;
    let is_plain = sent.bytes().all(|byte| byte.is_ascii_graphic());
    (is_plain && (1..=LONGEST).contains(&sent.len())).then(|| sent.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_the_reason_as_one_word() {
        for (status, expected) in [
            (400, "BadRequest"),
            (404, "NotFound"),
            (405, "MethodNotAllowed"),
            (422, "UnprocessableEntity"),
            (429, "TooManyRequests"),
            (500, "InternalServerError"),
            (503, "ServiceUnavailable"),
        ] {
            assert_eq!(name(StatusCode::from_u16(status).unwrap()), expected);
        }
    }
}
