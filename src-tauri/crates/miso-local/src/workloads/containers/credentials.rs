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
/// The longest reason that is taken of that program, in characters.
const LONGEST_REASON: usize = 200;
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

/// What was found for an image.
#[derive(Default)]
pub(super) struct Looked {
    pub(super) found: Option<Credentials>,
    /// What the program said that keeps them, where it gave none.
    pub(super) kept_back: Option<String>,
}

/// What these files keep for an image of a registry, such as `docker.io` or
/// `registry.example:5000`; its name without the tag.
pub(super) async fn of(registry: &str, name: &str, files: &[PathBuf]) -> Looked {
    let repository = repository(registry, name);
    let mut looked = Looked::default();
    for file in files {
        let Some(config) = read(file).await else {
            continue;
        };
        let here = in_config(&config, registry, &repository).await;
        looked.kept_back = looked.kept_back.or(here.kept_back);
        if here.found.is_some() {
            looked.found = here.found;
            break;
        }
    }
    looked
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

async fn in_config(config: &Value, registry: &str, repository: &str) -> Looked {
    let own = kept_for(&config["credHelpers"], registry, repository)
        .into_iter()
        .find_map(Value::as_str);
    let mut kept_back = None;
    if let Some(helper) = own.or_else(|| config["credsStore"].as_str()) {
        match from_helper(helper, registry).await {
            Ok(found) => {
                return Looked {
                    found: Some(found),
                    kept_back,
                };
            }
            Err(why) => {
                tracing::debug!(helper, why, "the engine's credentials are not given");
                kept_back = Some(format!(
                    "the helper docker-credential-{helper} gave nothing: {why}"
                ));
            }
        }
    }
    let kept = kept_for(&config["auths"], registry, repository);
    Looked {
        found: kept.into_iter().find_map(in_file),
        kept_back,
    }
}

/// What is kept under keys that an image belongs to, the narrowest first.
fn kept_for<'a>(keys: &'a Value, registry: &str, repository: &str) -> Vec<&'a Value> {
    let mut found: Vec<(usize, &Value)> = keys
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(key, kept)| Some((how_narrow(key, registry, repository)?, kept)))
        .collect();
    found.sort_by_key(|(narrow, _)| std::cmp::Reverse(*narrow));
    found.into_iter().map(|(_, kept)| kept).collect()
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

/// Asks the program that keeps them; or says why it gave none.
async fn from_helper(helper: &str, registry: &str) -> Result<Credentials, String> {
    // It is part of a program's name, and of nothing else.
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if helper.is_empty() || !helper.chars().all(is_name) {
        return Err("that is no name of a program".to_owned());
    }
    let program = format!("docker-credential-{helper}");
    let said = match timeout(PATIENCE, ask(&program, &key_of(registry))).await {
        Ok(Ok(said)) => said,
        Ok(Err(error)) => return Err(error.to_string()),
        Err(_) => return Err(format!("no answer within {} s", PATIENCE.as_secs())),
    };
    let text = |field: &str| {
        let text = said[field].as_str();
        text.ok_or_else(|| format!("its answer has no {field}"))
    };
    let secret: SecretString = text("Secret")?.into();
    Ok(match text("Username")? {
        IS_TOKEN => Credentials::Token(secret),
        username => Credentials::Password {
            username: username.to_owned(),
            secret,
        },
    })
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
        // Where it fails, what it prints is why.
        let said = String::from_utf8_lossy(&output.stdout);
        let said = said.lines().map(str::trim).find(|line| !line.is_empty());
        let why = said.map_or_else(
            || format!("it ended with {}", output.status),
            |line| line.chars().take(LONGEST_REASON).collect(),
        );
        return Err(std::io::Error::other(why));
    }
    // What it printed holds the secret: no word of that.
    serde_json::from_slice(&output.stdout)
        .map_err(|_| std::io::Error::other("its answer is no JSON"))
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

/// An image's name with its registry in front, and with what Docker Hub leaves out.
fn repository(registry: &str, name: &str) -> String {
    let path = name
        .strip_prefix(registry)
        .and_then(|rest| rest.strip_prefix('/'))
        .unwrap_or(name);
    match registry {
        DOCKER_HUB if !path.contains('/') => format!("{registry}/library/{path}"),
        _ => format!("{registry}/{path}"),
    }
}

/// How much of an image's name a key stands for, which is a host, a URL of it, or (as Podman has it)
/// a host with the beginning of a path; `None` where it is of something else.
fn how_narrow(key: &str, registry: &str, repository: &str) -> Option<usize> {
    let url = ["https://", "http://"]
        .iter()
        .find_map(|scheme| key.strip_prefix(scheme));
    let (host, path) = url
        .unwrap_or(key)
        .split_once('/')
        .unwrap_or((url.unwrap_or(key), ""));
    let is_there = match registry {
        DOCKER_HUB => ["docker.io", "index.docker.io", "registry-1.docker.io"].contains(&host),
        other => host.eq_ignore_ascii_case(other),
    };
    if !is_there {
        return None;
    }
    let path = path.trim_end_matches('/');
    // The path of a URL, or of what was one, is that of the registry's own interface.
    if url.is_some() || matches!(path, "" | "v1" | "v2") {
        return Some(0);
    }
    let inside = repository.strip_prefix(registry)?.strip_prefix('/')?;
    let rest = inside.strip_prefix(path)?;
    (rest.is_empty() || rest.starts_with('/')).then_some(path.len())
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
            let repository = repository(registry, "team/box");
            let found = shown(in_config(&config, registry, &repository).await.found);
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
            assert!(from_helper(helper, "a.example").await.is_err());
        }
        // One that is not there leaves what the file has.
        let config = json!({"credsStore": "nobody-has-this", "auths": {"a.example": {
            "username": "me", "password": "mine"}}});
        let looked = in_config(&config, "a.example", "a.example/box").await;
        let why = looked.kept_back.as_deref().unwrap();
        let begins = "the helper docker-credential-nobody-has-this gave nothing: ";
        assert!(why.len() > begins.len() && why.starts_with(begins), "{why}");
        let found = shown(looked.found);
        assert_eq!(found, Some(("me".to_owned(), "mine".to_owned())));
    }

    #[tokio::test]
    async fn the_narrowest_key_that_an_image_belongs_to_counts() {
        let of = |name: &str| json!({"username": name, "password": "p"});
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("auth.json");
        let config = json!({"auths": {
            "quay.io": of("anybody"),
            "quay.io/team-a": of("team"),
            "quay.io/team-a/box": of("box"),
            "quay.io/team-c": {},
            "docker.io/library": of("official"),
            "docker.io/me": of("me"),
            "localhost:5000/team-b": of("narrow"),
        }});
        std::fs::write(&file, config.to_string()).unwrap();
        let files = [file];
        for (registry, name, expected) in [
            ("quay.io", "quay.io/team-a/box", Some("box")),
            ("quay.io", "quay.io/team-a/box/x", Some("box")),
            ("quay.io", "quay.io/team-a/boxes", Some("team")),
            ("quay.io", "quay.io/team-ab/box", Some("anybody")),
            ("quay.io", "quay.io/team-c/box", Some("anybody")),
            ("docker.io", "nginx", Some("official")),
            ("docker.io", "docker.io/nginx", Some("official")),
            ("docker.io", "me/box", Some("me")),
            ("docker.io", "other/box", None),
            (
                "localhost:5000",
                "localhost:5000/team-b/box",
                Some("narrow"),
            ),
            ("localhost:5000", "localhost:5000/other/box", None),
        ] {
            let found = shown(super::of(registry, name, &files).await.found);
            assert_eq!(found.map(|(name, _)| name).as_deref(), expected, "{name}");
        }
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn what_a_helper_says_where_it_fails_is_the_reason() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        for (script, expected) in [
            (
                "echo; echo ' the store is locked '; exit 1",
                "the store is locked",
            ),
            ("exit 7", "exit status: 7"),
            ("echo 'a secret'", "no JSON"),
        ] {
            let program = folder.path().join("helper");
            std::fs::write(&program, format!("#!/bin/sh\ncat >/dev/null; {script}\n")).unwrap();
            std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).unwrap();
            let said = ask(program.to_str().unwrap(), "a.example").await;
            let said = said.unwrap_err().to_string();
            assert!(said.contains(expected), "{said}");
            assert!(!said.contains("secret"), "{said}");
        }
    }
}
