//! What a command prints: a line for each thing, in which nothing makes a terminal do anything.

use std::collections::HashSet;
use std::io::{self, BufWriter, Write};

use chrono::{DateTime, Utc};
use logbook::{ExportForm, Origin, plain, written};
use miso_api::{LogLine, acts};
use miso_client::{ApiAnswer, ApiAnswerKind};
use serde_json::{Value, json};

use super::protocol::{Row, Told};
use crate::complain;

/// Bytes that are printed at once.
pub(super) const BUFFER: usize = 8 * 1024;

/// Prints what is told.
pub(super) struct Printer {
    to: BufWriter<Box<dyn Write + Send>>,
    json: bool,
    include: bool,
    /// The application whose log it is; empty for other commands.
    application: String,
    last: Last,
    rows: Vec<Row>,
}

/// The last line of a log, and all of that moment: where a log goes on after the app was started or
/// ended, they are not printed again.
#[derive(Default)]
struct Last {
    time: Option<DateTime<Utc>>,
    ids: HashSet<String>,
}

impl Last {
    /// Whether a line is printed now for the first time.
    fn is_new(&mut self, line: &LogLine) -> bool {
        if self.time.is_none_or(|time| line.timestamp > time) {
            self.time = Some(line.timestamp);
            self.ids.clear();
        }
        self.time != Some(line.timestamp) || self.ids.insert(line.id.clone())
    }
}

impl Printer {
    pub(super) fn new(json: bool, include: bool, application: String) -> Self {
        Self {
            to: BufWriter::with_capacity(BUFFER, Box::new(io::stdout())),
            json,
            include,
            application,
            last: Last::default(),
            rows: Vec::new(),
        }
    }

    /// The same on something else than standard output.
    #[cfg(test)]
    pub(super) fn on(to: impl Write + Send + 'static) -> Self {
        Self {
            to: BufWriter::with_capacity(BUFFER, Box::new(to)),
            ..Self::new(false, false, "shop".to_owned())
        }
    }

    /// Prints what is told; rows when there are no more of them, so that they stand below each other.
    ///
    /// # Errors
    /// Where standard output does not take it.
    pub(super) fn print(&mut self, told: Told) -> io::Result<()> {
        match told {
            Told::Answer { answer } => self.answer(&answer),
            Told::Line { environment, line } => self.line(environment, &line),
            Told::Row { row } if self.json => {
                let text = serde_json::to_string(&row)?;
                writeln!(self.to, "{}", safe_json(&text))
            }
            Told::Row { row } => {
                self.rows.push(row);
                Ok(())
            }
            Told::Note { text } => {
                // Where standard output goes to the same terminal, it stands in its place.
                self.flush()?;
                note(&text);
                Ok(())
            }
            Told::Names { .. } | Told::Sent => Ok(()),
            Told::Ended { reason, .. } => {
                self.flush()?;
                if let Some(reason) = reason {
                    note(&reason);
                }
                Ok(())
            }
        }
    }

    /// Prints what was held back.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        for line in table(&std::mem::take(&mut self.rows)) {
            writeln!(self.to, "{line}")?;
        }
        self.to.flush()
    }

    fn line(&mut self, environment: String, line: &LogLine) -> io::Result<()> {
        if !self.last.is_new(line) {
            return Ok(());
        }
        let of = Origin {
            application: self.application.clone(),
            environment,
        };
        let form = match self.json {
            true => ExportForm::JsonLines,
            false => ExportForm::Text,
        };
        let text = written(form, &of, line)?;
        match self.json {
            true => self
                .to
                .write_all(safe_json(&String::from_utf8_lossy(&text)).as_bytes()),
            false => self.to.write_all(&text),
        }
    }

    fn answer(&mut self, answer: &ApiAnswer) -> io::Result<()> {
        if self.json {
            return writeln!(self.to, "{}", answer_as_json(answer));
        }
        if self.include {
            writeln!(self.to, "{}", plain(&status(answer)))?;
            for (name, value) in &answer.headers {
                writeln!(self.to, "{}", plain(&format!("{name}: {value}")))?;
            }
            writeln!(self.to)?;
        }
        match answer.kind {
            ApiAnswerKind::Json => writeln!(self.to, "{}", safe_json(&answer.text))?,
            ApiAnswerKind::Text => {
                for line in answer.text.lines() {
                    writeln!(self.to, "{}", plain(line))?;
                }
            }
            ApiAnswerKind::Binary => {
                self.to.flush()?;
                note(&format!("{} bytes that are no text", answer.bytes));
            }
            ApiAnswerKind::Empty => {}
        }
        self.flush()?;
        if answer.cut {
            note("the answer is longer: this is its beginning");
        }
        if answer.status >= 400 {
            let id = answer.request_id.as_deref();
            let id = id.map(|id| format!(", request {id}"));
            note(&format!("{}{}", status(answer), id.unwrap_or_default()));
        }
        Ok(())
    }
}

/// Says something beside what is printed.
pub(super) fn note(text: &str) {
    let lines: Vec<String> = text.lines().map(plain).collect();
    complain(&format!("miso-desktop: {}", lines.join("\n")));
}

fn status(answer: &ApiAnswer) -> String {
    match &answer.reason {
        Some(reason) => format!("{} {reason}", answer.status),
        None => answer.status.to_string(),
    }
}

/// One line, with the body as the JSON that it is, number by number.
fn answer_as_json(answer: &ApiAnswer) -> String {
    let body = match answer.kind {
        // Its lines end between its words only: within a text they are written out.
        ApiAnswerKind::Json => answer.text.lines().map(str::trim_start).collect(),
        ApiAnswerKind::Text => Value::from(answer.text.as_str()).to_string(),
        ApiAnswerKind::Binary | ApiAnswerKind::Empty => Value::Null.to_string(),
    };
    let about = json!({
        "status": answer.status,
        "headers": answer.headers,
        "bytes": answer.bytes,
        "cut": answer.cut,
        "milliseconds": answer.milliseconds,
        "requestId": answer.request_id,
        "requests": answer.requests,
        "leftThisHour": answer.left_this_hour,
        "leftThisMinute": answer.left_this_minute,
    })
    .to_string();
    let about = about.trim_end_matches('}');
    safe_json(&format!("{about},\"body\":{body}}}"))
}

/// The same JSON, in which what a terminal would obey is written out. Only texts have such
/// characters: between them there are none but line ends.
fn safe_json(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter != '\n' && acts(letter) {
            true => safe.push_str(&format!("\\u{:04x}", u32::from(letter))),
            false => safe.push(letter),
        }
    }
    safe
}

/// Rows below each other.
fn table(rows: &[Row]) -> Vec<String> {
    let cells: Vec<[String; 5]> = rows
        .iter()
        .map(|row| {
            let or_none = |text: &Option<String>| match text {
                Some(text) if !text.is_empty() => plain(text),
                Some(_) | None => "-".to_owned(),
            };
            [
                plain(&row.application),
                or_none(&row.environment),
                plain(&row.status),
                or_none(&row.health),
                or_none(&row.image),
            ]
        })
        .collect();
    let width = |column: usize| cells.iter().map(|row| row[column].chars().count()).max();
    let widths: Vec<usize> = (0..5).map(|column| width(column).unwrap_or(0)).collect();
    let line = |row: &[String; 5]| {
        let padded = row.iter().zip(&widths).map(|(cell, width)| {
            let gap = width.saturating_sub(cell.chars().count());
            format!("{cell}{}", " ".repeat(gap))
        });
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    cells.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(kind: ApiAnswerKind, text: &str) -> ApiAnswer {
        ApiAnswer {
            status: 200,
            reason: Some("OK".to_owned()),
            headers: vec![("a".to_owned(), "b".to_owned())],
            kind,
            text: text.to_owned(),
            bytes: 4,
            cut: false,
            milliseconds: 1,
            request_id: None,
            requests: 1,
            left_this_hour: 9,
            left_this_minute: 8,
        }
    }

    #[test]
    fn nothing_of_json_is_obeyed_and_nothing_is_lost() {
        let text =
            "{\n  \"a\": \"\u{9b}31m\u{7f}\u{202e}\u{e5}\",\n  \"b\": 12345678901234567890.5\n}";
        let safe = safe_json(text);
        assert!(!safe.contains(|letter| letter != '\n' && acts(letter)));
        let same: Value = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&safe).unwrap(), same);
        let line = answer_as_json(&answer(ApiAnswerKind::Json, text));
        assert!(!line.contains('\n') && line.contains("12345678901234567890.5"));
        let line: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(line["body"], same);
        assert_eq!(line["leftThisHour"], 9);
        let text = answer_as_json(&answer(ApiAnswerKind::Text, "\u{1b}[2J"));
        assert!(!text.contains('\u{1b}'));
        let text: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(text["body"], "\u{1b}[2J");
    }

    #[test]
    fn rows_stand_below_each_other() {
        let row = |application: &str, environment: Option<&str>| Row {
            application: application.to_owned(),
            name: "A".to_owned(),
            environment: environment.map(str::to_owned),
            status: "running".to_owned(),
            health: None,
            since: None,
            image: Some("miso/hello\u{1b}:1".to_owned()),
            url: None,
        };
        assert_eq!(
            table(&[row("a", Some("dev")), row("longer", None)]),
            [
                "a       dev  running  -  miso/hello\\u{1b}:1",
                "longer  -    running  -  miso/hello\\u{1b}:1"
            ]
        );
    }

    #[test]
    fn a_line_is_printed_once_where_a_log_goes_on() {
        let line = |id: &str, second| -> LogLine {
            serde_json::from_value(json!({
                "id": id, "timestamp": DateTime::from_timestamp(second, 0), "message": ""
            }))
            .unwrap()
        };
        let mut last = Last::default();
        let new: Vec<bool> = [("a", 1), ("b", 2), ("c", 2), ("b", 2), ("d", 2), ("e", 3)]
            .map(|(id, second)| last.is_new(&line(id, second)))
            .into();
        assert_eq!(new, [true, true, true, false, true, true]);
    }
}
