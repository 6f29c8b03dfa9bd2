//! How a command ends: one code for each kind of end, so that scripts can tell them apart.

use miso_client::{Code, Failure};
use serde::{Deserialize, Serialize};

/// How a command ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Exit {
    /// It did what was asked.
    Done,
    /// The instance answered and refused.
    Refused,
    /// The command makes no sense as it is.
    Usage,
    /// Nobody is signed in.
    SignedOut,
    /// There is no such connection or application.
    Unknown,
    /// No answer came, and nothing was changed.
    Offline,
    /// It writes to production, or to a locked connection, and `--yes` was not said.
    NeedsYes,
    /// The request limit would have it wait too long.
    Wait,
    /// What the app keeps on this machine could not be used.
    Kept,
    /// A write was sent, and whether it happened is not known.
    Unsure,
    /// Somebody called it off.
    CalledOff,
}

impl Exit {
    /// The process's exit code.
    pub(super) fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Refused => 1,
            Self::Usage => 2,
            Self::SignedOut => 3,
            Self::Unknown => 4,
            Self::Offline => 5,
            Self::NeedsYes => 6,
            Self::Wait => 7,
            Self::Kept => 8,
            Self::Unsure => 9,
            // As a shell says it of SIGINT.
            Self::CalledOff => 130,
        }
    }

    fn of(code: Code) -> Self {
        match code {
            Code::Offline
            | Code::Timeout
            | Code::Tls
            | Code::ProxyFailed
            | Code::ProxyUnreachable
            | Code::ProxyInvalid
            | Code::AuthorityUnreadable
            | Code::DiscoveryFailed => Self::Offline,
            Code::OutcomeUnknown => Self::Unsure,
            Code::Unauthorized
            | Code::SignedOut
            | Code::KeyringUnavailable
            | Code::KeyringLocked
            | Code::KeyringCorrupt
            | Code::KeyringEmpty
            | Code::NoRefreshToken
            | Code::BrowserNotOpened
            | Code::SignInCancelled
            | Code::SignInTimeout
            | Code::DeviceCodeExpired
            | Code::DeviceSignInUnsupported
            | Code::SignInRefused
            | Code::IdTokenInvalid
            | Code::SigningAlgorithmUnsupported
            | Code::IssuerMismatch
            | Code::SignInChanged => Self::SignedOut,
            Code::NotFound | Code::NothingThere | Code::ConnectionUnknown => Self::Unknown,
            Code::RateLimited | Code::BudgetWait => Self::Wait,
            Code::NotConfirmed | Code::ReadOnly => Self::NeedsYes,
            Code::CallRefused
            | Code::AddressInvalid
            | Code::IssuerInvalid
            | Code::ConnectionsFileInvalid
            | Code::ConfigurationFileInvalid
            | Code::LinkInvalid
            | Code::LimitsInvalid
            | Code::ConnectionNameInvalid
            | Code::NoteTooLong
            | Code::NoImage
            | Code::SecretNotHeld => Self::Usage,
            Code::NotMiso
            | Code::NotOffered
            | Code::TooLarge
            | Code::Forbidden
            | Code::Conflict
            | Code::Validation
            | Code::ServerError => Self::Refused,
            Code::SessionBusy | Code::CacheFailed | Code::LogStoreFailed | Code::LogStoreFull => {
                Self::Kept
            }
        }
    }
}

/// Why a command could not be carried out, in words.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Refused {
    pub exit: Exit,
    pub reason: String,
}

impl Refused {
    pub(super) fn new(exit: Exit, reason: impl Into<String>) -> Self {
        Self {
            exit,
            reason: reason.into(),
        }
    }
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        let exit = Exit::of(failure.code);
        let begin = match (exit, failure.code) {
            (Exit::Unsure, _) => {
                "it was sent and its answer was lost: it may or may not have happened"
            }
            (_, Code::CallRefused) => "this is not sent at all",
            (Exit::Offline, _) => "the instance could not be reached",
            (Exit::SignedOut, _) => "nobody is signed in: sign in in the app first",
            (Exit::Unknown, _) => "there is no such thing",
            (Exit::Wait, _) => "the request limit has nothing left for it now",
            (Exit::NeedsYes, _) => "it has to be confirmed: --yes",
            (Exit::Kept, _) => "what the app keeps on this machine cannot be used",
            (Exit::Refused, _) => "the instance refused it",
            (Exit::Done | Exit::Usage | Exit::CalledOff, _) => "it cannot be done",
        };
        let word = serde_json::to_value(failure.code).unwrap_or_default();
        let mut about = vec![word.as_str().unwrap_or_default().to_owned()];
        about.extend(
            failure
                .params
                .iter()
                .map(|(name, value)| format!("{name} {value}")),
        );
        about.extend(failure.message);
        about.extend(failure.request_id.map(|id| format!("request {id}")));
        Self::new(exit, format!("{begin} ({})", about.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_what_it_is_and_what_to_do() {
        let refused = Refused::from(Failure::new(Code::Offline).with("host", "miso.example.com"));
        assert_eq!(refused.exit.code(), 5);
        assert_eq!(
            refused.reason,
            "the instance could not be reached (offline, host miso.example.com)"
        );
        let refused = Refused::from(Failure::new(Code::ReadOnly));
        assert_eq!(refused.exit.code(), 6);
        assert!(refused.reason.contains("--yes"), "{}", refused.reason);
    }

    #[test]
    fn what_may_have_happened_has_a_code_of_its_own() {
        let refused = Refused::from(Failure::new(Code::OutcomeUnknown));
        assert_eq!(refused.exit.code(), 9);
        assert!(refused.reason.contains("was sent"), "{}", refused.reason);
    }

    #[test]
    fn only_what_was_done_ends_with_nothing() {
        for code in Code::ALL {
            assert_ne!(Refused::from(Failure::new(*code)).exit, Exit::Done);
        }
    }
}
