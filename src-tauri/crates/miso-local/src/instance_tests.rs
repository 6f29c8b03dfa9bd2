//! An instance from its start to its end, again and again.

use std::path::Path;

use super::*;
use crate::store::placements;
use crate::{ContainerEngine, RateLimit, Seed, ServiceAccount, Speaks, V1RateLimit};

fn options(folder: &Path) -> Options {
    Options {
        data_dir: folder.to_owned(),
        port: None,
        seed: Seed::Empty,
        service_account: None,
        rate_limit: RateLimit::Off,
        speaks: Speaks::Both,
        v1_rate_limit: V1RateLimit::Off,
        without: Vec::new(),
        rotate_signing_key: false,
        workload: crate::testing::no_command(),
        engine: ContainerEngine::None,
    }
}

async fn refused(options: Options) -> StartError {
    match start(options).await {
        Ok(_) => panic!("it started"),
        Err(error) => error,
    }
}

#[tokio::test]
async fn it_is_the_same_one_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let first = start(options(folder.path())).await.unwrap();
    let known = (first.issuer().to_owned(), first.instance_id().to_owned());
    let key = first.sign_in_key().expose_secret().to_owned();
    first.stop().await;
    let second = start(options(folder.path())).await.unwrap();
    assert_eq!(
        (second.issuer().to_owned(), second.instance_id().to_owned()),
        known
    );
    assert_eq!(second.sign_in_key().expose_secret(), key);
    assert!(second.notices().is_empty());
    second.stop().await;
}

#[tokio::test]
async fn it_stays_the_same_one_when_its_identity_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let first = start(options(folder.path())).await.unwrap();
    let id = first.instance_id().to_owned();
    let key = first.sign_in_key().expose_secret().to_owned();
    first.stop().await;
    std::fs::write(folder.path().join("identity.json"), b"{\"version\":1,").unwrap();
    let second = start(options(folder.path())).await.unwrap();
    assert_eq!(second.notices()[0].code, "identity_set_aside");
    assert_eq!(second.instance_id(), id);
    assert_ne!(second.sign_in_key().expose_secret(), key);
    second.stop().await;
    let third = start(options(folder.path())).await.unwrap();
    assert_eq!(third.instance_id(), id);
    assert!(third.notices().is_empty());
    third.stop().await;
}

#[tokio::test]
async fn a_new_database_learns_the_id() {
    let folder = tempfile::tempdir().unwrap();
    let first = start(options(folder.path())).await.unwrap();
    let id = first.instance_id().to_owned();
    first.stop().await;
    std::fs::write(
        folder.path().join("miso.db"),
        "no database, whatever it was before",
    )
    .unwrap();
    start(options(folder.path())).await.unwrap().stop().await;
    std::fs::remove_file(folder.path().join("identity.json")).unwrap();
    let third = start(options(folder.path())).await.unwrap();
    assert_eq!(third.instance_id(), id);
    third.stop().await;
}

#[tokio::test]
async fn a_remembered_port_moves_and_says_so_a_given_one_never() {
    let folder = tempfile::tempdir().unwrap();
    let first = start(options(folder.path())).await.unwrap();
    let port = first.url().port().unwrap();
    first.stop().await;
    let _taken = std::net::TcpListener::bind(("127.0.0.1", port)).unwrap();
    let error = refused(Options {
        port: Some(port),
        ..options(folder.path())
    })
    .await;
    assert_eq!((error.code(), error.port()), ("port_taken", Some(port)));
    let moved = start(options(folder.path())).await.unwrap();
    assert_ne!(moved.url().port(), Some(port));
    assert_eq!(moved.notices()[0].code, "port_moved");
    assert_eq!(moved.notices()[0].params["from"], port.to_string());
    moved.stop().await;
    drop(_taken);
    let asked = Options {
        port: Some(port),
        ..options(folder.path())
    };
    let asked = start(asked).await.unwrap();
    assert_eq!(asked.notices(), [], "who asks for a port is not surprised");
    asked.stop().await;
}

#[tokio::test]
async fn a_start_that_is_refused_leaves_nothing_behind() {
    let root = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = Some(taken.local_addr().unwrap().port());
    let new = root.path().join("a/new/folder");
    let asked = Options {
        port,
        ..options(&new)
    };
    assert_eq!(refused(asked.clone()).await.code(), "port_taken");
    assert_eq!(std::fs::read_dir(root.path()).unwrap().count(), 0);

    // Where an instance was, all of it stays.
    start(options(&new)).await.unwrap().stop().await;
    let before = std::fs::read(new.join("identity.json")).unwrap();
    assert_eq!(refused(asked).await.code(), "port_taken");
    assert_eq!(std::fs::read(new.join("identity.json")).unwrap(), before);
    let again = start(options(&new)).await.unwrap();
    again.stop().await;
}

#[tokio::test]
async fn many_applications_are_there_at_once_and_run_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let many = Options {
        seed: Seed::Many(10_000),
        ..options(folder.path())
    };
    let instance = start(many).await.unwrap();
    assert!(!instance.was_filled());
    let count = || {
        instance.site.store.call(|db| {
            let count = "SELECT count(*) FROM applications";
            Ok(db.query_row(count, [], |row| row.get::<_, u32>(0))?)
        })
    };
    let filled = async {
        while !instance
            .site
            .store
            .call(|db| seed::is_done(db))
            .await
            .unwrap()
        {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_secs(30), filled).await.unwrap();
    assert_eq!(count().await.unwrap(), 10_000, "all or none");
    let placed = instance.site.store.call(|db| placements::all(db)).await;
    assert_eq!(placed.unwrap().len(), 0, "none of them runs");
    instance.stop().await;
    let again = start(options(folder.path())).await.unwrap();
    assert!(again.was_filled());
    again.stop().await;
}

#[tokio::test]
async fn the_apps_own_client_id_and_the_peoples_are_nobody_elses() {
    let folder = tempfile::tempdir().unwrap();
    for taken in [DESKTOP, "aino-laine", "aino.laine"] {
        let account = ServiceAccount {
            client_id: taken.to_owned(),
            client_secret: "a secret".to_owned().into(),
        };
        let options = Options {
            service_account: Some(account),
            ..options(folder.path())
        };
        assert_eq!(refused(options).await.code(), "client_id_reserved");
    }
}
