//! The text of an `.env` file. It is read as dotenv reads it: comments, `export`, three kinds of
//! quotes, values of several lines. Nothing is replaced in a value, neither `$NAME` nor a command:
//! it is the platform that starts the application, not a shell. A `#` begins a comment at the
//! begin of a line and after a space only, since a value may have one.

use std::fmt::Write;

/// A name and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// The line it begins in; the first is 1.
    pub line: usize,
    pub name: String,
    pub value: String,
}

/// What a text says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Parsed {
    pub entries: Vec<Entry>,
    /// Lines that are neither a name with a value nor a comment.
    pub unread: Vec<usize>,
}

const QUOTES: [char; 3] = ['\'', '"', '`'];

/// Reads a text.
pub(super) fn parse(text: &str) -> Parsed {
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let mut parsed = Parsed::default();
    let (mut rest, mut line) = (text.as_str(), 1);
    while !rest.is_empty() {
        let taken = match statement(rest) {
            Statement::Nothing { length } => length,
            Statement::Unread { length } => {
                parsed.unread.push(line);
                length
            }
            Statement::Entry {
                name,
                value,
                length,
            } => {
                parsed.entries.push(Entry { line, name, value });
                length
            }
        };
        let (statement, after) = rest.split_at(taken);
        line += statement.matches('\n').count();
        rest = after;
    }
    parsed
}

/// One line for a name and its value, or several where the value has them. What this writes,
/// [`parse`] reads as it was; where they can, so do the others.
pub(super) fn write(name: &str, value: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "_-./:@%+,=~".contains(letter);
    if value.chars().all(is_plain) {
        return format!("{name}={value}\n");
    }
    if !value.contains(['\'', '\r']) && !value.ends_with('\\') {
        return format!("{name}='{value}'\n");
    }
    let mut line = format!("{name}=\"");
    for letter in value.chars() {
        match letter {
            '\n' => line.push_str("\\n"),
            '\r' => line.push_str("\\r"),
            '\\' | '"' | '$' => {
                let _ = write!(line, "\\{letter}");
            }
            other => line.push(other),
        }
    }
    line + "\"\n"
}

/// What stands at the begin of a text, and how many bytes of it that is, its line's end included.
enum Statement {
    Nothing {
        length: usize,
    },
    Unread {
        length: usize,
    },
    Entry {
        name: String,
        value: String,
        length: usize,
    },
}

fn statement(text: &str) -> Statement {
    let length = text.find('\n').map_or(text.len(), |end| end + 1);
    let line = text.get(..length).unwrap_or(text);
    let trimmed = line.trim();
    if trimmed.is_empty() || trimmed.starts_with('#') {
        return Statement::Nothing { length };
    }
    let Some((name, at)) = name_of(line) else {
        return Statement::Unread { length };
    };
    let (value, length) = value(text, at, length);
    Statement::Entry {
        name,
        value,
        length,
    }
}

/// The name at the begin of a line, and where its value may begin. Whether it is a good one is for
/// the rules to say.
fn name_of(line: &str) -> Option<(String, usize)> {
    let equals = line.find('=').map(|at| (at, at + 1));
    let colon = line.find(": ").map(|at| (at, at + 2));
    let (end, after) = match (equals, colon) {
        (Some(equals), Some(colon)) => equals.min(colon),
        (equals, colon) => equals.or(colon)?,
    };
    let name = line.get(..end)?.trim();
    let name = match name.strip_prefix("export") {
        Some(rest) if rest.starts_with([' ', '\t']) => rest.trim_start(),
        Some(_) | None => name,
    };
    (!name.is_empty() && !name.contains(char::is_whitespace)).then(|| (name.to_owned(), after))
}

/// The value that begins at `at`, and the length of the whole statement, whose first line is so
/// long.
fn value(text: &str, at: usize, length: usize) -> (String, usize) {
    let line = text.get(at..length).unwrap_or_default();
    let blank = line.len() - line.trim_start_matches([' ', '\t']).len();
    let from = text.get(at + blank..).unwrap_or_default();
    if let Some(quote) = from.chars().next().filter(|first| QUOTES.contains(first))
        && let Some((value, used)) = quoted(from, quote)
    {
        return (value, at + blank + used);
    }
    let value = uncommented(line).trim();
    let bare = QUOTES.iter().find_map(|quote| {
        let inner = value.strip_prefix(*quote)?.strip_suffix(*quote)?;
        Some(inner)
    });
    (bare.unwrap_or(value).to_owned(), length)
}

/// A quoted value, and its length with the rest of its last line; `None` where the quote is not
/// closed or something follows it.
fn quoted(text: &str, quote: char) -> Option<(String, usize)> {
    let mut letters = text.char_indices().skip(1);
    let mut close = None;
    while let Some((at, letter)) = letters.next() {
        if letter == '\\' {
            letters.next();
        } else if letter == quote {
            close = Some(at);
            break;
        }
    }
    let close = close?;
    let after = text.get(close + 1..)?;
    let length = after.find('\n').map_or(after.len(), |end| end + 1);
    let tail = after.get(..length)?.trim();
    if !tail.is_empty() && !tail.starts_with('#') {
        return None;
    }
    let inner = text.get(1..close)?;
    let value = if quote == '"' {
        unescaped(inner)
    } else {
        inner.to_owned()
    };
    Some((value, close + 1 + length))
}

fn unescaped(text: &str) -> String {
    let mut value = String::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            value.push(letter);
            continue;
        }
        match letters.next() {
            Some('n') => value.push('\n'),
            Some('r') => value.push('\r'),
            Some('t') => value.push('\t'),
            Some(itself @ ('\\' | '"' | '$' | '`' | '\'')) => value.push(itself),
            Some(other) => value.extend(['\\', other]),
            None => value.push('\\'),
        }
    }
    value
}

fn uncommented(line: &str) -> &str {
    let mut before = ' ';
    for (at, letter) in line.char_indices() {
        if letter == '#' && before.is_whitespace() {
            return line.get(..at).unwrap_or(line);
        }
        before = letter;
    }
    line
}
