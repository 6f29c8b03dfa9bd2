//! Lines that stand exactly as this crate writes them, read without a JSON parser.
//!
//! Only a part of what `line::read` understands is accepted here, and read the same; for all
//! others the answer is `None`. A line that was accepted once may be read by [`Trusted`].

use chrono::{DateTime, NaiveDate, Utc};
use memchr::{memchr, memchr2};

/// How deep fields may be nested.
const DEEPEST: usize = 32;
/// Numbers longer than this, in bytes, are left to the parser.
const LONGEST_NUMBER: usize = 40;

/// What a line says, as it stands in the file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Canonical<'a> {
    pub(crate) timestamp: DateTime<Utc>,
    pub(crate) level: &'a [u8],
    /// The message between its quotes, with escapes.
    pub(crate) message: &'a [u8],
    /// Whether the message has escapes.
    pub(crate) is_escaped: bool,
}

/// Reads a line, and checks it to its end.
pub(crate) fn read(line: &[u8]) -> Option<Canonical<'_>> {
    if line
        .iter()
        .fold(false, |found, byte| found | (*byte < 0x20))
    {
        return None;
    }
    std::str::from_utf8(line).ok()?;
    let mut rest = Rest(line);
    rest.word(b"{\"id\":\"")?;
    rest.text()?;
    rest.word(b",\"timestamp\":\"")?;
    let timestamp = time(rest.simple()?)?;
    rest.word(b",\"level\":\"")?;
    let level = rest.simple()?;
    rest.word(b",\"message\":\"")?;
    let (message, is_escaped) = rest.text()?;
    for name in [
        &b",\"source\":\""[..],
        b",\"environment\":\"",
        b",\"instance\":\"",
    ] {
        if rest.word(name).is_some() {
            rest.text()?;
        }
    }
    if rest.word(b",\"fields\":{").is_some() {
        rest.object(DEEPEST)?;
    }
    rest.word(b"}")?;
    rest.0.is_empty().then_some(Canonical {
        timestamp,
        level,
        message,
        is_escaped,
    })
}

/// What a line says that `read` has accepted before, as far as its message.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Trusted<'a> {
    /// The timestamp, to be read by [`time`].
    pub(crate) time: &'a [u8],
    pub(crate) level: &'a [u8],
    /// What follows the level.
    rest: &'a [u8],
}

impl<'a> Trusted<'a> {
    /// Reads time and level.
    pub(crate) fn read(line: &'a [u8]) -> Option<Self> {
        let mut rest = Rest(line);
        rest.word(b"{\"id\":\"")?;
        rest.text()?;
        rest.word(b",\"timestamp\":\"")?;
        let time = rest.simple()?;
        rest.word(b",\"level\":\"")?;
        let level = rest.simple()?;
        let rest = rest.0;
        Some(Self { time, level, rest })
    }

    /// The message between its quotes, and whether it has escapes.
    pub(crate) fn message(&self) -> Option<(&'a [u8], bool)> {
        let mut rest = Rest(self.rest);
        rest.word(b",\"message\":\"")?;
        rest.text()
    }
}

/// The text of a message without its escapes.
pub(crate) fn unescape<'a>(message: &'a [u8], to: &'a mut Vec<u8>) -> &'a [u8] {
    to.clear();
    let mut rest = message;
    while let Some(at) = memchr(b'\\', rest) {
        to.extend_from_slice(&rest[..at]);
        let escape = &rest[at..];
        let (byte, length) = match escape.get(1) {
            Some(b'n') => (b'\n', 2),
            Some(b't') => (b'\t', 2),
            Some(b'r') => (b'\r', 2),
            Some(b'b') => (0x08, 2),
            Some(b'f') => (0x0c, 2),
            Some(b'u') => (control(escape).unwrap_or_default(), 6),
            Some(other) => (*other, 2),
            None => (b'\\', 1),
        };
        to.push(byte);
        rest = escape.get(length..).unwrap_or_default();
    }
    to.extend_from_slice(rest);
    to
}

/// What `\u00XX` stands for, if it is a control character.
fn control(escape: &[u8]) -> Option<u8> {
    let digits = escape.get(..6)?.strip_prefix(b"\\u00")?;
    let high = match digits.first()? {
        b'0' => 0x00,
        b'1' => 0x10,
        _ => return None,
    };
    let low = match digits.get(1)? {
        digit @ b'0'..=b'9' => digit - b'0',
        digit @ b'a'..=b'f' => digit - b'a' + 10,
        _ => return None,
    };
    Some(high | low)
}

/// Reads `2026-11-26T02:10:14.123456789Z`.
pub(crate) fn time(text: &[u8]) -> Option<DateTime<Utc>> {
    let number = |range: std::ops::Range<usize>| -> Option<u32> {
        text.get(range)?.iter().try_fold(0, |number, digit| {
            let digit = digit.wrapping_sub(b'0');
            (digit < 10).then_some(number * 10 + u32::from(digit))
        })
    };
    let signs = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if signs.iter().any(|(at, sign)| text.get(*at) != Some(sign)) {
        return None;
    }
    let nanos = match text.get(19..)?.split_last()? {
        (b'Z', []) => 0,
        (b'Z', [b'.', digits @ ..]) if (1..=9).contains(&digits.len()) => {
            number(20..20 + digits.len())? * 10_u32.pow(9 - digits.len() as u32)
        }
        _ => return None,
    };
    let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
    let day = NaiveDate::from_ymd_opt(number(0..4)? as i32, number(5..7)?, number(8..10)?)?;
    if second > 59 {
        return None;
    }
    Some(day.and_hms_nano_opt(hour, minute, second, nanos)?.and_utc())
}

/// What is not yet read of a line.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn word(&mut self, word: &[u8]) -> Option<()> {
        self.0 = self.0.strip_prefix(word)?;
        Some(())
    }

    /// A string without escapes, whose opening quote was read.
    fn simple(&mut self) -> Option<&'a [u8]> {
        let end = memchr2(b'"', b'\\', self.0)?;
        if self.0[end] != b'"' {
            return None;
        }
        let text = &self.0[..end];
        self.0 = &self.0[end + 1..];
        Some(text)
    }

    /// A string whose opening quote was read, and whether it has escapes. Only those that
    /// this crate writes are known here.
    fn text(&mut self) -> Option<(&'a [u8], bool)> {
        let whole = self.0;
        let mut at = 0;
        let mut is_escaped = false;
        loop {
            at += memchr2(b'"', b'\\', &whole[at..])?;
            if whole[at] == b'"' {
                self.0 = &whole[at + 1..];
                return Some((&whole[..at], is_escaped));
            }
            is_escaped = true;
            at += match whole.get(at + 1)? {
                b'"' | b'\\' | b'n' | b't' | b'r' | b'b' | b'f' => 2,
                b'u' => control(&whole[at..]).map(|_| 6)?,
                _ => return None,
            };
        }
    }

    /// An object whose opening brace was read.
    fn object(&mut self, deepest: usize) -> Option<()> {
        if self.word(b"}").is_some() {
            return Some(());
        }
        loop {
            self.word(b"\"")?;
            self.text()?;
            self.word(b":")?;
            self.value(deepest)?;
            if self.word(b"}").is_some() {
                return Some(());
            }
            self.word(b",")?;
        }
    }

    fn value(&mut self, deepest: usize) -> Option<()> {
        match self.0.first()? {
            b'"' => {
                self.word(b"\"")?;
                self.text().map(|_| ())
            }
            b'{' => {
                self.word(b"{")?;
                self.object(deepest.checked_sub(1)?)
            }
            b'[' => {
                self.word(b"[")?;
                self.array(deepest.checked_sub(1)?)
            }
            b't' => self.word(b"true"),
            b'f' => self.word(b"false"),
            b'n' => self.word(b"null"),
            _ => self.number(),
        }
    }

    fn array(&mut self, deepest: usize) -> Option<()> {
        if self.word(b"]").is_some() {
            return Some(());
        }
        loop {
            self.value(deepest)?;
            if self.word(b"]").is_some() {
                return Some(());
            }
            self.word(b",")?;
        }
    }

    /// A number that is surely within the range of a double.
    fn number(&mut self) -> Option<()> {
        let before = self.0.len();
        let _ = self.word(b"-");
        let is_zero = self.0.first() == Some(&b'0');
        let whole = self.digits();
        if whole == 0 || (is_zero && whole > 1) {
            return None;
        }
        if self.word(b".").is_some() && self.digits() == 0 {
            return None;
        }
        if self.word(b"e").is_some() || self.word(b"E").is_some() {
            let _ = self.word(b"+").or_else(|| self.word(b"-"));
            if !(1..=2).contains(&self.digits()) {
                return None;
            }
        }
        (before - self.0.len() <= LONGEST_NUMBER).then_some(())
    }

    fn digits(&mut self) -> usize {
        let count = self.0.iter().take_while(|byte| byte.is_ascii_digit());
        let count = count.count();
        self.0 = &self.0[count..];
        count
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use miso_api::{LogLevel, LogLine};
    use proptest::prelude::*;
    use serde_json::{Map, Value, json};

    use super::*;
    use crate::line;

    fn same_as_parser(bytes: &[u8]) -> Result<bool, TestCaseError> {
        let Some(quick) = read(bytes) else {
            return Ok(false);
        };
        let parsed: Result<LogLine, _> = serde_json::from_slice(bytes);
        prop_assert!(parsed.is_ok(), "{}", String::from_utf8_lossy(bytes));
        let parsed = parsed.unwrap();
        prop_assert_eq!(quick.timestamp, parsed.timestamp);
        prop_assert_eq!(quick.level, parsed.level.as_str().as_bytes());
        let mut text = Vec::new();
        prop_assert_eq!(
            unescape(quick.message, &mut text),
            parsed.message.as_bytes()
        );
        prop_assert_eq!(quick.is_escaped, quick.message.contains(&b'\\'));
        let trusted = Trusted::read(bytes).unwrap();
        prop_assert_eq!(time(trusted.time), Some(quick.timestamp));
        prop_assert_eq!(trusted.level, quick.level);
        prop_assert_eq!(trusted.message(), Some((quick.message, quick.is_escaped)));
        Ok(true)
    }

    fn written(line: &LogLine) -> Vec<u8> {
        let mut bytes = Vec::new();
        line::write(line, &mut bytes).unwrap();
        bytes.pop();
        bytes
    }

    fn any_line() -> impl Strategy<Value = LogLine> {
        let field = prop_oneof![
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(|number| json!(number)),
            any::<String>().prop_map(|text| json!([text, {"a": null, "b": [true]}])),
        ];
        let at = (-62_135_596_800..253_402_300_800_i64, 0..1_000_000_000_u32);
        let texts = (any::<String>(), any::<String>(), proptest::option::of(".*"));
        (texts, at, proptest::collection::vec((".*", field), 0..4)).prop_map(
            |((id, message, source), (seconds, nanos), fields)| LogLine {
                id,
                timestamp: DateTime::from_timestamp(seconds, nanos).unwrap(),
                level: LogLevel::Warn,
                message,
                environment: source.clone(),
                instance: source.clone(),
                source,
                fields: fields.into_iter().collect::<Map<_, _>>(),
            },
        )
    }

    #[test]
    fn ordinary_lines_are_canonical() {
        let mut line = LogLine {
            id: "a\"b\n".to_owned(),
            timestamp: DateTime::from_timestamp(1_700_000_000, 5).unwrap(),
            level: LogLevel::Error,
            message: "\u{1b}[31mé\\\u{0}\u{8}\u{c}".to_owned(),
            source: None,
            environment: None,
            instance: Some(String::new()),
            fields: Map::new(),
        };
        assert!(same_as_parser(&written(&line)).unwrap());
        let fields =
            json!({"a": 1, "b": -0.5, "c": 1e-7, "d": {}, "e": [], "f": [1, "x"], "": null});
        line.fields = fields.as_object().unwrap().clone();
        assert!(same_as_parser(&written(&line)).unwrap());
    }

    #[test]
    fn others_are_left_to_the_parser() {
        let head = r#"{"id":"1","timestamp":"2026-01-01T00:00:00Z","level":"info","message":"#;
        for tail in [
            r#""é"#,
            r#""\u00e9"}"#,
            r#""\ud83d\ude00"}"#,
            r#""\/"}"#,
            r#""a"} "#,
            r#""a" }"#,
            r#""a","fields":{"a":1e400}}"#,
            r#""a","fields":{"a":01}}"#,
            r#""a","more":1}"#,
            r#""a","fields":null}"#,
            r#""a","message":"b"}"#,
            "\"a\tb\"}",
            r#"null}"#,
        ] {
            assert_eq!(read(format!("{head}{tail}").as_bytes()), None, "{tail}");
        }
        let leap = r#"{"id":"1","timestamp":"2016-12-31T23:59:60Z","level":"","message":""}"#;
        assert_eq!(read(leap.as_bytes()), None);
        assert_eq!(read(b""), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]
        #[test]
        fn what_is_accepted_is_read_as_the_parser_does(line in any_line()) {
            let has_large = line.fields.values().any(|value| value.as_f64().is_some_and(|number| {
                number != 0.0 && !(1e-90..1e90).contains(&number.abs())
            }));
            let accepted = same_as_parser(&written(&line))?;
            prop_assert!(accepted || has_large, "{line:?}");
        }

        #[test]
        fn an_edited_line_is_read_as_the_parser_does(
            line in any_line(), at in any::<proptest::sample::Index>(), cut in 0..3_usize,
            put in prop_oneof![
                proptest::collection::vec(any::<u8>(), 0..3),
                "[\\\\u\"{},:0-9eE.+a-f -]{0,6}".prop_map(String::into_bytes),
            ],
        ) {
            let mut bytes = written(&line);
            let at = at.index(bytes.len());
            let end = (at + cut).min(bytes.len());
            bytes.splice(at..end, put);
            same_as_parser(&bytes)?;
        }
    }
}
