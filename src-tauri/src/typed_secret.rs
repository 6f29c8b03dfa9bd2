//! A secret that somebody typed into a page, on its way through a command.

use miso_client::SecretString;
use serde::{Deserialize, Deserializer};
use specta::datatype::DataType;
use specta::{Type, Types};

/// Comes in and never goes out: no `Debug`, no `Serialize`, zeroized when it is dropped.
pub struct TypedSecret(SecretString);

impl TypedSecret {
    /// What the client takes.
    pub(crate) fn into_secret(self) -> SecretString {
        self.0
    }
}

impl<'de> Deserialize<'de> for TypedSecret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|typed| Self(typed.into()))
    }
}

/// To a page it is a text.
impl Type for TypedSecret {
    fn definition(types: &mut Types) -> DataType {
        String::definition(types)
    }
}
