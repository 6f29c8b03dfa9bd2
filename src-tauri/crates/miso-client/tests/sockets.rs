//! Which sockets listen, as the kernel knows it. Elsewhere than on Linux nothing is known of them.

use std::collections::BTreeMap;

/// The addresses at which somebody listens on a port, as the kernel writes them.
pub fn listening_at(port: u16) -> Vec<String> {
    sockets()
        .filter(|(_, at)| at.ends_with(&format!(":{port:04X}")))
        .map(|(_, at)| at.split(':').next().unwrap().to_owned())
        .collect()
}

/// How many sockets of this process listen, by address without port.
pub fn listeners() -> BTreeMap<String, usize> {
    let own: Vec<String> = std::fs::read_dir("/proc/self/fd")
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            Some(
                std::fs::read_link(entry.ok()?.path())
                    .ok()?
                    .display()
                    .to_string(),
            )
        })
        .collect();
    let mut all = BTreeMap::new();
    for (inode, at) in sockets() {
        if own.contains(&format!("socket:[{inode}]")) {
            *all.entry(at).or_default() += 1;
        }
    }
    all
}

/// Every TCP socket of the machine that listens: its inode and its address.
fn sockets() -> impl Iterator<Item = (String, String)> {
    ["/proc/net/tcp", "/proc/net/tcp6"]
        .into_iter()
        .flat_map(|path| {
            let text = std::fs::read_to_string(path).unwrap_or_default();
            text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>()
        })
        .filter_map(|line| {
            let fields: Vec<&str> = line.split_whitespace().collect();
            let listens = *fields.get(3)? == "0A";
            listens.then(|| (fields[9].to_owned(), fields[1].to_owned()))
        })
}
