//! For a POSIX shell.

use super::literal::steers;
use super::{Request, TOKEN};

/// One command. The shell puts the token in.
pub(super) fn written(request: &Request) -> String {
    let mut parts = vec![match request.method.as_str() {
        "GET" => "curl --globoff".to_owned(),
        "HEAD" => "curl --globoff --head".to_owned(),
        method => format!("curl --globoff --request {method}"),
    }];
    parts.push(quoted(&request.url));
    parts.push(format!("--header \"Authorization: Bearer ${TOKEN}\""));
    for (name, value) in &request.headers {
        // A header without a value is one to leave out, unless it ends so.
        let header = match value.as_str() {
            "" => format!("{name};"),
            value => format!("{name}: {value}"),
        };
        parts.push(format!("--header {}", quoted(&header)));
    }
    if let Some(body) = &request.body {
        parts.push(format!("--data-raw {}", quoted(body)));
    }
    parts.join(" \\\n  ") + "\n"
}

/// A word that a shell takes as it is (POSIX, Shell Command Language, 2.2.2). What a terminal would obey as
/// the line is pasted is made by the shell.
pub(super) fn quoted(text: &str) -> String {
    let mut word = "'".to_owned();
    for letter in text.chars() {
        match letter {
            '\'' => word.push_str("'\\''"),
            _ if letter != '\n' && steers(letter) => {
                let mut bytes = [0; 4];
                let bytes = letter.encode_utf8(&mut bytes).bytes();
                let octal: String = bytes.map(|byte| format!("\\{byte:03o}")).collect();
                word.push_str(&format!("'\"$(printf '{octal}')\"'"));
            }
            _ => word.push(letter),
        }
    }
    word.push('\'');
    word
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn nothing_acts_as_a_word_is_pasted_and_a_shell_takes_it_as_it_was() {
        assert_eq!(quoted("it's\na"), "'it'\\''s\na'");
        for text in [
            "a\u{3}b",
            "\u{1b}[201~; touch x",
            "it's \\ \u{9b}31m\u{202e}7",
            "\ta\r\n",
            "{\"a\": \"\u{7f}\u{e5}\u{1f44d}\"}",
        ] {
            let word = quoted(text);
            assert!(
                !word.contains(|letter| letter != '\n' && steers(letter)),
                "{word:?}"
            );
            let printed = Command::new("sh")
                .args(["-c", &format!("printf %s {word}")])
                .output()
                .unwrap();
            assert_eq!(printed.stdout, text.as_bytes(), "{word}");
        }
    }
}
