//! The connection doctor, on ways that break in every place.

use std::net::SocketAddr;
use std::sync::Mutex;

use miso_client::doctor::{self, AdviceKind, Blind, Diagnosis, Examined, Outcome, SeenKind, Step};
use miso_client::{Code, Network, NetworkSettings, ProxyChoice, SignInSettings};
use serde_json::json;
use url::Url;

use crate::authority::{Authority, Secured};
use crate::far_end::{Answer, FarEnd, restored, signed_out, tokens};
use crate::hostile::{answer, hostile};

pub const NAME: &str = "miso.test";

pub fn settings(proxy: ProxyChoice) -> NetworkSettings {
    NetworkSettings {
        proxy,
        ..NetworkSettings::default()
    }
}

pub fn through(url: String) -> ProxyChoice {
    let except = String::new();
    ProxyChoice::Through { url, except }
}

/// A way without a proxy on which a name leads to an address.
fn led(address: SocketAddr) -> Network {
    let network = Network::new(settings(ProxyChoice::None));
    network.lead(NAME, address);
    network
}

/// Walks the way as people usually sign in; holds what was told against what was found.
pub async fn examine(instance: &Url, network: &Network) -> Diagnosis {
    examine_by(instance, network, &SignInSettings::default()).await
}

async fn examine_by(instance: &Url, network: &Network, sign_in: &SignInSettings) -> Diagnosis {
    let told = Mutex::new(Vec::new());
    let tell = |examined: &Examined| told.lock().unwrap().push(examined.clone());
    let diagnosis = doctor::examine(instance, network, sign_in, &tell).await;
    let mut told = told.into_inner().unwrap();
    let order = |one: &Examined| Step::ALL.iter().position(|step| *step == one.step);
    told.sort_by_key(order);
    assert_eq!(told, diagnosis.steps, "each step is told once");
    diagnosis
}

/// What came of each step, in order.
fn outcomes(diagnosis: &Diagnosis) -> Vec<(Step, Outcome)> {
    let steps = diagnosis.steps.iter();
    steps.map(|one| (one.step, one.outcome)).collect()
}

pub fn seen(diagnosis: &Diagnosis, step: Step, kind: SeenKind) -> Vec<&str> {
    let steps = diagnosis.steps.iter().filter(|one| one.step == step);
    steps
        .flat_map(|one| &one.seen)
        .filter(|seen| seen.kind == kind)
        .map(|seen| seen.value.as_str())
        .collect()
}

/// Asserts where it breaks and what is advised; what comes after is not reached.
pub fn breaks(diagnosis: &Diagnosis, step: Step, advice: AdviceKind) {
    let broken = diagnosis.broken();
    let broken = broken.unwrap_or_else(|| unreachable!("nothing is broken: {diagnosis:?}"));
    assert_eq!(broken.step, step, "{diagnosis:?}");
    let advised = broken.advice.as_ref().unwrap();
    assert_eq!(advised.kind, advice, "{broken:?}");
    assert!(broken.failure.is_some());
    let all = outcomes(diagnosis);
    let steps: Vec<Step> = all.iter().map(|(step, _)| *step).collect();
    assert_eq!(steps, Step::ALL, "each once, in order");
    let after = all.into_iter().skip_while(|(one, _)| *one != step).skip(1);
    for (later, outcome) in after {
        assert_eq!(outcome, Outcome::NotReached, "{later:?}");
    }
}

#[tokio::test]
async fn a_name_nobody_knows() {
    let url = Url::parse("https://no-such-name.invalid/").unwrap();
    let network = Network::new(settings(ProxyChoice::None));
    let diagnosis = examine(&url, &network).await;
    breaks(&diagnosis, Step::Dns, AdviceKind::CheckName);
    let advice = diagnosis.broken().unwrap().advice.clone().unwrap();
    assert_eq!(advice.params["host"], "no-such-name.invalid");
    assert_eq!(diagnosis.blind, [], "without a proxy nothing is hidden");
}

#[tokio::test]
async fn a_port_on_which_nothing_listens() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let url = Url::parse(&format!("https://{NAME}:{}/", address.port())).unwrap();
    let diagnosis = examine(&url, &led(address)).await;
    breaks(&diagnosis, Step::Tcp, AdviceKind::CheckPort);
    assert_eq!(
        seen(&diagnosis, Step::Dns, SeenKind::Address),
        ["127.0.0.1"]
    );
    let host = format!("{NAME}:{}", address.port());
    assert_eq!(seen(&diagnosis, Step::Tcp, SeenKind::Host), [host]);
}

#[tokio::test]
async fn an_authority_nobody_knows_and_one_that_a_file_names() {
    let authority = Authority::new("The company's");
    let instance = Secured::start(&authority, NAME).await;
    let network = led(instance.address);
    let diagnosis = examine(&instance.url, &network).await;
    breaks(&diagnosis, Step::Tls, AdviceKind::TrustAuthority);
    let signed_by = seen(&diagnosis, Step::Tls, SeenKind::CertificateIssuer);
    assert_eq!(signed_by, ["CN=The company's"]);
    let advice = diagnosis.broken().unwrap().advice.clone().unwrap();
    assert_eq!(advice.params["certificateIssuer"], "CN=The company's");
    assert_eq!(
        instance.requests(),
        0,
        "nothing is sent to who is not trusted"
    );

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("company.pem");
    std::fs::write(&file, &authority.pem).unwrap();
    network.set(NetworkSettings {
        authorities: vec![file],
        ..settings(ProxyChoice::None)
    });
    let diagnosis = examine(&instance.url, &network).await;
    assert_eq!(diagnosis.broken(), None);
    let subject = seen(&diagnosis, Step::Tls, SeenKind::CertificateSubject);
    assert_eq!(subject, ["CN=miso.test"]);
    let expires = seen(&diagnosis, Step::Tls, SeenKind::CertificateExpires);
    let expires: chrono::DateTime<chrono::Utc> = expires[0].parse().unwrap();
    assert!(expires > chrono::Utc::now());
    assert_eq!(
        seen(&diagnosis, Step::Tls, SeenKind::TlsVersion),
        ["TLSv1_3"]
    );
}

#[tokio::test]
async fn a_certificate_for_another_name() {
    let authority = Authority::new("The company's");
    let instance = Secured::start(&authority, "other.test").await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("company.pem");
    std::fs::write(&file, &authority.pem).unwrap();
    let network = led(instance.address);
    network.set(NetworkSettings {
        authorities: vec![file],
        ..settings(ProxyChoice::None)
    });
    let url = Url::parse(&format!("https://{NAME}:{}/", instance.address.port())).unwrap();
    let diagnosis = examine(&url, &network).await;
    breaks(&diagnosis, Step::Tls, AdviceKind::CheckCertificateName);
}

#[tokio::test]
async fn the_wrong_scheme_for_what_is_spoken() {
    let plain = listen(answer(200, &[], b"{}")).await;
    let url = Url::parse(&format!("https://{NAME}:{}/", plain.port())).unwrap();
    let diagnosis = examine(&url, &led(plain)).await;
    breaks(&diagnosis, Step::Tls, AdviceKind::CheckScheme);

    let authority = Authority::new("The company's");
    let secured = Secured::start(&authority, NAME).await;
    let port = secured.address.port();
    let url = Url::parse(&format!("http://{NAME}:{port}/")).unwrap();
    let diagnosis = examine(&url, &led(secured.address)).await;
    breaks(&diagnosis, Step::Discovery, AdviceKind::UseHttps);
    let advice = diagnosis.broken().unwrap().advice.clone().unwrap();
    assert_eq!(advice.params["address"], format!("https://{NAME}:{port}/"));
    assert_eq!(secured.requests(), 0);
}

#[tokio::test]
async fn a_portal_in_place_of_the_instance() {
    let page = b"<html><body>Agree to the terms of this hotel</body></html>";
    // Nobody stands between this machine and itself: there a page is another program's.
    for (name, header, here, elsewhere) in [
        (
            "a page",
            ("content-type", "text/html; charset=utf-8"),
            AdviceKind::NotAnApi,
            AdviceKind::OpenPortal,
        ),
        (
            "a page said to be JSON",
            ("content-type", "application/json"),
            AdviceKind::NotAnApi,
            AdviceKind::OpenPortal,
        ),
        (
            "a redirect to another host",
            ("location", "http://a:b@portal.hotel.example/in?u=1#x"),
            AdviceKind::OpenPortal,
            AdviceKind::OpenPortal,
        ),
        (
            "a redirect on the same host",
            ("location", "/sign-in?u=1"),
            AdviceKind::CheckAddress,
            AdviceKind::CheckAddress,
        ),
    ] {
        let leads_on = header.0 == "location";
        let act = answer(if leads_on { 302 } else { 200 }, &[header], page);
        let address = listen(act).await;
        for (host, advice) in [("127.0.0.1", here), (NAME, elsewhere)] {
            let url = Url::parse(&format!("http://{host}:{}/", address.port())).unwrap();
            let diagnosis = examine(&url, &led(address)).await;
            breaks(&diagnosis, Step::Discovery, advice);
            let redirects = seen(&diagnosis, Step::Discovery, SeenKind::Redirect);
            assert_eq!(redirects.len(), usize::from(leads_on), "{name}");
            assert!(
                redirects.iter().all(|to| !to.contains(['?', '@', '#'])),
                "{redirects:?}"
            );
        }
    }
    for (status, advice) in [
        (404, AdviceKind::CheckAddress),
        (503, AdviceKind::TellOperator),
    ] {
        let address = listen(answer(status, &[], b"no")).await;
        let url = Url::parse(&format!("http://{address}/")).unwrap();
        let diagnosis = examine(&url, &Network::default()).await;
        breaks(&diagnosis, Step::Discovery, advice);
    }
}

/// Something that answers everything alike.
async fn listen(act: crate::hostile::Act) -> SocketAddr {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let crate::hostile::Act::Say(bytes) = act else {
        unreachable!("only whole answers");
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut asked = [0; 4096];
            if socket.read(&mut asked).await.is_ok_and(|read| read > 0) {
                let _ = socket.write_all(&bytes).await;
                let _ = socket.shutdown().await;
            }
        }
    });
    address
}

#[tokio::test]
async fn a_provider_that_cannot_be_reached() {
    let instance = listen(answer(
        200,
        &[("content-type", "application/json")],
        br#"{"issuer": "https://no-such-provider.invalid/realms/miso"}"#,
    ))
    .await;
    let url = Url::parse(&format!("http://{instance}/")).unwrap();
    let diagnosis = examine(&url, &Network::default()).await;
    breaks(&diagnosis, Step::SignIn, AdviceKind::ReachProvider);
    let issuer = seen(&diagnosis, Step::SignIn, SeenKind::Issuer);
    assert_eq!(issuer, ["https://no-such-provider.invalid/realms/miso"]);
}

#[tokio::test]
async fn an_issuer_that_was_given_is_asked_in_place_of_the_instance() {
    let far_end = FarEnd::start(|_| Answer::error(404, "NOT_FOUND")).await;
    let instance = listen(answer(404, &[], b"no discovery here")).await;
    let url = Url::parse(&format!("http://{instance}/")).unwrap();
    let given = SignInSettings {
        issuer: Some(far_end.issuer()),
        ..SignInSettings::default()
    };
    let diagnosis = examine_by(&url, &Network::default(), &given).await;
    assert_eq!(diagnosis.broken(), None, "{diagnosis:?}");
    assert!(outcomes(&diagnosis).contains(&(Step::Discovery, Outcome::NotNeeded)));
    let issuer = seen(&diagnosis, Step::SignIn, SeenKind::Issuer);
    assert_eq!(issuer, [far_end.issuer()]);
}

#[tokio::test]
async fn all_is_well_and_the_token_goes_to_the_api_alone() {
    let far_end = FarEnd::start(|asked| match asked.line.as_str() {
        "POST /token" => tokens(1),
        _ => Answer::json(200, json!({"id": "u-1", "username": "aino"})),
    })
    .await;
    let here = restored(&far_end).await;
    let diagnosis = here.client.examine(&|_| ()).await;
    assert_eq!(diagnosis.broken(), None);
    assert_eq!(
        outcomes(&diagnosis),
        [
            (Step::Dns, Outcome::NotNeeded),
            (Step::Tcp, Outcome::Well),
            (Step::Proxy, Outcome::NotNeeded),
            (Step::Tls, Outcome::NotNeeded),
            (Step::Discovery, Outcome::Well),
            (Step::SignIn, Outcome::Well),
            (Step::Api, Outcome::Well),
        ]
    );
    assert_eq!(seen(&diagnosis, Step::Api, SeenKind::Account), ["aino"]);
    let with_token: Vec<String> = far_end
        .asked("")
        .into_iter()
        .filter(|asked| asked.token.is_some())
        .map(|asked| asked.line)
        .collect();
    assert_eq!(with_token, ["GET /api/users/me"]);
    assert!(!format!("{diagnosis:?}").contains("access-1"));
}

#[tokio::test]
async fn nobody_is_signed_in_or_may_not_or_the_instance_fails() {
    type Make = fn() -> Answer;
    let answers: [(Make, AdviceKind); 4] = [
        (|| Answer::error(401, "UNAUTHORIZED"), AdviceKind::SignIn),
        (|| Answer::error(403, "FORBIDDEN"), AdviceKind::AskForAccess),
        (
            || Answer::error(500, "INTERNAL_ERROR"),
            AdviceKind::TellOperator,
        ),
        (|| Answer::text(200, "<html>"), AdviceKind::CheckAddress),
    ];
    for (answer, advice) in answers {
        let far_end = FarEnd::start(move |asked| match asked.line.as_str() {
            "POST /token" => tokens(1),
            _ => answer(),
        })
        .await;
        let diagnosis = restored(&far_end).await.client.examine(&|_| ()).await;
        breaks(&diagnosis, Step::Api, advice);
    }
    let far_end = FarEnd::start(|_| Answer::error(401, "UNAUTHORIZED")).await;
    let browser = std::sync::Arc::new(crate::far_end::QuickBrowser);
    let out = signed_out(&far_end, browser).await;
    let diagnosis = out.client.examine(&|_| ()).await;
    breaks(&diagnosis, Step::Api, AdviceKind::SignIn);
    let failure = diagnosis.broken().unwrap().failure.clone().unwrap();
    assert_eq!(failure.code, Code::SignedOut);
    assert_eq!(
        far_end.asked("GET /api").len(),
        0,
        "nothing without a token"
    );
}

#[tokio::test]
async fn what_cannot_be_seen_is_said() {
    let (far_end, _) = hostile(|_| crate::hostile::json(200, "{}")).await;
    let diagnosis = examine(&far_end.url, &Network::default()).await;
    assert!(diagnosis.blind.contains(&Blind::ProxyAutoConfiguration));
    if cfg!(target_os = "linux") {
        assert!(diagnosis.blind.contains(&Blind::DesktopProxySettings));
    }
}
