//! The client against a far end that does as it is told: real sockets, real HTTP.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod authority;
mod company;
mod examined;
mod far_end;
mod faults;
mod flying;
mod following;
mod hostile;
mod offered;
mod relay;
mod rules;
mod session;
mod sign_in;
mod traced;
mod transport;
mod writes;
