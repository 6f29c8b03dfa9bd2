//! The window, the browser and what the system wants of a desktop app.

mod browser;
mod environment;
mod failure;
mod window;

pub(crate) use browser::SystemBrowser;
pub(crate) use environment::{may_start_again, prepare, start_again_plainly, under_automation};
pub(crate) use failure::say_and_quit;
pub(crate) use window::{bring_forward, open_main};
