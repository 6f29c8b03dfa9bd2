//! What is tested from outside: the real window and the real local instance, by means that share
//! nothing with them. They run where a private desktop session can be had, which is on Linux.

#![cfg(all(test, target_os = "linux"))]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used
)]

mod answer_figures;
mod answering;
mod by_address;
mod canary;
mod commands_fuzzed;
mod connecting;
mod containers_walked;
mod contrast;
mod drafts;
mod endings;
mod errands;
mod explorer;
mod figures;
mod frame;
mod keyboard;
mod keyboard_errands;
mod local_catalogue;
mod local_changes;
mod local_closed;
mod local_demo;
mod local_fuzzed;
mod local_killed;
mod local_limits;
mod local_manifest;
mod local_refuses;
mod local_seeds;
mod local_serve;
mod local_sign_in;
mod local_v1;
mod local_walked;
mod local_workloads;
mod log_figures;
mod log_patterns;
mod logs_kept;
mod logs_merged;
mod logs_recorded;
mod logs_searched;
mod logs_walked;
mod looks;
mod many_applications;
mod news;
mod packaged;
mod past;
mod pasting;
mod portal_access;
mod portal_applications;
mod portal_configuration;
mod portal_deploy;
mod portal_promote;
mod portal_random;
mod settings_walked;
mod shell;
mod shell_handed_over;
mod support;
mod timeline;
mod tray;
mod v1_portal;
mod v1_walked;
mod walk;
mod windows;
mod windows_many;
mod windows_trouble;
