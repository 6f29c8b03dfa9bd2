//! The means of the tests: a session for each, the instance and the window in it, a browser.

pub mod api;
pub mod axe;
pub mod binary;
pub mod browser;
pub mod dialogs;
pub mod instance;
pub mod keyring;
pub mod memory;
pub mod notifications;
pub mod page;
pub mod pictures;
pub mod policy;
pub mod process;
pub mod screen;
pub mod session;
pub mod shop;
pub mod sign_in;
pub mod tray;
pub mod wait;
pub mod webdriver;
pub mod window;
