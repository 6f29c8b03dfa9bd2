//! Saving a credential: of any real size, and whole, whenever the process is stopped.

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use miso_client::{ConnectionId, Credential, CredentialKind, CredentialStore, Vault, VaultError};
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::far_end::aino;
use crate::file_store::FileStore;

/// What Windows takes.
const LIMITED: Option<usize> = Some(2_560);
/// As many changes as no save makes.
const MANY: usize = 1_000;
const KILLED_IN: &str = "MISO_TEST_SAVES_IN";

fn vault(store: &FileStore) -> Vault {
    let inside = store.clone();
    Vault::over(Arc::new(move || Box::new(inside.clone())))
}

fn credential(secret: &str) -> Credential {
    Credential {
        kind: CredentialKind::RefreshToken,
        secret: SecretString::from(secret),
        issuer: "https://issuer.example".to_owned(),
        client_id: "miso-desktop".to_owned(),
        account: aino(),
    }
}

/// A secret of a size in which every part names it.
fn secret(number: usize, size: usize) -> String {
    let mut text = format!("{number}.").repeat(size);
    text.truncate(size);
    text
}

fn id() -> ConnectionId {
    ConnectionId::from("entry".to_owned())
}

async fn load(store: &FileStore) -> Result<Option<String>, VaultError> {
    let kept = vault(store).load(&id()).await?;
    Ok(kept.map(|kept| kept.secret.expose_secret().to_owned()))
}

async fn save(store: &FileStore, secret: &str) -> Result<(), VaultError> {
    vault(store).save(&id(), credential(secret), true).await
}

#[tokio::test]
async fn promise_tokens_of_any_real_size() {
    let sizes: Vec<usize> = (512..=16_384).step_by(331).chain([16_384]).collect();
    let mut most = 0;
    for limit in [None, LIMITED] {
        let folder = tempfile::tempdir().unwrap();
        let store = FileStore::in_folder(folder.path().to_owned(), limit);
        // Up and down, so that larger values follow smaller ones and the other way round.
        for (number, size) in sizes.iter().chain(sizes.iter().rev()).enumerate() {
            let secret = secret(number, *size);
            save(&store, &secret).await.unwrap();
            assert_eq!(load(&store).await.unwrap(), Some(secret));
            let kept = store.lengths();
            match limit {
                None => assert_eq!(kept.len(), 1),
                Some(_) => assert!(kept.iter().all(|(_, length)| *length <= 2_400)),
            }
            most = most.max(kept.len());
        }
        vault(&store).delete(&id()).await.unwrap();
        assert_eq!(store.lengths(), []);
    }
    println!(
        "figure: {} sizes of 0.5 to 16 KiB come back whole, in one entry or in at most {most} of \
         at most 2,400 bytes",
        sizes.len()
    );
}

#[tokio::test]
async fn promise_saving_is_crash_safe() {
    let mut points = 0;
    for limit in [None, LIMITED] {
        for (before, after) in [
            (600, 700),
            (600, 9_000),
            (9_000, 600),
            (9_000, 16_384),
            (16_384, 5_000),
        ] {
            points += stopped_at_every_step(limit, before, after).await;
        }
    }
    let kills = 25;
    for kill in 0..kills {
        killed(kill).await;
    }
    println!("figure: stopped at {points} steps and killed {kills} times: the old or the new one");
}

/// Saves over an older secret, and deletes, stopped before each step; how many there were.
async fn stopped_at_every_step(limit: Option<usize>, before: usize, after: usize) -> usize {
    let (older, newer) = (secret(1, before), secret(2, after));
    let mut points = 0;
    for deletes in [false, true] {
        for steps in 0..MANY {
            let folder = tempfile::tempdir().unwrap();
            let store = FileStore::in_folder(folder.path().to_owned(), limit);
            save(&store, &secret(0, after)).await.unwrap();
            save(&store, &older).await.unwrap();
            let stopped = store.stopped_after(steps);
            let done = if deletes {
                vault(&stopped).delete(&id()).await
            } else {
                save(&stopped, &newer).await
            };
            points += 1;
            let found = load(&store).await.unwrap();
            let allowed = match (deletes, done.is_ok()) {
                (false, true) => found.as_ref() == Some(&newer),
                (false, false) => found.as_ref() == Some(&older),
                (true, true) => found.is_none(),
                (true, false) => found.is_none() || found.as_ref() == Some(&older),
            };
            assert!(allowed, "after {steps} steps, deleting: {deletes}");
            // What was left behind is in nobody's way, and goes with the next end.
            save(&store, &older).await.unwrap();
            assert_eq!(load(&store).await.unwrap().as_ref(), Some(&older));
            vault(&store).delete(&id()).await.unwrap();
            assert_eq!(store.lengths(), []);
            if done.is_ok() && stopped.steps_made(steps) < steps {
                break;
            }
        }
    }
    points
}

/// Lets another process save all the time, and kills it.
async fn killed(kill: u64) {
    let folder = tempfile::tempdir().unwrap();
    let store = FileStore::in_folder(folder.path().to_owned(), LIMITED);
    save(&store, &secret(0, 600)).await.unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "saving::saves_until_it_is_killed"])
        .env(KILLED_IN, folder.path())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    // Killed at no particular moment once it saves.
    while store.lengths().len() < 2 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    tokio::time::sleep(Duration::from_micros(1_700 * kill)).await;
    child.kill().unwrap();
    child.wait().unwrap();
    let found = load(&store).await.unwrap().unwrap();
    let number: usize = found.split('.').next().unwrap().parse().unwrap();
    assert_eq!(found, secret(number, size(number)));
}

fn size(number: usize) -> usize {
    match number % 3 {
        0 => 600,
        1 => 16_384,
        _ => 5_000,
    }
}

#[tokio::test]
#[ignore = "the process that is killed"]
async fn saves_until_it_is_killed() {
    let folder = std::env::var_os(KILLED_IN).unwrap();
    let store = FileStore::in_folder(folder.into(), LIMITED);
    let vault = vault(&store);
    for number in 1.. {
        let secret = secret(number, size(number));
        vault.save(&id(), credential(&secret), true).await.unwrap();
    }
}

#[tokio::test]
async fn a_corrupt_piece_is_said_and_the_next_save_replaces_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = FileStore::in_folder(folder.path().to_owned(), LIMITED);
    save(&store, &secret(1, 16_384)).await.unwrap();
    let names: Vec<String> = store.lengths().into_iter().map(|(name, _)| name).collect();
    for name in &names {
        let whole = store.get(name).unwrap().unwrap();
        let mut flipped = whole.clone();
        flipped[20] ^= 1;
        for damage in [Some(flipped), Some(Zeroizing::new(Vec::new())), None] {
            match &damage {
                Some(bytes) => store.set(name, bytes).unwrap(),
                None => store.delete(name).unwrap(),
            }
            let found = load(&store).await;
            let is_gone = name == "entry" && damage.is_none();
            let expected = if is_gone {
                Ok(None)
            } else {
                Err(VaultError::Corrupt)
            };
            assert_eq!(found, expected, "{name}");
            store.set(name, &whole).unwrap();
        }
        assert_eq!(load(&store).await.unwrap(), Some(secret(1, 16_384)));
    }
    let mut flipped = store.get(&names[1]).unwrap().unwrap();
    flipped[20] ^= 1;
    store.set(&names[1], &flipped).unwrap();
    save(&store, &secret(2, 16_384)).await.unwrap();
    assert_eq!(load(&store).await.unwrap(), Some(secret(2, 16_384)));
}

/// A store that came to hold an entry twice.
struct Doubled(Vec<Vec<u8>>);

impl CredentialStore for Doubled {
    fn get(&mut self, _: &str) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
        Err(VaultError::Corrupt)
    }
    fn get_all(&mut self, _: &str) -> Result<Vec<Zeroizing<Vec<u8>>>, VaultError> {
        Ok(self.0.iter().cloned().map(Zeroizing::new).collect())
    }
    fn set(&mut self, _: &str, _: &[u8]) -> Result<(), VaultError> {
        Ok(())
    }
    fn delete(&mut self, _: &str) -> Result<(), VaultError> {
        Ok(())
    }
}

#[tokio::test]
async fn of_doubled_entries_the_newest_counts() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = FileStore::in_folder(folder.path().to_owned(), None);
    let mut entries = vec![b"not one of ours".to_vec()];
    for number in 1..=3 {
        save(&store, &secret(number, 600)).await.unwrap();
        entries.push(store.get("entry").unwrap().unwrap().to_vec());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    for turn in 0..entries.len() {
        entries.rotate_left(turn);
        let all = entries.clone();
        let vault = Vault::over(Arc::new(move || Box::new(Doubled(all.clone()))));
        let kept = vault.load(&id()).await.unwrap().unwrap();
        assert_eq!(kept.secret.expose_secret(), secret(3, 600));
    }
}
