//! Where a reader of logs is: after (or before) which line of each environment.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

/// The order lines are read in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Order {
    Asc,
    Desc,
}

/// A position in the logs of an application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cursor {
    #[serde(rename = "o")]
    pub(crate) order: Order,
    /// By environment: the last id that was passed.
    #[serde(rename = "p")]
    pub(crate) passed: BTreeMap<String, u64>,
}

impl Cursor {
    /// The cursor as it is given out.
    pub(crate) fn encode(&self) -> Result<String, serde_json::Error> {
        Ok(URL_SAFE_NO_PAD.encode(serde_json::to_vec(self)?))
    }

    /// A cursor that was given out for that order; `None` for anything else.
    pub(crate) fn decode(text: &str, order: Order) -> Option<Self> {
        let cursor: Self = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        (cursor.order == order).then_some(cursor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_given_out_is_read_again(passed in prop::collection::btree_map("[a-z]{1,8}", any::<u64>(), 0..4)) {
            let cursor = Cursor { order: Order::Asc, passed };
            let text = cursor.encode().unwrap();
            prop_assert_eq!(Cursor::decode(&text, Order::Asc), Some(cursor));
            prop_assert_eq!(Cursor::decode(&text, Order::Desc), None);
        }

        #[test]
        fn anything_else_is_refused(text in "[ -~]{0,40}") {
            prop_assert_eq!(Cursor::decode(&text, Order::Asc), None);
        }
    }
}
