//! A log that is followed for a command: its lease is renewed and ended with it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use logbook::Book;
use miso_client::{Client, Code, Failure, Lease, LogPlace, TailProgress, TailState};
use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;

use super::super::protocol::Teller;

/// A tail that says something so soon says what it knew before.
const AT_ONCE: Duration = Duration::from_millis(50);
/// So long such a one is waited for.
const A_MOMENT: Duration = Duration::from_millis(700);
/// A log that is not there by then is printed as it is kept.
const PATIENCE: Duration = Duration::from_secs(60);

/// A log that is followed as long as this is held.
pub(super) struct Following {
    client: Client,
    application: String,
    environment: String,
    lease: Lease,
    pub(super) book: Arc<Book>,
    pub(super) progress: watch::Receiver<Option<TailProgress>>,
    begun: Instant,
    _renewing: AbortOnDropHandle<()>,
}

/// Why a log is not waited for any more.
pub(super) enum Ended {
    Gone,
    Failed(Failure),
}

impl Following {
    /// Begins to follow a log, whose lines go to a place in a book.
    pub(super) fn begin(
        client: Client,
        application: String,
        environment: String,
        place: LogPlace,
        book: Arc<Book>,
    ) -> Self {
        let (told, progress) = watch::channel(None);
        let begun = Instant::now();
        let lease = client.follow_log(
            application.clone(),
            environment.clone(),
            place,
            move |step| {
                told.send_replace(Some(step));
            },
        );
        let renewing = renewed(client.clone(), lease.clone());
        Self {
            client,
            application,
            environment,
            lease,
            book,
            progress,
            begun,
            _renewing: AbortOnDropHandle::new(tokio::spawn(renewing)),
        }
    }

    /// Waits until everything the instance has is here.
    pub(super) async fn caught_up(&mut self, to: &Teller) -> Result<(), Ended> {
        let wait = async {
            let mut is_news = false;
            loop {
                let step = self.progress.borrow_and_update().clone();
                if let Some(step) = &step
                    && !is_news
                    && self.begun.elapsed() < AT_ONCE
                {
                    // Somebody follows it already: that is how it was.
                    let (application, environment) =
                        (self.application.clone(), self.environment.clone());
                    self.client.refresh_log(application, environment);
                    is_news = true;
                    let changed = tokio::time::timeout(A_MOMENT, self.progress.changed()).await;
                    if changed.is_err() && step.state == TailState::Live {
                        return Ok(());
                    }
                    continue;
                }
                is_news = true;
                match step {
                    Some(TailProgress {
                        state: TailState::Live,
                        ..
                    }) => return Ok(()),
                    Some(TailProgress {
                        state: TailState::Waiting,
                        failure: Some(failure),
                        ..
                    }) => return Err(failure),
                    Some(_) | None => {}
                }
                if self.progress.changed().await.is_err() {
                    return Err(Failure::new(Code::SignedOut));
                }
            }
        };
        tokio::select! {
            caught_up = wait => caught_up.map_err(Ended::Failed),
            () = to.gone() => Err(Ended::Gone),
            () = tokio::time::sleep(PATIENCE) => Err(Ended::Failed(Failure::new(Code::Timeout))),
        }
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        self.client.end(&self.lease.id);
    }
}

async fn renewed(client: Client, lease: Lease) {
    let every = Duration::from_secs(u64::from(lease.renew_within_seconds.max(1)));
    loop {
        tokio::time::sleep(every).await;
        if client.renew(&lease.id).is_err() {
            return;
        }
    }
}
