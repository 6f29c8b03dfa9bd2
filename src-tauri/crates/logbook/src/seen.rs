//! The ids of the last lines.

use std::collections::{HashSet, VecDeque};
use std::hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState};

/// Remembers ids as 64-bit hashes under a key of its own: among 100,000 ids a new one is taken
/// for an old one once in 10^14, and nobody outside can choose ids that are.
pub(crate) struct Seen {
    most: usize,
    hasher: RandomState,
    hashes: HashSet<u64, BuildHasherDefault<AsIs>>,
    order: VecDeque<u64>,
}

impl Seen {
    pub(crate) fn new(most: usize) -> Self {
        Self {
            most,
            hasher: RandomState::new(),
            hashes: HashSet::default(),
            order: VecDeque::new(),
        }
    }

    /// Whether the id is new; it is remembered from now on. A line without an id is always new.
    pub(crate) fn is_new(&mut self, id: &str) -> bool {
        if id.is_empty() {
            return true;
        }
        let hash = self.hasher.hash_one(id);
        if !self.hashes.insert(hash) {
            return false;
        }
        self.order.push_back(hash);
        while self.order.len() > self.most {
            if let Some(oldest) = self.order.pop_front() {
                self.hashes.remove(&oldest);
            }
        }
        true
    }

    /// Whether the id is among those remembered.
    pub(crate) fn has(&self, id: &str) -> bool {
        !id.is_empty() && self.hashes.contains(&self.hasher.hash_one(id))
    }

    /// Forgets an id whose line could not be kept.
    pub(crate) fn forget(&mut self, id: &str) {
        let hash = self.hasher.hash_one(id);
        if self.hashes.remove(&hash) {
            self.order.retain(|one| *one != hash);
        }
    }
}

/// Hashes are not hashed again.
#[derive(Default)]
struct AsIs(u64);

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}
