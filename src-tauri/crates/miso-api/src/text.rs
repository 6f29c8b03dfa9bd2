//! What texts of others may hold that is not only shown.

/// Whether a terminal, or what sets a line, does something with a character other than to show it: a
/// control character, the end of a line or a paragraph, or one that turns the direction of what stands
/// around it (UAX #9).
pub fn acts(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
        )
        || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{2066}'..='\u{2069}')
}
