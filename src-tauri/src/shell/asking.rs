//! The command's own side: the running app is asked; where none runs, the command takes its place for a
//! moment. A log that is followed goes on when the app starts or ends meanwhile.

use std::io;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use super::alone::{Alone, connections_in};
use super::arguments::Asking;
use super::carrying::{carry_out, none_yet};
use super::data_folder;
use super::desk::Desk;
use super::exit::{Exit, Refused};
use super::printing::{Printer, note};
use super::protocol::{Ask, Names, Request, Teller, Told, VERSION};
#[cfg(unix)]
use super::socket;
use crate::data_lock::{DataLock, NotLocked};

/// How long an app may take that is just starting or ending.
const PATIENCE: Duration = Duration::from_secs(10);
/// The same for a log that is followed.
const FOLLOWED: Duration = Duration::from_secs(60);
const EVERY: Duration = Duration::from_millis(50);
/// So often whoever has the app's place looks whether the app wants it.
const LOOK: Duration = Duration::from_millis(200);
/// What was begun is done by then, where somebody calls it off.
const DONE: Duration = Duration::from_secs(5);
/// A completion is there by then, or there is none.
const AT_ONCE: Duration = Duration::from_millis(400);

/// How a turn ended.
enum Turn {
    /// With the command.
    Ended(Exit),
    /// Nobody there to be asked.
    Nobody,
    /// The other side has gone, or wants the place.
    Broken,
}

/// Carries out a command; its exit code.
pub(super) fn run(asking: Asking) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            note(&format!("it cannot start: {error}"));
            return ExitCode::from(Exit::Kept.code());
        }
    };
    let exit = runtime.block_on(asked(asking));
    // A blocked thread, such as one that waits for a keyring, is not waited for.
    runtime.shutdown_background();
    ExitCode::from(exit.code())
}

async fn asked(asking: Asking) -> Exit {
    let off = CancellationToken::new();
    let called_off = off.clone();
    tokio::spawn(async move {
        if let Ok(signal) = crate::local_serve::signals() {
            signal.await;
            called_off.cancel();
        }
    });
    let Asking {
        request,
        json,
        include,
    } = asking;
    let application = match &request.ask {
        Ask::Logs(wanted) => wanted.application.clone(),
        Ask::Api { .. } | Ask::Apps | Ask::Names => String::new(),
    };
    let printer = Printer::new(json, include, application);
    match in_turns(request, printer, &off).await {
        Ok(exit) => exit,
        Err(refused) => {
            note(&refused.reason);
            refused.exit
        }
    }
}

async fn in_turns(
    mut request: Request,
    mut printer: Printer,
    off: &CancellationToken,
) -> Result<Exit, Refused> {
    let folder = data_folder().ok_or_else(none_yet)?;
    if !folder.is_dir() {
        return Err(none_yet());
    }
    let follows = matches!(&request.ask, Ask::Logs(wanted) if wanted.follow);
    let mut deadline = Instant::now() + PATIENCE;
    loop {
        let turn = match ask_the_app(&folder, &request, &mut printer, off).await? {
            Turn::Nobody => take_its_place(&folder, &request, &mut printer, off).await?,
            other => other,
        };
        match turn {
            Turn::Ended(exit) => return Ok(exit),
            Turn::Nobody if Instant::now() >= deadline => {
                let reason = "the app is in the way: it starts, ends, or is of a version that commands cannot ask";
                return Err(Refused::new(Exit::Kept, reason));
            }
            Turn::Nobody => {}
            Turn::Broken if follows => {
                deadline = Instant::now() + FOLLOWED;
                if let Ask::Logs(wanted) = &mut request.ask {
                    wanted.since = printer.last().or(wanted.since);
                }
            }
            Turn::Broken => {
                let reason =
                    "the app ended before it had answered: whether it was sent is not known";
                return Err(Refused::new(Exit::Offline, reason));
            }
        }
        tokio::select! {
            () = off.cancelled() => return Ok(Exit::CalledOff),
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// Asks the app that runs.
#[cfg(unix)]
async fn ask_the_app(
    folder: &Path,
    request: &Request,
    printer: &mut Printer,
    off: &CancellationToken,
) -> Result<Turn, Refused> {
    let not_served =
        |error: io::Error| Refused::new(Exit::Kept, format!("the app cannot be asked: {error}"));
    let Some(stream) = socket::connect(folder).await.map_err(not_served)? else {
        return Ok(Turn::Nobody);
    };
    let Ok(mut asked) = socket::Asked::ask(stream, request).await else {
        return Ok(Turn::Broken);
    };
    loop {
        let told = tokio::select! {
            told = asked.next() => told,
            () = off.cancelled() => return Ok(Turn::Ended(Exit::CalledOff)),
        };
        let Ok(Some(told)) = told else {
            return Ok(Turn::Broken);
        };
        if let Some(exit) = printed(printer, told, asked.has_more()) {
            return Ok(Turn::Ended(exit));
        }
    }
}

/// There is no way to ask it here yet.
#[cfg(not(unix))]
async fn ask_the_app(
    _folder: &Path,
    _request: &Request,
    _printer: &mut Printer,
    _off: &CancellationToken,
) -> Result<Turn, Refused> {
    Ok(Turn::Nobody)
}

/// Prints what is told; how the command ends, where it does.
fn printed(printer: &mut Printer, told: Told, has_more: bool) -> Option<Exit> {
    let ended = match &told {
        Told::Ended { exit, .. } => Some(*exit),
        Told::Answer { .. }
        | Told::Line { .. }
        | Told::Row { .. }
        | Told::Names { .. }
        | Told::Note { .. } => None,
    };
    let is_row = matches!(told, Told::Row { .. });
    let printed = printer.print(told);
    let printed = match has_more || is_row {
        true => printed,
        false => printed.and_then(|()| printer.flush()),
    };
    match printed {
        Ok(()) => ended,
        // Who read it has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
            Some(ended.unwrap_or(Exit::Done))
        }
        Err(error) => {
            note(&format!("it cannot be printed: {error}"));
            Some(Exit::Kept)
        }
    }
}

/// Does it without the app, which does not run.
async fn take_its_place(
    folder: &Path,
    request: &Request,
    printer: &mut Printer,
    off: &CancellationToken,
) -> Result<Turn, Refused> {
    if connections_in(folder)?.is_empty() {
        return Err(none_yet());
    }
    if DataLock::is_wanted(folder) {
        return Ok(Turn::Nobody);
    }
    let lock = match DataLock::take_at_once(folder) {
        Ok(lock) => lock,
        Err(NotLocked::InUse) => return Ok(Turn::Nobody),
        Err(NotLocked::Io(error)) => {
            let reason = format!("{} cannot be used: {error}", folder.display());
            return Err(Refused::new(Exit::Kept, reason));
        }
    };
    let desk = Arc::new(Desk::Alone(Box::new(Alone::open(folder)?)));
    let follows = matches!(&request.ask, Ask::Logs(wanted) if wanted.follow);
    // Others ask this one meanwhile.
    #[cfg(unix)]
    let serving = match follows {
        true => socket::serve(desk.clone(), folder)
            .inspect_err(|error| tracing::warn!(%error, "other commands wait for this one"))
            .ok()
            .map(socket::Serving::begin),
        false => None,
    };
    let turn = alone(&desk, folder, request, printer, off, follows).await;
    #[cfg(unix)]
    if let Some(serving) = serving {
        serving.stop().await;
    }
    if let Desk::Alone(alone) = desk.as_ref() {
        alone.end().await;
    }
    // What is open is closed before another one may open it.
    drop(desk);
    drop(lock);
    Ok(turn)
}

async fn alone(
    desk: &Arc<Desk>,
    folder: &Path,
    request: &Request,
    printer: &mut Printer,
    off: &CancellationToken,
    follows: bool,
) -> Turn {
    let (to, mut told) = Teller::new();
    let work = tokio::spawn(carry_out(desk.clone(), request.clone(), to));
    let turn = loop {
        let next = tokio::select! {
            next = told.recv() => next,
            () = off.cancelled() => break Turn::Ended(Exit::CalledOff),
            () = wanted(folder), if follows => break Turn::Broken,
        };
        let Some(next) = next else {
            break Turn::Ended(Exit::Kept);
        };
        if let Some(exit) = printed(printer, next, !told.is_empty()) {
            break Turn::Ended(exit);
        }
    };
    drop(told);
    // What was sent is answered, if that does not take too long.
    if tokio::time::timeout(DONE, work).await.is_err() {
        tracing::warn!("what was begun is cut off");
    }
    turn
}

/// Waits until the app wants its place.
async fn wanted(folder: &Path) {
    while !DataLock::is_wanted(folder) {
        tokio::time::sleep(LOOK).await;
    }
}

/// What people call their connections; the id of those that share a name.
pub(super) fn connection_names(folder: &Path) -> Vec<String> {
    let all = connections_in(folder).unwrap_or_default();
    all.iter()
        .map(|one| super::name_of(&all, &one.id))
        .collect()
}

/// What is known of a connection, at once and without asking its instance.
pub(super) fn names(folder: &Path, connection: Option<&str>) -> Names {
    let request = Request {
        version: VERSION,
        connection: connection.map(str::to_owned),
        ask: Ask::Names,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let Ok(runtime) = runtime else {
        return Names::default();
    };
    let found = runtime
        .block_on(async { tokio::time::timeout(AT_ONCE, names_known(folder, request)).await });
    found.ok().flatten().unwrap_or_default()
}

async fn names_known(folder: &Path, request: Request) -> Option<Names> {
    #[cfg(unix)]
    if let Some(stream) = socket::connect(folder).await.ok()? {
        let mut asked = socket::Asked::ask(stream, &request).await.ok()?;
        return names_in(asked.next().await.ok()??);
    }
    let _lock = DataLock::take_at_once(folder).ok()?;
    let desk = Arc::new(Desk::Alone(Box::new(Alone::open(folder).ok()?)));
    let (to, mut told) = Teller::new();
    tokio::join!(carry_out(desk, request, to), async {
        let first = told.recv().await;
        while told.recv().await.is_some() {}
        names_in(first?)
    })
    .1
}

fn names_in(told: Told) -> Option<Names> {
    match told {
        Told::Names { names } => Some(names),
        Told::Answer { .. }
        | Told::Line { .. }
        | Told::Row { .. }
        | Told::Note { .. }
        | Told::Ended { .. } => None,
    }
}
