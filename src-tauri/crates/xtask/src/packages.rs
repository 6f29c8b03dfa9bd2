//! What the operating system must have.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::step::{Failure, Steps};

/// What it is needed for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum For {
    /// Compiling and starting the app.
    Build,
    /// The app on a display that nobody looks at.
    VirtualDisplay,
    /// The tests of the crates.
    CrateTests,
    /// The tests from outside.
    Test,
}

const BUILD: &[&str] = &[
    "build-essential",
    "pkg-config",
    "libwebkit2gtk-4.1-dev",
    "librsvg2-dev",
    "xdg-utils",
];
const VIRTUAL_DISPLAY: &[&str] = &[
    "dbus-daemon",
    "gnome-keyring",
    "imagemagick",
    "libsecret-tools",
    "openbox",
    "xdotool",
    "xvfb",
];
const CRATE_TESTS: &[&str] = &["git"];
const TEST: &[&str] = &[
    "appstream",
    "curl",
    "desktop-file-utils",
    "jq",
    "libglib2.0-bin",
    "python3-venv",
    "webkit2gtk-driver",
];
/// A container engine and what its images are made of; only where the tests are to have one, for it
/// may be a service of the system from then on.
const ENGINE: &[&str] = &["busybox-static", "docker.io"];
/// Says that the tests are to have a container engine; they fail without one then.
const ENGINE_REQUIRED: &str = "MISO_TESTS_ENGINE";
const CHROMIUM_DEBIAN: &[&str] = &["chromium", "chromium-driver"];
const CHROMIUM_UBUNTU: &[&str] = &["chromium-browser", "chromium-chromedriver"];

/// Installs what is missing where that can be done, else names it.
///
/// # Errors
/// When something is missing that could not be installed.
pub fn install(steps: &mut Steps, purpose: For) -> Result<(), Failure> {
    if cfg!(target_os = "linux") {
        return install_linux(steps, purpose);
    }
    let (compiler, present) = if cfg!(target_os = "macos") {
        (
            "the Xcode command line tools: xcode-select --install",
            answers("xcode-select", &["-p"]),
        )
    } else {
        // rustup does not install without a linker, and Windows 11 brings WebView2.
        (
            "the MSVC build tools (\"Desktop development with C++\") and the WebView2 runtime",
            true,
        )
    };
    if !present {
        return Err(Failure::new(format!("this system lacks {compiler}")));
    }
    Ok(())
}

fn install_linux(steps: &mut Steps, purpose: For) -> Result<(), Failure> {
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let family = Family::of(&release);
    let wanted = wanted(purpose, family);
    if family == Family::Other {
        return name_what_is_missing(purpose, &wanted);
    }
    let missing = missing(&wanted)?;
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.join(" ");
    println!("This system lacks: {names}");
    let mut update = apt()?;
    steps.run(
        "package lists",
        "apt-get update",
        update.args(["-q", "update"]),
    )?;
    let mut install = apt()?;
    install
        .args(["-q", "install", "--yes", "--no-install-recommends"])
        .args(&missing);
    steps.run(
        "system packages",
        &format!("apt-get install {names}"),
        &mut install,
    )
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    Debian,
    Ubuntu,
    Other,
}

impl Family {
    fn of(release: &str) -> Self {
        let ids: Vec<&str> = release
            .lines()
            .filter_map(|line| {
                line.strip_prefix("ID=")
                    .or_else(|| line.strip_prefix("ID_LIKE="))
            })
            .flat_map(|value| value.trim_matches('"').split(' '))
            .collect();
        if ids.contains(&"ubuntu") {
            Self::Ubuntu
        } else if ids.contains(&"debian") {
            Self::Debian
        } else {
            Self::Other
        }
    }
}

fn wanted(purpose: For, family: Family) -> Vec<&'static str> {
    let chromium = if family == Family::Ubuntu {
        CHROMIUM_UBUNTU
    } else {
        CHROMIUM_DEBIAN
    };
    let engine = engine();
    match purpose {
        For::Build => BUILD.to_vec(),
        For::VirtualDisplay => [BUILD, VIRTUAL_DISPLAY].concat(),
        For::CrateTests => [BUILD, VIRTUAL_DISPLAY, CRATE_TESTS, engine].concat(),
        For::Test => [BUILD, VIRTUAL_DISPLAY, CRATE_TESTS, TEST, engine, chromium].concat(),
    }
}

/// The packages of a container engine, where the tests are to have one. An engine of another
/// packager stays.
fn engine() -> &'static [&'static str] {
    match (
        std::env::var_os(ENGINE_REQUIRED).is_some(),
        found("dockerd").is_some(),
    ) {
        (false, _) => &[],
        (true, true) => &ENGINE[..1],
        (true, false) => ENGINE,
    }
}

fn missing(wanted: &[&'static str]) -> Result<Vec<&'static str>, Failure> {
    let output = Command::new("dpkg-query")
        .args(["--show", "--showformat", "${Package} ${db:Status-Status}\n"])
        .args(wanted)
        .stderr(Stdio::null())
        .output()?;
    let known = String::from_utf8_lossy(&output.stdout).into_owned();
    let installed = |name: &str| {
        known
            .lines()
            .any(|line| line == format!("{name} installed"))
    };
    Ok(wanted
        .iter()
        .copied()
        .filter(|name| !installed(name))
        .collect())
}

fn apt() -> Result<Command, Failure> {
    let root = Command::new("id")
        .arg("-u")
        .output()?
        .stdout
        .starts_with(b"0");
    if root {
        let mut command = Command::new("apt-get");
        command.env("DEBIAN_FRONTEND", "noninteractive");
        return Ok(command);
    }
    if !answers("sudo", &["--version"]) {
        return Err(Failure::new(
            "packages are missing, and there is neither root nor sudo here",
        ));
    }
    let mut command = Command::new("sudo");
    command.args(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
    Ok(command)
}

/// The programs that are started, where no list of packages tells whether they are there.
fn programs(purpose: For) -> Vec<&'static str> {
    const VIRTUAL_DISPLAY: &[&str] = &[
        "dbus-daemon",
        "gnome-keyring-daemon",
        "import",
        "openbox",
        "secret-tool",
        "xdotool",
        "xdg-open",
        "Xvfb",
    ];
    const CRATE_TESTS: &[&str] = &["git"];
    const TEST: &[&str] = &[
        "appstreamcli",
        "chromedriver",
        "curl",
        "desktop-file-validate",
        "gio",
        "jq",
        "python3",
        "WebKitWebDriver",
    ];
    match purpose {
        For::Build => Vec::new(),
        For::VirtualDisplay => VIRTUAL_DISPLAY.to_vec(),
        For::CrateTests => [VIRTUAL_DISPLAY, CRATE_TESTS].concat(),
        For::Test => [VIRTUAL_DISPLAY, CRATE_TESTS, TEST].concat(),
    }
}

fn name_what_is_missing(purpose: For, wanted: &[&str]) -> Result<(), Failure> {
    let mut missing: Vec<&str> = programs(purpose)
        .into_iter()
        .filter(|program| found(program).is_none())
        .collect();
    if !answers("pkg-config", &["--exists", "webkit2gtk-4.1", "librsvg-2.0"]) {
        missing
            .push("webkit2gtk 4.1 and librsvg 2 with their headers, a C compiler and pkg-config");
    }
    if missing.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "this system lacks {}, and only Debian's and Ubuntu's packages can be installed from here. \
         They are called there: {}.",
        missing.join(", "),
        wanted.join(" ")
    )))
}

/// Where a program is that would be started by its name.
pub fn found(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}

/// Whether a program starts and ends well.
pub fn answers(program: &str, args: &[&str]) -> bool {
    Command::new(program)
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::Family;

    #[test]
    fn derivatives_count_as_what_they_come_from() {
        let cases = [
            ("ID=debian\n", Family::Debian),
            (
                "NAME=\"Linux Mint\"\nID=linuxmint\nID_LIKE=\"ubuntu debian\"\n",
                Family::Ubuntu,
            ),
            ("ID=fedora\nVERSION_ID=43\n", Family::Other),
        ];
        for (release, family) in cases {
            assert!(Family::of(release) == family, "{release}");
        }
    }
}
