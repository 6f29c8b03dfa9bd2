//! Every rule of APP-MANIFEST.md broken in turn, over HTTP: 400, and the field is named. Written
//! by hand from the document.

use serde_json::{Value, json};

use crate::support::api::Answer;
use crate::support::instance::{Instance, Serve};
use crate::support::session::Session;

/// The smallest manifest with other fields in it, and the field that is wrong then.
fn broken() -> Vec<(Value, &'static str)> {
    let long = |length: usize| "x".repeat(length);
    let item = |change: Value| {
        let mut item = json!({"name": "A", "value": "b", "location": "variable", "required": true});
        for (name, value) in change.as_object().expect("an object") {
            item[name] = value.clone();
        }
        item
    };
    let role = |name: Value, value: Value, description: Value| json!({"roles": [{"name": name, "value": value, "description": description}]});
    let permission = |name: &str, roles: Value, description: &str| json!({"permissions": [{"name": name, "roles": roles, "description": description}]});
    vec![
        (json!({"key": null}), "key"),
        (json!({"key": "ab"}), "key"),
        (json!({"key": long(41)}), "key"),
        (json!({"key": "My App"}), "key"),
        (json!({"displayName": null}), "displayName"),
        (json!({"displayName": ""}), "displayName"),
        (json!({"displayName": long(101)}), "displayName"),
        (json!({"description": ""}), "description"),
        (json!({"description": long(501)}), "description"),
        (json!({"type": null}), "type"),
        (json!({"type": "website"}), "type"),
        (json!({"version": "1.2"}), "version"),
        (json!({"image": null}), "image"),
        (json!({"image": "orders"}), "image"),
        (json!({"image": "orders:1 "}), "image"),
        (json!({"registryMode": "dockerhub"}), "registryMode"),
        (json!({"port": null}), "port"),
        (json!({"port": 0}), "port"),
        (json!({"port": 65_536}), "port"),
        (json!({"port": "3000"}), "port"),
        (json!({"requiresDatabase": "yes"}), "requiresDatabase"),
        (json!({"requiresRedis": 1}), "requiresRedis"),
        (json!({"requiresStorage": []}), "requiresStorage"),
        (json!({"databases": [{}]}), "databases[0].name"),
        (
            json!({"databases": [{"name": "Orders"}]}),
            "databases[0].name",
        ),
        (
            json!({"databases": [{"name": "orders", "extensions": "pgcrypto"}]}),
            "databases[0].extensions",
        ),
        (
            json!({"configuration": [item(json!({"name": "a"}))]}),
            "configuration[0].name",
        ),
        (
            json!({"configuration": [item(json!({"value": 1}))]}),
            "configuration[0].value",
        ),
        (
            json!({"configuration": [item(json!({"value": null}))]}),
            "configuration[0].value",
        ),
        (
            json!({"configuration": [item(json!({"location": "file"}))]}),
            "configuration[0].location",
        ),
        (
            json!({"configuration": [item(json!({})), item(json!({"name": "B", "required": null}))]}),
            "configuration[1].required",
        ),
        (
            json!({"configuration": [item(json!({"portalInput": {"field": "number"}}))]}),
            "configuration[0].portalInput.field",
        ),
        (
            json!({"configuration": [item(json!({"portalInput": {"field": "text", "masked": 1}}))]}),
            "configuration[0].portalInput.masked",
        ),
        (
            json!({"conditionalConfiguration": [{"condition": "redis", "configuration": []}]}),
            "conditionalConfiguration[0].condition",
        ),
        (
            json!({"conditionalConfiguration": [{"condition": "{{x}}", "configuration": [item(json!({"name": "a"}))]}]}),
            "conditionalConfiguration[0].configuration[0].name",
        ),
        (
            json!({"healthCheck": {"path": "health"}}),
            "healthCheck.path",
        ),
        (
            json!({"healthCheck": {"interval": 9}}),
            "healthCheck.interval",
        ),
        (
            json!({"healthCheck": {"interval": 301}}),
            "healthCheck.interval",
        ),
        (
            json!({"healthCheck": {"probePath": "x"}}),
            "healthCheck.probePath",
        ),
        (
            json!({"healthCheck": {"probeRequestType": "PATCH"}}),
            "healthCheck.probeRequestType",
        ),
        (
            json!({"healthCheck": {"probeProtocol": "Tcp"}}),
            "healthCheck.probeProtocol",
        ),
        (
            json!({"healthCheck": {"probeIntervalInSeconds": 59}}),
            "healthCheck.probeIntervalInSeconds",
        ),
        (
            json!({"healthCheck": {"probeIntervalInSeconds": 601}}),
            "healthCheck.probeIntervalInSeconds",
        ),
        (
            json!({"healthCheck": {"bashProbe": "no"}}),
            "healthCheck.bashProbe",
        ),
        (
            json!({"frontDoorRouting": {"pattern": "/"}}),
            "frontDoorRouting.pattern",
        ),
        (
            json!({"frontDoorRouting": {"enabled": 1}}),
            "frontDoorRouting.enabled",
        ),
        (
            json!({"frontDoorRouting": {"requiresRuleSet": 1}}),
            "frontDoorRouting.requiresRuleSet",
        ),
        (
            json!({"frontDoorRouting": {"ruleSetConditions": [{"matchValues": "/"}]}}),
            "frontDoorRouting.ruleSetConditions[0].matchValues",
        ),
        (
            json!({"authentication": {"type": "saml"}}),
            "authentication.type",
        ),
        (
            json!({"authentication": {"enableSSO": "x"}}),
            "authentication.enableSSO",
        ),
        (
            json!({"authentication": {"requiredRoles": "admin"}}),
            "authentication.requiredRoles",
        ),
        (
            json!({"authentication": {"endpoints": {"local": "ftp://x"}}}),
            "authentication.endpoints.local",
        ),
        (
            json!({"authentication": {"endpoints": {"custom": "nowhere"}}}),
            "authentication.endpoints.custom",
        ),
        (role(json!(""), json!("a"), json!("b")), "roles[0].name"),
        (
            role(json!(long(101)), json!("a"), json!("b")),
            "roles[0].name",
        ),
        (role(json!("A"), json!("A B"), json!("b")), "roles[0].value"),
        (
            role(json!("A"), json!("a"), json!(null)),
            "roles[0].description",
        ),
        (
            json!({"roles": [{"name": "A", "value": "a", "description": "b", "groups": "g"}]}),
            "roles[0].groups",
        ),
        (permission("A.B", json!([]), "b"), "permissions[0].name"),
        (permission("a:b", json!("a"), "b"), "permissions[0].roles"),
        (
            permission("a:b", json!(["a"]), ""),
            "permissions[0].description",
        ),
        (json!({"repository": {"enabled": 1}}), "repository.enabled"),
        (
            json!({"repository": {"repositoryUrl": "https://example.org/a/b"}}),
            "repository.repositoryUrl",
        ),
        (json!({"startupCommand": ""}), "startupCommand"),
        (json!({"startupCommand": long(201)}), "startupCommand"),
        (
            json!({"runtimeVersion": {"node": "20"}}),
            "runtimeVersion.node",
        ),
        (
            json!({"runtimeVersion": {"python": "3"}}),
            "runtimeVersion.python",
        ),
        (
            json!({"runtimeVersion": {"dotnet": "8"}}),
            "runtimeVersion.dotnet",
        ),
        (
            json!({"scaling": {"minInstances": 0}}),
            "scaling.minInstances",
        ),
        (
            json!({"scaling": {"maxInstances": 21}}),
            "scaling.maxInstances",
        ),
        (
            json!({"scaling": {"minInstances": 3, "maxInstances": 2}}),
            "scaling.minInstances",
        ),
        (
            json!({"scaling": {"cpuThreshold": 9}}),
            "scaling.cpuThreshold",
        ),
        (
            json!({"scaling": {"cpuThreshold": 91}}),
            "scaling.cpuThreshold",
        ),
        (
            json!({"build": {"containerPort": 0}}),
            "build.containerPort",
        ),
        (json!({"build": {"language": "rust"}}), "build.language"),
        (json!({"build": {"context": "/srv"}}), "build.context"),
        (
            json!({"build": {"dockerfile": "C:\\Dockerfile"}}),
            "build.dockerfile",
        ),
        (
            json!({"build": {"envOutputPath": ""}}),
            "build.envOutputPath",
        ),
        (
            json!({"environments": {"test": {"image": "x"}}}),
            "environments.test.image",
        ),
        (
            json!({"environments": {}, "environmentOverrides": {"test": {"image": "x"}}}),
            "environmentOverrides.test.image",
        ),
        (
            json!({"environments": {"test": {"configuration": [item(json!({"name": "a"}))]}}}),
            "environments.test.configuration[0].name",
        ),
    ]
}

fn smallest() -> Value {
    json!({
        "key": "my-app", "displayName": "My Application", "type": "webapp",
        "image": "miso/hello:1.0", "port": 3000
    })
}

#[tokio::test]
async fn each_broken_rule_names_its_field() {
    let session = Session::without_display();
    let instance = started(&session);
    let api = instance.account().await;
    for (fields, wrong) in broken() {
        let mut manifest = smallest();
        for (name, value) in fields.as_object().expect("an object") {
            manifest[name] = value.clone();
        }
        let answer = api.post("/api/applications", &manifest).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (400, "VALIDATION_ERROR"),
            "{fields}: {answer:?}"
        );
        let details = &answer.json()["error"]["details"];
        let named: Vec<&Value> = details
            .as_array()
            .into_iter()
            .flatten()
            .map(|detail| &detail["field"])
            .collect();
        assert_eq!(named, [wrong], "{fields}: {details}");
        let message = details[0]["message"].as_str().unwrap_or_default();
        assert!(!message.is_empty(), "{fields}: {details}");
    }
    let none = api.get("/api/applications").await.json();
    assert_eq!(none["data"], json!([]), "nothing of it was kept");
    assert_eq!(api.post("/api/applications", &smallest()).await.status, 201);
}

#[tokio::test]
async fn bodies_that_are_none_are_told_apart() {
    let session = Session::without_display();
    let instance = started(&session);
    let api = instance.account().await;
    let path = "/api/applications";
    let json_type = "application/json";
    let refused = |answer: &Answer, status: u16, code: &str| {
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (status, code),
            "{answer:?}"
        );
    };
    let whole = smallest().to_string();
    for cut in [0, 1, whole.len() / 2, whole.len() - 1] {
        let answer = api.post_raw(path, json_type, &whole[..cut]).await;
        refused(&answer, 400, "VALIDATION_ERROR");
    }
    for other in ["[]", "null", "1", "\"text\"", "{}{}"] {
        let answer = api.post_raw(path, json_type, other).await;
        refused(&answer, 400, "VALIDATION_ERROR");
    }
    let deep = "[".repeat(10_000);
    refused(
        &api.post_raw(path, json_type, &deep).await,
        400,
        "VALIDATION_ERROR",
    );
    for media in ["text/plain", "application/x-www-form-urlencoded", "*/*"] {
        let answer = api.post_raw(path, media, &whole).await;
        refused(&answer, 415, "UNSUPPORTED_MEDIA_TYPE");
    }
    let padded = |length: usize| format!("{whole}{}", " ".repeat(length - whole.len()));
    let large = padded(1024 * 1024 + 1);
    refused(
        &api.post_raw(path, json_type, &large).await,
        413,
        "PAYLOAD_TOO_LARGE",
    );
    let largest = padded(1024 * 1024);
    assert_eq!(api.post_raw(path, json_type, &largest).await.status, 201);
    for (method, path) in [
        ("PATCH", "/api/applications"),
        ("POST", "/api/environments"),
        ("PUT", "/api/users/me"),
        ("DELETE", "/auth/token"),
    ] {
        let answer = api.call(method, path, &[]).await;
        refused(&answer, 405, "METHOD_NOT_ALLOWED");
        let allowed = answer.header("allow").unwrap_or_default();
        assert!(!allowed.is_empty(), "{method} {path}: {answer:?}");
        assert!(!allowed.contains(method), "{method} {path}: {allowed}");
    }
}

fn started(session: &Session) -> Instance {
    let serve = Serve::new(session, "data").account();
    serve.unlimited().start(session)
}
