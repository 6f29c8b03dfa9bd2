//! The arguments of the commands, and what their help says.

use std::ffi::OsString;
use std::io::Read;

use chrono::{DateTime, Local, Utc};
use miso_api::LogLevel;

use super::completing::{METHODS, Shell};
use super::protocol::{Ask, LogWanted, Request, VERSION};
use crate::typed_time::{self, TypedTime};

/// Bytes of a body that are read at most; one more than is ever sent.
const MOST_BODY: u64 = 2 * 1024 * 1024 + 1;

const API: &str = "\
Usage: miso-desktop api METHOD PATH [OPTIONS]

Sends one call of an instance's own API, with the session of the app and out of its request limit.
Prints the body of the answer; of a refusal its status too, on standard error.

  METHOD                 GET, POST, PUT, PATCH, DELETE, HEAD or OPTIONS
  PATH                   below the instance, with its query: '/api/applications?pageSize=20'
  -d, --data JSON        the body; @FILE reads a file, - standard input
  -H, --header 'A: B'    a header in addition
  -i, --include          print the status and the headers before the body
  -y, --yes              write to production, after three seconds, or to a locked connection, at once
";
const LOGS: &str = "\
Usage: miso-desktop logs APP [OPTIONS]

Prints an application's log, the oldest line first: what is kept on this machine, and what is missing
of it, asked from the instance. Without --since, --grep and --level the last 1,000 lines.

  -e, --environment ENV  where; may be left out where the application runs in one environment
      --since TIME       1h, 30m, 2d, 14:05, '2026-11-25 14:05' or a time with its zone
      --grep RE          only lines whose message matches a regular expression
      --level LEVEL      only lines of this level; several with commas: warn,error
  -f, --follow           go on with what comes, until Ctrl-C
";
const APPS: &str = "\
Usage: miso-desktop apps [OPTIONS]

Prints what runs where, and how it is: a line for each application in each environment.

";
const OF_ALL: &str = "  -c, --connection NAME  the connection: its name, id or address; may be left out where there is one
      --json             JSON for programs: a line for each answer, log line or application
      --help             print this

It asks the running app, or does it alone where the app does not run. It prints nothing that a
terminal would obey, and never the session's token. Exit codes: 0 done, 1 the instance refused it,
2 it is wrong as it is written, 3 nobody is signed in, 4 no such connection or application,
5 no answer and nothing was changed, 6 it needs --yes, 7 the request limit would have it wait too long, 8 what the app keeps on this
machine cannot be used, 9 it was sent and may or may not have happened, 130 called off.";
const COMPLETIONS: &str = "\
Usage: miso-desktop completions bash|zsh|fish

Prints what a shell completes these commands with: commands, options, connections, applications and
environments, as far as they are known; it never asks an instance. The .deb and the .rpm have installed them.

  bash   source <(miso-desktop completions bash)          in ~/.bashrc
  zsh    source <(miso-desktop completions zsh)           in ~/.zshrc, after compinit
  fish   miso-desktop completions fish | source           in ~/.config/fish/config.fish";

/// What the arguments say.
pub(super) enum Asked {
    /// How a command is used.
    Help(String),
    /// What a shell completes with.
    Script(Shell),
    /// How a command goes on, after these words of it.
    Complete(Vec<String>),
    /// Something to carry out.
    Ask(Box<Asking>),
}

/// Something to carry out, and how it is printed.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Asking {
    pub request: Request,
    pub json: bool,
    pub include: bool,
}

/// Everything that may have been said.
#[derive(Default)]
struct Said {
    words: Vec<String>,
    connection: Option<String>,
    environment: Option<String>,
    since: Option<String>,
    grep: Option<String>,
    levels: Option<String>,
    data: Option<String>,
    headers: Vec<String>,
    /// The other options, as they are called.
    flags: Vec<&'static str>,
}

/// Reads the arguments; why they make no sense otherwise.
pub(super) fn parse(mut arguments: Vec<OsString>) -> Result<Asked, String> {
    let command = arguments.remove(0);
    match command.to_str() {
        Some("__complete") => {
            let words = arguments.into_iter();
            let words = words.map(|word| word.to_string_lossy().into_owned());
            Ok(Asked::Complete(words.collect()))
        }
        Some("completions") => completions(&arguments),
        Some(command @ ("api" | "logs" | "apps")) => {
            let said = Said::read(command, arguments)
                .map_err(|reason| format!("{reason} (miso-desktop {command} --help)"))?;
            said.asked(command)
        }
        _ => Err("there is no such command".to_owned()),
    }
}

fn completions(arguments: &[OsString]) -> Result<Asked, String> {
    let words: Vec<_> = arguments.iter().map(|word| word.to_str()).collect();
    if words.contains(&Some("--help")) || words.contains(&Some("-h")) {
        return Ok(Asked::Help(COMPLETIONS.to_owned()));
    }
    let shell = match words.as_slice() {
        [Some(name)] => Shell::named(name),
        _ => None,
    };
    shell
        .map(Asked::Script)
        .ok_or_else(|| "completions are for bash, zsh or fish".to_owned())
}

impl Said {
    fn read(command: &str, arguments: Vec<OsString>) -> Result<Self, String> {
        use lexopt::prelude::{Long, Short, Value};
        let mut said = Self::default();
        let mut parser = lexopt::Parser::from_args(arguments);
        let (is_api, is_logs) = (command == "api", command == "logs");
        while let Some(argument) = parser.next().map_err(|error| error.to_string())? {
            let value = |parser: &mut lexopt::Parser| {
                let value = parser.value().map_err(|error| error.to_string())?;
                value
                    .into_string()
                    .map_err(|_| "an argument is not valid UTF-8".to_owned())
            };
            match argument {
                Short('h') | Long("help") => said.flags.push("help"),
                Long("json") => said.flags.push("json"),
                Short('c') | Long("connection") => said.connection = Some(value(&mut parser)?),
                Short('e') | Long("environment" | "env") if is_logs => {
                    said.environment = Some(value(&mut parser)?);
                }
                Long("since") if is_logs => said.since = Some(value(&mut parser)?),
                Long("grep") if is_logs => said.grep = Some(value(&mut parser)?),
                Long("level") if is_logs => said.levels = Some(value(&mut parser)?),
                Short('f') | Long("follow") if is_logs => said.flags.push("follow"),
                Short('d') | Long("data") if is_api => said.data = Some(value(&mut parser)?),
                Short('H') | Long("header") if is_api => said.headers.push(value(&mut parser)?),
                Short('i') | Long("include") if is_api => said.flags.push("include"),
                Short('y') | Long("yes") if is_api => said.flags.push("yes"),
                Value(word) => {
                    let word = word.into_string();
                    said.words
                        .push(word.map_err(|_| "an argument is not valid UTF-8".to_owned())?);
                }
                other => return Err(other.unexpected().to_string()),
            }
        }
        Ok(said)
    }

    fn has(&self, flag: &str) -> bool {
        self.flags.contains(&flag)
    }

    fn asked(self, command: &str) -> Result<Asked, String> {
        if self.has("help") {
            let own = match command {
                "api" => API,
                "logs" => LOGS,
                _ => APPS,
            };
            return Ok(Asked::Help(format!("{own}{OF_ALL}")));
        }
        let ask = match (command, self.words.as_slice()) {
            ("api", [method, path]) => Ask::Api {
                method: known_method(method)?,
                path: path.clone(),
                headers: headers(&self.headers)?,
                body: self.data.as_deref().map(body).transpose()?,
                yes: self.has("yes"),
            },
            ("api", _) => {
                return Err("a call has a method and a path (miso-desktop api --help)".into());
            }
            ("logs", [application]) => Ask::Logs(LogWanted {
                application: application.clone(),
                environment: self.environment.clone(),
                since: self.since.as_deref().map(since).transpose()?,
                grep: self.grep.clone().filter(|grep| !grep.is_empty()),
                levels: self
                    .levels
                    .as_deref()
                    .map(levels)
                    .transpose()?
                    .unwrap_or_default(),
                follow: self.has("follow"),
            }),
            ("logs", _) => {
                return Err("a log is one application's (miso-desktop logs --help)".into());
            }
            (_, []) => Ask::Apps,
            (_, [word, ..]) => return Err(format!("'{word}' is not understood")),
        };
        let (json, include) = (self.has("json"), self.has("include"));
        Ok(Asked::Ask(Box::new(Asking {
            request: Request {
                version: VERSION,
                connection: self.connection,
                ask,
            },
            json,
            include,
        })))
    }
}

/// A method in capitals; of others no instance knows anything.
fn known_method(method: &str) -> Result<String, String> {
    let method = method.to_ascii_uppercase();
    match METHODS.contains(&method.as_str()) {
        true => Ok(method),
        false => Err(format!(
            "'{method}' is no method: GET, POST, PUT, PATCH, DELETE, HEAD and OPTIONS are"
        )),
    }
}

fn headers(all: &[String]) -> Result<Vec<(String, String)>, String> {
    let parted = all.iter().map(|header| {
        let (name, value) = header
            .split_once(':')
            .ok_or_else(|| format!("'{header}' is no header: 'Name: value' is one"))?;
        Ok((name.trim().to_owned(), value.trim().to_owned()))
    });
    parted.collect()
}

/// A body as it is given, of a file, or of standard input.
fn body(data: &str) -> Result<String, String> {
    let mut text = String::new();
    let read = match (data, data.strip_prefix('@')) {
        ("-", _) => std::io::stdin().take(MOST_BODY).read_to_string(&mut text),
        (_, Some(file)) => std::fs::File::open(file)
            .and_then(|file| file.take(MOST_BODY).read_to_string(&mut text)),
        (_, None) => return Ok(data.to_owned()),
    };
    match read {
        Ok(_) => Ok(text),
        Err(error) => Err(format!("the body cannot be read from {data}: {error}")),
    }
}

/// Levels with commas between them, as lines have them.
fn levels(text: &str) -> Result<Vec<LogLevel>, String> {
    let named = text.split(',').map(|word| {
        let word = word.trim();
        match word.is_empty() {
            true => Err(format!("'{text}' is no level: warn,error are two")),
            false => Ok(LogLevel::from(word.to_ascii_lowercase())),
        }
    });
    named.collect()
}

/// `1h` means the same as `-1h`.
fn since(text: &str) -> Result<DateTime<Utc>, String> {
    let now = Local::now();
    let read = |text: &str| match typed_time::read(text, &now) {
        Some(TypedTime::At { time }) => Some(time),
        Some(TypedTime::Span { .. }) | None => None,
    };
    read(text)
        .or_else(|| read(&format!("-{text}")))
        .ok_or_else(|| format!("'{text}' is no time: 1h, 14:05 or '2026-11-25 14:05' is one"))
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn asked(arguments: &[&str]) -> Result<Asking, String> {
        match parse(arguments.iter().map(OsString::from).collect())? {
            Asked::Ask(asking) => Ok(*asking),
            Asked::Help(_) | Asked::Script(_) | Asked::Complete(_) => Err("nothing".to_owned()),
        }
    }

    #[test]
    fn what_is_given_is_understood() {
        let asking = asked(&[
            "api",
            "post",
            "/api/x?a=b",
            "-c",
            "Orders live",
            "-d",
            "{}",
            "-H",
            "A: b: c",
            "--yes",
            "-i",
        ])
        .unwrap();
        assert_eq!(asking.request.connection.as_deref(), Some("Orders live"));
        assert!(asking.include && !asking.json);
        let Ask::Api {
            method,
            path,
            headers,
            body,
            yes,
        } = asking.request.ask
        else {
            panic!("{:?}", asking.request.ask);
        };
        assert_eq!((method.as_str(), path.as_str()), ("POST", "/api/x?a=b"));
        assert_eq!(headers, [("A".to_owned(), "b: c".to_owned())]);
        assert_eq!((body.as_deref(), yes), (Some("{}"), true));

        let asking = asked(&[
            "logs", "-e", "dev", "--grep", "a+", "--json", "-f", "--", "-x",
        ]);
        let asking = asking.unwrap();
        assert!(asking.json);
        let Ask::Logs(wanted) = asking.request.ask else {
            panic!("{:?}", asking.request.ask);
        };
        assert_eq!(wanted.application, "-x");
        assert_eq!(wanted.environment.as_deref(), Some("dev"));
        assert_eq!((wanted.grep.as_deref(), wanted.follow), (Some("a+"), true));
        assert_eq!(asked(&["apps"]).unwrap().request.ask, Ask::Apps);
    }

    #[test]
    fn so_long_ago_needs_no_sign() {
        for (text, minutes) in [("1h", 60), ("-1h", 60), ("90m", 90), ("1d", 1440)] {
            let ago = Utc::now() - since(text).unwrap();
            let off = ago - TimeDelta::minutes(minutes);
            assert!(off.abs() < TimeDelta::seconds(5), "{text}: {ago}");
        }
        assert!(since("14:05").is_ok());
        assert!(since("soon").is_err() && since("1h..").is_err());
    }

    #[test]
    fn what_means_nothing_is_said() {
        for arguments in [
            &["api"][..],
            &["api", "GET"],
            &["api", "GET", "/a", "/b"],
            &["api", "GET", "/a", "--follow"],
            &["api", "GET", "/a", "-H", "none"],
            &["api", "GET", "/a", "-d", "@/no/such/file"],
            &["logs"],
            &["logs", "a", "b"],
            &["logs", "a", "--since", "soon"],
            &["logs", "a", "--level", "warn,"],
            &["logs", "a", "--yes"],
            &["apps", "a"],
            &["completions", "cmd"],
        ] {
            assert!(asked(arguments).is_err(), "{arguments:?}");
        }
    }

    #[test]
    fn each_explains_itself() {
        for command in ["api", "logs", "apps", "completions"] {
            let Ok(Asked::Help(help)) = parse(vec![command.into(), "--help".into()]) else {
                panic!("{command} has no help");
            };
            assert!(help.starts_with(&format!("Usage: miso-desktop {command}")));
        }
    }
}
