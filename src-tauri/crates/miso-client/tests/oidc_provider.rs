//! Against a provider that nobody here wrote: `oidc-provider`, which is certified. It is installed
//! from its lock file into the target folder, once.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;

use miso_client::signin::Prompt;
use miso_client::{Browser, Code, Connection, Resource, SessionState, SignInSettings};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use url::Url;

use crate::far_end::{Answer, FarEnd, Restored, signed_out_with, until};
use crate::hostile_provider::client;

#[tokio::test(flavor = "multi_thread")]
async fn a_certified_provider_signs_in_renews_rotates_revokes_and_ends() {
    for algorithm in ["ES256", "EdDSA"] {
        let mut provider = Certified::start(algorithm).await;
        let (here, instance) = connection_to(&provider).await;

        here.client.sign_in(true).await;
        let SessionState::SignedIn {
            account,
            remembered,
            notice,
            ..
        } = here.client.session()
        else {
            panic!("{algorithm}: {:?}", here.client.session());
        };
        assert_eq!(
            (account.subject.as_str(), account.username.as_str()),
            ("u-aino", "aino")
        );
        assert!(remembered && notice.is_none(), "{notice:?}");

        // An access token lasts ten seconds there: each request renews it, with another refresh
        // token each time.
        for _ in 0..3 {
            here.client.refresh(&Resource::Me).await.unwrap();
        }
        let counts = provider.counts().await;
        assert_eq!(
            (&counts["refresh_token"], &counts["rotated"]),
            (&json!(3), &json!(3))
        );
        assert!(
            instance
                .asked("GET /api/users/me")
                .iter()
                .all(|asked| asked.token.is_some())
        );

        provider.say("rotate").await;
        here.client.refresh(&Resource::Me).await.unwrap();

        here.client.sign_out().await.unwrap();
        assert!(here.shelf.is_empty());
        provider.until("revoked", 1).await;

        here.client.sign_in(true).await;
        let session = here.client.session();
        assert!(
            matches!(session, SessionState::SignedIn { .. }),
            "{session:?}"
        );
        here.client.refresh(&Resource::Me).await.unwrap();
        provider.say("end").await;
        let ended = here.client.refresh(&Resource::Me).await.unwrap_err();
        assert_eq!(ended.code, Code::SignedOut, "{algorithm}");
        assert!(here.shelf.is_empty());
        let client = here.client.clone();
        let signing_in = tokio::spawn(async move { client.sign_in_on_device(true).await });
        until("a code is shown", || here.client.device_code().is_some()).await;
        let shown = here.client.device_code().unwrap();
        type_there(&shown.address, &shown.user_code).await;
        signing_in.await.unwrap();
        here.client.refresh(&Resource::Me).await.unwrap();
        println!(
            "figure: oidc-provider with {algorithm}: {}",
            provider.counts().await
        );
    }
}

/// A connection to an instance whose provider that is.
async fn connection_to(provider: &Certified) -> (Restored, FarEnd) {
    let issuer = provider.issuer.clone();
    let instance = FarEnd::raw(|_| {
        move |asked| match asked.line.as_str() {
            "GET /.well-known/openid-configuration" => Answer::json(200, json!({"issuer": issuer})),
            _ => Answer::json(200, json!({"id": "u-aino", "username": "aino"})),
        }
    })
    .await;
    let mut connection = Connection::to(instance.url.clone(), &[]);
    // It gives a refresh token to who was asked only.
    connection.sign_in = SignInSettings {
        prompt: Some(Prompt::Consent),
        ..SignInSettings::default()
    };
    let here = signed_out_with(connection, Arc::new(CookieBrowser)).await;
    (here, instance)
}

struct Certified {
    issuer: String,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
    _process: Child,
}

impl Certified {
    async fn start(algorithm: &str) -> Self {
        let folder = installed().await;
        let mut process = Command::new("node")
            .args(["provider.mjs", algorithm])
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap()).lines();
        let ready = answer(&mut output).await;
        let port = ready.strip_prefix("ready ").unwrap();
        Self {
            issuer: format!("http://127.0.0.1:{port}"),
            input: process.stdin.take().unwrap(),
            output,
            _process: process,
        }
    }

    async fn say(&mut self, word: &str) -> String {
        self.input
            .write_all(format!("{word}\n").as_bytes())
            .await
            .unwrap();
        answer(&mut self.output).await
    }

    async fn counts(&mut self) -> Value {
        serde_json::from_str(&self.say("counts").await).unwrap()
    }

    /// Waits until something has happened so often.
    async fn until(&mut self, what: &str, times: u64) {
        let waiting = async {
            while self.counts().await[what].as_u64() < Some(times) {
                tokio::task::yield_now().await;
            }
        };
        let limit = std::time::Duration::from_secs(10);
        assert!(tokio::time::timeout(limit, waiting).await.is_ok(), "{what}");
    }
}

/// The next line of our own script; the provider prints remarks between them.
async fn answer(output: &mut Lines<BufReader<ChildStdout>>) -> String {
    loop {
        let line = output.next_line().await.unwrap().unwrap();
        if let Some(said) = line.strip_prefix("> ") {
            return said.to_owned();
        }
    }
}

/// The folder in which it is installed as its lock file says.
async fn installed() -> PathBuf {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/oidc-provider");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("oidc-provider");
    std::fs::create_dir_all(&folder).unwrap();
    let lock = "package-lock.json";
    let read = |folder: &Path| std::fs::read(folder.join(lock)).unwrap_or_default();
    let is_current = read(&sources) == read(&folder);
    for file in ["package.json", "provider.mjs"] {
        std::fs::copy(sources.join(file), folder.join(file)).unwrap();
    }
    if is_current && folder.join("node_modules/oidc-provider").is_dir() {
        return folder;
    }
    std::fs::copy(sources.join(lock), folder.join(lock)).unwrap();
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let status = Command::new(npm)
        .args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"])
        .current_dir(&folder)
        .status()
        .await
        .unwrap();
    assert!(status.success(), "npm ci in {}", folder.display());
    folder
}

/// A browser that keeps cookies and follows wherever it is sent, up to the app.
struct CookieBrowser;

impl Browser for CookieBrowser {
    fn open(&self, address: &Url) -> Result<(), String> {
        let address = address.clone();
        tokio::runtime::Handle::current().spawn(async move {
            Jar::default().visit(address, &[]).await;
        });
        Ok(())
    }
}

/// The cookies of one browser.
#[derive(Default)]
struct Jar(HashMap<String, String>);

impl Jar {
    /// The page at the end of the way that begins there; fields are sent as a form.
    async fn visit(&mut self, mut address: Url, fields: &[(&str, &str)]) -> String {
        let mut request = match fields {
            [] => client().get(address.clone()),
            fields => client().post(address.clone()).form(fields),
        };
        for _ in 0..10 {
            let cookies: Vec<String> = self
                .0
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            let answer = request.header("cookie", cookies.join("; ")).send();
            let answer = answer.await.unwrap();
            for cookie in answer.headers().get_all("set-cookie") {
                let pair = cookie.to_str().unwrap().split(';').next().unwrap();
                let (name, value) = pair.split_once('=').unwrap();
                self.0.insert(name.to_owned(), value.to_owned());
            }
            let Some(next) = answer.headers().get("location") else {
                return answer.text().await.unwrap();
            };
            address = address.join(next.to_str().unwrap()).unwrap();
            request = client().get(address.clone());
        }
        unreachable!("{address} leads on and on")
    }
}

/// Types a code on the provider's page, as somebody does on another device.
async fn type_there(address: &Url, code: &str) {
    let mut jar = Jar::default();
    let asked = jar.visit(address.clone(), &[]).await;
    let (_, rest) = asked.split_once("name=\"xsrf\" value=\"").unwrap();
    let xsrf = rest.split('"').next().unwrap();
    let mut fields = vec![("xsrf", xsrf), ("user_code", code)];
    let shown = jar.visit(address.clone(), &fields).await;
    assert!(shown.contains(code), "{shown}");
    fields.push(("confirm", "yes"));
    let done = jar.visit(address.clone(), &fields).await;
    assert!(done.contains("Sign-in Success"), "{done}");
}
