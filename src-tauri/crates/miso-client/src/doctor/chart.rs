//! What was examined, and what came of it.

use std::time::Instant;

use serde::{Deserialize, Serialize};
use specta::Type;

use super::{Advice, Told};
use crate::Failure;

macro_rules! worded {
    ($(#[$of:meta])* $name:ident { $($(#[$meta:meta])* $variant:ident,)+ }) => {
        $(#[$of])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
        #[serde(rename_all = "camelCase")]
        pub enum $name {
            $($(#[$meta])* $variant,)+
        }

        impl $name {
            /// All of them, so that a test can hold the words against them.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The key of its words.
            pub fn word(self) -> String {
                match serde_json::to_value(self) {
                    Ok(serde_json::Value::String(word)) => word,
                    Ok(_) | Err(_) => String::new(),
                }
            }
        }
    };
}
pub(super) use worded;

worded! {
    /// A step of the way, in the order in which they are taken.
    Step {
        /// The name of the first machine on the way: the instance's, or the proxy's.
        Dns,
        /// A connection to it.
        Tcp,
        /// The proxy, where one is used.
        Proxy,
        /// The secure connection to the instance.
        Tls,
        /// What the instance says about signing in.
        Discovery,
        /// The provider that signs people in.
        SignIn,
        /// A call of the API.
        Api,
    }
}

worded! {
    /// What came of a step.
    Outcome {
        /// It is as it should be.
        Well,
        /// The way breaks here.
        Broken,
        /// There is nothing to do here.
        NotNeeded,
        /// The way broke before.
        NotReached,
    }
}

worded! {
    /// What can be seen on the way.
    SeenKind {
        /// A machine's name and port.
        Host,
        /// An address that the name leads to.
        Address,
        /// The proxy that is used.
        Proxy,
        /// Whose certificate it is.
        CertificateSubject,
        /// Who signed it.
        CertificateIssuer,
        /// Until when it counts, in RFC 3339.
        CertificateExpires,
        /// The version of TLS.
        TlsVersion,
        /// Where an answer wants to send its reader.
        Redirect,
        /// The status and kind of an answer.
        Answer,
        /// The provider.
        Issuer,
        /// A scope that the provider does not know.
        ScopeLeftOut,
        /// Who is signed in.
        Account,
    }
}

worded! {
    /// What the doctor cannot see.
    Blind {
        /// A proxy that a script of the network names (PAC, WPAD): it is neither read nor used.
        ProxyAutoConfiguration,
        /// A proxy that is set in the desktop only, not in the environment.
        DesktopProxySettings,
    }
}

/// Something that was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Seen {
    /// What it is.
    pub kind: SeenKind,
    /// As it was seen.
    pub value: String,
}

impl Seen {
    pub(super) fn of(kind: SeenKind, value: impl Into<String>) -> Self {
        let value = value.into();
        Self { kind, value }
    }
}

/// One step, examined.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Examined {
    /// Which one.
    pub step: Step,
    /// What came of it.
    pub outcome: Outcome,
    /// How long it took.
    pub milliseconds: u32,
    /// What was seen.
    pub seen: Vec<Seen>,
    /// Why it broke.
    pub failure: Option<Failure>,
    /// What to do.
    pub advice: Option<Advice>,
}

/// The whole way, examined.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Diagnosis {
    /// Every step, in order.
    pub steps: Vec<Examined>,
    /// What could not be seen.
    pub blind: Vec<Blind>,
}

impl Diagnosis {
    /// Where the way breaks, if it does.
    pub fn broken(&self) -> Option<&Examined> {
        let mut steps = self.steps.iter();
        steps.find(|examined| examined.outcome == Outcome::Broken)
    }
}

/// A diagnosis in the making.
pub(super) struct Chart<'a> {
    steps: Vec<Examined>,
    blind: Vec<Blind>,
    told: Told<'a>,
}

/// A step that is being examined.
pub(super) struct Begun {
    step: Step,
    at: Instant,
}

impl<'a> Chart<'a> {
    pub(super) fn new(blind: Vec<Blind>, told: Told<'a>) -> Self {
        Self {
            steps: Vec::new(),
            blind,
            told,
        }
    }

    pub(super) fn begin(&self, step: Step) -> Begun {
        tracing::debug!(?step, "examining");
        Begun {
            step,
            at: Instant::now(),
        }
    }

    /// A step with which nothing is wrong.
    pub(super) fn well(&mut self, begun: Begun, seen: Vec<Seen>) -> Option<()> {
        self.note(begun, Outcome::Well, seen, None);
        Some(())
    }

    /// The step at which the way breaks.
    pub(super) fn broken<T>(
        &mut self,
        begun: Begun,
        seen: Vec<Seen>,
        failure: Failure,
        advice: Advice,
    ) -> Option<T> {
        tracing::info!(step = ?begun.step, ?failure, "the way breaks");
        self.note(begun, Outcome::Broken, seen, Some((failure, advice)));
        None
    }

    /// A step that is not needed on this way.
    pub(super) fn skip(&mut self, step: Step) {
        let begun = self.begin(step);
        self.note(begun, Outcome::NotNeeded, Vec::new(), None);
    }

    /// With all steps that were not reached.
    pub(super) fn done(mut self) -> Diagnosis {
        for step in Step::ALL {
            if self.steps.iter().all(|examined| examined.step != *step) {
                let begun = self.begin(*step);
                self.note(begun, Outcome::NotReached, Vec::new(), None);
            }
        }
        let place = |step| Step::ALL.iter().position(|one| *one == step);
        self.steps.sort_by_key(|examined| place(examined.step));
        Diagnosis {
            steps: self.steps,
            blind: self.blind,
        }
    }

    fn note(
        &mut self,
        begun: Begun,
        outcome: Outcome,
        seen: Vec<Seen>,
        why: Option<(Failure, Advice)>,
    ) {
        let milliseconds = begun.at.elapsed().as_millis();
        let (failure, advice) = why.unzip();
        let examined = Examined {
            step: begun.step,
            outcome,
            milliseconds: u32::try_from(milliseconds).unwrap_or(u32::MAX),
            seen,
            failure,
            advice,
        };
        (self.told)(&examined);
        self.steps.push(examined);
    }
}
