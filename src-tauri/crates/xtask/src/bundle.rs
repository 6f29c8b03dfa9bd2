//! Installers for the system this runs on.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::packages::{self, For};
use crate::paths;
use crate::step::{Failure, Steps};
use crate::{cargo, deb, icons, ui};

/// Fetched when it is needed: only installers and icons need it, and it has a package for each system,
/// of which a mirror may lack some.
const CLI: &str = "@tauri-apps/cli@2.12.5";

/// Named by Tauri's own words; those of this system.
const KINDS: &[&str] = if cfg!(target_os = "macos") {
    &["dmg", "app"]
} else if cfg!(windows) {
    &["nsis", "msi"]
} else {
    &["deb", "rpm", "appimage"]
};

/// What releases have beyond tauri.conf.json: the updater.
const RELEASE: &str = "src-tauri/release.conf.json";

/// What is to be made.
pub struct Wanted {
    /// Tauri's names of the installers; none means the usual one of the system.
    pub kinds: Vec<String>,
    /// Whether each is signed for the updater, with the key in `TAURI_SIGNING_PRIVATE_KEY`.
    pub signed: bool,
}

impl Wanted {
    /// The system's usual one, as it is made by hand.
    pub fn usual() -> Self {
        Self {
            kinds: Vec::new(),
            signed: false,
        }
    }
}

/// Builds the release and makes installers of it with Tauri's own command.
///
/// # Errors
/// When a kind is not one of this system, a step fails, or the Debian package is too large.
pub fn run(steps: &mut Steps, wanted: &Wanted) -> Result<String, Failure> {
    let kinds = kinds(&wanted.kinds)?;
    if wanted.signed {
        has_public_key()?;
    }
    packages::install(steps, For::Build)?;
    ui::build(steps)?;
    if cfg!(target_os = "linux") {
        icons::check(steps)?;
    }
    cargo::build_app(steps, true)?;
    let mut command = tauri();
    command.args(["bundle", "--bundles", &kinds.join(",")]);
    // A name without a space for files and packages, where a desktop entry's file is called by it.
    if cfg!(target_os = "linux") {
        command.args(["--config", r#"{"productName":"miso-desktop"}"#]);
    }
    if wanted.signed {
        command.args(["--config", RELEASE]);
    }
    // None of an earlier version is taken for one of this.
    for kind in &kinds {
        remove(&folder(kind))?;
    }
    steps.run(
        "bundle",
        &format!("tauri bundle --bundles {}", kinds.join(",")),
        &mut command,
    )?;
    let mut said = Vec::new();
    for kind in &kinds {
        for file in made(kind)? {
            if *kind == "deb" {
                deb::finish(steps, &file)?;
                if wanted.signed {
                    sign(steps, &file)?;
                }
            }
            // An application of macOS is a folder, and has its size in the disk image.
            said.push(match file.is_file() {
                true => format!("{} ({})", file.display(), Megabytes(size(&file)?)),
                false => file.display().to_string(),
            });
        }
    }
    Ok(format!("Made: {}", said.join("\n      ")))
}

/// Tauri's own command, in the checkout.
pub fn tauri() -> Command {
    let mut command = ui::npm();
    command
        .current_dir(paths::root())
        .args(["exec", "--yes", "--package", CLI, "--", "tauri"]);
    command
}

/// A size as people say it: millions of bytes.
pub struct Megabytes(pub u64);

impl std::fmt::Display for Megabytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let tenths = self.0 / 100_000;
        write!(f, "{}.{} MB", tenths / 10, tenths % 10)
    }
}

/// How large a file is, in bytes.
///
/// # Errors
/// When it cannot be looked at.
pub fn size(file: &Path) -> Result<u64, Failure> {
    Ok(file.metadata()?.len())
}

fn kinds(wanted: &[String]) -> Result<Vec<&str>, Failure> {
    if wanted.is_empty() {
        return Ok(KINDS.first().copied().into_iter().collect());
    }
    match wanted.iter().find(|kind| !KINDS.contains(&kind.as_str())) {
        None => Ok(wanted.iter().map(String::as_str).collect()),
        Some(other) => Err(Failure::new(format!(
            "{other} cannot be made here; what can: {}",
            KINDS.join(", ")
        ))),
    }
}

/// What is signed can be told from what is not only by those who have the key's public half.
fn has_public_key() -> Result<(), Failure> {
    let text = std::fs::read_to_string(paths::root().join(RELEASE))?;
    let overlay: serde_json::Value =
        serde_json::from_str(&text).map_err(|error| Failure::new(format!("{RELEASE}: {error}")))?;
    match overlay["plugins"]["updater"]["pubkey"].as_str() {
        Some(key) if !key.is_empty() => Ok(()),
        Some(_) | None => Err(Failure::new(format!(
            "{RELEASE} has no public key yet: SECURITY.md says how one is made"
        ))),
    }
}

/// The package was made anew, so its signature is too.
fn sign(steps: &mut Steps, file: &Path) -> Result<(), Failure> {
    let mut command = tauri();
    command.args(["signer", "sign"]).arg(file);
    steps.run("signature", "tauri signer sign", &mut command)
}

fn folder(kind: &str) -> PathBuf {
    // An application bundle and what is packed of it lie where macOS people look.
    let name = if kind == "app" { "macos" } else { kind };
    paths::target().join("release/bundle").join(name)
}

fn remove(folder: &Path) -> Result<(), Failure> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// The installers of a kind, without what lies beside them.
fn made(kind: &str) -> Result<Vec<PathBuf>, Failure> {
    let ending = match kind {
        "nsis" => "exe",
        "appimage" => "AppImage",
        other => other,
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder(kind))? {
        let path = entry?.path();
        if path.extension().is_some_and(|found| found == ending) {
            files.push(path);
        }
    }
    if files.is_empty() {
        return Err(Failure::new(format!(
            "no {ending} in {}",
            folder(kind).display()
        )));
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::{KINDS, Megabytes, kinds};

    #[test]
    fn the_usual_one_is_made_where_none_is_named() {
        assert_eq!(kinds(&[]).expect("a kind"), [KINDS[0]]);
        let all: Vec<String> = KINDS.iter().map(|kind| (*kind).to_owned()).collect();
        assert_eq!(kinds(&all).expect("kinds"), KINDS);
        let refused = kinds(&["snap".to_owned()]).expect_err("none of ours");
        assert!(refused.to_string().starts_with("snap "), "{refused}");
    }

    #[test]
    fn sizes_are_readable() {
        assert_eq!(Megabytes(11_987_654).to_string(), "11.9 MB");
        assert_eq!(Megabytes(99_999).to_string(), "0.0 MB");
    }
}
