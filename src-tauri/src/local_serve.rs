//! `miso-desktop local serve`: the local instance without a window and without a display.

use std::ffi::OsString;
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use miso_local::{
    ContainerEngine, Instance, Options, RateLimit, SecretString, Seed, ServiceAccount, Speaks,
    StartError, V1RateLimit, WorkloadCommand,
};

use crate::{IDENTIFIER, complain, refuse, trace};

pub(crate) const HELP: &str = "\
Usage: miso-desktop local serve [OPTIONS]

Runs a complete Miso instance on this machine, reachable from this machine only. Prints one line
of JSON when it answers: {\"event\":\"ready\",\"url\":…,\"issuer\":…,\"signInKey\":…}. Ends with exit code 0
on SIGTERM or Ctrl-C; exit code 2 says on standard error what was in the way.

  --port N               listen on port N and no other (default: the one of last time)
  --data DIR             keep everything in DIR (default: the app's own folder)
  --seed demo|empty|many:N
                         what a new instance is filled with (default: demo): a team's
                         applications, nothing, or N applications that run nowhere
  --client-id ID         a service account for POST /auth/token; acts as an administrator
  --client-secret SECRET its secret; - reads a line from standard input. An argument can be seen
                         by others: better set MISO_CLIENT_SECRET
  --rate-limit H/M|off   requests an hour and a minute for a client (default: 1000/100)
  --speaks documented|v1|both
                         in which readings of the API it answers (default: both): the documented
                         one, /api/v1 as shipping controllers have it, or both on the same state
  --v1-rate-limit N/S|off
                         requests for a client to /api/v1 in S seconds (default: 100/600)
  --without ID,ID…       leave these calls out, as an instance that lacks them does: operationIds of
                         /api/openapi.json that the public document does not state
  --rotate-key           sign tokens with a new key from now on; what the old one signed still counts
  --help                 print this

MISO_LOG sets what is logged to standard error (default: warn).";

const SECRET_VARIABLE: &str = "MISO_CLIENT_SECRET";
/// The environment of the app's own data, under the platform's folder for data.
const FOLDER: [&str; 2] = [IDENTIFIER, "local"];
const FAILED: u8 = 1;
/// The most applications that a seed makes.
const MOST: u32 = 100_000;

/// Runs the command with the arguments after `local serve`.
pub fn run(args: Vec<OsString>) -> ExitCode {
    let asking = match Asked::parse(args).and_then(Asked::into_options) {
        Ok(Some(asking)) => asking,
        Ok(None) => return say(HELP).map_or(ExitCode::from(FAILED), |()| ExitCode::SUCCESS),
        Err(Refusal(reason)) => return refuse(&said(&reason)),
    };
    trace();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return refuse(&said(&format!("cannot start: {error}"))),
    };
    runtime.block_on(serve(asking))
}

async fn serve(asking: Asking) -> ExitCode {
    // Before the instance starts: a signal that comes meanwhile must stop it too.
    let asked_to_end = match signals() {
        Ok(signals) => signals,
        Err(error) => return refuse(&said(&format!("cannot listen for signals: {error}"))),
    };
    let Asking { options, seeded } = asking;
    let port_asked = options.port.is_some();
    let instance = match miso_local::start(options).await {
        Ok(instance) => instance,
        Err(error) => return refuse(&said(&remedy(&error, port_asked))),
    };
    for notice in instance.notices() {
        let params: Vec<String> = notice
            .params
            .iter()
            .map(|(name, value)| format!("{name} {value}"))
            .collect();
        let notice = format!("{}: {}", sentence(notice.code), params.join(", "));
        complain(&said(&notice));
    }
    if seeded && instance.was_filled() {
        complain(&said(
            "--seed counts for a new instance only: the one in this folder stays as it is",
        ));
    }
    if let Err(error) = say(&ready(&instance)) {
        complain(&said(&format!("cannot say that it is ready: {error}")));
        instance.stop().await;
        return ExitCode::from(FAILED);
    }
    asked_to_end.await;
    instance.stop().await;
    ExitCode::SUCCESS
}

fn ready(instance: &Instance) -> String {
    use miso_local::ExposeSecret;
    serde_json::json!({
        "event": "ready",
        "url": instance.issuer(),
        "issuer": instance.issuer(),
        "signInKey": instance.sign_in_key().expose_secret(),
    })
    .to_string()
}

/// Waits for SIGTERM, SIGINT or SIGHUP (the terminal was closed); listening begins with the call, not with the wait.
pub(crate) fn signals() -> io::Result<impl Future<Output = ()> + use<>> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (mut term, mut interrupt, mut hangup) = (
            signal(SignalKind::terminate())?,
            signal(SignalKind::interrupt())?,
            signal(SignalKind::hangup())?,
        );
        Ok(async move {
            tokio::select! {
                _ = term.recv() => {}
                _ = interrupt.recv() => {}
                _ = hangup.recv() => {}
            }
        })
    }
    #[cfg(windows)]
    {
        let mut interrupt = tokio::signal::windows::ctrl_c()?;
        let mut close = tokio::signal::windows::ctrl_close()?;
        Ok(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = close.recv() => {}
            }
        })
    }
}

/// Why the command cannot be carried out, in words.
#[derive(Debug)]
struct Refusal(String);

impl From<lexopt::Error> for Refusal {
    fn from(error: lexopt::Error) -> Self {
        Self(format!("{error} (--help names the options)"))
    }
}

/// The arguments, as they were given.
#[derive(Debug, Default)]
struct Asked {
    port: Option<u16>,
    data: Option<PathBuf>,
    seed: Option<Seed>,
    client_id: Option<String>,
    client_secret: Option<SecretString>,
    rate_limit: RateLimit,
    speaks: Speaks,
    v1_rate_limit: V1RateLimit,
    without: Vec<String>,
    rotate_key: bool,
    help: bool,
}

/// What the instance is started with, and whether a seed was named.
#[derive(Debug)]
struct Asking {
    options: Options,
    seeded: bool,
}

impl Asked {
    fn parse(args: Vec<OsString>) -> Result<Self, Refusal> {
        use lexopt::prelude::{Long, Short, ValueExt};
        let mut asked = Self::default();
        let mut parser = lexopt::Parser::from_args(args);
        while let Some(argument) = parser.next()? {
            match argument {
                Long("port") => asked.port = Some(port(&text("--port", parser.value()?)?)?),
                Long("data") => asked.data = Some(PathBuf::from(parser.value()?)),
                Long("seed") => asked.seed = Some(seed(&text("--seed", parser.value()?)?)?),
                Long("client-id") => asked.client_id = Some(text("--client-id", parser.value()?)?),
                Long("client-secret") => {
                    asked.client_secret = Some(
                        parser
                            .value()?
                            .string()
                            .map_err(|_| not_text("--client-secret"))?
                            .into(),
                    );
                }
                Long("rate-limit") => {
                    asked.rate_limit = rate_limit(&text("--rate-limit", parser.value()?)?)?
                }
                Long("speaks") => asked.speaks = speaks(&text("--speaks", parser.value()?)?)?,
                Long("v1-rate-limit") => {
                    asked.v1_rate_limit = v1_limit(&text("--v1-rate-limit", parser.value()?)?)?
                }
                Long("without") => asked.without = without(&text("--without", parser.value()?)?)?,
                Long("rotate-key") => asked.rotate_key = true,
                Long("help") | Short('h') => asked.help = true,
                other => return Err(other.unexpected().into()),
            }
        }
        Ok(asked)
    }

    /// What the instance is started with; `None` where only the help was asked for.
    fn into_options(self) -> Result<Option<Asking>, Refusal> {
        if self.help {
            return Ok(None);
        }
        let service_account = self.service_account()?;
        let data_dir = match self.data {
            Some(folder) => folder,
            None => default_folder()?,
        };
        let program = std::env::current_exe()
            .map_err(|error| Refusal(format!("cannot find this program's own file: {error}")))?;
        let seeded = self.seed.is_some();
        let options = Options {
            data_dir,
            port: self.port,
            seed: self.seed.unwrap_or_default(),
            service_account,
            rate_limit: self.rate_limit,
            speaks: self.speaks,
            v1_rate_limit: self.v1_rate_limit,
            without: self.without,
            rotate_signing_key: self.rotate_key,
            workload: WorkloadCommand {
                program,
                args: vec!["workload".into()],
            },
            engine: ContainerEngine::Found,
        };
        Ok(Some(Asking { options, seeded }))
    }

    /// The service account: its secret comes from the argument, standard input or the variable.
    fn service_account(&self) -> Result<Option<ServiceAccount>, Refusal> {
        use miso_local::ExposeSecret;
        let Some(client_id) = self.client_id.clone() else {
            return match self.client_secret {
                Some(_) => Err(Refusal("--client-secret needs --client-id".to_owned())),
                None => Ok(None),
            };
        };
        if client_id.is_empty() {
            return Err(Refusal("--client-id must not be empty".to_owned()));
        }
        let client_secret = match &self.client_secret {
            Some(secret) if secret.expose_secret() == "-" => from_standard_input()?,
            Some(secret) => secret.clone(),
            None => std::env::var(SECRET_VARIABLE).map(SecretString::from).map_err(|_| {
                Refusal(format!("--client-id needs a secret: set {SECRET_VARIABLE}, or give --client-secret -"))
            })?,
        };
        if client_secret.expose_secret().is_empty() {
            return Err(Refusal(
                "the secret of --client-id must not be empty".to_owned(),
            ));
        }
        Ok(Some(ServiceAccount {
            client_id,
            client_secret,
        }))
    }
}

fn port(text: &str) -> Result<u16, Refusal> {
    let port = text.parse().ok().filter(|port| *port != 0);
    port.ok_or_else(|| {
        Refusal(format!(
            "--port must be a number from 1 to 65535, not {text}"
        ))
    })
}

fn seed(text: &str) -> Result<Seed, Refusal> {
    match text {
        "demo" => Ok(Seed::Demo),
        "empty" => Ok(Seed::Empty),
        _ => many(text).map(Seed::Many).ok_or_else(|| {
            Refusal(format!(
                "--seed must be demo, empty or many:N (N from 1 to {MOST}), not {text}"
            ))
        }),
    }
}

fn many(text: &str) -> Option<u32> {
    let count = text.strip_prefix("many:")?.parse().ok()?;
    (1..=MOST).contains(&count).then_some(count)
}

fn rate_limit(text: &str) -> Result<RateLimit, Refusal> {
    if text == "off" {
        return Ok(RateLimit::Off);
    }
    let limits = two(text).map(|(hour, minute)| RateLimit::PerHourMinute { hour, minute });
    limits.ok_or_else(|| {
        Refusal(format!(
            "--rate-limit must be off or such as 1000/100, not {text}"
        ))
    })
}

fn v1_limit(text: &str) -> Result<V1RateLimit, Refusal> {
    if text == "off" {
        return Ok(V1RateLimit::Off);
    }
    let limit = two(text).map(|(requests, seconds)| V1RateLimit::PerWindow { requests, seconds });
    limit.ok_or_else(|| {
        Refusal(format!(
            "--v1-rate-limit must be off or such as 100/600, not {text}"
        ))
    })
}

/// Two numbers, neither of them 0.
fn two(text: &str) -> Option<(u32, u32)> {
    let (one, other) = text.split_once('/')?;
    let both = (one.parse().ok()?, other.parse().ok()?);
    (both.0 > 0 && both.1 > 0).then_some(both)
}

fn speaks(text: &str) -> Result<Speaks, Refusal> {
    match text {
        "documented" => Ok(Speaks::Documented),
        "v1" => Ok(Speaks::V1),
        "both" => Ok(Speaks::Both),
        _ => Err(Refusal(format!(
            "--speaks must be documented, v1 or both, not {text}"
        ))),
    }
}

fn without(text: &str) -> Result<Vec<String>, Refusal> {
    let known = miso_local::optional_calls();
    let named = text.split(',').map(str::trim);
    named
        .map(|id| {
            let found = known.iter().find(|known| *known == id).cloned();
            found.ok_or_else(|| {
                let known = known.join(", ");
                Refusal(format!("--without must name some of {known}, not {id}"))
            })
        })
        .collect()
}

fn text(name: &str, value: OsString) -> Result<String, Refusal> {
    value.into_string().map_err(|_| not_text(name))
}

fn not_text(name: &str) -> Refusal {
    Refusal(format!("{name} is not valid UTF-8"))
}

fn from_standard_input() -> Result<SecretString, Refusal> {
    if io::stdin().is_terminal() {
        complain(&said("type the secret of the service account, then Enter"));
    }
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line).map_err(|error| {
        Refusal(format!(
            "--client-secret - cannot read standard input: {error}"
        ))
    })?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned().into())
}

fn default_folder() -> Result<PathBuf, Refusal> {
    let data = dirs::data_dir().ok_or_else(|| {
        Refusal("there is no folder for data here: give one with --data".to_owned())
    })?;
    Ok(FOLDER.iter().fold(data, |folder, part| folder.join(part)))
}

fn remedy(error: &StartError, port_asked: bool) -> String {
    match error {
        StartError::PortTaken { port } if port_asked => {
            format!(
                "port {port} is taken by another program. Give another with --port, or leave --port out"
            )
        }
        StartError::FolderUnwritable { .. }
        | StartError::FolderIsFile { .. }
        | StartError::FolderForeign { .. }
        | StartError::FolderInUse { .. }
        | StartError::FolderNewer { .. } => format!("{error} with --data"),
        StartError::PortTaken { .. }
        | StartError::Listen { .. }
        | StartError::DatabaseUnreadable { .. }
        | StartError::ClientIdReserved { .. }
        | StartError::NoRandomness => error.to_string(),
    }
}

fn sentence(code: &str) -> &str {
    match code {
        "database_set_aside" => {
            "the database could not be read; it is kept, and a new one was begun"
        }
        "identity_set_aside" => {
            "the instance's identity could not be read; it is kept, and a new one was made"
        }
        "port_moved" => "the port of last time is taken; the instance has another",
        other => other,
    }
}

fn say(text: &str) -> io::Result<()> {
    let mut output = io::stdout().lock();
    writeln!(output, "{text}")?;
    output.flush()
}

/// A sentence that names the command it comes from.
fn said(text: &str) -> String {
    format!("miso-desktop local serve: {}.", text.trim_end_matches('.'))
}

#[cfg(test)]
#[path = "local_serve_tests.rs"]
mod tests;
