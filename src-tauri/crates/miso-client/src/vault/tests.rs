use secrecy::SecretString;

use super::*;
use crate::Account;

#[derive(Clone, Default)]
struct Shelf(Arc<Mutex<HashMap<String, Vec<u8>>>>);

impl CredentialStore for Shelf {
    fn get(&mut self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
        Ok(lock(&self.0).get(name).cloned().map(Zeroizing::new))
    }
    fn set(&mut self, name: &str, value: &[u8]) -> Result<(), VaultError> {
        lock(&self.0).insert(name.to_owned(), value.to_vec());
        Ok(())
    }
    fn delete(&mut self, name: &str) -> Result<(), VaultError> {
        lock(&self.0).remove(name);
        Ok(())
    }
}

fn credential(secret: &str) -> Credential {
    Credential {
        kind: CredentialKind::RefreshToken,
        secret: SecretString::from(secret),
        issuer: "https://issuer.example".to_owned(),
        client_id: "miso-desktop".to_owned(),
        account: Account {
            subject: "1".to_owned(),
            username: "aino".to_owned(),
            display_name: None,
            email: None,
        },
    }
}

#[tokio::test]
async fn memory_only_touches_no_store() {
    let shelf = Shelf::default();
    let inside = shelf.clone();
    let vault = Vault::over(Arc::new(move || Box::new(inside.clone())));
    let id = ConnectionId::random();
    vault.save(&id, credential("secret"), false).await.unwrap();
    assert!(vault.is_memory_only(&id));
    assert!(lock(&shelf.0).is_empty());
    assert!(vault.load(&id).await.unwrap().is_some());
}

struct Hung;

impl CredentialStore for Hung {
    fn get(&mut self, _: &str) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
        loop {
            std::thread::park();
        }
    }
    fn set(&mut self, _: &str, _: &[u8]) -> Result<(), VaultError> {
        Ok(())
    }
    fn delete(&mut self, _: &str) -> Result<(), VaultError> {
        Ok(())
    }
}

#[tokio::test]
async fn a_hung_store_is_left_behind() {
    let vault = Vault::over(Arc::new(|| Box::new(Hung)));
    let limit = Duration::from_millis(50);
    assert!(matches!(
        vault.probe(limit).await,
        Err(VaultError::Unavailable(_))
    ));
    let id = ConnectionId::random();
    assert_eq!(vault.save(&id, credential("x"), true).await, Ok(()));
}

#[test]
fn a_credential_never_shows_its_secret() {
    let text = format!("{:?}", credential("canary-secret"));
    assert!(!text.contains("canary"), "{text}");
}

#[test]
fn a_foreign_entry_is_said_to_be_corrupt() {
    for bytes in [&b"not base64!"[..], b"", b"e30="] {
        let entries = [Zeroizing::new(bytes.to_vec())];
        assert_eq!(newest(&entries).map(drop), Err(VaultError::Corrupt));
    }
}

/// A store whose first answer of the first thread never comes.
struct HungOnce {
    hangs: bool,
    shelf: Shelf,
}

impl CredentialStore for HungOnce {
    fn get(&mut self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
        if self.hangs {
            loop {
                std::thread::park();
            }
        }
        self.shelf.get(name)
    }
    fn set(&mut self, name: &str, value: &[u8]) -> Result<(), VaultError> {
        self.shelf.set(name, value)
    }
    fn delete(&mut self, name: &str) -> Result<(), VaultError> {
        self.shelf.delete(name)
    }
}

#[tokio::test]
async fn a_late_time_limit_does_not_end_the_thread_that_followed() {
    let made = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let count = made.clone();
    let vault = Vault::over(Arc::new(move || {
        let before = count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        Box::new(HungOnce {
            hangs: before == 0,
            shelf: Shelf::default(),
        })
    }));
    let (short, long) = (Duration::from_millis(50), Duration::from_millis(150));
    // Both go to the thread that hangs; the second gives up when a new thread has begun.
    let (first, second) = tokio::join!(vault.probe(short), async {
        tokio::task::yield_now().await;
        vault.probe(long).await
    });
    assert!(first.is_err() && second.is_err());
    assert_eq!(vault.probe(long).await, Ok(()));
    assert_eq!(vault.probe(long).await, Ok(()));
    assert_eq!(made.load(std::sync::atomic::Ordering::SeqCst), 2);
}

#[tokio::test]
async fn what_could_not_be_deleted_does_not_come_back_and_is_deleted_later() {
    /// A shelf that can be locked.
    #[derive(Clone, Default)]
    struct Lockable(Shelf, Arc<std::sync::atomic::AtomicBool>);

    impl CredentialStore for Lockable {
        fn get(&mut self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
            self.0.get(name)
        }
        fn set(&mut self, name: &str, value: &[u8]) -> Result<(), VaultError> {
            self.0.set(name, value)
        }
        fn delete(&mut self, name: &str) -> Result<(), VaultError> {
            if self.1.load(std::sync::atomic::Ordering::SeqCst) {
                return Err(VaultError::Locked("test".to_owned()));
            }
            self.0.delete(name)
        }
    }

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cache.sqlite");
    let shelf = Lockable::default();
    let open = || {
        let inside = shelf.clone();
        let vault = Vault::over(Arc::new(move || Box::new(inside.clone())));
        vault.remember_in(Arc::new(Cache::open(&file).unwrap()));
        vault
    };
    let id = ConnectionId::random();
    let vault = open();
    vault.save(&id, credential("secret"), true).await.unwrap();
    shelf.1.store(true, std::sync::atomic::Ordering::SeqCst);
    assert!(matches!(
        vault.delete(&id).await,
        Err(VaultError::Locked(_))
    ));
    drop(vault);
    let vault = open();
    assert!(vault.load(&id).await.unwrap().is_none());
    assert!(!lock(&shelf.0.0).is_empty(), "it is still there");
    shelf.1.store(false, std::sync::atomic::Ordering::SeqCst);
    assert!(vault.load(&id).await.unwrap().is_none());
    assert!(lock(&shelf.0.0).is_empty());
    vault.save(&id, credential("next"), true).await.unwrap();
    assert!(open().load(&id).await.unwrap().is_some());
}

#[tokio::test]
async fn what_is_written_when_nobody_waits_any_more_is_taken_away() {
    /// A shelf that writes slowly.
    #[derive(Clone, Default)]
    struct Slow(Shelf, Arc<std::sync::atomic::AtomicUsize>);

    impl CredentialStore for Slow {
        fn get(&mut self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
            self.0.get(name)
        }
        fn set(&mut self, name: &str, value: &[u8]) -> Result<(), VaultError> {
            std::thread::sleep(Duration::from_millis(200));
            self.0.set(name, value)?;
            self.1.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            Ok(())
        }
        fn delete(&mut self, name: &str) -> Result<(), VaultError> {
            self.0.delete(name)?;
            self.1.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            Ok(())
        }
    }

    let shelf = Slow::default();
    let inside = shelf.clone();
    let vault = Vault::over(Arc::new(move || Box::new(inside.clone())));
    let bytes = encode(&credential("late"), Utc::now()).unwrap();
    let name = "entry".to_owned();
    let limit = Duration::from_millis(50);
    assert!(
        vault
            .set_entry(limit, name.clone(), bytes.clone())
            .await
            .is_err()
    );
    let done = || shelf.1.load(std::sync::atomic::Ordering::SeqCst);
    while done() < 2 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(lock(&shelf.0.0).is_empty());
    let limit = Duration::from_secs(10);
    assert_eq!(vault.set_entry(limit, name, bytes).await, Ok(()));
    assert_eq!(lock(&shelf.0.0).len(), 1);
}
