//! `local serve` in its other reading, `/api/v1`: as a client that nobody here wrote uses it, and
//! alone.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use xtask::schemathesis;

use crate::support::api::Api;
use crate::support::instance::{ACCOUNT, Instance, Serve};
use crate::support::session::Session;
use crate::support::wait::{LATER, until};

const PLACE: &str = "/api/v1/environments/dev/applications";

/// Registers `orders-api` in `dev`, deploys it by the pipeline, and gives its credentials when it
/// is well.
async fn running(api: &Api) -> Value {
    let registration = json!({"key": "orders-api", "displayName": "Orders API", "type": "api",
        "registryMode": "external", "port": 3000, "image": "miso/hello:1.0",
        "url": "http://localhost:3000"});
    let registered = api.post(&format!("{PLACE}/register"), &registration).await;
    assert_eq!(registered.status, 201, "{registered:?}");
    let validate = json!({"clientId": "orders-api", "applicationConfig": registration,
        "repositoryUrl": "https://github.com/aifabrix/orders-api"});
    let valid = api.post("/api/v1/pipeline/dev/validate", &validate).await;
    let token = valid.json()["data"]["validateToken"].clone();
    assert!(token.is_string(), "{valid:?}");
    let deploy = json!({"validateToken": token, "imageTag": "1.0"});
    let deployed = api.post("/api/v1/pipeline/dev/deploy", &deploy).await;
    assert_eq!(deployed.status, 202, "{deployed:?}");
    until("the application is well", LATER, || async {
        let status = api.get(&format!("{PLACE}/orders-api/status")).await;
        let is_well = status.json()["status"] == "healthy";
        if is_well { Ok(()) } else { Err(status.text) }
    })
    .await;
    registered.json()["data"]["credentials"].clone()
}

#[tokio::test]
async fn the_published_client_finds_what_is_true() {
    let session = Session::without_display();
    let serve = Serve::new(&session, "data").account().unlimited();
    let instance = serve.start(&session);
    let credentials = running(&instance.account().await).await;
    let found = used(&session, &instance, &credentials).await;

    let url = found["application"]["status"]["url"].clone();
    assert!(url.is_string(), "{found}");
    assert_eq!(
        found["application"],
        json!({
            "authenticated": true,
            "application": "orders-api",
            "environment": "dev",
            "status": {
                "id": "orders-api",
                "key": "orders-api",
                "displayName": "Orders API",
                "url": url,
                "internalUrl": url,
                "port": 3000,
                "status": "healthy",
                "runtimeStatus": "healthy",
                "logicalAllowedOrigins": null,
                "environmentId": "dev",
            },
            "told": true,
            "seen": "healthy",
            "refused": {"status": 401, "method": "client-credentials"},
        })
    );
    let person = |first: &str, last: &str, role: &str| {
        let [id, username] = ["-", "."].map(|dot| format!("{first}{dot}{last}").to_lowercase());
        json!({"id": id, "username": username, "email": format!("{username}@example.com"),
            "firstName": first, "lastName": last, "roles": [role]})
    };
    assert_eq!(
        found["developer"],
        json!({
            "waiting": "authorization_pending",
            "renewed": true,
            "interval": 5,
            "valid": true,
            "invalid": false,
            "user": person("Mikko", "Saari", "aifabrix-developer"),
            "roles": ["aifabrix-developer"],
            "in_production": ["aifabrix-observer"],
            "deploys": true,
            "permissions": 15,
            "logs": {"status": 403, "title": "Forbidden",
                "detail": "You lack the permission logs:read.", "correlated": true},
            "valid_after_the_end": false,
        })
    );
    assert_eq!(
        found["administrator"],
        json!({
            "waiting": "authorization_pending",
            "renewed": true,
            "interval": 5,
            "valid": true,
            "invalid": false,
            "user": person("Aino", "Laine", "aifabrix-platform-admin"),
            "roles": ["aifabrix-platform-admin"],
            "in_production": ["aifabrix-platform-admin"],
            "deploys": true,
            "permissions": 58,
            "logs": {"batch": [true, 1, 0], "message": "an order came",
                "place": ["dev", "orders-api"], "context": 42, "type": "generalLog",
                "audit": "orders/42", "job": true, "errors": 2},
            "valid_after_the_end": false,
        })
    );
    assert_eq!(instance.stop(), Some(0));
}

#[tokio::test]
async fn an_instance_that_speaks_v1_alone_has_no_documented_call() {
    let session = Session::without_display();
    let serve = Serve::new(&session, "data")
        .account()
        .argument("--speaks")
        .argument("v1")
        .argument("--v1-rate-limit")
        .argument("3/600");
    let instance = serve.start(&session);
    let (id, secret) = ACCOUNT;
    let headers = [("x-client-id", id), ("x-client-secret", secret)];
    let token = instance
        .api()
        .call("POST", "/api/v1/auth/token", &headers)
        .await;
    let token = token.json()["token"].as_str().expect("a token").to_owned();
    let by_header = [("x-client-token", token.as_str())];
    for path in ["/api/applications", "/auth/token", "/api/openapi.json"] {
        let missing = instance.api().get_with(path, &by_header).await;
        assert_eq!(missing.status, 404, "{missing:?}");
        let media = missing.header("content-type");
        assert_eq!(media, Some("application/problem+json"), "{missing:?}");
    }
    for expected in [200, 200, 200, 429] {
        let path = "/api/v1/environments";
        let answer = instance.api().get_with(path, &by_header).await;
        assert_eq!(answer.status, expected, "{answer:?}");
        assert_eq!(answer.header("retry-after"), None);
    }
}

/// Lets the published client use an instance, and gives what it found.
async fn used(session: &Session, instance: &Instance, credentials: &Value) -> Value {
    let text = |name: &str| credentials[name].as_str().expect("a text").to_owned();
    let mut command = session.command(schemathesis::python());
    command
        .arg(script())
        .env("CONTROLLER", instance.ready("url"))
        .env("SIGN_IN_KEY", instance.ready("signInKey"))
        .env("CLIENT_ID", text("clientId"))
        .env("CLIENT_SECRET", text("clientSecret"));
    let output = tokio::task::spawn_blocking(move || command.output());
    let output = output.await.expect("it is waited for");
    let output = output.expect("Python can be started: cargo xtask test installs it");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let found = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(found.trim()).unwrap_or_else(|_| panic!("{found}\n{errors}"))
}

fn script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("miso-client")
        .join("every_use.py")
}
