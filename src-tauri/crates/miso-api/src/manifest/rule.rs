//! What a rule is.

use std::sync::OnceLock;

use regex::Regex;

use super::ViolationCode;

/// The fields an object may have that we know.
pub(super) struct Object {
    pub(super) fields: &'static [Field],
    /// A field that must not exceed another one.
    pub(super) ordered: Option<Ordered>,
}

impl Object {
    pub(super) const fn new(fields: &'static [Field]) -> Self {
        Self {
            fields,
            ordered: None,
        }
    }

    pub(super) const fn ordered(self, least: &'static str, most: &'static str) -> Self {
        Self {
            fields: self.fields,
            ordered: Some(Ordered { least, most }),
        }
    }
}

pub(super) struct Ordered {
    pub(super) least: &'static str,
    pub(super) most: &'static str,
}

/// One row of APP-MANIFEST.md, or a part of one.
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) need: Need,
    pub(super) rule: Rule,
}

/// When a field must be there.
pub(super) enum Need {
    Never,
    Always,
    /// When the field beside it has this text.
    When(&'static str, &'static str),
    /// Unless the field beside it has this text.
    Unless(&'static str, &'static str),
}

/// What a value must be.
pub(super) enum Rule {
    Anything,
    Flag,
    Integer {
        min: i64,
        max: i64,
    },
    Number {
        min: i64,
        max: i64,
    },
    Text(Text),
    OneOf(&'static [&'static str]),
    List(&'static Rule),
    Object(&'static Object),
    /// An object of objects by environment key.
    ByEnvironment(&'static Object),
    /// The same; an array, as reads give it, is passed over.
    ByEnvironmentOrRead(&'static Object),
}

/// Lengths in characters and a shape.
pub(super) struct Text {
    pub(super) min: usize,
    pub(super) max: usize,
    pub(super) shape: Option<&'static Shape>,
}

/// A pattern and what is said where a text does not match it.
pub(super) struct Shape {
    pub(super) pattern: &'static str,
    pub(super) code: ViolationCode,
    pub(super) params: &'static [(&'static str, &'static str)],
    compiled: OnceLock<Option<Regex>>,
}

impl Shape {
    /// A pattern that is shown as it stands.
    pub(super) const fn new(pattern: &'static str) -> Self {
        Self::named(pattern, ViolationCode::Pattern, &[])
    }

    /// A pattern that people have words for, chosen by the parameter `shape`.
    pub(super) const fn worded(
        pattern: &'static str,
        params: &'static [(&'static str, &'static str)],
    ) -> Self {
        Self::named(pattern, ViolationCode::Pattern, params)
    }

    /// A pattern that has a name of its own.
    pub(super) const fn named(
        pattern: &'static str,
        code: ViolationCode,
        params: &'static [(&'static str, &'static str)],
    ) -> Self {
        Self {
            pattern,
            code,
            params,
            compiled: OnceLock::new(),
        }
    }

    /// Whether the text has the shape. `$` is the end of the text, a line end before it does not
    /// count. A pattern that cannot be compiled matches nothing; the tests compile them all.
    pub(super) fn matches(&self, text: &str) -> bool {
        self.regex().is_some_and(|regex| regex.is_match(text))
    }

    pub(super) fn regex(&self) -> Option<&Regex> {
        self.compiled
            .get_or_init(|| Regex::new(self.pattern).ok())
            .as_ref()
    }
}

pub(super) const fn required(name: &'static str, rule: Rule) -> Field {
    Field {
        name,
        need: Need::Always,
        rule,
    }
}

pub(super) const fn optional(name: &'static str, rule: Rule) -> Field {
    Field {
        name,
        need: Need::Never,
        rule,
    }
}

/// Any text.
pub(super) const TEXT: Rule = Rule::Text(Text {
    min: 0,
    max: usize::MAX,
    shape: None,
});

/// A text of a length.
pub(super) const fn text(min: usize, max: usize) -> Rule {
    Rule::Text(Text {
        min,
        max,
        shape: None,
    })
}

/// A text of a shape.
pub(super) const fn shaped(shape: &'static Shape) -> Rule {
    Rule::Text(Text {
        min: 0,
        max: usize::MAX,
        shape: Some(shape),
    })
}

/// A text of a shape and a length.
pub(super) const fn sized(shape: &'static Shape, min: usize, max: usize) -> Rule {
    Rule::Text(Text {
        min,
        max,
        shape: Some(shape),
    })
}
