//! `requests`.

use super::literal::python;
use super::{Request, TOKEN};

pub(super) fn written(request: &Request) -> String {
    let mut lines = vec![
        "import os".to_owned(),
        String::new(),
        "import requests".to_owned(),
        String::new(),
        "response = requests.request(".to_owned(),
        format!("    {},", python(&request.method)),
        format!("    {},", python(&request.url)),
        "    headers={".to_owned(),
        format!("        \"Authorization\": \"Bearer \" + os.environ[\"{TOKEN}\"],"),
    ];
    for (name, value) in &request.headers {
        lines.push(format!("        {}: {},", python(name), python(value)));
    }
    lines.push("    },".to_owned());
    if let Some(body) = &request.body {
        lines.push(format!("    data={}.encode(),", python(body)));
    }
    lines.push("    timeout=30,".to_owned());
    lines.push(")".to_owned());
    lines.push("print(response.status_code, response.text)".to_owned());
    lines.join("\n") + "\n"
}
