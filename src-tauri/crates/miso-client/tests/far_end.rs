//! A far end whose answers a test sets: provider and API on one loopback port.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use miso_client::{
    Account, Browser, Cache, Client, Clock, Connection, ConnectionId, Connections, Credential,
    CredentialKind, Event, Parts, Publish, SignInSettings, SystemClock, Vault,
};
use secrecy::SecretString;
use serde_json::{Value, json};
use url::Url;

pub use crate::answer::{Answer, Asked, Make};
pub use crate::shelf::Shelf;

type Script = Arc<dyn Fn(&Asked) -> Answer + Send + Sync>;

pub struct FarEnd {
    pub url: Url,
    asked: Arc<Mutex<Vec<Asked>>>,
}

#[derive(Clone)]
struct Shared {
    base: String,
    url: Url,
    /// Whether discovery and keys are the script's too.
    raw: bool,
    script: Script,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl FarEnd {
    /// Starts a far end; discovery is answered by itself, everything else by the script.
    pub async fn start(script: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Self {
        Self::below("/", script).await
    }

    /// The same below a path that begins and ends with a slash; elsewhere is another's page.
    pub async fn below(
        base: &str,
        script: impl Fn(&Asked) -> Answer + Send + Sync + 'static,
    ) -> Self {
        Self::play(base, false, |_| Arc::new(script)).await
    }

    /// A far end of which everything is the script's, which is made for its address.
    pub async fn raw<S: Fn(&Asked) -> Answer + Send + Sync + 'static>(
        script: impl FnOnce(&Url) -> S,
    ) -> Self {
        Self::play("/", true, |url| Arc::new(script(url))).await
    }

    async fn play(base: &str, raw: bool, script: impl FnOnce(&Url) -> Script) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}{base}", listener.local_addr().unwrap());
        let url = Url::parse(&url).unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let shared = Shared {
            base: base.to_owned(),
            url: url.clone(),
            raw,
            script: script(&url),
            asked: asked.clone(),
        };
        let router = Router::new().fallback(answer).with_state(shared);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, asked }
    }

    /// A far end that somebody else plays.
    pub fn at(url: &str) -> Self {
        Self {
            url: Url::parse(url).unwrap(),
            asked: Arc::default(),
        }
    }

    /// Its issuer.
    pub fn issuer(&self) -> String {
        issuer_of(&self.url)
    }

    /// The requests that began with this method and path.
    pub fn asked(&self, line: &str) -> Vec<Asked> {
        let asked = self.asked.lock().unwrap();
        asked
            .iter()
            .filter(|asked| asked.line.starts_with(line))
            .cloned()
            .collect()
    }
}

async fn answer(State(shared): State<Shared>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 1 << 20).await.unwrap();
    let header = |name: &str| Some(parts.headers.get(name)?.to_str().unwrap().to_owned());
    let token =
        header("authorization").map(|value| value.strip_prefix("Bearer ").unwrap().to_owned());
    let uri = parts.uri.to_string();
    let Some(path) = uri.strip_prefix(&shared.base) else {
        return Response::builder()
            .status(404)
            .body(Body::from("<html>another's page</html>"))
            .unwrap();
    };
    let asked = Asked {
        line: format!("{} /{path}", parts.method),
        token,
        body: String::from_utf8(body.to_vec()).unwrap(),
        key: header("idempotency-key"),
        is_live: header("accept").is_some_and(|kinds| kinds == "text/event-stream"),
        unless: header("if-none-match"),
        matching: header("if-match"),
        issuer: issuer_of(&shared.url),
    };
    let answer = match asked.line.as_str() {
        "GET /.well-known/openid-configuration" if !shared.raw => {
            shared.asked.lock().unwrap().push(asked.clone());
            Answer::json(200, discovery(&shared.url))
        }
        "GET /jwks" if !shared.raw => Answer::json(200, crate::signed::keys()),
        _ => {
            shared.asked.lock().unwrap().push(asked.clone());
            (shared.script)(&asked)
        }
    };
    match answer.after {
        Some(time) => tokio::time::sleep(time).await,
        None => std::future::pending().await,
    }
    let mut response = Response::builder().status(answer.status);
    if answer.lost {
        // A promised body that never comes: the connection is cut while it is read.
        let cut = futures_util::stream::once(async {
            Err::<bytes::Bytes, _>(std::io::Error::other("cut"))
        });
        return response
            .header("content-length", "10")
            .body(Body::from_stream(cut))
            .unwrap();
    }
    if answer
        .headers
        .iter()
        .all(|(name, _)| *name != "content-type")
    {
        response = response.header("content-type", "application/json");
    }
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    let body = match answer.goes_on {
        Some(mut pieces) => {
            let pieces = futures_util::stream::poll_fn(move |context| pieces.poll_recv(context));
            Body::from_stream(pieces)
        }
        None => Body::from(answer.body),
    };
    response.body(body).unwrap()
}

fn issuer_of(url: &Url) -> String {
    url.as_str().trim_end_matches('/').to_owned()
}

/// What a provider below this address says of itself.
pub fn discovery(url: &Url) -> Value {
    let at = |path: &str| url.join(path).unwrap().to_string();
    json!({
        "issuer": issuer_of(url),
        "authorization_endpoint": at("authorize"),
        "token_endpoint": at("token"),
        "jwks_uri": at("jwks"),
        "device_authorization_endpoint": at("device"),
        "revocation_endpoint": at("revoke"),
        "end_session_endpoint": at("end-session"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
    })
}

struct NoBrowser;

impl Browser for NoBrowser {
    fn open(&self, _: &Url) -> Result<(), String> {
        Err("there is none".to_owned())
    }
}

/// A browser in which somebody signs in at once; the code is the nonce, for a provider that signs.
pub struct QuickBrowser;

impl Browser for QuickBrowser {
    fn open(&self, address: &Url) -> Result<(), String> {
        let value = |name: &str| {
            let mut pairs = address.query_pairs();
            pairs.find_map(|(key, value)| (key == name).then(|| value.into_owned()))
        };
        let mut redirect = Url::parse(&value("redirect_uri").unwrap()).unwrap();
        redirect
            .query_pairs_mut()
            .append_pair("code", &value("nonce").unwrap())
            .append_pair("state", &value("state").unwrap());
        tokio::runtime::Handle::current().spawn(reqwest::get(redirect));
        Ok(())
    }
}

#[derive(Default)]
pub struct Heard(Mutex<Vec<Event>>, AtomicUsize);

impl Heard {
    pub fn all(&self) -> Vec<Event> {
        self.0.lock().unwrap().clone()
    }
}

impl Publish for Heard {
    fn publish(&self, event: Event) {
        self.1.fetch_add(1, Ordering::Relaxed);
        self.0.lock().unwrap().push(event);
    }
}

/// A client with a restored session whose access token has yet to be fetched.
pub struct Restored {
    pub client: Client,
    pub shelf: Shelf,
    pub heard: Arc<Heard>,
    pub connections: Connections,
}

pub async fn restored(far_end: &FarEnd) -> Restored {
    Start::of(far_end).go().await
}

/// The same with a credential that another issuer gave.
pub async fn restored_by(far_end: &FarEnd, issuer: &str) -> Restored {
    let start = Start {
        issuer: Some(issuer.to_owned()),
        ..Start::of(far_end)
    };
    start.go().await
}

/// The same where time is the test's.
pub async fn restored_at(far_end: &FarEnd, clock: Arc<dyn Clock>) -> Restored {
    let start = Start {
        clock,
        ..Start::of(far_end)
    };
    start.go().await
}

/// The same with a keyring that is locked at the start.
pub async fn locked(far_end: &FarEnd) -> Restored {
    let start = Start {
        is_locked: true,
        ..Start::of(far_end)
    };
    start.go().await
}

/// A client of which nothing is kept.
pub async fn signed_out(far_end: &FarEnd, browser: Arc<dyn Browser>) -> Restored {
    let start = Start {
        issuer: None,
        browser,
        ..Start::of(far_end)
    };
    start.go().await
}

/// The same for a connection that is not as others are.
pub async fn signed_out_with(connection: Connection, browser: Arc<dyn Browser>) -> Restored {
    let start = Start {
        id: connection.id,
        sign_in: connection.sign_in,
        issuer: None,
        browser,
        ..Start::of(&FarEnd::at(connection.url.as_str()))
    };
    start.go().await
}

/// What a client starts with.
pub struct Start {
    pub url: Url,
    pub id: ConnectionId,
    pub sign_in: SignInSettings,
    /// Who gave the credential that the keyring holds; `None` where it holds none of the test's.
    pub issuer: Option<String>,
    pub browser: Arc<dyn Browser>,
    pub is_locked: bool,
    pub shelf: Shelf,
    /// Where processes take turns.
    pub turns: Option<PathBuf>,
    pub clock: Arc<dyn Clock>,
    pub cache: Cache,
}

impl Start {
    pub fn of(far_end: &FarEnd) -> Self {
        Self {
            url: far_end.url.clone(),
            id: ConnectionId::random(),
            sign_in: SignInSettings::default(),
            issuer: Some(far_end.issuer()),
            browser: Arc::new(NoBrowser),
            is_locked: false,
            shelf: Shelf::default(),
            turns: None,
            clock: Arc::new(SystemClock::new()),
            cache: Cache::in_memory().unwrap(),
        }
    }

    /// Starts, and waits until the keyring has been read.
    pub async fn go(self) -> Restored {
        let (here, restoring) = self.keep().await.begin();
        restoring.await.unwrap();
        here
    }

    /// Puts the credential into the keyring.
    pub async fn keep(mut self) -> Self {
        if let Some(issuer) = self.issuer.take() {
            let credential = Credential {
                kind: CredentialKind::RefreshToken,
                secret: SecretString::from("refresh-1"),
                issuer,
                client_id: "miso-desktop".to_owned(),
                account: aino(),
            };
            let vault = self.vault();
            vault.save(&self.id, credential, true).await.unwrap();
        }
        self
    }

    /// Starts with what is in the keyring.
    pub fn begin(self) -> (Restored, tokio::task::JoinHandle<()>) {
        let heard = Arc::new(Heard::default());
        let vault = match self.turns.clone() {
            Some(folder) => self.vault().taking_turns_in(folder),
            None => self.vault(),
        };
        let connection = Connection {
            id: self.id.clone(),
            sign_in: self.sign_in,
            account: Some(aino()),
            ..Connection::to(self.url, &[])
        };
        let parts = Parts {
            vault: Arc::new(vault),
            browser: self.browser,
            clock: self.clock,
            publish: heard.clone(),
            cache: Arc::new(self.cache),
        };
        let connections = Connections::new(parts, vec![connection]);
        let client = connections.client(&self.id).unwrap();
        if self.is_locked {
            self.shelf.lock(true);
        }
        client.begin_restoring();
        let restoring = client.clone();
        let here = Restored {
            client,
            shelf: self.shelf,
            heard,
            connections,
        };
        let restoring = tokio::spawn(async move { restoring.restore().await });
        (here, restoring)
    }

    fn vault(&self) -> Vault {
        let inside = self.shelf.clone();
        Vault::over(Arc::new(move || Box::new(inside.clone())))
    }
}

pub fn aino() -> Account {
    Account {
        subject: "u-1".to_owned(),
        username: "aino".to_owned(),
        display_name: None,
        email: None,
    }
}

/// Waits until something holds, for at most 10 s.
pub async fn until(what: &str, holds: impl Fn() -> bool) {
    let waiting = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    assert!(
        tokio::time::timeout(Duration::from_secs(10), waiting)
            .await
            .is_ok(),
        "{what}"
    );
}

/// The token endpoint's answer number `n`.
pub fn tokens(n: usize) -> Answer {
    Answer::json(
        200,
        json!({"access_token": format!("access-{n}"), "token_type": "Bearer", "expires_in": 600,
            "refresh_token": format!("refresh-{}", n + 1)}),
    )
}
