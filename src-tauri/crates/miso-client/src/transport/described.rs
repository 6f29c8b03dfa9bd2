//! The instance's own description: asked for once, kept as it came, and later asked for only whether it
//! is still the same. What it offers is learned from it, and the explorer reads its operations in it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;

use super::answer::{Answer, Whole};
use super::{Transport, shape};
use crate::lock::lock;
use crate::wire::{description, documented};
use crate::{Capability, Class, Code, Failure, Speaks};

/// It is not asked for again before.
const FRESH: Duration = Duration::from_secs(60 * 60);

/// What is kept of it, and who asks for it now.
#[derive(Default)]
pub(super) struct Described {
    kept: Mutex<Option<Arc<Description>>>,
    /// So many accounts were left before.
    left: AtomicU64,
    turn: tokio::sync::Mutex<()>,
}

/// The description as it came. Read, it may be ten times as large: that is done when it is needed.
pub(crate) struct Description {
    text: Vec<u8>,
    tag: Option<String>,
    at: Duration,
}

impl Description {
    /// What it says; `None` where it is no document. Takes a while.
    pub(crate) fn read(&self) -> Option<Value> {
        shape::check_description(&self.text).ok()?;
        serde_json::from_slice(&self.text).ok()
    }
}

impl Transport {
    /// Has the instance say what it offers, where that is not known.
    ///
    /// # Errors
    /// Why it could not be asked; that it does not say is none.
    pub(crate) async fn describe(&self, class: Class) -> Result<(), Failure> {
        let is_known = || self.capabilities.offers(Capability::Description).is_some();
        if is_known() {
            return Ok(());
        }
        let _turn = self.described.turn.lock().await;
        if is_known() {
            return Ok(());
        }
        match self.ask_description(class).await {
            Err(failure) if failure.code != Code::NotOffered => Err(failure),
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// The instance's description, as it was asked for within the hour, or `anew`.
    ///
    /// # Errors
    /// [`Code::NotOffered`] where it has none; why it could not be asked.
    pub(crate) async fn description(
        &self,
        class: Class,
        anew: bool,
    ) -> Result<Arc<Description>, Failure> {
        let _turn = self.described.turn.lock().await;
        let is_lacking = self.capabilities.offers(Capability::Description) == Some(false);
        if is_lacking && (!anew || self.capabilities.speaks() == Speaks::V1) {
            return Err(Capability::Description.lacking());
        }
        let kept = lock(&self.described.kept).clone();
        let now = self.clock.monotonic();
        if let Some(kept) = &kept
            && !anew
            && now.saturating_sub(kept.at) < FRESH
        {
            return Ok(kept.clone());
        }
        match (self.ask_description(class).await, kept) {
            (Err(failure), Some(kept)) if failure.is_connectivity() && !anew => Ok(kept),
            (asked, _) => asked,
        }
    }

    /// Forgets it: the next account may be told something else.
    pub(crate) fn forget_description(&self) {
        let mut kept = lock(&self.described.kept);
        self.described.left.fetch_add(1, Ordering::SeqCst);
        *kept = None;
        self.v1.clear();
    }

    /// Keeps what was told while so many accounts had been left, unless another one was meanwhile.
    fn keep_description(&self, left: u64, described: &Arc<Description>) {
        let mut kept = lock(&self.described.kept);
        if self.described.left.load(Ordering::SeqCst) == left {
            *kept = Some(described.clone());
        }
    }

    async fn ask_description(&self, class: Class) -> Result<Arc<Description>, Failure> {
        let left = self.described.left.load(Ordering::SeqCst);
        let kept = lock(&self.described.kept).clone();
        let call = documented::description();
        let call = match kept.as_ref().and_then(|kept| kept.tag.as_deref()) {
            Some(tag) => call.unless(tag),
            None => call,
        };
        let at = self.clock.monotonic();
        let described = match (self.exchange(&call, class).await?, kept) {
            (Answer::Whole(Whole { body, tag, .. }), _) => Description {
                text: body,
                tag,
                at,
            },
            (Answer::Unchanged, Some(kept)) => Description {
                text: kept.text.clone(),
                tag: kept.tag.clone(),
                at,
            },
            (Answer::Unchanged | Answer::Events(_) | Answer::AsItIs(_), _) => {
                return Err(self.undescribed());
            }
        };
        let described = Arc::new(described);
        let reading = described.clone();
        let read = move || description::read(&reading.read()?);
        let offered = tokio::task::spawn_blocking(read).await.ok().flatten();
        let Some(offered) = offered else {
            return Err(self.undescribed());
        };
        for (capability, is_offered) in offered {
            self.capabilities.learn(capability, is_offered);
        }
        self.keep_description(left, &described);
        Ok(described)
    }

    fn undescribed(&self) -> Failure {
        self.capabilities.learn(Capability::Description, false);
        Capability::Description.lacking()
    }
}
