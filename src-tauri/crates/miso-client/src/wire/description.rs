//! What an instance's own OpenAPI document says that it offers.

use serde_json::Value;

use crate::Capability;

/// The call that a capability is.
const CALLS: [(Capability, &str, &str); 8] = [
    (Capability::ApplicationDetail, "get", "/api/applications/{}"),
    (Capability::RecentActivity, "get", "/api/deployments"),
    (
        Capability::CancelDeployment,
        "delete",
        "/api/deployments/{}",
    ),
    (Capability::DeploymentLog, "get", "/api/deployments/{}/logs"),
    (Capability::Events, "get", "/api/applications/{}/events"),
    (Capability::Metrics, "get", "/api/applications/{}/metrics"),
    (
        Capability::MyPermissions,
        "get",
        "/api/users/me/permissions",
    ),
    (Capability::AccessRequests, "post", "/api/access-requests"),
];
/// The call whose answer may go on as a stream.
const LOGS: &str = "/api/applications/{}/logs";
/// The field of a deployment that a capability is.
const FIELDS: [(Capability, &str); 4] = [
    (Capability::DeployNote, "note"),
    (Capability::DeployFrom, "from"),
    (Capability::DeployConfiguration, "configuration"),
    (Capability::DryRun, "dryRun"),
];
const DEPLOY: &str = "/api/applications/{}/deploy";
/// References that lead to references.
const DEEPEST: usize = 10;

/// What the document says; `None` where it is none.
pub(crate) fn read(document: &Value) -> Option<Vec<(Capability, bool)>> {
    let paths = document.get("paths")?.as_object()?;
    let operation = |method: &str, path: &str| {
        paths
            .iter()
            .find(|(described, _)| without_names(described) == path)
            .and_then(|(_, item)| item.get(method))
    };
    let calls = CALLS
        .iter()
        .map(|(capability, method, path)| (*capability, operation(method, path).is_some()));
    let body = operation("post", DEPLOY)
        .and_then(|deploy| resolved(document, deploy.get("requestBody")?))
        .and_then(|body| resolved(document, body.pointer("/content/application~1json/schema")?));
    let fields = FIELDS.iter().map(|(capability, field)| {
        let has = body.is_some_and(|body| body.pointer(&format!("/properties/{field}")).is_some());
        (*capability, has)
    });
    let restart = body.is_some_and(|body| {
        let required = body.get("required").and_then(Value::as_array);
        body.pointer("/properties/image").is_some()
            && !required.is_some_and(|names| names.iter().any(|name| name == "image"))
    });
    let mut all: Vec<_> = calls.chain(fields).collect();
    let streams = operation("get", LOGS)
        .and_then(|logs| resolved(document, logs.pointer("/responses/200")?))
        .is_some_and(|answer| answer.pointer("/content/text~1event-stream").is_some());
    all.push((Capability::LiveLogs, streams));
    all.push((Capability::DeployWithoutImage, restart));
    all.push((Capability::Description, true));
    Some(all)
}

/// A path without the names of its parameters, which are everybody's own.
fn without_names(path: &str) -> String {
    let segments = path.split('/').map(|segment| {
        let is_parameter = segment.starts_with('{') && segment.ends_with('}');
        if is_parameter { "{}" } else { segment }
    });
    segments.collect::<Vec<_>>().join("/")
}

/// What a reference within the document leads to (RFC 6901).
pub(super) fn resolved<'a>(document: &'a Value, mut value: &'a Value) -> Option<&'a Value> {
    for _ in 0..DEEPEST {
        let Some(reference) = value.get("$ref").and_then(Value::as_str) else {
            return Some(value);
        };
        value = document.pointer(reference.strip_prefix('#')?)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Every instance that is read as documented has these.
    const EVERYWHERE: [Capability; 3] = [
        Capability::ApplicationLog,
        Capability::Configuration,
        Capability::AccessChanges,
    ];

    fn offered(document: &Value) -> Vec<Capability> {
        let all = read(document).unwrap();
        for capability in Capability::ALL {
            let said = all.iter().filter(|(said, _)| said == capability).count();
            let is_everywhere = EVERYWHERE.contains(capability);
            assert_eq!(said, usize::from(!is_everywhere), "{capability:?}");
        }
        let offered = all.into_iter().filter(|(_, is_offered)| *is_offered);
        offered.map(|(capability, _)| capability).collect()
    }

    #[test]
    fn a_document_says_which_calls_and_fields_there_are() {
        let document = json!({
            "paths": {
                "/api/applications/{applicationKey}": {"get": {}, "put": {}},
                "/api/applications/{key}/logs": {"get": {"responses": {
                    "200": {"$ref": "#/components/responses/Lines"}}}},
                "/api/deployments/{id}": {"get": {}},
                "/api/applications/{key}/deploy": {"post": {
                    "requestBody": {"$ref": "#/components/requestBodies/Deploy"}}},
            },
            "components": {
                "responses": {"Lines": {"content": {"text/event-stream": {}}}},
                "requestBodies": {"Deploy": {"content": {"application/json": {
                    "schema": {"$ref": "#/components/schemas/Deploy"}}}}},
                "schemas": {"Deploy": {"required": ["environment"],
                    "properties": {"environment": {}, "image": {}, "note": {}}}},
            },
        });
        assert_eq!(
            offered(&document),
            [
                Capability::ApplicationDetail,
                Capability::DeployNote,
                Capability::LiveLogs,
                Capability::DeployWithoutImage,
                Capability::Description,
            ]
        );
    }

    #[test]
    fn what_says_nothing_offers_nothing() {
        let only_description = [Capability::Description];
        let strict = json!({"paths": {"/api/applications/{k}/deploy": {"post": {"requestBody": {
            "content": {"application/json": {"schema": {"required": ["environment", "image"],
                "properties": {"environment": {}, "image": {}}}}}}}}}});
        let endless = json!({"paths": {"/api/applications/{k}/deploy": {"post": {
            "requestBody": {"$ref": "#/a"}}}}, "a": {"$ref": "#/a"}});
        for document in [json!({"paths": {}}), strict, endless] {
            assert_eq!(offered(&document), only_description, "{document}");
        }
        for none in [json!([]), json!({"swagger": "2.0"}), json!({"paths": 1})] {
            assert_eq!(read(&none), None);
        }
    }
}
