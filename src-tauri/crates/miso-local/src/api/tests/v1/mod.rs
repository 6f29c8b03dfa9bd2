//! `/api/v1` without a socket: its envelopes as literal JSON written by hand from API-V1.md, who
//! may do what, and both readings over the same state.

use super::*;

mod deploying;
mod drafts;
mod envelopes;
mod job_logs;
mod limits;
mod logs;
mod resources;
mod sign_in;

/// Who sends a request.
#[derive(Clone, Copy)]
enum As<'a> {
    Nobody,
    /// `Authorization: Bearer`.
    Bearer(&'a str),
    /// `x-client-token`.
    Client(&'a str),
}

impl Bench {
    /// A call of v1, below its root.
    async fn v1(&self, who: As<'_>, method: &str, path: &str, body: Option<Value>) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header(header::HOST, HOST)
            .header(header::CONTENT_TYPE, "application/json");
        request = match who {
            As::Nobody => request,
            As::Bearer(token) => request.header(header::AUTHORIZATION, format!("Bearer {token}")),
            As::Client(token) => request.header("x-client-token", token),
        };
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        self.send(request.body(body).unwrap()).await
    }

    async fn v1_get(&self, token: &str, path: &str) -> Answer {
        self.v1(As::Bearer(token), "GET", path, None).await
    }

    async fn v1_post(&self, token: &str, path: &str, body: Value) -> Answer {
        self.v1(As::Bearer(token), "POST", path, Some(body)).await
    }

    /// `POST /auth/token` as clients send it: two headers and no body.
    async fn client_token(&self, id: &str, secret: &str) -> Answer {
        let request = Request::post("/api/v1/auth/token")
            .header(header::HOST, HOST)
            .header(header::CONTENT_TYPE, "application/json")
            .header("x-client-id", id)
            .header("x-client-secret", secret);
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// Registers an application as the administrator, and gives its credentials.
    async fn registered(&self, environment: &str, key: &str) -> (String, String) {
        let admin = self.token_for("aino.laine").await;
        let path = format!("/environments/{environment}/applications/register");
        let answer = self.v1_post(&admin, &path, registration(key)).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        let credentials = &answer.json()["data"]["credentials"];
        (
            text(credentials, "clientId"),
            text(credentials, "clientSecret"),
        )
    }

    /// The same, signed in.
    async fn application_token(&self, environment: &str, key: &str) -> String {
        let (id, secret) = self.registered(environment, key).await;
        text(&self.client_token(&id, &secret).await.json(), "token")
    }
}

/// What a shipped CLI sends to register an application.
fn registration(key: &str) -> Value {
    json!({"key": key, "displayName": "Orders API", "type": "api", "registryMode": "external",
        "port": 3000, "image": "miso/hello:1.0", "url": "http://localhost:3000"})
}

/// The answer with what differs every time replaced by a word.
fn steady(mut value: Value, fields: &[&str]) -> Value {
    for field in fields {
        let place = value
            .pointer_mut(field)
            .unwrap_or_else(|| panic!("no {field}"));
        assert!(!place.is_null(), "{field} is null");
        *place = json!("…");
    }
    value
}
