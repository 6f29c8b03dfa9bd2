//! Chance where it keeps many apart who would act at once; not for secrets.

use std::hash::{BuildHasher, Hasher, RandomState};

/// A number from 0 to 1, another one each time and in each process.
pub(crate) fn any_share() -> f64 {
    let any = RandomState::new().build_hasher().finish();
    any as f64 / u64::MAX as f64
}
