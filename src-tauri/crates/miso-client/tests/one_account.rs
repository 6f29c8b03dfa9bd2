//! One refresh at a time, among the calls of a process and among processes on one account.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use miso_client::{Client, Code, ConnectionId, Failure, Resource, SessionState};
use serde_json::json;
use tokio::task::JoinSet;

use crate::far_end::{Answer, Asked, FarEnd, Restored, Shelf, Start, restored, tokens, until};
use crate::hand_clock::HandClock;

/// A provider that takes each refresh token once; a second use of one ends all of them, save where
/// it has a grace: then it says again what it said.
#[derive(Clone, Default)]
struct Rotating {
    family: Arc<Mutex<Family>>,
    grace: bool,
}

#[derive(Default)]
struct Family {
    /// The numbers of the tokens that were sent, one after another.
    sent: Vec<usize>,
    ended: bool,
    /// How many answers are lost from now on.
    lost: usize,
}

impl Rotating {
    fn answer(&self, asked: &Asked) -> Answer {
        let mut pairs = url::form_urlencoded::parse(asked.body.as_bytes());
        let token = pairs.find(|(name, _)| name == "refresh_token").unwrap().1;
        let number = token.strip_prefix("refresh-").unwrap().parse().unwrap();
        let mut family = self.family.lock().unwrap();
        let newest = family.sent.iter().max().map_or(1, |newest| newest + 1);
        let is_again = family.sent.last() == Some(&number) && self.grace;
        family.sent.push(number);
        family.ended |= number != newest && !is_again;
        if family.lost > 0 {
            family.lost -= 1;
            return Answer::lost();
        }
        if family.ended {
            return Answer::json(400, json!({"error": "invalid_grant"}));
        }
        tokens(number).after(Duration::from_millis(50))
    }

    fn sent(&self) -> Vec<usize> {
        self.family.lock().unwrap().sent.clone()
    }

    fn lose(&self, answers: usize) {
        self.family.lock().unwrap().lost = answers;
    }
}

/// The provider, and an API without a narrow limit.
async fn far_end(provider: &Rotating) -> FarEnd {
    let provider = provider.clone();
    FarEnd::start(move |asked| match asked.line.as_str() {
        "POST /token" => provider.answer(asked),
        "POST /auth/token" => tokens(900),
        line if line.starts_with("GET /api/environments/") => {
            Answer::json(200, json!({"key": "e", "status": "healthy"})).with(
                "ratelimit-policy",
                "\"hour\";q=100000;w=3600, \"minute\";q=100000;w=60",
            )
        }
        _ => Answer::json(200, json!({"id": "u-1", "username": "aino"})),
    })
    .await
}

fn is_signed_in(here: &Restored) -> bool {
    matches!(
        here.client.session(),
        SessionState::SignedIn { notice: None, .. }
    )
}

async fn call(client: &Client, key: usize) -> Result<(), Failure> {
    let environment = format!("e-{key}");
    client.refresh(&Resource::Environment { environment }).await
}

/// Makes calls at once; how many succeeded.
async fn calls(count: usize, clients: &[&Client]) -> usize {
    let mut all = JoinSet::new();
    for client in clients {
        for key in 0..count {
            let client = (*client).clone();
            all.spawn(async move { call(&client, key).await });
        }
    }
    all.join_all()
        .await
        .iter()
        .filter(|done| done.is_ok())
        .count()
}

/// Two processes on one account: one keyring entry, one folder in which they take turns.
struct Two {
    one: Restored,
    two: Restored,
    clock: Arc<HandClock>,
    shelf: Shelf,
    _turns: tempfile::TempDir,
}

async fn two(far_end: &FarEnd) -> Two {
    let turns = tempfile::tempdir().unwrap();
    let clock = HandClock::ahead_by(TimeDelta::zero());
    let (shelf, id) = (Shelf::default(), ConnectionId::random());
    let start = |issuer| Start {
        id: id.clone(),
        issuer,
        shelf: shelf.clone(),
        turns: Some(turns.path().to_owned()),
        clock: clock.clone(),
        ..Start::of(far_end)
    };
    let one = start(Some(far_end.issuer())).go().await;
    let two = start(None).go().await;
    Two {
        one,
        two,
        clock,
        shelf,
        _turns: turns,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn promise_one_refresh() {
    let provider = Rotating::default();
    let far = far_end(&provider).await;
    let clock = HandClock::ahead_by(TimeDelta::zero());
    let start = Start {
        clock: clock.clone(),
        ..Start::of(&far)
    };
    let here = start.go().await;
    call(&here.client, 0).await.unwrap();
    clock.jump(TimeDelta::hours(1));
    let good = calls(200, &[&here.client]).await;
    let refreshes = provider.sent().len() - 1;
    println!("figure: {refreshes} refresh for 200 calls at expiry, {good} successes");
    assert_eq!((refreshes, good), (1, 200));

    let provider = Rotating::default();
    let far = far_end(&provider).await;
    let both = two(&far).await;
    let clients = [&both.one.client, &both.two.client];
    let rounds = 5;
    let mut good = 0;
    // The minute's first requests are few: the server's limit is not known yet.
    for count in [1, 100, 100, 100, 100] {
        good += calls(count, &clients).await;
        both.clock.jump(TimeDelta::hours(1));
    }
    let sent = provider.sent();
    let mut once = sent.clone();
    once.dedup();
    println!(
        "figure: two on one account, {rounds} times at expiry: {good} calls of 802, {} refreshes, \
         {} tokens spent twice",
        sent.len(),
        sent.len() - once.len()
    );
    assert_eq!(good, 802);
    assert_eq!(sent, (1..=sent.len()).collect::<Vec<_>>());
    assert!(sent.len() >= rounds && sent.len() <= 2 * rounds, "{sent:?}");
    assert!(is_signed_in(&both.one) && is_signed_in(&both.two));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_asked_for_once_more_and_a_grace_survives_it() {
    let provider = Rotating {
        grace: true,
        ..Rotating::default()
    };
    let far = far_end(&provider).await;
    let both = two(&far).await;
    provider.lose(1);
    let began = Instant::now();
    let good = calls(1, &[&both.one.client, &both.two.client]).await;
    assert!(began.elapsed() < Duration::from_secs(10));
    assert_eq!(good, 2);
    // The other process waited, and spent what came for it.
    assert_eq!(provider.sent(), [1, 1, 2]);
    assert!(is_signed_in(&both.one) && is_signed_in(&both.two));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_grace_a_lost_answer_asks_for_one_new_sign_in() {
    let provider = Rotating::default();
    let far = far_end(&provider).await;
    let both = two(&far).await;
    provider.lose(1);
    let lost = call(&both.one.client, 0).await.unwrap_err();
    assert_eq!(lost.code, Code::SignedOut);
    assert_eq!(provider.sent(), [1, 1]);
    assert!(both.shelf.is_empty());
    // The other process has nothing to renew with, and says so; nothing was proven about it.
    let empty = call(&both.two.client, 0).await.unwrap_err();
    assert_eq!(empty.code, Code::KeyringEmpty);
    both.one
        .client
        .sign_in_as_service("robot".to_owned(), "right".into(), true)
        .await
        .unwrap();
    // One new sign-in is enough for both, and the other shows whose it is.
    call(&both.two.client, 0).await.unwrap();
    let SessionState::SignedIn { account, .. } = both.two.client.session() else {
        panic!("{:?}", both.two.client.session());
    };
    assert_eq!(account.username, "robot");
    assert_eq!(provider.sent(), [1, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_be_spent_is_sent_by_no_other_process() {
    let provider = Rotating {
        grace: true,
        ..Rotating::default()
    };
    let far = far_end(&provider).await;
    let both = two(&far).await;
    provider.lose(2);
    let lost = call(&both.one.client, 0).await.unwrap_err();
    assert!(lost.is_connectivity(), "{lost:?}");
    assert!(matches!(
        both.one.client.session(),
        SessionState::SignedIn { .. }
    ));
    let busy = call(&both.two.client, 0).await.unwrap_err();
    assert_eq!(busy.code, Code::SessionBusy);
    assert_eq!(provider.sent(), [1, 1]);
    call(&both.one.client, 0).await.unwrap();
    call(&both.two.client, 0).await.unwrap();
    assert_eq!(provider.sent(), [1, 1, 1, 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ended_with_its_process_is_held_no_longer() {
    let provider = Rotating {
        grace: true,
        ..Rotating::default()
    };
    let far = far_end(&provider).await;
    let Two {
        one, two, _turns, ..
    } = two(&far).await;
    provider.lose(2);
    call(&one.client, 0).await.unwrap_err();
    drop(one);
    call(&two.client, 0).await.unwrap();
    assert_eq!(provider.sent(), [1, 1, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_spent_token_that_the_keyring_still_holds_is_sent_by_nobody() {
    let provider = Rotating::default();
    let far = {
        let provider = provider.clone();
        let inside: Arc<Mutex<Option<Shelf>>> = Arc::default();
        let shelf = inside.clone();
        let far = FarEnd::start(move |asked| match asked.line.as_str() {
            "POST /token" => {
                if let Some(shelf) = shelf.lock().unwrap().as_ref() {
                    shelf.go_away(true);
                }
                provider.answer(asked)
            }
            _ => Answer::json(200, json!({"id": "u-1", "username": "aino"})),
        })
        .await;
        (far, inside)
    };
    let both = two(&far.0).await;
    *far.1.lock().unwrap() = Some(both.shelf.clone());
    both.one.client.me().await.unwrap();
    let SessionState::SignedIn { notice, .. } = both.one.client.session() else {
        panic!("{:?}", both.one.client.session());
    };
    assert_eq!(notice.unwrap().code, Code::KeyringUnavailable);
    // Only memory has the new token; then the keyring is back, and has it within 5 s.
    *far.1.lock().unwrap() = None;
    both.shelf.go_away(false);
    let back = Instant::now();
    until("the new token is kept", || is_signed_in(&both.one)).await;
    assert!(back.elapsed() < Duration::from_secs(5));
    both.two.client.me().await.unwrap();
    assert_eq!(provider.sent(), [1, 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_add_one_instance_at_once_get_one_connection() {
    let far = far_end(&Rotating::default()).await;
    let here = Start::of(&far).go().await;
    let connections = Arc::new(here.connections);
    let url = url::Url::parse("https://miso.example").unwrap();
    let adding: Vec<_> = (0..16)
        .map(|_| {
            let (connections, url) = (connections.clone(), url.clone());
            std::thread::spawn(move || connections.add(url, "https://issuer.example".to_owned()))
        })
        .collect();
    let ids: std::collections::HashSet<_> = adding
        .into_iter()
        .map(|thread| thread.join().unwrap())
        .collect();
    assert_eq!(ids.len(), 1);
    assert_eq!(connections.list().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_killed_before_the_new_token_was_kept_is_cleanly_signed_out_or_goes_on() {
    for grace in [false, true] {
        let provider = Rotating {
            grace,
            ..Rotating::default()
        };
        let far = far_end(&provider).await;
        let Two {
            one,
            two,
            shelf,
            _turns,
            ..
        } = two(&far).await;
        let before = shelf.contents();
        call(&one.client, 0).await.unwrap();
        drop(one);
        shelf.put_back(before);
        let after = call(&two.client, 0).await;
        assert_eq!(provider.sent(), [1, 1]);
        if grace {
            after.unwrap();
            assert!(is_signed_in(&two));
        } else {
            assert_eq!(after.unwrap_err().code, Code::SignedOut);
            assert!(shelf.is_empty());
            assert!(matches!(
                two.client.session(),
                SessionState::SignedOut { reason: Some(_) }
            ));
        }
    }
}

#[tokio::test]
async fn a_document_that_comes_after_its_account_left_is_not_for_the_next() {
    let far_end = FarEnd::start(|asked| match asked.line.as_str() {
        "POST /token" => tokens(1),
        // Long enough that its account leaves meanwhile.
        "GET /api/openapi.json" => {
            Answer::text(200, "{\"paths\": {}}").after(Duration::from_millis(500))
        }
        _ => Answer::json(200, json!({"ok": true})),
    })
    .await;
    let here = restored(&far_end).await;
    let client = here.client.clone();
    let asking = tokio::spawn(async move { client.api_operations(false).await.map(drop) });
    until("it is asked for", || {
        !far_end.asked("GET /api/openapi.json").is_empty()
    })
    .await;
    here.client.sign_out().await.unwrap();
    // Whether who asked gets an answer still is of no matter.
    let _asked = asking.await.unwrap();
    let next = here.client.api_operations(false).await;
    assert_eq!(next.map_err(|failure| failure.code), Err(Code::SignedOut));
}
