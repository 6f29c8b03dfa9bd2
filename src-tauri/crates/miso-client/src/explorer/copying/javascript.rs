//! `fetch`, in a module.

use super::literal::common;
use super::{Request, TOKEN};

pub(super) fn written(request: &Request) -> String {
    let mut lines = vec![
        format!("const response = await fetch({}, {{", common(&request.url)),
        format!("  method: {},", common(&request.method)),
        "  headers: {".to_owned(),
        format!("    Authorization: `Bearer ${{process.env.{TOKEN}}}`,"),
    ];
    for (name, value) in &request.headers {
        lines.push(format!("    {}: {},", common(name), common(value)));
    }
    lines.push("  },".to_owned());
    if let Some(body) = &request.body {
        lines.push(format!("  body: {},", common(body)));
    }
    lines.push("});".to_owned());
    lines.push("console.log(response.status, await response.text());".to_owned());
    lines.join("\n") + "\n"
}
