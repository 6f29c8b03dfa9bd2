//! A step: says what it does, shows and keeps its output, says how long it took.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::paths;

/// The steps of one command, in the order in which they ran.
pub struct Steps {
    done: Vec<Done>,
    began: Instant,
}

/// What went wrong, and where to read more.
#[derive(Debug)]
pub struct Failure {
    message: String,
    log: Option<PathBuf>,
}

struct Done {
    name: String,
    took: Duration,
    failure: Option<PathBuf>,
}

impl Steps {
    /// No step yet.
    pub fn new() -> Self {
        Self {
            done: Vec::new(),
            began: Instant::now(),
        }
    }

    /// Runs a command as a step. Its output is shown and kept.
    ///
    /// # Errors
    /// When the command cannot start or ends with anything but 0.
    pub fn run(&mut self, name: &str, what: &str, command: &mut Command) -> Result<(), Failure> {
        println!("\n==> {name}: {what}");
        let began = Instant::now();
        let log = paths::logs().join(format!("{}.log", name.replace(' ', "-")));
        let outcome = show_and_keep(command, &log);
        let took = began.elapsed();
        let problem = match outcome {
            Ok(status) if status.success() => None,
            Ok(status) => Some(format!("{name} ended with {status}")),
            Err(error) => Some(format!(
                "{name}: {:?} could not run: {error}",
                command.get_program()
            )),
        };
        self.done.push(Done {
            name: name.to_owned(),
            took,
            failure: problem.as_ref().map(|_| log.clone()),
        });
        let Some(message) = problem else {
            println!("<== {name}: done in {}", Seconds(took));
            return Ok(());
        };
        println!(
            "<== {name}: FAILED after {}, output in {}",
            Seconds(took),
            log.display()
        );
        Err(Failure {
            message,
            log: Some(log),
        })
    }

    /// Says that a step is left out, and why.
    pub fn skip(&self, name: &str, why: &str) {
        println!("\n==> {name}: left out, {why}");
    }

    /// The steps with their times, and one line over all of them.
    ///
    /// # Errors
    /// When a step failed.
    pub fn close(&self, what: &str) -> Result<String, Failure> {
        println!("\n{:<22} {:<8} {:>12}", "step", "result", "time");
        for done in &self.done {
            let result = if done.failure.is_none() {
                "passed"
            } else {
                "FAILED"
            };
            println!(
                "{:<22} {result:<8} {:>12}",
                done.name,
                Seconds(done.took).to_string()
            );
        }
        let all = Seconds(self.began.elapsed());
        let failed: Vec<&Done> = self
            .done
            .iter()
            .filter(|done| done.failure.is_some())
            .collect();
        if failed.is_empty() {
            return Ok(format!(
                "PASSED: {what}, {} steps in {all}.",
                self.done.len()
            ));
        }
        let names: Vec<&str> = failed.iter().map(|done| done.name.as_str()).collect();
        Err(Failure {
            message: format!(
                "{} of {} steps in {all}: {}",
                failed.len(),
                self.done.len(),
                names.join(", ")
            ),
            log: failed.first().and_then(|done| done.failure.clone()),
        })
    }
}

impl Failure {
    /// A failure that has no output of its own.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            log: None,
        }
    }

    /// The same, with a file to read.
    pub fn with_log(message: impl Into<String>, log: &Path) -> Self {
        Self {
            message: message.into(),
            log: Some(log.to_owned()),
        }
    }

    /// Whether a step failed and its output tells why.
    pub fn is_of_a_step(&self) -> bool {
        self.log.is_some()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.log {
            Some(log) => write!(f, "\nIts output is in {}", log.display()),
            None => Ok(()),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::new(error.to_string())
    }
}

/// A duration as people say it.
pub struct Seconds(pub Duration);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        if seconds < 60 {
            return write!(f, "{:.1} s", self.0.as_secs_f32());
        }
        write!(f, "{} min {:02} s", seconds / 60, seconds % 60)
    }
}

fn show_and_keep(command: &mut Command, log: &Path) -> io::Result<std::process::ExitStatus> {
    if let Some(folder) = log.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = File::create(log)?;
    let (mut reader, writer) = io::pipe()?;
    command
        .stdin(Stdio::null())
        .stdout(writer.try_clone()?)
        .stderr(writer);
    let mut child = command.spawn()?;
    // The command holds the writing ends: without this the pipe would never close.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut buffer = [0; 8192];
    loop {
        let count = reader.read(&mut buffer)?;
        if count == 0 {
            break;
        }
        io::stdout().write_all(&buffer[..count])?;
        io::stdout().flush()?;
        file.write_all(&buffer[..count])?;
    }
    child.wait()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Seconds;

    #[test]
    fn times_are_readable() {
        assert_eq!(Seconds(Duration::from_millis(1_234)).to_string(), "1.2 s");
        assert_eq!(Seconds(Duration::from_secs(605)).to_string(), "10 min 05 s");
    }
}
