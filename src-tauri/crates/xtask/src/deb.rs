//! What a Debian package needs beyond what Tauri puts into it: Debian's own compression, and the
//! libraries that the program really loads, in the versions that it needs.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::bundle::{Megabytes, size};
use crate::step::{Failure, Steps};

/// A package that is fetched over a slow line within a minute.
const MOST: u64 = 12_000_000;

/// Packs a package anew in its place.
///
/// # Errors
/// When one of Debian's tools fails, or the package is larger than it may be.
pub fn finish(steps: &mut Steps, package: &Path) -> Result<(), Failure> {
    let work = tempfile::tempdir()?;
    let tree = work.path().join("tree");
    let mut unpack = Command::new("dpkg-deb");
    unpack.arg("--raw-extract").arg(package).arg(&tree);
    steps.run("package contents", "dpkg-deb --raw-extract", &mut unpack)?;

    let control = tree.join("DEBIAN/control");
    let text = fs::read_to_string(&control)?;
    let needed = libraries(work.path(), &tree.join("usr/bin/miso-desktop"))?;
    fs::write(&control, with_depends(&text, &needed)?)?;

    let mut pack = Command::new("dpkg-deb");
    // Tauri packs with gzip, which takes half as much again.
    pack.args(["--root-owner-group", "-Zxz", "-z9", "--build"]);
    pack.arg(&tree).arg(package);
    steps.run("package", "dpkg-deb -Zxz -z9 --build", &mut pack)?;
    let size = size(package)?;
    if size > MOST {
        return Err(Failure::new(format!(
            "{} has {}, and {} is the most",
            package.display(),
            Megabytes(size),
            Megabytes(MOST)
        )));
    }
    Ok(())
}

/// The packages with the libraries that a program is linked with, as Debian writes them.
fn libraries(work: &Path, program: &Path) -> Result<Vec<String>, Failure> {
    // It looks for the source of a package in the folder that it runs in.
    fs::create_dir_all(work.join("debian"))?;
    fs::write(
        work.join("debian/control"),
        "Source: miso-desktop\n\nPackage: miso-desktop\nArchitecture: any\n",
    )?;
    let output = Command::new("dpkg-shlibdeps")
        .current_dir(work)
        .arg("-O")
        .arg(program)
        .output()?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    match said.trim().strip_prefix("shlibs:Depends=") {
        Some(list) if output.status.success() => Ok(parts(list)),
        Some(_) | None => Err(Failure::new(format!(
            "dpkg-shlibdeps: {said}{}",
            String::from_utf8_lossy(&output.stderr)
        ))),
    }
}

/// The control file with these libraries, and those of its own that they do not name: what is loaded
/// while the program runs, and what it starts.
fn with_depends(control: &str, libraries: &[String]) -> Result<String, Failure> {
    const FIELD: &str = "Depends: ";
    let Some(own) = control.lines().find_map(|line| line.strip_prefix(FIELD)) else {
        return Err(Failure::new("the package's control file has no Depends"));
    };
    let named = |wanted: &str| libraries.iter().any(|library| name(library) == wanted);
    let kept = parts(own).into_iter().filter(|part| !named(name(part)));
    let all: Vec<String> = libraries.iter().cloned().chain(kept).collect();
    let lines = control.lines().map(|line| match line.strip_prefix(FIELD) {
        Some(_) => format!("{FIELD}{}\n", all.join(", ")),
        None => format!("{line}\n"),
    });
    Ok(lines.collect())
}

fn parts(list: &str) -> Vec<String> {
    list.split(',').map(|part| part.trim().to_owned()).collect()
}

fn name(dependency: &str) -> &str {
    dependency.split(' ').next().unwrap_or(dependency)
}

#[cfg(test)]
mod tests {
    use super::{parts, with_depends};

    #[test]
    fn what_is_linked_comes_with_its_version_and_the_rest_stays() {
        let control = "Package: miso-desktop\nDepends: xdg-utils, libgtk-3-0\nDescription: a\n b\n";
        let libraries = parts("libc6 (>= 2.34), libgtk-3-0 (>= 3.21.5)");
        let changed = with_depends(control, &libraries).expect("a control file");
        assert_eq!(
            changed,
            "Package: miso-desktop\n\
             Depends: libc6 (>= 2.34), libgtk-3-0 (>= 3.21.5), xdg-utils\n\
             Description: a\n b\n"
        );
        assert!(with_depends("Package: a\n", &libraries).is_err());
    }
}
