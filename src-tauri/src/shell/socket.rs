//! The socket that commands ask through: in a folder of the user's own, open to nobody else, and whoever
//! asks is looked at all the same.

use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::carrying::carry_out;
use super::desk::Desk;
use super::exit::Exit;
use super::protocol::{LONGEST_REQUEST, LONGEST_TOLD, Request, Teller, Told};

const FOLDER: &str = "shell";
const NAME: &str = "socket";
/// As many ask at once.
const MOST: usize = 32;
/// A question is whole by then.
const ASKED: Duration = Duration::from_secs(10);
/// What was begun is done by then, where the app's place is left.
const DONE: Duration = Duration::from_secs(5);

/// A socket that is served as long as this is held.
pub(super) struct Serving {
    path: PathBuf,
    listener: UnixListener,
    desk: Arc<Desk>,
    stop: CancellationToken,
}

/// Opens the socket in the app's folder, to which the caller has the right. Within a runtime.
///
/// # Errors
/// Where it cannot be opened for the user alone.
pub(super) fn serve(desk: Arc<Desk>, folder: &Path) -> io::Result<Serving> {
    let folder = own_folder(folder)?;
    let path = folder.join(NAME);
    match fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let listener = UnixListener::bind(&path)?;
    fs::set_permissions(&path, Permissions::from_mode(0o600))?;
    Ok(Serving {
        path,
        listener,
        desk,
        stop: CancellationToken::new(),
    })
}

/// The folder, for the user alone.
fn own_folder(folder: &Path) -> io::Result<PathBuf> {
    let folder = folder.join(FOLDER);
    match DirBuilder::new().mode(0o700).create(&folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let about = fs::symlink_metadata(&folder)?;
    if !about.is_dir() || about.uid() != own_user() {
        let reason = format!("{} is not a folder of one's own", folder.display());
        return Err(io::Error::other(reason));
    }
    fs::set_permissions(&folder, Permissions::from_mode(0o700))?;
    Ok(folder)
}

impl Serving {
    /// Serves whoever asks, to the end of the process.
    pub(super) async fn forever(self) {
        self.until_stopped().await;
    }

    /// Has it served until [`Self::stop`] is called on what is given back.
    pub(super) fn begin(self) -> Begun {
        let stop = self.stop.clone();
        let serving = tokio::spawn(self.until_stopped());
        Begun { stop, serving }
    }

    async fn until_stopped(self) {
        let mut asking = JoinSet::new();
        let places = Arc::new(Semaphore::new(MOST));
        loop {
            let accepted = tokio::select! {
                accepted = self.listener.accept() => accepted,
                _ended = asking.join_next(), if !asking.is_empty() => continue,
                () = self.stop.cancelled() => break,
            };
            let stream = match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    tracing::warn!(%error, "a command could not ask");
                    // Such as too many open files, which passes.
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            };
            let (desk, stop) = (self.desk.clone(), self.stop.clone());
            let Ok(place) = places.clone().try_acquire_owned() else {
                tracing::warn!("too many commands ask at once");
                continue;
            };
            asking.spawn(async move {
                let _place = place;
                if let Err(error) = answer(desk, stream, &stop).await {
                    tracing::debug!(%error, "a command has gone");
                }
            });
        }
        // A newer one may have taken the name by now only where this process has lost the right to it.
        let _ = fs::remove_file(&self.path);
        let all = async { while asking.join_next().await.is_some() {} };
        if tokio::time::timeout(DONE, all).await.is_err() {
            tracing::warn!("a command was cut off");
        }
    }
}

/// A socket that is being served.
pub(super) struct Begun {
    stop: CancellationToken,
    serving: tokio::task::JoinHandle<()>,
}

impl Begun {
    /// Ends it, once what was begun is done.
    pub(super) async fn stop(self) {
        self.stop.cancel();
        if let Err(error) = self.serving.await {
            tracing::warn!(%error, "the socket ended");
        }
    }
}

/// Answers one question.
async fn answer(desk: Arc<Desk>, stream: UnixStream, stop: &CancellationToken) -> io::Result<()> {
    let asker = stream.peer_cred()?.uid();
    if !may_ask(asker, own_user()) {
        tracing::warn!(asker, "another user asked, and is not answered");
        return Ok(());
    }
    let (from, mut to) = stream.into_split();
    let mut from = BufReader::new(from);
    let Ok(request) = tokio::time::timeout(ASKED, read_request(&mut from)).await else {
        return Err(io::ErrorKind::TimedOut.into());
    };
    let request = match request {
        Ok(request) => request,
        Err(error) => {
            let told = Told::Ended {
                exit: Exit::Usage,
                reason: Some(format!("the question is not understood: {error}")),
            };
            return write(&mut to, &told).await;
        }
    };
    let (teller, mut told) = Teller::new();
    let work = tokio::spawn(carry_out(desk, request, teller));
    let written = loop {
        let next = tokio::select! {
            next = told.recv() => next,
            () = closed(&mut from) => break Ok(()),
            () = stop.cancelled() => break Ok(()),
        };
        let Some(next) = next else {
            break Ok(());
        };
        let written = tokio::select! {
            written = write(&mut to, &next) => written,
            () = stop.cancelled() => break Ok(()),
        };
        if written.is_err() {
            break written;
        }
    };
    // Nobody hears it any more: it ends, once what was sent is answered.
    drop(told);
    let _ended = work.await;
    written
}

async fn read_request(from: &mut BufReader<OwnedReadHalf>) -> io::Result<Request> {
    let mut line = String::new();
    from.take(LONGEST_REQUEST).read_line(&mut line).await?;
    Ok(serde_json::from_str(&line)?)
}

/// Waits until the other side has gone; what it says besides is left.
async fn closed(from: &mut BufReader<OwnedReadHalf>) {
    let mut left = [0; 64];
    while from.read(&mut left).await.is_ok_and(|count| count > 0) {}
}

async fn write(to: &mut OwnedWriteHalf, told: &Told) -> io::Result<()> {
    let mut line = serde_json::to_vec(told)?;
    line.push(b'\n');
    to.write_all(&line).await
}

fn own_user() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// Whether a user may ask: only whose app it is, and no administrator either.
fn may_ask(asker: u32, own: u32) -> bool {
    asker == own
}

/// The app's end of the socket; `None` where nobody serves it.
///
/// # Errors
/// Where somebody else does, or it cannot be opened.
pub(super) async fn connect(folder: &Path) -> io::Result<Option<UnixStream>> {
    let path = folder.join(FOLDER).join(NAME);
    match UnixStream::connect(&path).await {
        Ok(stream) => {
            let is_own = may_ask(stream.peer_cred()?.uid(), own_user());
            match is_own {
                true => Ok(Some(stream)),
                false => Err(io::Error::other("another user's program serves the socket")),
            }
        }
        Err(error) => match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => Ok(None),
            _ => Err(error),
        },
    }
}

/// A question that is asked.
pub(super) struct Asked {
    from: BufReader<OwnedReadHalf>,
    /// Held open: the app takes its end for the asker's.
    _to: OwnedWriteHalf,
}

impl Asked {
    pub(super) async fn ask(stream: UnixStream, request: &Request) -> io::Result<Self> {
        let (from, mut to) = stream.into_split();
        let mut line = serde_json::to_vec(request)?;
        line.push(b'\n');
        to.write_all(&line).await?;
        Ok(Self {
            from: BufReader::new(from),
            _to: to,
        })
    }

    /// What is told next; `None` where the other side has gone.
    pub(super) async fn next(&mut self) -> io::Result<Option<Told>> {
        let mut line = String::new();
        let mut bounded = (&mut self.from).take(LONGEST_TOLD);
        if bounded.read_line(&mut line).await? == 0 || !line.ends_with('\n') {
            return Ok(None);
        }
        Ok(Some(serde_json::from_str(&line)?))
    }

    /// Whether there is more to read at once.
    pub(super) fn has_more(&self) -> bool {
        !self.from.buffer().is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_user_whose_app_it_is_may_ask() {
        assert!(may_ask(1000, 1000));
        assert!(!may_ask(1001, 1000));
        assert!(!may_ask(0, 1000), "no administrator either");
        assert!(!may_ask(1000, 0));
    }

    #[test]
    fn the_folder_is_the_users_alone_whatever_it_was() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join(FOLDER)).unwrap();
        let wide = Permissions::from_mode(0o777);
        fs::set_permissions(root.path().join(FOLDER), wide).unwrap();
        let folder = own_folder(root.path()).unwrap();
        assert_eq!(fs::metadata(folder).unwrap().mode() & 0o777, 0o700);
        let root = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/tmp", root.path().join(FOLDER)).unwrap();
        assert!(own_folder(root.path()).is_err(), "a link leads elsewhere");
    }
}
