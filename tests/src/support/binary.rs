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

fn built(profile: &str) -> PathBuf {
    let own = std::env::current_exe().expect("the path of this test");
    let target = own.ancestors().nth(3).expect("target/PROFILE/deps/TEST");
    target.join(profile).join("miso-desktop")
}
