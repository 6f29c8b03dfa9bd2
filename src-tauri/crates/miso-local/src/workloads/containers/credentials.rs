//! The credentials that the engine's own commands keep for a registry: in `config.json` of Docker,
//! in the program that it names, or in `auth.json` of Podman. They are read for one pull and kept
//! nowhere.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bollard::auth::DockerCredentials;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::time::timeout;

/// How long the program that keeps them may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest file that is read, in bytes.
const LONGEST: u64 = 1024 * 1024;
/// The registry of images that name none.
pub(super) const DOCKER_HUB: &str = "docker.io";
/// What Docker's own commands call it.
const DOCKER_HUB_KEY: &str = "https://index.docker.io/v1/";
/// What a helper says in place of a name where the secret is a token.
const IS_TOKEN: &str = "<token>";

/// What a registry is shown.
pub(super) enum Credentials {
    Password {
        username: String,
        secret: SecretString,
    },
    /// A token that is exchanged for another.
    Token(SecretString),
}

impl Credentials {
    /// As the engine is sent them.
    pub(super) fn for_engine(&self, registry: &str) -> DockerCredentials {
        let serveraddress = Some(key_of(registry));
        match self {
            Self::Password { username, secret } => DockerCredentials {
                username: Some(username.clone()),
                password: Some(secret.expose_secret().to_owned()),
                serveraddress,
                ..DockerCredentials::default()
            },
            Self::Token(token) => DockerCredentials {
                identitytoken: Some(token.expose_secret().to_owned()),
                serveraddress,
                ..DockerCredentials::default()
            },
        }
    }
}

/// What is kept for a registry, such as `docker.io` or `registry.example:5000`, in these files.
pub(super) async fn of(registry: &str, files: &[PathBuf]) -> Option<Credentials> {
    for file in files {
        let Some(config) = read(file).await else {
            continue;
        };
        if let Some(found) = in_config(&config, registry).await {
            return Some(found);
        }
    }
    None
}

/// Where Docker and Podman keep them, the likeliest first.
pub(super) fn files() -> Vec<PathBuf> {
    let folder = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let home = folder("HOME").or_else(|| folder("USERPROFILE"));
    let below = |path: &str| home.as_ref().map(|home| home.join(path));
    let docker = folder("DOCKER_CONFIG").or_else(|| below(".docker"));
    let podman = folder("XDG_RUNTIME_DIR").map(|folder| folder.join("containers/auth.json"));
    let files = [
        docker.map(|folder| folder.join("config.json")),
        folder("REGISTRY_AUTH_FILE"),
        podman,
        below(".config/containers/auth.json"),
    ];
    files.into_iter().flatten().collect()
}

async fn read(file: &Path) -> Option<Value> {
    let known = tokio::fs::metadata(file).await.ok()?;
    if !known.is_file() || known.len() > LONGEST {
        return None;
    }
    let text = tokio::fs::read(file).await.ok()?;
    let read = serde_json::from_slice(&text);
    if read.is_err() {
        tracing::warn!(file = %file.display(), "the engine's credentials cannot be read");
    }
    read.ok()
}

async fn in_config(config: &Value, registry: &str) -> Option<Credentials> {
    let own = config["credHelpers"]
        .as_object()
        .and_then(|helpers| helpers.iter().find(|(key, _)| is_of(key, registry)))
        .and_then(|(_, helper)| helper.as_str());
    if let Some(helper) = own.or_else(|| config["credsStore"].as_str())
        && let Some(found) = from_helper(helper, registry).await
    {
        return Some(found);
    }
    let auths = config["auths"].as_object()?;
    let (_, auth) = auths.iter().find(|(key, _)| is_of(key, registry))?;
    in_file(auth)
}

/// What stands in the file itself.
fn in_file(auth: &Value) -> Option<Credentials> {
    let text = |field: &str| auth[field].as_str().filter(|text| !text.is_empty());
    if let Some(token) = text("identitytoken") {
        return Some(Credentials::Token(token.into()));
    }
    if let (Some(username), Some(password)) = (text("username"), text("password")) {
        return Some(Credentials::Password {
            username: username.to_owned(),
            secret: password.into(),
        });
    }
    let decoded = BASE64_STANDARD.decode(text("auth")?).ok()?;
    let decoded = String::from_utf8(decoded).ok()?;
    let (username, password) = decoded.trim_end_matches('\0').split_once(':')?;
    Some(Credentials::Password {
        username: username.to_owned(),
        secret: password.into(),
    })
}

/// Asks the program that keeps them.
async fn from_helper(helper: &str, registry: &str) -> Option<Credentials> {
    // It is part of a program's name, and of nothing else.
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if helper.is_empty() || !helper.chars().all(is_name) {
        return None;
    }
    let program = format!("docker-credential-{helper}");
    match timeout(PATIENCE, ask(&program, &key_of(registry))).await {
        Ok(Ok(said)) => {
            let username = said["Username"].as_str()?;
            let secret: SecretString = said["Secret"].as_str()?.into();
            Some(match username {
                IS_TOKEN => Credentials::Token(secret),
                username => Credentials::Password {
                    username: username.to_owned(),
                    secret,
                },
            })
        }
        Ok(Err(error)) => {
            tracing::debug!(%error, helper, "the engine's credentials are not given");
            None
        }
        Err(_) => {
            tracing::warn!(helper, "the engine's credentials were not given in time");
            None
        }
    }
}

async fn ask(program: &str, key: &str) -> std::io::Result<Value> {
    let mut command = Command::new(program);
    command
        .arg("get")
        // What is ours stays with us.
        .env_remove("MISO_CLIENT_SECRET")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    #[cfg(unix)]
    if let Some(path) = wider_path() {
        command.env("PATH", path);
    }
    let mut child = command.spawn()?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(key.as_bytes()).await?;
    }
    let output = child.wait_with_output().await?;
    if !output.status.success() {
        return Err(std::io::Error::other("it has none"));
    }
    serde_json::from_slice(&output.stdout).map_err(std::io::Error::other)
}

/// Where such programs are that an app which no shell started does not look.
#[cfg(unix)]
fn wider_path() -> Option<std::ffi::OsString> {
    const MORE: [&str; 3] = [
        "/usr/local/bin",
        "/opt/homebrew/bin",
        "/Applications/Docker.app/Contents/Resources/bin",
    ];
    let own = std::env::var_os("PATH").unwrap_or_default();
    let all = std::env::split_paths(&own).chain(MORE.map(PathBuf::from));
    std::env::join_paths(all).ok()
}

/// What Docker's own commands keep a registry under.
fn key_of(registry: &str) -> String {
    match registry {
        DOCKER_HUB => DOCKER_HUB_KEY.to_owned(),
        other => other.to_owned(),
    }
}

/// Whether what is kept under a key is of the registry: a host, or a URL of it.
fn is_of(key: &str, registry: &str) -> bool {
    let host = key
        .trim_start_matches("https://")
        .trim_start_matches("http://")
        .split('/')
        .next()
        .unwrap_or_default();
    match registry {
        DOCKER_HUB => ["docker.io", "index.docker.io", "registry-1.docker.io"].contains(&host),
        other => host.eq_ignore_ascii_case(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn shown(found: Option<Credentials>) -> Option<(String, String)> {
        found.map(|found| match found {
            Credentials::Password { username, secret } => {
                (username, secret.expose_secret().to_owned())
            }
            Credentials::Token(token) => ("token".to_owned(), token.expose_secret().to_owned()),
        })
    }

    #[tokio::test]
    async fn what_stands_in_the_file_is_found_under_any_spelling() {
        let of = |name: &str, secret: &str| json!({"auth": BASE64_STANDARD.encode(format!("{name}:{secret}"))});
        let config = json!({"auths": {
            "https://index.docker.io/v1/": of("hub", "a:b"),
            "https://registry.example/v2/": of("own", "c"),
            "token.example": {"identitytoken": "t", "auth": ""},
            "empty.example": {},
        }});
        for (registry, expected) in [
            ("docker.io", Some(("hub", "a:b"))),
            ("registry.example", Some(("own", "c"))),
            ("token.example", Some(("token", "t"))),
            ("empty.example", None),
            ("other.example", None),
            ("evil-registry.example", None),
        ] {
            let found = shown(in_config(&config, registry).await);
            let expected = expected.map(|(name, secret)| (name.to_owned(), secret.to_owned()));
            assert_eq!(found, expected, "{registry}");
        }
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_helper_is_asked_on_its_standard_input() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("helper");
        let script = "#!/bin/sh\n[ \"$1\" = get ] && printf '{\"Username\":\"%s\",\"Secret\":\"s\"}' \"$(cat)\"\n";
        std::fs::write(&program, script).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).unwrap();
        let said = ask(program.to_str().unwrap(), &key_of("a.example")).await;
        assert_eq!(
            said.unwrap(),
            json!({"Username": "a.example", "Secret": "s"})
        );
        assert!(ask("/bin/false", "a.example").await.is_err());
    }

    #[tokio::test]
    async fn a_helper_is_a_name_and_no_path() {
        for helper in ["../../bin/sh", "a b", "", "x;y"] {
            assert!(from_helper(helper, "a.example").await.is_none());
        }
        // One that is not there leaves what the file has.
        let config = json!({"credsStore": "nobody-has-this", "auths": {"a.example": {
            "username": "me", "password": "mine"}}});
        let found = shown(in_config(&config, "a.example").await);
        assert_eq!(found, Some(("me".to_owned(), "mine".to_owned())));
    }
}
