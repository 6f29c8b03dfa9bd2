//! The words of what is said outside of a page, from the same files as the pages' words.

use std::sync::{LazyLock, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use specta::Type;

use crate::settings::Language;

/// A language that the app speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Spoken {
    /// English.
    En,
    /// Finnish.
    Fi,
}

static ENGLISH: LazyLock<Value> =
    LazyLock::new(|| read(include_str!("../../../ui/src/i18n/en.json")));
static FINNISH: LazyLock<Value> =
    LazyLock::new(|| read(include_str!("../../../ui/src/i18n/fi.json")));

/// What was chosen last; before the settings are read, the system's.
static CHOSEN: Mutex<Language> = Mutex::new(Language::System);

/// Speaks what was chosen from now on.
pub(crate) fn speak(language: Language) {
    *CHOSEN.lock().unwrap_or_else(PoisonError::into_inner) = language;
}

/// The system's language, as far as the app speaks it; English else.
pub(crate) fn of_the_system() -> Spoken {
    sys_locale::get_locale().map_or(Spoken::En, |locale| spoken(&locale))
}

/// The language of a locale such as `fi-FI`.
fn spoken(locale: &str) -> Spoken {
    let language = locale.split(['-', '_', '.']).next().unwrap_or_default();
    if language.eq_ignore_ascii_case("fi") {
        return Spoken::Fi;
    }
    Spoken::En
}

/// The text at a path such as `errors.offline.title`, with its parameters put in; where there is none, the
/// path.
pub(super) fn text(path: &str, parameters: &[(&str, &str)]) -> String {
    text_in(spoken_now(), path, parameters)
}

/// The language that was chosen, or the system's.
pub(super) fn spoken_now() -> Spoken {
    let chosen = *CHOSEN.lock().unwrap_or_else(PoisonError::into_inner);
    match chosen {
        Language::System => of_the_system(),
        Language::En => Spoken::En,
        Language::Fi => Spoken::Fi,
    }
}

/// The same in a language. Where a word of the file says how a parameter is written
/// (`{{count, number}}`), it is given as it is written.
pub(super) fn text_in(language: Spoken, path: &str, parameters: &[(&str, &str)]) -> String {
    let words = match language {
        Spoken::En => &*ENGLISH,
        Spoken::Fi => &*FINNISH,
    };
    let found = at(words, path).or_else(|| at(&ENGLISH, path));
    let text = found.unwrap_or(path).to_owned();
    parameters.iter().fold(text, |text, (name, value)| {
        text.replace(&format!("{{{{{name}}}}}"), value)
            .replace(&format!("{{{{{name}, number}}}}"), value)
    })
}

fn at<'a>(words: &'a Value, path: &str) -> Option<&'a str> {
    path.split('.')
        .fold(words, |value, name| &value[name])
        .as_str()
}

fn read(file: &str) -> Value {
    serde_json::from_str(file).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_have_the_words() {
        for path in ["notification.open", "errors.app_broken.title"] {
            let [english, finnish] = [Spoken::En, Spoken::Fi].map(|each| text_in(each, path, &[]));
            assert!(!english.is_empty() && english != path, "{path}");
            assert!(!finnish.is_empty() && finnish != english, "{path}");
        }
        let told = |language| {
            let parameters = [
                ("application", "shop"),
                ("tag", "1.4"),
                ("environment", "PROD"),
            ];
            text_in(language, "notification.failed", &parameters)
        };
        for language in [Spoken::En, Spoken::Fi] {
            let told = told(language);
            assert!(!told.contains("{{"), "{told}");
            assert!(
                ["shop", "1.4", "PROD"]
                    .iter()
                    .all(|each| told.contains(each))
            );
        }
    }

    #[test]
    fn what_has_no_words_is_said_by_its_path() {
        assert_eq!(text_in(Spoken::Fi, "nowhere.at.all", &[]), "nowhere.at.all");
        assert_eq!(text_in(Spoken::Fi, "settings", &[]), "settings");
    }

    #[test]
    fn a_locale_is_spoken_as_far_as_the_app_can() {
        for (locale, expected) in [
            ("fi-FI", Spoken::Fi),
            ("fi", Spoken::Fi),
            ("fi_FI.UTF-8", Spoken::Fi),
            ("fil-PH", Spoken::En),
            ("en-GB", Spoken::En),
            ("C", Spoken::En),
            ("", Spoken::En),
        ] {
            assert_eq!(spoken(locale), expected, "{locale}");
        }
    }
}
