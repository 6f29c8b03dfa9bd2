//! One asynchronous client for a Miso instance: sign-in, vault, request budget, endpoints, the
//! cached view, watchers and the log tail. It does not know Tauri.
//!
//! [`Connections`] holds every connection; [`Client`] is one of them, with one set of methods.
//! Below it, [`wire`] is the only place that knows paths and names of the wire, and
//! [`transport`] the only place that makes API requests.

#[macro_use]
mod secrets;

mod access;
mod activity;
pub mod address;
mod answer;
mod anything;
mod applications;
mod batch;
mod budget;
mod cache;
mod capability;
mod chance;
mod client;
mod clock;
mod compare;
mod compare_page;
mod configuration;
pub mod configuring;
mod confirming;
mod connection;
mod connections;
mod connections_file;
mod course;
mod deploy_choices;
mod deploying;
pub mod doctor;
mod error;
mod explorer;
mod faults;
mod fetch;
mod fleet;
mod history;
mod http;
mod image;
mod known;
mod link;
mod listing;
mod lock;
pub mod merge;
mod nap;
mod network;
mod paired;
mod past;
mod pasted;
mod permission;
mod preflight;
mod promoting;
mod promotion;
mod range;
mod read_only;
mod reading;
mod recording;
mod renewed;
mod rollout;
mod session;
pub mod signin;
mod speaks;
mod stage;
mod tail;
mod telling;
mod timeline;
pub mod transport;
mod v1;
mod vault;
mod view;
#[cfg(test)]
mod virtual_day;
mod watch;
mod wire;
mod write;

pub use access::{AccessChoices, AccessColumn, AccessGrid, AccessRow, AskedAccess};
pub use activity::{Activity, ActivityChange, ActivityKind};
pub use answer::{Answer, AnswerFact, AnswerKind, AnswerPart, Evidence, LogSays, LogSpan, Said};
pub use anything::{Anything, AnythingGroup, AnythingHeld, AnythingKind};
pub use batch::{BatchAct, BatchItem, BatchOrder, BatchReview};
pub use budget::{Budget, BudgetStand, Class, Limits, OwnLimits, Permit, SentByClass, SpentOf};
pub use cache::Cache;
pub use capability::{Capabilities, Capability};
pub use client::Client;
pub use clock::{Clock, SystemClock};
pub use compare::{ComparedItem, ComparedKind, Comparison, ManifestTexts};
pub use confirming::{ConfirmationId, PlannedCreation, PlannedDeployment};
pub use connection::{Account, Connection, ConnectionEdit, ConnectionId, ConnectionWay, Hue};
pub use connections::{Connections, Parts};
pub use connections_file::{AuthorityOffer, ConnectionOffer};
pub use course::{Course, CourseState};
pub use deploy_choices::{DeployChoices, OfferedImage, WantedImage};
pub use error::{Code, Failure};
pub use explorer::{
    ApiAnswer, ApiAnswerKind, ApiCall, ApiLanguage, ApiSent, CopiedCall, CopiedCommand,
    CopiedSearch, PlannedCall, SentBy, log_command,
};
pub use faults::Fault;
pub use fleet::{
    Cell, Counts, Fleet, FleetOrder, FleetPage, FleetQuery, FleetRow, FleetSort, Place,
    RunningDeployment, Standing, State, UnwellPlace,
};
pub use image::{names_of_change, tag_of};
pub use link::{Link, LinkTarget, link_from};
pub use network::{Network, NetworkSettings, ProxyChoice};
pub use past::{CellThen, FleetThen, Observed, ObservedSpan, PlaceThen, RowThen};
pub use permission::{Held, HeldRights, HeldRow, Rights};
pub use preflight::{Effect, Finding, FindingKind, PendingChanges, PendingItem, Preflight};
pub use promotion::{PromotedAccess, PromotedItem, PromotedKind, Promotion, PromotionChoice};
pub use range::TimeRange;
pub use reading::{Reading, Resource, Source, Versioned};
pub use recording::{LogPlaces, Recording, RecordingState};
pub use rollout::{RolloutOutcome, RolloutStep};
pub use secrecy::SecretString;
pub use session::{SessionState, SignInStep, StampedSession};
pub use signin::{Browser, DeviceCode, InstanceFound, SignInParameters, SignInSettings};
pub use speaks::Speaks;
pub use stage::Stage;
pub use tail::{
    FillCost, FillGap, Filled, KeepCursor, LogPlace, MissingLines, OlderLines, OlderWanted,
    StillMissing, TailProgress, TailState,
};
pub use telling::{News, Wanted};
pub use timeline::{
    FinerSteps, HealthSpan, Mark, MarkKind, MeasuredSeries, PlaceHealth, Probe, Timeline,
    TimelineRow, Unit,
};
pub use vault::{Credential, CredentialKind, CredentialStore, PlatformStore, Vault, VaultError};
pub use watch::{Event, Lease, LeaseId, Publish};
pub use wire::openapi::{
    ApiBody, ApiField, ApiOperation, ApiOperationRow, ApiOperations, ApiParameter, ApiPlace,
};
