//! What a connection's sign-in settings change.

use std::collections::HashMap;
use std::sync::Arc;

use miso_client::signin::{Prompt, RedirectHost, probe_with};
use miso_client::{
    Code, Connection, Failure, InstanceFound, Network, SessionState, SignInSettings,
};
use serde_json::json;
use url::Url;

use crate::far_end::{Answer, FarEnd, signed_out_with};
use crate::hostile_provider::{HostileProvider, Visitor};

/// What the browser was sent to the provider with.
fn asked(provider: &HostileProvider) -> HashMap<String, String> {
    let asked = provider.far_end.asked("GET /authorize");
    let query = asked[0].line.split_once('?').unwrap().1;
    url::form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect()
}

fn issuer(provider: &HostileProvider) -> String {
    provider
        .far_end
        .url
        .as_str()
        .trim_end_matches('/')
        .to_owned()
}

async fn probe(instance: &Url, settings: &SignInSettings) -> Result<InstanceFound, Failure> {
    probe_with(instance, settings, &Network::default()).await
}

/// Signs in with the provider's visitor; how that ended.
async fn signed_in(at: &Url, settings: SignInSettings) -> SessionState {
    let mut connection = Connection::to(at.clone(), &[]);
    connection.sign_in = settings;
    let here = signed_out_with(connection, Visitor::ordinary()).await;
    here.client.sign_in(true).await;
    here.client.session()
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_is_asked_for_is_as_the_settings_say() {
    let provider = HostileProvider::start().await;
    provider.change_claims(|claims| claims["aud"] = "our-own-client".into());
    let settings = SignInSettings {
        client_id: "our-own-client".to_owned(),
        scopes: vec!["api".to_owned(), "groups".to_owned()],
        redirect_host: RedirectHost::Localhost,
        prompt: Some(Prompt::Consent),
        issuer: None,
    };
    let session = signed_in(&provider.far_end.url, settings).await;
    assert!(
        matches!(session, SessionState::SignedIn { .. }),
        "{session:?}"
    );
    let asked = asked(&provider);
    assert_eq!(asked["client_id"], "our-own-client");
    assert_eq!(asked["scope"], "openid api groups");
    assert_eq!(asked["prompt"], "consent");
    assert!(
        asked["redirect_uri"].starts_with("http://localhost:"),
        "{asked:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_default_asks_for_what_the_platform_needs() {
    let provider = HostileProvider::start().await;
    let session = signed_in(&provider.far_end.url, SignInSettings::default()).await;
    assert!(
        matches!(session, SessionState::SignedIn { .. }),
        "{session:?}"
    );
    let asked = asked(&provider);
    assert_eq!(asked["scope"], "openid profile email offline_access api");
    assert!(!asked.contains_key("prompt"));
    assert!(
        asked["redirect_uri"].starts_with("http://127.0.0.1:"),
        "{asked:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn scopes_that_the_provider_does_not_know_are_left_out_and_named() {
    let provider = HostileProvider::start().await;
    provider.replace("GET /.well-known", |_, good| {
        let mut document: serde_json::Value = serde_json::from_str(&good.body).unwrap();
        document["scopes_supported"] = json!(["openid", "profile", "api"]);
        Answer::json(200, document)
    });
    let settings = SignInSettings::default();
    let found = probe(&provider.far_end.url, &settings).await.unwrap();
    assert_eq!(found.scopes_left_out, ["email", "offline_access"]);
    signed_in(&provider.far_end.url, settings).await;
    assert_eq!(asked(&provider)["scope"], "openid profile api");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_that_names_another_issuer_is_followed_there() {
    let provider = HostileProvider::start().await;
    let named = issuer(&provider);
    let instance = FarEnd::raw(|_| {
        move |asked| match asked.line.as_str() {
            "GET /.well-known/openid-configuration" => Answer::json(200, json!({"issuer": named})),
            _ => Answer::error(404, "NOT_FOUND"),
        }
    })
    .await;
    let found = probe(&instance.url, &SignInSettings::default())
        .await
        .unwrap();
    assert_eq!(
        (found.url, found.issuer),
        (instance.url.clone(), Some(issuer(&provider)))
    );
    let session = signed_in(&instance.url, SignInSettings::default()).await;
    assert!(
        matches!(session, SessionState::SignedIn { .. }),
        "{session:?}"
    );
    assert_eq!(provider.token_requests(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issuer_that_the_user_gives_is_asked_and_no_other() {
    let provider = Arc::new(HostileProvider::start().await);
    let instance = FarEnd::start(|_| Answer::error(404, "NOT_FOUND")).await;
    let given = |issuer: String| SignInSettings {
        issuer: Some(issuer),
        ..SignInSettings::default()
    };
    let session = signed_in(&instance.url, given(issuer(&provider))).await;
    assert!(
        matches!(session, SessionState::SignedIn { .. }),
        "{session:?}"
    );
    assert!(
        instance.asked("GET /.well-known").is_empty(),
        "the instance names none"
    );
    // What is found there must call itself by the same name.
    let other = probe(
        &instance.url,
        &given(format!("{}/tenant", issuer(&provider))),
    )
    .await;
    assert_eq!(other.unwrap_err().code, Code::DiscoveryFailed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_whose_settings_change_signs_in_as_they_say() {
    let provider = HostileProvider::start().await;
    let connection = Connection::to(provider.far_end.url.clone(), &[]);
    let id = connection.id.clone();
    let here = signed_out_with(connection, Visitor::ordinary()).await;
    let settings = SignInSettings {
        prompt: Some(Prompt::SelectAccount),
        ..SignInSettings::default()
    };
    here.connections.set_sign_in(&id, settings.clone()).unwrap();
    assert_eq!(here.connections.to_save()[0].sign_in, settings);
    here.connections.client(&id).unwrap().sign_in(true).await;
    assert_eq!(asked(&provider)["prompt"], "select_account");
    let plain = SignInSettings {
        issuer: Some("http://login.example".to_owned()),
        ..settings.clone()
    };
    let refused = here.connections.set_sign_in(&id, plain).unwrap_err();
    assert_eq!(refused.code, Code::IssuerInvalid);
    assert_eq!(here.connections.get(&id).unwrap().sign_in, settings);
}
