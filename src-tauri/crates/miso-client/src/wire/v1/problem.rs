//! What an answer that is not a success means (API-V1.md §1.5): RFC 7807 with the controller's own
//! members, and the older shapes that its clients know.

use std::time::Duration;

use miso_api::ErrorDetail;
use reqwest::StatusCode;
use serde_json::Value;

use super::Fields;
use crate::{Code, Failure};

/// Where there is nothing to wait by (§1.6: no headers are declared), so long is waited at first.
const WAIT: Duration = Duration::from_secs(60);

/// The failure that a problem document tells; `None` where the body is none of the controller's.
pub(crate) fn failure(
    status: StatusCode,
    body: &[u8],
    retry_after: Option<Duration>,
) -> Option<Failure> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let outer = Fields::of(&body);
    let inner = outer.object("error");
    let problem = if inner.is_empty() { outer } else { inner };
    if !is_ours(problem) {
        return None;
    }
    let code = code_of(status);
    let failure = match code {
        Code::RateLimited => {
            Failure::new(code).with("seconds", retry_after.unwrap_or(WAIT).as_secs())
        }
        _ => Failure::new(code).with("status", status.as_u16()),
    };
    let failure = permissions(problem)
        .into_iter()
        .fold(failure, |failure, (name, words)| failure.with(name, words));
    let details = details(problem);
    Some(Failure {
        message: words(problem).or_else(|| first(&details)),
        request_id: problem
            .name(&["correlationId", "requestId"])
            .or_else(|| outer.name(&["correlationId", "requestId"])),
        details,
        ..failure
    })
}

/// By its status alone: the names in `type` are those of the statuses.
pub(crate) fn code_of(status: StatusCode) -> Code {
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

/// Whether it is a word of the controller's. What a gateway puts in its place has a message at most, and
/// says nothing about a session.
fn is_ours(problem: Fields<'_>) -> bool {
    let kind = problem.text(&["type"]).unwrap_or_default();
    let has_title = problem.text(&["title"]).is_some();
    kind.starts_with("/Errors/")
        || problem.name(&["correlationId", "authMethod"]).is_some()
        || problem.flag(&["success"]) == Some(false)
        || problem.any(&["errors", "required", "missing"]).is_some()
        || (has_title && problem.number(&["status", "statusCode"]).is_some())
        || (has_title && problem.text(&["detail"]).is_some())
}

fn words(problem: Fields<'_>) -> Option<String> {
    problem.text(&["detail", "title", "errorDescription", "message", "error"])
}

fn first(details: &[ErrorDetail]) -> Option<String> {
    let first = details.first()?;
    Some(first.message.clone()).filter(|message| !message.is_empty())
}

/// `{field, message}`, as other validators write it, or words alone.
fn details(problem: Fields<'_>) -> Vec<ErrorDetail> {
    let detail = |value: &Value| {
        if let Value::String(message) = value {
            return ErrorDetail {
                field: String::new(),
                message: message.clone(),
            };
        }
        let fields = Fields::of(value);
        let place = fields.list("loc").iter().filter_map(|part| match part {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        });
        let place: Vec<String> = place.collect();
        ErrorDetail {
            field: fields
                .text(&["field", "path"])
                .unwrap_or_else(|| place.join(".")),
            message: fields.text(&["message", "msg"]).unwrap_or_default(),
        }
    };
    let all = problem.list("errors").iter().map(detail);
    all.filter(|detail| !detail.field.is_empty() || !detail.message.is_empty())
        .collect()
}

/// What is missing, else what is needed: `permission` and `role`, for the words.
fn permissions(problem: Fields<'_>) -> Vec<(&'static str, String)> {
    let named = |kind: &str, older: &str| {
        let mut found = problem.object("missing").texts(kind);
        for other in [
            problem.texts(&format!("missing{older}")),
            problem.object("required").texts(kind),
            problem.texts(&format!("required{older}")),
        ] {
            if found.is_empty() {
                found = other;
            }
        }
        (!found.is_empty()).then(|| found.join(", "))
    };
    let all = [
        ("permission", named("permissions", "Permissions")),
        ("role", named("roles", "Roles")),
    ];
    let said = all.into_iter();
    said.filter_map(|(name, words)| Some((name, words?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(status: u16, body: &str) -> Option<Failure> {
        failure(StatusCode::from_u16(status).unwrap(), body.as_bytes(), None)
    }

    /// API-V1.md §1.5, literally.
    #[test]
    fn every_status_has_its_meaning_and_its_correlation_id() {
        for (status, name, code) in [
            (400, "BadRequest", Code::Validation),
            (401, "Unauthorized", Code::Unauthorized),
            (403, "Forbidden", Code::Forbidden),
            (404, "NotFound", Code::NotFound),
            (405, "MethodNotAllowed", Code::Validation),
            (409, "Conflict", Code::Conflict),
            (422, "UnprocessableEntity", Code::Validation),
            (429, "TooManyRequests", Code::RateLimited),
            (500, "InternalServerError", Code::ServerError),
            (503, "ServiceUnavailable", Code::ServerError),
            (504, "GatewayTimeout", Code::ServerError),
        ] {
            let body = format!(
                r#"{{"type":"/Errors/{name}","title":"{name}","status":{status},"detail":"why",
                    "instance":"/api/v1/applications","correlationId":"c-1"}}"#
            );
            let failure = read(status, &body).unwrap();
            assert_eq!(failure.code, code, "{name}");
            assert_eq!(failure.request_id.as_deref(), Some("c-1"));
            assert_eq!(failure.message.as_deref(), Some("why"));
        }
    }

    #[test]
    fn what_is_wrong_with_a_field_is_said_at_it() {
        let failure = read(
            422,
            r#"{"type":"/Errors/UnprocessableEntity","title":"Unprocessable Entity","status":422,
               "errors":[{"field":"configuration.port","message":"too large","value":70000},
                         {"path":"key","msg":"taken"},{"loc":["body","items",0],"msg":"bad"},"as a whole"]}"#,
        )
        .unwrap();
        let found: Vec<(&str, &str)> = failure
            .details
            .iter()
            .map(|detail| (detail.field.as_str(), detail.message.as_str()))
            .collect();
        let expected = [
            ("configuration.port", "too large"),
            ("key", "taken"),
            ("body.items.0", "bad"),
            ("", "as a whole"),
        ];
        assert_eq!(found, expected);
        assert_eq!(failure.message.as_deref(), Some("Unprocessable Entity"));
    }

    #[test]
    fn what_is_missing_is_named() {
        for (body, permission, role) in [
            (
                r#"{"type":"/Errors/Forbidden","title":"Forbidden","status":403,
                    "required":{"permissions":["applications:deploy","logs:read"],"requireAll":true},
                    "missing":{"permissions":["applications:deploy"]},"userRoles":["aifabrix-observer"]}"#,
                Some("applications:deploy"),
                None,
            ),
            (
                r#"{"title":"Forbidden","status":403,"required":{"roles":["aifabrix-developer"]}}"#,
                None,
                Some("aifabrix-developer"),
            ),
            (
                r#"{"title":"Forbidden","status":403,"requiredPermissions":["a:b"],"missingPermissions":["c:d"]}"#,
                Some("c:d"),
                None,
            ),
            (r#"{"title":"Forbidden","status":403}"#, None, None),
        ] {
            let failure = read(403, body).unwrap();
            let param = |name: &str| failure.params.get(name).map(String::as_str);
            assert_eq!((param("permission"), param("role")), (permission, role));
        }
    }

    #[test]
    fn older_shapes_are_read_too() {
        for body in [
            r#"{"errors":["Token expired"],"type":"/Errors/Unauthorized","title":"Unauthorized","statusCode":401,"correlationId":"c-2"}"#,
            r#"{"error":{"errors":["Token expired"],"title":"Unauthorized","statusCode":401,"correlationId":"c-2"}}"#,
            r#"{"success":false,"error":"Token expired","correlationId":"c-2"}"#,
            r#"{"title":"Unauthorized","status":401,"detail":"Token expired","authMethod":null,"correlationId":"c-2"}"#,
        ] {
            let failure = read(401, body).unwrap();
            assert_eq!(failure.code, Code::Unauthorized, "{body}");
            assert_eq!(failure.request_id.as_deref(), Some("c-2"));
            assert!(failure.message.is_some());
        }
    }

    #[test]
    fn what_a_gateway_says_is_not_the_controllers() {
        for body in [
            "<html>Unauthorized</html>",
            "",
            r#"{"message":"Unauthorized"}"#,
            r#"{"error":"invalid_token"}"#,
            r#"{"title":"Sign in"}"#,
            "[]",
            "null",
        ] {
            assert_eq!(read(401, body), None, "{body}");
        }
    }

    #[test]
    fn without_a_word_of_how_long_a_minute_is_waited() {
        let body = r#"{"type":"/Errors/TooManyRequests","title":"Too Many Requests","status":429}"#;
        assert_eq!(read(429, body).unwrap().params["seconds"], "60");
        let told = Some(Duration::from_secs(7));
        let failure = failure(StatusCode::TOO_MANY_REQUESTS, body.as_bytes(), told);
        assert_eq!(failure.unwrap().params["seconds"], "7");
    }

    proptest! {
        #[test]
        fn no_body_breaks_it(status in 400u16..600, body in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = failure(StatusCode::from_u16(status).unwrap(), &body, None);
        }
    }
}
