//! What runs: processes of the built-in catalogue, each watched by a supervisor, and reached
//! through a small proxy on an origin of its own.

pub(crate) mod catalogue;
mod launch;
mod lifeline;
mod lines;
mod live;
mod measuring;
mod platform;
mod ports;
mod probe;
mod process;
mod proxy;
mod slot;
pub(crate) mod supervisor;

pub(crate) use live::Live;
pub(crate) use platform::Platform;
