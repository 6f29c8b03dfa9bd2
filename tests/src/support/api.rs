//! A thin client that shares nothing with ours: literal paths, literal names.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, redirect};
use serde_json::Value;

/// An instance's API, with a token or without.
#[derive(Clone)]
pub struct Api {
    client: reqwest::Client,
    base: String,
    token: Option<String>,
}

/// An answer, whatever its status.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// All headers.
    pub headers: HeaderMap,
    /// The body as text.
    pub text: String,
}

impl Api {
    /// At the instance's address, without a token.
    pub fn new(base: &str) -> Self {
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(redirect::Policy::none());
        let client = client.build().expect("a client");
        Self {
            client,
            base: base.trim_end_matches('/').to_owned(),
            token: None,
        }
    }

    /// The same with a token.
    pub fn with_token(&self, token: &str) -> Self {
        Self {
            token: Some(token.to_owned()),
            ..self.clone()
        }
    }

    /// Signs in as a service account.
    pub async fn signed_in(&self, id: &str, secret: &str) -> Self {
        self.with_token(&self.token(id, secret).await)
    }

    /// The token of a service account.
    pub async fn token(&self, id: &str, secret: &str) -> String {
        let answer = self.post("/auth/token", &service_account(id, secret)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()["access_token"]
            .as_str()
            .expect("a token")
            .to_owned()
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], Body::Nothing).await
    }

    /// GET with headers of its own.
    pub async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(Method::GET, path, headers, Body::Nothing).await
    }

    /// POST of JSON.
    pub async fn post(&self, path: &str, json: &Value) -> Answer {
        self.send(Method::POST, path, &[], Body::Json(json)).await
    }

    /// Any method with JSON and headers of its own.
    pub async fn write(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        json: &Value,
    ) -> Answer {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        self.send(method, path, headers, Body::Json(json)).await
    }

    /// POST of JSON to an instance that may be gone before it answers.
    pub async fn try_post(&self, path: &str, json: &Value) -> Option<Answer> {
        self.try_send(Method::POST, path, &[], Body::Json(json))
            .await
            .ok()
    }

    /// POST of a body as it is.
    pub async fn post_raw(&self, path: &str, media_type: &str, body: &str) -> Answer {
        let headers = [("content-type", media_type)];
        self.send(Method::POST, path, &headers, Body::Raw(body))
            .await
    }

    /// POST of a form, as the provider's endpoints take it.
    pub async fn post_form(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.send(Method::POST, path, &[], Body::Form(form)).await
    }

    /// Any method, without a body.
    pub async fn call(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        self.send(method, path, headers, Body::Nothing).await
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Body<'_>,
    ) -> Answer {
        let answer = self.try_send(method, path, headers, body).await;
        answer.expect("an answer")
    }

    async fn try_send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Body<'_>,
    ) -> reqwest::Result<Answer> {
        let url = if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("{}{path}", self.base)
        };
        let mut request = self.client.request(method, url);
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        for (name, value) in headers {
            let name = HeaderName::from_bytes(name.as_bytes()).expect("a header");
            request = request.header(name, HeaderValue::from_str(value).expect("a value"));
        }
        request = match body {
            Body::Nothing => request,
            Body::Json(json) => request.json(json),
            Body::Raw(text) => request.body(text.to_owned()),
            Body::Form(form) => request.form(form),
        };
        let answer = request.send().await?;
        let status = answer.status().as_u16();
        let headers = answer.headers().clone();
        Ok(Answer {
            status,
            headers,
            text: answer.text().await?,
        })
    }
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// A header's text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The code of the error envelope.
    pub fn code(&self) -> String {
        self.json()["error"]["code"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }
}

/// What a service account sends (API.md, "Sign-in").
pub fn service_account(id: &str, secret: &str) -> Value {
    serde_json::json!({
        "client_id": id, "client_secret": secret, "grant_type": "client_credentials", "scope": "api"
    })
}

enum Body<'a> {
    Nothing,
    Json(&'a Value),
    Raw(&'a str),
    Form(&'a [(&'a str, &'a str)]),
}
