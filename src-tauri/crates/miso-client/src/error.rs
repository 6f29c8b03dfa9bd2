//! The one error type: a stable code with parameters; the words come from the user interface.

use std::collections::BTreeMap;
use std::fmt;

use miso_api::ErrorDetail;
use serde::{Deserialize, Serialize};
use specta::Type;

macro_rules! codes {
    ($($(#[$meta:meta])* $code:ident,)+) => {
        /// What went wrong, by a word that never changes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
        #[serde(rename_all = "snake_case")]
        pub enum Code {
            $($(#[$meta])* $code,)+
        }

        impl Code {
            /// Every code, so that a test can hold the words against them.
            pub const ALL: &[Self] = &[$(Self::$code,)+];
        }
    };
}

codes! {
    /// No connection could be made, or it ended; params: `host`, `stage` (`answer` where it ended
    /// after the request was sent).
    Offline,
    /// No answer in time; params: `host`.
    Timeout,
    /// The certificate or the TLS handshake was refused; params: `host`.
    Tls,
    /// The proxy does not let the request through; params: `proxy`, `host`, `reason`, and `status`
    /// where its answer was seen.
    ProxyFailed,
    /// No connection to the proxy could be made; params: `proxy`, `host`, `reason`.
    ProxyUnreachable,
    /// What was set as the proxy is none; params: `proxy`, `reason` (`address`, `scheme`,
    /// `credentials`).
    ProxyInvalid,
    /// A file with certificates of authorities cannot be used; params: `file`, `reason`.
    AuthorityUnreadable,
    /// The answer is not one of a Miso instance; params: `status`, `excerpt`.
    NotMiso,
    /// The instance does not offer this; params: `capability`.
    NotOffered,
    /// The answer is larger than allowed; params: `limit`.
    TooLarge,
    /// The session does not count any more.
    Unauthorized,
    /// Nobody is signed in.
    SignedOut,
    /// A permission is missing.
    Forbidden,
    /// There is no such thing.
    NotFound,
    /// Taken, stale or under way.
    Conflict,
    /// The server asked to wait; params: `seconds`.
    RateLimited,
    /// A field is not as it must be; see `details`.
    Validation,
    /// Nothing runs there that could be started again.
    NothingThere,
    /// No image of the application is known, so none of another tag.
    NoImage,
    /// The note is longer than the platform takes; params: `limit`.
    NoteTooLong,
    /// It goes to production, and was not shown before as it is; params: `environment`.
    NotConfirmed,
    /// The server's own fault; params: `status`.
    ServerError,
    /// A write was sent and its answer was lost: it may or may not have happened.
    OutcomeUnknown,
    /// There is no keyring to keep the session in.
    KeyringUnavailable,
    /// The keyring is locked.
    KeyringLocked,
    /// What the keyring holds cannot be read.
    KeyringCorrupt,
    /// The keyring answers, and holds nothing for the session any more.
    KeyringEmpty,
    /// Another process works with the session and does not let go of it; params: `reason`.
    SessionBusy,
    /// The provider gave no refresh token: the session ends with its access token.
    NoRefreshToken,
    /// The request waits its turn; params: `seconds`.
    BudgetWait,
    /// The browser could not be opened.
    BrowserNotOpened,
    /// The attempt was called off.
    SignInCancelled,
    /// Nobody came back from the browser in time.
    SignInTimeout,
    /// Nobody signed in on the other device in time.
    DeviceCodeExpired,
    /// The provider has no sign-in on another device (RFC 8628).
    DeviceSignInUnsupported,
    /// The provider said no; params: `error`.
    SignInRefused,
    /// The ID token is not to be trusted; params: `reason`.
    IdTokenInvalid,
    /// The ID token is signed in a way that cannot be verified here; params: `algorithm`.
    SigningAlgorithmUnsupported,
    /// The answer came from another issuer (RFC 9207); params: `expected`, `found`.
    IssuerMismatch,
    /// The provider could not be found; params: `url`, `reason`.
    DiscoveryFailed,
    /// What was typed is no address of an instance; params: `address`.
    AddressInvalid,
    /// What was typed is no issuer; params: `issuer`.
    IssuerInvalid,
    /// The connection signs in at another provider, or as another client, than the session it has.
    SignInChanged,
    /// A file of connections cannot be used; params: `reason`, and `entry` where one of them is
    /// not as it must be.
    ConnectionsFileInvalid,
    /// A text brings no configuration; params: `reason` (`empty`, `size`, `syntax`, `item`), `line`.
    ConfigurationFileInvalid,
    /// A secret that was typed is not held any more: it has to be typed anew; params: `name`.
    SecretNotHeld,
    /// A link that was opened leads nowhere; params: `link`.
    LinkInvalid,
    /// There is no such connection.
    ConnectionUnknown,
    /// A connection's limits of requests are none to work with; params: `limit`
    /// (`requestsPerHour`, `requestsPerMinute`, `requestsPerWindow`, `windowMinutes`), `least`, `most`.
    LimitsInvalid,
    /// A connection's name is empty or too long; params: `limit`.
    ConnectionNameInvalid,
    /// The connection is locked: nothing is written before it is unlocked.
    ReadOnly,
    /// A call by hand is not sent as it is; params: `reason` (`method`, `path`, `token`, `query`,
    /// `header`, `body`), and `name` of a header.
    CallRefused,
    /// The cache on disk cannot be used; params: `reason`.
    CacheFailed,
    /// The log store on disk cannot be used; params: `reason`.
    LogStoreFailed,
    /// The disk is full: no log line can be kept; params: `reason`.
    LogStoreFull,
}

/// Parameters that are numbers and words of our own, or where something is: these may stand in a log.
const LOGGED: [&str; 9] = [
    "status",
    "seconds",
    "limit",
    "host",
    "proxy",
    "file",
    "stage",
    "capability",
    "permission",
];

/// An error with everything the user interface needs to say it. In a log, which is handed on, it says
/// nothing that was sent or answered.
#[derive(Clone, PartialEq, Serialize, Deserialize, Type, thiserror::Error)]
#[serde(rename_all = "camelCase")]
#[error("{self:?}")]
pub struct Failure {
    /// The stable word to decide by.
    #[specta(type = String)]
    pub code: Code,
    /// What the words need.
    pub params: BTreeMap<String, String>,
    /// The server's own words; shown as detail, never matched.
    pub message: Option<String>,
    /// What to tell the operator of the instance.
    pub request_id: Option<String>,
    /// What is wrong with which field.
    pub details: Vec<ErrorDetail>,
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_logged = |name: &str| {
            LOGGED.contains(&name) || name == "reason" && self.code.is_of_this_machine()
        };
        let mut told = f.debug_struct("Failure");
        told.field("code", &self.code);
        for (name, value) in self.params.iter().filter(|(name, _)| is_logged(name)) {
            told.field(name, value);
        }
        if let Some(request_id) = &self.request_id {
            told.field("request_id", request_id);
        }
        told.finish_non_exhaustive()
    }
}

impl Code {
    /// Whether its reason is what this machine said: of the network, a disk, a keyring.
    fn is_of_this_machine(self) -> bool {
        matches!(
            self,
            Self::Offline
                | Self::Timeout
                | Self::Tls
                | Self::ProxyFailed
                | Self::ProxyUnreachable
                | Self::AuthorityUnreadable
                | Self::KeyringUnavailable
                | Self::KeyringLocked
                | Self::SessionBusy
                | Self::CacheFailed
                | Self::LogStoreFailed
                | Self::LogStoreFull
        )
    }
}

impl Failure {
    /// An error of this code without parameters.
    pub fn new(code: Code) -> Self {
        Self {
            code,
            params: BTreeMap::new(),
            message: None,
            request_id: None,
            details: Vec::new(),
        }
    }

    /// Adds a parameter.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.params.insert(name.to_owned(), value.to_string());
        self
    }

    /// Adds words of the other side.
    #[must_use]
    pub fn saying(mut self, message: impl Into<String>) -> Self {
        self.message = Some(message.into());
        self
    }

    /// Whether the far end could not be reached, so that what is cached is all there is.
    pub fn is_connectivity(&self) -> bool {
        matches!(
            self.code,
            Code::Offline | Code::Timeout | Code::Tls | Code::ProxyFailed | Code::ProxyUnreachable
        )
    }

    /// Whether the same may be answered later: nobody could be asked, or nobody may be for now.
    pub(crate) fn is_passing(&self) -> bool {
        let waits = matches!(self.code, Code::BudgetWait | Code::RateLimited);
        waits || self.is_connectivity() || self.needs_sign_in()
    }

    /// Whether only signing in helps.
    pub(crate) fn needs_sign_in(&self) -> bool {
        matches!(self.code, Code::SignedOut | Code::Unauthorized)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_down_of_an_error_is_nothing_that_was_answered() {
        let mut failure = Failure::new(Code::NotMiso)
            .with("status", 502)
            .with("excerpt", "canary-in-an-answer")
            .with("reason", "canary-in-a-document")
            .saying("canary-in-a-message");
        failure.request_id = Some("req-7".to_owned());
        failure.details.push(ErrorDetail {
            field: "canary-in-a-field".to_owned(),
            message: "canary-in-a-detail".to_owned(),
        });
        for written in [format!("{failure:?}"), failure.to_string()] {
            assert!(!written.contains("canary-"), "{written}");
            for part in ["NotMiso", "502", "req-7"] {
                assert!(written.contains(part), "{part} in {written}");
            }
        }
        let offline = Failure::new(Code::Offline).with("reason", "connection refused");
        assert!(format!("{offline:?}").contains("connection refused"));
    }
}
