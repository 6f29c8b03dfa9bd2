//! A text that is looked for in others.

/// Characters of a text that is looked for, at least and at most.
const SHORTEST: usize = 3;
const LONGEST: usize = 1_000;
/// Characters of what is shown around the place where a text was found.
const AROUND: usize = 120;
/// So many of them stand before it.
const BEFORE: usize = 30;

/// A text that is looked for: where none of its letters is an upper-case one, either case will do,
/// as in the search of a log.
pub(super) struct Needle {
    text: String,
    either_case: bool,
}

impl Needle {
    /// Makes a text ready; `None` where it is too short to tell anything.
    pub(super) fn of(text: &str) -> Option<Self> {
        let text: String = text.trim().chars().take(LONGEST).collect();
        let is_enough = text.chars().count() >= SHORTEST;
        is_enough.then(|| Self {
            either_case: !text.chars().any(char::is_uppercase),
            text,
        })
    }

    /// As it was typed.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Whether a text has it.
    pub(super) fn is_in(&self, text: &str) -> bool {
        self.before(text).is_some()
    }

    /// What stands around it where a text has it, on one line.
    pub(super) fn around(&self, text: &str) -> Option<String> {
        let begin = self.before(text)?.saturating_sub(BEFORE);
        let letters: Vec<char> = text.chars().skip(begin).take(AROUND + 1).collect();
        let is_cut = letters.len() > AROUND;
        let shown: String = letters.into_iter().take(AROUND).collect();
        let shown = shown.split_whitespace().collect::<Vec<_>>().join(" ");
        let (before, after) = (
            if begin > 0 { "…" } else { "" },
            if is_cut { "…" } else { "" },
        );
        Some(format!("{before}{shown}{after}"))
    }

    /// How many characters of a text are before it.
    fn before(&self, text: &str) -> Option<usize> {
        if !self.either_case {
            let at = text.find(&self.text)?;
            return Some(text[..at].chars().count());
        }
        let lower = text.to_lowercase();
        let at = lower.find(&self.text)?;
        Some(lower[..at].chars().count())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needle(text: &str) -> Needle {
        Needle::of(text).unwrap()
    }

    #[test]
    fn small_letters_are_found_in_either_case_and_capitals_as_they_are() {
        assert!(needle("econn").is_in("connect ECONNREFUSED"));
        assert!(needle("ECONN").is_in("connect ECONNREFUSED"));
        assert!(!needle("Econn").is_in("connect ECONNREFUSED"));
        assert!(needle("öljy").is_in("ÖLJY"));
    }

    #[test]
    fn what_is_too_short_is_not_looked_for() {
        for text in ["", "  ", "ab", " ab "] {
            assert!(Needle::of(text).is_none(), "{text:?}");
        }
        assert_eq!(needle(" abc ").text(), "abc");
    }

    #[test]
    fn what_stands_around_it_is_short_and_on_one_line() {
        assert_eq!(
            needle("two").around("one\n two").as_deref(),
            Some("one two")
        );
        let long = format!("{} needle {}", "a".repeat(500), "b".repeat(500));
        let around = needle("needle").around(&long).unwrap();
        assert!(around.starts_with('…') && around.ends_with('…'), "{around}");
        assert!(around.contains(" needle ") && around.chars().count() <= AROUND + 2);
        assert_eq!(needle("none").around(&long), None);
    }
}
