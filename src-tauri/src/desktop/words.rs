//! The words of what is said outside of a page, from the same file as the pages' words.

use std::sync::LazyLock;

use serde_json::Value;

static ALL: LazyLock<Value> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../../ui/src/i18n/en.json")).unwrap_or_default()
});

/// The text at a path such as `errors.offline.title`, with its parameters put in; where there is none, the
/// path.
pub(super) fn text(path: &str, parameters: &[(&str, &str)]) -> String {
    let found = path.split('.').fold(&*ALL, |value, name| &value[name]);
    let text = found.as_str().unwrap_or(path).to_owned();
    parameters.iter().fold(text, |text, (name, value)| {
        text.replace(&format!("{{{{{name}}}}}"), value)
    })
}
