//! Which reading of the API an instance is read by.

use serde::{Deserialize, Serialize};
use specta::Type;

/// A reading of the API: one set of methods stands above both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Speaks {
    /// The public document of the platform (API.md).
    #[default]
    Documented,
    /// What the shipping controller serves under `/api/v1` (API-V1.md).
    V1,
}

impl Speaks {
    /// The reading that counts: the one that was chosen, else the one that was found.
    pub(crate) fn of(chosen: Option<Self>, found: Option<Self>) -> Self {
        chosen.or(found).unwrap_or_default()
    }
}
