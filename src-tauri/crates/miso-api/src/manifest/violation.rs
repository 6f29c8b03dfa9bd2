//! What a broken rule is called.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;
use specta::Type;

/// One broken rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Violation {
    /// Which kind of rule; the words are chosen by it.
    pub code: ViolationCode,
    /// The field's path, such as `configuration[0].name`; a name that is not plain is quoted, as
    /// in `environments["my env"].image`; empty for the manifest itself.
    pub field: String,
    /// What the words need, named at each code.
    pub params: BTreeMap<String, String>,
}

/// The kinds of rules of APP-MANIFEST.md.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ViolationCode {
    /// The manifest is not a JSON object. Params: `actual`, a JSON type as in
    /// `WrongType`.
    NotAnObject,
    /// The field is missing, or `null`.
    Required,
    /// The field has another JSON type. Params: `expected` and `actual`: `null`, `boolean`,
    /// `integer`, `number`, `string`, `array` or `object`.
    WrongType,
    /// The text does not match. Params: `pattern`; `shape` where there are words for it, `key` or
    /// `variable`.
    Pattern,
    /// The text is too short. Params: `min` and `length`, in characters.
    TooShort,
    /// The text is too long. Params: `max` and `length`, in characters.
    TooLong,
    /// The number is too small. Params: `min`, `value`.
    TooSmall,
    /// The number is too large. Params: `max`, `value`.
    TooLarge,
    /// The text is none of a fixed list. Params: `allowed`, separated by `, `.
    NotOneOf,
    /// The least is more than the most. Params: `min` and `max`, as given; `other`, the path of
    /// the field with the most.
    MinOverMax,
    /// The text is not an `http` or `https` URL.
    NotAUrl,
    /// The text is not the URL of a repository on a known host. Params: `allowed`.
    NotARepository,
    /// The text is not a relative path.
    NotARelativePath,
    /// Another item before has the same name.
    Twice,
}

/// The sentence a server sends, in English.
impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let field = if self.field.is_empty() {
            "the manifest"
        } else {
            &self.field
        };
        let param = |name: &str| self.params.get(name).map_or("", String::as_str);
        match self.code {
            ViolationCode::NotAnObject => {
                write!(
                    f,
                    "{field} must be an object, not {}",
                    noun(param("actual"))
                )
            }
            ViolationCode::Required => write!(f, "{field} is required"),
            ViolationCode::WrongType => {
                let (expected, actual) = (noun(param("expected")), noun(param("actual")));
                write!(f, "{field} must be {expected}, not {actual}")
            }
            ViolationCode::Pattern => write!(f, "{field} must match {}", param("pattern")),
            ViolationCode::TooShort => {
                let (min, length) = (param("min"), param("length"));
                write!(
                    f,
                    "{field} must have at least {min} characters, it has {length}"
                )
            }
            ViolationCode::TooLong => {
                let (max, length) = (param("max"), param("length"));
                write!(
                    f,
                    "{field} must have at most {max} characters, it has {length}"
                )
            }
            ViolationCode::TooSmall => {
                write!(
                    f,
                    "{field} must be at least {}, it is {}",
                    param("min"),
                    param("value")
                )
            }
            ViolationCode::TooLarge => {
                write!(
                    f,
                    "{field} must be at most {}, it is {}",
                    param("max"),
                    param("value")
                )
            }
            ViolationCode::NotOneOf => write!(f, "{field} must be one of {}", param("allowed")),
            ViolationCode::MinOverMax => {
                let (min, max, other) = (param("min"), param("max"), param("other"));
                write!(
                    f,
                    "{field} is {min} and must not be more than {other}, which is {max}"
                )
            }
            ViolationCode::NotAUrl => write!(f, "{field} must be an http or https URL"),
            ViolationCode::NotARepository => {
                write!(
                    f,
                    "{field} must be the URL of a repository on {}",
                    param("allowed")
                )
            }
            ViolationCode::NotARelativePath => write!(f, "{field} must be a relative path"),
            ViolationCode::Twice => write!(f, "{field} comes twice"),
        }
    }
}

/// A JSON type with its article.
fn noun(kind: &str) -> String {
    match kind {
        "null" => kind.to_owned(),
        _ if kind.starts_with(['a', 'i', 'o']) => format!("an {kind}"),
        _ => format!("a {kind}"),
    }
}
