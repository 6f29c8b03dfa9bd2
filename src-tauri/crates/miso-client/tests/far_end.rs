//! A far end whose answers a test sets: provider and API on one loopback port.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use miso_client::{
    Account, Browser, Cache, Client, Connection, Connections, Credential, CredentialKind,
    CredentialStore, Event, Parts, Publish, SystemClock, Vault, VaultError,
};
use secrecy::SecretString;
use serde_json::{Value, json};
use url::Url;
use zeroize::Zeroizing;

/// What the far end answers to one request.
pub struct Answer {
    pub status: u16,
    pub body: String,
    pub headers: Vec<(&'static str, String)>,
    /// Takes the request and closes the connection.
    pub lost: bool,
    /// How long it takes; `None` for ever.
    pub after: Option<Duration>,
}

/// Makes an answer.
pub type Make = fn() -> Answer;

impl Answer {
    pub fn json(status: u16, body: Value) -> Self {
        Self {
            status,
            body: body.to_string(),
            headers: Vec::new(),
            lost: false,
            after: Some(Duration::ZERO),
        }
    }

    /// An answer that never comes.
    pub fn never() -> Self {
        Self {
            after: None,
            ..Self::text(200, "")
        }
    }

    /// The same answer, later.
    pub fn after(self, time: Duration) -> Self {
        Self {
            after: Some(time),
            ..self
        }
    }

    pub fn error(status: u16, code: &str) -> Self {
        Self::json(
            status,
            json!({"error": {"code": code, "message": "no", "requestId": "req-1"}}),
        )
    }

    pub fn text(status: u16, body: &str) -> Self {
        Self {
            body: body.to_owned(),
            ..Self::json(status, Value::Null)
        }
    }

    pub fn lost() -> Self {
        Self {
            lost: true,
            ..Self::text(200, "")
        }
    }
}

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Asked {
    pub line: String,
    pub token: Option<String>,
    pub body: String,
    /// Its `Idempotency-Key`.
    pub key: Option<String>,
}

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
    let token = parts.headers.get("authorization").map(|value| {
        value
            .to_str()
            .unwrap()
            .strip_prefix("Bearer ")
            .unwrap()
            .to_owned()
    });
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
        key: parts
            .headers
            .get("idempotency-key")
            .map(|key| key.to_str().unwrap().to_owned()),
    };
    let answer = match asked.line.as_str() {
        "GET /.well-known/openid-configuration" if !shared.raw => {
            shared.asked.lock().unwrap().push(asked.clone());
            Answer::json(200, discovery(&shared.url))
        }
        "GET /jwks" if !shared.raw => Answer::json(200, json!({"keys": []})),
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
    response.body(Body::from(answer.body)).unwrap()
}

/// An ordinary discovery document.
pub fn discovery(url: &Url) -> Value {
    let at = |path: &str| url.join(path).unwrap().to_string();
    json!({
        "issuer": url.as_str().trim_end_matches('/'),
        "authorization_endpoint": at("authorize"),
        "token_endpoint": at("token"),
        "jwks_uri": at("jwks"),
        "revocation_endpoint": at("revoke"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
    })
}

/// A keyring that a test can look into.
#[derive(Clone, Default)]
pub struct Shelf(Arc<Mutex<HashMap<String, Vec<u8>>>>, Arc<Door>);

/// What holds up a keyring that is written to.
#[derive(Default)]
struct Door {
    shut: Mutex<bool>,
    locked: AtomicBool,
    opened: std::sync::Condvar,
    waiting: AtomicUsize,
}

impl Shelf {
    /// Lets nobody write until it is opened.
    pub fn shut(&self) {
        *self.1.shut.lock().unwrap() = true;
    }

    pub fn open(&self) {
        *self.1.shut.lock().unwrap() = false;
        self.1.opened.notify_all();
    }

    /// Locks or unlocks what can be read.
    pub fn lock(&self, locked: bool) {
        self.1.locked.store(locked, Ordering::SeqCst);
    }

    /// Whether somebody waits to write.
    pub fn is_waited_for(&self) -> bool {
        self.1.waiting.load(Ordering::SeqCst) > 0
    }

    /// What is kept, by name.
    pub fn contents(&self) -> HashMap<String, Vec<u8>> {
        self.0.lock().unwrap().clone()
    }

    pub fn clear(&self) {
        self.0.lock().unwrap().clear();
    }

    pub fn is_empty(&self) -> bool {
        self.0.lock().unwrap().is_empty()
    }
}

impl CredentialStore for Shelf {
    fn get(&mut self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
        if self.1.locked.load(Ordering::SeqCst) {
            return Err(VaultError::Locked("test".to_owned()));
        }
        Ok(self
            .0
            .lock()
            .unwrap()
            .get(name)
            .cloned()
            .map(Zeroizing::new))
    }
    fn set(&mut self, name: &str, value: &[u8]) -> Result<(), VaultError> {
        self.1.waiting.fetch_add(1, Ordering::SeqCst);
        let shut = self.1.shut.lock().unwrap();
        drop(self.1.opened.wait_while(shut, |shut| *shut).unwrap());
        self.1.waiting.fetch_sub(1, Ordering::SeqCst);
        self.0
            .lock()
            .unwrap()
            .insert(name.to_owned(), value.to_vec());
        Ok(())
    }
    fn delete(&mut self, name: &str) -> Result<(), VaultError> {
        self.0.lock().unwrap().remove(name);
        Ok(())
    }
}

struct NoBrowser;

impl Browser for NoBrowser {
    fn open(&self, _: &Url) -> Result<(), String> {
        Err("there is none".to_owned())
    }
}

/// A browser in which somebody signs in at once.
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
            .append_pair("code", "c")
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
    restored_by(far_end, far_end.url.as_str().trim_end_matches('/')).await
}

/// The same with a credential that another issuer gave.
pub async fn restored_by(far_end: &FarEnd, issuer: &str) -> Restored {
    start(far_end, Some(issuer), Arc::new(NoBrowser), false).await
}

/// The same with a keyring that is locked at the start.
pub async fn locked(far_end: &FarEnd) -> Restored {
    let issuer = far_end.url.as_str().trim_end_matches('/');
    start(far_end, Some(issuer), Arc::new(NoBrowser), true).await
}

/// A client of which nothing is kept.
pub async fn signed_out(far_end: &FarEnd, browser: Arc<dyn Browser>) -> Restored {
    start(far_end, None, browser, false).await
}

/// The same for a connection that is not as others are.
pub async fn signed_out_with(connection: Connection, browser: Arc<dyn Browser>) -> Restored {
    start_with(connection, None, browser, false).await
}

async fn start(
    far_end: &FarEnd,
    issuer: Option<&str>,
    browser: Arc<dyn Browser>,
    is_locked: bool,
) -> Restored {
    let connection = Connection {
        account: Some(aino()),
        ..Connection::to(far_end.url.clone(), &[])
    };
    start_with(connection, issuer, browser, is_locked).await
}

fn aino() -> Account {
    Account {
        subject: "u-1".to_owned(),
        username: "aino".to_owned(),
        display_name: None,
        email: None,
    }
}

async fn start_with(
    connection: Connection,
    issuer: Option<&str>,
    browser: Arc<dyn Browser>,
    is_locked: bool,
) -> Restored {
    let shelf = Shelf::default();
    let heard = Arc::new(Heard::default());
    let inside = shelf.clone();
    let vault = Arc::new(Vault::over(Arc::new(move || Box::new(inside.clone()))));
    let id = connection.id.clone();
    if let Some(issuer) = issuer {
        let credential = Credential {
            kind: CredentialKind::RefreshToken,
            secret: SecretString::from("refresh-1"),
            issuer: issuer.to_owned(),
            client_id: "miso-desktop".to_owned(),
            account: aino(),
        };
        vault.save(&id, credential, true).await.unwrap();
    }
    let parts = Parts {
        vault,
        browser,
        clock: Arc::new(SystemClock::new()),
        publish: heard.clone(),
        cache: Arc::new(Cache::in_memory().unwrap()),
    };
    let connections = Connections::new(parts, vec![connection]).unwrap();
    let client = connections.client(&id).unwrap();
    shelf.lock(is_locked);
    client.begin_restoring();
    client.restore().await;
    Restored {
        client,
        shelf,
        heard,
        connections,
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
