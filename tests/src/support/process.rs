//! Processes, as the system sees them.

use std::fs;
use std::path::{Path, PathBuf};

use rustix::process::{Pid, Signal, kill_process};

/// A process that can be told from a later one with the same number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Process {
    id: u32,
    started: String,
    /// Its program and arguments.
    pub arguments: Vec<String>,
}

impl Process {
    /// The running process of that number.
    pub fn of(id: u32) -> Option<Self> {
        let (_, fields) = stat(&PathBuf::from(format!("/proc/{id}")))?;
        if fields.first().is_some_and(|state| state == "Z") {
            return None;
        }
        let line = fs::read(format!("/proc/{id}/cmdline")).ok()?;
        let arguments = line
            .split(|byte| *byte == 0)
            .map(|part| String::from_utf8_lossy(part).into_owned());
        Some(Self {
            id,
            started: fields.get(19)?.clone(),
            arguments: arguments.collect(),
        })
    }

    /// Its number.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Whether it still runs.
    pub fn runs(&self) -> bool {
        Self::of(self.id).is_some_and(|process| process.started == self.started)
    }

    /// The memory it has in use, in bytes.
    pub fn memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id)).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kibibytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
        kibibytes.unwrap_or_default() * 1024
    }

    /// What each of its threads waits for in the system, for the message of a failure.
    pub fn doing(&self) -> String {
        let threads = fs::read_dir(format!("/proc/{}/task", self.id));
        let threads = threads.into_iter().flatten().flatten().map(|thread| {
            let read = |name| fs::read_to_string(thread.path().join(name)).unwrap_or_default();
            format!("{} in {}", read("comm").trim(), read("wchan").trim())
        });
        threads.collect::<Vec<_>>().join(", ")
    }
}

/// The processes that a process started, and those that they started.
pub fn descendants(id: u32) -> Vec<Process> {
    let all: Vec<(u32, u32)> = fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let (id, fields) = stat(&entry.path())?;
            Some((id, fields.get(1)?.parse().ok()?))
        })
        .collect();
    let mut found = vec![id];
    let mut next = 0;
    while let Some(parent) = found.get(next).copied() {
        found.extend(
            all.iter()
                .filter(|(_, its)| *its == parent)
                .map(|(child, _)| *child),
        );
        next += 1;
    }
    found.into_iter().skip(1).filter_map(Process::of).collect()
}

/// Asks a process to end, as a service supervisor does.
pub fn terminate(id: u32) {
    signal(id, Signal::TERM);
}

/// Ends a process without asking.
pub fn kill(id: u32) {
    signal(id, Signal::KILL);
}

/// Stops a process where it is; it can still be ended.
pub fn freeze(id: u32) {
    signal(id, Signal::STOP);
}

/// Lets it go on.
pub fn thaw(id: u32) {
    signal(id, Signal::CONT);
}

fn signal(id: u32, signal: Signal) {
    let id = i32::try_from(id)
        .ok()
        .and_then(Pid::from_raw)
        .expect("a process id");
    kill_process(id, signal).expect("the process can be signalled");
}

/// The number, and the fields after the name: state, parent, … (proc(5)).
fn stat(folder: &Path) -> Option<(u32, Vec<String>)> {
    let text = fs::read_to_string(folder.join("stat")).ok()?;
    let (head, tail) = text.rsplit_once(')')?;
    let id = head.split(' ').next()?.parse().ok()?;
    Some((id, tail.split_whitespace().map(str::to_owned).collect()))
}
