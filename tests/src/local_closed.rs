//! What the local instance keeps to itself and to this machine (SECURITY.md, "the local instance
//! is local").

use std::fs;
use std::io::Write;
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::api::Api;
use crate::support::instance::{ACCOUNT, Instance, Serve};
use crate::support::process::descendants;
use crate::support::session::Session;
use crate::support::wait::{LATER, until};

#[tokio::test]
async fn stalled_sockets_delay_nobody() {
    let session = Session::without_display();
    let instance = Serve::new(&session, "data").account().start(&session);
    let api = instance.account().await;
    let authority = instance
        .ready("url")
        .trim_start_matches("http://")
        .to_owned();
    let stalled: Vec<TcpStream> = (0..500)
        .map(|_| {
            let mut stream = TcpStream::connect(&authority).expect("a connection");
            stream
                .write_all(b"GET /api/applications HTTP/1.1\r\nHost: ")
                .expect("half a request");
            stream
        })
        .collect();
    let began = Instant::now();
    let other = Api::new(instance.ready("url"));
    assert_eq!(api.get("/api/applications").await.status, 200);
    assert_eq!(
        other.get("/.well-known/openid-configuration").await.status,
        200
    );
    assert!(
        began.elapsed() < Duration::from_secs(1),
        "{:?}",
        began.elapsed()
    );
    drop(stalled);
}

#[tokio::test]
async fn only_loopback_is_listened_on() {
    let session = Session::without_display();
    let instance = Serve::new(&session, "data").account().start(&session);
    let api = instance.account().await;
    let address = deployed(&api).await;
    assert_ne!(
        address,
        instance.ready("url"),
        "a deployed page has an origin of its own"
    );
    let page = api.get_with(&address, &[]).await;
    assert_eq!(page.status, 200, "{page:?}");

    let listening = listening(&instance);
    assert!(
        listening.len() >= 2,
        "the instance and a workload: {listening:?}"
    );
    // 127.0.0.1 in the byte order of the kernel's table (proc(5), "/proc/net/tcp").
    let outside: Vec<&String> = listening
        .iter()
        .filter(|address| !address.starts_with("0100007F:"))
        .collect();
    assert!(outside.is_empty(), "{outside:?}");
}

#[tokio::test]
async fn nothing_sets_a_cookie() {
    let session = Session::without_display();
    let instance = Serve::new(&session, "data").account().start(&session);
    let api = instance.account().await;
    let discovery = api.get("/.well-known/openid-configuration").await;
    let authorize = discovery.json()["authorization_endpoint"]
        .as_str()
        .expect("an endpoint")
        .to_owned();
    let query = format!(
        "?response_type=code&client_id=miso-desktop&redirect_uri=http%3A%2F%2F127.0.0.1%3A1%2Fcallback\
         &scope=openid&state=s&nonce=n&code_challenge_method=S256\
         &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&launch_key={}",
        instance.ready("signInKey")
    );
    let page = api.get(&format!("{authorize}{query}")).await;
    assert_eq!(page.status, 200, "{page:?}");
    let token = api
        .post(
            "/auth/token",
            &crate::support::api::service_account(ACCOUNT.0, ACCOUNT.1),
        )
        .await;
    for answer in [discovery, page, token, api.get("/api/applications").await] {
        assert_eq!(answer.header("set-cookie"), None, "{answer:?}");
    }
}

#[tokio::test]
async fn nobody_else_reads_the_data_folder() {
    let session = Session::without_display();
    let data = session.home().join("data");
    let instance = Serve::new(&session, "data").account().start(&session);
    deployed(&instance.account().await).await;
    assert_eq!(instance.stop(), Some(0));
    let open = readable_by_others(&data);
    assert!(open.is_empty(), "{open:?}");
}

/// Deploys a page and gives its address once it is well.
async fn deployed(api: &Api) -> String {
    let manifest = json!({
        "key": "my-app", "displayName": "My Application", "type": "webapp",
        "image": "miso/hello:1.0", "port": 3000
    });
    let created = api.post("/api/applications", &manifest).await;
    assert_eq!(created.status, 201, "{created:?}");
    until("the page has an address", LATER, || async {
        let application = api.get("/api/applications/my-app").await.json();
        let environment = &application["environments"][0];
        match environment["url"].as_str() {
            Some(url) if environment["health"] == "healthy" => Ok(url.to_owned()),
            _ => Err(application.to_string()),
        }
    })
    .await
}

/// The addresses on which an instance and what it started listen, as the kernel writes them.
fn listening(instance: &Instance) -> Vec<String> {
    let mut processes: Vec<u32> = descendants(instance.id())
        .iter()
        .map(|process| process.id())
        .collect();
    processes.push(instance.id());
    let sockets: Vec<String> = processes
        .iter()
        .flat_map(|id| {
            fs::read_dir(format!("/proc/{id}/fd"))
                .into_iter()
                .flatten()
                .flatten()
        })
        .filter_map(|entry| fs::read_link(entry.path()).ok())
        .map(|link| link.to_string_lossy().into_owned())
        .collect();
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"]
        .map(|table| fs::read_to_string(table).unwrap_or_default());
    let rows = tables.iter().flat_map(|table| table.lines().skip(1));
    rows.filter_map(|row| {
        let fields: Vec<&str> = row.split_whitespace().collect();
        let is_listening = fields.get(3) == Some(&"0A");
        let socket = format!("socket:[{}]", fields.get(9)?);
        let address = (*fields.get(1)?).to_owned();
        (is_listening && sockets.contains(&socket)).then_some(address)
    })
    .collect()
}

/// What in a folder somebody else than its owner may read or write.
fn readable_by_others(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        let mode = entry.metadata().expect("metadata").permissions().mode();
        if mode & 0o077 != 0 {
            found.push(format!("{}: {:o}", path.display(), mode & 0o777));
        }
        if path.is_dir() {
            found.extend(readable_by_others(&path));
        }
    }
    found
}
