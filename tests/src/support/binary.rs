//! The binary under test.

use std::path::PathBuf;

/// `miso-desktop` as `cargo xtask test` built it: beside this test's own binary, unless
/// `MISO_DESKTOP` names another.
pub fn app() -> PathBuf {
    let path = std::env::var_os("MISO_DESKTOP").map_or_else(|| built("debug"), PathBuf::from);
    assert!(
        path.is_file(),
        "{} is missing: cargo build --workspace --bin miso-desktop",
        path.display()
    );
    path
}

/// The same as a release.
pub fn release_app() -> PathBuf {
    let path = built("release");
    assert!(
        path.is_file(),
        "{} is missing: cargo xtask build --release",
        path.display()
    );
    path
}

/// The Debian package that was made of it.
pub fn package() -> PathBuf {
    let release = built("release");
    let folder = release.with_file_name("bundle").join("deb");
    let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten();
    let mut packages = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "deb"));
    let package = packages.next();
    package.unwrap_or_else(|| panic!("no package in {}: cargo xtask bundle", folder.display()))
}

fn built(profile: &str) -> PathBuf {
    let own = std::env::current_exe().expect("the path of this test");
    let target = own.ancestors().nth(3).expect("target/PROFILE/deps/TEST");
    target.join(profile).join("miso-desktop")
}
