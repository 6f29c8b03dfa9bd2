//! One attempt to sign in on another device (RFC 8628): this one shows a code, somebody types it
//! elsewhere, and this one asks the provider until that is done.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use specta::Type;
use url::Url;

use super::device_requests::Begun;
use super::token_endpoint::{Answer, Refreshed};
use super::{Provider, SignInSettings, SignedIn};
use crate::session::SignInStep;
use crate::{Clock, Code, Failure, Network};

/// By how much less often is asked after each `slow_down` (§3.5).
const SLOWER: Duration = Duration::from_secs(5);
/// The longest pause after failures, each of which doubles it.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// What the other device is told: shown to the user, worth nothing to who does not sign in there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DeviceCode {
    /// What is typed there.
    pub user_code: String,
    /// Where.
    pub address: Url,
    /// Until when.
    pub ends: DateTime<Utc>,
}

/// What an attempt needs.
pub(crate) struct DeviceAttempt<'a> {
    pub instance: &'a Url,
    pub network: &'a Network,
    pub settings: &'a SignInSettings,
    pub clock: &'a dyn Clock,
    /// Told at each step.
    pub step: &'a (dyn Fn(SignInStep) + Send + Sync),
    /// Told what is to be shown.
    pub show: &'a (dyn Fn(DeviceCode) + Send + Sync),
}

/// Signs in. Dropping the future calls it off.
pub(crate) async fn sign_in_on_device(attempt: DeviceAttempt<'_>) -> Result<SignedIn, Failure> {
    let DeviceAttempt {
        instance,
        network,
        settings,
        clock,
        step,
        show,
    } = attempt;
    step(SignInStep::Discovering);
    let provider = Provider::discover(instance, settings.issuer.as_deref(), network).await?;
    let begun = provider.begin_device(settings).await?;
    let mut waiting = Waiting::new(&begun, clock.now());
    show(waiting.shown(&begun));
    step(SignInStep::WaitingForDevice);
    let tokens = loop {
        tokio::time::sleep(waiting.pause).await;
        let heard = provider.ask_for_device(&settings.client_id, &begun).await;
        if let Some(tokens) = waiting.after(heard, clock.now())? {
            break tokens;
        }
    };
    step(SignInStep::Exchanging);
    let client_id = &settings.client_id;
    let account = provider.account(client_id, &tokens, None, clock).await?;
    Ok(SignedIn {
        provider,
        tokens,
        account,
    })
}

/// A device that waits: the one place that decides whether it asks again, and when.
#[derive(Debug)]
pub(super) struct Waiting {
    /// What the provider wants between two questions.
    interval: Duration,
    /// What is waited before the next one.
    pub(super) pause: Duration,
    ends: DateTime<Utc>,
}

impl Waiting {
    pub(super) fn new(begun: &Begun, now: DateTime<Utc>) -> Self {
        let lasts = TimeDelta::from_std(begun.expires_in).unwrap_or(TimeDelta::MAX);
        Self {
            interval: begun.interval,
            pause: begun.interval,
            ends: now
                .checked_add_signed(lasts)
                .unwrap_or(DateTime::<Utc>::MAX_UTC),
        }
    }

    /// What is shown to whoever signs in.
    pub(super) fn shown(&self, begun: &Begun) -> DeviceCode {
        DeviceCode {
            user_code: begun.user_code.clone(),
            address: begun.verification_uri.clone(),
            ends: self.ends,
        }
    }

    /// What follows from an answer: the tokens, the end, or another question after the pause.
    pub(super) fn after(
        &mut self,
        heard: Result<Answer, Failure>,
        now: DateTime<Utc>,
    ) -> Result<Option<Refreshed>, Failure> {
        let expired = || Failure::new(Code::DeviceCodeExpired);
        match heard {
            Ok(Answer::Tokens(tokens)) => return Ok(Some(tokens)),
            Ok(Answer::Refused(refusal)) => match refusal.error.as_str() {
                "authorization_pending" => self.pause = self.interval,
                "slow_down" => {
                    self.interval += SLOWER;
                    self.pause = self.interval;
                }
                "expired_token" => return Err(expired()),
                _ => return Err(refusal.into()),
            },
            // A network that is away, or a provider that is overrun, says nothing about the code.
            Err(failure) if failure.is_connectivity() || is_overrun(&failure) => {
                self.pause = (self.pause * 2).min(LONGEST_PAUSE).max(self.interval);
            }
            Err(failure) => return Err(failure),
        }
        if now >= self.ends {
            return Err(expired());
        }
        Ok(None)
    }
}

fn is_overrun(failure: &Failure) -> bool {
    matches!(failure.code, Code::ServerError | Code::RateLimited)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signin::token_endpoint::read;

    fn begun() -> Begun {
        Begun {
            device_code: "d".into(),
            user_code: "BCDF-GHJK".to_owned(),
            verification_uri: Url::parse("https://login.example/device").unwrap(),
            expires_in: Duration::from_secs(600),
            interval: Duration::from_secs(5),
        }
    }

    fn refused(error: &str) -> Result<Answer, Failure> {
        let body = format!("{{\"error\":\"{error}\"}}");
        read(http::StatusCode::BAD_REQUEST, body.as_bytes())
    }

    #[test]
    fn what_follows_from_each_answer() {
        let now = DateTime::UNIX_EPOCH;
        let mut waiting = Waiting::new(&begun(), now);
        let offline = || Err(Failure::new(Code::Offline));
        for (heard, pause) in [
            (refused("authorization_pending"), 5),
            (refused("slow_down"), 10),
            (refused("authorization_pending"), 10),
            (refused("slow_down"), 15),
            (offline(), 30),
            (Err(Failure::new(Code::ServerError)), 60),
            (offline(), 60),
            (refused("authorization_pending"), 15),
        ] {
            assert!(waiting.after(heard, now).unwrap().is_none());
            assert_eq!(waiting.pause, Duration::from_secs(pause));
        }
        for (heard, code) in [
            (refused("expired_token"), Code::DeviceCodeExpired),
            (refused("access_denied"), Code::SignInRefused),
            (refused("invalid_grant"), Code::SignInRefused),
            (refused("invalid_client"), Code::SignInRefused),
            (Err(Failure::new(Code::NotMiso)), Code::NotMiso),
        ] {
            let ended = waiting.after(heard, now);
            assert_eq!(ended.err().map(|failure| failure.code), Some(code));
        }
        let late = now + TimeDelta::seconds(600);
        let ended = waiting.after(refused("authorization_pending"), late);
        assert_eq!(
            ended.err().map(|failure| failure.code),
            Some(Code::DeviceCodeExpired)
        );
        let tokens = br#"{"access_token":"a","token_type":"Bearer"}"#;
        let given = waiting.after(read(http::StatusCode::OK, tokens), late);
        assert!(given.unwrap().is_some(), "who has an answer is in time");
    }
}
