//! The Miso API on the wire: types, the error envelope and the rules both sides obey. No I/O.
//!
//! The client and the local instance share this crate, so a wrong name here would pass both.
//! `tests/wire.rs` therefore holds every type against JSON written by hand from API.md.

mod access;
mod application;
mod change;
mod deployment;
mod environment;
mod error;
mod event;
mod grant;
mod health;
mod list;
mod log;
pub mod manifest;
mod metrics;
mod open;
mod text;
mod token;

pub use access::{Me, Permission};
pub use application::{
    Application, ApplicationStatus, ApplicationType, ConfigurationItem, ConfigurationLocation,
    EnvironmentEntry,
};
pub use change::{
    Changes, Configuration, ConfigurationItems, DeployFrom, ItemChange, PlannedChange, RepeatKind,
};
pub use deployment::{
    DeployRequest, Deployment, DeploymentStatus, DeploymentStep, LONGEST_NOTE, StepStatus,
};
pub use environment::{
    Environment, EnvironmentResource, EnvironmentStatus, ResourceUsage, is_production,
};
pub use error::{ErrorBody, ErrorCode, ErrorDetail, ErrorEnvelope};
pub use event::{Event, EventKind, Events};
pub use grant::{
    AccessDecision, AccessEntry, AccessGrant, AccessRequest, AccessRequestStatus, AccessRole,
    AccessWish, Decision, Permissions, SubjectType,
};
pub use health::{Health, HealthCheckResult, HealthEvent, HealthStatus};
pub use list::{Page, PageLinks, PageMeta};
pub use log::{Appended, LineSink, LogGap, LogLevel, LogLine, LogPage};
pub use metrics::{MetricPoint, MetricSeries, Metrics};
pub use text::acts;
pub use token::{TokenRequest, TokenResponse};
