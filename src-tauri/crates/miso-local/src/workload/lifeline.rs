//! The inherited pipe. It closes when the instance closes it or is gone, however it went: a
//! signal bound to the parent's death follows the thread that started us, not the process.

use std::io::Read;

/// Ends this process when standard input closes.
pub(super) fn hold() {
    std::thread::spawn(|| {
        let mut ignored = [0; 256];
        let mut input = std::io::stdin().lock();
        // An error ends it like the end does: there is nothing left that could tell us to end.
        while input.read(&mut ignored).is_ok_and(|count| count > 0) {}
        std::process::exit(0);
    });
}
