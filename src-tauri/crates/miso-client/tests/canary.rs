//! Secrets stay where they belong: values that can be recognised, looked for wherever they must
//! not be.

use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use miso_client::{Browser, Cache, Clock, Code, Connections, Resource};
use serde_json::json;
use url::Url;

use crate::far_end::{Answer, FarEnd, QuickBrowser, Start};
use crate::hand_clock::HandClock;
use crate::signed::id_token;

const CANARY: &str = "canary-";

/// Everything that is logged, at the finest level.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The address is an argument of the browser's process.
struct Watched(Mutex<Vec<Url>>);

impl Browser for Watched {
    fn open(&self, address: &Url) -> Result<(), String> {
        self.0.lock().unwrap().push(address.clone());
        QuickBrowser.open(address)
    }
}

/// The files below a folder that hold a text.
fn files_with(folder: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.is_dir() {
            found.extend(files_with(&path, text));
        } else if String::from_utf8_lossy(&std::fs::read(&path).unwrap()).contains(text) {
            found.push(path.display().to_string());
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn promise_secrets_stay_in_rust() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let clock = HandClock::ahead_by(TimeDelta::zero());
    let right = clock.clone();
    let far_end = FarEnd::start(move |asked| match asked.line.as_str() {
        "POST /token" => {
            let mut pairs = url::form_urlencoded::parse(asked.body.as_bytes());
            let code = pairs.find(|(name, _)| name == "code");
            let nonce = code.map(|(_, nonce)| nonce.into_owned());
            let id_token = id_token(&asked.issuer, nonce.as_deref(), right.now());
            Answer::json(
                200,
                json!({"access_token": "canary-access", "token_type": "Bearer",
                    "expires_in": 600, "refresh_token": "canary-refresh", "id_token": id_token}),
            )
        }
        "POST /device" => Answer::json(
            200,
            json!({"device_code": "canary-device", "user_code": "BCDF-GHJK", "expires_in": 600,
                "verification_uri": format!("{}/activate", asked.issuer), "interval": 1}),
        ),
        "POST /auth/token" => Answer::json(
            200,
            json!({"access_token": "canary-service", "token_type": "Bearer", "expires_in": 600}),
        ),
        "GET /api/environments/refused" => Answer::error(401, "UNAUTHORIZED"),
        "GET /api/environments/broken" => Answer::text(500, "boom"),
        _ => Answer::json(200, json!({"id": "u-1", "username": "aino"})),
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let browser = Arc::new(Watched(Mutex::default()));
    let cache: Cache = Connections::cache_in(folder.path()).unwrap();
    let start = Start {
        issuer: None,
        browser: browser.clone(),
        clock: clock.clone(),
        turns: Some(folder.path().join("turns")),
        cache,
        ..Start::of(&far_end)
    };
    let here = start.go().await;
    let client = &here.client;
    let mut shown = String::new();
    client.sign_in(true).await;
    shown += &format!("{:?}", client.session());
    shown += &format!("{:?}", client.me().await.unwrap());
    clock.jump(TimeDelta::hours(1));
    client.refresh(&Resource::Me).await.unwrap();
    for environment in ["broken", "refused"] {
        let environment = environment.to_owned();
        let refused = client.refresh(&Resource::Environment { environment }).await;
        shown += &format!("{:?}", refused.unwrap_err());
    }
    assert_eq!(
        client.me().await.map(drop).map_err(|failure| failure.code),
        Ok(())
    );
    client.sign_in_on_device(true).await;
    shown += &format!("{:?}", client.session());
    let polled = far_end.asked("POST /token");
    let polled = polled
        .iter()
        .filter(|asked| asked.body.contains("canary-device"));
    assert_eq!(polled.count(), 1, "the device's secret was sent");
    let secret = || "canary-client-secret".into();
    client
        .sign_in_as_service("robot".to_owned(), secret(), true)
        .await
        .unwrap();
    let kept = here.shelf.contents();
    client.sign_out().await.unwrap();
    assert_eq!(
        client.refresh(&Resource::Me).await.unwrap_err().code,
        Code::SignedOut
    );
    shown += &format!("{:?} {:?}", here.heard.all(), here.connections.list());
    shown += &serde_json::to_string(&here.connections.to_save()).unwrap();

    let logged = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    assert!(logged.len() > 1_000, "the log is caught");
    // What a secret is like without its name: the ID token's begin, the keyring's entry.
    let entry = String::from_utf8(kept.into_values().next().unwrap()).unwrap();
    let secrets = [CANARY, "eyJhbGciOiJFZERTQ", entry.as_str()];
    let addresses = format!("{:?}", browser.0.lock().unwrap());
    let mut places = 0;
    for secret in secrets {
        for (place, text) in [
            ("shown", &shown),
            ("the log", &logged),
            ("argv", &addresses),
        ] {
            places += 1;
            let at = text.find(secret).unwrap_or(usize::MAX);
            let around: String = text
                .chars()
                .skip(at.saturating_sub(200))
                .take(300)
                .collect();
            assert_eq!(at, usize::MAX, "{secret} in {place}: …{around}…");
        }
        places += 1;
        assert_eq!(files_with(folder.path(), secret), Vec::<String>::new());
    }
    println!(
        "figure: 7 secrets looked for in {places} places: {} bytes of log at its finest, events, \
         errors, settings, the browser's argument, the data folder: none",
        logged.len()
    );
}
