//! The client against a far end that does as it is told: real sockets, real HTTP.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod bad_id_tokens;
mod device_sign_in;
mod far_end;
mod following;
mod hostile_provider;
mod id_tokens;
mod oidc_provider;
mod rules;
mod session;
mod sign_in;
mod sign_in_faults;
mod sign_in_settings;
mod signer;
mod sockets;
mod transport;
