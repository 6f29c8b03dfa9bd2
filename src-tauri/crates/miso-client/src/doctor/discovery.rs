//! What the instance says about signing in: the first answer that only an instance gives.

use std::net::SocketAddr;

use reqwest::header::{CONTENT_TYPE, LOCATION};
use serde::Deserialize;
use url::Url;

use super::chart::{Chart, Seen, SeenKind, Step};
use super::{Advice, AdviceKind, STEP_LIMIT, advice, tls};
use crate::address::is_loopback;
use crate::http::{ReadError, excerpt, failure_of, read_bounded};
use crate::{Code, Failure, Network};

const LIMIT: usize = 1024 * 1024;

#[derive(Deserialize)]
struct Named {
    issuer: String,
}

/// The issuer that the instance names.
pub(super) async fn discover(
    chart: &mut Chart<'_>,
    instance: &Url,
    network: &Network,
    direct: &[SocketAddr],
) -> Option<String> {
    let begun = chart.begin(Step::Discovery);
    let mut seen = Vec::new();
    let asked = match ask(instance, network, &mut seen).await {
        Err((failure, _)) if needs_https(&failure, instance, network, direct).await => {
            Err((failure, use_https(instance)))
        }
        asked => asked,
    };
    match asked {
        Ok(issuer) => {
            seen.push(Seen::of(SeenKind::Issuer, &issuer));
            chart.well(begun, seen)?;
            Some(issuer)
        }
        Err((failure, advice)) => chart.broken(begun, seen, failure, advice),
    }
}

async fn ask(
    instance: &Url,
    network: &Network,
    seen: &mut Vec<Seen>,
) -> Result<String, (Failure, Advice)> {
    let client = network
        .client_for(instance)
        .await
        .map_err(|failure| (failure.clone(), advice::of_settings(&failure)))?;
    let address = instance
        .join(".well-known/openid-configuration")
        .map_err(|error| not_miso(0, b"", &error.to_string()))?;
    let response = client
        .get(address)
        .timeout(STEP_LIMIT)
        .send()
        .await
        .map_err(|error| broken(network.failure_of(&error, instance)))?;
    let status = response.status();
    let text = |name| {
        let value = response.headers().get(name)?;
        value.to_str().ok().map(str::to_owned)
    };
    let (kind, redirect) = (text(CONTENT_TYPE), text(LOCATION));
    let kind = kind.unwrap_or_default();
    seen.push(Seen::of(SeenKind::Answer, format!("{status} {kind}")));
    if status.is_redirection() {
        // Where it leads is shown, not followed.
        let to = redirect.and_then(|redirect| instance.join(&redirect).ok());
        let shown = to.as_ref().map(without_query).unwrap_or_default();
        seen.push(Seen::of(SeenKind::Redirect, &shown));
        let failure = Failure::new(Code::NotMiso).with("status", status.as_u16());
        let advice = match &to {
            Some(to) if to.host() != instance.host() => Advice::to(AdviceKind::OpenPortal),
            Some(to) if to.scheme() == "https" && instance.scheme() == "http" => {
                use_https(instance)
            }
            Some(_) | None => Advice::to(AdviceKind::CheckAddress),
        };
        return Err((failure, advice.with("redirect", shown)));
    }
    let body = read_bounded(response, LIMIT)
        .await
        .map_err(|error| match error {
            ReadError::TooLarge => not_miso(status.as_u16(), b"", "too large"),
            ReadError::Broken(error) => broken(failure_of(&error, instance)),
        })?;
    if status.is_server_error() {
        let (failure, _) = not_miso(status.as_u16(), &body, "");
        return Err((failure, Advice::to(AdviceKind::TellOperator)));
    }
    if status.is_success() && is_page(&kind, &body) {
        let (failure, _) = not_miso(status.as_u16(), &body, "");
        // A network can put its page in the place of what is not secured, elsewhere than here.
        let kind = match instance.scheme() == "http" && !is_loopback(instance) {
            true => AdviceKind::OpenPortal,
            false => AdviceKind::NotAnApi,
        };
        return Err((failure, Advice::to(kind).with("redirect", "")));
    }
    if !status.is_success() {
        return Err(not_miso(status.as_u16(), &body, ""));
    }
    let named: Named = serde_json::from_slice(&body)
        .map_err(|error| not_miso(status.as_u16(), &body, &error.to_string()))?;
    Ok(named.issuer)
}

/// A page for people where a document was asked for.
fn is_page(kind: &str, body: &[u8]) -> bool {
    kind.to_ascii_lowercase().starts_with("text/html") || body.trim_ascii_start().starts_with(b"<")
}

/// Whether plain http was spoken to what speaks TLS: it hangs up, or says so with 400.
async fn needs_https(
    failure: &Failure,
    instance: &Url,
    network: &Network,
    direct: &[SocketAddr],
) -> bool {
    let is_refused = match failure.code {
        Code::Offline => true,
        Code::NotMiso => failure.params.get("status").is_some_and(|it| it == "400"),
        _ => false,
    };
    match direct.first() {
        Some(address) if is_refused && instance.scheme() == "http" => {
            tls::is_spoken(*address, instance, network).await
        }
        Some(_) | None => false,
    }
}

fn use_https(instance: &Url) -> Advice {
    let mut address = without_query(instance);
    address.replace_range(..instance.scheme().len(), "https");
    Advice::to(AdviceKind::UseHttps).with("address", address)
}

/// An address without what may be somebody's secret in it.
fn without_query(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    // Refused by what has no host, and that has no password either.
    let _no_host = (url.set_username(""), url.set_password(None));
    url.to_string()
}

fn broken(failure: Failure) -> (Failure, Advice) {
    let kind = match failure.code {
        Code::Tls => AdviceKind::CheckTls,
        Code::ProxyFailed => AdviceKind::AskForProxy,
        Code::ProxyUnreachable => AdviceKind::ReachProxy,
        _ => AdviceKind::TryAgain,
    };
    let params = failure.params.clone();
    (failure, Advice { kind, params })
}

fn not_miso(status: u16, body: &[u8], reason: &str) -> (Failure, Advice) {
    let failure = Failure::new(Code::NotMiso)
        .with("status", status)
        .with("excerpt", excerpt(body))
        .with("reason", reason);
    (failure, Advice::to(AdviceKind::CheckAddress))
}
