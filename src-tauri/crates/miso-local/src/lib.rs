//! A complete Miso instance for one machine: the API, an OpenID provider, and workloads that
//! really run. Embedded in the app, or by itself with `miso-desktop local serve`. Loopback only.
//!
//! ```text
//! http → guard → oidc                         sign-in, tokens
//!              → admit → api, v1 → store      what is known, in two readings
//!                            → deploy → workloads → workload (a child process)
//!                                                 → a container engine
//!                            → logs           what was printed
//! ```
//!
//! Health is what a probe saw, logs are what a workload printed. What is not known is `unknown`.

mod api;
mod configuration;
mod deploy;
mod descriptors;
mod document;
mod environments;
mod error;
mod folder;
mod http;
mod identity;
mod instance;
mod logs;
mod metrics;
mod notice;
mod oidc;
mod options;
mod people;
mod place;
mod private_file;
mod random;
mod sealing;
mod seed;
mod site;
mod store;
#[cfg(test)]
mod testing;
mod v1;
pub mod workload;
mod workloads;

pub use api::optional_calls;
pub use error::StartError;
pub use instance::{Instance, SignInKeys, start};
pub use notice::Notice;
pub use options::{
    ContainerEngine, Options, RateLimit, Seed, ServiceAccount, Speaks, V1RateLimit, WorkloadCommand,
};
pub use secrecy::{ExposeSecret, SecretString};
