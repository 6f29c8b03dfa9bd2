//! An instance that speaks v1 alone (API-V1.md): found, signed in to, read, deployed to.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use miso_api::{DeployRequest, DeploymentStatus, HealthStatus};
use miso_client::{
    Code, Connection, Network, NetworkSettings, ProxyChoice, Resource, SecretString, SessionState,
    SignInSettings, Speaks, address, signin,
};
use serde_json::{Value, json};

use crate::far_end::{Answer, FarEnd, QuickBrowser, Restored, Start};

fn problem(status: u16, name: &str) -> Answer {
    let body = json!({"type": format!("/Errors/{name}"), "title": name, "status": status,
        "detail": "why", "correlationId": "c-1"});
    Answer::json(status, body)
}

fn wrapped(data: Value) -> Answer {
    Answer::json(
        200,
        json!({"success": true, "data": data, "timestamp": "2026-11-27T09:00:00Z"}),
    )
}

fn manifest() -> Value {
    json!({"key": "orders", "displayName": "Orders", "type": "api", "port": 3000,
        "image": "acr.example/orders:1.0", "registryMode": "acr"})
}

/// The controller: one application in `dev`, none in `pro`, which this account may not see.
fn controller(polls: Arc<AtomicUsize>) -> impl Fn(&crate::far_end::Asked) -> Answer {
    let placed = json!({"id": "e-1", "key": "orders", "displayName": "Orders", "status": "healthy",
        "runtimeStatus": "degraded", "url": "https://orders.dev.example",
        "image": "acr.example/orders:1.0"});
    move |asked| {
        let line = asked.line.split('?').next().unwrap_or_default();
        let path = line.replace("/api/v1", "");
        match path.as_str() {
            "GET /health" => Answer::json(
                200,
                json!({"data": {"status": "healthy", "deploymentType": "local"}}),
            ),
            "POST /auth/login" => wrapped(json!({"deviceCode": "d", "userCode": "BCDF-GHJK",
                "verificationUri": "https://login.example/device", "interval": 1})),
            "POST /auth/login/device/token" => match polls.fetch_add(1, Ordering::SeqCst) {
                0 => Answer::json(202, json!({"error": "authorization_pending"})),
                _ => wrapped(
                    json!({"accessToken": "access-1", "refreshToken": "r-1", "expiresIn": 3600}),
                ),
            },
            "POST /auth/token" => {
                Answer::json(201, json!({"token": "client-1", "expiresIn": 1800}))
            }
            "GET /auth/user" => wrapped(json!({"user": {"id": "u-1", "username": "aino"},
                "authenticated": true})),
            "GET /auth/roles" => wrapped(json!({"roles": ["aifabrix-developer"]})),
            "GET /auth/permissions" => wrapped(json!({"permissions":
                ["applications:read", "applications:deploy", "deployments:read"]})),
            "GET /applications" => Answer::json(
                200,
                json!({"meta": {"totalItems": 1, "currentPage": 1,
                "pageSize": 100, "type": "application"}, "data": [{"id": "a-1", "key": "orders",
                "displayName": "Orders", "configuration": manifest(), "status": "healthy"}], "links": {}}),
            ),
            "GET /applications/orders" => Answer::json(
                200,
                json!({"data": {"key": "orders",
                "displayName": "Orders", "configuration": manifest()}}),
            ),
            "GET /environments" => Answer::json(
                200,
                json!([{"key": "dev", "status": "healthy"},
                {"key": "pro", "status": "healthy"}]),
            ),
            "GET /environments/dev/applications" => {
                Answer::json(200, json!({"data": {"items": [placed]}}))
            }
            "GET /environments/dev/applications/orders/status" => Answer::json(200, placed.clone()),
            "POST /pipeline/dev/validate" => Answer::json(
                200,
                json!({"valid": true,
                "validateToken": "one-time", "errors": []}),
            ),
            "POST /pipeline/dev/deploy" => Answer::json(
                202,
                json!({"success": true,
                "data": {"deploymentId": "d-1", "status": "pending"}}),
            ),
            "GET /environments/dev/deployments/d-1" => wrapped(json!({"id": "d-1",
                "deploymentType": "application", "targetId": "orders", "environment": "dev",
                "status": "completed", "createdAt": "2026-11-27T09:00:00Z", "jobs": [
                    {"id": "j", "jobId": "j-1", "jobType": "container", "status": "completed"}]})),
            "GET /environments/dev/deployments/d-1/logs" => {
                wrapped(json!([{"id": "l", "jobId": "j-1",
                "level": "info", "message": "it runs", "timestamp": "2026-11-27T09:00:10Z"}]))
            }
            "GET /environments/dev/deployments"
            | "GET /environments/dev/applications/orders/deployments" => Answer::json(
                200,
                json!({
                "deployments": [{"deploymentId": "d-0", "appKey": "orders", "status": "completed",
                    "created": "2026-11-26T09:00:00Z"}]}),
            ),
            "POST /environments/pro/applications/register" => problem(409, "Conflict"),
            "POST /pipeline/pro/validate" => {
                wrapped(json!({"valid": false, "errors": ["Repository mismatch"]}))
            }
            line if line.contains("/environments/pro/") && line.starts_with("GET") => {
                problem(403, "Forbidden")
            }
            _ => problem(404, "NotFound"),
        }
    }
}

async fn far_end() -> FarEnd {
    FarEnd::raw(|_| controller(Arc::default())).await
}

async fn here(far_end: &FarEnd) -> Restored {
    let start = Start {
        issuer: None,
        browser: Arc::new(QuickBrowser),
        ..Start::of(far_end)
    };
    let here = start.go().await;
    let id = here.connections.to_save()[0].id.clone();
    here.connections.set_found(&id, Some(Speaks::V1)).unwrap();
    here
}

async fn signed_in(far_end: &FarEnd) -> Restored {
    let here = here(far_end).await;
    here.client.sign_in_on_device(true).await;
    let session = here.client.session();
    let account = match &session {
        SessionState::SignedIn { account, .. } => Some(account),
        _ => None,
    };
    let account = account.map(|one| (one.subject.as_str(), one.username.as_str()));
    assert_eq!(account, Some(("u-1", "aino")), "{session:?}");
    here
}

#[tokio::test(flavor = "multi_thread")]
async fn v1_is_found_and_read_through_the_same_methods() {
    let far_end = far_end().await;
    let found = signin::probe(&address::instance_from(far_end.url.as_str()).unwrap()).await;
    let found = found.unwrap();
    assert_eq!((found.issuer, found.speaks), (None, Some(Speaks::V1)));
    let here = signed_in(&far_end).await;
    let client = &here.client;
    let me = client.me().await.unwrap().value;
    assert_eq!(me.roles, ["aifabrix-developer"]);
    let list = client.applications().await.unwrap().value;
    assert_eq!(list.data.len(), 1);
    let dev = &list.data[0].environments;
    assert_eq!(dev.len(), 1, "what may not be seen is left out");
    assert_eq!(dev[0].health, HealthStatus::Degraded);
    let environments = client.environments().await.unwrap().value;
    let names: Vec<&str> = environments
        .iter()
        .map(|one| one.display_name.as_str())
        .collect();
    assert_eq!(names, ["Development", "Production"]);
    let health = client
        .health("orders".to_owned(), "dev".to_owned())
        .await
        .unwrap()
        .value;
    assert_eq!(health.status, HealthStatus::Degraded);
    let history = client
        .deployments(Some("orders".to_owned()))
        .await
        .unwrap()
        .value;
    assert_eq!(
        (
            history.data[0].id.as_str(),
            history.data[0].environment.as_str()
        ),
        ("d-0", "dev")
    );
    let lacking = client.lacking();
    let metrics = Resource::Metrics {
        application: "orders".to_owned(),
        environment: "dev".to_owned(),
        range: miso_client::TimeRange::Hour,
    };
    let refused = client.refresh(&metrics).await.unwrap_err();
    assert_eq!(refused.code, Code::NotOffered);
    assert!(lacking.contains(&miso_client::Capability::ApplicationLog));
    assert!(
        far_end.asked("GET /api/applications").is_empty(),
        "nothing is asked of the other reading"
    );
}

/// A public host mounts the controller below a path that nobody types (API-V1.md §1.1).
#[tokio::test]
async fn v1_is_found_where_public_hosts_mount_it() {
    let far_end = FarEnd::raw(|_| {
        |asked: &crate::far_end::Asked| match asked.line.as_str() {
            "GET /miso/api/v1/health" => {
                Answer::json(200, json!({"data": {"deploymentType": "azure"}}))
            }
            _ => Answer::text(404, "<html>no such page</html>"),
        }
    })
    .await;
    let address = far_end.url.socket_addrs(|| None).unwrap()[0];
    let network = Network::new(NetworkSettings {
        proxy: ProxyChoice::None,
        ..NetworkSettings::default()
    });
    network.lead("miso.test", address);
    let usual = SignInSettings::default();
    for (typed, mounted) in [("", "miso/"), ("some/page/", "miso/"), ("miso/", "miso/")] {
        let at = |path: &str| format!("http://miso.test:{}/{path}", address.port());
        let found = signin::probe_with(&at(typed).parse().unwrap(), &usual, &network).await;
        let found = found.unwrap();
        assert_eq!(found.url.as_str(), at(mounted), "{typed}");
        assert_eq!((found.issuer, found.speaks), (None, Some(Speaks::V1)));
    }
    let before = far_end.asked("GET /miso/").len();
    let here = signin::probe(&far_end.url).await;
    assert_eq!(here.unwrap_err().code, Code::DiscoveryFailed);
    assert_eq!(
        far_end.asked("GET /miso/").len(),
        before,
        "on this machine it is where it is"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn v1_is_deployed_to_in_two_steps() {
    let far_end = far_end().await;
    let here = signed_in(&far_end).await;
    let request = |environment: &str| DeployRequest {
        environment: environment.to_owned(),
        image: Some("acr.example/orders:1.1".to_owned()),
        ..DeployRequest::default()
    };
    let begun = here.client.deploy("orders", &request("dev")).await.unwrap();
    assert_eq!(begun.id, "d-1");
    let sent = far_end.asked("POST /api/v1/pipeline/dev/");
    let bodies: Vec<Value> = sent
        .iter()
        .map(|asked| serde_json::from_str(&asked.body).unwrap())
        .collect();
    assert_eq!(
        bodies[0]["applicationConfig"]["image"],
        "acr.example/orders:1.1"
    );
    assert_eq!(
        bodies[1],
        json!({"validateToken": "one-time", "imageTag": "1.1"})
    );
    let deployment = Resource::Deployment {
        id: "d-1".to_owned(),
    };
    here.client.refresh(&deployment).await.unwrap();
    let ended = here
        .client
        .deployment("d-1".to_owned())
        .await
        .unwrap()
        .value;
    assert_eq!(ended.status, DeploymentStatus::Completed);
    let steps: Vec<(&str, Option<&str>)> = ended
        .steps
        .iter()
        .map(|step| (step.name.as_str(), step.message.as_deref()))
        .collect();
    assert_eq!(steps, [("validate", None), ("container", Some("it runs"))]);
    assert_eq!(ended.image.as_deref(), Some("acr.example/orders:1.1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn v1_takes_a_client_token_where_it_belongs() {
    let far_end = far_end().await;
    let here = here(&far_end).await;
    let secret = SecretString::from("secret-1");
    here.client
        .sign_in_as_service("miso-controller-dev-orders".to_owned(), secret, false)
        .await
        .unwrap();
    let sent = far_end.asked("POST /api/v1/auth/token");
    assert_eq!((sent.len(), sent[0].body.as_str()), (1, ""));
    let health = here
        .client
        .health("orders".to_owned(), "dev".to_owned())
        .await
        .unwrap();
    assert_eq!(health.value.status, HealthStatus::Degraded);
    let asked = far_end.asked("GET /api/v1/environments/dev/applications/orders/status");
    assert_eq!(asked[0].token, None, "it is no bearer token");
}

#[tokio::test(flavor = "multi_thread")]
async fn v1_is_read_as_what_is_chosen() {
    let far_end = far_end().await;
    let here = here(&far_end).await;
    let id = here.connections.to_save()[0].id.clone();
    assert_eq!(here.client.speaks(), Speaks::V1);
    let edit = miso_client::ConnectionEdit {
        name: "a".to_owned(),
        hue: miso_client::Hue::default(),
        production: false,
        read_only: false,
    };
    let way = miso_client::ConnectionWay {
        reads_as: Some(Speaks::Documented),
        ..here.connections.way(&id).unwrap()
    };
    here.connections.change(&id, edit, way).unwrap();
    assert_eq!(here.client.speaks(), Speaks::Documented);
    let saved: Connection = here.connections.get(&id).unwrap();
    assert_eq!(
        (saved.found, saved.reads_as),
        (Some(Speaks::V1), Some(Speaks::Documented))
    );
}
