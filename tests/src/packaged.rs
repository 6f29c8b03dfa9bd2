//! The Debian package as a person has it: installed, started from the desktop, signed in to, sent a
//! link, removed.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::session::Session;
use crate::support::sign_in::{MATRIX, answer};
use crate::support::wait::{LATER, until};
use crate::support::window::Window;
use crate::support::{binary, keyring, pictures};

const NAME: &str = "miso-desktop";
/// The most bytes that a package may have.
const MOST: u64 = 12_000_000;
const LINK: &str = "miso://connect?instance=https://other.example/live";

#[tokio::test]
#[ignore = "needs the package: cargo xtask test full"]
async fn installed_started_from_the_desktop_signed_in_to_and_removed() {
    let package = binary::package();
    let size = package.metadata().expect("the package").len();
    assert!(size <= MOST, "{} has {size} bytes", package.display());
    let mut session = Session::new();
    let installed = Installed::from(&session, &package);
    installed.is_what_desktops_expect(&session);

    let starter = installed.starter(&session);
    let window = Window::opened_by(&mut session, &starter).await;
    let runs = fs::read_link(format!("/proc/{}/exe", window.id())).expect("the app runs");
    assert_eq!(runs, installed.root.join("usr/bin").join(NAME));
    window.see_within(LATER, "button", "Start").await;
    window.click("button", "Start").await;
    answer(&mut session).await;
    window.see_within(LATER, "table", MATRIX).await;
    assert_eq!(keyring::count(&session), 1);
    window.picture(&pictures::out("packaged")).await;

    let opened = installed.command(&session, "xdg-open").arg(LINK).status();
    assert!(opened.expect("xdg-open starts").success());
    until("the link is followed", LATER, || async {
        match window.address().await {
            at if at.contains("other.example") => Ok(()),
            at => Err(at),
        }
    })
    .await;
    window.see_text("A link filled this in.").await;
    window.quit(&mut session).await;

    let files = installed.files(&session);
    assert!(files.iter().all(|file| file.exists()), "{files:?}");
    installed.remove(&session);
    let left: Vec<&PathBuf> = files.iter().filter(|file| file.exists()).collect();
    assert!(left.is_empty(), "{left:?}");
    // What is a person's own is not the package's to take away.
    let data = session.home().join(".local/share/ai.aifabrix.miso-desktop");
    assert!(data.is_dir(), "{}", data.display());
    assert_eq!(keyring::count(&session), 1);
}

/// The package in its place: the system's where this may be changed, else a folder of the session.
/// It is removed whatever becomes of the test.
struct Installed {
    root: PathBuf,
    package: PathBuf,
    by_dpkg: bool,
}

impl Installed {
    fn from(session: &Session, package: &Path) -> Self {
        let by_dpkg = rustix::process::geteuid().is_root();
        if !by_dpkg {
            let root = session.home().join("installed");
            let mut unpack = session.command("dpkg-deb");
            succeeds(unpack.arg("--extract").arg(package).arg(&root));
            let installed = Self {
                root,
                package: package.to_owned(),
                by_dpkg,
            };
            // As dpkg's trigger does.
            let applications = installed.share().join("applications");
            succeeds(session.command("update-desktop-database").arg(applications));
            return installed;
        }
        let status = ["--show", "--showformat", "${db:Status-Status}", NAME];
        let known = session.command("dpkg-query").args(status).output();
        let known = known.expect("dpkg-query starts").stdout;
        assert!(
            matches!(known.as_slice(), b"" | b"not-installed" | b"config-files"),
            "{NAME} is installed on this machine: it is somebody's, and is left alone"
        );
        // From here on it is removed again, even where its installation breaks off.
        let installed = Self {
            root: PathBuf::from("/"),
            package: package.to_owned(),
            by_dpkg,
        };
        succeeds(session.command("dpkg").arg("--install").arg(package));
        installed
    }

    fn share(&self) -> PathBuf {
        self.root.join("usr/share")
    }

    fn entry(&self) -> PathBuf {
        self.share().join("applications/miso-desktop.desktop")
    }

    /// What the desktop's own checks say of what the desktop reads.
    fn is_what_desktops_expect(&self, session: &Session) {
        succeeds(session.command("desktop-file-validate").arg(self.entry()));
        let metadata = "metainfo/ai.aifabrix.miso-desktop.metainfo.xml";
        let mut validate = session.command("appstreamcli");
        validate.args(["validate", "--no-net"]);
        succeeds(validate.arg(self.share().join(metadata)));
        let completion = self.share().join("bash-completion/completions").join(NAME);
        let loaded = format!(". '{}' && complete -p {NAME}", completion.display());
        succeeds(session.command("bash").args(["-c", &loaded]));
        let handler = ["query", "default", "x-scheme-handler/miso"];
        let handler = self.command(session, "xdg-mime").args(handler).output();
        let handler = handler.expect("xdg-mime starts").stdout;
        assert_eq!(String::from_utf8_lossy(&handler), "miso-desktop.desktop\n");
    }

    /// A command that finds what is installed.
    fn command(&self, session: &Session, program: &str) -> Command {
        let mut command = session.command(program);
        for (name, value) in self.environment() {
            command.env(name, value);
        }
        command
    }

    fn environment(&self) -> [(&'static str, String); 2] {
        let path = std::env::var("PATH").expect("a path");
        let share = self.share().display().to_string();
        [
            ("PATH", format!("{}/usr/bin:{path}", self.root.display())),
            (
                "XDG_DATA_DIRS",
                format!("{share}:/usr/local/share:/usr/share"),
            ),
        ]
    }

    /// A program that starts the app by its desktop entry, and stays: who drives a window takes the
    /// end of what it started for the window's.
    fn starter(&self, session: &Session) -> PathBuf {
        let [path, data] = self
            .environment()
            .map(|(name, value)| format!("{name}='{value}'"));
        let entry = self.entry();
        let script = format!(
            "#!/bin/sh\nexport {path} {data}\ngio launch '{}' && exec sleep 600\n",
            entry.display()
        );
        let file = session.home().join("start");
        fs::write(&file, script).expect("a script");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).expect("it may run");
        file
    }

    /// The files that the package brought.
    fn files(&self, session: &Session) -> Vec<PathBuf> {
        let mut list = session.command("sh");
        list.args(["-c", "dpkg-deb --fsys-tarfile \"$0\" | tar --list"]);
        let output = list.arg(&self.package).output().expect("a list");
        let names = String::from_utf8(output.stdout).expect("names in UTF-8");
        let names = names.lines().filter(|name| !name.ends_with('/'));
        let files: Vec<PathBuf> = names
            .map(|name| self.root.join(name.trim_start_matches("./")))
            .collect();
        assert!(files.contains(&self.entry()), "{files:?}");
        files
    }

    fn remove(self, session: &Session) {
        if self.by_dpkg {
            succeeds(session.command("dpkg").args(["--remove", NAME]));
        } else {
            fs::remove_dir_all(&self.root).expect("the folder is removed");
        }
        // There is nothing left to do for the guard.
        std::mem::forget(self);
    }
}

impl Drop for Installed {
    fn drop(&mut self) {
        if !self.by_dpkg {
            return;
        }
        let removed = Command::new("dpkg").args(["--remove", NAME]).status();
        if !removed.as_ref().is_ok_and(|status| status.success()) {
            eprintln!("{NAME} is still installed: {removed:?}");
        }
    }
}

fn succeeds(command: &mut Command) {
    let output = command.output();
    let output = output.unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(
        output.status.success(),
        "{command:?}: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
