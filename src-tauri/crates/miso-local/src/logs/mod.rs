//! What workloads printed: JSON Lines on disk, a folder for each application and environment,
//! rotated and bounded.

pub(crate) mod cursor;
pub(crate) mod line;
pub(crate) mod place_log;
pub(crate) mod read;
mod segment;

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use crate::place::Place;
use place_log::PlaceLog;

/// All logs of an instance.
pub(crate) struct Logs {
    root: PathBuf,
    open: Mutex<HashMap<Place, Arc<PlaceLog>>>,
}

impl Logs {
    pub(crate) fn new(root: PathBuf) -> Self {
        Self {
            root,
            open: Mutex::default(),
        }
    }

    /// The log of a place; begun where there is none.
    pub(crate) fn of(&self, place: &Place) -> io::Result<Arc<PlaceLog>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(log) = open.get(place) {
            return Ok(Arc::clone(log));
        }
        // Both parts are keys, checked against their pattern: no separators, no dots.
        let folder = self.root.join(&place.application).join(&place.environment);
        let log = Arc::new(PlaceLog::open(folder)?);
        open.insert(place.clone(), Arc::clone(&log));
        Ok(log)
    }

    /// Removes the logs of an application.
    pub(crate) fn remove(&self, application: &str) -> io::Result<()> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|place, _| place.application != application);
        match std::fs::remove_dir_all(self.root.join(application)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Removes the logs of applications that are not among these: what a crash kept from being
    /// removed with its application.
    pub(crate) fn keep_only(&self, applications: &[String]) -> io::Result<()> {
        let folders = match std::fs::read_dir(&self.root) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            folders => folders?,
        };
        for folder in folders {
            if let Some(name) = folder?.file_name().to_str()
                && !applications.iter().any(|key| key == name)
            {
                self.remove(name)?;
            }
        }
        Ok(())
    }
}
