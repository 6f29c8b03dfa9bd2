//! The session and the attempt to sign in above it, under one lock: an attempt's end, its being
//! called off and the session's own end are decided one after another.

use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};
use tokio_util::sync::CancellationToken;
use url::Url;

use super::state::{Happening, SessionState, SignInStep};
use crate::signin::DeviceCode;
use crate::{Account, Code, Failure};

/// Which credential is meant: what was found out about one says nothing about the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Generation(u64);

/// Which attempt is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Number(u64);

/// An access token and when it ends.
#[derive(Clone)]
pub(super) struct Access {
    pub token: SecretString,
    pub ends: DateTime<Utc>,
    /// The ID token that came last, for the end of the provider's session.
    pub id_token: Option<SecretString>,
    /// Whether it stands for an application, not for a user.
    pub is_an_applications: bool,
}

/// What an attempt ends well with.
pub(super) struct Success {
    pub access: Access,
    pub account: Account,
    pub remembered: bool,
    /// Whether there is nothing to renew it with.
    pub ends_by_itself: bool,
    pub notice: Option<Failure>,
}

never_serialized!(Access, Success, Machine);

pub(super) struct Machine {
    /// The session without the attempt; never `SigningIn`.
    beneath: SessionState,
    attempt: Option<Running>,
    attempts: u64,
    generation: Generation,
    access: Option<Access>,
    /// The connection is gone: nobody signs in any more.
    closed: bool,
}

struct Running {
    number: Number,
    cancelled: CancellationToken,
    step: SignInStep,
    address: Option<Url>,
    device: Option<DeviceCode>,
}

impl Machine {
    pub(super) fn new() -> Self {
        Self {
            beneath: SessionState::SignedOut { reason: None },
            attempt: None,
            attempts: 0,
            generation: Generation(0),
            access: None,
            closed: false,
        }
    }

    /// Lets nobody sign in any more; what is under way is called off.
    pub(super) fn close(&mut self) {
        self.closed = true;
        self.call_off();
    }

    /// What is shown.
    pub(super) fn visible(&self) -> SessionState {
        match &self.attempt {
            Some(running) => SessionState::SigningIn { step: running.step },
            None => self.beneath.clone(),
        }
    }

    /// The session without the attempt.
    pub(super) fn beneath(&self) -> &SessionState {
        &self.beneath
    }

    pub(super) fn generation(&self) -> Generation {
        self.generation
    }

    /// Whether requests may be made: signed in, while another sign-in is under way too.
    pub(super) fn has_session(&self) -> bool {
        matches!(self.beneath, SessionState::SignedIn { .. })
    }

    /// Begins an attempt; the one before it is called off.
    pub(super) fn begin(&mut self) -> (Number, CancellationToken) {
        self.call_off();
        self.attempts += 1;
        let running = Running {
            number: Number(self.attempts),
            cancelled: CancellationToken::new(),
            step: SignInStep::CheckingKeyring,
            address: None,
            device: None,
        };
        let begun = (running.number, running.cancelled.clone());
        if self.closed {
            running.cancelled.cancel();
        } else {
            self.attempt = Some(running);
        }
        begun
    }

    pub(super) fn is_current(&self, number: Number) -> bool {
        self.attempt
            .as_ref()
            .is_some_and(|running| running.number == number)
    }

    /// The attempt has got so far.
    pub(super) fn step(&mut self, number: Number, step: SignInStep, address: Option<&Url>) {
        let running = self.attempt.as_mut();
        if let Some(running) = running.filter(|running| running.number == number) {
            running.step = step;
            running.address = address.cloned().or_else(|| running.address.take());
        }
    }

    /// What another device is to be told, from now on.
    pub(super) fn show(&mut self, number: Number, device: DeviceCode) {
        let running = self.attempt.as_mut();
        if let Some(running) = running.filter(|running| running.number == number) {
            running.device = Some(device);
        }
    }

    /// What another device is to be told, while it is waited for.
    pub(super) fn device(&self) -> Option<DeviceCode> {
        self.attempt.as_ref()?.device.clone()
    }

    /// The address the browser was sent to, while it is waited for.
    pub(super) fn address(&self) -> Option<Url> {
        self.attempt.as_ref()?.address.clone()
    }

    /// The attempt ends without a new session; the one from before goes on. Nothing where the
    /// attempt is not the current one any more.
    pub(super) fn fail(&mut self, number: Number, failure: Failure) {
        if self.is_current(number) {
            self.attempt = None;
            self.settle(Happening::AttemptFailed(failure));
        }
    }

    /// Somebody calls the attempt off; whether there was one.
    pub(super) fn cancel(&mut self) -> bool {
        let called_off = self.call_off();
        if called_off {
            self.settle(Happening::AttemptFailed(Failure::new(
                Code::SignInCancelled,
            )));
        }
        called_off
    }

    /// Ends the attempt without a word; whether there was one.
    pub(super) fn call_off(&mut self) -> bool {
        let Some(running) = self.attempt.take() else {
            return false;
        };
        running.cancelled.cancel();
        true
    }

    /// The attempt ends with a new session, all at once; whether it was the current one.
    pub(super) fn succeed(&mut self, number: Number, success: Success) -> bool {
        if !self.is_current(number) {
            return false;
        }
        self.attempt = None;
        self.generation.0 += 1;
        self.settle(Happening::SignedIn {
            account: success.account,
            remembered: success.remembered,
            until: success.ends_by_itself.then_some(success.access.ends),
            notice: success.notice,
        });
        self.access = Some(success.access);
        true
    }

    /// The attempt ends because the session from before can be taken up after all.
    pub(super) fn take_up(&mut self, number: Number, account: Account, remembered: bool) -> bool {
        if !self.is_current(number) {
            return false;
        }
        self.attempt = None;
        self.settle(Happening::Restored {
            account,
            remembered,
        });
        true
    }

    /// Something happens to the session, attempt or not.
    pub(super) fn settle(&mut self, happening: Happening) {
        if let Some(next) = self.beneath.after(happening) {
            self.beneath = next;
        }
    }

    /// Whether the session ends with its access token, since nothing can renew it.
    pub(super) fn ends_by_itself(&self) -> bool {
        matches!(self.beneath, SessionState::SignedIn { until: Some(_), .. })
    }

    /// Whether the session is one that outlives the app.
    pub(super) fn is_to_be_remembered(&self) -> bool {
        let SessionState::SignedIn { remembered, .. } = self.beneath else {
            return false;
        };
        remembered
    }

    /// There is something to be known about the session of this credential.
    pub(super) fn notice(&mut self, generation: Generation, notice: Failure) {
        if self.generation == generation {
            self.settle(Happening::Noticed(notice));
        }
    }

    /// The keyring holds a credential of this account: another process may have signed in as
    /// somebody else.
    pub(super) fn found(&mut self, generation: Generation, found: &Account) {
        let is_another = matches!(&self.beneath, SessionState::SignedIn { account, .. }
            if account.subject != found.subject);
        if is_another && self.generation == generation {
            self.settle(Happening::SignedIn {
                account: found.clone(),
                remembered: true,
                until: None,
                notice: None,
            });
        }
    }

    /// The session of this credential ends; nothing where another one has taken its place.
    pub(super) fn end(&mut self, generation: Generation, reason: Failure) {
        if self.generation == generation {
            self.sign_out(Some(reason));
        }
    }

    /// The session ends, whichever it is.
    pub(super) fn sign_out(&mut self, reason: Option<Failure>) {
        self.generation.0 += 1;
        self.access = None;
        self.settle(Happening::Ended(reason));
    }

    /// Takes an access token that this credential brought; whether it still counts.
    pub(super) fn take_access(&mut self, generation: Generation, access: Access) -> bool {
        let counts = self.generation == generation;
        if counts {
            let before = self.access.take().and_then(|access| access.id_token);
            let id_token = access.id_token.or(before);
            self.access = Some(Access { id_token, ..access });
        }
        counts
    }

    /// The ID token that came last.
    pub(super) fn id_token(&self) -> Option<SecretString> {
        self.access.as_ref()?.id_token.clone()
    }

    pub(super) fn access(&self) -> Option<&Access> {
        self.access.as_ref()
    }

    /// The server refuses this token, renewed as it is: the session ends where it is its own. The
    /// credential stays: only `invalid_grant` proves that it is worth nothing.
    pub(super) fn rejected(&mut self, token: &SecretString) {
        let own = self
            .access
            .as_ref()
            .is_some_and(|access| access.token.expose_secret() == token.expose_secret());
        if own {
            self.sign_out(Some(Failure::new(Code::Unauthorized)));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn account(name: &str) -> Account {
        Account {
            subject: name.into(),
            username: name.into(),
            display_name: None,
            email: None,
        }
    }

    fn success(name: &str) -> Success {
        Success {
            access: Access {
                token: SecretString::from(format!("access of {name}")),
                ends: DateTime::UNIX_EPOCH,
                id_token: None,
                is_an_applications: false,
            },
            account: account(name),
            remembered: true,
            ends_by_itself: false,
            notice: None,
        }
    }

    fn who(machine: &Machine) -> Option<String> {
        match machine.visible() {
            SessionState::SignedIn { account, .. } => Some(account.username),
            _ => None,
        }
    }

    #[test]
    fn a_late_end_of_an_older_attempt_moves_nothing() {
        let mut machine = Machine::new();
        let (older, cancelled) = machine.begin();
        let (newer, _) = machine.begin();
        assert!(cancelled.is_cancelled());
        machine.step(newer, SignInStep::WaitingForBrowser, None);
        let before = machine.visible();
        machine.step(older, SignInStep::Saving, None);
        machine.fail(older, Failure::new(Code::Timeout));
        assert!(!machine.succeed(older, success("older")));
        assert_eq!(machine.visible(), before);
        assert!(machine.access().is_none());
        assert!(machine.succeed(newer, success("newer")));
        assert_eq!(who(&machine).as_deref(), Some("newer"));
    }

    #[test]
    fn an_older_credentials_end_does_not_end_the_next_session() {
        let mut machine = Machine::new();
        let (first, _) = machine.begin();
        machine.succeed(first, success("first"));
        let generation = machine.generation();
        let (second, _) = machine.begin();
        machine.succeed(second, success("second"));
        machine.end(generation, Failure::new(Code::SignedOut));
        assert!(!machine.take_access(generation, success("first").access));
        machine.rejected(&success("first").access.token);
        assert_eq!(who(&machine).as_deref(), Some("second"));
        machine.rejected(&success("second").access.token);
        assert!(matches!(
            machine.visible(),
            SessionState::SignedOut { reason: Some(_) }
        ));
    }

    #[test]
    fn what_happens_beneath_an_attempt_is_there_after_it() {
        let mut machine = Machine::new();
        machine.settle(Happening::RestoreBegun);
        machine.begin();
        machine.settle(Happening::Restored {
            account: account("kept"),
            remembered: true,
        });
        assert!(matches!(machine.visible(), SessionState::SigningIn { .. }));
        assert!(machine.has_session());
        machine.cancel();
        assert_eq!(who(&machine).as_deref(), Some("kept"));
        machine.begin();
        machine.end(machine.generation(), Failure::new(Code::SignedOut));
        assert!(!machine.has_session());
        machine.cancel();
        assert!(matches!(
            machine.visible(),
            SessionState::SignedOut { reason: Some(_) }
        ));
    }

    proptest! {
        /// Whatever comes when: only the newest attempt's end counts, and once.
        #[test]
        fn only_the_current_attempt_ends(steps in prop::collection::vec((0u8..4, 0usize..6), 1..60)) {
            let mut machine = Machine::new();
            let mut numbers = Vec::new();
            let mut current = None;
            for (what, which) in steps {
                match what {
                    0 => {
                        let (number, _) = machine.begin();
                        numbers.push(number);
                        current = Some(number);
                    }
                    1 => {
                        machine.cancel();
                        current = None;
                    }
                    _ => {
                        let Some(number) = numbers.get(which % numbers.len().max(1)).copied() else { continue };
                        let counts = current == Some(number);
                        if what == 2 {
                            prop_assert_eq!(machine.succeed(number, success("x")), counts);
                        } else {
                            machine.fail(number, Failure::new(Code::Timeout));
                        }
                        if counts {
                            current = None;
                        }
                    }
                }
                let signing_in = matches!(machine.visible(), SessionState::SigningIn { .. });
                prop_assert_eq!(signing_in, current.is_some());
            }
        }
    }
}
