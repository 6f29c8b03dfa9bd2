//! `miso-desktop local serve` as a child process.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::api::Api;
use super::binary;
use super::process;
use super::session::Session;

/// The service account that the tests' instances have.
pub const ACCOUNT: (&str, &str) = ("test-client", "a secret of the tests");

/// How an instance is started.
#[derive(Clone)]
pub struct Serve {
    data: PathBuf,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
    input: Option<String>,
}

/// A running instance.
pub struct Instance {
    child: Child,
    output: BufReader<ChildStdout>,
    /// What it printed when it was ready.
    pub ready: Value,
}

impl Serve {
    /// With a data folder of that name in the session's home, without demo applications.
    pub fn new(session: &Session, folder: &str) -> Self {
        Self::at(&session.home().join(folder))
            .argument("--seed")
            .argument("empty")
    }

    /// With that data folder and nothing else said.
    pub fn at(data: &Path) -> Self {
        Self {
            data: data.to_owned(),
            arguments: Vec::new(),
            environment: Vec::new(),
            input: None,
        }
    }

    /// One more argument.
    pub fn argument(mut self, argument: impl ToString) -> Self {
        self.arguments.push(argument.to_string());
        self
    }

    /// One more variable of the environment.
    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// What it reads on standard input.
    pub fn input(mut self, text: &str) -> Self {
        self.input = Some(text.to_owned());
        self
    }

    /// With the tests' service account.
    pub fn account(self) -> Self {
        let (id, secret) = ACCOUNT;
        self.argument("--client-id")
            .argument(id)
            .variable("MISO_CLIENT_SECRET", secret)
    }

    /// Without a request limit: it is asked again and again.
    pub fn unlimited(self) -> Self {
        self.argument("--rate-limit")
            .argument("off")
            .argument("--v1-rate-limit")
            .argument("off")
    }

    /// Starts it and waits until it is ready.
    pub fn start(&self, session: &Session) -> Instance {
        let mut child = self.spawn(
            session,
            Stdio::from(File::create(log(session)).expect("a log")),
        );
        let began = Instant::now();
        let mut line = String::new();
        // A process that fails closes the pipe: then the line is empty.
        let output = child.stdout.take().expect("standard output is a pipe");
        let mut output = BufReader::new(output);
        output
            .read_line(&mut line)
            .expect("standard output can be read");
        let said = std::fs::read_to_string(log(session)).unwrap_or_default();
        let ready: Value = serde_json::from_str(&line).unwrap_or_else(|error| {
            panic!("the first line is not JSON ({error}): {line:?}\nstandard error: {said}")
        });
        assert_eq!(ready["event"], "ready", "{line}");
        assert!(
            began.elapsed() < Duration::from_secs(30),
            "ready after {:?}",
            began.elapsed()
        );
        Instance {
            child,
            output,
            ready,
        }
    }

    /// Runs it where it should end by itself.
    pub fn output(&self, session: &Session) -> Output {
        self.spawn(session, Stdio::piped())
            .wait_with_output()
            .expect("it ends")
    }

    fn spawn(&self, session: &Session, errors: Stdio) -> Child {
        let mut command = session.command(binary::app());
        command
            .args(["local", "serve", "--data"])
            .arg(&self.data)
            .args(&self.arguments);
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(errors);
        let mut child = command.spawn().expect("miso-desktop can be started");
        let mut input = child.stdin.take().expect("standard input is a pipe");
        input
            .write_all(self.input.clone().unwrap_or_default().as_bytes())
            .expect("it takes its input");
        child
    }
}

impl Instance {
    /// A field of the ready line.
    pub fn ready(&self, name: &str) -> &str {
        self.ready[name]
            .as_str()
            .unwrap_or_else(|| panic!("no {name} in {}", self.ready))
    }

    /// Its API without a token.
    pub fn api(&self) -> Api {
        Api::new(self.ready("url"))
    }

    /// Its API for the tests' service account.
    pub async fn account(&self) -> Api {
        self.api().signed_in(ACCOUNT.0, ACCOUNT.1).await
    }

    /// The token of that account.
    pub async fn account_token(&self) -> String {
        self.api().token(ACCOUNT.0, ACCOUNT.1).await
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to end and gives its exit code.
    pub fn stop(mut self) -> Option<i32> {
        process::terminate(self.id());
        self.child.wait().expect("it ends").code()
    }

    /// Asks it to end and gives what it printed after it was ready.
    pub fn stop_and_read(mut self) -> String {
        process::terminate(self.id());
        self.child.wait().expect("it ends");
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).expect("its output");
        rest
    }
}

fn log(session: &Session) -> PathBuf {
    session.log("instance")
}
