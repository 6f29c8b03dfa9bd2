//! The pipe that a process inherits: it ends when that closes. Programs that call others are told
//! on it where those are, one JSON object a line.

use std::collections::BTreeMap;

use tokio::io::AsyncWriteExt;
use tokio::process::ChildStdin;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::place::Place;

/// The ports of all places' addresses, as they are known.
pub(super) type Addresses = watch::Receiver<BTreeMap<Place, u16>>;

/// Holds the pipe of a process open; dropped, it closes.
pub(super) struct Lifeline(JoinHandle<()>);

impl Lifeline {
    /// Holds it for the process at a place, and tells it the addresses of its neighbours where it
    /// is to have them.
    pub(super) fn hold(input: ChildStdin, place: Place, addresses: Option<Addresses>) -> Self {
        Self(tokio::spawn(async move {
            let mut input = input;
            if let Some(addresses) = addresses {
                tell(&mut input, &place, addresses).await;
            }
            // Nothing more to tell, and open all the same.
            std::future::pending::<()>().await;
            drop(input);
        }))
    }
}

impl Drop for Lifeline {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Tells every change, until there are no more or the process does not listen.
async fn tell(input: &mut ChildStdin, place: &Place, mut addresses: Addresses) {
    let mut told = None;
    loop {
        let now = neighbours(place, &addresses.borrow_and_update());
        if told.as_ref() != Some(&now) {
            let line = format!("{}\n", serde_json::json!(now));
            let written = input.write_all(line.as_bytes()).await;
            if written.is_err() || input.flush().await.is_err() {
                return;
            }
            told = Some(now);
        }
        if addresses.changed().await.is_err() {
            return;
        }
    }
}

/// The addresses of the other applications in the same environment.
fn neighbours(place: &Place, all: &BTreeMap<Place, u16>) -> BTreeMap<String, String> {
    all.iter()
        .filter(|(other, _)| {
            other.environment == place.environment && other.application != place.application
        })
        .map(|(other, port)| {
            (
                other.application.clone(),
                format!("http://127.0.0.1:{port}/"),
            )
        })
        .collect()
}
