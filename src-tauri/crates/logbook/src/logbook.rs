//! The root folder, and the books in it.

use std::collections::HashMap;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, Weak};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use crate::about::{self, About};
use crate::limits::{Clock, Limits, TOTAL_BYTES};
use crate::lock::lock;
use crate::{Book, files, name};

/// Which book.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
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
    shelf: Arc<Shelf>,
}

/// What the books have in common.
pub(crate) struct Shelf {
    pub(crate) root: PathBuf,
    pub(crate) limits: Limits,
    pub(crate) clock: Clock,
    pub(crate) total_bytes: AtomicU64,
    /// Held by who drops lines to keep within the total.
    pub(crate) retiring: Mutex<()>,
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

    /// Opens a root folder with these limits for its books, and this clock.
    ///
    /// # Errors
    /// As [`Logbook::open`].
    pub fn with(root: impl Into<PathBuf>, limits: Limits, clock: Clock) -> io::Result<Self> {
        let root = root.into();
        files::folder(&root)?;
        files::close_folder(&root)?;
        Ok(Self {
            shelf: Arc::new(Shelf {
                root,
                limits,
                clock,
                total_bytes: AtomicU64::new(TOTAL_BYTES),
                retiring: Mutex::default(),
                books: Mutex::default(),
            }),
        })
    }

    /// The book for a key: the same one each time, opened the first time, which takes as long as
    /// reading its files once.
    ///
    /// # Errors
    /// What the disk says, with the path.
    pub fn book(&self, key: &BookKey) -> io::Result<Arc<Book>> {
        self.shelf.book(key, None)
    }

    /// The same with limits of its own, which it gets also where it is open already.
    ///
    /// # Errors
    /// As [`Logbook::book`].
    pub fn book_with(&self, key: &BookKey, limits: Limits) -> io::Result<Arc<Book>> {
        let book = self.shelf.book(key, Some(limits))?;
        if book.limits() != limits {
            book.set_limits(limits)?;
        }
        Ok(book)
    }

    /// The book for a key, if there is one; makes none.
    ///
    /// # Errors
    /// As [`Logbook::book`].
    pub fn existing(&self, key: &BookKey) -> io::Result<Option<Arc<Book>>> {
        let open = self.shelf.opened(key);
        if open.is_some() {
            return Ok(open);
        }
        if self.shelf.folder(key).is_dir() {
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
        let books = self.shelf.books();
        let of_connection = books.iter().filter(|(key, _)| key.connection == connection);
        let mut slots: Vec<_> = of_connection.map(|(_, slot)| lock(slot)).collect();
        for book in slots.iter_mut().filter_map(|slot| slot.take()) {
            book.close();
        }
        let folder = self.shelf.root.join(name::of(connection));
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            outcome => outcome.map_err(|error| files::named(error, &folder)),
        }
    }

    pub(crate) fn shelf(&self) -> &Arc<Shelf> {
        &self.shelf
    }
}

impl Shelf {
    /// The book in a folder, if it is open.
    pub(crate) fn opened_in(&self, folder: &Path) -> Option<Arc<Book>> {
        let slots: Vec<_> = self.books().values().cloned().collect();
        let mut open = slots.iter().filter_map(|slot| lock(slot).clone());
        open.find(|book| book.folder == folder)
    }

    /// The book for a key, with limits of its own where it is opened now.
    pub(crate) fn book(
        self: &Arc<Self>,
        key: &BookKey,
        limits: Option<Limits>,
    ) -> io::Result<Arc<Book>> {
        let slot = self.books().entry(key.clone()).or_default().clone();
        let mut slot = lock(&slot);
        if let Some(book) = slot.as_ref() {
            return Ok(book.clone());
        }
        let shelf = Arc::downgrade(self);
        let folder = self.folder(key);
        // What it was told before counts, whoever opens it now.
        let limits = limits.unwrap_or_else(|| Limits {
            age: about::read(&folder).map_or(self.limits.age, |about| {
                Duration::from_secs(about.age_seconds)
            }),
            ..self.limits
        });
        let grown = move || retire(&shelf);
        let book = Book::open(folder.clone(), limits, self.clock.clone(), Box::new(grown))?;
        let about = About {
            key: key.clone(),
            age_seconds: limits.age.as_secs(),
        };
        about::write(&folder, &about)?;
        let book = Arc::new(book);
        *slot = Some(book.clone());
        Ok(book)
    }

    fn opened(&self, key: &BookKey) -> Option<Arc<Book>> {
        let slot = self.books().get(key).cloned();
        slot.and_then(|slot| lock(&slot).clone())
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

fn retire(shelf: &Weak<Shelf>) {
    let Some(shelf) = shelf.upgrade() else {
        return;
    };
    if let Err(error) = shelf.retire_total() {
        tracing::warn!(%error, "old log lines could not be dropped");
    }
}
