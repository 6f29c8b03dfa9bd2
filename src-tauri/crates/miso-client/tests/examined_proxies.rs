//! The connection doctor, on ways through proxies.

use miso_client::doctor::{AdviceKind, SeenKind, Step};
use miso_client::{Code, Network, NetworkSettings};
use url::Url;

use crate::authority::{Authority, Secured};
use crate::examined::{NAME, breaks, examine, seen, settings, through};
use crate::relay::{Relay, Speaks};

#[tokio::test]
async fn a_proxy_is_passed_and_named_or_said_to_refuse() {
    let authority = Authority::new("The company's");
    let instance = Secured::start(&authority, NAME).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("company.pem");
    std::fs::write(&file, &authority.pem).unwrap();
    let http = Relay::start(Speaks::HttpConnect).await;
    let socks = Relay::start(Speaks::Socks5).await;
    for proxy in [
        format!("http://{}", http.address),
        format!("socks5://{}", socks.address),
    ] {
        let network = Network::new(NetworkSettings {
            proxy: through(proxy.clone()),
            authorities: vec![file.clone()],
        });
        let diagnosis = examine(&instance.url, &network).await;
        assert_eq!(diagnosis.broken(), None, "{proxy}");
        let named = seen(&diagnosis, Step::Proxy, SeenKind::Proxy);
        assert_eq!(named, [proxy.replace("socks5:", "socks5h:")]);
    }
    let asking = Relay::start(Speaks::AsksForPassword).await;
    let network = Network::new(settings(through(format!("http://{}", asking.address))));
    let diagnosis = examine(&instance.url, &network).await;
    breaks(&diagnosis, Step::Proxy, AdviceKind::GiveProxyPassword);
    let network = Network::new(settings(through("ftp://proxy.corp".to_owned())));
    let diagnosis = examine(&instance.url, &network).await;
    breaks(&diagnosis, Step::Proxy, AdviceKind::CorrectProxy);
}

#[tokio::test]
async fn a_proxy_that_says_no_is_told_with_its_answer() {
    let instance = Url::parse("https://miso.test/").unwrap();
    for (head, status, schemes, advice) in [
        (
            "HTTP/1.1 403 Forbidden\r\n\r\n",
            "403",
            "",
            AdviceKind::AskForProxy,
        ),
        (
            "HTTP/1.1 407 Who\r\nProxy-Authenticate: NTLM\r\nproxy-authenticate: Basic realm=\"a\"\r\n\r\n",
            "407",
            "NTLM, Basic",
            AdviceKind::GiveProxyPassword,
        ),
        (
            "HTTP/1.1 407 Who\r\nProxy-Authenticate: Negotiate\r\n\r\n",
            "407",
            "Negotiate",
            AdviceKind::UnknownProxySchemes,
        ),
    ] {
        let relay = Relay::start(Speaks::Refuses(head)).await;
        let proxy = format!("http://{}", relay.address);
        let network = Network::new(settings(through(proxy.clone())));
        let diagnosis = examine(&instance, &network).await;
        breaks(&diagnosis, Step::Proxy, advice);
        let broken = diagnosis.broken().unwrap();
        let failure = broken.failure.clone().unwrap();
        assert_eq!(failure.code, Code::ProxyFailed);
        assert_eq!(
            (&failure.params["status"], &failure.params["proxy"]),
            (&status.to_owned(), &proxy)
        );
        let advised = &broken.advice.as_ref().unwrap().params;
        assert_eq!(
            (&advised["proxy"], advised["schemes"].as_str()),
            (&proxy, schemes)
        );
    }
}

#[tokio::test]
async fn a_proxy_that_is_not_there_is_said_to_be_the_proxy() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let gone = listener.local_addr().unwrap();
    drop(listener);
    let instance = Url::parse("https://miso.test/").unwrap();
    for (proxy, step, advice) in [
        (format!("http://{gone}"), Step::Tcp, AdviceKind::ReachProxy),
        (
            "http://no-such-proxy.invalid:3128".to_owned(),
            Step::Dns,
            AdviceKind::CheckProxyName,
        ),
    ] {
        let network = Network::new(settings(through(proxy.clone())));
        let diagnosis = examine(&instance, &network).await;
        breaks(&diagnosis, step, advice);
        let broken = diagnosis.broken().unwrap();
        assert_eq!(
            broken.failure.as_ref().unwrap().code,
            Code::ProxyUnreachable
        );
        assert_eq!(broken.advice.as_ref().unwrap().params["proxy"], proxy);
    }
}

#[tokio::test]
async fn a_proxy_is_trusted_as_requests_trust_it() {
    let authority = Authority::new("The company's");
    let instance = Secured::start(&authority, NAME).await;
    let relay = Relay::start(Speaks::HttpConnect).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy = format!("https://{}", listener.local_addr().unwrap());
    let acceptor = authority.acceptor("127.0.0.1");
    tokio::spawn(async move {
        loop {
            let (socket, _) = listener.accept().await.unwrap();
            let (acceptor, inside) = (acceptor.clone(), relay.address);
            tokio::spawn(async move {
                let Ok(mut here) = acceptor.accept(socket).await else {
                    return;
                };
                let mut there = tokio::net::TcpStream::connect(inside).await.unwrap();
                let _ = tokio::io::copy_bidirectional(&mut here, &mut there).await;
            });
        }
    });
    let network = Network::new(settings(through(proxy.clone())));
    let diagnosis = examine(&instance.url, &network).await;
    breaks(&diagnosis, Step::Proxy, AdviceKind::AskForProxy);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("company.pem");
    std::fs::write(&file, &authority.pem).unwrap();
    network.set(NetworkSettings {
        authorities: vec![file],
        ..settings(through(proxy))
    });
    let diagnosis = examine(&instance.url, &network).await;
    assert_eq!(diagnosis.broken(), None);
}
