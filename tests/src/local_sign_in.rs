//! The instance's own provider, asked by hand: authorization code with PKCE (RFC 6749, 7636,
//! 8252, 9207), refresh with rotation, revocation.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use serde_json::{Value, json};
use url::Url;
use xtask::sign_in::sign_in;

use crate::support::api::{Answer, Api};
use crate::support::instance::{Instance, Serve};
use crate::support::session::Session;

/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

const CLIENT: &str = "miso-desktop";
const SCOPES: &str = "openid profile email offline_access api";

#[tokio::test]
async fn a_person_signs_in_and_the_session_outlives_a_restart() {
    let session = Session::without_display();
    let serve = Serve::new(&session, "data");
    let first = serve.start(&session);
    let flow = Flow::new(&first).await;
    let returned = flow.signed_in(&first, "administrator");
    assert_eq!(returned["state"], "a-state");
    assert_eq!(
        returned["iss"],
        first.ready("issuer"),
        "RFC 9207: {returned}"
    );
    let tokens = flow
        .exchange(returned["code"].as_str().expect("a code"))
        .await;
    assert_eq!(tokens.status, 200, "{tokens:?}");
    let tokens = tokens.json();
    let claims = claims(&tokens);
    assert_eq!(
        (&claims["iss"], &claims["nonce"]),
        (&json!(first.ready("issuer")), &json!("a-nonce"))
    );
    assert_eq!(claims["aud"], CLIENT, "{claims}");

    let me = first
        .api()
        .with_token(text(&tokens, "access_token"))
        .get("/api/users/me")
        .await
        .json();
    assert!(
        me["roles"]
            .as_array()
            .is_some_and(|roles| roles.contains(&json!("admin"))),
        "{me}"
    );
    assert_eq!(first.stop(), Some(0));

    let second = serve.start(&session);
    let renewed = flow
        .refresh(&second.api(), text(&tokens, "refresh_token"))
        .await;
    assert_eq!(
        renewed.status, 200,
        "a session outlives a restart: {renewed:?}"
    );
    assert_ne!(
        renewed.json()["refresh_token"],
        tokens["refresh_token"],
        "it is rotated"
    );
}

#[tokio::test]
async fn nobody_is_offered_to_who_lacks_the_launch_key() {
    let session = Session::without_display();
    let instance = Serve::new(&session, "data").start(&session);
    let flow = Flow::new(&instance).await;
    for key in [None, Some("guessed"), Some("")] {
        let url = flow.authorization(key);
        let error = sign_in(&url, "administrator").expect_err("no person may be offered");
        assert!(!error.to_string().contains("Aino"), "{error}");
    }
}

#[tokio::test]
async fn the_key_can_be_typed() {
    let session = Session::without_display();
    let instance = Serve::new(&session, "data").start(&session);
    let flow = Flow::new(&instance).await;
    let asked = instance.api().get(&flow.authorization(None)).await;
    assert_eq!(asked.status, 200, "{asked:?}");
    assert!(!asked.text.contains("Aino"), "{asked:?}");
    let type_key = async |key: &str| {
        let form = [("transaction", transaction(&asked)), ("launch_key", key)];
        instance.api().post_form("/sign-in/key", &form).await
    };
    let wrong = type_key("a guess").await;
    assert_eq!(wrong.status, 403, "{wrong:?}");
    assert!(!wrong.text.contains("Aino"), "{wrong:?}");
    let right = type_key(instance.ready("signInKey")).await;
    assert!(right.text.contains("Aino Laine"), "{right:?}");
    let form = [
        ("transaction", transaction(&right)),
        ("person", "aino.laine"),
    ];
    let back = instance.api().post_form("/sign-in", &form).await;
    assert_eq!(back.status, 303, "{back:?}");
    let back = Url::parse(back.header("location").expect("an address")).expect("a URL");
    assert!(back.as_str().starts_with(&flow.redirect()), "{back}");
    let code = back.query_pairs().find(|(name, _)| name == "code");
    let tokens = flow.exchange(&code.expect("a code").1).await;
    assert_eq!(tokens.status, 200, "{tokens:?}");
}

#[tokio::test]
async fn userinfo_tells_who_it_is_until_the_session_ends() {
    let session = Session::without_display();
    let instance = Serve::new(&session, "data").start(&session);
    let flow = Flow::new(&instance).await;
    let returned = flow.signed_in(&instance, "developer");
    let tokens = flow.exchange(text(&returned, "code")).await.json();
    let api = instance.api().with_token(text(&tokens, "access_token"));
    let endpoint = text(&flow.discovery, "userinfo_endpoint");
    let user = api.get(endpoint).await.json();
    assert_eq!(user["sub"], claims(&tokens)["sub"], "{user}");
    assert_eq!(user["preferred_username"], "mikko.saari", "{user}");
    let nobody = instance.api().get(endpoint).await;
    assert_eq!(nobody.status, 401);
    assert_eq!(nobody.header("www-authenticate"), Some("Bearer"));

    let end = text(&flow.discovery, "end_session_endpoint");
    let unproven = instance.api().get(end).await;
    assert_eq!(unproven.status, 200);
    assert!(!unproven.text.contains("Signed out"), "{unproven:?}");
    assert_eq!(
        api.get(endpoint).await.status,
        200,
        "nobody's session ended"
    );

    let redirect = flow.redirect();
    let form = [
        ("id_token_hint", text(&tokens, "id_token")),
        ("post_logout_redirect_uri", redirect.as_str()),
        ("state", "bye"),
    ];
    let ended = instance.api().post_form(end, &form).await;
    let to = format!("{redirect}?state=bye");
    assert_eq!(
        (ended.status, ended.header("location")),
        (303, Some(to.as_str()))
    );
    let after = api.get(endpoint).await;
    assert_eq!(after.status, 401, "{after:?}");
    assert_eq!(
        after.header("www-authenticate"),
        Some("Bearer error=\"invalid_token\"")
    );
    provider_error(
        &flow
            .refresh(&instance.api(), text(&tokens, "refresh_token"))
            .await,
        "invalid_grant",
    );
}

#[tokio::test]
async fn a_code_is_good_once_and_for_its_verifier_only() {
    let session = Session::without_display();
    let instance = Serve::new(&session, "data").start(&session);
    let flow = Flow::new(&instance).await;

    let returned = flow.signed_in(&instance, "developer");
    let stolen = flow
        .exchange_with(
            text(&returned, "code"),
            "a-verifier-that-somebody-else-made-up-and-sent",
        )
        .await;
    provider_error(&stolen, "invalid_grant");

    let flow = Flow::new(&instance).await;
    let returned = flow.signed_in(&instance, "developer");
    let first = flow.exchange(text(&returned, "code")).await;
    assert_eq!(first.status, 200, "{first:?}");
    provider_error(
        &flow.exchange(text(&returned, "code")).await,
        "invalid_grant",
    );
}

#[tokio::test]
async fn pkce_is_required() {
    let session = Session::without_display();
    let instance = Serve::new(&session, "data").start(&session);
    let flow = Flow::new(&instance).await;
    let complete = flow.authorization(Some(instance.ready("signInKey")));
    let without: Vec<(&str, &str)> =
        vec![("code_challenge", ""), ("code_challenge_method", "plain")];
    for (name, value) in without {
        let mut url = Url::parse(&complete).expect("a URL");
        let pairs: Vec<(String, String)> = url
            .query_pairs()
            .into_owned()
            .filter(|(key, _)| key != name)
            .collect();
        url.query_pairs_mut().clear().extend_pairs(pairs);
        if !value.is_empty() {
            url.query_pairs_mut().append_pair(name, value);
        }
        let refused = flow.refused(url.as_str());
        assert_eq!(
            refused["error"], "invalid_request",
            "{name}={value}: {refused}"
        );
        assert_eq!(refused["state"], "a-state", "{refused}");
    }
}

#[tokio::test]
async fn a_refresh_token_used_twice_ends_the_session() {
    let session = Session::without_display();
    let instance = Serve::new(&session, "data").start(&session);
    let flow = Flow::new(&instance).await;
    let returned = flow.signed_in(&instance, "viewer");
    let tokens = flow.exchange(text(&returned, "code")).await.json();
    let api = instance.api();
    let first = text(&tokens, "refresh_token");
    let second = flow.refresh(&api, first).await;
    assert_eq!(second.status, 200, "{second:?}");
    let second = second.json();
    // The answer may have been lost: for a moment it is given again.
    let again = flow.refresh(&api, first).await.json();
    assert_eq!(again["refresh_token"], second["refresh_token"], "{again}");
    let third = flow.refresh(&api, text(&second, "refresh_token")).await;
    assert_eq!(third.status, 200, "{third:?}");
    provider_error(&flow.refresh(&api, first).await, "invalid_grant");
    // Who has the newest one may be the thief: it is worth nothing from now on.
    provider_error(
        &flow
            .refresh(&api, text(&third.json(), "refresh_token"))
            .await,
        "invalid_grant",
    );
}

#[tokio::test]
async fn a_revoked_token_is_worth_nothing() {
    let session = Session::without_display();
    let instance = Serve::new(&session, "data").start(&session);
    let flow = Flow::new(&instance).await;
    let returned = flow.signed_in(&instance, "viewer");
    let tokens = flow.exchange(text(&returned, "code")).await.json();
    let refresh = text(&tokens, "refresh_token");
    let endpoint = text(&flow.discovery, "revocation_endpoint");
    let answer = instance
        .api()
        .post_form(endpoint, &[("token", refresh), ("client_id", CLIENT)])
        .await;
    assert_eq!(answer.status, 200, "{answer:?}");
    provider_error(
        &flow.refresh(&instance.api(), refresh).await,
        "invalid_grant",
    );
}

#[tokio::test]
async fn a_viewer_may_look_and_not_touch() {
    let session = Session::without_display();
    let instance = Serve::new(&session, "data").start(&session);
    let flow = Flow::new(&instance).await;
    let returned = flow.signed_in(&instance, "viewer");
    let tokens = flow.exchange(text(&returned, "code")).await.json();
    let api = instance.api().with_token(text(&tokens, "access_token"));
    assert_eq!(api.get("/api/applications").await.status, 200);
    let manifest = json!({
        "key": "my-app", "displayName": "My Application", "type": "webapp",
        "image": "miso/hello:1.0", "port": 3000
    });
    let refused = api.post("/api/applications", &manifest).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (403, "FORBIDDEN")
    );
}

/// One sign-in: where the provider is, and where it is to send the person back to.
struct Flow {
    discovery: Value,
    api: Api,
    callback: TcpListener,
}

impl Flow {
    async fn new(instance: &Instance) -> Self {
        let api = instance.api();
        let discovery = api.get("/.well-known/openid-configuration").await.json();
        let callback = TcpListener::bind(("127.0.0.1", 0)).expect("loopback");
        Self {
            discovery,
            api,
            callback,
        }
    }

    fn redirect(&self) -> String {
        format!(
            "http://{}/callback",
            self.callback.local_addr().expect("an address")
        )
    }

    fn authorization(&self, launch_key: Option<&str>) -> String {
        let mut url = Url::parse(text(&self.discovery, "authorization_endpoint")).expect("a URL");
        let redirect = self.redirect();
        let mut query = url.query_pairs_mut();
        query.extend_pairs([
            ("response_type", "code"),
            ("client_id", CLIENT),
            ("redirect_uri", &redirect),
            ("scope", SCOPES),
            ("state", "a-state"),
            ("nonce", "a-nonce"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ]);
        if let Some(key) = launch_key {
            query.append_pair("launch_key", key);
        }
        drop(query);
        url.into()
    }

    /// Signs a person in and gives what came back to the redirect address.
    fn signed_in(&self, instance: &Instance, person: &str) -> Value {
        let url = self.authorization(Some(instance.ready("signInKey")));
        self.returned(|| {
            let page = sign_in(&url, person).expect("the sign-in leads back");
            assert_eq!(page.status, 200, "{page:?}");
        })
    }

    /// Opens an address that must be refused, and gives what came back.
    fn refused(&self, url: &str) -> Value {
        self.returned(|| {
            // The error reaches the redirect address; no person is offered on the way.
            sign_in(url, "administrator").expect_err("no person may be offered");
        })
    }

    /// What the redirect address is called with while something else happens.
    fn returned(&self, meanwhile: impl FnOnce() + Send) -> Value {
        let path = thread::scope(|scope| {
            let person = scope.spawn(meanwhile);
            while !self.is_called() && !person.is_finished() {
                thread::sleep(Duration::from_millis(5));
            }
            let path = self.is_called().then(|| self.called());
            person.join().expect("the other side of the sign-in");
            path.expect("the redirect address was called")
        });
        let url = Url::parse(&self.redirect())
            .and_then(|base| base.join(&path))
            .expect("a URL");
        url.query_pairs()
            .into_owned()
            .map(|(name, value)| (name, Value::from(value)))
            .collect()
    }

    /// Whether somebody waits for an answer.
    fn is_called(&self) -> bool {
        let mut watched = [PollFd::new(&self.callback, PollFlags::IN)];
        poll(&mut watched, Some(&Timespec::default())).expect("the socket can be watched") > 0
    }

    /// Answers one call and gives its path.
    fn called(&self) -> String {
        let (mut stream, _) = self.callback.accept().expect("a call");
        let mut lines = BufReader::new(&stream).lines().map_while(Result::ok);
        let request = lines.next().expect("a request");
        lines.take_while(|header| !header.is_empty()).for_each(drop);
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        stream.write_all(answer).expect("an answer");
        request.split(' ').nth(1).expect("a path").to_owned()
    }

    async fn exchange(&self, code: &str) -> Answer {
        self.exchange_with(code, VERIFIER).await
    }

    async fn exchange_with(&self, code: &str, verifier: &str) -> Answer {
        let redirect = self.redirect();
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", CLIENT),
            ("code", code),
            ("redirect_uri", redirect.as_str()),
            ("code_verifier", verifier),
        ];
        self.api
            .post_form(text(&self.discovery, "token_endpoint"), &form)
            .await
    }

    async fn refresh(&self, api: &Api, token: &str) -> Answer {
        let form = [
            ("grant_type", "refresh_token"),
            ("client_id", CLIENT),
            ("refresh_token", token),
        ];
        api.post_form(text(&self.discovery, "token_endpoint"), &form)
            .await
    }
}

/// What a page's form refers to.
fn transaction(page: &Answer) -> &str {
    let (_, rest) = page
        .text
        .split_once("name=\"transaction\" value=\"")
        .unwrap_or_else(|| panic!("no form: {page:?}"));
    rest.split_once('"').expect("a value").0
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name]
        .as_str()
        .unwrap_or_else(|| panic!("no {name} in {value}"))
}

/// RFC 6749, section 5.2: outside the platform's envelope.
fn provider_error(answer: &Answer, error: &str) {
    assert_eq!(answer.status, 400, "{answer:?}");
    assert_eq!(answer.json()["error"], error, "{answer:?}");
}

/// What the ID token says. Its signature is checked where the app signs in.
fn claims(tokens: &Value) -> Value {
    let part = text(tokens, "id_token")
        .split('.')
        .nth(1)
        .expect("three parts");
    let bytes = URL_SAFE_NO_PAD.decode(part).expect("base64url");
    serde_json::from_slice(&bytes).expect("JSON")
}
