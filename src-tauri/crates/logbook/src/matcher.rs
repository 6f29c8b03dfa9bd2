//! Whether a line is what a query asks for.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use memchr::memmem::Finder;
use miso_api::{LogLevel, LogLine};
use regex::bytes::{Regex, RegexBuilder};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Hir, HirKind};
use serde_json::Value;

use crate::canonical::{self, Trusted};
use crate::caseless::Caseless;
use crate::marks::{Mark, Marks};
use crate::query::{BadQuery, FieldTest, Query, Text};
use crate::{line, piece};

/// As many bytes can be searched for; nobody types more, and what is longer takes long to make ready.
const LONGEST: usize = 4 * 1024;
/// The most bytes of a compiled expression: this bounds the time for a byte of text.
const LARGEST: usize = 4 * 1024 * 1024;
/// The most bytes of what is remembered to be fast.
const CACHE: usize = 8 * 1024 * 1024;
/// A part of a text of so many bytes is rare enough.
const LONG_ENOUGH: usize = 4;
/// The most hits of one message that are told.
const MOST_HITS: usize = 10_000;

/// Where a hit is in a message, in UTF-16 code units: the units of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Where it begins.
    pub from: u32,
    /// Where it ends.
    pub to: u32,
}

/// A query made ready.
pub(crate) struct Matcher {
    finder: Option<Find>,
    /// Finds something in every line that matches and stands as this crate writes it.
    prefilter: Option<Find>,
    /// Whether what is found may be in a field too.
    is_anywhere: bool,
    levels: Vec<LogLevel>,
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
    fields: Vec<FieldTest>,
}

/// Finds text.
enum Find {
    Literal(Box<Finder<'static>>),
    /// ASCII in either case; a text with others in it may have more.
    Caseless(Caseless, Regex),
    Regex(Regex),
}

impl Matcher {
    /// Makes a query ready.
    pub(crate) fn new(query: &Query) -> Result<Self, BadQuery> {
        let mut finder = None;
        let mut prefilter = None;
        if query.text.as_ref().is_some_and(|text| text.len() > LONGEST) {
            return Err(BadQuery::TooLarge);
        }
        match &query.text {
            Some(Text::Literal(text) | Text::Anywhere(text)) if text.is_empty() => {}
            Some(Text::Literal(text) | Text::Anywhere(text))
                if text.chars().any(char::is_uppercase) =>
            {
                finder = Some(literal(text));
                prefilter = some_literal(piece::of_text(text));
            }
            Some(Text::Literal(text) | Text::Anywhere(text)) => {
                let hir = parse(&regex_syntax::escape(text), true)?;
                finder = Some(Find::either_case(text, &hir)?);
                prefilter = by_caseless(text).or_else(|| by_piece(&hir));
            }
            Some(Text::Regex(text)) => {
                let hir = parse(text, false)?;
                finder = Some(Find::new(&hir)?);
                prefilter = by_piece(&hir);
            }
            None => {
                prefilter = by_level(&query.levels).or_else(|| by_field(&query.fields));
            }
        }
        Ok(Self {
            finder,
            prefilter,
            is_anywhere: matches!(query.text, Some(Text::Anywhere(_))),
            levels: query.levels.clone(),
            from: query.from,
            to: query.to,
            fields: query.fields.clone(),
        })
    }

    /// Whether lines of a mark may match, as far as the mark tells.
    pub(crate) fn may_be_in(&self, marks: &Marks, mark: usize) -> bool {
        let Some(about) = marks.all.get(mark) else {
            return false;
        };
        let latest = marks
            .all
            .get(mark + 1)
            .map_or(marks.latest, |next| next.latest);
        let is_before = |from: DateTime<Utc>| !about.is_odd && latest < from.timestamp_micros();
        !self.from.is_some_and(is_before) && self.has_levels_of(about)
    }

    /// A place in a text of canonical lines, from another one on, in the first line that may
    /// match.
    pub(crate) fn candidate(&self, text: &[u8], from: usize) -> Option<usize> {
        self.prefilter.as_ref()?.find_from(text, from)
    }

    /// Whether nothing is known of where candidates are: every line is one.
    pub(crate) fn takes_all(&self) -> bool {
        self.prefilter.is_none()
    }

    /// Whether a line matches that is known to be canonical. `scratch` is for its own use.
    pub(crate) fn is_canonical_match(&self, line: &[u8], scratch: &mut Vec<u8>) -> bool {
        let Some(parts) = Trusted::read(line) else {
            return false;
        };
        if !self.is_level(parts.level) {
            return false;
        }
        let is_timed = self.from.is_some() || self.to.is_some();
        if is_timed && !canonical::time(parts.time).is_some_and(|time| self.is_time(time)) {
            return false;
        }
        if let Some(finder) = &self.finder {
            let Some((message, is_escaped)) = parts.message() else {
                return false;
            };
            let is_in_message = finder.is_in_message(message, is_escaped, scratch);
            if !is_in_message && !self.is_anywhere {
                return false;
            }
            if !is_in_message && !line::parse(line).is_some_and(|line| is_in_fields(finder, &line))
            {
                return false;
            }
        }
        self.fields.is_empty() || line::parse(line).is_some_and(|line| self.have_fields(&line))
    }

    /// Whether any line matches, and its time. `before` is that of the last readable line.
    pub(crate) fn is_match(
        &self,
        bytes: &[u8],
        before: DateTime<Utc>,
        scratch: &mut Vec<u8>,
    ) -> (bool, DateTime<Utc>) {
        if let Some(parts) = canonical::read(bytes) {
            return (self.is_canonical_match(bytes, scratch), parts.timestamp);
        }
        let line = line::read(bytes, before);
        (self.is_line_match(&line), line.timestamp)
    }

    /// Where the text is in a message.
    pub(crate) fn hits(&self, message: &str) -> Vec<Hit> {
        let Some(finder) = &self.finder else {
            return Vec::new();
        };
        let (mut at, mut units) = (0, 0);
        let mut unit = |byte: usize| {
            let between = message.get(at..byte).unwrap_or_default();
            units += between.encode_utf16().count() as u32;
            at = byte;
            units
        };
        let found = finder.all(message.as_bytes());
        let found = found.into_iter().filter(|(from, to)| from < to);
        found
            .map(|(from, to)| Hit {
                from: unit(from),
                to: unit(to),
            })
            .collect()
    }

    /// Whether a line that was read matches.
    pub(crate) fn is_line_match(&self, line: &LogLine) -> bool {
        self.is_level(line.level.as_str().as_bytes())
            && self.is_time(line.timestamp)
            && self.finder.as_ref().is_none_or(|finder| {
                finder.is_in(line.message.as_bytes())
                    || (self.is_anywhere && is_in_fields(finder, line))
            })
            && self.have_fields(line)
    }

    /// The first field in which the text is, and what it is there.
    pub(crate) fn field(&self, line: &LogLine) -> Option<(String, String)> {
        let finder = self.finder.as_ref()?;
        let mut values = values_of(line);
        let (name, value) = values.find(|(_, value)| finder.is_in(value.as_bytes()))?;
        Some((name.to_owned(), value.into_owned()))
    }

    fn is_level(&self, level: &[u8]) -> bool {
        let mut levels = self.levels.iter().map(|level| level.as_str().as_bytes());
        self.levels.is_empty() || levels.any(|one| one == level)
    }

    fn is_time(&self, time: DateTime<Utc>) -> bool {
        self.from.is_none_or(|from| time >= from) && self.to.is_none_or(|to| time < to)
    }

    fn have_fields(&self, line: &LogLine) -> bool {
        self.fields.iter().all(|test| {
            let own = match test.name.as_str() {
                "source" => line.source.as_deref(),
                "environment" => line.environment.as_deref(),
                "instance" => line.instance.as_deref(),
                _ => None,
            };
            match (line.fields.get(&test.name), &test.value) {
                (Some(_), None) => true,
                (Some(Value::String(text)), Some(value)) => text == value,
                (Some(other), Some(value)) => *value == format!("{other}"),
                (None, Some(value)) => own == Some(value),
                (None, None) => own.is_some(),
            }
        })
    }

    /// Whether a mark has lines of one of the levels asked for.
    fn has_levels_of(&self, mark: &Mark) -> bool {
        if self.levels.is_empty() {
            return true;
        }
        self.levels.iter().any(|level| match level {
            LogLevel::Warn => mark.warnings > 0,
            LogLevel::Error => mark.errors > 0,
            LogLevel::Debug | LogLevel::Info | LogLevel::Unknown(_) => true,
        })
    }
}

impl Find {
    fn new(hir: &Hir) -> Result<Self, BadQuery> {
        if let HirKind::Literal(literal) = hir.kind() {
            return Ok(Self::Literal(Box::new(
                Finder::new(&literal.0).into_owned(),
            )));
        }
        let regex = RegexBuilder::new(&hir.to_string())
            .size_limit(LARGEST)
            .dfa_size_limit(CACHE)
            .build();
        regex.map(Self::Regex).map_err(|_| BadQuery::TooLarge)
    }

    /// Finds a text in either case.
    fn either_case(text: &str, hir: &Hir) -> Result<Self, BadQuery> {
        let find = Self::new(hir)?;
        match (find, Caseless::new(text)) {
            (Self::Regex(regex), Some(caseless)) => Ok(Self::Caseless(caseless, regex)),
            (find, _) => Ok(find),
        }
    }

    fn is_in_message(&self, message: &[u8], is_escaped: bool, scratch: &mut Vec<u8>) -> bool {
        if is_escaped {
            return self.is_in(canonical::unescape(message, scratch));
        }
        self.is_in(message)
    }

    fn is_in(&self, text: &[u8]) -> bool {
        match self {
            Self::Caseless(caseless, regex) => {
                caseless.find_from(text, 0).is_some() || (!text.is_ascii() && regex.is_match(text))
            }
            Self::Literal(finder) => finder.find(text).is_some(),
            Self::Regex(regex) => regex.is_match(text),
        }
    }

    /// A place within what is found first.
    fn find_from(&self, text: &[u8], from: usize) -> Option<usize> {
        match self {
            Self::Literal(finder) => finder.find(text.get(from..)?).map(|at| from + at),
            Self::Caseless(caseless, _) => caseless.find_from(text, from),
            Self::Regex(regex) if from <= text.len() => {
                regex.shortest_match_at(text, from).map(|end| end - 1)
            }
            Self::Regex(_) => None,
        }
    }

    fn all(&self, text: &[u8]) -> Vec<(usize, usize)> {
        match self {
            Self::Literal(finder) => {
                let length = finder.needle().len();
                let found = finder.find_iter(text).take(MOST_HITS);
                found.map(|at| (at, at + length)).collect()
            }
            Self::Caseless(_, regex) | Self::Regex(regex) => {
                let found = regex.find_iter(text).take(MOST_HITS);
                found.map(|found| (found.start(), found.end())).collect()
            }
        }
    }
}

/// What the fields of a line are, as a test of a field has it.
fn values_of(line: &LogLine) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
    let own = [
        ("source", &line.source),
        ("environment", &line.environment),
        ("instance", &line.instance),
    ];
    let own = own
        .into_iter()
        .filter(|(name, _)| !line.fields.contains_key(*name));
    let own = own.filter_map(|(name, text)| Some((name, Cow::Borrowed(text.as_deref()?))));
    let fields = line.fields.iter().map(|(name, value)| match value {
        Value::String(text) => (name.as_str(), Cow::Borrowed(text.as_str())),
        other => (name.as_str(), Cow::Owned(format!("{other}"))),
    });
    fields.chain(own)
}

fn is_in_fields(finder: &Find, line: &LogLine) -> bool {
    values_of(line).any(|(_, value)| finder.is_in(value.as_bytes()))
}

fn parse(expression: &str, ignores_case: bool) -> Result<Hir, BadQuery> {
    let mut parser = ParserBuilder::new().case_insensitive(ignores_case).build();
    let (reason, at) = match parser.parse(expression) {
        Ok(hir) => return Ok(hir),
        Err(regex_syntax::Error::Parse(error)) => {
            (error.kind().to_string(), error.span().start.offset)
        }
        Err(regex_syntax::Error::Translate(error)) => {
            (error.kind().to_string(), error.span().start.offset)
        }
        Err(other) => (other.to_string(), 0),
    };
    let before = expression.get(..at).unwrap_or_default();
    Err(BadQuery::Syntax {
        reason,
        at: before.chars().count(),
    })
}

/// Lines of one level that is not the usual one.
fn by_level(levels: &[LogLevel]) -> Option<Find> {
    let [level @ (LogLevel::Warn | LogLevel::Error)] = levels else {
        return None;
    };
    let text = format!(",\"level\":\"{level}\",");
    Some(literal(&text))
}

/// Lines with the name of a field in them.
fn by_field(fields: &[FieldTest]) -> Option<Find> {
    let names = fields.iter().map(|field| piece::of_text(&field.name));
    some_literal(names.max_by_key(|name| name.len())?)
}

/// Lines with a piece of the expression in them.
fn by_piece(hir: &Hir) -> Option<Find> {
    piece::of(hir).and_then(|piece| Find::new(&piece).ok())
}

/// Lines with the longest part of the text that is ASCII in either case: there are a `k` and an
/// `s` that are not.
fn by_caseless(text: &str) -> Option<Find> {
    let plain = piece::of_text(text);
    let parts = plain.split(|char: char| !char.is_ascii() || matches!(char, 'k' | 's'));
    let longest = parts.max_by_key(|part| part.len())?;
    if longest.len() < plain.len().min(LONG_ENOUGH) {
        return None;
    }
    if longest.bytes().all(|byte| !byte.is_ascii_alphabetic()) {
        return some_literal(longest);
    }
    let unused = Regex::new("").ok()?;
    Caseless::new(longest).map(|caseless| Find::Caseless(caseless, unused))
}

fn some_literal(text: &str) -> Option<Find> {
    (!text.is_empty()).then(|| literal(text))
}

fn literal(text: impl AsRef<[u8]>) -> Find {
    Find::Literal(Box::new(Finder::new(text.as_ref()).into_owned()))
}
