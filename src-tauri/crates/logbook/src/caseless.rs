//! Finds ASCII text in either case, as fast as the memory gives it.

/// Bytes of logs in JSON, those that are seen most first.
const SEEN: &[u8] = b"\" e0123456789ta:o,inr-.sldchmup/gfby_wvk{}[]=xjqz";
/// This bit makes an ASCII letter a small one.
const SMALL: u8 = 0x20;
/// So many places are tried at once.
const LANES: usize = 64;

/// A text to find.
#[derive(Clone, Debug)]
pub(crate) struct Caseless {
    text: Vec<u8>,
    /// Where its two rarest bytes are, in order.
    rare: (usize, usize),
}

impl Caseless {
    /// Makes a text ready, if it is ASCII and not empty.
    pub(crate) fn new(text: &str) -> Option<Self> {
        if text.is_empty() || !text.is_ascii() {
            return None;
        }
        let text = text.to_ascii_lowercase().into_bytes();
        let rank = |at: usize| SEEN.iter().position(|byte| *byte == text[at]);
        let rank = |at: &usize| std::cmp::Reverse(rank(*at).unwrap_or(SEEN.len()));
        let mut places: Vec<usize> = (0..text.len()).collect();
        places.sort_by_key(rank);
        let rarest = places[0];
        let second = places.iter().copied().find(|at| text[*at] != text[rarest]);
        let second = second.unwrap_or(rarest);
        let rare = (rarest.min(second), rarest.max(second));
        Some(Self { text, rare })
    }

    /// Where it begins first, from a place on.
    pub(crate) fn find_from(&self, text: &[u8], from: usize) -> Option<usize> {
        let places = (text.len() + 1).checked_sub(self.text.len())?;
        let count = places.checked_sub(from)?;
        let (one, other) = self.rare;
        let (low, high) = (self.text[one] | SMALL, self.text[other] | SMALL);
        let ones = &text[from + one..from + one + count];
        let others = &text[from + other..from + other + count];
        let may_be = |at: usize| ones[at] | SMALL == low && others[at] | SMALL == high;
        let is_here = |at: &usize| {
            let begin = from + at;
            may_be(*at) && text[begin..begin + self.text.len()].eq_ignore_ascii_case(&self.text)
        };
        let whole = count / LANES * LANES;
        for begin in (0..whole).step_by(LANES) {
            let pairs = ones[begin..begin + LANES]
                .iter()
                .zip(&others[begin..begin + LANES]);
            let seen = pairs.fold(0, |seen: u8, (one, other)| {
                seen | (u8::from(one | SMALL == low) & u8::from(other | SMALL == high))
            });
            if seen != 0
                && let Some(at) = (begin..begin + LANES).find(is_here)
            {
                return Some(from + at);
            }
        }
        (whole..count).find(is_here).map(|at| from + at)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_a_naive_search(
            text in "[ab@`kK\u{212a}]{0,200}", needle in "[abk@A]{1,4}", from in 0..210_usize,
        ) {
            let naive = (from..text.len()).find(|at| {
                let end = at + needle.len();
                text.as_bytes().get(*at..end).is_some_and(|part| part.eq_ignore_ascii_case(needle.as_bytes()))
            });
            let caseless = Caseless::new(&needle).unwrap();
            prop_assert_eq!(caseless.find_from(text.as_bytes(), from), naive);
        }
    }
}
