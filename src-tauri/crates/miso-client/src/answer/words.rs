//! What can be told from words of servers, applications and logs. The wire has no codes for these,
//! so a word here decides what an answer is called and which evidence it names, and nothing else:
//! what is shown are the words themselves.

use miso_api::ConfigurationItem;

/// What is said of a process that has ended, in lower case.
const ENDED: [&str; 10] = [
    "exited with",
    "exit code",
    "exit status",
    "ended by signal",
    "killed by signal",
    "oomkilled",
    "crashloopbackoff",
    "crashed",
    "segmentation fault",
    "core dumped",
];
/// What is said where nothing answered a probe, in lower case.
const SILENT: [&str; 5] = [
    "no answer",
    "no response",
    "did not answer",
    "does not answer",
    "nothing is listening",
];
/// What is said where a start took longer than it may, in lower case.
const LATE: [&str; 5] = [
    "not well within",
    "not healthy within",
    "not ready within",
    "timed out waiting",
    "progress deadline exceeded",
];
/// A value that is shorter than this says nothing where it is found in words.
const TELLING: usize = 4;

/// Whether words tell of a process that has ended.
pub(super) fn tell_of_an_end(words: &str) -> bool {
    any(words, &ENDED)
}

/// Whether words tell that nothing answered.
pub(super) fn tell_of_silence(words: &str) -> bool {
    any(words, &SILENT)
}

/// Whether words tell of a start that took too long.
pub(super) fn tell_of_a_late_start(words: &str) -> bool {
    any(words, &LATE)
}

/// Whether words name a variable: as a whole word, as it is written.
pub(super) fn name(words: &str, variable: &str) -> bool {
    variable.len() > 2 && holds(words, variable)
}

/// Whether words hold the plain value of a variable.
pub(super) fn hold_value(words: &str, item: &ConfigurationItem) -> bool {
    let value = item.shown_value().unwrap_or_default();
    value.len() >= TELLING && holds(words, &value)
}

/// The longest part of a pattern between its masks: it is in every one of its lines.
pub(super) fn literal_of(pattern: &str) -> Option<String> {
    const ENDS: [char; 2] = ['…', '\u{fffd}'];
    let parts = pattern.split("<*>").flat_map(|part| part.split(ENDS));
    let parts = parts.map(str::trim).filter(|part| part.len() > 2);
    parts.max_by_key(|part| part.len()).map(str::to_owned)
}

fn any(words: &str, of: &[&str]) -> bool {
    let words = words.to_lowercase();
    of.iter().any(|each| words.contains(each))
}

/// Whether a text is in words, and is no part of a longer word there.
fn holds(words: &str, text: &str) -> bool {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    words.match_indices(text).any(|(at, found)| {
        let before = words[..at].chars().next_back();
        let after = words[at + found.len()..].chars().next();
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    })
}
