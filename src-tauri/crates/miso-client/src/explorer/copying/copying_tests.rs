use std::process::{Command, Stdio};

use proptest::prelude::*;

use super::literal::{common, python, rust};
use super::*;

fn request(url: &str, value: &str, body: Option<&str>) -> Request {
    Request {
        method: "POST".to_owned(),
        url: url.to_owned(),
        headers: vec![
            pair("X-Ours", value),
            pair("Content-Type", "application/json"),
        ],
        body: body.map(str::to_owned),
    }
}

/// What a program says on its standard output; `None` where this machine has no such program.
fn says(program: &str, arguments: &[&str]) -> Option<Vec<u8>> {
    let ran = Command::new(program)
        .args(arguments)
        .env("MISO_TOKEN", "t-1")
        .stdin(Stdio::null())
        .output();
    let ran = ran.ok()?;
    assert!(
        ran.status.success(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&ran.stderr)
    );
    Some(ran.stdout)
}

/// Texts that quoting may stumble over, without what no word of a command can hold.
fn any_text() -> impl Strategy<Value = String> {
    let hard = "['\"\\\\$`!*?{}\\[\\] \n\t;&|<>()#~%=@u0-9a-f\u{2028}\u{85}\u{e5}\u{1f600}\u{7f}\u{1}]{0,24}";
    prop_oneof![hard, "\\PC{0,24}"]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn a_shell_reads_what_was_quoted(text in any_text()) {
        let script = format!("printf %s {}", curl::quoted(&text));
        if let Some(said) = says("sh", &["-c", &script]) {
            prop_assert_eq!(String::from_utf8(said).unwrap(), text);
        }
    }

    /// The whole command comes apart into the words it is meant to be, with the token in its place.
    #[test]
    fn curl_gets_what_is_meant(url in any_text(), value in any_text(), body in any_text()) {
        prop_assume!(!value.is_empty());
        let command = curl::written(&request(&url, &value, Some(&body)));
        let script = format!("curl() {{ printf '%s\\0' \"$@\"; }}; {command}");
        if let Some(said) = says("sh", &["-c", &script]) {
            let said = String::from_utf8(said).unwrap();
            let words: Vec<&str> = said.trim_end_matches('\0').split('\0').collect();
            let header = format!("X-Ours: {value}");
            let expected = [
                "--globoff", "--request", "POST", url.as_str(),
                "--header", "Authorization: Bearer t-1",
                "--header", header.as_str(),
                "--header", "Content-Type: application/json",
                "--data-raw", body.as_str(),
            ];
            if !body.is_empty() {
                prop_assert_eq!(words, expected);
            }
        }
    }

    /// JSON and JavaScript share their literals; what Java reads is ASCII escapes of the same kind.
    #[test]
    fn a_literal_is_what_it_stands_for(text in any_text()) {
        let read: String = serde_json::from_str(&common(&text)).unwrap();
        prop_assert_eq!(&read, &text);
        for literal in [common(&text), python(&text), rust(&text)] {
            let line_ends = ['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}'];
            let is_one_line = !literal.contains(line_ends);
            prop_assert!(is_one_line);
        }
        // By Rust's own reading of its escapes, undone by hand.
        let inner = rust(&text);
        let inner = &inner[1..inner.len() - 1];
        let mut undone = String::new();
        let mut rest = inner.chars();
        while let Some(character) = rest.next() {
            if character != '\\' {
                undone.push(character);
                continue;
            }
            match rest.next().unwrap() {
                'n' => undone.push('\n'),
                'r' => undone.push('\r'),
                't' => undone.push('\t'),
                'u' => {
                    let code: String = rest.by_ref().skip(1).take_while(|c| *c != '}').collect();
                    undone.push(char::from_u32(u32::from_str_radix(&code, 16).unwrap()).unwrap());
                }
                other => undone.push(other),
            }
        }
        prop_assert_eq!(undone, text);
    }
}

#[test]
fn python_reads_its_literals() {
    let text = "a'b\"c\\d\n\t\u{1}\u{85}\u{2028}\u{1f600}$x{y}\\u0041";
    let script = format!(
        "import sys; sys.stdout.buffer.write({}.encode())",
        python(text)
    );
    if let Some(said) = says("python3", &["-c", &script]) {
        assert_eq!(String::from_utf8(said).unwrap(), text);
    }
}

#[test]
fn every_language_names_the_variable_and_no_token() {
    let request = request("https://h/api/a?b=c%20d", "v", Some("{\"a\":\"x\\\"y\"}"));
    for language in ApiLanguage::ALL {
        let code = request.written(language);
        assert!(code.contains("MISO_TOKEN"), "{code}");
        assert!(code.contains("https://h/api/a?b=c%20d"), "{code}");
        assert!(code.contains("X-Ours") && code.ends_with('\n'), "{code}");
    }
    let curl = request.written(ApiLanguage::Curl);
    assert_eq!(
        curl,
        "curl --globoff --request POST \\\n  'https://h/api/a?b=c%20d' \\\n  \
         --header \"Authorization: Bearer $MISO_TOKEN\" \\\n  --header 'X-Ours: v' \\\n  \
         --header 'Content-Type: application/json' \\\n  --data-raw '{\"a\":\"x\\\"y\"}'\n"
    );
}
