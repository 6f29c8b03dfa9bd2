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
    // A relative one is meant from where the inner cargo runs, which is the checkout.
    root().join(std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()))
}

/// Where the output of the steps is kept.
pub fn logs() -> PathBuf {
    target().join("xtask")
}

/// The page's sources.
pub fn ui() -> PathBuf {
    root().join("ui")
}
