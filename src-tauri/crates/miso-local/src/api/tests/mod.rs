//! The whole router without a socket: what is refused, who may do what, and a sign-in from the
//! page to the last refresh.

use std::sync::Arc;

use axum::body::Body;
use http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;
use url::{Url, form_urlencoded};

use super::router;

mod access;
mod applications;
mod configuration;
mod deploying;
mod deployments;
mod devices;
mod logs;
mod logs_live;
mod monitoring;
mod openapi;
mod refusals;
mod sign_in;
mod update;
mod v1;
use crate::logs::line::{Said, Stream};
use crate::options::{RateLimit, ServiceAccount};
use crate::place::Place;
use crate::site::Shared;
use crate::store::{self, placements};
use crate::testing::{self, HOST};

const PORT: u16 = 8700;
const REDIRECT: &str = "http://127.0.0.1:43121/callback";
/// The example of RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const SCOPE: &str = "openid profile email offline_access api";

/// An instance without a listener.
struct Bench {
    site: Shared,
    _folder: TempDir,
}

/// An answer, read to its end.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    fn code(&self) -> String {
        self.json()["error"]["code"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}

impl Bench {
    fn new() -> Self {
        Self::with_limit(RateLimit::Off)
    }

    fn with_limit(limit: RateLimit) -> Self {
        let folder = tempfile::tempdir().unwrap();
        // Nothing can be started by it: what is deployed here fails, and that is enough.
        let site = testing::site(folder.path(), limit, testing::no_command());
        Self {
            site: Arc::new(site),
            _folder: folder,
        }
    }

    /// With a service account of another name.
    fn with_account(client_id: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut site = testing::site(folder.path(), RateLimit::Off, testing::no_command());
        site.service_account = Some(ServiceAccount {
            client_id: client_id.to_owned(),
            client_secret: "a secret".to_owned().into(),
        });
        Self {
            site: Arc::new(site),
            _folder: folder,
        }
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let response = router(Arc::clone(&self.site), PORT)
            .oneshot(request)
            .await
            .unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8(bytes.to_vec()).unwrap(),
        }
    }

    async fn get(&self, token: &str, path: &str) -> Answer {
        let request = Request::get(path)
            .header(header::HOST, HOST)
            .header(header::AUTHORIZATION, format!("Bearer {token}"));
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// With workloads that run: this test program itself.
    fn running() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let site = testing::site(folder.path(), RateLimit::Off, testing::own_command());
        Self {
            site: Arc::new(site),
            _folder: folder,
        }
    }

    /// Any method with a body, and `If-Match` where that is not empty.
    async fn write(
        &self,
        token: &str,
        (method, path): (&str, &str),
        body: &Value,
        if_match: &str,
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, HOST)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::AUTHORIZATION, format!("Bearer {token}"));
        if !if_match.is_empty() {
            request = request.header(header::IF_MATCH, if_match);
        }
        self.send(request.body(Body::from(body.to_string())).unwrap())
            .await
    }

    async fn put(&self, token: &str, path: &str, body: &Value) -> Answer {
        self.write(token, ("PUT", path), body, "").await
    }

    async fn delete(&self, token: &str, path: &str) -> Answer {
        self.write(token, ("DELETE", path), &Value::Null, "").await
    }

    /// Deploys and waits for the end, which it gives.
    async fn deployed(&self, token: &str, key: &str, body: &Value) -> Value {
        let path = format!("/api/applications/{key}/deploy");
        let accepted = self.post(token, &path, body).await;
        assert_eq!(accepted.status, 202, "{}", accepted.text);
        self.ended(token, &text(&accepted.json(), "id")).await
    }

    /// The deployment when it has ended.
    async fn ended(&self, token: &str, id: &str) -> Value {
        let path = format!("/api/deployments/{id}");
        let began = std::time::Instant::now();
        loop {
            let now = self.get(token, &path).await.json();
            if now["completedAt"].is_string() {
                return now;
            }
            assert!(began.elapsed().as_secs() < 60, "{now}");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }

    async fn post(&self, token: &str, path: &str, body: &Value) -> Answer {
        self.post_with(token, path, body, "").await
    }

    async fn post_with(
        &self,
        token: &str,
        path: &str,
        body: &Value,
        idempotency_key: &str,
    ) -> Answer {
        let mut request = Request::post(path)
            .header(header::HOST, HOST)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::AUTHORIZATION, format!("Bearer {token}"));
        if !idempotency_key.is_empty() {
            request = request.header("idempotency-key", idempotency_key);
        }
        self.send(request.body(Body::from(body.to_string())).unwrap())
            .await
    }

    async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let request = Request::post(path)
            .header(header::HOST, HOST)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    async fn authorize(&self, changes: &[(&str, &str)]) -> Answer {
        let mut fields = vec![
            ("response_type", "code"),
            ("client_id", "miso-desktop"),
            ("redirect_uri", REDIRECT),
            ("scope", SCOPE),
            ("state", "the state"),
            ("nonce", "the nonce"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
            ("launch_key", self.site.launch_key.expose_secret()),
        ];
        for (name, value) in changes {
            fields.retain(|(known, _)| known != name);
            fields.push((name, value));
        }
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let request = Request::get(format!("/oidc/authorize?{query}")).header(header::HOST, HOST);
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// Walks through the page as a person and gives the code.
    async fn code_for(&self, person: &str) -> String {
        let page = self.authorize(&[]).await;
        assert_eq!(page.status, 200, "{}", page.text);
        let transaction = transaction(&page.text);
        let back = self
            .form(
                "/sign-in",
                &[("transaction", &transaction), ("person", person)],
            )
            .await;
        returned(&back, "code").unwrap()
    }

    async fn exchange(&self, code: &str) -> Answer {
        self.form(
            "/oidc/token",
            &[
                ("grant_type", "authorization_code"),
                ("client_id", "miso-desktop"),
                ("code", code),
                ("redirect_uri", REDIRECT),
                ("code_verifier", VERIFIER),
            ],
        )
        .await
    }

    async fn refresh(&self, token: &str) -> Answer {
        let fields = [
            ("grant_type", "refresh_token"),
            ("client_id", "miso-desktop"),
            ("refresh_token", token),
        ];
        self.form("/oidc/token", &fields).await
    }

    async fn token_for(&self, person: &str) -> String {
        let code = self.code_for(person).await;
        text(&self.exchange(&code).await.json(), "access_token")
    }

    /// Waits until no deployment is under way.
    async fn rolled_out(&self) {
        self.site.platform.rollouts.close();
        self.site.platform.rollouts.wait().await;
    }

    async fn create(&self, token: &str, key: &str) -> Answer {
        self.post(token, "/api/applications", &manifest(key)).await
    }
}

fn manifest(key: &str) -> Value {
    json!({"key": key, "displayName": "My Application", "type": "webapp", "image": "miso/hello:1.0", "port": 3000})
}

fn transaction(page: &str) -> String {
    let (_, rest) = page
        .split_once("name=\"transaction\" value=\"")
        .expect("a form");
    rest.split_once('"').expect("a value").0.to_owned()
}

/// A parameter of the address a redirect leads to.
fn returned(answer: &Answer, name: &str) -> Option<String> {
    assert_eq!(answer.status, 303, "{}", answer.text);
    let to = Url::parse(answer.header("location")).unwrap();
    assert!(to.as_str().starts_with(REDIRECT));
    to.query_pairs()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

fn text(value: &Value, field: &str) -> String {
    value[field]
        .as_str()
        .unwrap_or_else(|| panic!("no {field} in {value}"))
        .to_owned()
}
