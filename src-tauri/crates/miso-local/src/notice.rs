//! What the caller should tell the user although the instance runs.

use std::collections::BTreeMap;

/// Something that the user should know, as a code and its parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The stable word: `database_set_aside`, `identity_set_aside` or `port_moved`.
    pub code: &'static str,
    /// What the words need: `path` and `kept` for what was set aside, `from` and `to` for a port.
    pub params: BTreeMap<&'static str, String>,
}

impl Notice {
    pub(crate) fn new<const N: usize>(
        code: &'static str,
        params: [(&'static str, String); N],
    ) -> Self {
        Self {
            code,
            params: BTreeMap::from(params),
        }
    }
}
