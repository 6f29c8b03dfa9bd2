//! A workload's process: started, read, ended.

use std::io;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::Utc;
use tokio::io::{AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::catalogue::Program;
use super::endpoint::Endpoint;
use super::launch::Launch;
use super::lifeline::{Addresses, Lifeline};
use super::lines::next_line;
use super::output::Output;
use super::ports::HeldPort;
use super::running::Ended;
use crate::logs::line::Stream;
use crate::logs::place_log::PlaceLog;
use crate::options::WorkloadCommand;
use crate::random;
use crate::workload::PORT_TAKEN;

/// How long a process may take to end after it was asked to.
pub(super) const LAST_WORDS: Duration = Duration::from_secs(3);
/// How long to wait for the rest of what an ended process printed.
const REST_OF_OUTPUT: Duration = Duration::from_secs(1);

/// Only one process is started at a time: where the system cannot make a pipe that a child does
/// not inherit in one step, two at once could hold each other's open, and closing one would end
/// nothing.
static STARTING: Mutex<()> = Mutex::new(());

/// A process that runs.
pub(super) struct Process {
    child: Child,
    /// When it closes, because we say so or because we are gone, the process ends: that holds
    /// after a `kill -9` of ours too.
    lifeline: Option<Lifeline>,
    output: JoinSet<()>,
    printed: Output,
    started: Instant,
    port: HeldPort,
    instance: String,
    /// What the answers to its probes carry.
    pub(super) token: String,
}

impl Process {
    /// Starts a process and follows what it prints.
    pub(super) async fn start(
        command: &WorkloadCommand,
        program: Program,
        launch: &Launch,
        instance: String,
        log: Arc<PlaceLog>,
        neighbours: Addresses,
    ) -> io::Result<Self> {
        let port = HeldPort::free().await?;
        let token = random::token().map_err(io::Error::other)?;
        let mut prepared = Command::new(&command.program);
        prepared
            .args(&command.args)
            .arg(program.name())
            .env_clear()
            .envs(launch.process_environment(&instance, port.0, &token))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let mut child = {
            let _one_at_a_time = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
            prepared.spawn()?
        };
        let neighbours = program.calls_others().then_some(neighbours);
        let place = launch.place.clone();
        let lifeline = child
            .stdin
            .take()
            .map(|input| Lifeline::hold(input, place, neighbours));
        let printed = Output::of(&instance, log);
        let mut output = JoinSet::new();
        if let Some(stdout) = child.stdout.take() {
            output.spawn(follow(stdout, Stream::Stdout, printed.clone()));
        }
        if let Some(stderr) = child.stderr.take() {
            output.spawn(follow(stderr, Stream::Stderr, printed.clone()));
        }
        Ok(Self {
            child,
            lifeline,
            output,
            printed,
            started: Instant::now(),
            port,
            instance,
            token,
        })
    }

    /// Where it was told to listen.
    pub(super) fn endpoint(&self) -> Endpoint {
        Endpoint::here(self.port.0)
    }

    /// The system's id of it, until it was waited for.
    pub(super) fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// Waits until the process ends by itself.
    pub(super) async fn ended(&mut self) -> Ended {
        let status = self.child.wait().await;
        let lasted = self.started.elapsed();
        self.rest_of_output().await;
        let how = match &status {
            Ok(status) => in_words(*status),
            Err(error) => format!("was lost ({error})"),
        };
        let why = self.printed.why();
        Ended {
            reason: format!("{how} after {:.1} s{why}", lasted.as_secs_f64()),
            lasted,
            port_taken: status.is_ok_and(|status| status.code() == Some(PORT_TAKEN.into())),
            without_engine: false,
        }
    }

    /// Asks the process to end, and ends it when it does not.
    pub(super) async fn stop(mut self) {
        self.ask_to_end();
        if timeout(LAST_WORDS, self.child.wait()).await.is_err() {
            tracing::warn!(
                instance = self.instance,
                "a workload did not end when asked to; it is killed"
            );
            if let Err(error) = self.child.kill().await {
                tracing::warn!(%error, instance = self.instance, "a workload could not be killed");
            }
        }
        self.rest_of_output().await;
    }

    #[cfg(unix)]
    fn ask_to_end(&mut self) {
        use rustix::process::{Pid, Signal, kill_process};
        // There is no id once the process was waited for, so no other can be hit.
        let pid = self
            .child
            .id()
            .and_then(|id| i32::try_from(id).ok())
            .and_then(Pid::from_raw);
        let Some(pid) = pid else { return };
        if let Err(error) = kill_process(pid, Signal::TERM) {
            tracing::debug!(%error, instance = self.instance, "a workload could not be asked to end");
            self.lifeline = None;
        }
    }

    #[cfg(not(unix))]
    fn ask_to_end(&mut self) {
        self.lifeline = None;
    }

    async fn rest_of_output(&mut self) {
        let rest = async { while self.output.join_next().await.is_some() {} };
        if timeout(REST_OF_OUTPUT, rest).await.is_err() {
            tracing::debug!(
                instance = self.instance,
                "something still holds a workload's output open"
            );
        }
    }
}

async fn follow(stream: impl AsyncRead + Unpin, kind: Stream, printed: Output) {
    let mut stream = BufReader::new(stream);
    loop {
        match next_line(&mut stream).await {
            Ok(Some(line)) => printed.take(Utc::now(), kind, &line),
            Ok(None) => return,
            Err(error) => {
                tracing::warn!(%error, "what a workload prints cannot be read any more");
                return;
            }
        }
    }
}

fn in_words(status: ExitStatus) -> String {
    if let Some(code) = status.code() {
        return format!("exited with code {code}");
    }
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return format!("was ended by signal {signal}");
    }
    "ended".to_owned()
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use crate::place::Place;
    use crate::workloads::catalogue::Image;
    use std::collections::BTreeMap;

    /// A process of a shell script; the workload's name is its `$0`.
    async fn started(folder: &std::path::Path, script: &str) -> Process {
        let command = WorkloadCommand {
            program: "/bin/sh".into(),
            args: vec!["-c".into(), script.into()],
        };
        let launch = Launch::new(
            &Place::new("a", "dev"),
            "miso/hello:1",
            Image::resolve("miso/hello:1").unwrap(),
            &serde_json::Map::new(),
            BTreeMap::new(),
        );
        let log = Arc::new(PlaceLog::open(folder.join("log")).unwrap());
        let (_, nobody) = tokio::sync::watch::channel(std::collections::BTreeMap::new());
        Process::start(
            &command,
            Program::Hello,
            &launch.unwrap(),
            "a-1".into(),
            log,
            nobody,
        )
        .await
        .unwrap()
    }

    #[tokio::test]
    async fn the_reason_names_code_and_last_error() {
        let folder = tempfile::tempdir().unwrap();
        let script = r#"echo boom >&2; echo '{"level":"error","message":"GET / 500"}'; exit 3"#;
        let ended = started(folder.path(), script).await.ended().await;
        assert!(
            ended.reason.starts_with("exited with code 3 after 0."),
            "{}",
            ended.reason
        );
        assert!(ended.reason.ends_with(" s: boom"), "{}", ended.reason);
        assert!(!ended.port_taken);
    }

    #[tokio::test]
    async fn a_taken_port_is_told_by_its_code() {
        let folder = tempfile::tempdir().unwrap();
        assert!(
            started(folder.path(), "exit 75")
                .await
                .ended()
                .await
                .port_taken
        );
    }

    #[tokio::test]
    async fn no_process_holds_the_lifeline_of_another() {
        let folder = tempfile::tempdir().unwrap();
        let mut first = started(folder.path(), "cat").await;
        let second = started(&folder.path().join("second"), "cat").await;
        first.lifeline = None;
        let ended = timeout(Duration::from_secs(10), first.ended()).await;
        assert!(ended.unwrap().reason.starts_with("exited with code 0"));
        second.stop().await;
    }

    #[tokio::test]
    async fn it_is_asked_to_end_before_it_is_made_to() {
        let folder = tempfile::tempdir().unwrap();
        let process = started(folder.path(), "exec cat").await;
        let began = Instant::now();
        process.stop().await;
        assert!(began.elapsed() < LAST_WORDS);
    }
}
