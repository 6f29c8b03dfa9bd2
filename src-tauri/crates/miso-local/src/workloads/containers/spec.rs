//! What a container is made with, as manifest and configuration say.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value};

/// What a container is made with.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Spec {
    /// The port inside: `build.containerPort`, else `port` (APP-MANIFEST.md).
    pub(crate) port: u16,
    /// `startupCommand`, where there is one.
    pub(crate) command: Option<Command>,
    /// `scaling.minInstances`, else 1.
    pub(crate) instances: u32,
    /// How much memory it may use, in bytes.
    pub(crate) memory_bytes: u64,
    /// How many cores it may use.
    pub(crate) cpus: f64,
    /// How long it may take to be well after it was started.
    pub(crate) time_to_be_well: Duration,
}

/// What is run in place of what the image says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// In place of the image's command; its entry point stays.
    Words(Vec<String>),
    /// What only a shell understands, in place of both.
    Shell(String),
}

/// Why a container cannot be made as it is described.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub(crate) enum NoSpec {
    #[error("the manifest has no port, which a container needs")]
    NoPort,
    #[error("{name} in the configuration is to be a number from {least} to {most}")]
    OutOfRange {
        name: &'static str,
        least: f64,
        most: f64,
    },
}

/// What may be said in the configuration of an application, with its limits. The last one is the
/// platform's own name for it.
const MEMORY: Setting = Setting::new("MISO_MEMORY_MIB", 16.0, 1_048_576.0, 1024.0);
const CPUS: Setting = Setting::new("MISO_CPUS", 0.05, 256.0, 2.0);
const START_TIME: Setting = Setting::new("WEBSITES_CONTAINER_START_TIME_LIMIT", 1.0, 1800.0, 60.0);

struct Setting {
    name: &'static str,
    least: f64,
    most: f64,
    usual: f64,
}

impl Setting {
    const fn new(name: &'static str, least: f64, most: f64, usual: f64) -> Self {
        Self {
            name,
            least,
            most,
            usual,
        }
    }

    fn read(&self, configuration: &BTreeMap<String, String>) -> Result<f64, NoSpec> {
        let Some(text) = configuration.get(self.name) else {
            return Ok(self.usual);
        };
        let number = text.trim().parse::<f64>().ok();
        number
            .filter(|number| (self.least..=self.most).contains(number))
            .ok_or(NoSpec::OutOfRange {
                name: self.name,
                least: self.least,
                most: self.most,
            })
    }
}

impl Spec {
    pub(crate) fn of(
        manifest: &Map<String, Value>,
        configuration: &BTreeMap<String, String>,
    ) -> Result<Self, NoSpec> {
        let inside = manifest
            .get("build")
            .and_then(|build| build.get("containerPort"));
        let port = inside
            .or_else(|| manifest.get("port"))
            .and_then(Value::as_u64)
            .and_then(|port| u16::try_from(port).ok());
        let instances = manifest
            .get("scaling")
            .and_then(|scaling| scaling.get("minInstances"))
            .and_then(Value::as_u64)
            .and_then(|instances| u32::try_from(instances).ok());
        let command = manifest.get("startupCommand").and_then(Value::as_str);
        let memory = MEMORY.read(configuration)?;
        Ok(Self {
            port: port.ok_or(NoSpec::NoPort)?,
            command: command.map(Command::of),
            // As many as the manifest's rules allow.
            instances: instances.unwrap_or(1).clamp(1, 20),
            memory_bytes: memory as u64 * 1024 * 1024,
            cpus: CPUS.read(configuration)?,
            time_to_be_well: Duration::from_secs_f64(START_TIME.read(configuration)?),
        })
    }
}

impl Command {
    fn of(text: &str) -> Self {
        words(text).map_or_else(|| Self::Shell(text.to_owned()), Self::Words)
    }
}

/// First words by which a shell does something itself that no program does, or not the same.
/// (`echo`, `false`, `kill`, `printf`, `pwd`, `test` and `true` are programs too.)
const BUILT_IN: [&str; 47] = [
    ".", ":", "alias", "bg", "break", "builtin", "case", "cd", "command", "continue", "declare",
    "do", "done", "elif", "else", "esac", "eval", "exec", "exit", "export", "fg", "fi", "for",
    "function", "hash", "if", "jobs", "let", "local", "read", "readonly", "return", "select",
    "set", "shift", "shopt", "source", "then", "time", "times", "trap", "type", "ulimit", "umask",
    "unset", "until", "while",
];

/// The words of a command as a shell would see them; `None` where it takes one to understand it.
fn words(text: &str) -> Option<Vec<String>> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for c in text.trim().chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some('"'), '$' | '`' | '\\') => return None,
            (Some(_), c) => word.get_or_insert_default().push(c),
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            // Another command begins there.
            (None, '\n' | '\r') => return None,
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (
                None,
                '$' | '`' | '\\' | '|' | '&' | ';' | '<' | '>' | '(' | ')' | '*' | '?' | '~' | '#'
                | '{' | '}' | '!' | '[',
            ) => {
                return None;
            }
            (None, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    let first = words.first()?;
    (quote.is_none() && !sets_a_variable(first) && !BUILT_IN.contains(&first.as_str()))
        .then_some(words)
}

/// Whether a first word is `NAME=…`, which a shell sets for what follows.
fn sets_a_variable(word: &str) -> bool {
    let is_name = |name: &str| {
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '+');
        !name.is_empty()
            && !name.starts_with(|c: char| c.is_ascii_digit())
            && name.chars().all(is_part)
    };
    word.split_once('=').is_some_and(|(name, _)| is_name(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn spec(manifest: Value, configuration: &[(&str, &str)]) -> Result<Spec, NoSpec> {
        let configuration = configuration
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        Spec::of(manifest.as_object().unwrap(), &configuration)
    }

    #[test]
    fn manifest_and_configuration_say_how() {
        let plain = spec(json!({"port": 3000}), &[]).unwrap();
        assert_eq!((plain.port, plain.instances), (3000, 1));
        assert_eq!(plain.memory_bytes, 1 << 30);
        let manifest = json!({
            "port": 3000, "build": {"containerPort": 8080}, "scaling": {"minInstances": 3},
            "startupCommand": "serve --name 'a b'",
        });
        let limits = [("MISO_MEMORY_MIB", "64"), ("MISO_CPUS", "0.5")];
        let all = spec(manifest, &limits).unwrap();
        assert_eq!((all.port, all.instances, all.cpus), (8080, 3, 0.5));
        assert_eq!(all.memory_bytes, 64 << 20);
        let words = ["serve", "--name", "a b"].map(str::to_owned).to_vec();
        assert_eq!(all.command, Some(Command::Words(words)));
    }

    #[test]
    fn what_cannot_be_is_named() {
        assert_eq!(spec(json!({}), &[]), Err(NoSpec::NoPort));
        for (name, value) in [
            ("MISO_MEMORY_MIB", "1"),
            ("MISO_CPUS", "none"),
            ("MISO_CPUS", "NaN"),
            ("WEBSITES_CONTAINER_START_TIME_LIMIT", "0"),
        ] {
            let refused = spec(json!({"port": 1}), &[(name, value)]).unwrap_err();
            assert!(refused.to_string().starts_with(name), "{refused}");
        }
    }

    #[test]
    fn a_shell_is_used_only_where_one_is_needed() {
        for text in [
            "a && b",
            "a $PORT",
            "a \"$PORT\"",
            "a 'b",
            "a | b",
            " ",
            "NODE_ENV=production npm start",
            "_a=1 b",
            "PATH+=:/x a",
            "exec gunicorn app:app",
            "cd /app",
            "export A=b",
            "source /env",
            ". /env",
            ": nothing",
            "ulimit -n 100",
            "serve # all of it",
            "{ serve }",
            "serve {a,b}",
            "! serve",
            "[ -f a ]",
            "serve [ab]",
            "migrate\nserve",
            "migrate\r\nserve",
            "if serve",
        ] {
            assert_eq!(Command::of(text), Command::Shell(text.to_owned()));
        }
        let words = |text: &str| match Command::of(text) {
            Command::Words(words) => words,
            Command::Shell(text) => panic!("{text}"),
        };
        assert_eq!(words("a  ''  \"b c\"d '$e'"), ["a", "", "b cd", "$e"]);
        assert_eq!(words(" serve --all\n"), ["serve", "--all"]);
        // What only looks like it.
        assert_eq!(words("env A=b serve"), ["env", "A=b", "serve"]);
        assert_eq!(words("serve --name=a exec"), ["serve", "--name=a", "exec"]);
        assert_eq!(words("./a=b 'c#{}!['"), ["./a=b", "c#{}!["]);
        assert_eq!(words("echo cd"), ["echo", "cd"]);
    }
}
