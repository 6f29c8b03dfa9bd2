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
    use std::thread;
    use std::time::{Duration, Instant};

    use crate::desktop::{Desktop, Options};
    use crate::paths;
    use crate::sign_in::sign_in;
    use crate::step::{Failure, Seconds};

    /// How long the window may take to show something new.
    const PATIENCE: Duration = Duration::from_secs(60);
    const POLL: Duration = Duration::from_millis(200);
    /// A window that has not changed for so long has come to rest.
    const REST: Duration = Duration::from_secs(2);
    /// What is deployed first keeps the page busy: then it is taken as it is.
    const SETTLING: Duration = Duration::from_secs(15);

    /// Starts the app with its own instance, signs in as its administrator, saves a picture and
    /// stays until the app ends.
    pub fn virtual_display(app: &Path) -> Result<String, Failure> {
        println!(
            "\n==> start: {} --try-here on a virtual display",
            app.display()
        );
        let began = Instant::now();
        let mut desktop = Desktop::start(&Options::default())?;
        let mut command = desktop.command(app);
        let id = desktop.spawn("app", command.arg("--try-here"))?;
        let log = paths::logs().join("app.log");
        fs::create_dir_all(paths::logs())?;
        let picture = paths::target().join("miso-desktop.png");
        let shown = sign_in_there(&mut desktop, id)
            .and_then(|before| settled_picture(&mut desktop, id, &before, &picture));
        if let Err(problem) = shown {
            fs::copy(desktop.log("app"), &log)?;
            return Err(Failure::with_log(problem, &log));
        }
        println!(
            "<== start: signed in and shown after {}",
            Seconds(began.elapsed())
        );
        println!("\nThe window is in {}.", picture.display());
        println!("Ctrl-C stops the app and everything that was started for it.");
        let status = loop {
            if let Some(status) = desktop.ended(id)? {
                break status;
            }
            thread::sleep(POLL);
        };
        fs::copy(desktop.log("app"), &log)?;
        if status.success() {
            return Ok("Miso Desktop has ended.".to_owned());
        }
        Err(Failure::with_log(
            format!("Miso Desktop ended with {status}"),
            &log,
        ))
    }

    /// Waits until the browser is asked for and answers for the person. Gives the picture of the
    /// window from just before.
    fn sign_in_there(desktop: &mut Desktop, id: u32) -> Result<Vec<u8>, String> {
        let url = until(desktop, id, "ask for a sign-in", |desktop| {
            Ok(desktop.opened().into_iter().next())
        })?;
        let file = desktop.home().join("before.png");
        let before = picture(desktop, &file)?;
        let page = sign_in(&url, "administrator").map_err(|error| error.to_string())?;
        if page.status >= 400 {
            return Err(format!(
                "the sign-in ended at {} with {}",
                page.url, page.status
            ));
        }
        Ok(before)
    }

    /// Waits until the window shows something new and has come to rest.
    fn settled_picture(
        desktop: &mut Desktop,
        id: u32,
        before: &[u8],
        file: &Path,
    ) -> Result<(), String> {
        let mut last = before.to_vec();
        let mut since = Instant::now();
        let mut first = None;
        until(desktop, id, "show the applications", |desktop| {
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

    fn picture(desktop: &Desktop, file: &Path) -> Result<Vec<u8>, String> {
        desktop
            .picture(file)
            .and_then(|()| fs::read(file))
            .map_err(|error| error.to_string())
    }

    fn until<T>(
        desktop: &mut Desktop,
        id: u32,
        what: &str,
        mut ask: impl FnMut(&Desktop) -> Result<Option<T>, String>,
    ) -> Result<T, String> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = desktop.ended(id).map_err(|error| error.to_string())? {
                return Err(format!("Miso Desktop ended with {status}"));
            }
            if let Some(value) = ask(desktop)? {
                return Ok(value);
            }
            if Instant::now() > deadline {
                return Err(format!(
                    "Miso Desktop did not {what} within {} s",
                    PATIENCE.as_secs()
                ));
            }
            thread::sleep(POLL);
        }
    }
}
