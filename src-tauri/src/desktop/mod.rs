//! The windows, the browser and what the system wants of a desktop app.

mod browser;
mod environment;
mod failure;
mod news;
mod notification;
mod saving;
mod sentence;
mod tray;
mod window;
mod words;

pub(crate) use browser::SystemBrowser;
#[cfg(target_os = "linux")]
pub(crate) use environment::begin_anew;
pub(crate) use environment::{
    Renderer, has_display, is_plain_again, may_start_again, prepare, renderer_mark, start_again,
};
pub(crate) use failure::{NotStarted, say_and_quit};
pub(crate) use news::{look_after, tell_news};
pub(crate) use notification::{tell_appeared, tell_end};
pub(crate) use saving::{choose_file, save_as};
pub(crate) use tray::{enter_tray, is_in_tray};
pub(crate) use window::{
    bring_forward, follow, forget, in_front, open_another, open_empty, open_kept, show_in_size,
};
pub use words::Spoken;
pub(crate) use words::{of_the_system, speak};
