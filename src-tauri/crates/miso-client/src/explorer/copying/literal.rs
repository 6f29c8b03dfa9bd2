//! Texts as literals of a language.

use std::fmt::Write;

use miso_api::acts;

/// In double quotes with the escapes that JavaScript, Python, C# and Java share; what may end a line, or
/// does not print, by its code units.
pub(super) fn common(text: &str) -> String {
    quoted(text, |made, character| {
        let mut units = [0; 2];
        for unit in character.encode_utf16(&mut units) {
            let _ = write!(made, "\\u{unit:04x}");
        }
    })
}

/// The same in Python, where a code unit is no character.
pub(super) fn python(text: &str) -> String {
    quoted(text, |made, character| {
        let _ = write!(made, "\\U{:08x}", u32::from(character));
    })
}

/// The same in Rust.
pub(super) fn rust(text: &str) -> String {
    quoted(text, |made, character| {
        let _ = write!(made, "\\u{{{:x}}}", u32::from(character));
    })
}

fn quoted(text: &str, escape: impl Fn(&mut String, char)) -> String {
    let mut made = String::with_capacity(text.len() + 2);
    made.push('"');
    for character in text.chars() {
        match character {
            '"' => made.push_str("\\\""),
            '\\' => made.push_str("\\\\"),
            '\n' => made.push_str("\\n"),
            '\r' => made.push_str("\\r"),
            '\t' => made.push_str("\\t"),
            _ if steers(character) => escape(&mut made, character),
            _ => made.push(character),
        }
    }
    made.push('"');
    made
}

/// Whether a character does more than it shows, or is not seen at all. What is pasted into a terminal would
/// have it act.
pub(super) fn steers(character: char) -> bool {
    acts(character) || matches!(character, '\u{200b}'..='\u{200d}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_more_than_it_shows_is_written_by_its_number() {
        assert_eq!(
            common("a\u{61c}\u{2028}\u{200b}\u{7f}å"),
            "\"a\\u061c\\u2028\\u200b\\u007få\""
        );
        let all = (0..=0x2_ffff).filter_map(char::from_u32);
        for letter in all.filter(|letter| acts(*letter)) {
            let text = letter.to_string();
            for written in [common(&text), python(&text), rust(&text)] {
                assert!(!written.contains(acts), "{letter:?} in {written:?}");
            }
        }
    }
}
