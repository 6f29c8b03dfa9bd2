//! Connections that are added, changed and handed on.

use std::sync::Arc;

use miso_client::signin::Prompt;
use miso_client::{
    Code, ConnectionEdit, ConnectionWay, Failure, Hue, InstanceFound, NetworkSettings, OwnLimits,
    ProxyChoice, Resource, SessionState, SignInSettings,
};
use serde_json::json;

use crate::far_end::{Answer, FarEnd, QuickBrowser, Restored, restored, signed_out, tokens};

async fn here() -> Restored {
    let far_end = FarEnd::start(|asked| match asked.line.as_str() {
        "POST /token" => tokens(1),
        _ => Answer::json(200, json!({"id": "u-1", "username": "aino"})),
    })
    .await;
    restored(&far_end).await
}

fn edit() -> ConnectionEdit {
    ConnectionEdit {
        name: "Orders".to_owned(),
        hue: Hue::Plum,
        production: true,
        read_only: false,
    }
}

fn through(url: &str) -> ConnectionWay {
    ConnectionWay {
        network: NetworkSettings {
            proxy: ProxyChoice::Through {
                url: url.to_owned(),
                except: String::new(),
            },
            authorities: Vec::new(),
        },
        ..ConnectionWay::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_of_a_change_is_taken_or_nothing() {
    let here = here().await;
    let before = here.connections.to_save();
    let id = before[0].id.clone();
    let no_issuer = ConnectionWay {
        sign_in: SignInSettings {
            issuer: Some("ftp://x".to_owned()),
            ..SignInSettings::default()
        },
        ..ConnectionWay::default()
    };
    let nameless = ConnectionEdit {
        name: " ".to_owned(),
        ..edit()
    };
    let code = |refused: Result<bool, Failure>| refused.unwrap_err().code;
    let no_limits = ConnectionWay {
        limits: OwnLimits {
            requests_per_hour: Some(1),
            ..OwnLimits::default()
        },
        ..ConnectionWay::default()
    };
    for (refused, expected) in [
        (
            here.connections.change(&id, edit(), no_limits),
            Code::LimitsInvalid,
        ),
        (
            here.connections.change(&id, edit(), through("no")),
            Code::ProxyInvalid,
        ),
        (
            here.connections.change(&id, edit(), no_issuer),
            Code::IssuerInvalid,
        ),
        (
            here.connections
                .change(&id, nameless, ConnectionWay::default()),
            Code::ConnectionNameInvalid,
        ),
    ] {
        assert_eq!(code(refused), expected);
        assert_eq!(here.connections.to_save(), before);
    }
    let proxy = through("http://proxy.example:3128");
    let changed = here.connections.change(&id, edit(), proxy.clone()).unwrap();
    assert!(!changed, "it signs in as before, so the session stays");
    let after = here.connections.get(&id).unwrap();
    assert_eq!((after.name.as_str(), after.hue), ("Orders", Hue::Plum));
    assert_eq!(after.network, proxy.network);
    let asks = ConnectionWay {
        sign_in: SignInSettings {
            prompt: Some(Prompt::Consent),
            ..SignInSettings::default()
        },
        ..proxy
    };
    let ended = here.connections.change(&id, edit(), asks).unwrap();
    assert!(
        !ended,
        "what is asked at the next sign-in changes nothing now"
    );
    assert_eq!(here.client.me().await.unwrap().value.username, "aino");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_account_has_a_connection_of_its_own() {
    let here = here().await;
    let first = here.connections.to_save()[0].clone();
    let second = here.connections.another(&first.id).unwrap();
    let third = here.connections.another(&first.id).unwrap();
    let second = here.connections.get(&second).unwrap();
    assert_eq!(second.url, first.url);
    assert_eq!(second.account, None);
    assert_eq!(second.name, format!("{} (2)", first.name));
    assert_eq!(
        here.connections.get(&third).unwrap().name,
        format!("{} (3)", first.name)
    );
    assert_ne!(second.hue, first.hue);
    assert_eq!(
        second.sign_in.prompt,
        Some(Prompt::Login),
        "else the provider signs in whoever is signed in there"
    );
    let unknown = here.connections.another(&"gone".to_owned().into());
    assert_eq!(unknown.unwrap_err().code, Code::ConnectionUnknown);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_team_hands_out_becomes_connections_once() {
    let here = here().await;
    let known = here.connections.to_save()[0].clone();
    let file = format!(
        r#"{{"misoConnections":1,"connections":[
            {{"name":"Known","url":"{}"}},
            {{"name":"Live","url":"https://miso.example.com","production":true,"readOnly":true,
              "issuer":"https://login.example/t","proxy":"none"}}]}}"#,
        known.url
    );
    let offers = here.connections.offered(&file).unwrap();
    assert_eq!(offers[0].known, Some(known.id.clone()));
    assert_eq!(offers[1].known, None);
    let made = here.connections.accept(offers.clone()).unwrap();
    assert_eq!(made[0], known.id);
    let live = here.connections.get(&made[1]).unwrap();
    assert!(live.production && live.read_only);
    assert_eq!(live.issuer.as_deref(), Some("https://login.example/t"));
    assert_eq!(live.network.proxy, ProxyChoice::None);
    assert_ne!(live.hue, known.hue);
    assert_eq!(here.connections.accept(offers.clone()).unwrap(), made);
    assert_eq!(here.connections.to_save().len(), 2);
    let name = here.connections.get(&known.id).unwrap().name;
    assert_eq!(name, known.name, "one that is there stays as it is");

    // Handed on, it is offered to others as it is here, without whose it is.
    let written = here.connections.to_file().unwrap();
    assert!(!written.contains("account") && !written.contains(known.id.as_str()));
    let again = here.connections.offered(&written).unwrap();
    assert_eq!(again.len(), 2);
    assert_eq!(again[1].way, offers[1].way);

    let mut spoiled = offers;
    spoiled[1].url = "http://elsewhere.example".parse().unwrap();
    let refused = here.connections.accept(spoiled).unwrap_err();
    assert_eq!(refused.code, Code::AddressInvalid);
    assert_eq!(here.connections.to_save().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_added_again_takes_the_way_that_was_chosen_last() {
    let far_end = FarEnd::start(|_| Answer::error(404, "NOT_FOUND")).await;
    let here = restored(&far_end).await;
    let url: url::Url = "https://miso.example.com".parse().unwrap();
    let found = || InstanceFound {
        url: url.clone(),
        issuer: Some("https://login.example".to_owned()),
        speaks: None,
        scopes_left_out: Vec::new(),
    };
    let add = |way| here.connections.add_by(found(), way);
    let (first, _) = add(None).unwrap();
    let proxy = through("socks5://proxy.example:1080");
    let (second, has_to_restore) = add(Some(proxy.clone())).unwrap();
    assert_eq!(first, second);
    assert!(!has_to_restore);
    assert_eq!(here.connections.way(&first), Ok(proxy.clone()));
    let refused = add(Some(through("nowhere"))).unwrap_err();
    assert_eq!(refused.code, Code::ProxyInvalid);
    // Who brings no way changes none: a link that leads to it undoes nothing.
    assert_eq!(add(None).unwrap(), (first.clone(), false));
    assert_eq!(here.connections.way(&first), Ok(proxy.clone()));
    assert_eq!(here.connections.way_to(&url, None), proxy);
}

fn as_client(id: &str) -> SignInSettings {
    SignInSettings {
        client_id: id.to_owned(),
        ..SignInSettings::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_of_another_client_ends_here_and_is_there_for_who_comes_back_to_it() {
    let here = here().await;
    here.client.me().await.unwrap();
    let id = here.connections.to_save()[0].id.clone();
    let ended = here.connections.set_sign_in(&id, as_client("other"));
    assert_eq!(ended, Ok(true));
    assert!(
        !matches!(here.client.session(), SessionState::SignedIn { .. }),
        "at once: {:?}",
        here.client.session()
    );
    here.client.restore_for_settings().await;
    let SessionState::SignedOut { reason } = here.client.session() else {
        panic!("{:?}", here.client.session());
    };
    assert_eq!(reason.unwrap().code, Code::SignInChanged);
    let refused = here.client.refresh(&Resource::Me).await.unwrap_err();
    assert_eq!(refused.code, Code::SignedOut);
    assert!(
        !here.shelf.is_empty(),
        "nothing proves it to be worth nothing"
    );

    let given = here.connections.set_sign_in(&id, SignInSettings::default());
    assert_eq!(given, Ok(true));
    here.client.restore_for_settings().await;
    here.client.refresh(&Resource::Me).await.unwrap();
    assert!(matches!(
        here.client.session(),
        SessionState::SignedIn {
            remembered: true,
            ..
        }
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_until_the_app_quits_stays_out_of_the_keyring_whatever_is_set() {
    let far_end = FarEnd::start(|_| {
        Answer::json(
            200,
            json!({"access_token": "a", "token_type": "Bearer", "expires_in": 600,
                "id": "robot", "username": "robot"}),
        )
    })
    .await;
    let here = signed_out(&far_end, Arc::new(QuickBrowser)).await;
    let signing_in = here
        .client
        .sign_in_as_service("robot".to_owned(), "secret".into(), false);
    signing_in.await.unwrap();
    let id = here.connections.to_save()[0].id.clone();
    for settings in [
        SignInSettings {
            prompt: Some(Prompt::Login),
            ..SignInSettings::default()
        },
        as_client("other"),
    ] {
        if here.connections.set_sign_in(&id, settings).unwrap() {
            here.client.restore_for_settings().await;
        }
        here.client.refresh(&Resource::Me).await.unwrap();
        let session = here.client.session();
        let held = matches!(
            session,
            SessionState::SignedIn {
                remembered: false,
                ..
            }
        );
        assert!(held, "{session:?}");
        assert!(here.shelf.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_change_one_connection_at_once_lose_nothing_of_either() {
    let here = here().await;
    let id = here.connections.to_save()[0].id.clone();
    let connections = Arc::new(here.connections);
    for round in 0..50 {
        let (one, other) = (connections.clone(), connections.clone());
        let (first, second) = (id.clone(), id.clone());
        let name = format!("Round {round}");
        let renamed = ConnectionEdit {
            name: name.clone(),
            ..edit()
        };
        let naming = std::thread::spawn(move || one.edit(&first, renamed));
        let prompt = [Prompt::Login, Prompt::Consent][round % 2];
        let asking = std::thread::spawn(move || {
            let settings = SignInSettings {
                prompt: Some(prompt),
                ..SignInSettings::default()
            };
            other.set_sign_in(&second, settings)
        });
        naming.join().unwrap().unwrap();
        asking.join().unwrap().unwrap();
        let now = connections.get(&id).unwrap();
        assert_eq!((now.name, now.sign_in.prompt), (name, Some(prompt)));
        assert!(now.account.is_some(), "who signed in is known still");
    }
}
