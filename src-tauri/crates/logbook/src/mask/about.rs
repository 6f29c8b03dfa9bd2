//! What a run of letters and digits is like.

/// A run of letters and digits as long as this, of which many differ in kind from the one before,
/// is no word, whatever is around it.
const OPAQUE: usize = 16;
/// A longer number with letters in it is an id.
const LONGEST_WITH_UNIT: usize = 7;
/// Digits with so many letters are a number, however long: `123456789Z`, `1000000ms`.
const UNIT: usize = 2;

/// What a run of letters and digits is like.
#[derive(Default)]
pub(super) struct About {
    pub(super) length: usize,
    pub(super) digits: usize,
    /// Runs of digits.
    pub(super) runs: usize,
    /// How often a lower-case letter, an upper-case one or a digit follows one of another kind.
    pub(super) changes: usize,
    pub(super) is_hex: bool,
    pub(super) begins_with_digit: bool,
    pub(super) ends_with_digit: bool,
}

impl About {
    pub(super) fn of(word: &[u8]) -> Self {
        let mut about = Self {
            length: word.len(),
            is_hex: true,
            begins_with_digit: word.first().is_some_and(u8::is_ascii_digit),
            ends_with_digit: word.last().is_some_and(u8::is_ascii_digit),
            ..Self::default()
        };
        let mut before = None;
        for byte in word {
            let kind = (byte.is_ascii_digit(), byte.is_ascii_uppercase());
            about.digits += usize::from(kind.0);
            about.is_hex &= byte.is_ascii_hexdigit();
            if before != Some(kind) {
                about.runs += usize::from(kind.0);
                about.changes += usize::from(before.is_some());
            }
            before = Some(kind);
        }
        about
    }

    pub(super) fn is_opaque(&self) -> bool {
        self.length >= OPAQUE && self.changes * 4 >= self.length
    }
    /// Whether it is digits with a few letters among them: `26T02`, `123Z`, `40ms`.
    pub(super) fn is_number_with_unit(&self) -> bool {
        self.length - self.digits <= UNIT || self.length <= LONGEST_WITH_UNIT
    }
}
