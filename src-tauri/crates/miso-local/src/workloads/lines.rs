//! Lines of bounded length from a stream that may hold anything.

use std::io;

use tokio::io::{AsyncBufRead, AsyncBufReadExt};

/// The longest line that is kept, in bytes; the rest of a longer one is left out and said to be.
pub(super) const LONGEST: usize = 16 * 1024;
const CUT: &str = " … (cut)";

/// Reads the next line; `None` at the end. What is not UTF-8 is replaced, control characters but
/// the tab are taken out.
pub(super) async fn next_line(
    stream: &mut (impl AsyncBufRead + Unpin),
) -> io::Result<Option<String>> {
    let (mut line, mut cut, mut any) = (Vec::new(), false, false);
    loop {
        let available = stream.fill_buf().await?;
        if available.is_empty() {
            return Ok(any.then(|| text(&line, cut)));
        }
        any = true;
        let end = available.iter().position(|byte| *byte == b'\n');
        let part = &available[..end.unwrap_or(available.len())];
        let room = LONGEST - line.len();
        cut |= part.len() > room;
        line.extend_from_slice(&part[..part.len().min(room)]);
        let consumed = end.map_or(available.len(), |end| end + 1);
        stream.consume(consumed);
        if end.is_some() {
            return Ok(Some(text(&line, cut)));
        }
    }
}

/// A line as it is kept: what is not UTF-8 is replaced, control characters but the tab are taken
/// out, and where it was cut, it says so.
pub(super) fn text(line: &[u8], cut: bool) -> String {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let mut text: String = String::from_utf8_lossy(line)
        .chars()
        .filter(|c| *c == '\t' || !c.is_control())
        .collect();
    if cut {
        text.push_str(CUT);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use tokio::io::BufReader;

    fn all(bytes: &[u8], capacity: usize) -> Vec<String> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        runtime.block_on(async {
            let mut stream = BufReader::with_capacity(capacity, bytes);
            let mut lines = Vec::new();
            while let Some(line) = next_line(&mut stream).await.unwrap() {
                lines.push(line);
            }
            lines
        })
    }

    #[test]
    fn a_line_without_an_end_does_not_fill_the_memory() {
        let mut bytes = vec![b'x'; 3 * LONGEST];
        bytes.extend_from_slice(b"\nnext");
        let lines = all(&bytes, 4096);
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0].len(), LONGEST + CUT.len());
        assert_eq!(lines[1], "next");
    }

    #[test]
    fn rubbish_is_made_readable() {
        assert_eq!(all(b"a\xff\x1b[31mb\r\n\n", 8), ["a\u{fffd}[31mb", ""]);
    }

    proptest! {
        #[test]
        fn lines_are_what_was_printed(lines in prop::collection::vec("[a-z {}\":]{0,50}", 0..20), capacity in 1usize..64) {
            let printed: String = lines.iter().map(|line| format!("{line}\n")).collect();
            prop_assert_eq!(all(printed.as_bytes(), capacity), lines);
        }
    }
}
