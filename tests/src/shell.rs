//! The session in the user's own shell: `miso-desktop api`, `logs` and `apps`, asked of the running app,
//! and in its place while it does not run.

use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::explorer::on_the_clipboard;
use crate::support::api::Api;
use crate::support::instance::{Instance, Serve};
use crate::support::session::Session;
use crate::support::sign_in::{VIEWER, as_another, by_address, connection_of};
use crate::support::wait::{LATER, SOON, until_true};
use crate::support::window::Window;
use crate::support::{binary, keyring, process};

/// What a command did.
pub(crate) struct Ran {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Ran {
    pub(crate) fn ended(&self, code: i32) -> &Self {
        assert_eq!(
            self.code,
            Some(code),
            "out: {}\nerr: {}",
            self.out,
            self.err
        );
        self
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.out))
    }
}

pub(crate) fn run(session: &Session, arguments: &[&str]) -> Ran {
    ran(session.command(binary::app()).args(arguments))
}

pub(crate) fn ran(command: &mut Command) -> Ran {
    let output = command.stdin(Stdio::null()).output().expect("it starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    Ran {
        code: output.status.code(),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

/// The same in a shell, where the app is a command.
fn in_shell(session: &Session, shell: &str, script: &str) -> Ran {
    let folder = binary::app().parent().expect("a folder").to_owned();
    let path = std::env::var("PATH").unwrap_or_default();
    let mut command = session.command(shell);
    command
        .args(["-c", script])
        .env("PATH", format!("{}:{path}", folder.display()));
    ran(&mut command)
}

/// A log that is followed, with the lines so far.
struct Followed {
    child: Child,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Followed {
    fn begin(session: &Session, arguments: &[&str]) -> Self {
        let mut command = session.command(binary::app());
        command
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut child = command.spawn().expect("it starts");
        let out = BufReader::new(child.stdout.take().expect("a pipe"));
        let lines = Arc::new(Mutex::new(Vec::new()));
        let read = lines.clone();
        std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                read.lock().expect("its lines").push(line);
            }
        });
        Self { child, lines }
    }

    fn count(&self) -> usize {
        self.lines.lock().expect("its lines").len()
    }

    async fn more_than(&self, before: usize) {
        until_true("more lines", LATER, || self.count() > before).await;
    }

    fn end(mut self) -> (Option<i32>, Vec<String>) {
        process::terminate(self.child.id());
        let code = self.child.wait().expect("it ends").code();
        let lines = self.lines.lock().expect("its lines").clone();
        (code, lines)
    }
}

pub(crate) async fn with_a_shop(session: &mut Session) -> (Instance, Api, Window) {
    let instance = Serve::new(session, "instance").account().start(session);
    let api = instance.account().await;
    api.create("shop", "miso/hello:1.0").await;
    api.deployed("shop", 1).await;
    let window = by_address(session, &instance).await;
    (instance, api, window)
}

#[tokio::test]
async fn a_shell_asks_the_app_that_runs() {
    let mut session = Session::new();
    let (instance, api, window) = with_a_shop(&mut session).await;
    let token = keyring::refresh_token(&session, &connection_of(&window).await);
    let token = token.expect("a refresh token");
    let mut said = String::new();
    let mut run = |arguments: &[&str]| {
        let ran = run(&session, arguments);
        said.push_str(&ran.out);
        said.push_str(&ran.err);
        ran
    };

    let apps = run(&["apps"]);
    apps.ended(0);
    assert!(apps.out.starts_with("shop  dev"), "{}", apps.out);
    let apps = run(&["apps", "--json"]);
    assert_eq!(apps.ended(0).json()["application"], "shop");

    let shop = run(&["api", "get", "/api/applications/shop"]);
    assert_eq!(shop.ended(0).json()["key"], "shop");
    let shop = run(&["api", "GET", "/api/applications?pageSize=1", "--json"]);
    let shop = shop.ended(0).json();
    assert_eq!(
        (&shop["status"], &shop["body"]["data"][0]["key"]),
        (&json!(200), &json!("shop"))
    );
    let nothing = run(&["api", "GET", "/api/applications/nothing"]);
    assert!(
        nothing.ended(1).err.contains("404 Not Found"),
        "{}",
        nothing.err
    );
    run(&["api", "GET", "/auth/token"]).ended(2);
    run(&["apps", "-c", "nobody"]).ended(4);
    run(&["logs", "shop", "--grep", "("]).ended(2);

    let log = run(&["logs", "shop"]);
    assert!(log.ended(0).out.contains(" shop@dev "), "{}", log.out);
    let log = run(&["logs", "shop", "-e", "dev", "--since", "1h", "--json"]);
    let first = log.ended(0).out.lines().next().expect("a line");
    let first: Value = serde_json::from_str(first).expect("JSON");
    assert_eq!(first["application"], "shop");
    let none = run(&["logs", "shop", "--grep", "nothing says this"]);
    assert_eq!(none.ended(0).out, "");
    run(&["logs", "nothing"]).ended(4);

    // A write to production needs a word more, and is held to the same three seconds.
    let body = json!({"environment": "prod", "image": "miso/hello:1.0"}).to_string();
    let deploy = [
        "api",
        "POST",
        "/api/applications/shop/deploy",
        "--data",
        &body,
    ];
    let refused = run(&deploy);
    assert!(refused.ended(6).err.contains("PROD"), "{}", refused.err);
    assert_eq!(api.deployments("shop").await.len(), 1, "nothing was sent");
    let begun = Instant::now();
    run(&[&deploy[..], &["--yes"]].concat()).ended(0);
    assert!(begun.elapsed() >= Duration::from_secs(3));
    api.deployed("shop", 2).await;

    assert!(
        !said.contains(&token) && !said.contains("eyJ"),
        "no token is said"
    );
    a_closed_pipe_is_no_error(&session);
    words_are_completed(&session);
    what_is_copied_runs(&session, &window).await;
    another_user_is_refused(&session);
    window.quit(&mut session).await;
    assert_eq!(instance.stop(), Some(0));
}

fn a_closed_pipe_is_no_error(session: &Session) {
    let piped = in_shell(
        session,
        "bash",
        "set -o pipefail; miso-desktop logs shop -e dev | head -1 >/dev/null",
    );
    assert_eq!(piped.ended(0).err, "");
}

fn words_are_completed(session: &Session) {
    let completed = |words: &str, at: usize| {
        let script = format!(
            "source <(miso-desktop completions bash); COMP_WORDS=(miso-desktop {words}); COMP_CWORD={at}; \
             _miso_desktop miso-desktop; printf '%s\\n' \"${{COMPREPLY[@]}}\""
        );
        in_shell(session, "bash", &script).ended(0).out.clone()
    };
    assert_eq!(completed("lo", 1), "logs\nlocal\n");
    assert_eq!(completed("logs ''", 2), "shop\n");
    assert!(completed("logs shop -e ''", 4).contains("dev\n"));
    assert!(completed("apps -c ''", 3).contains("127.0.0.1"));
}

/// The commands that pages copy, as they are.
async fn what_is_copied_runs(session: &Session, window: &Window) {
    window.click("link", "Applications").await;
    window.click("link", "shop").await;
    window.see("heading", "shop").await;
    window.click("button", "More").await;
    window.click("menuitem", "Copy as command").await;
    window.press("gi".chars()).await;
    let command = on_the_clipboard(window).await;
    assert!(
        command.starts_with("miso-desktop api GET /api/applications/shop -c "),
        "{command}"
    );
    assert_eq!(
        in_shell(session, "sh", &command).ended(0).json()["key"],
        "shop"
    );
}

/// Neither the folder nor the socket lets another user in; where they did, the app looks who asks.
fn another_user_is_refused(session: &Session) {
    let folder = data(session).join("shell");
    let socket = folder.join("socket");
    let mode = |path: &Path| {
        let about = fs::metadata(path).expect("it is there");
        about.permissions().mode() & 0o777
    };
    assert_eq!((mode(&folder), mode(&socket)), (0o700, 0o600));
    if !rustix::process::geteuid().is_root() {
        // The app's own test asks it with another user's number.
        eprintln!("only an administrator can ask as another user");
        return;
    }
    // The way there is open to all, so that the folder alone refuses.
    for above in data(session).ancestors() {
        let mode = fs::metadata(above)
            .expect("it is there")
            .permissions()
            .mode();
        if mode & 0o001 == 0 {
            fs::set_permissions(above, Permissions::from_mode(mode | 0o011)).expect("its owner");
        }
    }
    assert_eq!(as_another_user(&socket), "refused");
    fs::set_permissions(&folder, Permissions::from_mode(0o755)).expect("its folder");
    assert_eq!(as_another_user(&socket), "refused");
    fs::set_permissions(&socket, Permissions::from_mode(0o666)).expect("its socket");
    assert_eq!(as_another_user(&socket), "nothing", "it is not answered");
    run(session, &["apps"]).ended(0);
}

fn as_another_user(socket: &Path) -> String {
    let script = "socket(S, PF_UNIX, SOCK_STREAM, 0) or die; \
        connect(S, sockaddr_un($ARGV[0])) or do { print 'refused'; exit }; \
        $SIG{PIPE} = 'IGNORE'; syswrite(S, $ARGV[1]); \
        print sysread(S, my $told, 1000) ? $told : 'nothing';";
    let question = json!({"version": 1, "connection": null, "ask": {"what": "apps"}});
    let asked = Command::new("setpriv")
        .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
        .args(["perl", "-MSocket", "-e", script])
        .arg(socket)
        .arg(format!("{question}\n"))
        .current_dir("/")
        .output()
        .expect("setpriv");
    assert!(
        asked.status.success(),
        "{}",
        String::from_utf8_lossy(&asked.stderr)
    );
    String::from_utf8(asked.stdout).expect("text")
}

pub(crate) fn data(session: &Session) -> PathBuf {
    session.home().join(".local/share/ai.aifabrix.miso-desktop")
}

#[tokio::test]
async fn a_shell_takes_the_place_of_an_app_that_does_not_run() {
    let mut session = Session::new();
    let (instance, api, window) = with_a_shop(&mut session).await;
    let follow = [
        "logs", "shop", "-e", "dev", "--since", "1h", "--follow", "--json",
    ];
    let followed = Followed::begin(&session, &follow);
    followed.more_than(0).await;
    window.quit(&mut session).await;

    // It goes on without the app, and what else is asked meanwhile is asked of it.
    let before = followed.count();
    api.deploy("shop", "dev", "miso/hello:1.0").await;
    api.deployed("shop", 2).await;
    followed.more_than(before).await;
    run(&session, &["apps"]).ended(0);

    // The app has its place as soon as it wants it, and its session is the one that the command left.
    let window = Window::open(&mut session, &[]).await;
    window.see_within(LATER, "heading", "Home").await;
    window.see_within(LATER, "link", "shop").await;
    let before = followed.count();
    api.deploy("shop", "dev", "miso/hello:1.0").await;
    api.deployed("shop", 3).await;
    followed.more_than(before).await;
    window.quit(&mut session).await;
    let (code, lines) = followed.end();
    assert_eq!(code, Some(130));
    let mut once = lines.clone();
    once.sort();
    once.dedup();
    assert_eq!(
        once.len(),
        lines.len(),
        "no line is printed twice: {lines:#?}"
    );

    // One after the other and at the same time: a refresh token is spent once.
    for _ in 0..2 {
        let shop = run(&session, &["api", "GET", "/api/applications/shop"]);
        assert_eq!(shop.ended(0).json()["key"], "shop");
    }
    let log = run(&session, &["logs", "shop", "--since", "1h"]);
    assert!(log.ended(0).out.contains(" shop@dev "), "{}", log.out);
    let both = in_shell(
        &session,
        "bash",
        "miso-desktop apps & miso-desktop apps; one=$?; wait $! && exit $one",
    );
    assert_eq!(
        both.ended(0).out.matches("shop  dev").count(),
        2,
        "{}",
        both.out
    );
    let body = json!({"environment": "prod", "image": "miso/hello:1.0"}).to_string();
    let deploy = ["api", "POST", "/api/applications/shop/deploy", "-d", &body];
    run(&session, &deploy).ended(6);
    assert_eq!(api.deployments("shop").await.len(), 3, "nothing was sent");
    a_locked_connection_needs_a_word_too(&session, &api).await;
    let window = Window::open(&mut session, &[]).await;
    window.see_within(LATER, "link", "shop").await;
    window.quit(&mut session).await;

    // Without the instance what is kept is printed, and the end says why there is no more.
    assert_eq!(instance.stop(), Some(0));
    run(&session, &["apps"]).ended(5);
    run(&session, &["api", "GET", "/api/applications"]).ended(5);
}

async fn a_locked_connection_needs_a_word_too(session: &Session, api: &Api) {
    let file = data(session).join("settings.json");
    let kept = fs::read(&file).expect("the settings");
    let mut kept: Value = serde_json::from_slice(&kept).expect("JSON");
    kept["connections"][0]["readOnly"] = json!(true);
    fs::write(&file, kept.to_string()).expect("the settings");
    let body = json!({"environment": "dev", "image": "miso/hello:1.0"}).to_string();
    let deploy = ["api", "POST", "/api/applications/shop/deploy", "-d", &body];
    let refused = run(session, &deploy);
    assert!(refused.ended(6).err.contains("locked"), "{}", refused.err);
    assert_eq!(api.deployments("shop").await.len(), 3, "nothing was sent");
    run(session, &["api", "GET", "/api/applications/shop"]).ended(0);
    run(session, &[&deploy[..], &["--yes"]].concat()).ended(0);
    api.deployed("shop", 4).await;
}

#[tokio::test]
async fn one_of_several_connections_is_named() {
    let mut session = Session::new();
    let (instance, _, window) = with_a_shop(&mut session).await;
    as_another(&mut session, &instance, &window, VIEWER).await;
    let second = connection_of(&window).await;
    let which = run(&session, &["apps"]);
    which.ended(2);
    assert_eq!(which.err.matches("  -c ").count(), 2, "{}", which.err);
    run(&session, &["apps", "-c", &second]).ended(0);
    window.quit(&mut session).await;
    run(&session, &["apps"]).ended(2);
    run(&session, &["apps", "-c", &second]).ended(0);
    assert_eq!(instance.stop(), Some(0));
}

#[tokio::test]
async fn without_a_connection_there_is_nothing_to_ask() {
    let session = Session::without_display();
    let none = run(&session, &["apps"]);
    assert!(none.ended(4).err.contains("open the app"), "{}", none.err);
    assert!(!data(&session).exists(), "nothing is made for it");
    run(&session, &["logs"]).ended(2);
    run(&session, &["api", "GET", "/api/applications", "--follow"]).ended(2);
    for shell in ["bash", "zsh", "fish"] {
        let script = run(&session, &["completions", shell]);
        assert!(script.ended(0).out.contains("__complete"));
    }
    let help = run(&session, &["api", "--help"]);
    assert!(help.ended(0).out.contains("Exit codes"));
    until_true("it is quick", SOON, || {
        run(&session, &["__complete", ""]).code == Some(0)
    })
    .await;
}
