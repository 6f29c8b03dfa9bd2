//! The window, the browser and what the system wants of a desktop app.

mod browser;
mod environment;
mod failure;
mod notification;
mod saving;
mod window;
mod words;

pub(crate) use browser::SystemBrowser;
pub(crate) use environment::{
    Renderer, has_display, is_plain_again, may_start_again, prepare, start_again,
};
pub(crate) use failure::{NotStarted, say_and_quit};
pub(crate) use notification::{tell_appeared, tell_end};
pub(crate) use saving::{choose_file, save_as};
pub(crate) use window::{bring_forward, open_main};
pub use words::Spoken;
pub(crate) use words::{of_the_system, speak};
