//! The turn at the session's keyring entry, which this session shares with itself only: held for
//! as long as a renewal lasts, and beyond it while it is not known whether what was sent is spent,
//! or while memory alone holds what came for it.

use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use super::{Session, lock};
use crate::vault::Turn;
use crate::{Code, Failure};

#[derive(Default)]
pub(super) struct Turns {
    current: tokio::sync::Mutex<Weak<Turn>>,
    held: Mutex<Option<Arc<Turn>>>,
}

impl Session {
    /// Takes the turn, or shares in the one that this session has.
    ///
    /// # Errors
    /// [`Code::SessionBusy`] where another process does not let go of it in time.
    pub(super) async fn turn(&self, patience: Duration) -> Result<Arc<Turn>, Failure> {
        let taking = async {
            let mut current = self.turns.current.lock().await;
            if let Some(turn) = current.upgrade() {
                return Ok(turn);
            }
            let turn = self.around.vault.turn(&self.connection, patience).await?;
            let turn = Arc::new(turn);
            *current = Arc::downgrade(&turn);
            Ok(turn)
        };
        let in_time = tokio::time::timeout(patience + Duration::from_secs(1), taking);
        in_time.await.unwrap_or_else(|_| {
            Err(Failure::new(Code::SessionBusy).with("reason", "no turn in time"))
        })
    }

    /// The turn for what must be done even where another process hangs.
    pub(super) async fn turn_if_any(&self, patience: Duration) -> Option<Arc<Turn>> {
        let taken = self.turn(patience).await;
        taken
            .inspect_err(|failure| tracing::warn!(?failure, "not waited for any longer"))
            .ok()
    }

    /// Keeps the turn when a renewal ends: the token in the keyring may be spent.
    pub(super) fn hold_on(&self, turn: &Arc<Turn>) {
        *lock(&self.turns.held) = Some(turn.clone());
    }

    /// The token in the keyring is one that may be spent.
    pub(super) fn let_go(&self) {
        *lock(&self.turns.held) = None;
    }
}
