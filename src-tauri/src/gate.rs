//! What a write passes as it leaves: it is called off before that, or not any more.

use std::sync::{Arc, Mutex, PoisonError};

use miso_client::transport::Leave;
use tokio_util::sync::CancellationToken;

/// One for each call. What never leaves by it, such as a read, can be called off at any time.
#[derive(Default)]
pub(crate) struct Gate {
    passed: Mutex<Passed>,
    called_off: CancellationToken,
}

#[derive(Clone, Copy, Default, PartialEq)]
enum Passed {
    #[default]
    NotYet,
    Left,
    CalledOff,
}

impl Gate {
    /// Whether it may leave now; where it may, nobody calls it off any more.
    pub(crate) fn leave(&self) -> bool {
        self.pass(Passed::Left) == Passed::Left
    }

    /// Calls it off; `false` where it has left.
    pub(crate) fn call_off(&self) -> bool {
        let is_off = self.pass(Passed::CalledOff) == Passed::CalledOff;
        if is_off {
            self.called_off.cancel();
        }
        is_off
    }

    /// Waits until it was called off; for ever where it has left before.
    pub(crate) async fn called_off(&self) {
        self.called_off.cancelled().await;
    }

    /// What asks it as a call leaves.
    pub(crate) fn leaving(self: &Arc<Self>) -> Leave {
        let gate = self.clone();
        Leave::when(move || gate.leave())
    }

    /// Does work until it is called off by `off`, which comes too late where it has left: `None` where it
    /// was called off.
    pub(crate) async fn unless_off<T>(
        &self,
        off: &CancellationToken,
        work: impl Future<Output = T>,
    ) -> Option<T> {
        tokio::pin!(work);
        tokio::select! {
            biased;
            () = off.cancelled() => {}
            done = &mut work => return Some(done),
        }
        match self.call_off() {
            true => None,
            false => Some(work.await),
        }
    }

    /// Takes what was first; what it was.
    fn pass(&self, wanted: Passed) -> Passed {
        let mut passed = self.passed.lock().unwrap_or_else(PoisonError::into_inner);
        if *passed == Passed::NotYet {
            *passed = wanted;
        }
        *passed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_is_called_off_before_it_leaves_or_never() {
        let gate = Gate::default();
        assert!(gate.call_off() && !gate.leave() && gate.call_off());
        gate.called_off().await;
        let gate = Gate::default();
        assert!(gate.leave() && !gate.call_off() && gate.leave());
        assert!(!gate.called_off.is_cancelled());
    }

    #[tokio::test]
    async fn what_has_left_is_done_and_what_has_not_is_dropped() {
        for leaves in [false, true] {
            let (gate, off) = (Gate::default(), CancellationToken::new());
            let work = async {
                if leaves {
                    assert!(gate.leave());
                }
                off.cancel();
                tokio::task::yield_now().await;
                7
            };
            let done = gate.unless_off(&off, work).await;
            assert_eq!(done, leaves.then_some(7));
        }
    }
}
