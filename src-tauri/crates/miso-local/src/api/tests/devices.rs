//! Signing in a device (RFC 8628), from the code it shows to its tokens.

use super::*;

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

impl Bench {
    async fn device(&self) -> Value {
        let fields = [("client_id", "miso-desktop"), ("scope", SCOPE)];
        let answer = self.form("/oidc/device-authorization", &fields).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(answer.header("cache-control"), "no-store");
        answer.json()
    }

    async fn poll(&self, device: &Value) -> Answer {
        let code = text(device, "device_code");
        let fields = [
            ("grant_type", GRANT),
            ("client_id", "miso-desktop"),
            ("device_code", &code),
        ];
        self.form("/oidc/token", &fields).await
    }

    async fn type_code(&self, code: &str, key: &str) -> Answer {
        self.form("/device", &[("user_code", code), ("launch_key", key)])
            .await
    }

    async fn page(&self, path: &str) -> Answer {
        let request = Request::get(path).header(header::HOST, HOST);
        self.send(request.body(Body::empty()).unwrap()).await
    }

    fn key(&self) -> &str {
        self.site.launch_key.expose_secret()
    }
}

#[tokio::test]
async fn a_device_is_signed_in_by_who_holds_the_key() {
    let bench = Bench::new();
    let device = bench.device().await;
    let code = text(&device, "user_code");
    assert_eq!(device["interval"], 5);
    assert_eq!(device["expires_in"], 600);
    let complete = text(&device, "verification_uri_complete");
    let path = complete.strip_prefix(&bench.site.issuer).unwrap();
    let asked = bench.page(path).await;
    assert_eq!(asked.status, 200);
    assert!(asked.text.contains(&code), "{}", asked.text);
    assert!(!asked.text.contains("Aino"), "the key was not given");

    let waiting = bench.poll(&device).await;
    assert_eq!(waiting.status, 400);
    assert_eq!(waiting.json()["error"], "authorization_pending");
    assert_eq!(bench.poll(&device).await.json()["error"], "slow_down");

    let wrong = bench.type_code(&code, "a guess").await;
    assert_eq!(wrong.status, 403);
    assert!(!wrong.text.contains("Aino"));
    let wrong = bench.type_code("BBBB-BBBB", bench.key()).await;
    assert_eq!(wrong.status, 400);

    let typed = code.to_lowercase().replace('-', "");
    let people = bench.type_code(&typed, bench.key()).await;
    assert_eq!(people.status, 200);
    assert!(people.text.contains(&code), "to be compared");
    let fields = [
        ("transaction", transaction(&people.text)),
        ("person", "mikko.saari".to_owned()),
    ];
    let fields = fields
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    let done = bench.form("/device/answer", &fields).await;
    assert_eq!(done.status, 200, "{}", done.text);
    assert!(done.text.contains("Mikko Saari"), "{}", done.text);
    assert_eq!(bench.form("/device/answer", &fields).await.status, 400);

    let tokens = bench.poll(&device).await;
    assert_eq!(tokens.status, 200, "{}", tokens.text);
    let tokens = tokens.json();
    let me = bench
        .get(&text(&tokens, "access_token"), "/api/users/me")
        .await;
    assert_eq!(me.json()["username"], "mikko.saari");
    assert!(tokens["id_token"].is_string());
    let renewed = bench.refresh(&text(&tokens, "refresh_token")).await;
    assert_eq!(renewed.status, 200, "{}", renewed.text);
    let again = bench.poll(&device).await;
    assert_eq!(again.json()["error"], "invalid_grant", "it counts once");
}

#[tokio::test]
async fn a_device_may_be_refused() {
    let bench = Bench::new();
    let device = bench.device().await;
    let code = text(&device, "user_code");
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("user_code", &code)
        .append_pair("launch_key", bench.key())
        .finish();
    let people = bench.page(&format!("/device?{query}")).await;
    let transaction = transaction(&people.text);
    let fields = [("transaction", transaction.as_str()), ("cancel", "1")];
    assert_eq!(bench.form("/device/answer", &fields).await.status, 200);
    assert_eq!(bench.poll(&device).await.json()["error"], "access_denied");
}

#[tokio::test]
async fn a_key_for_one_sign_in_opens_no_device() {
    let bench = Bench::new();
    let code = text(&bench.device().await, "user_code");
    let keys = &bench.site.one_time_keys;
    let key = keys.make(&code, chrono::Utc::now()).unwrap();
    let refused = bench.type_code(&code, key.expose_secret()).await;
    assert_eq!(refused.status, 403);
    let opened = bench.type_code(&code, bench.key()).await;
    assert!(opened.text.contains("Aino"), "{}", opened.text);
}

#[tokio::test]
async fn only_the_app_may_ask_for_a_device_and_markup_stays_text() {
    let bench = Bench::new();
    let stranger = [("client_id", "someone"), ("scope", SCOPE)];
    let refused = bench.form("/oidc/device-authorization", &stranger).await;
    assert_eq!(refused.json()["error"], "invalid_client");
    let account = [("client_id", "ci"), ("client_secret", "a secret")];
    let refused = bench.form("/oidc/device-authorization", &account).await;
    assert_eq!(refused.json()["error"], "unauthorized_client");
    let page = bench
        .page("/device?user_code=%22%3E%3Cscript%3Ealert(1)%3C/script%3E")
        .await;
    assert!(!page.text.contains("<script"), "{}", page.text);
    let policy = page.header("content-security-policy");
    assert!(policy.contains("form-action 'self';"), "{policy}");
}
