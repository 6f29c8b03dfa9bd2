//! `run`: the app on the display there is, or on a virtual one.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use crate::packages::{self, For};
use crate::step::{Failure, Steps};
use crate::{cargo, ui};

/// What the app does without a window.
const WITHOUT_A_WINDOW: [&str; 6] = ["local", "bindings", "--help", "-h", "--version", "-V"];

/// Builds and starts the app, and returns when it ends.
///
/// # Errors
/// When a step fails, or the app ends with anything but 0.
pub fn run(steps: &mut Steps, release: bool, args: &[OsString]) -> Result<String, Failure> {
    let display = has_display();
    if !display {
        println!(
            "There is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set): a virtual one will do."
        );
    }
    packages::install(
        steps,
        if display {
            For::Build
        } else {
            For::VirtualDisplay
        },
    )?;
    ui::build(steps)?;
    let app = cargo::build_app(steps, release)?;
    let for_the_shell = args
        .first()
        .is_some_and(|first| WITHOUT_A_WINDOW.iter().any(|word| first == word));
    if display || for_the_shell {
        return start(&app, args);
    }
    virtual_display(&app)
}

fn has_display() -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || set("DISPLAY") || set("WAYLAND_DISPLAY")
}

fn start(app: &Path, args: &[OsString]) -> Result<String, Failure> {
    println!("\n==> start: {}", app.display());
    let status = Command::new(app).args(args).status()?;
    if status.success() {
        return Ok("Miso Desktop has ended.".to_owned());
    }
    Err(Failure::new(format!(
        "{} ended with {status}",
        app.display()
    )))
}

#[cfg(not(target_os = "linux"))]
fn virtual_display(app: &Path) -> Result<String, Failure> {
    start(app, &[])
}

#[cfg(target_os = "linux")]
use on_linux::virtual_display;

#[cfg(target_os = "linux")]
mod on_linux {
    use std::fs;
    use std::path::Path;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread;
    use std::time::{Duration, Instant};

    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

    use crate::desktop::{Desktop, Options};
    use crate::paths;
    use crate::sign_in::sign_in;
    use crate::step::{Failure, Seconds};

    /// How long the window may take to show something new.
    const PATIENCE: Duration = Duration::from_secs(60);
    const POLL: Duration = Duration::from_millis(200);
    /// A window that has not changed for so long has come to rest.
    const REST: Duration = Duration::from_secs(4);
    /// What is deployed first keeps the page busy: then it is taken as it is.
    const SETTLING: Duration = Duration::from_secs(20);

    /// Starts the app with its own instance, signs in as its administrator, saves a picture and
    /// stays until the app ends or is to stop.
    pub fn virtual_display(app: &Path) -> Result<String, Failure> {
        println!(
            "\n==> start: {} --try-here on a virtual display",
            app.display()
        );
        let began = Instant::now();
        let stop = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            signal_hook::flag::register(signal, Arc::clone(&stop))?;
        }
        let mut desktop = Desktop::start(&Options::default())?;
        let mut command = desktop.command(app);
        // There is no graphics card here that the window could draw with.
        command.env("WEBKIT_DISABLE_DMABUF_RENDERER", "1");
        let id = desktop.spawn("app", command.arg("--try-here"))?;
        let log = paths::logs().join("app.log");
        fs::create_dir_all(paths::logs())?;
        let picture = paths::target().join("miso-desktop.png");
        let mut watched = Watched { desktop, id, stop };
        let shown = sign_in_there(&mut watched).and_then(|before| {
            println!(
                "Signed in after {}. The picture is taken when the first deployments are through.",
                Seconds(began.elapsed())
            );
            settled_picture(&mut watched, &before, &picture)
        });
        match shown {
            Ok(()) => {}
            Err(NotShown::Stopped) => return stopped(&watched, &log),
            Err(NotShown::Problem(problem)) => {
                fs::copy(watched.desktop.log("app"), &log)?;
                return Err(Failure::with_log(problem, &log));
            }
        }
        println!(
            "<== start: signed in and shown after {}",
            Seconds(began.elapsed())
        );
        println!("\nThe window is in {}.", picture.display());
        println!("Ctrl-C (or SIGTERM) stops the app and everything that was started for it.");
        let status = loop {
            if let Some(status) = watched.desktop.ended(id)? {
                break status;
            }
            if watched.is_to_stop() {
                return stopped(&watched, &log);
            }
            thread::sleep(POLL);
        };
        fs::copy(watched.desktop.log("app"), &log)?;
        if status.success() {
            return Ok("Miso Desktop has ended.".to_owned());
        }
        Err(Failure::with_log(
            format!("Miso Desktop ended with {status}"),
            &log,
        ))
    }

    /// The app that was started.
    struct Watched {
        desktop: Desktop,
        id: u32,
        stop: Arc<AtomicBool>,
    }

    impl Watched {
        fn is_to_stop(&self) -> bool {
            self.stop.load(Ordering::Relaxed)
        }

        /// Asks until there is an answer, the app has ended, or the patience has.
        fn until<T>(
            &mut self,
            what: &str,
            mut ask: impl FnMut(&Desktop) -> Result<Option<T>, NotShown>,
        ) -> Result<T, NotShown> {
            let deadline = Instant::now() + PATIENCE;
            loop {
                let ended = self.desktop.ended(self.id);
                let ended = ended.map_err(|error| NotShown::Problem(error.to_string()))?;
                if let Some(status) = ended {
                    return Err(NotShown::Problem(format!(
                        "Miso Desktop ended ({status}) before it could {what}"
                    )));
                }
                if self.is_to_stop() {
                    return Err(NotShown::Stopped);
                }
                if let Some(value) = ask(&self.desktop)? {
                    return Ok(value);
                }
                if Instant::now() > deadline {
                    return Err(NotShown::Problem(format!(
                        "Miso Desktop did not {what} within {} s",
                        PATIENCE.as_secs()
                    )));
                }
                thread::sleep(POLL);
            }
        }
    }

    /// Why the window was not shown.
    enum NotShown {
        /// Ctrl-C.
        Stopped,
        Problem(String),
    }

    fn stopped(watched: &Watched, log: &Path) -> Result<String, Failure> {
        fs::copy(watched.desktop.log("app"), log)?;
        Ok("Stopped: the app and everything that was started for it.".to_owned())
    }

    /// Waits until the browser is asked for and answers for the person. Gives the picture of the
    /// window from just before.
    fn sign_in_there(watched: &mut Watched) -> Result<Vec<u8>, NotShown> {
        let url = watched.until("ask for a sign-in", |desktop| {
            Ok(desktop.opened().into_iter().next())
        })?;
        let before = picture(&watched.desktop, &watched.desktop.home().join("before.png"))?;
        let page = sign_in(&url, "administrator").map_err(|error| {
            let place = url.split('?').next().unwrap_or_default();
            NotShown::Problem(format!("the sign-in at {place} failed: {error}"))
        })?;
        if page.status >= 400 {
            return Err(NotShown::Problem(format!(
                "the sign-in ended at {} with {}",
                page.url, page.status
            )));
        }
        Ok(before)
    }

    /// Waits until the window shows something new and has come to rest.
    fn settled_picture(watched: &mut Watched, before: &[u8], file: &Path) -> Result<(), NotShown> {
        let mut last = before.to_vec();
        let mut since = Instant::now();
        let mut first = None;
        watched.until("show the applications", |desktop| {
            let now = picture(desktop, file)?;
            if now != last {
                last = now;
                since = Instant::now();
            }
            if last == before {
                return Ok(None);
            }
            let waited = first.get_or_insert_with(Instant::now).elapsed();
            Ok((since.elapsed() > REST || waited > SETTLING).then_some(()))
        })
    }

    fn picture(desktop: &Desktop, file: &Path) -> Result<Vec<u8>, NotShown> {
        desktop
            .picture(file)
            .and_then(|()| fs::read(file))
            .map_err(|error| NotShown::Problem(format!("no picture could be taken: {error}")))
    }
}
