//! The OpenAPI document: made of the calls, with what all of them have in common added.

use miso_api::ErrorEnvelope;
use serde_json::{Map, Value, json};
use utoipa::OpenApi;

use super::{calls, parameters};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Miso API",
        description = "The API of an AI Fabrix Miso instance, as this one serves it."
    ),
    components(schemas(ErrorEnvelope, miso_api::LogGap)),
    tags(
        (name = "Sign-in", description = "How a service account gets a token"),
        (name = "Applications", description = "What is there"),
        (name = "Deployments", description = "What runs where, since when, and who asked for it"),
        (name = "Environments", description = "Where applications run"),
        (name = "Monitoring", description = "How it goes"),
        (name = "Configuration", description = "What applications are started with"),
        (name = "Access", description = "Who may do what"),
        (name = "Document", description = "This document"),
    )
)]
struct Base;

const METHODS: [&str; 5] = ["get", "put", "post", "delete", "patch"];
/// What may be called without a token.
pub(super) const OPEN: [&str; 3] = ["/api/docs", "/api/docs/{part}", "/api/openapi.json"];

/// The document without any call.
pub(super) fn base() -> utoipa::openapi::OpenApi {
    Base::openapi()
}

/// The document of all calls but those that are left out, by their `operationId`.
pub(crate) fn document(without: &[String]) -> Result<Value, serde_json::Error> {
    let mut document = serde_json::to_value(calls::served(base(), without).into_openapi())?;
    document["components"]["securitySchemes"] = json!({"bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "A token of `/auth/token`, or of the provider that \
                        `/.well-known/openid-configuration` describes."
    }});
    document["security"] = json!([{"bearer": []}]);
    for (name, schema) in manifests() {
        if let Some(known) = document["components"]["schemas"].get_mut(name) {
            *known = schema;
        }
    }
    if let Some(paths) = document["paths"].as_object_mut() {
        for (path, item) in paths {
            for method in METHODS {
                if let Some(operation) = item.get_mut(method) {
                    add_common(path, operation);
                }
            }
        }
    }
    Ok(document)
}

/// The manifest's schemas, made of the rules that check it.
fn manifests() -> [(&'static str, Value); 2] {
    let whole = miso_api::manifest::schema();
    let mut change = whole.clone();
    if let Some(required) = change["required"].as_array_mut() {
        required.retain(|name| name != "key");
    }
    [
        (parameters::MANIFEST, whole),
        (parameters::MANIFEST_CHANGE, change),
    ]
}

/// Adds what every call may answer, and the headers of the request limit.
fn add_common(path: &str, operation: &mut Value) {
    let api = path.starts_with("/api/");
    let open = OPEN.contains(&path);
    if open {
        operation["security"] = json!([]);
    }
    let parameters = operation["parameters"].as_array();
    let has = |place: &str| {
        parameters.is_some_and(|all| all.iter().any(|parameter| parameter["in"] == place))
    };
    let in_environment = parameters.is_some_and(|all| {
        all.iter()
            .any(|parameter| parameter["name"] == "environment")
    });
    let body = operation.get("requestBody").is_some();
    let refusals = [
        (
            400,
            has("query") || has("header") || body,
            "Something sent is not as it must be.",
        ),
        (401, !open, "There is no token, or one that does not count."),
        (
            403,
            true,
            "A permission is missing, or the request came from elsewhere.",
        ),
        (
            404,
            has("path") || in_environment || body && api,
            "There is no such thing.",
        ),
        (413, body, "The body is larger than 1 MiB."),
        (415, body, "The body is not JSON."),
        (
            429,
            api,
            "There were too many requests; `Retry-After` says how long to wait.",
        ),
        (
            500,
            true,
            "Something went wrong inside the instance; `requestId` names it in its log.",
        ),
    ];
    if !operation["responses"].is_object() {
        operation["responses"] = json!({});
    }
    let Some(responses) = operation["responses"].as_object_mut() else {
        return;
    };
    for (status, may, about) in refusals {
        if may {
            responses
                .entry(status.to_string())
                .or_insert_with(|| refusal(about));
        }
    }
    if api {
        for response in responses.values_mut() {
            add_limits(response);
        }
    }
}

fn refusal(about: &str) -> Value {
    json!({
        "description": about,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorEnvelope"}}}
    })
}

fn add_limits(response: &mut Value) {
    let Some(response) = response.as_object_mut() else {
        return;
    };
    let headers = response
        .entry("headers")
        .or_insert_with(|| Value::Object(Map::new()));
    for (name, about) in [
        ("X-RateLimit-Limit", "Requests an hour."),
        (
            "X-RateLimit-Remaining",
            "Requests that are left of this hour.",
        ),
        (
            "X-RateLimit-Reset",
            "When the hour ends, in seconds since 1970.",
        ),
    ] {
        headers[name] = json!({"description": about, "schema": {"type": "integer"}});
    }
}
