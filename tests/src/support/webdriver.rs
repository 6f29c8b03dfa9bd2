//! A WebDriver server of one test, and a session with it.

use std::net::TcpListener;
use std::process::Command;

use fantoccini::ClientBuilder;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, Value};

use super::page::Page;
use super::session::Session;
use super::wait::{LATER, SOON, until};

/// A driver: its process and the page it drives.
pub struct Driver {
    /// The page.
    pub page: Page,
    /// The process of the driver, which starts what it drives.
    pub process: u32,
}

impl Driver {
    /// Starts a driver (`command` without the port) and opens a session.
    pub async fn start(
        session: &mut Session,
        name: &str,
        mut command: Command,
        capabilities: Map<String, Value>,
    ) -> Self {
        let port = free_port();
        command.arg(format!("--port={port}"));
        let process = session
            .spawn(name, &mut command)
            .expect("the driver starts");
        let address = format!("http://127.0.0.1:{port}");
        let http = reqwest::Client::builder()
            .no_proxy()
            .build()
            .expect("a client");
        until(&format!("{name} answers"), SOON, || async {
            let answer = http.get(format!("{address}/status")).send().await;
            answer.map(drop).map_err(|error| error.to_string())
        })
        .await;
        let connecting = async {
            ClientBuilder::new(HttpConnector::new())
                .capabilities(capabilities)
                .connect(&address)
                .await
        };
        let Ok(client) = tokio::time::timeout(LATER, connecting).await else {
            panic!("{name} opened no session within {LATER:?}");
        };
        let page =
            Page::new(client.unwrap_or_else(|error| panic!("{name} opens no session: {error}")));
        Self { page, process }
    }

    /// Ends the session and the driver. What it drove may have ended before.
    pub async fn stop(self, session: &mut Session) {
        let closing = self.page.client().clone().close();
        // A session whose window is gone cannot be closed, which is no fault here.
        let _closed = tokio::time::timeout(SOON, closing).await;
        session.kill(self.process).expect("the driver can be ended");
    }
}

/// A port that nobody listens on.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("loopback");
    listener.local_addr().expect("an address").port()
}
