//! Waiting for a condition, with an end.

use std::future::Future;
use std::time::Duration;

use tokio::time::{Instant, sleep};

/// What a person would wait for without a second thought.
pub const SOON: Duration = Duration::from_secs(15);

/// What may take a while on a busy machine: a window's first paint, a deployment.
pub const LATER: Duration = Duration::from_secs(45);

const EVERY: Duration = Duration::from_millis(50);

/// Asks again until the answer is `Ok`, and fails the test with the last `Err` when it never is.
pub async fn until<T, F, Fut>(what: &str, patience: Duration, mut ask: F) -> T
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<T, String>>,
{
    let deadline = Instant::now() + patience;
    loop {
        match ask().await {
            Ok(value) => return value,
            Err(state) if Instant::now() > deadline => {
                panic!("not within {patience:?}: {what}. Last seen: {state}")
            }
            Err(_) => sleep(EVERY).await,
        }
    }
}

/// The same for a condition that needs no waiting to look at.
pub async fn until_true(what: &str, patience: Duration, mut condition: impl FnMut() -> bool) {
    until(what, patience, || {
        let holds = condition();
        async move {
            if holds {
                Ok(())
            } else {
                Err("it does not hold".to_owned())
            }
        }
    })
    .await;
}
