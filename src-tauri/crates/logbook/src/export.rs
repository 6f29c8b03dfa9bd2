//! Lines written for others: as text, as JSON Lines, as CSV.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::SecondsFormat;
use miso_api::{LogLine, acts};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::merged::Merged;
use crate::merged_search::MergedSearch;
use crate::search::Outcome;

/// As many lines are read at once.
const WINDOW: u64 = 2_000;
/// The bytes that are gathered before they are written.
const PIECE: usize = 256 * 1024;
/// A cell of a table that begins so is taken for a formula by programs that open it (OWASP, "CSV
/// Injection").
const FORMULA: &[char] = &['=', '+', '-', '@', '\t', '\r', '\n'];
const COLUMNS: &str = "time,application,environment,level,instance,message,fields\r\n";

/// How lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportForm {
    /// A line each for people; control characters are written out.
    Text,
    /// A JSON object a line, with all that is known of it.
    JsonLines,
    /// A table (RFC 4180) whose cells no program takes for formulas.
    Csv,
}

/// Of which log a line is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The application's key; empty where it is not known.
    pub application: String,
    /// The environment's key; empty where it is not known.
    pub environment: String,
}

/// Which lines are written.
#[derive(Clone, Copy)]
pub enum ExportPart<'a> {
    /// Those at the positions from one to another.
    Lines(u64, u64),
    /// The matches of a search by their numbers.
    Found(&'a MergedSearch, u64, u64),
}

/// How far it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExportProgress {
    /// Lines that were written.
    pub lines: u64,
    /// Lines there are to write.
    pub of: u64,
    /// Bytes that were written.
    pub bytes: u64,
}

/// Lines on their way to a file.
pub struct Export<W> {
    to: W,
    form: ExportForm,
    text: Vec<u8>,
    lines: u64,
    bytes: u64,
}

impl<W: Write> Export<W> {
    /// Begins a file.
    pub fn new(to: W, form: ExportForm) -> Self {
        let mut text = Vec::with_capacity(2 * PIECE);
        if form == ExportForm::Csv {
            text.extend_from_slice(COLUMNS.as_bytes());
        }
        Self {
            to,
            form,
            text,
            lines: 0,
            bytes: 0,
        }
    }

    /// Adds a line.
    ///
    /// # Errors
    /// What the disk says.
    pub fn line(&mut self, of: &Origin, line: &LogLine) -> io::Result<()> {
        match self.form {
            ExportForm::Text => as_text(of, line, &mut self.text),
            ExportForm::JsonLines => as_json(of, line, &mut self.text)?,
            ExportForm::Csv => as_csv(of, line, &mut self.text)?,
        }
        self.lines += 1;
        if self.text.len() >= PIECE {
            self.flush()?;
        }
        Ok(())
    }

    /// Adds lines of several books until `stop` is set; `tell` is told how far it is. Where the
    /// oldest lines are dropped meanwhile, it goes on after the last one that was written.
    ///
    /// # Errors
    /// What the disk says.
    pub fn lines(
        &mut self,
        merged: &Merged,
        origins: &[Origin],
        part: ExportPart<'_>,
        stop: &AtomicBool,
        mut tell: impl FnMut(ExportProgress),
    ) -> io::Result<Outcome> {
        let unknown = Origin {
            application: String::new(),
            environment: String::new(),
        };
        let (mut next, end) = match part {
            ExportPart::Lines(from, to) | ExportPart::Found(_, from, to) => (from, to),
        };
        let mut of = end.saturating_sub(next);
        let mut left = of;
        let mut generation = merged.generation();
        let mut last: Option<(usize, u64)> = None;
        while left > 0 {
            if stop.load(Ordering::Relaxed) {
                return Ok(Outcome::Stopped);
            }
            let count = left.min(WINDOW) as usize;
            let (now, lines) = match part {
                ExportPart::Lines(..) => {
                    let window = merged.window(next, count)?;
                    let lines = window.lines.into_iter();
                    let lines = lines.map(|one| (one.book, one.position, one.line));
                    (window.generation, lines.collect::<Vec<_>>())
                }
                ExportPart::Found(search, ..) => {
                    let lines = search.window(next, count)?.into_iter();
                    let lines = lines.map(|one| (one.book, one.position, one.line));
                    (merged.generation(), lines.collect())
                }
            };
            if now != generation {
                generation = now;
                let after = match last {
                    Some((book, position)) => merged.position_of(book, position)?,
                    None => None,
                };
                let after = after.map_or(0, |position| position + 1);
                next = match part {
                    ExportPart::Lines(..) => after,
                    ExportPart::Found(search, ..) => search.rank(after)?,
                };
                continue;
            }
            if lines.is_empty() {
                break;
            }
            for (book, position, line) in &lines {
                self.line(origins.get(*book).unwrap_or(&unknown), line)?;
                last = Some((*book, *position));
            }
            next += lines.len() as u64;
            left = left.saturating_sub(lines.len() as u64);
            of = of.max(self.lines);
            tell(ExportProgress {
                lines: self.lines,
                of,
                bytes: self.bytes + self.text.len() as u64,
            });
        }
        Ok(Outcome::Done)
    }

    /// Writes what is left, and says what was written.
    ///
    /// # Errors
    /// What the disk says.
    pub fn end(mut self) -> io::Result<(W, ExportProgress)> {
        self.flush()?;
        self.to.flush()?;
        let written = ExportProgress {
            lines: self.lines,
            of: self.lines,
            bytes: self.bytes,
        };
        Ok((self.to, written))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.write_all(&self.text)?;
        self.bytes += self.text.len() as u64;
        self.text.clear();
        Ok(())
    }
}

fn time(line: &LogLine) -> String {
    line.timestamp.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

fn environment<'a>(of: &'a Origin, line: &'a LogLine) -> &'a str {
    line.environment.as_deref().unwrap_or(&of.environment)
}

/// `2026-11-26T02:10:14.123Z ERROR checkout@dev checkout-1 the message`.
fn as_text(of: &Origin, line: &LogLine, to: &mut Vec<u8>) {
    let mut words = vec![time(line), line.level.as_str().to_uppercase()];
    match (of.application.as_str(), environment(of, line)) {
        ("", "") => {}
        (application, "") => words.push(application.to_owned()),
        (application, environment) => words.push(format!("{application}@{environment}")),
    }
    words.extend(line.instance.clone());
    words.push(line.message.clone());
    to.extend(plain(&words.join(" ")).bytes());
    to.push(b'\n');
}

/// A text on one line that a terminal shows and does not obey: control characters are written out,
/// and so is what turns the direction of what stands around it.
pub fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter != '\t' && acts(letter) {
            true => plain.extend(letter.escape_default()),
            false => plain.push(letter),
        }
    }
    plain
}

/// One line as a file of this form has it, with its end.
///
/// # Errors
/// Where its fields cannot be written.
pub fn written(form: ExportForm, of: &Origin, line: &LogLine) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    match form {
        ExportForm::Text => as_text(of, line, &mut text),
        ExportForm::JsonLines => as_json(of, line, &mut text)?,
        ExportForm::Csv => as_csv(of, line, &mut text)?,
    }
    Ok(text)
}

#[derive(Serialize)]
struct Written<'a> {
    id: &'a str,
    timestamp: String,
    level: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    application: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    environment: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    instance: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'a str>,
    message: &'a str,
    #[serde(skip_serializing_if = "Map::is_empty")]
    fields: &'a Map<String, Value>,
}

fn as_json(of: &Origin, line: &LogLine, to: &mut Vec<u8>) -> io::Result<()> {
    let written = Written {
        id: &line.id,
        timestamp: time(line),
        level: line.level.as_str(),
        application: &of.application,
        environment: environment(of, line),
        instance: line.instance.as_deref(),
        source: line.source.as_deref(),
        message: &line.message,
        fields: &line.fields,
    };
    serde_json::to_writer(&mut *to, &written)?;
    to.push(b'\n');
    Ok(())
}

fn as_csv(of: &Origin, line: &LogLine, to: &mut Vec<u8>) -> io::Result<()> {
    let fields = match line.fields.is_empty() {
        true => String::new(),
        false => serde_json::to_string(&line.fields)?,
    };
    let cells = [
        &time(line),
        of.application.as_str(),
        environment(of, line),
        line.level.as_str(),
        line.instance.as_deref().unwrap_or_default(),
        &line.message,
        &fields,
    ];
    for (at, cell) in cells.into_iter().enumerate() {
        if at > 0 {
            to.push(b',');
        }
        as_cell(cell, to);
    }
    to.extend_from_slice(b"\r\n");
    Ok(())
}

fn as_cell(text: &str, to: &mut Vec<u8>) {
    // What begins with a guard of its own is guarded too: so a reader can take it away again.
    let is_formula = text.trim_start_matches('\'').starts_with(FORMULA);
    let guard = if is_formula { "'" } else { "" };
    if !text.contains(['"', ',', '\r', '\n']) {
        to.extend_from_slice(guard.as_bytes());
        to.extend_from_slice(text.as_bytes());
        return;
    }
    to.push(b'"');
    to.extend_from_slice(guard.as_bytes());
    to.extend_from_slice(text.replace('"', "\"\"").as_bytes());
    to.push(b'"');
}
