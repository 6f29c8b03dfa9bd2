//! Two real processes on one account.

use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use miso_client::{
    Cache, Client, Connection, ConnectionId, Connections, Credential, CredentialKind, Parts,
    Resource, SystemClock, Vault,
};
use secrecy::SecretString;
use serde_json::json;
use url::Url;

use crate::far_end::{Answer, FarEnd, Heard, QuickBrowser, aino};
use crate::file_store::FileStore;

const URL: &str = "MISO_TEST_CALLS";
const FOLDER: &str = "MISO_TEST_CALLS_IN";
const FOR: Duration = Duration::from_secs(4);

fn vault(folder: &std::path::Path) -> Vault {
    let store = FileStore::in_folder(folder.join("keyring"), None);
    Vault::over(Arc::new(move || Box::new(store.clone()))).taking_turns_in(folder.join("turns"))
}

fn id() -> ConnectionId {
    ConnectionId::from("entry".to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn promise_one_refresh_among_two_processes() {
    let sent = Arc::new(Mutex::new(Vec::<String>::new()));
    let inside = sent.clone();
    let far_end = FarEnd::start(move |asked| {
        if asked.line != "POST /token" {
            return Answer::json(200, json!({"key": "e", "status": "healthy"})).with(
                "ratelimit-policy",
                "\"hour\";q=100000;w=3600, \"minute\";q=100000;w=60",
            );
        }
        let mut pairs = url::form_urlencoded::parse(asked.body.as_bytes());
        let token = pairs.find(|(name, _)| name == "refresh_token").unwrap().1;
        let mut sent = inside.lock().unwrap();
        if sent.iter().any(|before| *before == token) {
            sent.push(token.into_owned());
            return Answer::json(400, json!({"error": "invalid_grant"}));
        }
        sent.push(token.into_owned());
        // Renewed 30 s before its end: each call renews it.
        Answer::json(
            200,
            json!({"access_token": "access", "token_type": "Bearer", "expires_in": 30,
                "refresh_token": format!("refresh-{}", sent.len() + 1)}),
        )
        .after(Duration::from_millis(20))
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("keyring")).unwrap();
    let credential = Credential {
        kind: CredentialKind::RefreshToken,
        secret: SecretString::from("refresh-1"),
        issuer: far_end.issuer(),
        client_id: "miso-desktop".to_owned(),
        account: aino(),
    };
    let first = vault(folder.path());
    first.save(&id(), credential, true).await.unwrap();
    let children: Vec<_> = (0..2)
        .map(|_| {
            Command::new(std::env::current_exe().unwrap())
                .args(["--ignored", "--exact", "two_processes::calls_for_a_while"])
                .env(URL, far_end.url.as_str())
                .env(FOLDER, folder.path())
                .stdout(Stdio::null())
                .spawn()
                .unwrap()
        })
        .collect();
    for mut child in children {
        let status = tokio::task::spawn_blocking(move || child.wait().unwrap());
        assert!(status.await.unwrap().success(), "every call succeeds");
    }
    let sent = sent.lock().unwrap();
    let once: std::collections::HashSet<_> = sent.iter().collect();
    println!(
        "figure: two processes renewed {} times within {FOR:?}: {} tokens spent twice, nobody \
         signed out",
        sent.len(),
        sent.len() - once.len()
    );
    assert_eq!(once.len(), sent.len());
    assert!(sent.len() >= 10, "{sent:?}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "one of the two processes"]
async fn calls_for_a_while() {
    let folder = std::path::PathBuf::from(std::env::var_os(FOLDER).unwrap());
    let connection = Connection {
        id: id(),
        ..Connection::to(Url::parse(&std::env::var(URL).unwrap()).unwrap(), &[])
    };
    let parts = Parts {
        vault: Arc::new(vault(&folder)),
        browser: Arc::new(QuickBrowser),
        clock: Arc::new(SystemClock::new()),
        publish: Arc::new(Heard::default()),
        cache: Arc::new(Cache::in_memory().unwrap()),
    };
    let connections = Connections::new(parts, vec![connection]);
    let client: Client = connections.client(&id()).unwrap();
    client.begin_restoring();
    client.restore().await;
    let began = Instant::now();
    while began.elapsed() < FOR {
        let environment = "e".to_owned();
        let resource = Resource::Environment { environment };
        client.refresh(&resource).await.unwrap();
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
