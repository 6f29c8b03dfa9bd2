//! Keeps one container to its end, and removes it.

use std::time::{Duration, Instant};

use bollard::models::ContainerState;
use bollard::query_parameters::{StopContainerOptionsBuilder, WaitContainerOptionsBuilder};
use futures_util::StreamExt;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::engine::{A_WORD, Engine};
use super::engines::{Holding, remove};
use super::reasons;
use crate::workloads::output::Output;
use crate::workloads::running::Ended;

/// How long a container may take to end after it was asked to: less than a process, for its engine
/// takes a moment to remove it, and all that runs ends in the same time.
pub(super) const LAST_WORDS: Duration = Duration::from_secs(2);
/// How long to wait for the rest of what an ended container printed.
const REST_OF_OUTPUT: Duration = Duration::from_secs(1);
/// How often and how far apart an engine that does not answer is asked before it is gone.
const ASKED_AGAIN: u32 = 10;
const BETWEEN: Duration = Duration::from_millis(300);
/// One that ends so soon with an error may not be for this machine at all.
const AT_ONCE: Duration = Duration::from_secs(10);

/// The code of one that was killed.
const KILLED: i64 = 137;

/// How often an engine is asked again why. That it was for the memory comes a moment after the end,
/// or is missed by the engine.
const UNSURE: u32 = 3;

/// Whether an engine knows already why a container ended.
fn is_known(state: &ContainerState) -> bool {
    state.exit_code != Some(KILLED) || state.oom_killed == Some(true)
}

/// Keeps one container.
pub(super) struct Keeper {
    pub(super) engine: Engine,
    pub(super) holding: Holding,
    pub(super) output: Output,
    pub(super) follower: JoinHandle<()>,
    pub(super) started: Instant,
    pub(super) memory_bytes: u64,
    /// What to think of where the image is for another machine.
    pub(super) foreign: String,
}

/// How a container came to its end.
enum Exit {
    Ended(Box<ContainerState>),
    /// Somebody else removed it.
    Removed,
    /// The engine does not answer any more.
    EngineGone,
}

impl Keeper {
    /// Waits for its end, or brings it about when told; then it is removed.
    pub(super) async fn keep(
        mut self,
        stop: CancellationToken,
        tell: watch::Sender<Option<Ended>>,
    ) {
        let exit = tokio::select! {
            exit = self.exit() => Some(exit),
            () = stop.cancelled() => None,
        };
        let lasted = self.started.elapsed();
        if exit.is_none() {
            self.ask_to_end().await;
        }
        if timeout(REST_OF_OUTPUT, &mut self.follower).await.is_err() {
            self.follower.abort();
        }
        if !matches!(exit, Some(Exit::EngineGone)) {
            self.remove().await;
        }
        let ended = exit.map(|exit| self.describe(&exit, lasted));
        // What could not be removed is, with the next look at what the engine has.
        drop(self.holding);
        tell.send_replace(ended);
    }

    async fn exit(&self) -> Exit {
        let name: &str = &self.holding.name;
        let (mut silences, mut unsure) = (0, 0);
        loop {
            let until = WaitContainerOptionsBuilder::default()
                .condition("not-running")
                .build();
            let mut wait = Box::pin(self.engine.docker.wait_container(name, Some(until)));
            // How it ended is asked for: what this says differs between engines.
            drop(wait.next().await);
            let asked = timeout(A_WORD, self.engine.docker.inspect_container(name, None));
            match asked.await {
                Ok(Ok(found)) => {
                    silences = 0;
                    let state = found.state.unwrap_or_default();
                    if state.running == Some(true) {
                        // It asks again.
                    } else if is_known(&state) || unsure >= UNSURE {
                        return Exit::Ended(Box::new(state));
                    } else {
                        unsure += 1;
                    }
                }
                Ok(Err(error)) if reasons::is_unknown(&error) => return Exit::Removed,
                Ok(Err(_)) | Err(_) => silences += 1,
            }
            if silences >= ASKED_AGAIN {
                return Exit::EngineGone;
            }
            sleep(BETWEEN).await;
        }
    }

    /// Has it told to end, and ended when it does not.
    async fn ask_to_end(&self) {
        let name: &str = &self.holding.name;
        let seconds = i32::try_from(LAST_WORDS.as_secs()).unwrap_or(i32::MAX);
        let within = StopContainerOptionsBuilder::default().t(seconds).build();
        let stopped = self.engine.docker.stop_container(name, Some(within));
        match timeout(LAST_WORDS + A_WORD, stopped).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, name, "a container could not be asked to end"),
            Err(_) => tracing::warn!(name, "a container was not ended in time"),
        }
    }

    async fn remove(&self) {
        let name: &str = &self.holding.name;
        if let Err(error) = remove(&self.engine, name).await {
            tracing::warn!(%error, name, "a container stays for now");
        }
    }

    fn describe(&self, exit: &Exit, lasted: Duration) -> Ended {
        let without_engine = matches!(exit, Exit::EngineGone);
        let after = format!("after {:.1} s", lasted.as_secs_f64());
        let reason = match exit {
            Exit::Ended(state) => {
                let why = self.output.why();
                let failed = state.exit_code.unwrap_or_default() != 0;
                let foreign = match failed && lasted < AT_ONCE {
                    true => self.foreign.as_str(),
                    false => "",
                };
                format!("{} {after}{why}{foreign}", self.how(state))
            }
            Exit::Removed => format!("was removed by somebody else {after}"),
            Exit::EngineGone => format!(
                "{} does not answer any more: start it again",
                self.engine.facts.name
            ),
        };
        Ended {
            reason,
            lasted,
            port_taken: false,
            without_engine,
        }
    }

    fn how(&self, state: &ContainerState) -> String {
        if state.oom_killed == Some(true) {
            let limit = self.memory_bytes / (1024 * 1024);
            return format!(
                "was ended because it used more than its {limit} MiB of memory (MISO_MEMORY_MIB in the configuration allows more)"
            );
        }
        let error = state.error.as_deref().filter(|error| !error.is_empty());
        let error = error.map(|error| format!(" ({error})")).unwrap_or_default();
        match state.exit_code {
            Some(KILLED) => {
                let limit = self.memory_bytes / (1024 * 1024);
                format!(
                    "was ended by signal 9, as one is that uses more than its {limit} MiB of memory{error}"
                )
            }
            // As shells count.
            Some(code @ 129..=192) => format!("was ended by signal {}{error}", code - 128),
            Some(code) => format!("exited with code {code}{error}"),
            None => format!("ended{error}"),
        }
    }
}
