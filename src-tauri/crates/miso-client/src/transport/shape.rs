//! Whether a body is worth decoding: a few bytes of JSON can become thousands in memory.

use crate::{Code, Failure};

/// Rows of one answer: a log is asked for in pages of 5,000 lines. Each may become some kilobytes.
const ROWS: usize = 6_000;
/// Objects of any depth; a page of 200 deployments with all that they were made of has some 15,000.
const OBJECTS: usize = 26_000;
/// Values of any kind.
const VALUES: usize = 500_000;
/// The same of an instance's description, of which a large one has thousands of operations. It is read
/// for a moment only.
const DESCRIBED: Limits = Limits {
    rows: 150_000,
    objects: 150_000,
    values: 1_000_000,
};

struct Limits {
    rows: usize,
    objects: usize,
    values: usize,
}

/// Counts what a body would become, without decoding it.
///
/// # Errors
/// [`Code::TooLarge`].
pub(super) fn check(body: &[u8]) -> Result<(), Failure> {
    let limits = Limits {
        rows: ROWS,
        objects: OBJECTS,
        values: VALUES,
    };
    check_within(body, &limits)
}

/// The same of an instance's description.
///
/// # Errors
/// [`Code::TooLarge`].
pub(super) fn check_description(body: &[u8]) -> Result<(), Failure> {
    check_within(body, &DESCRIBED)
}

fn check_within(body: &[u8], limits: &Limits) -> Result<(), Failure> {
    let (mut rows, mut objects, mut values, mut depth) = (0, 0, 0, 0_usize);
    // A row stands in a list, and that by itself or in an object.
    let is_bare = body.trim_ascii_start().starts_with(b"[");
    let deepest_row = if is_bare { 2 } else { 3 };
    let (mut in_text, mut is_escaped) = (false, false);
    for byte in body {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if in_text => is_escaped = true,
            b'"' => in_text = !in_text,
            _ if in_text => {}
            b'{' => {
                depth += 1;
                objects += 1;
                rows += usize::from(depth <= deepest_row);
            }
            b'[' => {
                depth += 1;
                values += 1;
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b',' => values += 1,
            _ => {}
        }
    }
    let counted = [
        ("rows", rows, limits.rows),
        ("objects", objects, limits.objects),
        ("values", values, limits.values),
    ];
    for (name, found, limit) in counted {
        if found > limit {
            return Err(Failure::new(Code::TooLarge)
                .with("limit", limit)
                .with("of", name));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_may_hold_more() {
        let large = format!("[[{}{{}}]]", "{},".repeat(100_000));
        assert!(check(large.as_bytes()).is_err());
        assert!(check_description(large.as_bytes()).is_ok());
        let too_large = format!("[[{}{{}}]]", "{},".repeat(DESCRIBED.objects));
        assert!(check_description(too_large.as_bytes()).is_err());
    }

    #[test]
    fn what_would_grow_in_memory_is_refused_and_text_is_not_counted() {
        for (body, good) in [
            (format!("[{}{{}}]", "{},".repeat(ROWS - 1)), true),
            (format!("[{}{{}}]", "{},".repeat(ROWS)), false),
            (format!("{{\"data\":[{}]}}", "{},".repeat(ROWS)), false),
            (format!("[{}{{}}]", "{\"a\":{}},".repeat(ROWS - 1)), true),
            (format!("[[{}{{}}]]", "{},".repeat(OBJECTS - 1)), true),
            (format!("[[{}{{}}]]", "{},".repeat(OBJECTS)), false),
            (format!("[{}1]", "1,".repeat(VALUES - 1)), true),
            (format!("[{}1]", "1,".repeat(VALUES)), false),
            (
                format!("{}{}", "[".repeat(VALUES), "]".repeat(VALUES)),
                true,
            ),
            ("[".repeat(VALUES + 1), false),
            (format!("[\"{}\"]", "{,[\\\"".repeat(VALUES)), true),
            ("\"\\".to_owned(), true),
        ] {
            let checked = check(body.as_bytes());
            assert_eq!(checked.is_ok(), good, "{:?}", body.chars().take(10));
        }
    }
}
