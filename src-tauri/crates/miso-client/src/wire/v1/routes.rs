//! The calls of v1: paths, parameters and bodies of every one that is made (API-V1.md §2, §3).

use serde_json::{Map, Value, json};

use crate::transport::Call;
use crate::wire::documented::segment;

/// Entries that are asked for at once: what the controller's own clients ask for at most.
pub(crate) const PAGE_SIZE: u32 = 100;
/// The same of deployments, of which each is large.
pub(crate) const DEPLOYMENTS: u32 = 50;

const ROOT: &str = "/api/v1";

/// `GET /health`, public: what an instance is known by.
pub(crate) const HEALTH_PATH: &str = "/api/v1/health";
/// `POST /auth/token`: a client's id and secret for a client token.
pub(crate) const TOKEN_PATH: &str = "/api/v1/auth/token";
/// `POST /auth/login`: begins a sign-in on another device.
pub(crate) const DEVICE_PATH: &str = "/api/v1/auth/login";
/// `POST /auth/login/device/token`: asks whether it is done.
pub(crate) const DEVICE_TOKEN_PATH: &str = "/api/v1/auth/login/device/token";
/// `POST /auth/login/device/refresh`.
pub(crate) const DEVICE_REFRESH_PATH: &str = "/api/v1/auth/login/device/refresh";
/// `GET /auth/user`.
pub(crate) const USER_PATH: &str = "/api/v1/auth/user";

/// Whether what a path answers may be a token (API-V1.md §2.2).
pub(crate) fn gives_tokens(path: &str) -> bool {
    let Some(call) = path.strip_prefix("/api/v1/auth/") else {
        return false;
    };
    [
        "token",
        "client-token",
        "login",
        "session",
        "refresh",
        "bootstrap",
        "callback",
    ]
    .iter()
    .any(|first| call.split('/').next() == Some(first))
}

pub(crate) fn user() -> Call {
    Call::get(USER_PATH)
}

pub(crate) fn roles() -> Call {
    Call::get(format!("{ROOT}/auth/roles"))
}

pub(crate) fn permissions(environment: Option<&str>, application: Option<&str>) -> Call {
    Call::get(format!("{ROOT}/auth/permissions"))
        .query_if("environment", environment)
        .query_if("application", application)
}

pub(crate) fn templates(page: u32) -> Call {
    listed(format!("{ROOT}/applications"), page, PAGE_SIZE)
}

pub(crate) fn template(key: &str) -> Call {
    Call::get(template_path(key))
}

/// A new template of a manifest (§3.1).
pub(crate) fn create(manifest: &Value) -> Call {
    let body = json!({
        "key": manifest["key"],
        "displayName": manifest["displayName"],
        "configuration": manifest,
    });
    let body = with_words(body, manifest);
    Call::post(format!("{ROOT}/applications"), body)
}

pub(crate) fn update(key: &str, manifest: &Value) -> Call {
    let body = json!({
        "displayName": manifest["displayName"],
        "configuration": manifest,
    });
    Call::patch(template_path(key), with_words(body, manifest))
}

pub(crate) fn delete(key: &str) -> Call {
    Call::delete(template_path(key))
}

pub(crate) fn environments(page: u32) -> Call {
    listed(format!("{ROOT}/environments"), page, PAGE_SIZE)
}

pub(crate) fn environment(key: &str) -> Call {
    Call::get(environment_path(key))
}

pub(crate) fn environment_status(key: &str) -> Call {
    Call::get(format!("{}/status", environment_path(key)))
}

pub(crate) fn environment_roles(key: &str) -> Call {
    Call::get(format!("{}/roles", environment_path(key)))
}

pub(crate) fn placed(environment: &str, page: u32) -> Call {
    let path = format!("{}/applications", environment_path(environment));
    listed(path, page, PAGE_SIZE)
}

pub(crate) fn placed_status(environment: &str, key: &str) -> Call {
    Call::get(format!("{}/status", placed_path(environment, key)))
}

/// Registers an application with an environment (§3.3): what of its manifest that asks for.
pub(crate) fn register(environment: &str, manifest: &Value) -> Call {
    let external = manifest["type"] == "external";
    let asked: &[&str] = match external {
        true => &[
            "key",
            "displayName",
            "type",
            "description",
            "externalIntegration",
        ],
        false => &[
            "key",
            "displayName",
            "type",
            "description",
            "registryMode",
            "port",
            "image",
            "url",
        ],
    };
    let body: Map<String, Value> = asked
        .iter()
        .map(|name| ((*name).to_owned(), manifest[*name].clone()))
        .filter(|(_, value)| !value.is_null())
        .collect();
    let path = format!("{}/applications/register", environment_path(environment));
    Call::post(path, Value::Object(body))
}

/// A page of a history, of an application or of all in an environment.
pub(crate) fn deployments(environment: &str, application: Option<&str>, page: u32) -> Call {
    let path = match application {
        Some(key) => format!("{}/deployments", placed_path(environment, key)),
        None => format!("{}/deployments", environment_path(environment)),
    };
    listed(path, page, DEPLOYMENTS).query("sort", "-createdAt")
}

pub(crate) fn deployment(environment: &str, id: &str) -> Call {
    Call::get(format!(
        "{}/deployments/{}",
        environment_path(environment),
        segment(id)
    ))
}

pub(crate) fn deployment_logs(environment: &str, id: &str) -> Call {
    Call::get(format!(
        "{}/deployments/{}/logs",
        environment_path(environment),
        segment(id)
    ))
}

/// The first step of a deployment (§3.5): changes nothing that anybody would miss.
pub(crate) fn validate(environment: &str, key: &str, manifest: &Value) -> Call {
    let repository = manifest["repository"]["repositoryUrl"].as_str();
    let usual = || format!("https://github.com/aifabrix/{key}");
    let body = json!({
        "clientId": key,
        "repositoryUrl": repository.map_or_else(usual, str::to_owned),
        "applicationConfig": manifest,
    });
    Call::post(format!("{}/validate", pipeline_path(environment)), body).changing_nothing()
}

/// The second one.
pub(crate) fn deploy(environment: &str, token: &str, tag: &str) -> Call {
    let body = json!({"validateToken": token, "imageTag": tag});
    Call::post(format!("{}/deploy", pipeline_path(environment)), body)
}

/// How a deployment goes on, for who may not read deployments.
pub(crate) fn pipeline_status(environment: &str, id: &str) -> Call {
    Call::get(format!(
        "{}/deployments/{}",
        pipeline_path(environment),
        segment(id)
    ))
}

/// What stands beside the manifest too (§3.1).
fn with_words(mut body: Value, manifest: &Value) -> Value {
    for name in ["description", "url"] {
        if !manifest[name].is_null() {
            body[name] = manifest[name].clone();
        }
    }
    body
}

fn listed(path: String, page: u32, size: u32) -> Call {
    Call::get(path).query("page", page).query("pageSize", size)
}

fn template_path(key: &str) -> String {
    format!("{ROOT}/applications/{}", segment(key))
}

fn environment_path(key: &str) -> String {
    format!("{ROOT}/environments/{}", segment(key))
}

fn placed_path(environment: &str, key: &str) -> String {
    format!(
        "{}/applications/{}",
        environment_path(environment),
        segment(key)
    )
}

fn pipeline_path(environment: &str) -> String {
    format!("{ROOT}/pipeline/{}", segment(environment))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(call: &Call) -> (String, Value) {
        (
            format!("{} {}", call.method, call.path),
            call.body.clone().unwrap_or_default(),
        )
    }

    /// What is sent, literally as API-V1.md §3 has it.
    #[test]
    fn what_is_sent_is_as_the_controller_takes_it() {
        let manifest = json!({"key": "orders", "displayName": "Orders", "type": "webapp",
            "image": "acr.example/orders:1", "registryMode": "acr", "port": 3000,
            "description": "Takes orders", "requiresDatabase": true});
        assert_eq!(
            sent(&create(&manifest)),
            (
                "POST /api/v1/applications".to_owned(),
                json!({"key": "orders", "displayName": "Orders", "configuration": manifest,
                    "description": "Takes orders"})
            )
        );
        assert_eq!(
            sent(&update("orders", &manifest)),
            (
                "PATCH /api/v1/applications/orders".to_owned(),
                json!({"displayName": "Orders", "configuration": manifest,
                    "description": "Takes orders"})
            )
        );
        assert_eq!(
            sent(&register("dev", &manifest)),
            (
                "POST /api/v1/environments/dev/applications/register".to_owned(),
                json!({"key": "orders", "displayName": "Orders", "type": "webapp",
                    "description": "Takes orders", "registryMode": "acr", "port": 3000,
                    "image": "acr.example/orders:1"})
            )
        );
        let external = json!({"key": "crm", "displayName": "CRM", "type": "external", "port": 1,
            "externalIntegration": {"url": "https://crm.example"}});
        assert_eq!(
            register("dev", &external).body,
            Some(
                json!({"key": "crm", "displayName": "CRM", "type": "external",
                "externalIntegration": {"url": "https://crm.example"}})
            )
        );
        assert_eq!(
            sent(&validate("tst", "orders", &manifest)),
            (
                "POST /api/v1/pipeline/tst/validate".to_owned(),
                json!({"clientId": "orders", "applicationConfig": manifest,
                    "repositoryUrl": "https://github.com/aifabrix/orders"})
            )
        );
        assert_eq!(
            sent(&deploy("tst", "one-time", "1.2")),
            (
                "POST /api/v1/pipeline/tst/deploy".to_owned(),
                json!({"validateToken": "one-time", "imageTag": "1.2"})
            )
        );
        let history = deployments("dev", Some("orders"), 2);
        assert_eq!(
            history.path,
            "/api/v1/environments/dev/applications/orders/deployments"
        );
        let query = [
            ("page", "2".to_owned()),
            ("pageSize", "50".to_owned()),
            ("sort", "-createdAt".to_owned()),
        ];
        assert_eq!(history.query, query);
    }

    #[test]
    fn what_gives_tokens_is_known() {
        for (path, gives) in [
            (TOKEN_PATH, true),
            (DEVICE_PATH, true),
            (DEVICE_TOKEN_PATH, true),
            (DEVICE_REFRESH_PATH, true),
            ("/api/v1/auth/session", true),
            (USER_PATH, false),
            ("/api/v1/auth/permissions", false),
            ("/api/v1/applications/token", false),
        ] {
            assert_eq!(gives_tokens(path), gives, "{path}");
        }
    }

    #[test]
    fn paths_cannot_be_left() {
        let call = deployment("../x", "..");
        assert_eq!(
            call.path,
            "/api/v1/environments/..%2Fx/deployments/%252E%252E"
        );
    }
}
