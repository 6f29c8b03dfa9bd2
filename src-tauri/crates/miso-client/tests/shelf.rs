//! A keyring that a test can look into, and that fails as real ones do.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};

use miso_client::{CredentialStore, VaultError};
use zeroize::Zeroizing;

#[derive(Clone, Default)]
pub struct Shelf(Arc<Mutex<HashMap<String, Vec<u8>>>>, Arc<Door>);

/// What stands between a keyring and who asks it.
#[derive(Default)]
struct Door {
    /// Lets nobody write.
    shut: Mutex<bool>,
    /// Answers nobody.
    hung: Mutex<bool>,
    opened: Condvar,
    locked: AtomicBool,
    away: AtomicBool,
    waiting: AtomicUsize,
}

impl Shelf {
    /// Lets nobody write until it is opened.
    pub fn shut(&self) {
        *self.1.shut.lock().unwrap() = true;
    }

    pub fn open(&self) {
        *self.1.shut.lock().unwrap() = false;
        self.1.opened.notify_all();
    }

    /// Answers nobody, as one does that waits for a person to unlock it, or lets all go on.
    pub fn hang(&self, hung: bool) {
        *self.1.hung.lock().unwrap() = hung;
        self.1.opened.notify_all();
    }

    /// Locks or unlocks what can be read.
    pub fn lock(&self, locked: bool) {
        self.1.locked.store(locked, Ordering::SeqCst);
    }

    /// Is not there at all, or is back.
    pub fn go_away(&self, away: bool) {
        self.1.away.store(away, Ordering::SeqCst);
    }

    /// Whether somebody waits.
    pub fn is_waited_for(&self) -> bool {
        self.1.waiting.load(Ordering::SeqCst) > 0
    }

    /// What is kept, by name.
    pub fn contents(&self) -> HashMap<String, Vec<u8>> {
        self.0.lock().unwrap().clone()
    }

    pub fn put_back(&self, contents: HashMap<String, Vec<u8>>) {
        *self.0.lock().unwrap() = contents;
    }

    pub fn clear(&self) {
        self.0.lock().unwrap().clear();
    }

    pub fn is_empty(&self) -> bool {
        self.0.lock().unwrap().is_empty()
    }

    fn pass(&self, door: &Mutex<bool>) -> Result<(), VaultError> {
        let closed = door.lock().unwrap();
        if *closed {
            self.1.waiting.fetch_add(1, Ordering::SeqCst);
            drop(self.1.opened.wait_while(closed, |closed| *closed).unwrap());
            self.1.waiting.fetch_sub(1, Ordering::SeqCst);
        }
        if self.1.away.load(Ordering::SeqCst) {
            return Err(VaultError::Unavailable("test".to_owned()));
        }
        Ok(())
    }
}

impl CredentialStore for Shelf {
    fn get(&mut self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
        self.pass(&self.1.hung)?;
        if self.1.locked.load(Ordering::SeqCst) {
            return Err(VaultError::Locked("test".to_owned()));
        }
        let all = self.0.lock().unwrap();
        Ok(all.get(name).cloned().map(Zeroizing::new))
    }

    fn set(&mut self, name: &str, value: &[u8]) -> Result<(), VaultError> {
        self.pass(&self.1.shut)?;
        let mut all = self.0.lock().unwrap();
        all.insert(name.to_owned(), value.to_vec());
        Ok(())
    }

    fn delete(&mut self, name: &str) -> Result<(), VaultError> {
        self.pass(&self.1.hung)?;
        self.0.lock().unwrap().remove(name);
        Ok(())
    }
}
