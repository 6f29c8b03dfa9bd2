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
use super::protocol::{ANSWERED, Ask, Names, Request, Teller, Telling, Told, VERSION};
#[cfg(unix)]
use super::socket;
use super::spool::Spool;
use crate::data_lock::{DataLock, NotLocked};

/// How long an app may take that is just starting or ending.
const PATIENCE: Duration = Duration::from_secs(10);
/// The same where it was there before, or is just coming.
const COMES_BACK: Duration = Duration::from_secs(60);
const EVERY: Duration = Duration::from_millis(50);
/// So often whoever has the app's place looks whether the app wants it.
const LOOK: Duration = Duration::from_millis(200);
/// What was begun is done by then, where somebody calls it off; else it is cut off.
const DONE: Duration = Duration::from_secs(5);
/// The app has said by then whether what is called off was sent.
#[cfg(unix)]
const SAID: Duration = Duration::from_secs(5);
/// Why a write ends that was sent.
const SENT: &str = "it was sent: whether it happened is not known";
/// A completion is there by then, or there is none.
const AT_ONCE: Duration = Duration::from_millis(400);

/// How a turn ended.
enum Turn {
    /// With the command.
    Ended(Exit),
    /// Nobody there to be asked.
    Nobody,
    /// The app wants its place, and has it now: it is asked.
    GaveWay,
    /// The other side has gone.
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
    let mut spool = match Spool::begin(Printer::new(json, include, application)) {
        Ok(spool) => spool,
        Err(refused) => {
            note(&refused.reason);
            return refused.exit;
        }
    };
    // What was answered and cannot be printed has happened all the same.
    let writes = request.ask.writes();
    let turns = in_turns(request, &mut spool, &off).await;
    let exit = turns
        .as_ref()
        .map_or_else(|refused| refused.exit, |exit| *exit);
    let cut = if writes { exit } else { Exit::CalledOff };
    let exit = spool.end(exit, cut, &off).await;
    if let Err(refused) = turns {
        note(&refused.reason);
    }
    exit
}

async fn in_turns(
    mut request: Request,
    spool: &mut Spool,
    off: &CancellationToken,
) -> Result<Exit, Refused> {
    let folder = data_folder().ok_or_else(none_yet)?;
    if !folder.is_dir() {
        return Err(none_yet());
    }
    let mut deadline = Instant::now() + PATIENCE;
    loop {
        let turn = match ask_the_app(&folder, &request, spool, off).await? {
            Turn::Nobody => take_its_place(&folder, &request, spool, off).await?,
            other => other,
        };
        let follows = follows(&request);
        match turn {
            Turn::Ended(exit) => return Ok(exit),
            Turn::Nobody if Instant::now() >= deadline => {
                let reason = "the app is in the way: it starts, ends, or is of a version that commands cannot ask";
                return Err(Refused::new(Exit::Kept, reason));
            }
            Turn::Nobody => {}
            Turn::Broken if !follows => return Err(broken(&request)),
            Turn::Broken | Turn::GaveWay => {
                deadline = Instant::now() + COMES_BACK;
                if let Ask::Logs(wanted) = &mut request.ask {
                    wanted.since = spool.last().or(wanted.since);
                }
            }
        }
        tokio::select! {
            () = off.cancelled() => return Ok(Exit::CalledOff),
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

fn follows(request: &Request) -> bool {
    matches!(&request.ask, Ask::Logs(wanted) if wanted.follow)
}

/// The app ended in the middle.
fn broken(request: &Request) -> Refused {
    match request.ask.writes() {
        true => {
            let reason = "the app ended before it had answered: whether it was sent is not known";
            Refused::new(Exit::Unsure, reason)
        }
        false => Refused::new(Exit::Offline, "the app ended before it had answered"),
    }
}

/// Asks the app that runs.
#[cfg(unix)]
async fn ask_the_app(
    folder: &Path,
    request: &Request,
    spool: &mut Spool,
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
    let mut is_sent = false;
    loop {
        let told = tokio::select! {
            told = async { spool.room().await; asked.next().await } => told,
            () = spool.ended() => return Ok(Turn::Ended(Exit::Done)),
            () = off.cancelled() => {
                let is_sent = is_sent || was_sent(asked, request).await;
                return Ok(Turn::Ended(called_off(is_sent)));
            }
        };
        let Ok(Some(told)) = told else {
            return Ok(Turn::Broken);
        };
        is_sent |= told == Told::Sent;
        if let Some(exit) = passed_on(spool, told, asked.has_more()) {
            return Ok(Turn::Ended(exit));
        }
    }
}

/// Whether the app has sent what is called off, and calls it off where it has not.
#[cfg(unix)]
async fn was_sent(mut asked: socket::Asked, request: &Request) -> bool {
    if !request.ask.writes() {
        return false;
    }
    asked.hang_up().await;
    let said = async {
        while let Ok(Some(told)) = asked.next().await {
            if told == Told::Sent {
                return true;
            }
        }
        false
    };
    // An app that says nothing may have sent it.
    tokio::time::timeout(SAID, said).await.unwrap_or(true)
}

fn called_off(is_sent: bool) -> Exit {
    if !is_sent {
        return Exit::CalledOff;
    }
    note(SENT);
    Exit::Unsure
}

/// There is no way to ask it here yet.
#[cfg(not(unix))]
async fn ask_the_app(
    _folder: &Path,
    _request: &Request,
    _spool: &mut Spool,
    _off: &CancellationToken,
) -> Result<Turn, Refused> {
    Ok(Turn::Nobody)
}

/// Has printed what is told; how the command ends, where it does.
fn passed_on(spool: &mut Spool, told: Told, has_more: bool) -> Option<Exit> {
    let ended = match &told {
        Told::Ended { exit, .. } => Some(*exit),
        Told::Answer { .. }
        | Told::Line { .. }
        | Told::Row { .. }
        | Told::Names { .. }
        | Told::Sent
        | Told::Note { .. } => None,
    };
    spool.print(told, has_more);
    ended
}

/// Does it without the app, which does not run.
async fn take_its_place(
    folder: &Path,
    request: &Request,
    spool: &mut Spool,
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
        Err(NotLocked::InUse | NotLocked::ByCommand) => return Ok(Turn::Nobody),
        Err(NotLocked::Io(error)) => {
            let reason = format!("{} cannot be used: {error}", folder.display());
            return Err(Refused::new(Exit::Kept, reason));
        }
    };
    let desk = Arc::new(Desk::Alone(Box::new(Alone::open(folder)?)));
    // Others ask this one meanwhile.
    #[cfg(unix)]
    let serving = match follows(request) {
        true => socket::serve(desk.clone(), folder)
            .inspect_err(|error| tracing::warn!(%error, "other commands wait for this one"))
            .ok()
            .map(socket::Serving::begin),
        false => None,
    };
    let turn = alone(&desk, folder, request, spool, off).await;
    #[cfg(unix)]
    if let Some(serving) = serving {
        serving.stop().await;
    }
    // What is open is closed before another one may open it.
    desk.left().await;
    drop(lock);
    Ok(turn)
}

async fn alone(
    desk: &Arc<Desk>,
    folder: &Path,
    request: &Request,
    spool: &mut Spool,
    off: &CancellationToken,
) -> Turn {
    let (to, told) = Teller::new();
    let mut work = tokio::spawn(carry_out(desk.clone(), request.clone(), to));
    let turn = heard(told, folder, request, spool, off).await;
    if tokio::time::timeout(DONE, &mut work).await.is_err() {
        tracing::warn!("what was begun is cut off");
        work.abort();
        // It was cut off, or done just then.
        let _ended = work.await;
    }
    turn
}

/// Hears a command that is carried out here to its end, or until it is called off or the app wants its
/// place. A write that was sent is heard to its end in any case.
async fn heard(
    mut told: Telling,
    folder: &Path,
    request: &Request,
    spool: &mut Spool,
    off: &CancellationToken,
) -> Turn {
    let is_log = matches!(request.ask, Ask::Logs(_));
    let (mut has_begun, mut is_over) = (false, false);
    let late = tokio::time::sleep(ANSWERED);
    tokio::pin!(late);
    loop {
        let next = tokio::select! {
            next = async { spool.room().await; told.next().await } => next,
            () = spool.ended() => return Turn::Ended(Exit::Done),
            () = off.cancelled(), if !is_over => {
                if told.call_off() {
                    return Turn::Ended(Exit::CalledOff);
                }
                note("it was sent: its answer is waited for");
                is_over = true;
                late.as_mut().reset(tokio::time::Instant::now() + ANSWERED);
                continue;
            }
            // What has begun to be said is said at once; a log goes on where it was.
            () = wanted(folder), if !is_over && (is_log || !has_begun) => {
                if told.call_off() {
                    return Turn::GaveWay;
                }
                is_over = true;
                late.as_mut().reset(tokio::time::Instant::now() + ANSWERED);
                continue;
            }
            () = &mut late, if is_over => return Turn::Ended(called_off(true)),
        };
        let Some(next) = next else {
            return Turn::Ended(Exit::Kept);
        };
        has_begun |= matches!(next, Told::Answer { .. } | Told::Row { .. });
        if let Some(exit) = passed_on(spool, next, told.has_more()) {
            return Turn::Ended(exit);
        }
    }
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
        let first = told.next().await;
        while told.next().await.is_some() {}
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
        | Told::Sent
        | Told::Ended { .. } => None,
    }
}
