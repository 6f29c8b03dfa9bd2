//! The client against a far end that does as it is told: real sockets, real HTTP.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod authority;
mod canary;
mod clocks;
mod company;
mod examined;
mod far_end;
mod faults;
mod file_store;
mod flying;
mod following;
mod hand_clock;
mod hostile;
mod keyring_away;
mod offered;
mod one_account;
mod proof;
mod relay;
mod rules;
mod saving;
mod session;
mod shelf;
mod sign_in;
mod signed;
mod traced;
mod transport;
mod writes;
