//! Why an instance could not start.

use std::io;
use std::path::{Path, PathBuf};

/// Why an instance could not start. The text names what is in the way and the remedy; the code is
/// stable and chooses the words in the app.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The port that was asked for is in use.
    #[error(
        "port {port} is taken by another program. Choose another port, or leave the choice to the instance"
    )]
    PortTaken {
        /// The port.
        port: u16,
    },
    /// The port, or for 0 any port, cannot be opened on the loopback interface.
    #[error(
        "cannot listen on 127.0.0.1:{port}: {source}. Choose another port, or leave the choice to the instance"
    )]
    Listen {
        /// The port.
        port: u16,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The data folder cannot be made, read or written.
    #[error(
        "the data folder {path} cannot be written: {source}. Make it writable, or choose another folder"
    )]
    FolderUnwritable {
        /// What could not be written.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Where the data folder, or one above it, is to be, there is a file.
    #[error("{path} is a file, not a folder. Choose a folder")]
    FolderIsFile {
        /// The file.
        path: PathBuf,
    },
    /// The folder holds things that are not an instance's.
    #[error("the folder {path} holds other files and no instance. Choose an empty or a new folder")]
    FolderForeign {
        /// The folder.
        path: PathBuf,
    },
    /// Another process holds the folder's lock.
    #[error(
        "the data folder {path} is in use by another instance. Stop that one, or choose another folder"
    )]
    FolderInUse {
        /// The folder.
        path: PathBuf,
    },
    /// A newer version wrote the folder; nothing in it was touched.
    #[error(
        "the data folder {path} was written by a newer version ({found}; this one knows {known}). Use that version, or choose another folder"
    )]
    FolderNewer {
        /// The folder.
        path: PathBuf,
        /// The version found.
        found: u32,
        /// The newest version this program knows.
        known: u32,
    },
    /// The database cannot be opened, and not because it is damaged (a damaged one is set aside).
    #[error(
        "the database {path} cannot be opened: {reason}. Check the disk and the folder's permissions"
    )]
    DatabaseUnreadable {
        /// The database file.
        path: PathBuf,
        /// What SQLite said.
        reason: String,
    },
    /// The service account's client id is that of the app itself or of one of the people.
    #[error(
        "the client id {client_id} belongs to the app itself or to one of its people. Choose another client id"
    )]
    ClientIdReserved {
        /// The client id.
        client_id: String,
    },
    /// The system gives no random numbers.
    #[error("the system gives no random numbers. Restart it, and report it if that does not help")]
    NoRandomness,
}

impl StartError {
    /// Every word that [`Self::code`] can give, so that a test can hold the app's words against
    /// them.
    pub const CODES: [&str; 9] = [
        "port_taken",
        "port_unavailable",
        "data_folder_unwritable",
        "data_folder_foreign",
        "data_folder_in_use",
        "data_folder_newer",
        "database_unreadable",
        "client_id_reserved",
        "no_randomness",
    ];

    /// The stable word for the error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::PortTaken { .. } => "port_taken",
            Self::Listen { .. } => "port_unavailable",
            // To the app it is a folder that cannot be written; the text says why.
            Self::FolderUnwritable { .. } | Self::FolderIsFile { .. } => "data_folder_unwritable",
            Self::FolderForeign { .. } => "data_folder_foreign",
            Self::FolderInUse { .. } => "data_folder_in_use",
            Self::FolderNewer { .. } => "data_folder_newer",
            Self::DatabaseUnreadable { .. } => "database_unreadable",
            Self::ClientIdReserved { .. } => "client_id_reserved",
            Self::NoRandomness => "no_randomness",
        }
    }

    /// The file or folder it is about.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::FolderUnwritable { path, .. }
            | Self::FolderIsFile { path }
            | Self::FolderForeign { path }
            | Self::FolderInUse { path }
            | Self::FolderNewer { path, .. }
            | Self::DatabaseUnreadable { path, .. } => Some(path),
            Self::PortTaken { .. }
            | Self::Listen { .. }
            | Self::ClientIdReserved { .. }
            | Self::NoRandomness => None,
        }
    }

    /// The port it is about.
    pub fn port(&self) -> Option<u16> {
        match self {
            Self::PortTaken { port } | Self::Listen { port, .. } => Some(*port),
            Self::FolderUnwritable { .. }
            | Self::FolderIsFile { .. }
            | Self::FolderForeign { .. }
            | Self::FolderInUse { .. }
            | Self::FolderNewer { .. }
            | Self::DatabaseUnreadable { .. }
            | Self::ClientIdReserved { .. }
            | Self::NoRandomness => None,
        }
    }
}
