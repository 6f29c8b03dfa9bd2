//! Times as people type them where a log, or the past, is looked at: `14:05`, `yesterday 16:00`,
//! `2026-11-25 14:05`, `-2h`, and spans of these, `14:05..14:20`.

use chrono::{
    DateTime, Days, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc,
};
use serde::{Deserialize, Serialize};
use specta::Type;

/// What was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum TypedTime {
    /// A time.
    At {
        /// When.
        time: DateTime<Utc>,
    },
    /// What lies between two times.
    Span {
        /// When it begins; null for ever since.
        from: Option<DateTime<Utc>>,
        /// When it has ended; null where it goes on.
        to: Option<DateTime<Utc>>,
    },
}

/// Reads a time or a span of time in the zone of `now`. A time of day without a day is the last
/// one that has come; the end of a span is the first one after its beginning.
pub(crate) fn read<Z: TimeZone>(text: &str, now: &DateTime<Z>) -> Option<TypedTime> {
    let text = text.trim();
    let Some((from, to)) = split(text) else {
        let time = past(text, now)?;
        return Some(TypedTime::At { time });
    };
    let from = match from {
        "" => None,
        from => Some(past(from, now)?),
    };
    let to = match (to, from) {
        ("", _) => None,
        (to, Some(from)) => Some(after(to, from, now)?),
        (to, None) => Some(past(to, now)?),
    };
    let is_some = from.is_some() || to.is_some();
    let is_forward = from.zip(to).is_none_or(|(from, to)| from < to);
    (is_some && is_forward).then_some(TypedTime::Span { from, to })
}

/// The ends of a span. A hyphen is none of its signs: dates have it.
fn split(text: &str) -> Option<(&str, &str)> {
    let signs = ["...", "..", "…", "–", "—"];
    let (from, to) = signs.iter().find_map(|sign| text.split_once(sign))?;
    Some((from.trim(), to.trim()))
}

/// A time that has come.
fn past<Z: TimeZone>(text: &str, now: &DateTime<Z>) -> Option<DateTime<Utc>> {
    if let Some(time) = of_day(text) {
        let today = now.date_naive();
        let on = |day: NaiveDate| local(day.and_time(time), now);
        return on(today)
            .filter(|time| *time <= now.to_utc())
            .or_else(|| on(today.checked_sub_days(Days::new(1))?));
    }
    dated(text, now).or_else(|| ago(text, now))
}

/// A time after another one.
fn after<Z: TimeZone>(text: &str, from: DateTime<Utc>, now: &DateTime<Z>) -> Option<DateTime<Utc>> {
    if let Some(time) = of_day(text) {
        let day = from.with_timezone(&now.timezone()).date_naive();
        let on = |day: NaiveDate| local(day.and_time(time), now);
        return on(day)
            .filter(|time| *time > from)
            .or_else(|| on(day.checked_add_days(Days::new(1))?));
    }
    dated(text, now).or_else(|| ago(text, now))
}

/// A time of day.
fn of_day(text: &str) -> Option<NaiveTime> {
    let formats = ["%H:%M", "%H:%M:%S%.f", "%H.%M"];
    formats
        .iter()
        .find_map(|format| NaiveTime::parse_from_str(text, format).ok())
}

/// A day, with a time of it or from its beginning on; where it has a zone, in that one.
fn dated<Z: TimeZone>(text: &str, now: &DateTime<Z>) -> Option<DateTime<Utc>> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(time.to_utc());
    }
    if let Some((days, time)) = days_ago(text) {
        let day = now.date_naive().checked_sub_days(Days::new(days))?;
        return local(day.and_time(of_day(time)?), now).filter(|time| *time <= now.to_utc());
    }
    let (day, time) = text.split_once(['T', ' ']).unwrap_or((text, "00:00"));
    let day = NaiveDate::parse_from_str(day, "%Y-%m-%d").ok()?;
    local(day.and_time(of_day(time.trim())?), now)
}

/// A day by its name, in the languages of the app, and the time of it.
fn days_ago(text: &str) -> Option<(u64, &str)> {
    let (day, time) = text.split_once(' ').unwrap_or((text, "00:00"));
    let days = match day.to_lowercase().as_str() {
        "today" | "tänään" => 0,
        "yesterday" | "eilen" => 1,
        _ => return None,
    };
    Some((days, time.trim()))
}

/// So long ago: `-2h`, `-1h30m`, `90s ago`.
fn ago<Z: TimeZone>(text: &str, now: &DateTime<Z>) -> Option<DateTime<Utc>> {
    let text = match text.strip_prefix(['-', '−']) {
        Some(text) => text,
        None => text.strip_suffix("ago")?.trim_end(),
    };
    let mut left = text.trim_start();
    let mut length = TimeDelta::zero();
    while !left.is_empty() {
        let digits = left.find(|char: char| !char.is_ascii_digit())?;
        let (number, rest) = left.split_at(digits);
        let rest = rest.trim_start();
        let letters = rest.find(|char: char| !char.is_ascii_alphabetic());
        let (unit, rest) = rest.split_at(letters.unwrap_or(rest.len()));
        let number = number.parse().ok()?;
        let part = match unit {
            "s" | "sec" => TimeDelta::try_seconds(number)?,
            "m" | "min" => TimeDelta::try_minutes(number)?,
            "h" => TimeDelta::try_hours(number)?,
            "d" => TimeDelta::try_days(number)?,
            _ => return None,
        };
        length = length.checked_add(&part)?;
        left = rest.trim_start();
    }
    if length.is_zero() {
        return None;
    }
    now.to_utc().checked_sub_signed(length)
}

/// The first moment at which clocks show this; where they leap over it, an hour later.
fn local<Z: TimeZone>(time: NaiveDateTime, now: &DateTime<Z>) -> Option<DateTime<Utc>> {
    let zone = now.timezone();
    match zone.from_local_datetime(&time) {
        LocalResult::Single(time) | LocalResult::Ambiguous(time, _) => Some(time.to_utc()),
        LocalResult::None => {
            let later = time.checked_add_signed(TimeDelta::hours(1))?;
            Some(zone.from_local_datetime(&later).earliest()?.to_utc())
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use chrono::{FixedOffset, SecondsFormat};

    use super::*;

    /// Half past noon, two hours east.
    fn now() -> DateTime<FixedOffset> {
        DateTime::parse_from_rfc3339("2026-11-26T12:30:00+02:00").unwrap()
    }

    fn words(time: Option<DateTime<Utc>>) -> String {
        let write = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::AutoSi, true);
        time.map(write).unwrap_or_default()
    }

    fn typed(text: &str) -> String {
        match read(text, &now()) {
            None => "none".to_owned(),
            Some(TypedTime::At { time }) => words(Some(time)),
            Some(TypedTime::Span { from, to }) => format!("{}..{}", words(from), words(to)),
        }
    }

    #[test]
    fn a_time_of_day_is_the_last_one_that_has_come() {
        assert_eq!(typed("12:05"), "2026-11-26T10:05:00Z");
        assert_eq!(typed(" 9:05 "), "2026-11-26T07:05:00Z");
        assert_eq!(typed("12.05"), "2026-11-26T10:05:00Z");
        assert_eq!(typed("12:30"), "2026-11-26T10:30:00Z");
        assert_eq!(typed("12:31"), "2026-11-25T10:31:00Z");
        assert_eq!(typed("12:05:07.250"), "2026-11-26T10:05:07.250Z");
    }

    #[test]
    fn a_day_has_its_own_beginning_and_a_zone_its_own_clock() {
        assert_eq!(typed("2026-11-25"), "2026-11-24T22:00:00Z");
        assert_eq!(typed("2026-11-25 14:05"), "2026-11-25T12:05:00Z");
        assert_eq!(typed("2026-11-25T14:05:01"), "2026-11-25T12:05:01Z");
        assert_eq!(typed("2026-11-25T14:05:01Z"), "2026-11-25T14:05:01Z");
        assert_eq!(typed("2027-01-01 00:00"), "2026-12-31T22:00:00Z");
    }

    #[test]
    fn a_day_has_a_name_in_every_language_of_the_app() {
        assert_eq!(typed("yesterday 16:00"), "2026-11-25T14:00:00Z");
        assert_eq!(typed("Eilen 16.00"), "2026-11-25T14:00:00Z");
        assert_eq!(typed("yesterday"), "2026-11-24T22:00:00Z");
        assert_eq!(typed("today 9:00"), "2026-11-26T07:00:00Z");
        assert_eq!(typed("today 13:00"), "none", "it has still to come");
        assert_eq!(
            typed("yesterday 23:50..yesterday 23:55"),
            "2026-11-25T21:50:00Z..2026-11-25T21:55:00Z"
        );
        assert_eq!(typed("yesterday noon"), "none");
    }

    #[test]
    fn so_long_ago_is_counted_from_now() {
        assert_eq!(typed("-2h"), "2026-11-26T08:30:00Z");
        assert_eq!(typed("−90 s"), "2026-11-26T10:28:30Z");
        assert_eq!(typed("-1h 30min"), "2026-11-26T09:00:00Z");
        assert_eq!(typed("3d ago"), "2026-11-23T10:30:00Z");
    }

    #[test]
    fn a_span_has_at_least_one_end_and_goes_forward() {
        assert_eq!(
            typed("12:05..12:20"),
            "2026-11-26T10:05:00Z..2026-11-26T10:20:00Z"
        );
        assert_eq!(
            typed("12:05 – 12:20"),
            "2026-11-26T10:05:00Z..2026-11-26T10:20:00Z"
        );
        assert_eq!(
            typed("23:50..0:10"),
            "2026-11-25T21:50:00Z..2026-11-25T22:10:00Z"
        );
        assert_eq!(
            typed("12:05..14:00"),
            "2026-11-26T10:05:00Z..2026-11-26T12:00:00Z"
        );
        assert_eq!(typed("-2h.."), "2026-11-26T08:30:00Z..");
        assert_eq!(typed("..12:05"), "..2026-11-26T10:05:00Z");
        assert_eq!(typed("-1h..-2h"), "none");
        assert_eq!(typed(".."), "none");
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "noon",
            "25:00",
            "2h",
            "-",
            "-h",
            "-2",
            "-2w",
            "2026-13-01",
            "-99999999999999999999d",
            "-9999999999999d",
            "0h ago",
            "..x",
            "14:05..x",
        ] {
            assert_eq!(typed(text), "none", "{text}");
        }
    }

    #[test]
    fn a_time_that_clocks_leap_over_is_an_hour_later() {
        /// An hour is left out after the first day's 02:00.
        #[derive(Clone, Copy, Debug)]
        struct Leaps;
        impl TimeZone for Leaps {
            type Offset = FixedOffset;
            fn from_offset(_: &FixedOffset) -> Self {
                Self
            }
            fn offset_from_local_date(&self, _: &NaiveDate) -> LocalResult<FixedOffset> {
                LocalResult::None
            }
            fn offset_from_local_datetime(
                &self,
                local: &NaiveDateTime,
            ) -> LocalResult<FixedOffset> {
                let hour = chrono::Timelike::hour(local);
                match hour {
                    2 => LocalResult::None,
                    0..2 => LocalResult::Single(FixedOffset::east_opt(0).unwrap()),
                    _ => LocalResult::Single(FixedOffset::east_opt(3_600).unwrap()),
                }
            }
            fn offset_from_utc_date(&self, _: &NaiveDate) -> FixedOffset {
                FixedOffset::east_opt(0).unwrap()
            }
            fn offset_from_utc_datetime(&self, utc: &NaiveDateTime) -> FixedOffset {
                let hours = i32::from(chrono::Timelike::hour(utc) >= 2);
                FixedOffset::east_opt(hours * 3_600).unwrap()
            }
        }
        let now = Leaps.from_utc_datetime(&now().naive_utc());
        let read = read("2:30", &now).unwrap();
        let TypedTime::At { time } = read else {
            panic!("{read:?}");
        };
        assert_eq!(words(Some(time)), "2026-11-26T02:30:00Z");
    }
}
