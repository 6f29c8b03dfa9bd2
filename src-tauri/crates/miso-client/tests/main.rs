//! The client against a far end that does as it is told: real sockets, real HTTP.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod canary;
mod clocks;
mod far_end;
mod file_store;
mod following;
mod hand_clock;
mod keyring_away;
mod one_account;
mod proof;
mod rules;
mod saving;
mod session;
mod shelf;
mod sign_in;
mod signed;
mod transport;
mod two_processes;
