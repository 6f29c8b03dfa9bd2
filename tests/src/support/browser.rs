//! A real Chromium: what the person signs in with.

use std::ops::Deref;
use std::path::PathBuf;

use serde_json::{Map, json};

use super::page::Page;
use super::session::Session;
use super::webdriver::Driver;

/// A browser without a window of its own.
pub struct Browser {
    driver: Driver,
}

impl Browser {
    /// Starts it with an empty profile.
    pub async fn open(session: &mut Session) -> Self {
        let profile = session.home().join("chromium");
        let command = session.command("chromedriver");
        let mut capabilities = Map::new();
        capabilities.insert("browserName".to_owned(), json!("chrome"));
        capabilities.insert(
            "goog:chromeOptions".to_owned(),
            json!({
                "binary": chromium(),
                "args": [
                    "--headless=new",
                    "--no-sandbox",
                    "--disable-dev-shm-usage",
                    "--disable-gpu",
                    "--disable-background-networking",
                    "--no-first-run",
                    "--no-proxy-server",
                    "--window-size=1280,800",
                    format!("--user-data-dir={}", profile.display()),
                ],
            }),
        );
        Self {
            driver: Driver::start(session, "browser", command, capabilities).await,
        }
    }

    /// Opens an address.
    pub async fn go(&self, url: &str) {
        self.client()
            .goto(url)
            .await
            .unwrap_or_else(|error| panic!("{url}: {error}"));
    }

    /// Ends it.
    pub async fn close(self, session: &mut Session) {
        self.driver.stop(session).await;
    }
}

/// Debian and Ubuntu name it differently.
fn chromium() -> PathBuf {
    ["chromium", "chromium-browser"]
        .into_iter()
        .find_map(xtask::found)
        .expect("Chromium is installed")
}

impl Deref for Browser {
    type Target = Page;

    fn deref(&self) -> &Page {
        &self.driver.page
    }
}
