//! The display as who sits before it has it: keys are pressed on it, pixels are looked at. Nothing of it
//! goes through the page, so what is measured this way is measured alike for any window.

use std::time::Duration;

use x11rb::connection::Connection;
use x11rb::protocol::xproto::{
    AtomEnum, ConnectionExt, GetImageReply, ImageFormat, KEY_PRESS_EVENT, KEY_RELEASE_EVENT, Window,
};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;

use super::session::Session;

/// A pixel as the server gives it, without what it keeps unused.
pub type Pixel = u32;

const COLOUR: u32 = 0x00ff_ffff;
/// Between two looks.
const LOOK: Duration = Duration::from_millis(2);

/// A connection to the session's display.
pub struct Screen {
    connection: RustConnection,
    root: Window,
    active: u32,
}

impl Screen {
    /// That of a session.
    pub fn of(session: &Session) -> Self {
        let display = session
            .command("true")
            .get_envs()
            .find_map(|(name, value)| (name == "DISPLAY").then_some(value?))
            .expect("the session has a display")
            .to_string_lossy()
            .into_owned();
        let (connection, number) = x11rb::connect(Some(&display)).expect("the display answers");
        let root = connection.setup().roots[number].root;
        let active = connection
            .intern_atom(false, b"_NET_ACTIVE_WINDOW")
            .expect("it is asked")
            .reply()
            .expect("it is known")
            .atom;
        Self {
            connection,
            root,
            active,
        }
    }

    /// Presses a key that types a letter, and lets it go.
    pub fn press(&self, letter: char) {
        let code = self.code(letter);
        for kind in [KEY_PRESS_EVENT, KEY_RELEASE_EVENT] {
            self.connection
                .xtest_fake_input(kind, code, x11rb::CURRENT_TIME, x11rb::NONE, 0, 0, 0)
                .expect("the key is pressed");
        }
        self.connection.flush().expect("it is sent");
    }

    /// The pixels of a column of the window in front, so far from its left edge; none where no window is
    /// in front, or it is not that large yet.
    pub fn column(&self, x: i16, height: u16) -> Vec<Pixel> {
        let pixels = || {
            let front = self.front()?;
            let asked = self
                .connection
                .translate_coordinates(front, self.root, x, 0);
            let at = asked.ok()?.reply().ok()?;
            let (x, y) = (at.dst_x, at.dst_y);
            let kind = ImageFormat::Z_PIXMAP;
            let asked = self
                .connection
                .get_image(kind, self.root, x, y, 1, height, u32::MAX);
            asked.ok()?.reply().ok()
        };
        pixels().map_or_else(Vec::new, |image| colours(&image))
    }

    /// Presses the letter, again and again, until a pixel of the column has the colour.
    pub async fn press_until(&self, letter: char, (x, height): (i16, u16), wanted: Pixel) {
        let mut turn = 0_u32;
        while !self.column(x, height).contains(&wanted) {
            // As fast as a key repeats.
            if turn.is_multiple_of(10) {
                self.press(letter);
            }
            turn += 1;
            tokio::time::sleep(LOOK).await;
            assert!(turn < 20_000, "no key was answered");
        }
    }

    fn front(&self) -> Option<Window> {
        let kind = AtomEnum::WINDOW;
        let asked = self
            .connection
            .get_property(false, self.root, self.active, kind, 0, 1);
        let front = asked.ok()?.reply().ok()?.value32()?.next()?;
        (front != x11rb::NONE).then_some(front)
    }

    /// The key of the keyboard that types the letter.
    fn code(&self, letter: char) -> u8 {
        let setup = self.connection.setup();
        let (first, last) = (setup.min_keycode, setup.max_keycode);
        let asked = self
            .connection
            .get_keyboard_mapping(first, last - first + 1)
            .expect("it is asked");
        let map = asked.reply().expect("the keyboard is known");
        let each = usize::from(map.keysyms_per_keycode);
        // Latin 1 is its own keysym (X protocol, appendix A).
        let wanted = u32::from(letter);
        let row = map.keysyms.chunks(each).position(|keys| keys[0] == wanted);
        let row = row.expect("a key types it");
        first + u8::try_from(row).expect("there are at most 255")
    }
}

fn colours(image: &GetImageReply) -> Vec<Pixel> {
    let pixels = image.data.chunks_exact(4);
    let pixels = pixels.map(|bytes| u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]));
    pixels.map(|pixel| pixel & COLOUR).collect()
}
