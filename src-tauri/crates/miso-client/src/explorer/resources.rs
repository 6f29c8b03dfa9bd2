//! The call that a page's object is read with.

use crate::Resource;
use crate::client::Inner;
use crate::range::history_from;
use crate::transport::Call;
use crate::wire::documented;

impl Inner {
    pub(super) fn call_of(&self, resource: &Resource) -> Call {
        let now = self.clock.now();
        match resource {
            Resource::Applications => documented::applications(1),
            Resource::Application { application } => documented::application(application),
            Resource::Environments => documented::environments(),
            Resource::Environment { environment } => documented::environment(environment),
            Resource::Me => documented::me(),
            Resource::Deployments { application } => {
                documented::deployments(application.as_deref(), None, 1)
            }
            Resource::Deployment { id } => documented::deployment(id),
            Resource::Health {
                application,
                environment,
            } => documented::health(application, environment),
            Resource::HealthHistory {
                application,
                environment,
            } => documented::health_history(application, environment, history_from(now)),
            Resource::Metrics {
                application,
                environment,
                range,
            } => {
                let from = range.asked_from(now);
                documented::metrics(application, environment, from, range.step())
            }
            Resource::Events {
                application,
                environment,
                range,
            } => documented::events(application, environment, range.asked_from(now)),
            Resource::Access { application } => documented::access(application),
            Resource::AccessRequests => documented::access_requests(),
            Resource::Permissions {
                application,
                environment,
            } => documented::my_permissions(application, environment),
            Resource::Configuration {
                application,
                environment,
            } => documented::configuration(application, environment.as_deref()),
        }
    }
}
