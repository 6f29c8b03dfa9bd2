//! The states of a session and how they follow one another.

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
    Restoring,
    /// Somebody is.
    SignedIn {
        /// Who.
        account: Account,
        /// Whether the session outlives the app.
        remembered: bool,
        /// What the user should know about it.
        notice: Option<Failure>,
    },
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
    /// The code is exchanged.
    Exchanging,
    /// The session goes into the keyring.
    Saving,
}

/// What happens to a session.
#[derive(Debug)]
pub(super) enum Happening {
    RestoreBegun,
    Restored(Account),
    NothingToRestore,
    Started,
    Stepped(SignInStep),
    Succeeded {
        account: Account,
        remembered: bool,
        notice: Option<Failure>,
    },
    Failed(Failure),
    /// An attempt failed, the session from before it goes on.
    Resumed {
        account: Account,
        remembered: bool,
        notice: Failure,
    },
    Noticed(Failure),
    Unnoticed,
    Ended(Option<Failure>),
}

impl SessionState {
    /// Whether nobody is signed in for want of a keyring.
    pub(super) fn waits_for_the_keyring(&self) -> bool {
        matches!(self, Self::SignedOut { reason: Some(reason) } if reason.code == Code::KeyringUnavailable)
    }

    /// The one place where states follow one another; `None` where nothing follows.
    pub(super) fn after(&self, happening: Happening) -> Option<Self> {
        match (self, happening) {
            (_, Happening::Started) => Some(Self::SigningIn {
                step: SignInStep::CheckingKeyring,
            }),
            (Self::SigningIn { .. }, Happening::Stepped(step)) => Some(Self::SigningIn { step }),
            (
                Self::SigningIn { .. },
                Happening::Succeeded {
                    account,
                    remembered,
                    notice,
                },
            ) => Some(Self::SignedIn {
                account,
                remembered,
                notice,
            }),
            (Self::SignedOut { .. }, Happening::RestoreBegun) => Some(Self::Restoring),
            (Self::Restoring, Happening::Restored(account)) => Some(Self::restored(account)),
            (Self::SignedOut { .. }, Happening::Restored(account))
                if self.waits_for_the_keyring() =>
            {
                Some(Self::restored(account))
            }
            (Self::Restoring, Happening::NothingToRestore) => {
                Some(Self::SignedOut { reason: None })
            }
            (Self::SignedOut { .. }, Happening::NothingToRestore)
                if self.waits_for_the_keyring() =>
            {
                Some(Self::SignedOut { reason: None })
            }
            (Self::Restoring | Self::SigningIn { .. }, Happening::Failed(reason)) => {
                Some(Self::SignedOut {
                    reason: Some(reason),
                })
            }
            (
                Self::SigningIn { .. },
                Happening::Resumed {
                    account,
                    remembered,
                    notice,
                },
            ) => Some(Self::SignedIn {
                account,
                remembered,
                notice: Some(notice),
            }),
            (
                Self::SignedIn {
                    account,
                    remembered,
                    ..
                },
                Happening::Noticed(notice),
            ) => Some(Self::SignedIn {
                account: account.clone(),
                remembered: *remembered,
                notice: Some(notice),
            }),
            (
                Self::SignedIn {
                    account,
                    remembered,
                    ..
                },
                Happening::Unnoticed,
            ) => Some(Self::SignedIn {
                account: account.clone(),
                remembered: *remembered,
                notice: None,
            }),
            (_, Happening::Ended(reason)) => Some(Self::SignedOut { reason }),
            (
                _,
                Happening::RestoreBegun
                | Happening::Stepped(_)
                | Happening::Succeeded { .. }
                | Happening::Restored(_)
                | Happening::NothingToRestore
                | Happening::Failed(_)
                | Happening::Resumed { .. }
                | Happening::Noticed(_)
                | Happening::Unnoticed,
            ) => None,
        }
    }
}

impl SessionState {
    fn restored(account: Account) -> Self {
        Self::SignedIn {
            account,
            remembered: true,
            notice: None,
        }
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

    #[test]
    fn a_late_answer_of_a_cancelled_attempt_changes_nothing() {
        let out = SessionState::SignedOut { reason: None };
        let late = Happening::Succeeded {
            account: account(),
            remembered: true,
            notice: None,
        };
        assert_eq!(out.after(late), None);
        assert_eq!(out.after(Happening::Stepped(SignInStep::Saving)), None);
        assert_eq!(
            out.after(Happening::Failed(Failure::new(Code::Timeout))),
            None
        );
    }

    #[test]
    fn a_session_goes_through_its_states() {
        let mut state = SessionState::Restoring;
        for (happening, expected) in [
            (Happening::NothingToRestore, "signedOut"),
            (Happening::Started, "signingIn"),
            (Happening::Stepped(SignInStep::Exchanging), "signingIn"),
            (
                Happening::Succeeded {
                    account: account(),
                    remembered: true,
                    notice: None,
                },
                "signedIn",
            ),
            (Happening::Started, "signingIn"),
            (
                Happening::Failed(Failure::new(Code::SignInCancelled)),
                "signedOut",
            ),
        ] {
            state = state.after(happening).unwrap();
            assert_eq!(serde_json::to_value(&state).unwrap()["state"], expected);
        }
        let signed_in = SessionState::SignedIn {
            account: account(),
            remembered: true,
            notice: None,
        };
        let ended = signed_in.after(Happening::Ended(Some(Failure::new(Code::SignedOut))));
        assert_eq!(
            ended,
            Some(SessionState::SignedOut {
                reason: Some(Failure::new(Code::SignedOut))
            })
        );
    }
}
