//! For a POSIX shell.

use super::{Request, TOKEN};

/// One command. The shell puts the token in.
pub(super) fn written(request: &Request) -> String {
    let mut parts = vec![match request.method.as_str() {
        "GET" => "curl --globoff".to_owned(),
        "HEAD" => "curl --globoff --head".to_owned(),
        method => format!("curl --globoff --request {method}"),
    }];
    parts.push(quoted(&request.url));
    parts.push(format!("--header \"Authorization: Bearer ${TOKEN}\""));
    for (name, value) in &request.headers {
        // A header without a value is one to leave out, unless it ends so.
        let header = match value.as_str() {
            "" => format!("{name};"),
            value => format!("{name}: {value}"),
        };
        parts.push(format!("--header {}", quoted(&header)));
    }
    if let Some(body) = &request.body {
        parts.push(format!("--data-raw {}", quoted(body)));
    }
    parts.join(" \\\n  ") + "\n"
}

/// A word that a shell takes as it is (POSIX, Shell Command Language, 2.2.2).
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}
