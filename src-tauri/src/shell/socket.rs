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
use tokio_util::task::AbortOnDropHandle;

use super::carrying::carry_out;
use super::desk::Desk;
use super::exit::Exit;
use super::protocol::{ANSWERED, LONGEST_REQUEST, LONGEST_TOLD, Request, Teller, Telling, Told};

const FOLDER: &str = "shell";
const NAME: &str = "socket";
/// As many ask at once.
const MOST: usize = 32;
/// A question is whole by then.
const ASKED: Duration = Duration::from_secs(10);

/// A socket that is served as long as this is held.
pub(super) struct Serving {
    path: PathBuf,
    listener: UnixListener,
    desk: Arc<Desk>,
    stop: CancellationToken,
    /// Whose app it is.
    user: u32,
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
        user: own_user(),
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
            let (desk, stop, user) = (self.desk.clone(), self.stop.clone(), self.user);
            let Ok(place) = places.clone().try_acquire_owned() else {
                tracing::warn!("too many commands ask at once");
                continue;
            };
            asking.spawn(async move {
                let _place = place;
                if let Err(error) = answer(desk, stream, user, &stop).await {
                    tracing::debug!(%error, "a command has gone");
                }
            });
        }
        // A newer one may have taken the name by now only where this process has lost the right to it.
        let _ = fs::remove_file(&self.path);
        // They hear that it stops: only what was sent is waited for.
        let all = async { while asking.join_next().await.is_some() {} };
        if tokio::time::timeout(ANSWERED, all).await.is_err() {
            tracing::warn!("a command was cut off");
            asking.shutdown().await;
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

/// Answers one question of the user whose app it is.
async fn answer(
    desk: Arc<Desk>,
    stream: UnixStream,
    user: u32,
    stop: &CancellationToken,
) -> io::Result<()> {
    let asker = stream.peer_cred()?.uid();
    if !may_ask(asker, user) {
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
    let (teller, told) = Teller::new();
    // Where this is cut off, so is that.
    let work = AbortOnDropHandle::new(tokio::spawn(carry_out(desk, request, teller)));
    let written = pass_on(told, &mut from, &mut to, stop).await;
    // Nobody hears it any more: it ends, once what was sent is answered.
    let _ended = work.await;
    written
}

/// Passes on what is told, to the end or until nobody wants it any more. What was sent by then is told
/// to its end, as far as somebody hears it.
async fn pass_on(
    mut told: Telling,
    from: &mut BufReader<OwnedReadHalf>,
    to: &mut OwnedWriteHalf,
    stop: &CancellationToken,
) -> io::Result<()> {
    let mut is_over = false;
    loop {
        let next = tokio::select! {
            next = told.next() => next,
            () = unwanted(from, stop), if !is_over => {
                if told.call_off() {
                    return Ok(());
                }
                is_over = true;
                continue;
            }
        };
        let Some(next) = next else {
            return Ok(());
        };
        tokio::select! {
            written = write(to, &next) => written?,
            () = stop.cancelled(), if !is_over => return Ok(()),
        }
    }
}

/// Waits until whoever asked has gone, or this is not to be served any more.
async fn unwanted(from: &mut BufReader<OwnedReadHalf>, stop: &CancellationToken) {
    tokio::select! {
        () = closed(from) => {}
        () = stop.cancelled() => {}
    }
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
    to: OwnedWriteHalf,
    /// What has come of the next line.
    line: Vec<u8>,
}

impl Asked {
    pub(super) async fn ask(stream: UnixStream, request: &Request) -> io::Result<Self> {
        let (from, mut to) = stream.into_split();
        let mut line = serde_json::to_vec(request)?;
        line.push(b'\n');
        to.write_all(&line).await?;
        Ok(Self {
            from: BufReader::new(from),
            to,
            line: Vec::new(),
        })
    }

    /// What is told next; `None` where the other side has gone. Nothing of it is lost where this is
    /// not waited for.
    pub(super) async fn next(&mut self) -> io::Result<Option<Told>> {
        let left = LONGEST_TOLD.saturating_sub(self.line.len() as u64);
        let mut bounded = (&mut self.from).take(left);
        bounded.read_until(b'\n', &mut self.line).await?;
        let line = std::mem::take(&mut self.line);
        match line.ends_with(b"\n") {
            true => Ok(Some(serde_json::from_slice(&line)?)),
            false => Ok(None),
        }
    }

    /// Says that nobody waits for it any more, and hears on.
    pub(super) async fn hang_up(&mut self) {
        if let Err(error) = self.to.shutdown().await {
            tracing::debug!(%error, "it has gone already");
        }
    }

    /// Whether there is more to read at once.
    pub(super) fn has_more(&self) -> bool {
        !self.from.buffer().is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::alone::Alone;
    use crate::shell::protocol::{Ask, VERSION};

    #[test]
    fn only_the_user_whose_app_it_is_may_ask() {
        assert!(may_ask(1000, 1000));
        assert!(!may_ask(1001, 1000));
        assert!(!may_ask(0, 1000), "no administrator either");
        assert!(!may_ask(1000, 0));
    }

    #[tokio::test]
    async fn who_asks_is_looked_at_on_the_socket_itself() {
        let folder = tempfile::tempdir().unwrap();
        let request = Request {
            version: VERSION,
            connection: None,
            ask: Ask::Names,
        };
        for (of_another, told) in [(false, true), (true, false)] {
            let desk = Desk::Alone(Box::new(Alone::open(folder.path()).unwrap()));
            let mut serving = serve(Arc::new(desk), folder.path()).unwrap();
            if of_another {
                serving.user = own_user() + 1;
            }
            let begun = serving.begin();
            let stream = connect(folder.path()).await.unwrap().unwrap();
            let answer = match Asked::ask(stream, &request).await {
                Ok(mut asked) => asked.next().await.ok().flatten(),
                // It was closed before the question was there.
                Err(_) => None,
            };
            assert_eq!(answer.is_some(), told, "{answer:?}");
            begun.stop().await;
        }
    }

    #[tokio::test]
    async fn who_hangs_up_calls_off_what_was_not_sent_and_hears_the_end_of_what_was() {
        for is_sent in [false, true] {
            let (ours, theirs) = UnixStream::pair().unwrap();
            let (from, mut to) = theirs.into_split();
            let mut from = BufReader::new(from);
            let (teller, told) = Teller::new();
            assert!(!is_sent || teller.leaves());
            let request = Request {
                version: VERSION,
                connection: None,
                ask: Ask::Apps,
            };
            let mut asked = Asked::ask(ours, &request).await.unwrap();
            read_request(&mut from).await.unwrap();
            asked.hang_up().await;
            let stop = CancellationToken::new();
            let passing = async {
                pass_on(told, &mut from, &mut to, &stop).await.unwrap();
                drop((from, to));
            };
            let telling = async {
                if !is_sent {
                    teller.called_off().await;
                    assert!(!teller.leaves());
                }
                let told = teller.note("answered").await;
                assert_eq!(told.is_ok(), is_sent);
                drop(teller);
            };
            let hearing = async {
                let mut all = Vec::new();
                while let Some(told) = asked.next().await.unwrap() {
                    all.push(told);
                }
                all
            };
            let ((), (), heard) = tokio::join!(passing, telling, hearing);
            let text = "answered".to_owned();
            let expected = match is_sent {
                true => vec![Told::Sent, Told::Note { text }],
                false => Vec::new(),
            };
            assert_eq!(heard, expected);
        }
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
