//! The least that a window with a page costs here: GTK, WebKit and the file it is told to show. What
//! starts and what is held is measured against it (`cargo xtask bench`).

use gtk::prelude::*;
use webkit2gtk::{WebView, WebViewExt};

/// As large as the app's own window at its first start.
const SIZE: (i32, i32) = (1_280, 800);

fn main() {
    let address = std::env::args().nth(1).unwrap_or_default();
    if gtk::init().is_err() {
        return;
    }
    let window = gtk::Window::new(gtk::WindowType::Toplevel);
    window.set_default_size(SIZE.0, SIZE.1);
    let page = WebView::new();
    window.add(&page);
    window.connect_destroy(|_| gtk::main_quit());
    page.load_uri(&address);
    window.show_all();
    gtk::main();
}
