//! The inherited pipe. It closes when the instance closes it or is gone, however it went: a
//! signal bound to the parent's death follows the thread that started us, not the process. Until
//! then it tells programs that call others where those are.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};

use tokio::sync::watch;

/// The addresses of the other applications in the environment, by their keys.
pub(super) type Neighbours = BTreeMap<String, String>;

/// Ends this process when standard input closes, and follows what it tells meanwhile.
pub(super) fn hold() -> watch::Receiver<Neighbours> {
    let (tell, told) = watch::channel(Neighbours::new());
    std::thread::spawn(move || {
        let mut input = BufReader::new(std::io::stdin());
        let mut line = Vec::new();
        // An error ends it like the end does: there is nothing left that could tell us to end.
        while input
            .read_until(b'\n', &mut line)
            .is_ok_and(|count| count > 0)
        {
            if let Ok(neighbours) = serde_json::from_slice(&line) {
                tell.send_replace(neighbours);
            }
            line.clear();
        }
        std::process::exit(0);
    });
    told
}
