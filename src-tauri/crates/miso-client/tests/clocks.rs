//! Clocks that are wrong, machines that sleep, and sessions whose time is over.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use miso_client::{Clock, Code, SessionState};
use serde_json::{Value, json};

use crate::far_end::{Answer, Asked, FarEnd, QuickBrowser, Start, signed_out, until};
use crate::hand_clock::HandClock;
use crate::signed::id_token;

/// How long an access token lasts.
const LASTS: i64 = 600;

/// A provider and an API whose clock is right.
struct Right {
    clock: Arc<HandClock>,
    /// When each access token was given out.
    given: Mutex<Vec<DateTime<Utc>>>,
    refused: Mutex<usize>,
}

impl Right {
    fn answer(&self, asked: &Asked) -> Answer {
        let now = self.clock.now();
        if asked.line == "POST /token" {
            let mut given = self.given.lock().unwrap();
            given.push(now);
            let number = given.len();
            let mut answer = signed_in(asked, now, LASTS);
            answer["access_token"] = json!(format!("access-{}", number - 1));
            answer["refresh_token"] = json!(format!("refresh-{number}"));
            return Answer::json(200, answer);
        }
        let token = asked.token.as_deref().unwrap();
        let number: usize = token.strip_prefix("access-").unwrap().parse().unwrap();
        if self.given.lock().unwrap()[number] + TimeDelta::seconds(LASTS) <= now {
            *self.refused.lock().unwrap() += 1;
            return Answer::error(401, "UNAUTHORIZED");
        }
        Answer::json(200, json!({"id": "u-1", "username": "aino"}))
    }
}

/// What the token endpoint says to who comes with a code; the code is the nonce.
fn signed_in(asked: &Asked, now: DateTime<Utc>, lasts: i64) -> Value {
    let mut pairs = url::form_urlencoded::parse(asked.body.as_bytes());
    let nonce = pairs.find(|(name, _)| name == "code");
    let nonce = nonce.map(|(_, nonce)| nonce.into_owned());
    let id_token = id_token(&asked.issuer, nonce.as_deref(), now);
    json!({"access_token": "access", "token_type": "Bearer", "expires_in": lasts,
        "id_token": id_token})
}

#[tokio::test(flavor = "multi_thread")]
async fn promise_clocks_and_sleep() {
    let mut slowest = Duration::ZERO;
    let skews = [-5, -1, 0, 1, 5];
    for minutes in skews {
        let skew = TimeDelta::minutes(minutes);
        let right = Arc::new(Right {
            clock: HandClock::ahead_by(TimeDelta::zero()),
            given: Mutex::default(),
            refused: Mutex::default(),
        });
        let ours = HandClock::ahead_by(skew);
        let inside = right.clone();
        let far_end = FarEnd::start(move |asked| inside.answer(asked)).await;
        let start = Start {
            issuer: None,
            browser: Arc::new(QuickBrowser),
            clock: ours.clone(),
            ..Start::of(&far_end)
        };
        let here = start.go().await;
        here.client.sign_in(true).await;
        assert!(
            matches!(
                here.client.session(),
                SessionState::SignedIn { notice: None, .. }
            ),
            "{minutes} min: {:?}",
            here.client.session()
        );
        here.client
            .refresh(&miso_client::Resource::Me)
            .await
            .unwrap();
        // The machine sleeps: the wall clocks go on, the monotonic one does not.
        for clock in [&ours, &right.clock] {
            clock.jump(TimeDelta::minutes(40));
        }
        let woke = Instant::now();
        here.client
            .refresh(&miso_client::Resource::Me)
            .await
            .unwrap();
        slowest = slowest.max(woke.elapsed());
        assert_eq!(right.given.lock().unwrap().len(), 2, "renewed once");
        assert_eq!(*right.refused.lock().unwrap(), 0, "before it was refused");
        // Somebody sets the clock right.
        ours.jump(-skew);
        here.client
            .refresh(&miso_client::Resource::Me)
            .await
            .unwrap();
        ours.jump(-skew);
        here.client
            .refresh(&miso_client::Resource::Me)
            .await
            .unwrap();
    }
    println!(
        "figure: signed in with {skews:?} minutes of skew; after a suspend of 40 minutes the first \
         call took at most {slowest:?}, with one renewal and no refusal"
    );
    assert!(slowest < Duration::from_secs(30));
}

async fn without_a_refresh_token(lasts: i64) -> FarEnd {
    FarEnd::start(move |asked| match asked.line.as_str() {
        "POST /token" => Answer::json(200, signed_in(asked, Utc::now(), lasts)),
        _ => Answer::json(200, json!({"id": "u-1", "username": "aino"})),
    })
    .await
}

#[tokio::test]
async fn without_a_refresh_token_it_is_said_until_when() {
    let far_end = without_a_refresh_token(LASTS).await;
    let clock = HandClock::ahead_by(TimeDelta::zero());
    let start = Start {
        issuer: None,
        browser: Arc::new(QuickBrowser),
        clock: clock.clone(),
        ..Start::of(&far_end)
    };
    let here = start.go().await;
    here.client.sign_in(true).await;
    let SessionState::SignedIn {
        remembered,
        until,
        notice,
        ..
    } = here.client.session()
    else {
        panic!("{:?}", here.client.session());
    };
    assert!(!remembered);
    assert_eq!(notice.unwrap().code, Code::NoRefreshToken);
    let left = until.unwrap() - clock.now();
    assert!((LASTS - 5..=LASTS).contains(&left.num_seconds()), "{left}");
    assert!(here.shelf.is_empty());
    // Used to its end, then over; nothing is asked for that cannot be had.
    clock.jump(TimeDelta::seconds(LASTS - 10));
    here.client.me().await.unwrap();
    clock.jump(TimeDelta::seconds(20));
    let over = here.client.refresh(&miso_client::Resource::Me).await;
    assert_eq!(over.unwrap_err().code, Code::Unauthorized);
    assert!(matches!(
        here.client.session(),
        SessionState::SignedOut { reason: Some(reason) } if reason.code == Code::Unauthorized
    ));
    assert_eq!(far_end.asked("POST /token").len(), 1);
}

#[tokio::test]
async fn a_session_that_ends_by_itself_ends_with_nobody_asking() {
    let far_end = without_a_refresh_token(1).await;
    let here = signed_out(&far_end, Arc::new(QuickBrowser)).await;
    here.client.sign_in(true).await;
    assert!(matches!(
        here.client.session(),
        SessionState::SignedIn { until: Some(_), .. }
    ));
    until("it is over", || {
        matches!(
            here.client.session(),
            SessionState::SignedOut { reason: Some(_) }
        )
    })
    .await;
    assert!(far_end.asked("GET /api").is_empty());
}

#[tokio::test]
async fn signing_out_ends_the_providers_session_too() {
    let far_end = FarEnd::start(|asked| match asked.line.as_str() {
        "POST /token" => {
            let mut answer = signed_in(asked, Utc::now(), LASTS);
            answer["refresh_token"] = json!("refresh-1");
            Answer::json(200, answer)
        }
        _ => Answer::text(200, ""),
    })
    .await;
    let here = signed_out(&far_end, Arc::new(QuickBrowser)).await;
    here.client.sign_in(true).await;
    here.client.sign_out().await.unwrap();
    until("both are told", || {
        !far_end.asked("POST /end-session").is_empty()
    })
    .await;
    assert!(far_end.asked("POST /revoke")[0].body.contains("refresh-1"));
    let ended = &far_end.asked("POST /end-session")[0].body;
    assert!(
        ended.contains("id_token_hint=ey") && ended.contains("client_id=miso-desktop"),
        "{ended}"
    );
}
