//! Folder names from any text.

use std::fmt::Write;

use sha2::{Digest, Sha256};

/// The most bytes of a name: four of them and a root stay below the 260 of Windows.
const LONGEST: usize = 48;
/// Of the hash in the name of a text that is too long.
const HASH_BYTES: usize = 16;
/// Stands before the hash; never part of an encoded text, where `%` has two digits after it.
const HASH_MARK: &str = "%-";

/// Names that Windows keeps for devices, with any extension.
const DEVICES: &[&str] = &["con", "prn", "aux", "nul"];
/// The same, with a digit after them.
const NUMBERED_DEVICES: &[&str] = &["com", "lpt"];

/// A name for one folder that is safe on every file system; two texts never share one.
///
/// Only `a-z`, `0-9`, `_`, `-` and inner dots stand as they are. Everything else is
/// percent-encoded, capitals too, since some file systems do not tell them apart.
pub(crate) fn of(text: &str) -> String {
    let mut name = String::new();
    let last = text.len().saturating_sub(1);
    for (at, byte) in text.bytes().enumerate() {
        let plain = match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' => !(at == 0 && is_device(text)),
            b'.' => at != 0 && at != last,
            _ => false,
        };
        if plain {
            name.push(char::from(byte));
        } else {
            encode(&mut name, byte);
        }
    }
    if name.is_empty() {
        return "%".to_owned();
    }
    if name.len() <= LONGEST {
        return name;
    }
    let mut short: String = name
        .chars()
        .take(LONGEST - HASH_MARK.len() - 2 * HASH_BYTES)
        .collect();
    short.push_str(HASH_MARK);
    for byte in Sha256::digest(text.as_bytes()).iter().take(HASH_BYTES) {
        hex(&mut short, *byte);
    }
    short
}

fn is_device(text: &str) -> bool {
    let stem = text.split('.').next().unwrap_or(text).trim_end();
    let digit = stem
        .len()
        .checked_sub(1)
        .filter(|at| stem.is_char_boundary(*at));
    let (word, number) = digit.map_or((stem, ""), |at| stem.split_at(at));
    let is_number = number.bytes().all(|byte| byte.is_ascii_digit());
    DEVICES.contains(&stem) || (is_number && NUMBERED_DEVICES.contains(&word))
}

fn encode(name: &mut String, byte: u8) {
    name.push('%');
    hex(name, byte);
}

fn hex(name: &mut String, byte: u8) {
    // Writing to a string cannot fail.
    let _ = write!(name, "{byte:02x}");
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::path::{Component, Path};

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names() {
        for (text, name) in [
            ("orders-api_2", "orders-api_2"),
            ("v1.2", "v1.2"),
            ("", "%"),
            (".", "%2e"),
            ("..", "%2e%2e"),
            ("...", "%2e.%2e"),
            (".ssh", "%2essh"),
            ("a/b", "a%2fb"),
            ("a\\b:c", "a%5cb%3ac"),
            ("a b", "a%20b"),
            ("100%", "100%25"),
            ("Orders", "%4frders"),
            ("é", "%c3%a9"),
            ("\0\n", "%00%0a"),
            ("con", "%63on"),
            ("nul.txt", "%6eul.txt"),
            ("com1", "%63om1"),
            ("lpt9.log", "%6cpt9.log"),
            ("console", "console"),
            ("com12", "com12"),
            ("com", "com"),
        ] {
            assert_eq!(of(text), name, "{text:?}");
        }
    }

    #[test]
    fn long_texts_differ_by_their_hash() {
        let (one, other) = (of(&"a".repeat(300)), of(&"a".repeat(301)));
        assert_eq!(one.len(), LONGEST);
        assert_ne!(one, other);
        assert!(one.starts_with("aaaaaaaaaaaaaa%-"), "{one}");
        assert_eq!(of(&"a".repeat(LONGEST)), "a".repeat(LONGEST));
    }

    proptest! {
        #[test]
        fn any_text_gives_one_plain_component(text in any::<String>()) {
            let name = of(&text);
            prop_assert!(name.len() <= LONGEST && !name.is_empty());
            prop_assert!(name.bytes().all(|byte| matches!(
                byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'.' | b'%'
            )));
            let parts: Vec<_> = Path::new(&name).components().collect();
            prop_assert!(matches!(parts[..], [Component::Normal(_)]));
            prop_assert!(!is_device(&name));
        }

        #[test]
        fn two_texts_never_share_a_name(
            one in "[a-cA-C./%-]{0,4}|.{0,80}", other in "[a-cA-C./%-]{0,4}|.{0,80}",
        ) {
            prop_assert_eq!(of(&one) == of(&other), one == other);
            prop_assert_eq!(of(&one) == of(&one.to_uppercase()), one == one.to_uppercase());
        }
    }
}
