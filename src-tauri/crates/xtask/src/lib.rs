//! The project's own commands, and what they share with the tests from outside: a private desktop
//! session and the way through a sign-in page without a browser.
//!
//! Few dependencies on purpose: this is compiled before anything else can be done.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used
)]

mod bench;
mod bundle;
mod cargo;
mod cli;
mod deb;
#[cfg(target_os = "linux")]
pub mod desktop;
mod display;
mod gate;
mod icons;
mod packages;
mod paths;
pub mod schemathesis;
pub mod sign_in;
mod step;
#[cfg(test)]
mod tidy;
mod ui;

pub use cli::main;
pub use packages::found;
