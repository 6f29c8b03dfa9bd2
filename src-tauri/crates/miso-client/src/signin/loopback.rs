//! The loopback redirect (RFC 8252 §7.3): bound before the browser opens, on this machine alone,
//! with a port of the system's choosing. Only the callback with our `state` ends the wait.

use std::collections::HashMap;
use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::HOST;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use subtle::ConstantTimeEq;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use url::Url;

use super::settings::RedirectHost;
use crate::{Code, Failure};

const HEADER_LIMIT: Duration = Duration::from_secs(10);
const CALLBACK: &str = "/callback";

/// How long the page that ends the sign-in may take to reach the browser.
const PAGE_LIMIT: Duration = Duration::from_secs(1);
/// How long other visitors may take to leave, when nobody waits for them any more.
const DRAIN_LIMIT: Duration = Duration::from_secs(10);
/// After an error of the listener, such as too many open files.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How many ports are tried where both addresses of a name are needed.
const PORTS_TRIED: usize = 10;

/// A bound redirect address.
pub(super) struct Loopback {
    listener: TcpListener,
    /// The other of the two addresses that a name may mean.
    second: Option<TcpListener>,
    redirect: Url,
}

/// What the browser brought back.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Callback {
    /// A code, and the issuer it claims to come from (RFC 9207).
    Code { code: String, iss: Option<String> },
    /// The provider's refusal (RFC 6749 §4.1.2.1).
    Refused {
        error: String,
        description: Option<String>,
        iss: Option<String>,
    },
}

impl Loopback {
    pub(super) async fn bind(host: RedirectHost) -> Result<Self, Failure> {
        let failed = |error: &dyn std::fmt::Display| {
            Failure::new(Code::SignInRefused)
                .with("error", "loopback")
                .saying(error.to_string())
        };
        let (listener, second) = bound(host).await.map_err(|error| failed(&error))?;
        let port = listener
            .local_addr()
            .map_err(|error| failed(&error))?
            .port();
        let redirect = Url::parse(&format!("http://{}:{port}{CALLBACK}", host.as_str()))
            .map_err(|error| failed(&error))?;
        Ok(Self {
            listener,
            second,
            redirect,
        })
    }

    pub(super) fn redirect(&self) -> &Url {
        &self.redirect
    }

    /// Waits for the callback that carries `state`. Everything else is answered and forgotten.
    /// Nobody new is let in when this returns or is dropped; who is in gets an answer.
    pub(super) async fn callback(self, state: &str) -> Callback {
        let Self {
            listener,
            second,
            redirect,
        } = self;
        let (found, mut callbacks) = mpsc::channel::<Callback>(1);
        let expected = Arc::new(Awaited {
            state: state.to_owned(),
            authority: redirect.authority().to_owned(),
            found,
        });
        let mut visitors = JoinSet::new();
        let callback = loop {
            tokio::select! {
                // First, so that who brought it is still among the visitors.
                biased;
                Some(callback) = callbacks.recv() => break callback,
                accepted = accept(&listener, second.as_ref()) => match accepted {
                    Ok((stream, _)) => {
                        visitors.spawn(serve(stream, expected.clone()));
                    }
                    Err(error) => {
                        tracing::debug!(%error, "a visitor of the redirect address was lost");
                        tokio::time::sleep(ACCEPT_PAUSE).await;
                    }
                },
                Some(_) = visitors.join_next() => {}
            }
        };
        drop((listener, second));
        // The page is still on its way to the browser; slow visitors are not waited for.
        let page_sent = async {
            while let Some(visitor) = visitors.join_next().await {
                if visitor.is_ok_and(|brought_it| brought_it) {
                    return;
                }
            }
        };
        if tokio::time::timeout(PAGE_LIMIT, page_sent).await.is_err() {
            tracing::debug!("the last page of the sign-in was not fetched in time");
        }
        tokio::spawn(async move {
            let drained = async { while visitors.join_next().await.is_some() {} };
            // Who stays longer is cut off with the set.
            let _ = tokio::time::timeout(DRAIN_LIMIT, drained).await;
        });
        callback
    }
}

/// Binds a port of this machine. The name `localhost` means two addresses, and browsers try
/// either: nobody else may have the same port of the other one. Without IPv6 there is but one.
async fn bound(host: RedirectHost) -> io::Result<(TcpListener, Option<TcpListener>)> {
    for _ in 0..PORTS_TRIED {
        let first = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        if host == RedirectHost::Address {
            return Ok((first, None));
        }
        let port = first.local_addr()?.port();
        match TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await {
            Ok(second) => return Ok((first, Some(second))),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
            Err(error) => {
                tracing::debug!(%error, "the redirect has no address of IPv6");
                return Ok((first, None));
            }
        }
    }
    Err(io::ErrorKind::AddrInUse.into())
}

async fn accept(
    first: &TcpListener,
    second: Option<&TcpListener>,
) -> io::Result<(TcpStream, SocketAddr)> {
    let Some(second) = second else {
        return first.accept().await;
    };
    tokio::select! {
        accepted = first.accept() => accepted,
        accepted = second.accept() => accepted,
    }
}

/// What a visitor must bring.
struct Awaited {
    state: String,
    /// Host and port of the redirect address.
    authority: String,
    found: mpsc::Sender<Callback>,
}

/// Serves one visitor; whether it brought the callback.
async fn serve(stream: TcpStream, expected: Arc<Awaited>) -> bool {
    let brought_it = AtomicBool::new(false);
    let service = service_fn(|request| {
        let response = answer(&request, &expected, &brought_it);
        async move { Ok::<_, Infallible>(response) }
    });
    let served = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_LIMIT)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service)
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "a visitor of the redirect address left early");
    }
    brought_it.into_inner()
}

fn answer(
    request: &Request<Incoming>,
    expected: &Awaited,
    brought_it: &AtomicBool,
) -> Response<Full<Bytes>> {
    // A name that was rebound to this machine is not the address the provider was given.
    let host = request.headers().get(HOST);
    if host.is_none_or(|host| host.as_bytes() != expected.authority.as_bytes()) {
        return page(
            StatusCode::FORBIDDEN,
            "Not here",
            "This address only ends a sign-in.",
        );
    }
    if request.uri().path() != CALLBACK {
        return page(
            StatusCode::NOT_FOUND,
            "Nothing here",
            "This address only ends a sign-in.",
        );
    }
    if request.method() != Method::GET {
        return page(
            StatusCode::METHOD_NOT_ALLOWED,
            "Not like this",
            "This address only ends a sign-in.",
        );
    }
    let query = request.uri().query().unwrap_or_default();
    let Some(callback) = read(query, &expected.state) else {
        return page(
            StatusCode::BAD_REQUEST,
            "Not this sign-in",
            "This page does not belong to the sign-in that Miso Desktop waits for. Go back to the app and start again.",
        );
    };
    let text = match &callback {
        Callback::Code { .. } => "The app goes on from here. You can close this page.",
        Callback::Refused { .. } => {
            "You are not signed in; the app says why. You can close this page."
        }
    };
    // A second callback finds the place taken and is answered all the same.
    if expected.found.try_send(callback).is_ok() {
        brought_it.store(true, Ordering::Relaxed);
    }
    page(StatusCode::OK, "Go back to Miso Desktop", text)
}

/// The callback in a query, if it carries our state. No parameter may be there twice (RFC 6749
/// §3.1): which of them counts is what an attacker would choose.
fn read(query: &str, state: &str) -> Option<Callback> {
    let mut parameters = HashMap::new();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()).into_owned() {
        if parameters.insert(name, value).is_some() {
            return None;
        }
    }
    let given = parameters.remove("state")?;
    if !bool::from(given.as_bytes().ct_eq(state.as_bytes())) {
        return None;
    }
    let iss = parameters.remove("iss");
    match (parameters.remove("error"), parameters.remove("code")) {
        (Some(error), None) => Some(Callback::Refused {
            error,
            description: parameters.remove("error_description"),
            iss,
        }),
        (None, Some(code)) => Some(Callback::Code { code, iss }),
        (Some(_), Some(_)) | (None, None) => None,
    }
}

/// A page of fixed words: nothing of the request stands in it.
fn page(status: StatusCode, title: &str, text: &str) -> Response<Full<Bytes>> {
    let html = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"color-scheme\" content=\"light dark\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title} · Miso Desktop</title>\
         <style>body{{font:13px/18px system-ui,sans-serif;margin:0;min-height:100vh;display:grid;place-items:center;\
         background:light-dark(#fdfdfc,#17191b);color:light-dark(#1b1d1f,#e4e6e7)}}main{{width:460px;max-width:90vw}}\
         h1{{font-size:20px;line-height:28px;font-weight:600;margin:12px 0 4px}}p{{margin:0;color:light-dark(#575b60,#9ba0a5)}}</style>\
         <main><svg width=\"36\" height=\"36\" viewBox=\"0 0 36 36\" aria-hidden=\"true\"><rect width=\"36\" height=\"36\" rx=\"9\" fill=\"#0c766e\"/>\
         <path d=\"M8 25V13l5 5 5-5 5 5 5-5v12\" fill=\"none\" stroke=\"#fff\" stroke-width=\"2.6\" stroke-linecap=\"round\" stroke-linejoin=\"round\"/></svg>\
         <h1>{title}</h1><p>{text}</p></main></html>"
    );
    let mut response = Response::new(Full::new(Bytes::from(html)));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    for (name, value) in [
        ("content-type", "text/html; charset=utf-8"),
        ("cache-control", "no-store"),
        (
            "content-security-policy",
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
        ),
        ("referrer-policy", "no-referrer"),
    ] {
        headers.insert(name, http::HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn get(redirect: &Url, query: &str) -> u16 {
        let mut url = redirect.clone();
        url.set_query(Some(query));
        reqwest::get(url).await.unwrap().status().as_u16()
    }

    #[tokio::test]
    async fn only_our_state_ends_the_wait() {
        let loopback = Loopback::bind(RedirectHost::Address).await.unwrap();
        let redirect = loopback.redirect().clone();
        assert_eq!(redirect.host_str(), Some("127.0.0.1"));
        let waiting = tokio::spawn(async move { loopback.callback("right").await });
        for query in [
            "",
            "state=wrong&code=x",
            "code=x",
            "state=right",
            "state=right&state=right&code=x",
            "state=right&code=x&code=y",
            "state=right&code=x&iss=a&iss=b",
            "state=right&code=x&error=no",
            "state=right&error=no&error=yes",
        ] {
            assert_eq!(get(&redirect, query).await, 400, "{query}");
        }
        assert_eq!(
            reqwest::get(redirect.join("/favicon.ico").unwrap())
                .await
                .unwrap()
                .status(),
            404
        );
        let posted = reqwest::Client::new()
            .post(redirect.clone())
            .send()
            .await
            .unwrap();
        assert_eq!(posted.status(), 405);
        let rebound = reqwest::Client::new()
            .get(format!("{redirect}?state=right&code=x"))
            .header("host", "evil.example")
            .send()
            .await
            .unwrap();
        assert_eq!(rebound.status(), 403);
        assert!(!waiting.is_finished());
        assert_eq!(
            get(&redirect, "state=right&code=c%2F1&iss=https%3A%2F%2Fi").await,
            200
        );
        let callback = waiting.await.unwrap();
        assert_eq!(
            callback,
            Callback::Code {
                code: "c/1".to_owned(),
                iss: Some("https://i".to_owned())
            }
        );
        assert!(
            reqwest::get(redirect).await.is_err(),
            "the socket is closed"
        );
    }

    #[tokio::test]
    async fn a_name_is_answered_at_both_of_its_addresses() {
        let loopback = Loopback::bind(RedirectHost::Localhost).await.unwrap();
        let redirect = loopback.redirect().clone();
        assert_eq!(redirect.host_str(), Some("localhost"));
        let port = redirect.port().unwrap();
        let places = match &loopback.second {
            Some(second) => {
                assert!(second.local_addr().unwrap().ip().is_loopback());
                vec!["127.0.0.1", "[::1]"]
            }
            None => vec!["127.0.0.1"],
        };
        let waiting = tokio::spawn(async move { loopback.callback("right").await });
        for place in places {
            let asked = |host: String| {
                reqwest::Client::new()
                    .get(format!("http://{place}:{port}/callback?state=wrong&code=x"))
                    .header("host", host)
                    .send()
            };
            let named = asked(format!("localhost:{port}")).await.unwrap();
            assert_eq!(named.status(), 400, "{place}");
            let bare = asked(format!("{place}:{port}")).await.unwrap();
            assert_eq!(bare.status(), 403, "{place}");
        }
        assert_eq!(get(&redirect, "state=right&code=c").await, 200);
        assert!(matches!(waiting.await.unwrap(), Callback::Code { .. }));
    }

    /// Browsers open spare connections that never ask for anything.
    #[tokio::test]
    async fn the_last_page_arrives_whoever_else_is_there() {
        let loopback = Loopback::bind(RedirectHost::Address).await.unwrap();
        let redirect = loopback.redirect().clone();
        let address = redirect.socket_addrs(|| None).unwrap()[0];
        let mut spare = Vec::new();
        for _ in 0..5 {
            spare.push(TcpStream::connect(address).await.unwrap());
        }
        let waiting = tokio::spawn(async move { loopback.callback("right").await });
        let began = std::time::Instant::now();
        let mut url = redirect.clone();
        url.set_query(Some("state=right&code=c"));
        let page = reqwest::get(url).await.unwrap().text().await.unwrap();
        assert!(page.contains("<h1>Go back to Miso Desktop</h1>"), "{page}");
        assert!(matches!(waiting.await.unwrap(), Callback::Code { .. }));
        assert!(began.elapsed() < PAGE_LIMIT, "{:?}", began.elapsed());
    }

    #[tokio::test]
    async fn a_refusal_is_told_apart() {
        let found = read(
            "state=s&error=access_denied&error_description=%3Cb%3Eno",
            "s",
        );
        let Some(Callback::Refused {
            error, description, ..
        }) = found
        else {
            panic!("{found:?}")
        };
        assert_eq!(
            (error.as_str(), description.as_deref()),
            ("access_denied", Some("<b>no"))
        );
    }
}
