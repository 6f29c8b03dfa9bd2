//! What runs: processes of the built-in catalogue and containers of an engine, each instance
//! watched by a supervisor, and each workload reached through a small proxy on an origin of its own.

pub(crate) mod catalogue;
pub(crate) mod containers;
mod endpoint;
pub(crate) mod launch;
mod lifeline;
mod lines;
mod live;
mod measuring;
mod output;
mod platform;
mod ports;
mod probe;
mod process;
mod proxy;
mod running;
mod several;
pub(crate) mod slot;
pub(crate) mod supervisor;
pub(crate) mod workload;

pub(crate) use live::Live;
pub(crate) use platform::Platform;
