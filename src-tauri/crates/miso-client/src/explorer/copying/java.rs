//! `java.net.http`.

use super::literal::common;
use super::{Request, TOKEN};

pub(super) fn written(request: &Request) -> String {
    let mut lines = vec![
        "import java.net.URI;".to_owned(),
        "import java.net.http.HttpClient;".to_owned(),
        "import java.net.http.HttpRequest;".to_owned(),
        "import java.net.http.HttpResponse;".to_owned(),
        String::new(),
        "public class Call {".to_owned(),
        "    public static void main(String[] arguments) throws Exception {".to_owned(),
        format!(
            "        var request = HttpRequest.newBuilder(URI.create({}))",
            common(&request.url)
        ),
        format!("            .header(\"Authorization\", \"Bearer \" + System.getenv(\"{TOKEN}\"))"),
    ];
    for (name, value) in &request.headers {
        lines.push(format!(
            "            .header({}, {})",
            common(name),
            common(value)
        ));
    }
    let body = match &request.body {
        Some(body) => format!("ofString({})", common(body)),
        None => "noBody()".to_owned(),
    };
    lines.push(format!(
        "            .method({}, HttpRequest.BodyPublishers.{body})",
        common(&request.method)
    ));
    lines.push("            .build();".to_owned());
    lines.push(
        "        var response = HttpClient.newHttpClient()\n            .send(request, \
         HttpResponse.BodyHandlers.ofString());"
            .to_owned(),
    );
    lines.push(
        "        System.out.println(response.statusCode() + \" \" + response.body());".to_owned(),
    );
    lines.push("    }".to_owned());
    lines.push("}".to_owned());
    lines.join("\n") + "\n"
}
