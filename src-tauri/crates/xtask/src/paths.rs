//! Where things are.

use std::path::PathBuf;

/// The checkout.
pub fn root() -> PathBuf {
    let own = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    own.ancestors()
        .nth(3)
        .map_or_else(|| own.clone(), PathBuf::from)
}

/// Where cargo builds.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// Where the output of the steps is kept.
pub fn logs() -> PathBuf {
    target().join("xtask")
}

/// The page's sources.
pub fn ui() -> PathBuf {
    root().join("ui")
}
