//! A desktop session that nobody shares: home, D-Bus, keyring, display, window manager, browser.
//!
//! Everything started in it is one process group, ended by a guard as soon as this process lets go
//! of it, in whatever way that happens: returning, a panic, Ctrl-C or a kill.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// What a session is to have.
#[derive(Clone, Debug)]
pub struct Options {
    /// An unlocked Secret Service on the bus.
    pub keyring: bool,
    /// An X display with a window manager.
    pub display: bool,
    /// A browser that takes what it is asked to open; without it every one refuses.
    pub browser: bool,
    /// The value of `LANG`.
    pub lang: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            keyring: true,
            display: true,
            browser: true,
            lang: "C.UTF-8".to_owned(),
        }
    }
}

/// The session. Dropping it ends everything that was started in it and removes its files.
pub struct Desktop {
    folder: PathBuf,
    group: i32,
    guard: Child,
    children: Vec<Child>,
    keyring: Option<u32>,
    environment: Vec<(&'static str, String)>,
}

/// The size of the display in pixels: a window of 1280×800 fits with its frame.
pub const DISPLAY_SIZE: (u32, u32) = (1360, 880);

/// How long a part of the session may take to come up.
const PATIENCE: Duration = Duration::from_secs(20);

/// Reads until the starter is gone, then ends the group from outside it and removes the folder.
const GUARD: &str = r#"cat >/dev/null
setsid sh -c 'kill -s KILL -- "-$0"; tries=0
while kill -s 0 -- "-$0" 2>/dev/null && [ $tries -lt 50 ]; do tries=$((tries+1)); sleep 0.1; done
rm -rf -- "$1"' "$$" "$0" >/dev/null 2>&1 &"#;

impl Desktop {
    /// Starts a session and waits until every part of it answers.
    ///
    /// # Errors
    /// When a part does not start, or does not answer within 20 s.
    pub fn start(options: &Options) -> io::Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("miso-desktop-")
            .tempdir()?
            .keep();
        let guard = Command::new("sh")
            .args(["-c", GUARD])
            .arg(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()?;
        let group = i32::try_from(guard.id()).map_err(io::Error::other)?;
        let environment = Vec::new();
        let mut desktop = Self {
            folder,
            group,
            guard,
            children: Vec::new(),
            keyring: None,
            environment,
        };
        desktop.make_home(options)?;
        desktop.start_bus()?;
        if options.display {
            desktop.start_display()?;
        }
        if options.keyring {
            desktop.start_keyring()?;
        }
        Ok(desktop)
    }

    /// A command that will run in this session, with nothing of the outer environment but `PATH`.
    /// Spawn it with [`Desktop::spawn`], or wait for it: it belongs to the session's group.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .process_group(self.group)
            .current_dir(self.home());
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Starts a command whose output goes to the session's file `NAME.log`, and keeps it. Returns
    /// its process id.
    ///
    /// # Errors
    /// When it cannot start.
    pub fn spawn(&mut self, name: &str, command: &mut Command) -> io::Result<u32> {
        let log = File::create(self.log(name))?;
        command.stdout(log.try_clone()?).stderr(log);
        let child = command.spawn()?;
        let id = child.id();
        self.children.push(child);
        Ok(id)
    }

    /// Whether a process started with [`Desktop::spawn`] still runs; its exit code where it ended.
    ///
    /// # Errors
    /// When the system cannot say.
    pub fn ended(&mut self, id: u32) -> io::Result<Option<std::process::ExitStatus>> {
        match self.children.iter_mut().find(|child| child.id() == id) {
            Some(child) => child.try_wait(),
            None => Err(io::Error::new(
                io::ErrorKind::NotFound,
                "not a process of this session",
            )),
        }
    }

    /// Ends one process started with [`Desktop::spawn`] at once.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn kill(&mut self, id: u32) -> io::Result<()> {
        let Some(index) = self.children.iter().position(|child| child.id() == id) else {
            return Err(io::Error::new(
                io::ErrorKind::NotFound,
                "not a process of this session",
            ));
        };
        let mut child = self.children.remove(index);
        let killed = child.kill();
        child.wait()?;
        killed
    }

    /// The session's home.
    pub fn home(&self) -> PathBuf {
        self.folder.join("home")
    }

    /// Where the output of a process goes.
    pub fn log(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.log"))
    }

    /// Every file of output with its name.
    pub fn logs(&self) -> Vec<(String, String)> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let logs = entries
            .map(|entry| entry.path())
            .filter(|path| path.extension() == Some("log".as_ref()));
        logs.map(|path| {
            let name = path
                .file_stem()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            let bytes = fs::read(&path).unwrap_or_default();
            (name, String::from_utf8_lossy(&bytes).into_owned())
        })
        .collect()
    }

    /// What the system's browser was asked to open, oldest first.
    pub fn opened(&self) -> Vec<String> {
        let text = fs::read_to_string(self.folder.join("opened")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    /// Takes a picture of the whole display.
    ///
    /// # Errors
    /// When ImageMagick's `import` fails.
    pub fn picture(&self, file: &Path) -> io::Result<()> {
        let output = self
            .command("import")
            // Equal pictures are equal files: without the time.
            .args(["-window", "root", "-define", "png:exclude-chunks=date,time"])
            .arg(file)
            .output()?;
        if output.status.success() {
            return Ok(());
        }
        Err(io::Error::other(
            String::from_utf8_lossy(&output.stderr).into_owned(),
        ))
    }

    fn make_home(&mut self, options: &Options) -> io::Result<()> {
        let home = self.home();
        let runtime = self.folder.join("runtime");
        let config = home.join(".config");
        let data = home.join(".local/share");
        for folder in [
            &runtime,
            &config.join("openbox"),
            &data.join("applications"),
            &home.join(".cache"),
        ] {
            fs::create_dir_all(folder)?;
        }
        fs::set_permissions(&runtime, fs::Permissions::from_mode(0o700))?;
        self.make_browser(&config, &data, options.browser)?;
        let text = |path: &Path| path.to_string_lossy().into_owned();
        self.environment = vec![
            ("HOME", text(&home)),
            ("XDG_CONFIG_HOME", text(&config)),
            ("XDG_DATA_HOME", text(&data)),
            ("XDG_CACHE_HOME", text(&home.join(".cache"))),
            ("XDG_STATE_HOME", text(&home.join(".local/state"))),
            ("XDG_RUNTIME_DIR", text(&runtime)),
            ("LANG", options.lang.clone()),
            // There is no dconf and no accessibility bus here, and waiting for them takes seconds.
            ("GSETTINGS_BACKEND", "memory".to_owned()),
            ("NO_AT_BRIDGE", "1".to_owned()),
            // No container engine: what is seen is the same on every machine.
            ("DOCKER_HOST", "unix:///nowhere/docker.sock".to_owned()),
            // After the default: otherwise whatever is installed would be tried.
            ("BROWSER", "false".to_owned()),
        ];
        Ok(())
    }

    /// `xdg-open` asks the desktop's default for `http` before `$BROWSER`: this is the default.
    fn make_browser(&self, config: &Path, data: &Path, willing: bool) -> io::Result<()> {
        let script = self.folder.join("browser");
        let opened = self.folder.join("opened");
        let does = if willing {
            format!("printf '%s\\n' \"$1\" >>'{}'", opened.display())
        } else {
            "exit 1".to_owned()
        };
        fs::write(&script, format!("#!/bin/sh\n{does}\n"))?;
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755))?;
        let entry = format!(
            "[Desktop Entry]\nType=Application\nName=Browser\nExec={} %u\n\
             MimeType=x-scheme-handler/http;x-scheme-handler/https;\n",
            script.display()
        );
        fs::write(data.join("applications/browser.desktop"), entry)?;
        fs::write(
            config.join("mimeapps.list"),
            "[Default Applications]\nx-scheme-handler/http=browser.desktop\n\
             x-scheme-handler/https=browser.desktop\n",
        )
    }

    fn start_bus(&mut self) -> io::Result<()> {
        let socket = self.folder.join("runtime/bus");
        let config = self.folder.join("bus.conf");
        // No folder of services: what is on this bus is what the session started.
        let text = format!(
            "<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN\" \
             \"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\">\n<busconfig>\
             <type>session</type><listen>unix:path={}</listen><auth>EXTERNAL</auth>\
             <policy context=\"default\"><allow send_destination=\"*\" eavesdrop=\"true\"/>\
             <allow eavesdrop=\"true\"/><allow own=\"*\"/></policy></busconfig>\n",
            socket.display()
        );
        fs::write(&config, text)?;
        let mut daemon = self.command("dbus-daemon");
        daemon
            .arg("--nofork")
            .arg("--nopidfile")
            .arg("--config-file")
            .arg(&config);
        self.spawn("dbus", &mut daemon)?;
        self.wait("the message bus", |_| socket.exists())?;
        self.environment.push((
            "DBUS_SESSION_BUS_ADDRESS",
            format!("unix:path={}", socket.display()),
        ));
        Ok(())
    }

    fn start_display(&mut self) -> io::Result<()> {
        let (width, height) = DISPLAY_SIZE;
        let mut server = self.command("Xvfb");
        server.args([
            "-displayfd",
            "1",
            "-nolisten",
            "tcp",
            "-noreset",
            "-screen",
            "0",
        ]);
        server.arg(format!("{width}x{height}x24"));
        server
            .stdout(Stdio::piped())
            .stderr(File::create(self.log("xvfb"))?);
        let mut child = server.spawn()?;
        let stdout = child.stdout.take();
        self.children.push(child);
        let mut number = String::new();
        // The server closes the pipe if it cannot start: an empty line ends the wait too.
        BufReader::new(stdout.ok_or_else(|| io::Error::other("no output of Xvfb"))?)
            .read_line(&mut number)?;
        if number.trim().is_empty() {
            return Err(io::Error::other("Xvfb found no display"));
        }
        self.environment
            .push(("DISPLAY", format!(":{}", number.trim())));

        let ready = self.folder.join("window-manager-ready");
        let mut manager = self.command("openbox");
        manager
            .arg("--startup")
            .arg(format!("touch {}", ready.display()));
        self.spawn("openbox", &mut manager)?;
        self.wait("the window manager", |_| ready.exists())
    }

    /// Starts the keyring, unlocked, and waits until it answers.
    ///
    /// # Errors
    /// When it does not start, or does not answer within 20 s.
    pub fn start_keyring(&mut self) -> io::Result<()> {
        let mut daemon = self.command("gnome-keyring-daemon");
        daemon
            .args(["--foreground", "--components=secrets", "--unlock"])
            .stdin(Stdio::piped());
        let log = File::create(self.log("keyring"))?;
        let mut child = daemon.stdout(log.try_clone()?).stderr(log).spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(b"test")?;
        }
        self.keyring = Some(child.id());
        self.children.push(child);
        self.wait("the keyring", Self::keyring_answers)
    }

    /// Ends the keyring; what it holds stays on disk.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn stop_keyring(&mut self) -> io::Result<()> {
        match self.keyring.take() {
            Some(id) => self.kill(id),
            None => Ok(()),
        }
    }

    /// Whether a secret can be kept, found and removed.
    fn keyring_answers(&self) -> bool {
        let script = "printf probe | secret-tool store --label=probe miso probe \
                      && test \"$(secret-tool lookup miso probe)\" = probe && secret-tool clear miso probe";
        let mut probe = self.command("timeout");
        probe.args(["5", "sh", "-c", script]).stdin(Stdio::null());
        probe.stdout(Stdio::null()).stderr(Stdio::null());
        probe.status().is_ok_and(|status| status.success())
    }

    fn wait(&self, what: &str, ready: impl Fn(&Self) -> bool) -> io::Result<()> {
        let deadline = Instant::now() + PATIENCE;
        while !ready(self) {
            if Instant::now() > deadline {
                let logs = self.logs();
                return Err(io::Error::other(format!(
                    "{what} did not come up: {logs:?}"
                )));
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        for child in &mut self.children {
            // The guard ends what these started; an error here says that they have ended.
            let _ended = child.kill();
            let _ended = child.wait();
        }
        let _ended = self.guard.wait();
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::{Duration, Instant};

    use super::{Desktop, Options};

    fn until(what: &str, mut condition: impl FnMut() -> bool) {
        let deadline = Instant::now() + Duration::from_secs(10);
        while !condition() {
            assert!(Instant::now() < deadline, "{what}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    #[test]
    fn has_a_display_a_keyring_and_a_browser_and_leaves_nothing() {
        let mut desktop = Desktop::start(&Options::default()).expect("a session");
        let status = desktop
            .command("xdg-open")
            .arg("http://127.0.0.1:9/a?b=c&d=e")
            .status();
        assert!(status.expect("xdg-open").success());
        until("the browser is asked", || {
            desktop.opened() == ["http://127.0.0.1:9/a?b=c&d=e"]
        });

        let picture = desktop.home().join("picture.png");
        desktop.picture(&picture).expect("a picture");
        assert!(picture.metadata().is_ok_and(|file| file.len() > 100));

        let mut sleeper = desktop.command("sleep");
        let id = desktop.spawn("sleeper", sleeper.arg("600")).expect("sleep");
        let folder = desktop.folder.clone();
        drop(desktop);
        assert!(!Path::new(&format!("/proc/{id}")).exists());
        until("the files are gone", || !folder.exists());
    }

    #[test]
    fn can_do_without_keyring_display_and_browser() {
        let options = Options {
            keyring: false,
            display: false,
            browser: false,
            lang: "C".to_owned(),
        };
        let desktop = Desktop::start(&options).expect("a session");
        assert!(!desktop.keyring_answers());
        let status = desktop
            .command("xdg-open")
            .arg("http://127.0.0.1:9/")
            .status();
        assert!(!status.expect("xdg-open").success());
        let output = desktop.command("env").output().expect("env");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(
            text.contains("LANG=C\n") && !text.contains("DISPLAY="),
            "{text}"
        );
    }
}
