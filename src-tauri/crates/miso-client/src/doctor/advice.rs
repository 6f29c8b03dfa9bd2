//! What to do where the way breaks.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use specta::Type;

use super::chart::worded;
use crate::{Code, Failure};

worded! {
    /// What to do.
    AdviceKind {
        /// Nobody knows the name: check it, the VPN, the DNS; params: `host`.
        CheckName,
        /// The machine is there and nothing listens; params: `host`.
        CheckPort,
        /// The machine does not answer: a firewall or a VPN that is off; params: `host`.
        CheckNetwork,
        /// The address leads to a proxy whose name nobody knows; params: `host`, `proxy`.
        CheckProxyName,
        /// The proxy itself cannot be reached; params: `proxy`.
        ReachProxy,
        /// The proxy's address is none; params: `proxy`.
        CorrectProxy,
        /// The proxy lets nobody through to the instance; params: `proxy`, `host`, `reason`.
        AskForProxy,
        /// The proxy wants a password; params: `proxy`.
        GiveProxyPassword,
        /// The proxy wants proof of a kind that is not known here; params: `proxy`, `schemes`.
        UnknownProxySchemes,
        /// A file of authorities cannot be read; params: `file`.
        CorrectAuthorityFile,
        /// Nobody here knows who signed the certificate; params: `certificateIssuer`.
        TrustAuthority,
        /// The certificate has expired; params: `certificateExpires`.
        RenewCertificate,
        /// The certificate is for another name; params: `certificateSubject`.
        CheckCertificateName,
        /// The certificate is not good yet: the clock of this machine may be wrong.
        CheckClock,
        /// There is no secure connection for another reason.
        CheckTls,
        /// The network wants somebody to sign in or to agree first; params: `redirect`.
        OpenPortal,
        /// Nothing here speaks https: another port, or another scheme; params: `host`.
        CheckScheme,
        /// It is https that is spoken here; params: `address`.
        UseHttps,
        /// A web page answers, not an API: a wrong port, or a portal's address.
        NotAnApi,
        /// Something else answers at this address.
        CheckAddress,
        /// The instance itself fails.
        TellOperator,
        /// The provider cannot be reached; params: `issuer`.
        ReachProvider,
        /// The provider's answer is not usable; params: `issuer`.
        CorrectProvider,
        /// Nobody is signed in.
        SignIn,
        /// The account may not do this.
        AskForAccess,
        /// Too many requests were made.
        Wait,
        /// It may pass.
        TryAgain,
    }
}

/// What to do, with what its words need.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Advice {
    /// What to do.
    pub kind: AdviceKind,
    /// What the words need.
    pub params: BTreeMap<String, String>,
}

impl Advice {
    pub(super) fn to(kind: AdviceKind) -> Self {
        Self {
            kind,
            params: BTreeMap::new(),
        }
    }

    pub(super) fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.params.insert(name.to_owned(), value.to_string());
        self
    }
}

/// What to do about settings that cannot be used.
pub(super) fn of_settings(failure: &Failure) -> Advice {
    let kind = match failure.code {
        Code::ProxyInvalid => AdviceKind::CorrectProxy,
        Code::AuthorityUnreadable => AdviceKind::CorrectAuthorityFile,
        _ => AdviceKind::CheckTls,
    };
    let params = failure.params.iter();
    params.fold(Advice::to(kind), |advice, (name, value)| {
        advice.with(name, value)
    })
}

/// What to do where the provider is not as it should be.
pub(super) fn of_the_provider(failure: &Failure, issuer: &str) -> Advice {
    let kind = if failure.is_connectivity() {
        AdviceKind::ReachProvider
    } else {
        AdviceKind::CorrectProvider
    };
    Advice::to(kind).with("issuer", issuer)
}

/// What to do where a call of the API fails after everything before it went well.
pub(super) fn of_the_api(failure: &Failure) -> Advice {
    let kind = match failure.code {
        Code::SignedOut | Code::Unauthorized => AdviceKind::SignIn,
        Code::Forbidden => AdviceKind::AskForAccess,
        Code::RateLimited | Code::BudgetWait => AdviceKind::Wait,
        Code::NotMiso | Code::NotFound => AdviceKind::CheckAddress,
        Code::ServerError => AdviceKind::TellOperator,
        _ => AdviceKind::TryAgain,
    };
    Advice::to(kind)
}
