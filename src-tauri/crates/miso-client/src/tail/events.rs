//! Server-sent events, taken apart as they come (WHATWG HTML, "Server-sent events").
//!
//! Not by a library: what comes is bounded before it is kept, an event that never ends and text that
//! is none too, and a comment is a sign of life.

/// An event that has come whole.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ServerEvent {
    /// What it is; empty where it does not say.
    pub name: String,
    /// Its own id. That of an event before it is no cursor of this one.
    pub id: Option<String>,
    /// What it says.
    pub data: String,
}

/// An event is larger than allowed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooLarge;

/// The events of one stream.
pub(super) struct Events {
    limit: usize,
    /// Bytes since the last event ended.
    size: usize,
    line: Vec<u8>,
    /// The last byte was a carriage return: a line feed after it belongs to it.
    after_return: bool,
    /// Nothing has come yet: a byte order mark may.
    is_first: bool,
    event: Fields,
}

#[derive(Default)]
struct Fields {
    name: String,
    id: Option<String>,
    data: String,
}

impl Events {
    /// A stream whose events have at most so many bytes each.
    pub(super) fn bounded(limit: usize) -> Self {
        Self {
            limit,
            size: 0,
            line: Vec::new(),
            after_return: false,
            is_first: true,
            event: Fields::default(),
        }
    }

    /// Takes what came, and puts the events that are whole by now to `whole`.
    ///
    /// # Errors
    /// [`TooLarge`]; nothing that comes later is to be trusted then.
    pub(super) fn take(
        &mut self,
        bytes: &[u8],
        whole: &mut Vec<ServerEvent>,
    ) -> Result<(), TooLarge> {
        for piece in bytes.split_inclusive(|byte| matches!(byte, b'\n' | b'\r')) {
            let (text, end) = match piece {
                [text @ .., end @ (b'\n' | b'\r')] => (text, Some(*end)),
                text => (text, None),
            };
            let is_rest = self.after_return && text.is_empty() && end == Some(b'\n');
            self.after_return = end == Some(b'\r');
            if is_rest {
                continue;
            }
            self.size += piece.len();
            if self.size > self.limit {
                return Err(TooLarge);
            }
            self.line.extend_from_slice(text);
            if end.is_some() {
                let line = std::mem::take(&mut self.line);
                self.end_line(&line, whole);
            }
        }
        Ok(())
    }

    fn end_line(&mut self, line: &[u8], whole: &mut Vec<ServerEvent>) {
        let text = String::from_utf8_lossy(line);
        let text = match std::mem::take(&mut self.is_first) {
            true => text.strip_prefix('\u{feff}').unwrap_or(&text),
            false => text.as_ref(),
        };
        if text.is_empty() {
            self.size = 0;
            whole.extend(std::mem::take(&mut self.event).ended());
            return;
        }
        // A comment has no name.
        let (name, value) = text.split_once(':').unwrap_or((text, ""));
        self.event
            .add(name, value.strip_prefix(' ').unwrap_or(value));
    }
}

impl Fields {
    fn add(&mut self, name: &str, value: &str) {
        match name {
            "event" => value.clone_into(&mut self.name),
            "data" => {
                self.data.push_str(value);
                self.data.push('\n');
            }
            "id" if !value.is_empty() && !value.contains('\0') => self.id = Some(value.to_owned()),
            _ => {}
        }
    }

    fn ended(mut self) -> Option<ServerEvent> {
        // What says nothing is no event.
        self.data.pop()?;
        Some(ServerEvent {
            name: self.name,
            id: self.id,
            data: self.data,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(pieces: &[&[u8]]) -> Vec<ServerEvent> {
        let (mut events, mut whole) = (Events::bounded(1000), Vec::new());
        for piece in pieces {
            events.take(piece, &mut whole).unwrap();
        }
        whole
    }

    fn event(name: &str, id: Option<&str>, data: &str) -> ServerEvent {
        ServerEvent {
            name: name.to_owned(),
            id: id.map(str::to_owned),
            data: data.to_owned(),
        }
    }

    /// The examples of the standard among them.
    #[test]
    fn fields_are_read_as_the_standard_says() {
        for (text, expected) in [
            ("data: one\ndata:two\n\n", vec![event("", None, "one\ntwo")]),
            (
                ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\n\
                 data:  third event\n\n",
                vec![
                    event("", Some("1"), "first event"),
                    event("", None, "second event"),
                    event("", None, " third event"),
                ],
            ),
            (
                "data\n\ndata\ndata\n\ndata:",
                vec![event("", None, ""), event("", None, "\n")],
            ),
            (
                "\u{feff}event: line\nid: a:b\nretry: 9\nother: x\ndata: {\"a\": 1}\n\n",
                vec![event("line", Some("a:b"), "{\"a\": 1}")],
            ),
            ("event: line\nid: 7\n\n", vec![]),
            ("id: a\0b\ndata: x\n\n", vec![event("", None, "x")]),
            ("data: cut off\n", vec![]),
        ] {
            assert_eq!(read(&[text.as_bytes()]), expected, "{text:?}");
            for ends in ["\r\n", "\r"] {
                let text = text.replace('\n', ends);
                assert_eq!(read(&[text.as_bytes()]), expected, "{text:?}");
            }
        }
        let broken = read(&[b"data: \xf0\x9f\xff!\n\n"]);
        assert_eq!(broken, [event("", None, "\u{fffd}\u{fffd}!")]);
    }

    #[test]
    fn what_never_ends_is_given_up_and_many_small_ones_are_not() {
        let mut events = Events::bounded(100);
        let mut whole = Vec::new();
        for _ in 0..1000 {
            events.take(b"data: x\n\n:alive\n\n", &mut whole).unwrap();
        }
        assert_eq!(whole.len(), 1000);
        for endless in [b"data: x".as_slice(), b": comment\n", b"data: x\n", b"\xff"] {
            let mut events = Events::bounded(100);
            let outcome = (0..101).try_for_each(|_| events.take(endless, &mut whole));
            assert_eq!(outcome, Err(TooLarge), "{endless:?}");
            assert!(events.line.len() <= 100, "{endless:?}");
        }
        assert_eq!(whole.len(), 1000);
    }

    proptest! {
        #[test]
        fn where_it_is_cut_changes_nothing(
            lines in prop::collection::vec("(data|id|event)(:| :)? ?[a-zä:]{0,3}|:x|", 0..20),
            ends in prop::collection::vec(prop::sample::select(vec!["\n", "\r", "\r\n"]), 20),
            cuts in prop::collection::vec(0..400usize, 0..6),
        ) {
            let text: String = lines.iter().zip(&ends).map(|(line, end)| format!("{line}{end}")).collect();
            let mut cuts: Vec<usize> = cuts.into_iter().filter(|cut| *cut <= text.len()).collect();
            cuts.push(0);
            cuts.push(text.len());
            cuts.sort_unstable();
            let pieces: Vec<&[u8]> = cuts.windows(2).map(|cut| &text.as_bytes()[cut[0]..cut[1]]).collect();
            prop_assert_eq!(read(&pieces), read(&[text.as_bytes()]));
        }
    }
}
