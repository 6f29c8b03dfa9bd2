//! `HttpClient`, as top-level statements.

use super::literal::common;
use super::{Request, TOKEN};

pub(super) fn written(request: &Request) -> String {
    let mut lines = vec![
        "using System.Net.Http.Headers;".to_owned(),
        "using System.Text;".to_owned(),
        String::new(),
        "using var client = new HttpClient();".to_owned(),
        format!(
            "using var request = new HttpRequestMessage(new HttpMethod({}), {});",
            common(&request.method),
            common(&request.url)
        ),
        format!(
            "request.Headers.Authorization = new AuthenticationHeaderValue(\"Bearer\", \
             Environment.GetEnvironmentVariable(\"{TOKEN}\"));"
        ),
    ];
    for (name, value) in &request.headers {
        // It is the content's.
        if !name.eq_ignore_ascii_case("content-type") {
            let (name, value) = (common(name), common(value));
            lines.push(format!(
                "request.Headers.TryAddWithoutValidation({name}, {value});"
            ));
        }
    }
    if let Some(body) = &request.body {
        let body = common(body);
        lines.push(format!(
            "request.Content = new StringContent({body}, Encoding.UTF8, \"application/json\");"
        ));
    }
    lines.push("using var response = await client.SendAsync(request);".to_owned());
    lines.push("Console.WriteLine((int)response.StatusCode);".to_owned());
    lines.push("Console.WriteLine(await response.Content.ReadAsStringAsync());".to_owned());
    lines.join("\n") + "\n"
}
