//! The client against a real instance that has only the calls of the public document (API.md,
//! "Calls marked O on an instance that lacks them").

use std::sync::{Arc, Mutex};
use std::time::Duration;

use miso_api::DeployRequest;
use miso_client::{Capability, Client, Code, LogPlace, Resource, TailState};
use miso_local::{
    ContainerEngine, Instance, Options, RateLimit, Seed, ServiceAccount, Speaks, V1RateLimit,
    WorkloadCommand,
};
use serde_json::json;

use crate::service_client::{Nothing, ROBOT, SECRET, service_client};

/// An instance without the calls that are ours, and a service account's client of it.
async fn bare(folder: &tempfile::TempDir, without: Vec<String>) -> (Instance, Client) {
    let instance = miso_local::start(Options {
        data_dir: folder.path().to_owned(),
        port: None,
        seed: Seed::Empty,
        service_account: Some(ServiceAccount {
            client_id: ROBOT.to_owned(),
            client_secret: SECRET.into(),
        }),
        rate_limit: RateLimit::default(),
        speaks: Speaks::default(),
        v1_rate_limit: V1RateLimit::default(),
        without,
        rotate_signing_key: false,
        workload: WorkloadCommand {
            program: "no such program".into(),
            args: Vec::new(),
        },
        engine: ContainerEngine::None,
    })
    .await
    .unwrap();
    let client = service_client(instance.url(), instance.issuer()).await;
    (instance, client)
}

fn deploy(image: Option<&str>, note: Option<&str>) -> DeployRequest {
    DeployRequest {
        environment: "dev".to_owned(),
        image: image.map(str::to_owned),
        note: note.map(str::to_owned),
        ..DeployRequest::default()
    }
}

fn manifest() -> serde_json::Value {
    json!({"key": "orders", "displayName": "Orders", "type": "webapp", "image": "miso/hello:1.0",
        "port": 8080, "registryMode": "external", "requiresDatabase": false,
        "requiresRedis": false, "requiresStorage": false})
}

/// Waits until what creating began has ended.
async fn end_all(client: &Client) {
    let history = client.deployments(Some("orders".to_owned())).await.unwrap();
    for deployment in history.value.data {
        ended(client, &deployment.id).await;
    }
}

/// Waits until a deployment has ended: one runs at a time.
async fn ended(client: &Client, id: &str) {
    let resource = Resource::Deployment { id: id.to_owned() };
    let ending = async {
        loop {
            client.refresh(&resource).await.unwrap();
            let deployment = client.deployment(id.to_owned()).await.unwrap().value;
            if deployment.status.has_ended() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), ending)
        .await
        .unwrap();
}

#[tokio::test]
async fn with_every_call_of_our_own_absent_it_lists_creates_deploys_and_shows() {
    let folder = tempfile::tempdir().unwrap();
    let (instance, client) = bare(&folder, miso_local::optional_calls()).await;
    let created = client.create_application(manifest()).await.unwrap();
    assert_eq!(created.key, "orders");
    end_all(&client).await;
    let list = client.applications().await.unwrap().value;
    assert_eq!(list.data.len(), 1);
    // By itself it is not offered: it comes out of the list.
    let one = client.application("orders".to_owned()).await.unwrap();
    assert_eq!(one.value.key, "orders");
    let other = client.application("payments".to_owned()).await.unwrap_err();
    assert_eq!(other.code, Code::NotFound);

    // Neither a note nor a restart: both would be ignored in silence.
    let noted = deploy(Some("miso/hello:1.0"), Some("why"));
    let refused = client.deploy("orders", &noted).await.unwrap_err();
    assert_eq!(refused.code, Code::NotOffered);
    assert_eq!(refused.params["capability"], "deployNote");
    assert_eq!(client.preflight("orders", "dev", None).longest_note, 0);
    let nothing_runs = DeployRequest {
        environment: "test".to_owned(),
        ..deploy(None, None)
    };
    let nothing_runs = client.deploy("orders", &nothing_runs).await;
    assert_eq!(nothing_runs.unwrap_err().code, Code::NotOffered);
    let plain = deploy(Some("miso/hello:1.0"), None);
    let first = client.deploy("orders", &plain).await.unwrap();
    assert_eq!(first.image.as_deref(), Some("miso/hello:1.0"));
    ended(&client, &first.id).await;

    let history = Resource::Deployments {
        application: Some("orders".to_owned()),
    };
    client.refresh(&history).await.unwrap();
    let history = client.deployments(Some("orders".to_owned())).await.unwrap();
    assert_eq!(history.value.data.len(), 2);
    let mut ids = history.value.data.iter().map(|one| &one.id);
    assert!(ids.any(|id| *id == first.id));
    let recent = client.deployments(None).await.unwrap_err();
    assert_eq!(recent.code, Code::NotOffered);
    assert_eq!(recent.params["capability"], "recentActivity");
    let health = client.health("orders".to_owned(), "dev".to_owned()).await;
    assert!(health.is_ok(), "{health:?}");

    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let kept = Arc::new(Mutex::new(None));
    let keep = kept.clone();
    let place = LogPlace {
        sink: Arc::new(Nothing),
        cursor: None,
        keep_cursor: Arc::new(move |cursor| *keep.lock().unwrap() = cursor),
    };
    let lease = client.follow_log(
        "orders".to_owned(),
        "dev".to_owned(),
        place,
        move |progress| {
            let _gone = tell.send(progress.state);
        },
    );
    let live = async { while told.recv().await != Some(TailState::Live) {} };
    let in_time = tokio::time::timeout(Duration::from_secs(20), live).await;
    assert!(in_time.is_ok(), "the log is followed");
    client.end(&lease.id);

    let lacking = client.lacking();
    for absent in [
        Capability::ApplicationDetail,
        Capability::RecentActivity,
        Capability::Description,
    ] {
        assert!(lacking.contains(&absent), "{absent:?}");
    }
    instance.stop().await;
}

#[tokio::test]
async fn what_a_whole_instance_says_of_itself_is_used() {
    let folder = tempfile::tempdir().unwrap();
    let (instance, client) = bare(&folder, vec!["listDeployments".to_owned()]).await;
    client.create_application(manifest()).await.unwrap();
    end_all(&client).await;
    let noted = deploy(Some("miso/hello:1.0"), Some("why"));
    let deployment = client.deploy("orders", &noted).await.unwrap();
    ended(&client, &deployment.id).await;
    let kept = client.deployment(deployment.id).await.unwrap().value;
    assert_eq!(kept.note.as_deref(), Some("why"));
    assert_eq!(client.lacking(), [Capability::RecentActivity]);
    let missing = client.application("payments".to_owned()).await.unwrap_err();
    assert_eq!(
        missing.code,
        Code::NotFound,
        "of the object, not of the call"
    );
    instance.stop().await;
}
