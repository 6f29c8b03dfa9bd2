//! The loopback redirect (RFC 8252 §7.3): bound before the browser opens, on 127.0.0.1 with a
//! port of the system's choosing. Only the callback with our `state` ends the wait.

use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use subtle::ConstantTimeEq;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use url::Url;

use crate::{Code, Failure};

const HEADER_LIMIT: Duration = Duration::from_secs(10);
const CALLBACK: &str = "/callback";

/// A bound redirect address.
pub(super) struct Loopback {
    listener: TcpListener,
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
    pub(super) async fn bind() -> Result<Self, Failure> {
        let failed = |error: &dyn std::fmt::Display| {
            Failure::new(Code::SignInRefused)
                .with("error", "loopback")
                .saying(error.to_string())
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .map_err(|error| failed(&error))?;
        let port = listener
            .local_addr()
            .map_err(|error| failed(&error))?
            .port();
        let redirect = Url::parse(&format!("http://127.0.0.1:{port}{CALLBACK}"))
            .map_err(|error| failed(&error))?;
        Ok(Self { listener, redirect })
    }

    pub(super) fn redirect(&self) -> &Url {
        &self.redirect
    }

    /// Waits for the callback that carries `state`. Everything else is answered and forgotten.
    /// The sockets are closed when this returns or is dropped, after the last page was sent.
    pub(super) async fn callback(self, state: &str) -> Callback {
        let (found, mut callbacks) = mpsc::channel::<Callback>(1);
        let state: Arc<str> = state.into();
        let mut visitors = JoinSet::new();
        loop {
            tokio::select! {
                Ok((stream, _)) = self.listener.accept() => {
                    let (state, found) = (state.clone(), found.clone());
                    visitors.spawn(async move {
                        let service = service_fn(move |request| answer(request, state.clone(), found.clone()));
                        let served = hyper::server::conn::http1::Builder::new()
                            .timer(TokioTimer::new())
                            .header_read_timeout(HEADER_LIMIT)
                            .keep_alive(false)
                            .serve_connection(TokioIo::new(stream), service)
                            .await;
                        if let Err(error) = served {
                            tracing::debug!(%error, "a visitor of the redirect address left early");
                        }
                    });
                }
                Some(callback) = callbacks.recv() => {
                    // The page is still on its way to the browser; slow visitors are not waited for.
                    let _ = tokio::time::timeout(Duration::from_millis(500), visitors.join_next()).await;
                    return callback;
                }
                Some(_) = visitors.join_next() => {}
            }
        }
    }
}

async fn answer(
    request: Request<Incoming>,
    state: Arc<str>,
    found: mpsc::Sender<Callback>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    if request.uri().path() != CALLBACK {
        return Ok(page(
            StatusCode::NOT_FOUND,
            "Nothing here",
            "This address only ends a sign-in.",
        ));
    }
    if request.method() != Method::GET {
        return Ok(page(
            StatusCode::METHOD_NOT_ALLOWED,
            "Not like this",
            "This address only ends a sign-in.",
        ));
    }
    let Some(callback) = read(request.uri().query().unwrap_or_default(), &state) else {
        return Ok(page(
            StatusCode::BAD_REQUEST,
            "Not this sign-in",
            "This page does not belong to the sign-in that Miso Desktop waits for. Go back to the app and start again.",
        ));
    };
    let (title, text) = match &callback {
        Callback::Code { .. } => (
            "Signed in",
            "Go back to Miso Desktop. You can close this page.",
        ),
        Callback::Refused { .. } => (
            "Not signed in",
            "Go back to Miso Desktop: it says why. You can close this page.",
        ),
    };
    // A second callback finds the place taken and is answered all the same.
    let _ = found.try_send(callback);
    Ok(page(StatusCode::OK, title, text))
}

/// The callback in a query, if it carries our state.
fn read(query: &str, state: &str) -> Option<Callback> {
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    let single = |name: &str| {
        let mut values = pairs
            .iter()
            .filter(|(key, _)| key == name)
            .map(|(_, value)| value.clone());
        match (values.next(), values.next()) {
            (Some(value), None) => Some(value),
            _ => None,
        }
    };
    let given = single("state")?;
    if !bool::from(given.as_bytes().ct_eq(state.as_bytes())) {
        return None;
    }
    let iss = single("iss");
    if let Some(error) = single("error") {
        return Some(Callback::Refused {
            error,
            description: single("error_description"),
            iss,
        });
    }
    single("code").map(|code| Callback::Code { code, iss })
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
        let loopback = Loopback::bind().await.unwrap();
        let redirect = loopback.redirect().clone();
        assert_eq!(redirect.host_str(), Some("127.0.0.1"));
        let waiting = tokio::spawn(async move { loopback.callback("right").await });
        for query in [
            "",
            "state=wrong&code=x",
            "code=x",
            "state=right",
            "state=right&state=right&code=x",
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
