//! The client against a far end that does as it is told: real sockets, real HTTP.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod far_end;
mod following;
mod rules;
mod session;
mod sign_in;
mod transport;
