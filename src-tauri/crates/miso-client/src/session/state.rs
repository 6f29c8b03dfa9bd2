//! The states of a session and how they follow one another.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{Account, Code, Failure};

/// Whether somebody is signed in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(
    tag = "state",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum SessionState {
    /// Nobody is.
    SignedOut {
        /// Why, where it was not asked for.
        reason: Option<Failure>,
    },
    /// An attempt is under way.
    SigningIn {
        /// How far it is.
        step: SignInStep,
    },
    /// The keyring is being read at the start; what is cached can be shown.
    Restoring {
        /// Whether it takes so long that somebody may have to unlock it, or it does not answer.
        slow: bool,
    },
    /// Somebody is.
    SignedIn {
        /// Who.
        account: Account,
        /// Whether the session outlives the app.
        remembered: bool,
        /// When it ends, where nothing can renew it: the provider gave no refresh token.
        until: Option<DateTime<Utc>>,
        /// What the user should know about it.
        notice: Option<Failure>,
    },
}

/// A session's state and its place among all that were told: a smaller revision is an older one.
#[derive(Clone, Debug, PartialEq)]
pub struct StampedSession {
    /// The state.
    pub state: SessionState,
    /// Grows with every state of every session in this process.
    pub revision: u64,
}

/// How far an attempt to sign in is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum SignInStep {
    /// The keyring is asked whether it could keep the session.
    CheckingKeyring,
    /// The provider is looked for.
    Discovering,
    /// The browser is open.
    WaitingForBrowser,
    /// No browser could be opened; the address can be copied.
    NoBrowser,
    /// A code is shown that somebody types on another device.
    WaitingForDevice,
    /// The instance is asked for a token of a service account.
    CheckingSecret,
    /// The code is exchanged.
    Exchanging,
    /// The session goes into the keyring.
    Saving,
}

/// What happens to the session beneath an attempt.
#[derive(Debug)]
pub(super) enum Happening {
    RestoreBegun,
    /// The keyring takes its time.
    RestoreIsSlow,
    Restored {
        account: Account,
        remembered: bool,
    },
    NothingToRestore,
    NotRestored(Failure),
    SignedIn {
        account: Account,
        remembered: bool,
        until: Option<DateTime<Utc>>,
        notice: Option<Failure>,
    },
    /// An attempt failed; a session from before it goes on.
    AttemptFailed(Failure),
    Noticed(Failure),
    Unnoticed,
    /// What memory alone held is in the keyring after all.
    Saved,
    Ended(Option<Failure>),
}

impl SessionState {
    /// Whether nobody is signed in because the keyring is not there or locked.
    pub(super) fn waits_for_the_keyring(&self) -> bool {
        matches!(self, Self::SignedOut { reason: Some(reason) }
            if matches!(reason.code, Code::KeyringUnavailable | Code::KeyringLocked))
    }

    /// The one place where states follow one another; `None` where nothing follows.
    pub(super) fn after(&self, happening: Happening) -> Option<Self> {
        let awaits = matches!(self, Self::Restoring { .. }) || self.waits_for_the_keyring();
        match (self, happening) {
            (
                _,
                Happening::SignedIn {
                    account,
                    remembered,
                    until,
                    notice,
                },
            ) => Some(Self::SignedIn {
                account,
                remembered,
                until,
                notice,
            }),
            (Self::SignedOut { .. }, Happening::RestoreBegun) => {
                Some(Self::Restoring { slow: false })
            }
            (Self::Restoring { .. }, Happening::RestoreIsSlow) => {
                Some(Self::Restoring { slow: true })
            }
            (
                _,
                Happening::Restored {
                    account,
                    remembered,
                },
            ) if awaits => Some(Self::SignedIn {
                account,
                remembered,
                until: None,
                notice: None,
            }),
            (_, Happening::NothingToRestore) if awaits => Some(Self::SignedOut { reason: None }),
            (_, Happening::NotRestored(reason)) if awaits => Some(Self::SignedOut {
                reason: Some(reason),
            }),
            // Calling an attempt off does not make the keyring come.
            (Self::SignedOut { .. }, Happening::AttemptFailed(reason))
                if awaits && reason.code == Code::SignInCancelled =>
            {
                None
            }
            (Self::SignedOut { .. }, Happening::AttemptFailed(reason)) => Some(Self::SignedOut {
                reason: Some(reason),
            }),
            (
                Self::SignedIn { .. },
                Happening::AttemptFailed(notice) | Happening::Noticed(notice),
            ) => self.noticed(Some(notice)),
            (Self::SignedIn { .. }, Happening::Unnoticed) => self.noticed(None),
            (Self::SignedIn { account, until, .. }, Happening::Saved) => Some(Self::SignedIn {
                account: account.clone(),
                remembered: true,
                until: *until,
                notice: None,
            }),
            (_, Happening::Ended(reason)) => Some(Self::SignedOut { reason }),
            (
                _,
                Happening::RestoreBegun
                | Happening::RestoreIsSlow
                | Happening::Restored { .. }
                | Happening::NothingToRestore
                | Happening::NotRestored(_)
                | Happening::AttemptFailed(_)
                | Happening::Noticed(_)
                | Happening::Unnoticed
                | Happening::Saved,
            ) => None,
        }
    }

    /// The same session with another notice.
    fn noticed(&self, new: Option<Failure>) -> Option<Self> {
        let mut next = self.clone();
        let Self::SignedIn { notice, .. } = &mut next else {
            return None;
        };
        *notice = new;
        Some(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account() -> Account {
        Account {
            subject: "1".into(),
            username: "a".into(),
            display_name: None,
            email: None,
        }
    }

    fn restored() -> Happening {
        Happening::Restored {
            account: account(),
            remembered: true,
        }
    }

    #[test]
    fn what_the_keyring_says_late_changes_nothing() {
        let out = SessionState::SignedOut { reason: None };
        assert_eq!(out.after(restored()), None);
        assert_eq!(
            out.after(Happening::NotRestored(Failure::new(Code::KeyringLocked))),
            None
        );
        assert_eq!(out.after(Happening::Unnoticed), None);
    }

    #[test]
    fn a_keyring_that_comes_is_taken_up() {
        let mut state = SessionState::Restoring { slow: true };
        for (happening, expected) in [
            (
                Happening::NotRestored(Failure::new(Code::KeyringUnavailable)),
                "signedOut",
            ),
            (
                Happening::NotRestored(Failure::new(Code::KeyringLocked)),
                "signedOut",
            ),
            (restored(), "signedIn"),
        ] {
            state = state.after(happening).unwrap();
            assert_eq!(serde_json::to_value(&state).unwrap()["state"], expected);
        }
    }

    #[test]
    fn a_session_goes_through_its_states() {
        let signed_in = || Happening::SignedIn {
            account: account(),
            remembered: true,
            until: None,
            notice: None,
        };
        let mut state = SessionState::Restoring { slow: false };
        for (happening, expected) in [
            (Happening::NothingToRestore, "signedOut"),
            (signed_in(), "signedIn"),
            (
                Happening::AttemptFailed(Failure::new(Code::SignInCancelled)),
                "signedIn",
            ),
            (
                Happening::Ended(Some(Failure::new(Code::SignedOut))),
                "signedOut",
            ),
            (
                Happening::AttemptFailed(Failure::new(Code::SignInTimeout)),
                "signedOut",
            ),
            (signed_in(), "signedIn"),
        ] {
            state = state.after(happening).unwrap();
            assert_eq!(serde_json::to_value(&state).unwrap()["state"], expected);
        }
    }
}
