//! What a message has in common with others like it: its words, with what differs from one time
//! to the next masked.
//!
//! One pass over the bytes, without an expression. What comes out has no ASCII digit, no control
//! character and no text between quotes, so that it is its own mask.

use memchr::memchr2;

mod about;

use about::About;

/// Stands where something is masked.
pub const MASK: &str = "<*>";
/// The most bytes of a pattern.
pub const LONGEST: usize = 300;

/// Ends a pattern that goes on.
const CUT: &str = "…";
/// Months and days, as they are written in times: whole, or their first three letters.
const MONTHS: [&[u8]; 12] = [
    b"January",
    b"February",
    b"March",
    b"April",
    b"May",
    b"June",
    b"July",
    b"August",
    b"September",
    b"October",
    b"November",
    b"December",
];
const DAYS: [&[u8]; 7] = [
    b"Monday",
    b"Tuesday",
    b"Wednesday",
    b"Thursday",
    b"Friday",
    b"Saturday",
    b"Sunday",
];

/// The pattern of a message: numbers with what is written to them, ids, times, addresses and
/// quoted text are [`MASK`], control characters are left out, and blanks are one blank. At most
/// [`LONGEST`] bytes.
pub fn mask(message: &str) -> String {
    let mut masker = Masker::default();
    String::from_utf8_lossy(masker.mask(message.as_bytes())).into_owned()
}

/// Masks one message after the other in the same memory.
#[derive(Default)]
pub(crate) struct Masker {
    plain: Vec<u8>,
    out: Vec<u8>,
}

impl Masker {
    /// The pattern of a message in UTF-8, in UTF-8.
    pub(crate) fn mask(&mut self, message: &[u8]) -> &[u8] {
        self.out.clear();
        let is_plain = !message.iter().any(|byte| is_steering(*byte));
        let text = if is_plain {
            message
        } else {
            strip(message, &mut self.plain);
            &self.plain
        };
        let mut pass = Pass {
            text,
            at: 0,
            out: &mut self.out,
            unclosed: [false; 3],
        };
        pass.run();
        while self.out.last() == Some(&b' ') {
            self.out.pop();
        }
        &self.out
    }
}

/// Whether a byte may belong to a control character: ASCII's, or the second set's.
fn is_steering(byte: u8) -> bool {
    byte < 0x20 || byte == 0x7f || byte == 0xc2
}

/// Copies a text without its control characters and what they begin; the ends of lines and tabs
/// become blanks.
fn strip(text: &[u8], to: &mut Vec<u8>) {
    to.clear();
    let mut at = 0;
    while let Some(byte) = text.get(at).copied() {
        match byte {
            b'\n' | b'\r' | b'\t' => to.push(b' '),
            0x1b => {
                at = after_escape(text, at + 1);
                continue;
            }
            0..0x20 | 0x7f => {}
            0xc2 if text.get(at + 1).is_some_and(|next| *next < 0xa0) => at += 1,
            _ => to.push(byte),
        }
        at += 1;
    }
}

/// Where the text goes on after an escape character: `[` with parameters and a letter, `]` up to
/// its end, or one other sign.
fn after_escape(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    match rest.first() {
        Some(b'[') => {
            let inner = rest.iter().skip(1);
            let length = inner
                .take_while(|byte| (0x20..0x40).contains(*byte))
                .count();
            let ends = rest
                .get(1 + length)
                .is_some_and(|byte| (0x40..0x7f).contains(byte));
            at + 1 + length + usize::from(ends)
        }
        Some(b']') => match memchr2(0x07, 0x1b, rest) {
            Some(end) if rest[end] == 0x07 => at + end + 1,
            Some(end) => at + end,
            None => at + 1,
        },
        Some(0x20..0x7f) => at + 1,
        Some(_) | None => at,
    }
}

/// One pass over a text without control characters.
struct Pass<'a> {
    text: &'a [u8],
    at: usize,
    out: &'a mut Vec<u8>,
    /// Which quotes have no end in what is left of the text.
    unclosed: [bool; 3],
}

impl Pass<'_> {
    fn run(&mut self) {
        while let Some(byte) = self.byte(self.at) {
            let has_room = match byte {
                b'"' | b'`' | b'\'' => self.quote(byte),
                b' ' => self.blank(),
                b'-' | b'+' if self.is_sign() => {
                    self.at += 1;
                    self.number(self.at)
                }
                _ if byte.is_ascii_alphanumeric() => self.word(),
                // One that stands there already is not cut in two.
                b'<' if self.text[self.at..].starts_with(MASK.as_bytes()) => {
                    self.put_mask(self.at + MASK.len())
                }
                _ => {
                    let end = self.at + width(byte);
                    self.copy(end)
                }
            };
            if !has_room {
                self.out.extend_from_slice(CUT.as_bytes());
                return;
            }
        }
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.get(at).copied()
    }

    fn slice(&self, from: usize, to: usize) -> &[u8] {
        self.text.get(from..to).unwrap_or_default()
    }

    /// Puts something out and goes on after it; `false` where it has no room.
    fn put(&mut self, parts: &[&[u8]], next: usize) -> bool {
        let length: usize = parts.iter().map(|part| part.len()).sum();
        if self.out.len() + length > LONGEST - CUT.len() {
            return false;
        }
        parts
            .iter()
            .for_each(|part| self.out.extend_from_slice(part));
        self.at = next;
        true
    }

    fn put_mask(&mut self, next: usize) -> bool {
        self.put(&[MASK.as_bytes()], next)
    }

    /// Puts out what stands there up to a place, or as much of it as has room.
    fn copy(&mut self, end: usize) -> bool {
        let text = self.text;
        let mut all = text.get(self.at..end).unwrap_or_default();
        if all.is_ascii() {
            let room = (LONGEST - CUT.len()).saturating_sub(self.out.len());
            if all.len() > room {
                all = all.get(..room).unwrap_or_default();
                let next = self.at + room;
                self.put(&[all], next);
                return false;
            }
        }
        self.put(&[all], end)
    }

    fn blank(&mut self) -> bool {
        if self.out.is_empty() || self.out.last() == Some(&b' ') {
            self.at += 1;
            return true;
        }
        self.copy(self.at + 1)
    }

    /// Quoted text: `'` is a quote only where no word is on its other side.
    fn quote(&mut self, quote: u8) -> bool {
        let kind = match quote {
            b'"' => 0,
            b'`' => 1,
            _ => 2,
        };
        let is_apostrophe = kind == 2 && ends_in_word(self.out);
        if !is_apostrophe && !self.unclosed[kind] {
            match self.closing(quote) {
                Some(end) => {
                    return self.put(&[&[quote], MASK.as_bytes(), &[quote]], end + 1);
                }
                None => self.unclosed[kind] = true,
            }
        }
        self.copy(self.at + 1)
    }

    /// Where the quoted text that begins here ends.
    fn closing(&self, quote: u8) -> Option<usize> {
        let mut at = self.at + 1;
        loop {
            at += memchr2(quote, b'\\', self.text.get(at..)?)?;
            if self.byte(at) == Some(b'\\') {
                at += 2;
                continue;
            }
            let after = self.text.get(at + 1..).unwrap_or_default();
            if quote != b'\'' || !begins_word(after) {
                return Some(at);
            }
            at += 1;
        }
    }

    /// Whether a sign belongs to a number.
    fn is_sign(&self) -> bool {
        let is_number = self
            .byte(self.at + 1)
            .is_some_and(|byte| byte.is_ascii_digit());
        let before = self.out.last();
        is_number && before.is_none_or(|byte| b" =:(,[".contains(byte))
    }

    /// One past the letters and digits that begin somewhere.
    fn word_end(&self, from: usize) -> usize {
        let rest = self.text.get(from..).unwrap_or_default();
        let word = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric());
        from + word.count()
    }

    fn word(&mut self) -> bool {
        let (from, end) = (self.at, self.word_end(self.at));
        let about = About::of(self.slice(from, end));
        if let Some(end) = self.uuid(from, end) {
            return self.put_mask(end);
        }
        if about.digits == 0 {
            return match self.named_time(from, end) {
                Some(number) => self.number(number),
                None => self.copy(end),
            };
        }
        if let Some(end) = self.address(from, end, &about) {
            return self.put_mask(end);
        }
        if about.is_opaque() {
            let end = self.opaque_end(end);
            return self.put_mask(end);
        }
        if about.begins_with_digit {
            return self.number(from);
        }
        let is_id = match (about.runs, about.ends_with_digit) {
            // `worker12`, but `deadbeef12`.
            (1, true) => about.is_hex && about.length >= 8,
            // `k8s`, but `a41fce` and `itm42xyz`.
            (1, false) => about.length >= if about.is_hex { 4 } else { 6 },
            _ => true,
        };
        if is_id {
            return self.put_mask(end);
        }
        let is_digit = |at: &usize| self.byte(*at).is_some_and(|byte| byte.is_ascii_digit());
        let digits = (from..end).find(is_digit).unwrap_or(end);
        let after = (digits..end).find(|at| !is_digit(at));
        let letters = self.text.get(from..digits).unwrap_or_default();
        match after {
            Some(after) => {
                self.put(&[letters, MASK.as_bytes()], after) && {
                    let end = self.word_end(self.at);
                    self.copy(end)
                }
            }
            None => {
                let end = self.number_end(digits);
                self.put(&[letters, MASK.as_bytes()], end)
            }
        }
    }

    fn number(&mut self, from: usize) -> bool {
        let end = self.number_end(from);
        self.put_mask(end)
    }

    /// One past a number with what is joined to it: fractions, times, dates, versions, ports.
    fn number_end(&self, from: usize) -> usize {
        let is_digit = |at: usize| self.byte(at).is_some_and(|byte| byte.is_ascii_digit());
        let mut end = self.word_end(from);
        let mut is_date = self.begins_date(from);
        loop {
            let Some(byte) = self.byte(end) else {
                return end;
            };
            let next = self.word_end(end + 1);
            // What is no number, as a digest behind its name, is an id of its own.
            let joins = b".,:-/+".contains(&byte)
                && is_digit(end + 1)
                && About::of(self.slice(end + 1, next)).is_number_with_unit();
            if joins {
                end = next;
            } else if b" /-".contains(&byte)
                && let Some(next) = self.after_name(end + 1, &MONTHS)
                && is_digit(next)
            {
                // `26/Nov/2026`, `26 Nov 02:10:14`.
                is_date = true;
                end = self.word_end(next);
            } else if byte == b' ' && is_date && self.is_time(end + 1) {
                end = self.word_end(end + 1);
            } else if byte == b' '
                && is_date
                && matches!(self.byte(end + 1), Some(b'+' | b'-'))
                && self.word_end(end + 2) == end + 6
                && is_digit(end + 2)
            {
                // The offset of a time: ` +0200`.
                return end + 6;
            } else {
                return end;
            }
        }
    }

    /// Whether `2026-11-26`, or a month's day, is there.
    fn begins_date(&self, from: usize) -> bool {
        let after_name = from
            .checked_sub(1)
            .is_some_and(|before| self.byte(before) == Some(b' '))
            && self.at < from;
        let sign = self.byte(from + 4);
        let is_day = matches!(sign, Some(b'-' | b'/'))
            && sign == self.byte(from + 7)
            && self.word_end(from) == from + 4;
        after_name || is_day
    }

    /// Whether `02:10` is there.
    fn is_time(&self, from: usize) -> bool {
        let is_digit = |at: usize| self.byte(at).is_some_and(|byte| byte.is_ascii_digit());
        let hour = 1 + usize::from(is_digit(from + 1));
        is_digit(from) && self.byte(from + hour) == Some(b':') && is_digit(from + hour + 1)
    }

    /// Where the number of a time is that a month or a day begins: `Thu Nov 26`, `Thu, 26 Nov`.
    fn named_time(&self, from: usize, end: usize) -> Option<usize> {
        let is_short = (3..=9).contains(&(end - from));
        if !is_short || !self.byte(from)?.is_ascii_uppercase() {
            return None;
        }
        let is_digit = |at: usize| self.byte(at).is_some_and(|byte| byte.is_ascii_digit());
        if let Some(next) = self.after_name(from, &MONTHS) {
            return is_digit(next).then_some(next);
        }
        let next = self.after_name(from, &DAYS)?;
        let next = self.after_name(next, &MONTHS).unwrap_or(next);
        is_digit(next).then_some(next)
    }

    /// Where the text goes on after one of some names and what parts it from a number.
    fn after_name(&self, from: usize, names: &[&[u8]]) -> Option<usize> {
        let end = self.word_end(from);
        let name = self.slice(from, end);
        let is_name = |whole: &&[u8]| *whole == name || whole.get(..3) == Some(name);
        names.iter().any(is_name).then_some(())?;
        let parts = self.text.get(end..)?.iter();
        let parts = parts.take_while(|byte| b" ,/-".contains(*byte)).take(2);
        let count = parts.count();
        (count > 0).then_some(end + count)
    }

    /// One past a UUID.
    fn uuid(&self, from: usize, end: usize) -> Option<usize> {
        const DASHES: [usize; 4] = [8, 13, 18, 23];
        if end - from != DASHES[0] || self.byte(end) != Some(b'-') {
            return None;
        }
        let all = self.text.get(from..from + 36)?;
        let mut places = all.iter().enumerate();
        let is_one = places.all(|(at, byte)| {
            if DASHES.contains(&at) {
                *byte == b'-'
            } else {
                byte.is_ascii_hexdigit()
            }
        });
        (is_one && self.word_end(from + 24) == from + 36).then_some(from + 36)
    }

    /// One past an IPv6 address.
    fn address(&self, from: usize, end: usize, about: &About) -> Option<usize> {
        if !about.is_hex || about.length > 4 || self.byte(end) != Some(b':') {
            return None;
        }
        let rest = self.text.get(from..)?;
        let is_part = |byte: &&u8| byte.is_ascii_hexdigit() || **byte == b':';
        let mut length = rest.iter().take(45).take_while(is_part).count();
        let mut colons = 0;
        let mut is_short = false;
        for (at, byte) in rest[..length].iter().enumerate() {
            colons += usize::from(*byte == b':');
            is_short |= *byte == b':' && rest.get(at + 1) == Some(&b':');
        }
        if colons < 2 || !(is_short || colons == 7) {
            return None;
        }
        while length > 2 && rest[length - 1] == b':' && rest[length - 2] != b':' {
            length -= 1;
        }
        Some(self.word_end(from + length))
    }

    /// One past an opaque text: what is joined to it as base64 has it, before the next plain word.
    fn opaque_end(&self, end: usize) -> usize {
        let mut end = end;
        while let Some(b'+' | b'/' | b'-' | b'_' | b'=') = self.byte(end) {
            let next = self.word_end(end + 1);
            let about = About::of(self.slice(end + 1, next));
            if about.digits == 0 && about.length >= 3 && about.changes <= 1 {
                break;
            }
            end = next;
        }
        end
    }
}

/// How many bytes a character has that begins so; one where none does.
fn width(byte: u8) -> usize {
    match byte {
        0xf0.. => 4,
        0xe0.. => 3,
        0xc0.. => 2,
        _ => 1,
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80
}

/// Whether a text ends in a word, or in one that is masked.
fn ends_in_word(text: &[u8]) -> bool {
    text.last().is_some_and(|byte| is_word(*byte)) || text.ends_with(MASK.as_bytes())
}

/// Whether a text begins with a word, or with one that is masked.
fn begins_word(text: &[u8]) -> bool {
    text.first().is_some_and(|byte| is_word(*byte)) || text.starts_with(MASK.as_bytes())
}
