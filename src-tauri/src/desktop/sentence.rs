//! The answer to why a place is unwell as a sentence, for what is told outside of a page. A page says it in
//! the same words, by the same list of examples (`sentences.json`).

use chrono::{DateTime, TimeDelta, Utc};
use miso_client::{Answer, AnswerFact, State, names_of_change};

use super::notification::inert;
use super::words::{Spoken, spoken_now, text_in};

/// Characters of what others say: a notification shows a few lines.
const LONGEST: usize = 100;
/// Characters of a tag.
const TAG: usize = 24;
/// Stands in a pattern where something is masked.
const MASK: &str = "<*>";
const UNITS: [&str; 5] = ["bytes", "kibibytes", "mebibytes", "gibibytes", "tebibytes"];
const MEBIBYTE: f64 = 1_048_576.0;

/// The sentence in the language that was chosen, at a moment.
pub(super) fn sentence(answer: &Answer, now: DateTime<Utc>) -> String {
    let words = Words {
        language: spoken_now(),
        now,
    };
    words.sentence(answer)
}

/// Where a part stands in the sentence.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// How it is.
    State,
    /// What is wrong.
    Wrong,
    /// What was before.
    Before,
    /// What the log says.
    Log,
}

impl Place {
    fn of(fact: &AnswerFact) -> Self {
        match fact {
            AnswerFact::Well
            | AnswerFact::Stopped
            | AnswerFact::Deploying { .. }
            | AnswerFact::Unknown
            | AnswerFact::StoppedWithError
            | AnswerFact::Health { .. }
            | AnswerFact::RunsOn { .. }
            | AnswerFact::Failed { .. }
            | AnswerFact::Turned { .. } => Self::State,
            AnswerFact::Check { .. }
            | AnswerFact::Says { .. }
            | AnswerFact::NoAnswer
            | AnswerFact::Item { .. }
            | AnswerFact::Memory { .. }
            | AnswerFact::OtherToo { .. } => Self::Wrong,
            AnswerFact::AfterDeployment { .. }
            | AnswerFact::AfterConfiguration { .. }
            | AnswerFact::AfterOther { .. } => Self::Before,
            AnswerFact::Errors { .. } | AnswerFact::Most { .. } => Self::Log,
        }
    }

    /// What stands before its first part.
    fn begins(self) -> &'static str {
        match self {
            Self::State | Self::Before => ", ",
            Self::Wrong => ": ",
            Self::Log => "; ",
        }
    }
}

/// How things are said in a language at a moment.
struct Words {
    language: Spoken,
    now: DateTime<Utc>,
}

impl Words {
    fn sentence(&self, answer: &Answer) -> String {
        let placed = answer.parts.iter().map(|part| {
            let words = self.fact(&part.fact);
            (Place::of(&part.fact), words)
        });
        let mut parts: Vec<(Place, String)> = placed.collect();
        parts.sort_by_key(|(place, _)| *place);
        let mut sentence = String::new();
        let mut last = None;
        for (place, words) in parts {
            match last {
                None => sentence.push_str(&capital(&words)),
                Some(last) => {
                    let comma = if last == place { ", " } else { place.begins() };
                    sentence.push_str(comma);
                    sentence.push_str(&words);
                }
            }
            last = Some(place);
        }
        if !sentence.is_empty() {
            sentence.push('.');
        }
        sentence
    }

    fn fact(&self, fact: &AnswerFact) -> String {
        let said = |word: &str| self.text(word, &[]);
        match fact {
            AnswerFact::Well => said("answer.well"),
            AnswerFact::Stopped => said("answer.stopped"),
            AnswerFact::Unknown => said("answer.unknown"),
            AnswerFact::StoppedWithError => said("answer.stoppedWithError"),
            AnswerFact::NoAnswer => said("answer.noAnswer"),
            AnswerFact::Deploying { from, to, progress } => {
                let [_, tag] = tags(from.as_deref(), to.as_deref());
                let Some(progress) = progress else {
                    return self.text("answer.deployingPlain", &[("tag", &tag)]);
                };
                let percent = self.text("age.percent", &[("value", &progress.to_string())]);
                self.text("answer.deploying", &[("tag", &tag), ("percent", &percent)])
            }
            AnswerFact::Health { state, since } => self.health(*state, *since),
            AnswerFact::RunsOn { image } => {
                let [_, tag] = tags(None, Some(image));
                self.text("answer.runsOn", &[("tag", &tag)])
            }
            AnswerFact::Failed { from, to, at } => {
                let change = change(from.as_deref(), to.as_deref());
                let Some(at) = at else {
                    return self.text("answer.failed", &[("change", &change)]);
                };
                let ago = self.ago(*at);
                self.text("answer.failedAgo", &[("change", &change), ("ago", &ago)])
            }
            AnswerFact::Turned {
                count,
                first,
                ended,
            } => {
                let word = if *ended {
                    "answer.ended"
                } else {
                    "answer.turned"
                };
                let (count, time) = (self.number(*count), self.age(*first));
                self.text(word, &[("count", &count), ("time", &time)])
            }
            AnswerFact::Check { name, message } => {
                let name = short(name);
                let Some(message) = message else {
                    return self.text("answer.checkFails", &[("name", &name)]);
                };
                let message = unended(message);
                self.text("answer.check", &[("name", &name), ("message", &message)])
            }
            AnswerFact::Says { words } => unended(words),
            AnswerFact::Item { name, set, changed } => {
                let word = match (set, changed) {
                    (false, _) => "answer.itemUnset",
                    (true, true) => "answer.itemChanged",
                    (true, false) => "answer.item",
                };
                self.text(word, &[("name", &short(name))])
            }
            AnswerFact::Memory {
                first,
                last,
                seconds,
            } => {
                let [first, last] = [first, last].map(|mib| self.memory(*mib));
                let time = self.duration(TimeDelta::seconds(i64::from(*seconds)));
                self.text(
                    "answer.memory",
                    &[("first", &first), ("last", &last), ("time", &time)],
                )
            }
            AnswerFact::AfterDeployment {
                from,
                to,
                at,
                began,
            } => {
                let time = self.between(*at, *began);
                let change = change(from.as_deref(), to.as_deref());
                self.text(
                    "answer.afterDeployment",
                    &[("time", &time), ("change", &change)],
                )
            }
            AnswerFact::AfterConfiguration { at, began } => {
                let time = self.between(*at, *began);
                self.text("answer.afterConfiguration", &[("time", &time)])
            }
            AnswerFact::AfterOther {
                application,
                at,
                began,
            } => {
                let (time, application) = (self.between(*at, *began), short(application));
                self.text(
                    "answer.afterOther",
                    &[("time", &time), ("application", &application)],
                )
            }
            AnswerFact::OtherToo {
                application,
                stopped,
            } => {
                let word = if *stopped {
                    "answer.otherStopped"
                } else {
                    "answer.otherToo"
                };
                self.text(word, &[("application", &short(application))])
            }
            AnswerFact::Errors { count, since } => {
                let formatted = self.number(*count);
                let plural = if *count == 1 { "one" } else { "other" };
                let word = |word: &str| format!("answer.{word}_{plural}");
                let Some(since) = since else {
                    return self.text(&word("errors"), &[("formatted", &formatted)]);
                };
                let time = self.age(*since);
                self.text(
                    &word("errorsIn"),
                    &[("formatted", &formatted), ("time", &time)],
                )
            }
            AnswerFact::Most { pattern, newly, .. } => {
                let word = if *newly {
                    "answer.mostNew"
                } else {
                    "answer.most"
                };
                let pattern = short(&pattern.replace(MASK, "…"));
                self.text(word, &[("pattern", &pattern)])
            }
        }
    }

    fn health(&self, state: State, since: Option<DateTime<Utc>>) -> String {
        let state = match state {
            State::Well => "state.well",
            State::Warning => "state.warning",
            State::Bad => "state.bad",
            State::Progress => "state.progress",
            State::Off => "state.off",
            State::Unknown => "state.unknown",
        };
        let state = self.text(state, &[]);
        let Some(since) = since else {
            return state;
        };
        let age = self.age(since);
        self.text("answer.healthFor", &[("state", &state), ("age", &age)])
    }

    fn text(&self, path: &str, parameters: &[(&str, &str)]) -> String {
        text_in(self.language, path, parameters)
    }

    fn age(&self, at: DateTime<Utc>) -> String {
        self.duration(self.now - at)
    }

    fn ago(&self, at: DateTime<Utc>) -> String {
        if self.now - at < TimeDelta::seconds(2) {
            return self.text("age.justNow", &[]);
        }
        self.text("age.ago", &[("age", &self.age(at))])
    }

    /// A length of time in one unit.
    fn duration(&self, time: TimeDelta) -> String {
        let rounded = |value: i64, unit: i64| (value + unit / 2).div_euclid(unit);
        // Nothing lasts no time at all, whatever two clocks say.
        let seconds = rounded(time.num_milliseconds(), 1000).max(1);
        let minutes = rounded(seconds, 60);
        let hours = rounded(minutes, 60);
        let (word, value) = match (seconds, minutes, hours) {
            (..60, _, _) => ("age.seconds", seconds),
            (_, ..60, _) => ("age.minutes", minutes),
            (_, _, ..24) => ("age.hours", hours),
            _ => ("age.days", rounded(hours, 24)),
        };
        self.text(word, &[("value", &value.to_string())])
    }

    /// From start to end, with two units where that says more.
    fn between(&self, start: DateTime<Utc>, end: DateTime<Utc>) -> String {
        let time = (end - start).num_milliseconds();
        if time < 950 {
            let tenths = ((time + 50).div_euclid(100)).max(1);
            let value = match tenths.rem_euclid(10) {
                0 => (tenths / 10).to_string(),
                rest => format!("{}{}{rest}", tenths / 10, self.point()),
            };
            return self.text("age.seconds", &[("value", &value)]);
        }
        let seconds = (time + 500).div_euclid(1000);
        if seconds % 60 == 0 || !(60..3600).contains(&seconds) {
            return self.duration(TimeDelta::seconds(seconds));
        }
        let [minutes, seconds] = [seconds / 60, seconds % 60].map(|value| value.to_string());
        self.text(
            "age.minutesSeconds",
            &[("minutes", &minutes), ("seconds", &seconds)],
        )
    }

    /// An amount of memory in the unit in which it is a small number.
    fn memory(&self, mebibytes: u32) -> String {
        let mut value = f64::from(mebibytes) * MEBIBYTE;
        let mut unit = 0;
        while value >= 1024.0 && unit + 1 < UNITS.len() {
            value /= 1024.0;
            unit += 1;
        }
        let value = match value {
            1000.0.. => self.number(value.round() as u32),
            100.0.. => format!("{value:.0}"),
            10.0.. => self.decimal(&format!("{value:.1}")),
            _ => self.decimal(&format!("{value:.2}")),
        };
        let word = format!("environment.{}", UNITS.get(unit).unwrap_or(&"bytes"));
        self.text(&word, &[("value", &value)])
    }

    /// Without zeros at its end, with the language's point.
    fn decimal(&self, value: &str) -> String {
        let value = value.trim_end_matches('0').trim_end_matches('.');
        value.replace('.', &self.point().to_string())
    }

    fn number(&self, value: u32) -> String {
        let digits = value.to_string();
        let mut written = String::new();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                written.push(match self.language {
                    Spoken::En => ',',
                    Spoken::Fi => '\u{a0}',
                });
            }
            written.push(digit);
        }
        written
    }

    fn point(&self) -> char {
        match self.language {
            Spoken::En => '.',
            Spoken::Fi => ',',
        }
    }
}

/// `1.3.9 → 1.4.0`
fn change(before: Option<&str>, after: Option<&str>) -> String {
    let [from, to] = tags(before, after);
    match from.is_empty() || from == to {
        true => to,
        false => format!("{from} → {to}"),
    }
}

fn tags(before: Option<&str>, after: Option<&str>) -> [String; 2] {
    names_of_change(before, after).map(|name| middle(&inert(name.unwrap_or_default())))
}

/// Keeps both ends of a long tag.
fn middle(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    if letters.len() <= TAG {
        return text.to_owned();
    }
    let head = TAG / 2;
    let begin = letters.iter().take(head);
    let end = letters.iter().skip(letters.len() - (TAG - 1 - head));
    begin.chain(&['…']).chain(end).collect()
}

/// Words without the stop at their end: the sentence has its own.
fn unended(words: &str) -> String {
    let words = words.trim().trim_end_matches(['.', '…']);
    short(words)
}

fn short(text: &str) -> String {
    let shown = inert(text);
    match shown.chars().count() > LONGEST {
        true => {
            let begin: String = shown.chars().take(LONGEST).collect();
            format!("{}…", begin.trim_end())
        }
        false => shown,
    }
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    /// The page says it the same, by the same list.
    #[test]
    fn it_is_said_as_a_page_says_it() {
        let all: Value = serde_json::from_str(include_str!("sentences.json")).unwrap();
        let now = serde_json::from_value(all["now"].clone()).unwrap();
        let cases = all["cases"].as_array().unwrap();
        assert!(cases.len() > 20);
        for case in cases {
            let answer = serde_json::from_value(case["answer"].clone()).unwrap();
            for (language, expected) in [(Spoken::En, &case["en"]), (Spoken::Fi, &case["fi"])] {
                let words = Words { language, now };
                assert_eq!(words.sentence(&answer), *expected);
            }
        }
    }

    #[test]
    fn what_others_say_is_short_and_inert() {
        let said = format!("a\u{202e}b\u{1b}[1m\nc {}", "x".repeat(999));
        let answer = serde_json::json!({"kind": "unwell", "state": "bad", "since": null, "parts": [
            {"fact": {"code": "says", "words": said}, "evidence": null},
            {"fact": {"code": "errors", "count": 3, "since": null}, "evidence": null}]});
        let answer = serde_json::from_value(answer).unwrap();
        let words = Words {
            language: Spoken::En,
            now: Utc::now(),
        };
        let sentence = words.sentence(&answer);
        assert!(sentence.chars().count() < LONGEST + 30, "{sentence}");
        assert!(
            !sentence.contains(['\u{1b}', '\u{202e}', '\n']),
            "{sentence}"
        );
        assert!(sentence.ends_with("…; 3 errors."), "{sentence}");
    }
}
