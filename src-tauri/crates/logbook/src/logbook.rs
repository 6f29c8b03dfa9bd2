//! The root folder, and the books in it.

use std::collections::HashMap;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use crate::limits::{Clock, Limits};
use crate::{Book, files, name};

/// Which book.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BookKey {
    /// The connection's id.
    pub connection: String,
    /// Who is signed in there; what one may read another may not.
    pub account: String,
    /// The application's key.
    pub application: String,
    /// The environment's key.
    pub environment: String,
}

/// The books below a folder. One process at a time.
pub struct Logbook {
    root: PathBuf,
    limits: Limits,
    clock: Clock,
    /// A book that is being opened keeps only those waiting who want the same one.
    books: Mutex<HashMap<BookKey, Arc<Slot>>>,
}

type Slot = Mutex<Option<Arc<Book>>>;

impl Logbook {
    /// Opens a root folder with the usual limits, or makes it.
    ///
    /// # Errors
    /// When the folder cannot be made or closed to others.
    pub fn open(root: impl Into<PathBuf>) -> io::Result<Self> {
        Self::with(root, Limits::default(), Arc::new(SystemTime::now))
    }

    /// Opens a root folder with these limits and this clock.
    ///
    /// # Errors
    /// As [`Logbook::open`].
    pub fn with(root: impl Into<PathBuf>, limits: Limits, clock: Clock) -> io::Result<Self> {
        let root = root.into();
        files::folder(&root)?;
        files::close_folder(&root)?;
        Ok(Self {
            root,
            limits,
            clock,
            books: Mutex::default(),
        })
    }

    /// The book for a key: the same one each time, opened the first time, which takes as long as
    /// reading its files once.
    ///
    /// # Errors
    /// What the disk says, with the path.
    pub fn book(&self, key: &BookKey) -> io::Result<Arc<Book>> {
        let slot = self.books().entry(key.clone()).or_default().clone();
        let mut slot = lock(&slot);
        if let Some(book) = slot.as_ref() {
            return Ok(book.clone());
        }
        let book = Arc::new(Book::open(
            self.folder(key),
            self.limits,
            self.clock.clone(),
        )?);
        *slot = Some(book.clone());
        Ok(book)
    }

    /// The book for a key, if there is one; makes none.
    ///
    /// # Errors
    /// As [`Logbook::book`].
    pub fn existing(&self, key: &BookKey) -> io::Result<Option<Arc<Book>>> {
        let slot = self.books().get(key).cloned();
        let open = slot.and_then(|slot| lock(&slot).clone());
        if open.is_some() {
            return Ok(open);
        }
        if self.folder(key).is_dir() {
            return self.book(key).map(Some);
        }
        Ok(None)
    }

    /// Removes all books of a connection. Who still holds one finds it empty and can add nothing
    /// to it; a book asked for afterwards begins anew.
    ///
    /// # Errors
    /// What the disk says; what could not be removed is there after a restart.
    pub fn erase(&self, connection: &str) -> io::Result<()> {
        // Held to the end, with the slots: nobody opens a book in a folder that is going away.
        let books = self.books();
        let of_connection = books.iter().filter(|(key, _)| key.connection == connection);
        let mut slots: Vec<_> = of_connection.map(|(_, slot)| lock(slot)).collect();
        for book in slots.iter_mut().filter_map(|slot| slot.take()) {
            book.close();
        }
        let folder = self.root.join(name::of(connection));
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            outcome => outcome.map_err(|error| files::named(error, &folder)),
        }
    }

    fn folder(&self, key: &BookKey) -> PathBuf {
        // Taken apart in full: two keys must never share a folder.
        let BookKey {
            connection,
            account,
            application,
            environment,
        } = key;
        let parts = [connection, account, application, environment];
        parts.into_iter().fold(self.root.clone(), |folder, part| {
            folder.join(name::of(part))
        })
    }

    fn books(&self) -> MutexGuard<'_, HashMap<BookKey, Arc<Slot>>> {
        lock(&self.books)
    }
}

/// Who panicked while holding the lock left whole data behind.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
