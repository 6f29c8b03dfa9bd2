//! The same for the app's own command, which has the session: `miso-desktop api`, `miso-desktop logs`.

use chrono::{DateTime, SecondsFormat, Utc};
use miso_api::LogLevel;
use serde::{Deserialize, Serialize};
use specta::Type;
use url::form_urlencoded::Serializer;

use super::ApiCall;
use super::curl::quoted;
use crate::transport::Call;
use crate::{Client, Failure, Resource};

/// What is copied as a command of the app's own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum CopiedCommand {
    /// A call that was written by hand.
    Call {
        /// As it would be sent.
        call: ApiCall,
    },
    /// The call that reads what a page shows.
    Resource {
        /// What it shows.
        resource: Resource,
    },
    /// The log of an application in an environment, as it goes on.
    Log {
        /// The application's key.
        application: String,
        /// The environment's key.
        environment: String,
        /// What it is narrowed to.
        search: CopiedSearch,
    },
}

/// What of a search in a log the command has options for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CopiedSearch {
    /// What the message has; empty for anything. Where none of it is an upper-case letter, either
    /// case will do.
    pub text: String,
    /// Whether that is a regular expression, whose case counts as it says.
    pub regex: bool,
    /// One of these levels; empty for any.
    pub levels: Vec<LogLevel>,
    /// Not written before; `None` for the last hour.
    pub from: Option<DateTime<Utc>>,
}

impl Client {
    /// A line that a shell runs, with the connection that it is for.
    ///
    /// # Errors
    /// [`Code::CallRefused`](crate::Code::CallRefused) where it could not be sent.
    pub fn copied_command(
        &self,
        copied: &CopiedCommand,
        connection: &str,
    ) -> Result<String, Failure> {
        let connection = word(connection);
        match copied {
            CopiedCommand::Call { call } => Ok(api(&call.checked(&self.inner.url)?, &connection)),
            CopiedCommand::Resource { resource } => {
                Ok(api(&self.inner.call_of(resource), &connection))
            }
            CopiedCommand::Log {
                application,
                environment,
                search,
            } => Ok(log_command(application, environment, &connection, search)),
        }
    }
}

/// The line that prints a log as a page shows it, where the words of the connection need no quotes any
/// more.
pub fn log_command(
    application: &str,
    environment: &str,
    connection: &str,
    search: &CopiedSearch,
) -> String {
    // Where it would be taken for an option it stands after all of them.
    let (before, after) = match application.starts_with('-') {
        true => (String::new(), format!(" -- {}", quoted(application))),
        false => (format!(" {}", word(application)), String::new()),
    };
    let environment = word(environment);
    let options = options(search);
    format!("miso-desktop logs{before} -c {connection} -e {environment}{options} --follow{after}\n")
}

fn options(search: &CopiedSearch) -> String {
    let since = search.from.map_or_else(
        || "1h".to_owned(),
        |from| from.to_rfc3339_opts(SecondsFormat::AutoSi, true),
    );
    let mut options = format!(" --since {}", word(&since));
    if !search.levels.is_empty() {
        let levels: Vec<&str> = search.levels.iter().map(LogLevel::as_str).collect();
        options.push_str(&format!(" --level {}", word(&levels.join(","))));
    }
    if !search.text.is_empty() {
        let expression = match search.regex {
            true => search.text.clone(),
            false => expression_of(&search.text),
        };
        // In one word with its option: it may begin as an option does.
        options.push_str(&format!(" --grep={}", quoted(&expression)));
    }
    options
}

/// The regular expression that is found where these characters are: `logbook::Text::Literal` does not
/// mind the case where none of them is an upper-case letter.
fn expression_of(text: &str) -> String {
    let mut expression = String::new();
    if !text.chars().any(char::is_uppercase) {
        expression.push_str("(?i)");
    }
    for letter in text.chars() {
        if r"\.+*?()|[]{}^$#&-~".contains(letter) {
            expression.push('\\');
        }
        expression.push(letter);
    }
    expression
}

fn api(call: &Call, connection: &str) -> String {
    let as_is = call.as_is.as_deref();
    let own = call.query.iter();
    let own = own.map(|(name, value)| ((*name).to_owned(), value.clone()));
    let by_hand = as_is.into_iter().flat_map(|as_is| as_is.query.clone());
    let mut query = Serializer::new(String::new());
    query.extend_pairs(own.chain(by_hand));
    let path = match query.finish() {
        query if query.is_empty() => call.path.clone(),
        query => format!("{}?{query}", call.path),
    };
    let mut parts = vec![format!(
        "miso-desktop api {} {} -c {connection}",
        call.method,
        word(&path)
    )];
    let own = call.headers.iter();
    let own = own.map(|(name, value)| ((*name).to_owned(), value.clone()));
    let by_hand = as_is.into_iter().flat_map(|as_is| &as_is.headers);
    let by_hand = by_hand
        .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())));
    for (name, value) in own.chain(by_hand) {
        parts.push(format!("--header {}", quoted(&format!("{name}: {value}"))));
    }
    let text = as_is.and_then(|as_is| as_is.text.clone());
    if let Some(body) = text.or_else(|| call.body.as_ref().map(ToString::to_string)) {
        parts.push(format!("--data {}", quoted(&body)));
    }
    parts.join(" \\\n  ") + "\n"
}

/// A word of a command; one that every shell takes as it is stands without quotes.
fn word(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-:,@".contains(&byte);
    let is_plain = !text.is_empty() && !text.starts_with('-') && text.bytes().all(is_plain);
    match is_plain {
        true => text.to_owned(),
        false => quoted(text),
    }
}

#[cfg(test)]
mod tests {
    use reqwest::Method;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_read_is_one_plain_line() {
        let call = Call {
            query: vec![("pageSize", "200".to_owned()), ("q", "a b&c".to_owned())],
            ..Call::get("/api/applications")
        };
        assert_eq!(
            api(&call, "prod"),
            "miso-desktop api GET '/api/applications?pageSize=200&q=a+b%26c' -c prod\n"
        );
    }

    #[test]
    fn what_a_shell_would_take_apart_is_quoted() {
        let call = Call {
            method: Method::POST,
            body: Some(json!({ "note": "it's" })),
            ..Call::get("/api/x")
        };
        assert_eq!(
            api(&call, &word("Orders live")),
            "miso-desktop api POST /api/x -c 'Orders live' \\\n  --data '{\"note\":\"it'\\''s\"}'\n"
        );
    }

    #[test]
    fn a_log_is_followed_whatever_its_name_is() {
        assert_eq!(
            log_command("checkout", "dev", "c1", &CopiedSearch::default()),
            "miso-desktop logs checkout -c c1 -e dev --since 1h --follow\n"
        );
        assert_eq!(
            log_command("-x", "a b", "c1", &CopiedSearch::default()),
            "miso-desktop logs -c c1 -e 'a b' --since 1h --follow -- '-x'\n"
        );
        assert_eq!(
            log_command("a\u{3}", "dev", "c1", &CopiedSearch::default()),
            "miso-desktop logs 'a'\"$(printf '\\003')\"'' -c c1 -e dev --since 1h --follow\n",
            "and does nothing as it is pasted"
        );
    }

    #[test]
    fn a_log_is_narrowed_as_it_is_on_the_page() {
        let search = CopiedSearch {
            text: "isn't [a".to_owned(),
            levels: vec![LogLevel::Warn, LogLevel::Error],
            from: DateTime::from_timestamp(1_700_000_000, 0),
            ..CopiedSearch::default()
        };
        assert_eq!(
            log_command("checkout", "dev", "c1", &search),
            "miso-desktop logs checkout -c c1 -e dev --since 2023-11-14T22:13:20Z \
             --level warn,error --grep='(?i)isn'\\''t \\[a' --follow\n"
        );
        let search = CopiedSearch {
            text: "^a+$".to_owned(),
            regex: true,
            ..CopiedSearch::default()
        };
        let line = log_command("checkout", "dev", "c1", &search);
        assert!(
            line.contains(" --since 1h --grep='^a+$' --follow"),
            "{line}"
        );
    }
}
