//! What must stand in a file for an expression to match a message: a piece of the expression
//! that reads the same in JSON as in the message.

use regex_syntax::hir::{Class, Hir, HirKind, Repetition};

/// A class of so many characters counts as one of a literal: a letter in both cases.
const SMALL: usize = 4;

/// An expression that is found in a line wherever the given one is found in its message; `None`
/// where there is none of use.
pub(crate) fn of(hir: &Hir) -> Option<Hir> {
    if let Some(plain) = plain(hir)
        && plain
            .properties()
            .minimum_len()
            .is_some_and(|least| least > 0)
    {
        return Some(match plain.kind() {
            HirKind::Concat(parts) => best_run(parts).0,
            HirKind::Empty
            | HirKind::Literal(_)
            | HirKind::Class(_)
            | HirKind::Look(_)
            | HirKind::Repetition(_)
            | HirKind::Capture(_)
            | HirKind::Alternation(_) => plain,
        });
    }
    match hir.kind() {
        HirKind::Capture(capture) => of(&capture.sub),
        HirKind::Repetition(Repetition { min: 1.., sub, .. }) => of(sub),
        HirKind::Alternation(branches) => {
            let pieces: Option<Vec<Hir>> = branches.iter().map(of).collect();
            pieces.map(Hir::alternation)
        }
        HirKind::Concat(parts) => in_concat(parts),
        HirKind::Literal(literal) => {
            let text = of_text(std::str::from_utf8(&literal.0).ok()?);
            (!text.is_empty()).then(|| Hir::literal(text.as_bytes()))
        }
        HirKind::Empty | HirKind::Class(_) | HirKind::Look(_) | HirKind::Repetition(_) => None,
    }
}

/// The longest part of a text that reads the same in JSON.
pub(crate) fn of_text(text: &str) -> &str {
    let runs = text.split(|char| !is_plain(char));
    runs.max_by_key(|run| run.len()).unwrap_or_default()
}

/// The best of the pieces between the parts that read otherwise in JSON.
fn in_concat(parts: &[Hir]) -> Option<Hir> {
    let mut pieces = Vec::new();
    let mut run = Vec::new();
    for part in parts {
        if let Some(plain) = plain(part) {
            run.push(plain);
            continue;
        }
        pieces.extend(in_run(&mut run));
        pieces.extend(of(part).map(|piece| (score(&piece), piece)));
    }
    pieces.extend(in_run(&mut run));
    let best = pieces.into_iter().max_by_key(|(score, _)| *score);
    best.map(|(_, piece)| piece)
}

fn in_run(run: &mut Vec<Hir>) -> Option<(usize, Hir)> {
    let (piece, score) = best_run(&std::mem::take(run));
    let least = piece.properties().minimum_len();
    least
        .is_some_and(|least| least > 0)
        .then_some((score, piece))
}

/// From its longest literal on, and how long that is.
fn best_run(parts: &[Hir]) -> (Hir, usize) {
    let (mut best, mut best_from) = (0, 0);
    let (mut length, mut from) = (0, 0);
    for (at, part) in parts.iter().enumerate() {
        let score = score(part);
        if score == 0 {
            (length, from) = (0, at + 1);
            continue;
        }
        length += score;
        if length > best {
            (best, best_from) = (length, from);
        }
    }
    (Hir::concat(parts[best_from..].to_vec()), best)
}

/// How many bytes of literal it surely has.
fn score(hir: &Hir) -> usize {
    match hir.kind() {
        HirKind::Literal(literal) => literal.0.len(),
        HirKind::Class(class) => usize::from(is_small(class)),
        HirKind::Capture(capture) => score(&capture.sub),
        HirKind::Repetition(Repetition { min: 1.., sub, .. }) => score(sub),
        HirKind::Concat(parts) => best_run(parts).1,
        HirKind::Alternation(branches) => branches.iter().map(score).min().unwrap_or(0),
        HirKind::Empty | HirKind::Look(_) | HirKind::Repetition(_) => 0,
    }
}

fn is_small(class: &Class) -> bool {
    let count: usize = match class {
        Class::Unicode(class) => class.iter().map(|range| range.len()).sum(),
        Class::Bytes(class) => class.iter().map(|range| range.len()).sum(),
    };
    count <= SMALL
}

/// The expression without what looks around itself, if all that it can match reads the same in
/// JSON and in text that is no JSON.
fn plain(hir: &Hir) -> Option<Hir> {
    let all = |parts: &[Hir]| parts.iter().map(plain).collect::<Option<Vec<_>>>();
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Some(Hir::empty()),
        HirKind::Literal(literal) => {
            let text = std::str::from_utf8(&literal.0).ok()?;
            text.chars().all(is_plain).then(|| hir.clone())
        }
        HirKind::Class(class) => is_plain_class(class).then(|| hir.clone()),
        HirKind::Repetition(repetition) => Some(Hir::repetition(Repetition {
            sub: Box::new(plain(&repetition.sub)?),
            ..repetition.clone()
        })),
        HirKind::Capture(capture) => plain(&capture.sub),
        HirKind::Concat(parts) => all(parts).map(Hir::concat),
        HirKind::Alternation(branches) => all(branches).map(Hir::alternation),
    }
}

fn is_plain_class(class: &Class) -> bool {
    let others = ['"', '\\', '\u{fffd}'];
    match class {
        Class::Unicode(class) => class.iter().all(|range| {
            let (start, end) = (range.start(), range.end());
            start >= ' ' && !others.iter().any(|other| (start..=end).contains(other))
        }),
        Class::Bytes(class) => class.iter().all(|range| {
            let (start, end) = (char::from(range.start()), char::from(range.end()));
            start >= ' '
                && end.is_ascii()
                && !others.iter().any(|other| (start..=end).contains(other))
        }),
    }
}

fn is_plain(char: char) -> bool {
    !matches!(char, '\0'..'\u{20}' | '"' | '\\' | '\u{fffd}')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn pieces() {
        for (expression, piece) in [
            ("timeout", Some("timeout")),
            (
                "status=5[0-9]{2} .* took [0-9]{4,}ms",
                Some("(?:status=5[0-9]{2} )"),
            ),
            (r"\btimeout\b", Some("timeout")),
            ("foo.*bar|baz", Some("(?:bar|baz)")),
            ("(?:a.c)+", Some("c")),
            ("a\"longer", Some("longer")),
            ("[0-9a-f]{32}", Some("[0-9a-f]{32}")),
            ("[0-9]+ms", Some("ms")),
            (".*", None),
            ("x?", None),
            ("a|.", None),
            (r#"["\\]"#, None),
            (r"\x{fffd}", None),
            (r"\n", None),
        ] {
            let hir = regex_syntax::parse(expression).unwrap();
            let found = of(&hir).map(|piece| piece.to_string());
            let wanted = piece.map(|piece| regex_syntax::parse(piece).unwrap().to_string());
            assert_eq!(found, wanted, "{expression}");
        }
        assert_eq!(of_text("a \"longer one\" \n"), "longer one");
        assert_eq!(of_text("\u{fffd}"), "");
    }
}
