//! Where pictures of what was seen are kept.

use std::fs;
use std::path::PathBuf;

/// For pictures of this run; not part of the project.
pub fn out(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("pictures/out");
    fs::create_dir_all(&folder).expect("tests/pictures/out can be made");
    folder.join(format!("{name}.png"))
}

/// Where a picture of the README belongs, when `MISO_UPDATE_PICTURES` asks for new ones.
pub fn checked_in(name: &str) -> Option<PathBuf> {
    std::env::var_os("MISO_UPDATE_PICTURES")?;
    Some(
        PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("pictures")
            .join(format!("{name}.png")),
    )
}
