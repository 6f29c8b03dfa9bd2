//! What an instance may lack, and what is known of that (API.md, "Calls marked O on an instance
//! that lacks them").

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use specta::Type;

use crate::lock::lock;
use crate::{Cache, Clock, Code, ConnectionId, Failure, Speaks};

/// What is known to be lacking is asked for again after this time.
const KNOWN_FOR: TimeDelta = TimeDelta::days(1);

macro_rules! capabilities {
    ($($(#[$meta:meta])* $name:ident,)+) => {
        /// A call or a field that the public document of the platform does not state, or that not every
        /// reading of the API has.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Type)]
        #[serde(rename_all = "camelCase")]
        pub enum Capability {
            $($(#[$meta])* $name,)+
        }

        impl Capability {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)+];
        }
    };
}

capabilities! {
    /// One application by itself.
    ApplicationDetail,
    /// Recent deployments of everything.
    RecentActivity,
    /// Cancelling a deployment.
    CancelDeployment,
    /// The log of a deployment.
    DeploymentLog,
    /// What happened to an application.
    Events,
    /// What was measured of an application.
    Metrics,
    /// The log of an application as it is written.
    LiveLogs,
    /// What the caller may do somewhere.
    MyPermissions,
    /// Asking for access, and deciding about it.
    AccessRequests,
    /// The instance's own description of its calls.
    Description,
    /// A deployment without an image: what runs there, again.
    DeployWithoutImage,
    /// A deployment's note.
    DeployNote,
    /// A deployment that repeats another one.
    DeployFrom,
    /// A deployment's configuration.
    DeployConfiguration,
    /// What a deployment would change.
    DryRun,
    /// What an application writes.
    ApplicationLog,
    /// The configuration of an application in one environment, and changing configuration by itself.
    Configuration,
    /// Changing who has access to an application.
    AccessChanges,
}

impl Capability {
    /// Whether a 404 in the platform's own shape may speak of the object that was asked for.
    pub(crate) fn is_about_an_object(self) -> bool {
        match self {
            Self::ApplicationDetail
            | Self::CancelDeployment
            | Self::DeploymentLog
            | Self::Events
            | Self::Metrics
            | Self::LiveLogs
            | Self::ApplicationLog
            | Self::Configuration
            | Self::AccessChanges => true,
            Self::RecentActivity
            | Self::MyPermissions
            | Self::AccessRequests
            | Self::Description
            | Self::DeployWithoutImage
            | Self::DeployNote
            | Self::DeployFrom
            | Self::DeployConfiguration
            | Self::DryRun => false,
        }
    }

    /// Whether it is a field that only the instance's own description can tell of.
    fn is_a_field(self) -> bool {
        match self {
            Self::DeployWithoutImage
            | Self::DeployNote
            | Self::DeployFrom
            | Self::DeployConfiguration
            | Self::DryRun => true,
            Self::ApplicationDetail
            | Self::RecentActivity
            | Self::CancelDeployment
            | Self::DeploymentLog
            | Self::Events
            | Self::Metrics
            | Self::LiveLogs
            | Self::MyPermissions
            | Self::AccessRequests
            | Self::Description
            | Self::ApplicationLog
            | Self::Configuration
            | Self::AccessChanges => false,
        }
    }

    /// Whether v1 has it (API-V1.md). Nobody asks an instance for that: what its clients know of it is all
    /// there is to know.
    fn is_in_v1(self) -> bool {
        match self {
            Self::ApplicationDetail
            | Self::RecentActivity
            | Self::DeploymentLog
            | Self::MyPermissions => true,
            Self::CancelDeployment
            | Self::Events
            | Self::Metrics
            | Self::LiveLogs
            | Self::AccessRequests
            | Self::Description
            | Self::DeployWithoutImage
            | Self::DeployNote
            | Self::DeployFrom
            | Self::DeployConfiguration
            | Self::DryRun
            | Self::ApplicationLog
            | Self::Configuration
            | Self::AccessChanges => false,
        }
    }

    /// The word for it, in errors and in the cache.
    pub fn word(self) -> String {
        match serde_json::to_value(self) {
            Ok(Value::String(word)) => word,
            Ok(_) | Err(_) => String::new(),
        }
    }

    /// The failure of what needs it.
    pub(crate) fn lacking(self) -> Failure {
        Failure::new(Code::NotOffered).with("capability", self.word())
    }

    /// The same of what no instance has that is read so: it is not asked again.
    pub(crate) fn lacking_in_v1(self) -> Failure {
        self.lacking().with("speaks", "v1")
    }
}

/// What is known of one connection's instance.
pub struct Capabilities {
    connection: ConnectionId,
    cache: Arc<Cache>,
    clock: Arc<dyn Clock>,
    known: Mutex<HashMap<Capability, Known>>,
    speaks: Mutex<Speaks>,
}

#[derive(Clone, Copy)]
struct Known {
    is_offered: bool,
    at: DateTime<Utc>,
}

impl Capabilities {
    /// What the cache kept.
    pub fn kept(connection: ConnectionId, cache: Arc<Cache>, clock: Arc<dyn Clock>) -> Self {
        let kept = cache.capabilities(&connection).unwrap_or_else(|failure| {
            tracing::warn!(?failure, "what the instance offers is not known");
            Vec::new()
        });
        let known = kept.into_iter().filter_map(|(word, is_offered, at)| {
            let capability = Capability::deserialize(Value::String(word)).ok()?;
            Some((capability, Known { is_offered, at }))
        });
        let known = Mutex::new(known.collect());
        Self {
            connection,
            cache,
            clock,
            known,
            speaks: Mutex::default(),
        }
    }

    /// As which reading of the API the instance is read.
    pub fn speaks(&self) -> Speaks {
        *lock(&self.speaks)
    }

    /// Has it read so from now on.
    pub(crate) fn set_speaks(&self, speaks: Speaks) {
        *lock(&self.speaks) = speaks;
    }

    /// Whether it is offered; `None` where that is to be found out. Of an instance that does not
    /// describe itself, no field is.
    pub fn offers(&self, capability: Capability) -> Option<bool> {
        match self.speaks() {
            Speaks::Documented => self.shown(capability),
            Speaks::V1 => Some(capability.is_in_v1()),
        }
    }

    fn shown(&self, capability: Capability) -> Option<bool> {
        let known = self.known(capability);
        if known.is_none()
            && capability.is_a_field()
            && self.known(Capability::Description) == Some(false)
        {
            return Some(false);
        }
        known
    }

    fn known(&self, capability: Capability) -> Option<bool> {
        let known = *self.lock().get(&capability)?;
        let age = self.clock.now() - known.at;
        // A clock that was set back makes nothing known for longer.
        (age < KNOWN_FOR && age > -KNOWN_FOR).then_some(known.is_offered)
    }

    /// All that is known to be lacking.
    pub fn lacking(&self) -> Vec<Capability> {
        let all = Capability::ALL.iter().copied();
        all.filter(|capability| self.offers(*capability) == Some(false))
            .collect()
    }

    /// Takes what the instance showed, or said of itself.
    pub(crate) fn learn(&self, capability: Capability, is_offered: bool) {
        let at = self.clock.now();
        self.lock().insert(capability, Known { is_offered, at });
        let word = capability.word();
        let kept = self
            .cache
            .keep_capability(&self.connection, &word, is_offered, at);
        if let Err(failure) = kept {
            tracing::warn!(?failure, "what the instance offers could not be kept");
        }
    }

    /// It was used: no word about it that says otherwise counts any more.
    pub(crate) fn used(&self, capability: Capability) {
        let is_missed = self
            .lock()
            .get(&capability)
            .is_some_and(|known| !known.is_offered);
        if is_missed {
            self.learn(capability, true);
        }
    }

    /// Forgets all, so that the instance is asked again.
    pub(crate) fn forget(&self) {
        self.lock().clear();
        if let Err(failure) = self.cache.forget_capabilities(&self.connection) {
            tracing::warn!(?failure, "what the instance offers could not be forgotten");
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Capability, Known>> {
        lock(&self.known)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    struct Hand(Mutex<DateTime<Utc>>);

    impl Clock for Hand {
        fn now(&self) -> DateTime<Utc> {
            *self.0.lock().unwrap()
        }
        fn monotonic(&self) -> Duration {
            Duration::ZERO
        }
    }

    #[test]
    fn what_is_lacking_is_kept_and_asked_for_again_after_a_day_or_on_demand() {
        let clock = Arc::new(Hand(Mutex::new(Utc::now())));
        let cache = Arc::new(Cache::in_memory().unwrap());
        let id = ConnectionId::random();
        let kept = || Capabilities::kept(id.clone(), cache.clone(), clock.clone());
        let first = kept();
        assert_eq!(first.offers(Capability::RecentActivity), None);
        first.learn(Capability::RecentActivity, false);
        first.learn(Capability::DeployNote, false);
        // After a restart of the app too.
        for now in [first, kept()] {
            assert_eq!(now.offers(Capability::RecentActivity), Some(false));
            let lacking = [Capability::RecentActivity, Capability::DeployNote];
            assert_eq!(now.lacking(), lacking);
        }
        let again = kept();
        again.used(Capability::RecentActivity);
        assert_eq!(kept().offers(Capability::RecentActivity), Some(true));
        *clock.0.lock().unwrap() += TimeDelta::hours(25);
        assert_eq!(again.offers(Capability::DeployNote), None);
        again.learn(Capability::DeployNote, false);
        again.forget();
        for now in [again, kept()] {
            assert_eq!(now.lacking(), []);
        }
        let other = Capabilities::kept(ConnectionId::random(), cache, clock);
        assert_eq!(other.lacking(), []);
    }

    #[test]
    fn what_v1_has_is_not_learned_of_an_instance() {
        let clock = Arc::new(Hand(Mutex::new(Utc::now())));
        let cache = Arc::new(Cache::in_memory().unwrap());
        let known = Capabilities::kept(ConnectionId::random(), cache, clock);
        assert_eq!(known.speaks(), Speaks::Documented);
        known.learn(Capability::RecentActivity, false);
        known.set_speaks(Speaks::V1);
        assert_eq!(known.offers(Capability::RecentActivity), Some(true));
        assert_eq!(known.offers(Capability::DryRun), Some(false));
        known.forget();
        assert!(known.lacking().contains(&Capability::ApplicationLog));
        known.set_speaks(Speaks::Documented);
        assert_eq!(known.offers(Capability::DryRun), None);
    }

    #[test]
    fn every_capability_has_a_word() {
        for capability in Capability::ALL {
            let word = Value::String(capability.word());
            assert_eq!(Capability::deserialize(word).unwrap(), *capability);
        }
    }
}
