//! The first machine on the way, and what leads through it.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use http::header::HeaderValue;
use hyper_util::client::proxy::matcher::Intercept;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use url::{Host, Url};

use super::chart::{Chart, Seen, SeenKind, Step};
use super::{Advice, AdviceKind, STEP_LIMIT, advice, tls};
use crate::network::named;
use crate::{Code, Failure, Network};

const CONNECT_LIMIT: Duration = Duration::from_secs(5);
/// A proxy's answer to a request for a tunnel is shorter.
const HEAD_LIMIT: usize = 16 * 1024;

/// Anything that bytes go through both ways.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// The machine that is connected to.
pub(super) struct Hop {
    pub host: String,
    pub port: u16,
    proxy: Option<Intercept>,
}

impl Hop {
    fn seen(&self) -> Seen {
        Seen::of(SeenKind::Host, format!("{}:{}", self.host, self.port))
    }

    /// The instance's own addresses, where no proxy stands before it.
    pub(super) fn direct<'a>(&self, addresses: &'a [SocketAddr]) -> &'a [SocketAddr] {
        match self.proxy {
            Some(_) => &[],
            None => addresses,
        }
    }

    /// Why it cannot be reached; of a proxy, that it is the proxy.
    fn failure(&self, code: Code, reason: &str) -> Failure {
        let failure = match &self.proxy {
            Some(proxy) => Failure::new(Code::ProxyUnreachable).with("proxy", named(proxy)),
            None => Failure::new(code),
        };
        failure.with("host", &self.host).with("reason", reason)
    }
}

/// The instance, or the proxy that leads to it.
pub(super) fn first_hop(chart: &mut Chart<'_>, instance: &Url, network: &Network) -> Option<Hop> {
    match network.proxy_for(instance) {
        Ok(None) => Some(Hop {
            host: bare(instance),
            port: instance.port_or_known_default().unwrap_or(443),
            proxy: None,
        }),
        Ok(Some(proxy)) => {
            let default = match proxy.uri().scheme_str() {
                Some("http") => 80,
                Some("https") => 443,
                Some(_) | None => 1080,
            };
            let host = proxy.uri().host().unwrap_or_default();
            Some(Hop {
                host: host.trim_matches(['[', ']']).to_owned(),
                port: proxy.uri().port_u16().unwrap_or(default),
                proxy: Some(proxy),
            })
        }
        Err(failure) => {
            let begun = chart.begin(Step::Proxy);
            let advice = advice::of_settings(&failure);
            chart.broken(begun, Vec::new(), failure, advice)
        }
    }
}

pub(super) async fn look_up(
    chart: &mut Chart<'_>,
    hop: &Hop,
    network: &Network,
) -> Option<Vec<SocketAddr>> {
    if let Ok(address) = hop.host.parse() {
        chart.skip(Step::Dns);
        return Some(vec![SocketAddr::new(address, hop.port)]);
    }
    let begun = chart.begin(Step::Dns);
    if let Some(address) = network.led(&hop.host) {
        let seen = Seen::of(SeenKind::Address, address.ip().to_string());
        chart.well(begun, vec![hop.seen(), seen])?;
        return Some(vec![address]);
    }
    let looking = tokio::net::lookup_host((hop.host.as_str(), hop.port));
    let found = match tokio::time::timeout(STEP_LIMIT, looking).await {
        Ok(Ok(found)) => found.collect(),
        Ok(Err(error)) => {
            return unknown(chart, begun, hop, &error.to_string());
        }
        Err(_) => Vec::new(),
    };
    if found.is_empty() {
        return unknown(chart, begun, hop, "");
    }
    let mut seen = vec![hop.seen()];
    let addresses = found
        .iter()
        .map(|address: &SocketAddr| address.ip().to_string());
    seen.extend(addresses.map(|address| Seen::of(SeenKind::Address, address)));
    chart.well(begun, seen)?;
    Some(found)
}

fn unknown<T>(
    chart: &mut Chart<'_>,
    begun: super::chart::Begun,
    hop: &Hop,
    reason: &str,
) -> Option<T> {
    let advice = match &hop.proxy {
        Some(proxy) => Advice::to(AdviceKind::CheckProxyName).with("proxy", named(proxy)),
        None => Advice::to(AdviceKind::CheckName),
    };
    let failure = hop.failure(Code::Offline, reason);
    let advice = advice.with("host", &hop.host);
    chart.broken(begun, vec![hop.seen()], failure, advice)
}

pub(super) async fn connect(
    chart: &mut Chart<'_>,
    hop: &Hop,
    addresses: &[SocketAddr],
) -> Option<TcpStream> {
    let begun = chart.begin(Step::Tcp);
    let mut seen = vec![hop.seen()];
    // A name may lead to many addresses: they share the time of the step.
    let until = Instant::now() + STEP_LIMIT;
    let (mut reason, mut is_refused, mut is_silent) = (String::new(), false, true);
    for address in addresses {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        seen.push(Seen::of(SeenKind::Address, address.to_string()));
        match tokio::time::timeout(CONNECT_LIMIT.min(left), TcpStream::connect(address)).await {
            Ok(Ok(socket)) => {
                chart.well(
                    begun,
                    vec![Seen::of(SeenKind::Address, address.to_string())],
                )?;
                return Some(socket);
            }
            Ok(Err(error)) => {
                is_silent = false;
                is_refused |= error.kind() == std::io::ErrorKind::ConnectionRefused;
                reason = error.to_string();
            }
            Err(_) => "no answer".clone_into(&mut reason),
        }
    }
    let code = match is_silent {
        true => Code::Timeout,
        false => Code::Offline,
    };
    let advice = match &hop.proxy {
        Some(proxy) => Advice::to(AdviceKind::ReachProxy).with("proxy", named(proxy)),
        None if is_refused => Advice::to(AdviceKind::CheckPort),
        None => Advice::to(AdviceKind::CheckNetwork),
    };
    let failure = hop.failure(code, &reason);
    let advice = advice.with("host", format!("{}:{}", hop.host, hop.port));
    chart.broken(begun, seen, failure, advice)
}

/// Through the proxy, where there is one.
pub(super) async fn pass_proxy(
    chart: &mut Chart<'_>,
    hop: &Hop,
    socket: TcpStream,
    instance: &Url,
    network: &Network,
) -> Option<Box<dyn Stream>> {
    let Some(proxy) = &hop.proxy else {
        chart.skip(Step::Proxy);
        return Some(Box::new(socket));
    };
    let begun = chart.begin(Step::Proxy);
    let mut seen = vec![Seen::of(SeenKind::Proxy, named(proxy))];
    let passing = pass(proxy, &hop.host, socket, instance, network);
    let refused = match tokio::time::timeout(STEP_LIMIT, passing).await {
        Ok(Ok(stream)) => {
            chart.well(begun, seen)?;
            return Some(stream);
        }
        Ok(Err(refused)) => refused,
        Err(_) => Refused::because("no answer"),
    };
    let host = instance.host_str().unwrap_or_default();
    let mut failure = Failure::new(Code::ProxyFailed)
        .with("proxy", named(proxy))
        .with("host", host)
        .with("reason", &refused.reason);
    if let Some(status) = &refused.status {
        seen.push(Seen::of(SeenKind::Answer, &refused.reason));
        failure = failure.with("status", status);
    }
    let schemes = refused.schemes.join(", ");
    let knows_one = |scheme: &String| scheme.eq_ignore_ascii_case("basic");
    let kind = match refused.asks_for_password {
        false => AdviceKind::AskForProxy,
        true if refused.schemes.is_empty() || refused.schemes.iter().any(knows_one) => {
            AdviceKind::GiveProxyPassword
        }
        true => AdviceKind::UnknownProxySchemes,
    };
    if !schemes.is_empty() {
        failure = failure.with("schemes", &schemes);
    }
    let advice = Advice::to(kind)
        .with("host", host)
        .with("proxy", named(proxy))
        .with("reason", refused.reason)
        .with("schemes", schemes);
    chart.broken(begun, seen, failure, advice)
}

/// Why a proxy lets nobody through.
#[derive(Default)]
struct Refused {
    reason: String,
    /// Of its answer, where it speaks HTTP.
    status: Option<String>,
    asks_for_password: bool,
    /// What it takes as proof (RFC 9110 §11.7.1), where it says so.
    schemes: Vec<String>,
}

impl Refused {
    fn because(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            ..Self::default()
        }
    }

    fn for_want_of_a_password(reason: &str) -> Self {
        Self {
            asks_for_password: true,
            ..Self::because(reason)
        }
    }
}

impl From<std::io::Error> for Refused {
    fn from(error: std::io::Error) -> Self {
        Self::because(error.to_string())
    }
}

async fn pass(
    proxy: &Intercept,
    host: &str,
    socket: TcpStream,
    instance: &Url,
    network: &Network,
) -> Result<Box<dyn Stream>, Refused> {
    let port = instance.port_or_known_default().unwrap_or(443);
    match proxy.uri().scheme_str() {
        Some("http") => tunnel(socket, instance, port, proxy.basic_auth()).await,
        Some("https") => {
            let secured = tls::to_proxy(socket, host, network).await?;
            tunnel(secured, instance, port, proxy.basic_auth()).await
        }
        Some(_) | None => socks5(socket, &bare(instance), port, proxy.raw_auth()).await,
    }
}

/// RFC 9110 §9.3.6.
async fn tunnel(
    mut stream: impl Stream + 'static,
    instance: &Url,
    port: u16,
    password: Option<&HeaderValue>,
) -> Result<Box<dyn Stream>, Refused> {
    let host = instance.host_str().unwrap_or_default();
    let mut request = format!("CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n");
    if let Some(password) = password.and_then(|value| value.to_str().ok()) {
        request.push_str(&format!("Proxy-Authorization: {password}\r\n"));
    }
    request.push_str("\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") && head.len() < HEAD_LIMIT {
        head.push(stream.read_u8().await?);
    }
    let head = String::from_utf8_lossy(&head);
    let first = head.lines().next().unwrap_or_default();
    let status = first.split(' ').nth(1).unwrap_or_default();
    if first.starts_with("HTTP/1.") && status.starts_with('2') {
        return Ok(Box::new(stream));
    }
    let is_answer = first.starts_with("HTTP/1.");
    Err(Refused {
        reason: first.chars().take(200).collect(),
        asks_for_password: is_answer && status == "407",
        status: Some(status.to_owned()).filter(|_| is_answer),
        schemes: schemes(&head),
    })
}

/// The kinds of proof that the head of an answer names.
fn schemes(head: &str) -> Vec<String> {
    let fields = head.lines().filter_map(|line| line.split_once(':'));
    fields
        .filter(|(name, _)| name.eq_ignore_ascii_case("proxy-authenticate"))
        .filter_map(|(_, value)| value.split_whitespace().next())
        .map(|scheme| scheme.chars().take(40).collect())
        .take(8)
        .collect()
}

/// RFC 1928, and RFC 1929 where there is a password.
async fn socks5(
    mut stream: TcpStream,
    host: &str,
    port: u16,
    password: Option<(&str, &str)>,
) -> Result<Box<dyn Stream>, Refused> {
    const NO_PASSWORD: u8 = 0;
    const PASSWORD: u8 = 2;
    let method = if password.is_some() {
        PASSWORD
    } else {
        NO_PASSWORD
    };
    stream.write_all(&[5, 1, method]).await?;
    let mut chosen = [0; 2];
    stream.read_exact(&mut chosen).await?;
    match (chosen, password) {
        ([5, NO_PASSWORD], _) => {}
        ([5, PASSWORD], Some((name, secret))) => {
            let mut request = vec![1];
            for text in [name, secret] {
                request.push(short(text)?);
                request.extend_from_slice(text.as_bytes());
            }
            stream.write_all(&request).await?;
            let mut answer = [0; 2];
            stream.read_exact(&mut answer).await?;
            if answer[1] != 0 {
                return Err(Refused::for_want_of_a_password("the password is refused"));
            }
        }
        ([5, _], _) => {
            return Err(Refused::for_want_of_a_password("a password is wanted"));
        }
        (_, _) => return Err(Refused::because("this is no SOCKS5 proxy")),
    }
    let mut request = vec![5, 1, 0, 3, short(host)?];
    request.extend_from_slice(host.as_bytes());
    request.extend_from_slice(&port.to_be_bytes());
    stream.write_all(&request).await?;
    let mut answer = [0; 4];
    stream.read_exact(&mut answer).await?;
    if answer[1] != 0 {
        return Err(Refused::because(format!("SOCKS5 reply {}", answer[1])));
    }
    let rest = match answer[3] {
        1 => 4,
        3 => usize::from(stream.read_u8().await?),
        4 => 16,
        _ => return Err(Refused::because("this is no SOCKS5 proxy")),
    };
    let mut bound = vec![0; rest + 2];
    stream.read_exact(&mut bound).await?;
    Ok(Box::new(stream))
}

fn short(text: &str) -> Result<u8, Refused> {
    u8::try_from(text.len()).map_err(|_| Refused::because("too long for SOCKS5"))
}

/// A host without the brackets of an address.
fn bare(url: &Url) -> String {
    match url.host() {
        Some(Host::Domain(name)) => name.to_owned(),
        Some(Host::Ipv4(address)) => address.to_string(),
        Some(Host::Ipv6(address)) => address.to_string(),
        None => String::new(),
    }
}
