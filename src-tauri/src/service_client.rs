//! A service account's client of an instance, for tests of both together: nothing is kept, nobody
//! is told.

use std::io;
use std::sync::Arc;

use miso_api::{Appended, LineSink, LogLine};
use miso_client::{
    Browser, Cache, Client, Connections, CredentialStore, Event, Parts, Publish, SystemClock,
    Vault, VaultError,
};
use url::Url;
use zeroize::Zeroizing;

/// The account's name.
pub(crate) const ROBOT: &str = "robot";
/// Its secret.
pub(crate) const SECRET: &str = "a-secret-of-this-test";

/// Keeps, opens and tells nothing.
pub(crate) struct Nothing;

impl CredentialStore for Nothing {
    fn get(&mut self, _: &str) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
        Ok(None)
    }
    fn set(&mut self, _: &str, _: &[u8]) -> Result<(), VaultError> {
        Ok(())
    }
    fn delete(&mut self, _: &str) -> Result<(), VaultError> {
        Ok(())
    }
}

impl Browser for Nothing {
    fn open(&self, _: &Url) -> Result<(), String> {
        Err("there is none".to_owned())
    }
}

impl Publish for Nothing {
    fn publish(&self, _: Event) {}
}

impl LineSink for Nothing {
    fn append(&self, lines: &[LogLine]) -> io::Result<Appended> {
        Ok(Appended {
            total: lines.len() as u64,
            new: lines.len(),
        })
    }
}

/// None yet.
pub(crate) fn connections() -> Connections {
    let parts = Parts {
        vault: Arc::new(Vault::over(Arc::new(|| Box::new(Nothing)))),
        browser: Arc::new(Nothing),
        clock: Arc::new(SystemClock::new()),
        publish: Arc::new(Nothing),
        cache: Arc::new(Cache::in_memory().unwrap()),
    };
    Connections::new(parts, Vec::new())
}

/// A client that is signed in.
pub(crate) async fn service_client(url: &Url, issuer: &str) -> Client {
    let connections = connections();
    let id = connections.add(url.clone(), issuer.to_owned());
    let client = connections.client(&id).unwrap();
    client
        .sign_in_as_service(ROBOT.to_owned(), SECRET.into(), false)
        .await
        .unwrap();
    client
}
