//! Calls that a page may call off: what they do ends then, down to the socket.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

use crate::commands::Answer;
use crate::error::CommandError;

/// The calls that were called off before they began and are remembered.
const EARLY: usize = 64;

/// Stops what reads a log once nobody waits for it.
#[derive(Default)]
pub(crate) struct StopsAtItsEnd(Arc<AtomicBool>);

impl StopsAtItsEnd {
    /// What is looked at while it is read.
    pub(crate) fn stop(&self) -> Arc<AtomicBool> {
        self.0.clone()
    }
}

impl Drop for StopsAtItsEnd {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// The calls under way that can be called off, each by the number that its page chose at random.
#[derive(Default)]
pub(crate) struct Calls(Mutex<Known>);

#[derive(Default)]
struct Known {
    running: HashMap<u32, CancellationToken>,
    /// What a page says may arrive in another order than it was said.
    early: VecDeque<u32>,
}

impl Calls {
    /// Does the work of a call unless it is called off; without a number it cannot be.
    pub(crate) async fn run<T>(
        &self,
        call: Option<u32>,
        work: impl Future<Output = Answer<T>>,
    ) -> Answer<T> {
        let Some(call) = call else {
            return work.await;
        };
        let running = self.begin(call);
        tokio::select! {
            biased;
            () = running.token.cancelled() => Err(CommandError::new("called_off")),
            answer = work => answer,
        }
    }

    /// Does the work of a call that ends by itself, in its own time, once it is called off.
    pub(crate) async fn until_called_off<T, F>(
        &self,
        call: u32,
        work: impl FnOnce(CancellationToken) -> F,
    ) -> T
    where
        F: Future<Output = T>,
    {
        let running = self.begin(call);
        work(running.token.clone()).await
    }

    /// Ends a call; one that is still to come does not begin.
    pub(crate) fn call_off(&self, call: u32) {
        let mut known = self.known();
        if let Some(token) = known.running.get(&call) {
            token.cancel();
            return;
        }
        if known.early.len() == EARLY {
            known.early.pop_front();
        }
        known.early.push_back(call);
    }

    fn begin(&self, call: u32) -> Running<'_> {
        let mut known = self.known();
        let token = known.running.entry(call).or_default().clone();
        if known.early.contains(&call) {
            known.early.retain(|early| *early != call);
            token.cancel();
        }
        Running {
            calls: self,
            call,
            token,
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A call under way, for as long as it lives.
struct Running<'a> {
    calls: &'a Calls,
    call: u32,
    token: CancellationToken,
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.calls.known().running.remove(&self.call);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use miso_client::{ConnectionWay, Network, signin};
    use tokio::io::AsyncReadExt;
    use tokio::net::TcpListener;

    use super::*;

    const SOON: Duration = Duration::from_secs(5);

    #[tokio::test]
    async fn a_call_that_is_called_off_closes_its_socket() {
        let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let instance = format!("http://{}", silent.local_addr().unwrap());
        let calls = Arc::new(Calls::default());
        let probing = {
            let calls = calls.clone();
            tokio::spawn(async move {
                let way = ConnectionWay::default();
                let network = Network::new(way.network);
                let instance = instance.parse().unwrap();
                let probe = signin::probe_with(&instance, &way.sign_in, &network);
                let work = async { Ok(probe.await?) };
                calls.run(Some(7), work).await.map(|_| ())
            })
        };
        let (mut socket, _) = silent.accept().await.unwrap();
        assert!(socket.read(&mut [0; 1024]).await.unwrap() > 0, "it asks");
        calls.call_off(7);
        let ended = tokio::time::timeout(SOON, probing).await.unwrap();
        assert_eq!(ended.unwrap().unwrap_err().code, "called_off");
        let rest = tokio::time::timeout(SOON, socket.read_to_end(&mut Vec::new())).await;
        assert!(rest.is_ok(), "the socket is closed");
        assert!(calls.known().running.is_empty(), "nothing of it is kept");
    }

    #[tokio::test]
    async fn one_that_ends_by_itself_hears_of_it() {
        let calls = Calls::default();
        calls.call_off(3);
        for (call, hears) in [(3, true), (4, false)] {
            let heard = calls.until_called_off(call, |off| async move { off.is_cancelled() });
            assert_eq!(heard.await, hears, "{call}");
        }
        let heard = calls.until_called_off(5, |off| {
            calls.call_off(5);
            async move { off.is_cancelled() }
        });
        assert!(heard.await);
        assert!(calls.known().running.is_empty(), "nothing of it is kept");
    }

    #[tokio::test]
    async fn one_that_is_called_off_before_it_came_does_not_begin() {
        let calls = Calls::default();
        for call in 0..1_000 {
            calls.call_off(call);
        }
        let refused = calls.run(Some(999), async { Ok(()) }).await;
        assert_eq!(refused.unwrap_err().code, "called_off");
        assert!(calls.known().early.len() < EARLY, "few are remembered");
        for call in [Some(999), Some(1_000), None] {
            assert!(calls.run(call, async { Ok(()) }).await.is_ok(), "{call:?}");
        }
    }
}
