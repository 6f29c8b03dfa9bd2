//! `reqwest`, with its feature `blocking`.

use super::literal::rust;
use super::{Request, TOKEN};

pub(super) fn written(request: &Request) -> String {
    let mut lines = vec![
        "fn main() -> Result<(), Box<dyn std::error::Error>> {".to_owned(),
        "    let response = reqwest::blocking::Client::new()".to_owned(),
        format!(
            "        .request({}.parse()?, {})",
            rust(&request.method),
            rust(&request.url)
        ),
        format!("        .bearer_auth(std::env::var(\"{TOKEN}\")?)"),
    ];
    for (name, value) in &request.headers {
        lines.push(format!("        .header({}, {})", rust(name), rust(value)));
    }
    if let Some(body) = &request.body {
        lines.push(format!("        .body({})", rust(body)));
    }
    lines.push("        .send()?;".to_owned());
    lines.push("    println!(\"{} {}\", response.status(), response.text()?);".to_owned());
    lines.push("    Ok(())".to_owned());
    lines.push("}".to_owned());
    lines.join("\n") + "\n"
}
