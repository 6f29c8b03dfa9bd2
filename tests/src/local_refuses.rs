//! What `miso-desktop local serve` does with what it cannot take: a clear message on standard
//! error, exit code 2, and nothing is lost.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Output;

use crate::support::instance::{ACCOUNT, Serve};
use crate::support::process::Process;
use crate::support::session::Session;

#[tokio::test]
async fn a_taken_port_is_never_exchanged() {
    let session = Session::without_display();
    let taken = TcpListener::bind(("127.0.0.1", 0)).expect("loopback");
    let port = taken.local_addr().expect("an address").port();
    let output = Serve::new(&session, "data")
        .argument("--port")
        .argument(port)
        .output(&session);
    refused(&output, &port.to_string());
    let left = session.home().join("data");
    assert!(!left.exists(), "a folder that was made in vain is gone");
}

#[tokio::test]
async fn a_remembered_port_that_is_taken_is_exchanged() {
    let session = Session::without_display();
    let serve = Serve::new(&session, "data").account();
    let first = serve.start(&session);
    let before = first.ready.clone();
    assert_eq!(first.stop(), Some(0));
    let authority = before["url"]
        .as_str()
        .expect("a url")
        .trim_start_matches("http://");
    let _taken = TcpListener::bind(authority).expect("the port is free again");

    let second = serve.start(&session);
    assert_ne!(second.ready("url"), before["url"]);
    assert_eq!(second.ready("signInKey"), before["signInKey"]);
    assert_eq!(
        second.account().await.get("/api/applications").await.status,
        200
    );
}

#[tokio::test]
async fn a_data_folder_that_cannot_be_written() {
    let session = Session::without_display();
    let file = session.home().join("file");
    fs::write(&file, "not a folder").expect("a file");
    // Permissions do not bind root; nobody can make a folder of a file, or below one.
    for folder in [file.clone(), file.join("data")] {
        let output = Serve::at(&folder).output(&session);
        refused(&output, &file.display().to_string());
        refused(&output, "is a file, not a folder");
        assert_eq!(fs::read_to_string(&file).expect("the file"), "not a folder");
    }
}

#[tokio::test]
async fn a_data_folder_that_another_instance_uses() {
    let session = Session::without_display();
    let serve = Serve::new(&session, "data").account();
    let first = serve.start(&session);
    let folder = session.home().join("data").display().to_string();
    let output = serve.output(&session);
    refused(&output, &folder);
    refused(&output, "in use by another instance");
    assert_eq!(
        first.account().await.get("/api/applications").await.status,
        200
    );
    assert_eq!(first.stop(), Some(0));
}

#[tokio::test]
async fn a_corrupt_database_is_kept_aside() {
    const GARBAGE: &[u8] = b"this was a database once, and somebody's editor got hold of it";
    let session = Session::without_display();
    let data = session.home().join("data");
    let serve = Serve::new(&session, "data").account();
    assert_eq!(serve.start(&session).stop(), Some(0));
    let database = databases(&data);
    assert_eq!(database.len(), 1, "{database:?}");
    for file in ["-wal", "-shm"].map(|end| format!("{}{end}", database[0].display())) {
        // Left by a process that was killed; without its database it means nothing.
        fs::remove_file(file).unwrap_or_default();
    }
    fs::write(&database[0], GARBAGE).expect("the database can be spoilt");

    let instance = serve.start(&session);
    assert_eq!(
        instance
            .account()
            .await
            .get("/api/applications")
            .await
            .status,
        200
    );
    let kept: Vec<PathBuf> = files(&data)
        .into_iter()
        .filter(|file| fs::read(file).is_ok_and(|bytes| bytes == GARBAGE))
        .collect();
    assert_eq!(kept.len(), 1, "{:?}", files(&data));
    let said = fs::read_to_string(session.log("instance")).expect("standard error");
    let name = kept[0].file_name().expect("a name").to_string_lossy();
    assert!(said.contains(name.as_ref()), "it says where: {said}");
}

#[tokio::test]
async fn a_data_folder_of_a_newer_version_is_left_untouched() {
    let session = Session::without_display();
    let data = session.home().join("data");
    let serve = Serve::new(&session, "data").account();
    assert_eq!(serve.start(&session).stop(), Some(0));
    let content = || -> Vec<(PathBuf, Vec<u8>)> {
        let mut files = files(&data);
        files.sort();
        let read = |file: PathBuf| {
            let bytes = fs::read(&file).expect("a file");
            (file, bytes)
        };
        files.into_iter().map(read).collect()
    };
    // The header's `user_version`, at offset 60 (SQLite file format, "The Database Header").
    let database = databases(&data).remove(0);
    let mut bytes = fs::read(&database).expect("the database");
    bytes[60..64].copy_from_slice(&9_999_u32.to_be_bytes());
    fs::write(&database, bytes).expect("the database can be written");
    let newer_database = content();
    refused(&serve.output(&session), "newer version");
    assert_eq!(content(), newer_database);

    let identity = data.join("identity.json");
    let newer = fs::read_to_string(&identity).expect("the identity");
    let newer = newer.replacen("\"version\": 1", "\"version\": 9999", 1);
    fs::write(&identity, newer).expect("the identity can be written");
    let newer_identity = content();
    assert_ne!(newer_identity, newer_database);
    let output = serve.output(&session);
    refused(&output, "9999");
    assert_eq!(content(), newer_identity);
}

#[tokio::test]
async fn arguments_that_mean_nothing() {
    let session = Session::without_display();
    let wrong: &[&[&str]] = &[
        &["--rate-limit", "many"],
        &["--v1-rate-limit", "100"],
        &["--speaks", "v2"],
        &["--seed", "everything"],
        &["--port", "99999"],
        &["--colour", "blue"],
        &["--client-secret", "-"],
    ];
    for arguments in wrong {
        let serve = arguments.iter().fold(
            Serve::at(&session.home().join("data")),
            |serve, argument| serve.argument(argument),
        );
        refused(&serve.output(&session), arguments[0]);
    }
}

#[tokio::test]
async fn the_secret_is_read_from_where_nobody_else_looks() {
    let session = Session::without_display();
    let (id, secret) = ACCOUNT;
    let named = |folder: &str| {
        Serve::new(&session, folder)
            .argument("--client-id")
            .argument(id)
    };
    let ways = [
        named("by-variable").variable("MISO_CLIENT_SECRET", secret),
        named("by-input")
            .argument("--client-secret")
            .argument("-")
            .input(&format!("{secret}\n")),
    ];
    for serve in ways {
        let instance = serve.start(&session);
        assert_eq!(
            instance.account().await.get("/api/users/me").await.status,
            200
        );
        let process = Process::of(instance.id()).expect("it runs");
        assert!(
            !process
                .arguments
                .iter()
                .any(|argument| argument.contains(secret)),
            "{process:?}"
        );
        let wrong = crate::support::api::service_account(id, "a guess");
        let refused = instance.api().post("/auth/token", &wrong).await;
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (401, "UNAUTHORIZED")
        );
        assert_eq!(instance.stop(), Some(0));
    }
}

fn refused(output: &Output, names: &str) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains(names), "{names:?} is named: {said}");
    assert!(!said.contains("panicked"), "{said}");
    assert!(output.stdout.is_empty(), "nothing is said to be ready");
}

fn databases(folder: &Path) -> Vec<PathBuf> {
    let mut found = files(folder);
    found.retain(|file| fs::read(file).is_ok_and(|bytes| bytes.starts_with(b"SQLite format 3")));
    found
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the data folder").flatten();
    entries
        .map(|entry| entry.path())
        .filter(|path| path.is_file())
        .collect()
}
