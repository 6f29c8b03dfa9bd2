//! Images that are not of the catalogue: pulled and run by the container engine that answers on
//! this machine, Docker's or one that speaks as it does.
//!
//! What an instance starts carries its id as a label. What of that it does not hold (what a killed
//! one left, or what could not be removed while the engine was away) is removed when an engine is
//! found and once a minute.

pub(super) mod container;
mod creating;
mod credentials;
mod discovery;
mod engine;
mod engines;
mod keeper;
mod printed;
mod pull;
mod reasons;
pub(super) mod spec;
mod usage;

pub(crate) use engines::{Engines, Seen};
pub(super) use usage::ContainerUsages;

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests;
