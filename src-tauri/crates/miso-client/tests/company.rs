//! Proxies and authorities, as in companies.

use std::path::PathBuf;
use std::process::Stdio;

use miso_client::{Code, NetworkSettings, ProxyChoice};
use serde::{Deserialize, Serialize};

use crate::authority::{Authority, Secured};
use crate::far_end::{Answer, FarEnd, restored, tokens};
use crate::relay::{Relay, Speaks};

const NAME: &str = "miso.test";
/// Where a row of the table is handed to the process that plays it.
const ROW: &str = "MISO_COMPANY_ROW";
const PROXY_VARIABLES: [&str; 8] = [
    "HTTPS_PROXY",
    "https_proxy",
    "HTTP_PROXY",
    "http_proxy",
    "ALL_PROXY",
    "all_proxy",
    "NO_PROXY",
    "no_proxy",
];

/// One proxy, against instances of three authorities.
#[derive(Serialize, Deserialize)]
struct Row {
    proxy: ProxyChoice,
    /// Whether the name must be known here, because no proxy knows it.
    looked_up: bool,
    extra_authority: PathBuf,
    /// Whose certificate the system trusts, a file does, nobody does.
    known_to_the_system: u16,
    known_by_file: u16,
    unknown: u16,
}

/// Proxy (none, HTTP, SOCKS5, set but excluded, and the system's) × authority (the system's, an
/// extra file, unknown). What the system trusts is said by `SSL_CERT_FILE`, which a process reads
/// at its start: so each row is a process of its own.
#[tokio::test(flavor = "multi_thread")]
async fn promise_it_works_in_a_company() {
    if let Ok(row) = std::env::var(ROW) {
        return play(serde_json::from_str(&row).unwrap()).await;
    }
    let folder = tempfile::tempdir().unwrap();
    let [of_the_system, of_a_file, of_nobody] =
        ["The system's", "The company's", "Somebody's"].map(Authority::new);
    let system_file = folder.path().join("system.pem");
    let extra_authority = folder.path().join("extra.pem");
    std::fs::write(&system_file, &of_the_system.pem).unwrap();
    std::fs::write(&extra_authority, &of_a_file.pem).unwrap();
    let known_to_the_system = Secured::start(&of_the_system, NAME).await;
    let known_by_file = Secured::start(&of_a_file, NAME).await;
    let unknown = Secured::start(&of_nobody, NAME).await;
    let http = Relay::start(Speaks::HttpConnect).await;
    let socks = Relay::start(Speaks::Socks5).await;
    let through = |scheme: &str, relay: &Relay, except: &str| ProxyChoice::Through {
        url: format!("{scheme}://{}", relay.address),
        except: except.to_owned(),
    };
    let mut combinations = 0;
    for (name, proxy, looked_up, by_http, by_socks) in [
        ("none", ProxyChoice::None, true, false, false),
        ("HTTP", through("http", &http, ""), false, true, false),
        ("SOCKS5", through("socks5", &socks, ""), false, false, true),
        ("excluded", through("http", &http, NAME), true, false, false),
        ("the system's", ProxyChoice::System, false, true, false),
    ] {
        let is_the_systems = proxy == ProxyChoice::System;
        let before = (http.passed(), socks.passed());
        let row = Row {
            proxy,
            looked_up,
            extra_authority: extra_authority.clone(),
            known_to_the_system: known_to_the_system.address.port(),
            known_by_file: known_by_file.address.port(),
            unknown: unknown.address.port(),
        };
        let mut process = tokio::process::Command::new(std::env::current_exe().unwrap());
        process
            .args(["--exact", "company::promise_it_works_in_a_company"])
            .env(ROW, serde_json::to_string(&row).unwrap())
            .env("SSL_CERT_FILE", &system_file)
            .env_remove("SSL_CERT_DIR")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        for variable in PROXY_VARIABLES {
            process.env_remove(variable);
        }
        if is_the_systems {
            process.env("HTTPS_PROXY", format!("http://{}", http.address));
        }
        let played = process.output().await.unwrap();
        let said = String::from_utf8_lossy(&played.stdout).into_owned();
        assert!(played.status.success(), "{name}: {said}");
        assert!(said.contains("1 passed"), "{name}: {said}");
        let went = (http.passed() > before.0, socks.passed() > before.1);
        assert_eq!(went, (by_http, by_socks), "{name}: the way it went");
        combinations += if is_the_systems { 0 } else { 3 };
    }
    assert_eq!(unknown.requests(), 0, "nothing is sent to who is unknown");
    assert!(known_to_the_system.requests() >= 15, "discovery to API");
    println!(
        "figure: {combinations} combinations of proxy and authority as expected, and 3 with the system's proxy"
    );
}

/// From discovery over the token to the API, against each of the three.
async fn play(row: Row) {
    let loopback = FarEnd::start(|asked| match asked.line.as_str() {
        "POST /token" => tokens(1),
        _ => Answer::json(200, serde_json::json!({"id": "u-1", "username": "aino"})),
    })
    .await;
    let settings = NetworkSettings {
        proxy: row.proxy,
        authorities: vec![row.extra_authority],
    };
    for (port, expected) in [
        (row.known_to_the_system, Ok(())),
        (row.known_by_file, Ok(())),
        (row.unknown, Err(Code::Tls)),
    ] {
        let here = restored(&FarEnd::at(&format!("https://{NAME}:{port}"))).await;
        let id = here.connections.list()[0].0.id.clone();
        let set = here.connections.set_network(&id, settings.clone());
        assert_eq!(set, Ok(()));
        assert_eq!(here.connections.to_save()[0].network, settings);
        if row.looked_up {
            here.client
                .network()
                .lead(NAME, ([127, 0, 0, 1], port).into());
        }
        let asked = here.client.me().await;
        assert_eq!(
            asked.map(drop).map_err(|failure| failure.code),
            expected,
            "port {port}"
        );
    }
    // This machine is reached directly, whatever is set.
    let here = restored(&loopback).await;
    let id = here.connections.list()[0].0.id.clone();
    assert_eq!(here.connections.set_network(&id, settings), Ok(()));
    assert!(here.client.me().await.is_ok());
}

#[tokio::test]
async fn a_proxy_that_lets_nobody_through_is_named() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let gone = closed.local_addr().unwrap();
    drop(closed);
    let asking = Relay::start(Speaks::AsksForPassword).await;
    let (refused, unreachable) = (Code::ProxyFailed, Code::ProxyUnreachable);
    for (proxy, code, word) in [
        (
            format!("http://{}", asking.address),
            refused,
            "authorization",
        ),
        (format!("http://{gone}"), unreachable, "refused"),
        (format!("socks5://{gone}"), unreachable, ""),
        (
            "http://no-such-proxy.invalid:3128".to_owned(),
            unreachable,
            "",
        ),
    ] {
        let here = restored(&FarEnd::at("https://miso.test/")).await;
        here.client.network().set(NetworkSettings {
            proxy: ProxyChoice::Through {
                url: proxy.clone(),
                except: String::new(),
            },
            ..NetworkSettings::default()
        });
        let failure = here.client.me().await.unwrap_err();
        assert_eq!(failure.code, code, "{proxy}: {failure:?}");
        let named = proxy.replace("socks5:", "socks5h:");
        assert_eq!(failure.params["proxy"], named, "it is named");
        assert_eq!(failure.params["host"], "miso.test");
        let reason = &failure.params["reason"];
        assert!(reason.contains(word), "{proxy}: {reason}");
    }
}

#[tokio::test]
async fn an_authority_file_that_is_gone_is_said_and_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("company.pem");
    let authority = Authority::new("The company's");
    let instance = Secured::start(&authority, NAME).await;
    let here = restored(&FarEnd::at(instance.url.as_str())).await;
    let id = here.connections.list()[0].0.id.clone();
    let settings = NetworkSettings {
        proxy: ProxyChoice::None,
        authorities: vec![file.clone()],
    };
    let refused = here.connections.set_network(&id, settings.clone());
    assert_eq!(refused.unwrap_err().code, Code::AuthorityUnreadable);
    // As at a start after the file was moved away: the connection is there, and says why.
    here.client.network().set(settings);
    here.client.network().lead(NAME, instance.address);
    let failure = here.client.me().await.unwrap_err();
    assert_eq!(failure.code, Code::AuthorityUnreadable);
    assert_eq!(failure.params["file"], file.display().to_string());
    std::fs::write(&file, &authority.pem).unwrap();
    assert!(here.client.me().await.is_ok());
}
