//! Declares every command to Tauri's access list, so that each needs a grant by a capability.

include!("src/commands/names.rs");

fn main() {
    println!("cargo:rustc-env=MISO_RUSTC={}", compiler());
    println!("cargo:rerun-if-changed=src-tauri/capabilities");
    println!("cargo:rerun-if-changed=src-tauri/src/commands/names.rs");
    let attributes = tauri_build::Attributes::new()
        .capabilities_path_pattern("./src-tauri/capabilities/**/*")
        .app_manifest(tauri_build::AppManifest::new().commands(COMMANDS));
    if let Err(error) = tauri_build::try_build(attributes) {
        println!("cargo::error={error:#}");
    }
}

/// The compiler's own word for its version.
fn compiler() -> String {
    let program = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let asked = std::process::Command::new(program)
        .arg("--version")
        .output();
    match asked {
        Ok(answer) => String::from_utf8_lossy(&answer.stdout).trim().to_owned(),
        Err(error) => format!("rustc: {error}"),
    }
}
