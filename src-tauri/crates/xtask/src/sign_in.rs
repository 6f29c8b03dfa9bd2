//! The way through a sign-in page without a browser: what a person does with one click.
//!
//! Speaks HTTP/1.1 to loopback addresses and nothing else.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// The page on which the sign-in ended.
#[derive(Debug)]
pub struct LastPage {
    /// Where it is.
    pub url: String,
    /// Its status.
    pub status: u16,
    /// Its text, as HTML.
    pub body: String,
}

const MOST_REDIRECTS: usize = 8;
const PATIENCE: Duration = Duration::from_secs(20);

/// Opens a page, presses the button that names a person or role (`Administrator`), and
/// follows where that leads.
///
/// # Errors
/// When the page does not answer, offers no such button, or leads away from loopback.
pub fn sign_in(url: &str, person: &str) -> io::Result<LastPage> {
    let page = follow("GET", url, None)?;
    if page.status != 200 {
        return Err(io::Error::other(format!(
            "{} answers {}: {}",
            page.url, page.status, page.body
        )));
    }
    let Some(form) = forms(&page.body)
        .into_iter()
        .find(|form| form.offers(person))
    else {
        let message = format!("{} offers no {person}: {}", page.url, page.body);
        return Err(io::Error::new(io::ErrorKind::NotFound, message));
    };
    let action = resolve(&page.url, &form.action)?;
    follow("POST", &action, Some(&form.encoded(person)))
}

/// A form of a page.
struct Form {
    action: String,
    fields: Vec<(String, String)>,
    buttons: Vec<Button>,
}

struct Button {
    name: Option<String>,
    value: String,
    text: String,
}

impl Form {
    fn offers(&self, person: &str) -> bool {
        self.buttons
            .iter()
            .any(|button| contains(&button.text, person))
    }

    fn encoded(&self, person: &str) -> String {
        let button = self
            .buttons
            .iter()
            .find(|button| contains(&button.text, person));
        let pressed = button.or(self.buttons.first());
        let pressed = pressed.and_then(|button| Some((button.name.clone()?, button.value.clone())));
        let pairs = self.fields.iter().cloned().chain(pressed);
        let encoded: Vec<String> = pairs
            .map(|(name, value)| format!("{}={}", encode(&name), encode(&value)))
            .collect();
        encoded.join("&")
    }
}

fn contains(text: &str, part: &str) -> bool {
    text.to_lowercase().contains(&part.to_lowercase())
}

fn follow(method: &str, url: &str, body: Option<&str>) -> io::Result<LastPage> {
    let mut method = method.to_owned();
    let mut url = url.to_owned();
    let mut body = body;
    for _ in 0..MOST_REDIRECTS {
        let answer = request(&method, &url, body)?;
        let Some(location) = answer.location else {
            return Ok(LastPage {
                url,
                status: answer.status,
                body: answer.body,
            });
        };
        url = resolve(&url, &location)?;
        if !matches!(answer.status, 307 | 308) {
            method = "GET".to_owned();
            body = None;
        }
    }
    Err(io::Error::other(format!(
        "more than {MOST_REDIRECTS} redirects, the last to {url}"
    )))
}

struct Answer {
    status: u16,
    location: Option<String>,
    body: String,
}

fn request(method: &str, url: &str, body: Option<&str>) -> io::Result<Answer> {
    let (authority, path) = parts(url)?;
    let mut stream = TcpStream::connect(authority)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut head =
        format!("{method} {path} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n");
    if let Some(body) = body {
        // A browser names where a posted form came from.
        head += &format!(
            "Origin: http://{authority}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: {}\r\n",
            body.len()
        );
    }
    stream.write_all(format!("{head}\r\n{}", body.unwrap_or_default()).as_bytes())?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    let broken = || io::Error::new(io::ErrorKind::InvalidData, format!("{url} answers no HTTP"));
    let (head, body) = text.split_once("\r\n\r\n").ok_or_else(broken)?;
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|code| code.parse().ok())
        .ok_or_else(broken)?;
    let header = |wanted: &str| {
        let lines = head.lines().filter_map(|line| line.split_once(':'));
        lines
            .filter(|(name, _)| name.eq_ignore_ascii_case(wanted))
            .map(|(_, value)| value.trim().to_owned())
            .next()
    };
    if header("transfer-encoding").is_some() {
        return Err(io::Error::other(format!(
            "{url} answers in chunks, which is not read here"
        )));
    }
    let location = if (300..400).contains(&status) {
        header("location")
    } else {
        None
    };
    Ok(Answer {
        status,
        location,
        body: body.to_owned(),
    })
}

/// Host with port, and path with query, of an `http` URL on loopback.
fn parts(url: &str) -> io::Result<(&str, &str)> {
    let refused = || {
        io::Error::new(
            io::ErrorKind::InvalidInput,
            format!("not a loopback address: {url}"),
        )
    };
    let rest = url.strip_prefix("http://").ok_or_else(refused)?;
    let rest = rest.split('#').next().unwrap_or(rest);
    let split = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(split);
    let host = authority
        .rsplit_once(':')
        .map_or(authority, |(host, _)| host);
    if !matches!(host, "127.0.0.1" | "localhost" | "[::1]") {
        return Err(refused());
    }
    Ok((authority, if path.is_empty() { "/" } else { path }))
}

fn resolve(base: &str, reference: &str) -> io::Result<String> {
    if reference.starts_with("http:") || reference.starts_with("https:") {
        return Ok(reference.to_owned());
    }
    let (authority, path) = parts(base)?;
    let path = path.split('?').next().unwrap_or(path);
    let target = match reference.chars().next() {
        None => path.to_owned(),
        Some('/') => reference.to_owned(),
        Some('?') => format!("{path}{reference}"),
        Some(_) => format!(
            "{}/{reference}",
            path.rsplit_once('/').map_or("", |(folder, _)| folder)
        ),
    };
    Ok(format!("http://{authority}{target}"))
}

fn forms(html: &str) -> Vec<Form> {
    let mut forms = Vec::new();
    let mut rest = html;
    while let Some((tag, after)) = next_tag(rest, "form") {
        let (inner, following) = after.split_once("</form>").unwrap_or((after, ""));
        forms.push(Form {
            action: attribute(tag, "action").unwrap_or_default(),
            fields: fields(inner),
            buttons: buttons(inner),
        });
        rest = following;
    }
    forms
}

fn fields(html: &str) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    let mut rest = html;
    while let Some((tag, after)) = next_tag(rest, "input") {
        if let Some(name) = attribute(tag, "name") {
            fields.push((name, attribute(tag, "value").unwrap_or_default()));
        }
        rest = after;
    }
    fields
}

fn buttons(html: &str) -> Vec<Button> {
    let mut buttons = Vec::new();
    let mut rest = html;
    while let Some((tag, after)) = next_tag(rest, "button") {
        let (inner, following) = after.split_once("</button>").unwrap_or((after, ""));
        buttons.push(Button {
            name: attribute(tag, "name"),
            value: attribute(tag, "value").unwrap_or_default(),
            text: plain(inner),
        });
        rest = following;
    }
    buttons
}

/// The attributes of the next tag of that name, and what follows the tag.
fn next_tag<'a>(html: &'a str, name: &str) -> Option<(&'a str, &'a str)> {
    let opening = format!("<{name}");
    let mut rest = html;
    loop {
        let after = &rest[rest.find(&opening)? + opening.len()..];
        if after.starts_with([' ', '\n', '\t', '>', '/']) {
            return after.split_once('>');
        }
        rest = after;
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let start = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    let (value, _) = tag[start..].split_once('"')?;
    Some(unescape(value))
}

/// The text without tags.
fn plain(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(before);
        text.push(' ');
        rest = after.split_once('>').map_or("", |(_, after)| after);
    }
    text.push_str(rest);
    unescape(&text)
}

fn unescape(text: &str) -> String {
    let text = text
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"");
    text.replace("&#39;", "'")
        .replace("&#x27;", "'")
        .replace("&#x2F;", "/")
        .replace("&amp;", "&")
}

fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{forms, parts, resolve};

    const PAGE: &str = r#"<html><form class="a" method="post" action="/x?a=1&amp;b=2">
        <input type="hidden" name="state" value="s&quot;t"><button name="person" value="ada">
        <b>Ada</b> Administrator</button></form>
        <form action="/y"><button>Vera Viewer</button></form></html>"#;

    #[test]
    fn presses_the_button_of_the_person() {
        let forms = forms(PAGE);
        let chosen: Vec<_> = forms
            .iter()
            .filter(|form| form.offers("administrator"))
            .collect();
        assert_eq!(chosen.len(), 1);
        assert_eq!(chosen[0].action, "/x?a=1&b=2");
        assert_eq!(chosen[0].encoded("administrator"), "state=s%22t&person=ada");
        assert!(forms[1].offers("viewer") && forms[1].encoded("viewer").is_empty());
    }

    #[test]
    fn stays_on_loopback() {
        assert_eq!(
            parts("http://127.0.0.1:80/a?b#c").ok(),
            Some(("127.0.0.1:80", "/a?b"))
        );
        assert_eq!(
            parts("http://localhost:1?q").ok(),
            Some(("localhost:1", "?q"))
        );
        for url in [
            "https://127.0.0.1/",
            "http://127.0.0.1.example/",
            "http://example.org/",
        ] {
            assert!(parts(url).is_err(), "{url}");
        }
    }

    #[test]
    fn resolves_as_a_browser_does() {
        let base = "http://127.0.0.1:1/oauth/authorize?state=x";
        let cases = [
            ("/b", "http://127.0.0.1:1/b"),
            ("b", "http://127.0.0.1:1/oauth/b"),
            ("", "http://127.0.0.1:1/oauth/authorize"),
            (
                "http://127.0.0.1:2/cb?code=1",
                "http://127.0.0.1:2/cb?code=1",
            ),
        ];
        for (reference, target) in cases {
            assert_eq!(resolve(base, reference).ok().as_deref(), Some(target));
        }
    }
}
