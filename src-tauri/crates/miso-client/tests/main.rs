//! The client against a far end that does as it is told: real sockets, real HTTP.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod answer;
mod authority;
mod bad_id_tokens;
mod canary;
mod changing;
mod clocks;
mod company;
mod conditional;
mod device_sign_in;
mod examined;
mod examined_proxies;
mod far_end;
mod faults;
mod file_store;
mod flying;
mod following;
mod hand_clock;
mod hostile;
mod hostile_provider;
mod id_tokens;
mod keyring_away;
mod live_logs;
mod offered;
mod oidc_provider;
mod one_account;
mod proof;
mod redirect_visitors;
mod relay;
mod repeating;
mod rules;
mod saving;
mod session;
mod shelf;
mod sign_in;
mod sign_in_faults;
mod sign_in_settings;
mod signed;
mod signer;
mod sockets;
mod traced;
mod transport;
mod two_processes;
mod unlocking;
mod writes;
