//! A server's log whose lines are numbered, and which answers every question about them.

use std::ops::Range;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Value, json};
use url::Url;

use crate::far_end::{Answer, Asked, FarEnd, tokens};

/// A server's log: its lines are numbered, a cursor is the number of the next one.
#[derive(Clone)]
pub struct Log(Arc<Mutex<Inside>>);

#[derive(Clone)]
pub struct Inside {
    pub lines: Range<usize>,
    /// It knows no cursor from before.
    pub refuses_cursors: bool,
    pub streams: bool,
}

pub fn moment(number: usize) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::milliseconds(number as i64 / 3 * 10)
}

pub fn line(number: usize) -> Value {
    let moment = moment(number).to_rfc3339_opts(SecondsFormat::Millis, true);
    json!({"id": format!("l-{number}"), "timestamp": moment, "message": "m", "environment": "dev"})
}

impl Log {
    pub fn of(lines: Range<usize>) -> Self {
        Self(Arc::new(Mutex::new(Inside {
            lines,
            refuses_cursors: false,
            streams: false,
        })))
    }

    pub fn change(&self, change: impl FnOnce(&mut Inside)) {
        change(&mut self.0.lock().unwrap());
    }

    fn answer(&self, asked: &Asked) -> Answer {
        let inside = self.0.lock().unwrap().clone();
        let (_, path) = asked.line.split_once(' ').unwrap();
        let url = Url::parse("http://x").unwrap().join(path).unwrap();
        let value = |name: &str| {
            let mut pairs = url.query_pairs();
            pairs.find_map(|(key, value)| (key == name).then(|| value.into_owned()))
        };
        let time = |name: &str| {
            value(name).map(|text| DateTime::parse_from_rfc3339(&text).unwrap().to_utc())
        };
        let cursor: Option<usize> = value("cursor").map(|cursor| cursor.parse().unwrap());
        if cursor.is_some() && inside.refuses_cursors {
            return Answer::error(400, "VALIDATION_ERROR");
        }
        if asked.is_live && !inside.streams {
            return Answer::error(406, "NOT_ACCEPTABLE");
        }
        let (since, until) = (time("since"), time("until"));
        let fits = |number: &usize| {
            since.is_none_or(|since| moment(*number) >= since)
                && until.is_none_or(|until| moment(*number) <= until)
        };
        let limit: usize = value("limit").unwrap().parse().unwrap();
        if value("order").as_deref() == Some("desc") {
            let end = cursor.unwrap_or(inside.lines.end);
            let mut found = (inside.lines.start..end).rev().filter(fits);
            let page: Vec<usize> = found.by_ref().take(limit).collect();
            let next = found.next().map(|next| (next + 1).to_string());
            let page: Vec<Value> = page.into_iter().map(line).collect();
            return Answer::json(200, json!({"data": page, "nextCursor": next}));
        }
        let start = cursor.unwrap_or(0).max(inside.lines.start);
        let found = (start..inside.lines.end).filter(fits);
        if asked.is_live {
            let (answer, write) = Answer::events();
            for number in found {
                let event = event(number);
                write.send(Ok(event.into())).unwrap();
            }
            // It stays open.
            std::mem::forget(write);
            return answer;
        }
        let page: Vec<usize> = found.take(limit).collect();
        let next = page.last().map_or(inside.lines.end, |last| last + 1);
        let page: Vec<Value> = page.into_iter().map(line).collect();
        Answer::json(200, json!({"data": page, "nextCursor": next.to_string()}))
    }

    pub async fn start(&self) -> FarEnd {
        let log = self.clone();
        FarEnd::start(move |asked| match asked.line.as_str() {
            "POST /token" => tokens(1),
            _ => log.answer(asked),
        })
        .await
    }
}

pub fn event(number: usize) -> String {
    format!(
        "event: line\nid: {}\ndata: {}\n\n",
        number + 1,
        line(number)
    )
}
