//! What an instance is started with.

use std::ffi::OsString;
use std::path::PathBuf;

use secrecy::SecretString;

/// What an instance is started with.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder that holds the instance; made where it is missing.
    pub data_dir: PathBuf,
    /// The port to listen on. `None`: the one from last time, else one of the system's choosing.
    pub port: Option<u16>,
    /// What a new folder is filled with; an instance that was filled before stays as it is.
    pub seed: Seed,
    /// A service account that may sign in with `POST /auth/token`; it acts as an administrator.
    pub service_account: Option<ServiceAccount>,
    /// How many requests one client may make.
    pub rate_limit: RateLimit,
    /// In which readings of the API it answers.
    pub speaks: Speaks,
    /// How many requests one client may make to `/api/v1`.
    pub v1_rate_limit: V1RateLimit,
    /// Calls that this instance is to lack, by their `operationId`, so that what is done without
    /// them can be tried; only those that the public document does not state (API.md, mark O).
    pub without: Vec<String>,
    /// Whether tokens are signed with a new key from now on. The one before stays published.
    pub rotate_signing_key: bool,
    /// How to start a workload.
    pub workload: WorkloadCommand,
    /// What runs the images that are not of the catalogue.
    pub engine: ContainerEngine,
}

/// Which container engine runs the images that are not of the catalogue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ContainerEngine {
    /// The one that `DOCKER_HOST` names, else the first of the usual sockets where one answers.
    #[default]
    Found,
    /// The one at that address, written as in `DOCKER_HOST`.
    At(String),
    /// None: such images are refused.
    None,
}

/// What a new instance is filled with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Seed {
    /// A team's applications, deployed for real.
    #[default]
    Demo,
    /// Nothing.
    Empty,
    /// That many applications that run nowhere, for a look at long lists.
    Many(u32),
}

/// A client that signs in with a secret (API.md, "Sign-in").
#[derive(Clone, Debug)]
pub struct ServiceAccount {
    /// Its client id.
    pub client_id: String,
    /// Its secret.
    pub client_secret: SecretString,
}

/// How many requests one client id may make (API.md, "Rate limits").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RateLimit {
    /// Requests an hour and requests a minute.
    PerHourMinute {
        /// Requests an hour.
        hour: u32,
        /// Requests a minute.
        minute: u32,
    },
    /// No limit, and no headers about one.
    Off,
}

impl Default for RateLimit {
    fn default() -> Self {
        Self::PerHourMinute {
            hour: 1000,
            minute: 100,
        }
    }
}

/// The readings of the API in which an instance answers: two forms of the same state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Speaks {
    /// The documented API alone (API.md).
    Documented,
    /// `/api/v1` alone, as shipping controllers have it (API-V1.md).
    V1,
    /// Both.
    #[default]
    Both,
}

impl Speaks {
    /// Whether it answers the documented calls.
    pub fn documented(self) -> bool {
        matches!(self, Self::Documented | Self::Both)
    }

    /// Whether it answers those below `/api/v1`.
    pub fn v1(self) -> bool {
        matches!(self, Self::V1 | Self::Both)
    }
}

/// How many requests one client id may make to `/api/v1` (API-V1.md §1.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum V1RateLimit {
    /// So many in a window of so many seconds.
    PerWindow {
        /// Requests.
        requests: u32,
        /// Seconds.
        seconds: u32,
    },
    /// No limit.
    Off,
}

impl Default for V1RateLimit {
    fn default() -> Self {
        Self::PerWindow {
            requests: 100,
            seconds: 600,
        }
    }
}

/// The command that becomes a workload; the workload's name is added as the last argument.
#[derive(Clone, Debug)]
pub struct WorkloadCommand {
    /// The program, usually this very binary.
    pub program: PathBuf,
    /// Arguments in front of the workload's name, such as `workload`.
    pub args: Vec<OsString>,
}
