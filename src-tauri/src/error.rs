//! What a command answers when it cannot do what it was asked.

use std::collections::BTreeMap;
use std::sync::Arc;

use miso_api::ErrorDetail;
use miso_client::Failure;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::settings::NotSaved;

/// An error at the IPC: the code chooses the words and the next step, the message is the other
/// side's own and never matched.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CommandError {
    /// The stable word.
    pub code: String,
    /// What the words need.
    pub params: BTreeMap<String, String>,
    /// The other side's own words.
    pub message: Option<String>,
    /// What to tell the operator of the instance.
    pub request_id: Option<String>,
    /// What is wrong with which field.
    pub details: Vec<ErrorDetail>,
}

impl CommandError {
    /// An error of this code.
    pub(crate) fn new(code: &str) -> Self {
        Self {
            code: code.to_owned(),
            params: BTreeMap::new(),
            message: None,
            request_id: None,
            details: Vec::new(),
        }
    }

    /// Adds a parameter.
    pub(crate) fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.params.insert(name.to_owned(), value.to_string());
        self
    }
}

impl From<Failure> for CommandError {
    fn from(failure: Failure) -> Self {
        let code = match serde_json::to_value(failure.code) {
            Ok(serde_json::Value::String(code)) => code,
            Ok(_) | Err(_) => format!("{:?}", failure.code),
        };
        let Failure {
            params,
            message,
            request_id,
            details,
            ..
        } = failure;
        Self {
            code,
            params,
            message,
            request_id,
            details,
        }
    }
}

impl From<miso_local::StartError> for CommandError {
    fn from(error: miso_local::StartError) -> Self {
        let mut params = BTreeMap::new();
        if let Some(path) = error.path() {
            params.insert("path".to_owned(), path.display().to_string());
        }
        if let Some(port) = error.port() {
            params.insert("port".to_owned(), port.to_string());
        }
        Self {
            message: Some(error.to_string()),
            params,
            ..Self::new(error.code())
        }
    }
}

impl From<Arc<NotSaved>> for CommandError {
    fn from(error: Arc<NotSaved>) -> Self {
        Self::new("settings_not_saved").with("reason", error)
    }
}

impl From<tauri::Error> for CommandError {
    fn from(error: tauri::Error) -> Self {
        Self {
            message: Some(error.to_string()),
            ..Self::new("app_failed")
        }
    }
}

#[cfg(test)]
mod tests {
    use miso_client::{Capability, Code, doctor};

    use super::*;

    #[test]
    fn every_code_has_words() {
        let words = include_str!("../../ui/src/i18n/en.json");
        let words: serde_json::Value = serde_json::from_str(words).unwrap();
        let mut codes: Vec<String> = Code::ALL
            .iter()
            .map(|code| CommandError::from(Failure::new(*code)).code)
            .collect();
        codes.extend(
            miso_local::StartError::CODES
                .iter()
                .map(|code| (*code).to_owned()),
        );
        codes.extend(
            [
                "app_failed",
                "clipboard_failed",
                "local_failed",
                "settings_not_saved",
            ]
            .map(str::to_owned),
        );
        let missing: Vec<_> = codes
            .iter()
            .filter(|code| words["errors"].get(code.as_str()).is_none())
            .collect();
        assert!(missing.is_empty(), "no words for {missing:?}");
        for capability in Capability::ALL {
            let word = capability.word();
            assert!(words["capabilities"].get(&word).is_some(), "{word}");
        }
        let examined = &words["doctor"];
        let all = |area: &str, keys: Vec<String>| {
            for key in keys {
                assert!(examined[area].get(&key).is_some(), "doctor.{area}.{key}");
            }
        };
        all(
            "steps",
            doctor::Step::ALL.iter().map(|one| one.word()).collect(),
        );
        all(
            "outcomes",
            doctor::Outcome::ALL.iter().map(|one| one.word()).collect(),
        );
        all(
            "seen",
            doctor::SeenKind::ALL.iter().map(|one| one.word()).collect(),
        );
        all(
            "blind",
            doctor::Blind::ALL.iter().map(|one| one.word()).collect(),
        );
        all(
            "advice",
            doctor::AdviceKind::ALL
                .iter()
                .map(|one| one.word())
                .collect(),
        );
        for code in [
            "cache_not_kept",
            "logs_not_kept",
            "settings_lost",
            "settings_set_aside",
            "settings_restored",
            "connections_not_saved",
            "sign_out_not_told",
            "database_set_aside",
            "identity_set_aside",
            "port_moved",
        ] {
            assert!(
                words["notices"].get(code).is_some(),
                "no words for the notice {code}"
            );
        }
    }
}
