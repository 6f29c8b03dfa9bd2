//! The authorization endpoint (RFC 6749 §4.1.1, OpenID Connect Core §3.1.2).

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use chrono::Utc;
use http::{HeaderMap, Uri};
use secrecy::ExposeSecret;
use subtle::ConstantTimeEq;
use url::Url;

use super::client::{DESKTOP, known_scopes, loopback_redirect};
use super::page::{self, Sorry};
use super::pending::Asked;
use super::pkce;
use crate::http::body;
use crate::http::form::{Parameters, Repeated};
use crate::site::{Shared, Site};

/// `GET /oidc/authorize`
pub(super) async fn by_query(State(site): State<Shared>, uri: Uri) -> Response {
    answer(
        &site,
        Parameters::parse(uri.query().unwrap_or_default().as_bytes()),
    )
}

/// `POST /oidc/authorize`
pub(super) async fn by_form(
    State(site): State<Shared>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    match body::read_form(&headers, body).await {
        Ok(form) => answer(&site, Parameters::parse(&form)),
        Err(error) => page::refused(&error),
    }
}

/// Sends the browser back to the app with parameters, the issuer among them (RFC 9207 §2).
pub(super) fn send_back(site: &Site, asked: &Asked, parameters: &[(&str, &str)]) -> Response {
    redirect(
        site,
        asked.redirect.clone(),
        asked.state.as_deref(),
        parameters,
    )
}

/// The longest `state` and the longest `nonce`, in bytes.
const LONGEST: usize = 2048;

/// Whether that is the launch key. The comparison takes as long for a near miss as for any other.
pub(super) fn is_launch_key(site: &Site, key: &str) -> bool {
    site.launch_key
        .expose_secret()
        .as_bytes()
        .ct_eq(key.trim().as_bytes())
        .into()
}

fn answer(site: &Site, parameters: Result<Parameters, Repeated>) -> Response {
    let Ok(parameters) = parameters else {
        return page::sorry(Sorry::BadRequest);
    };
    // A wrong client or redirect is told to the person, never sent to the address (RFC 6749
    // §4.1.2.1).
    if parameters.get("client_id") != Some(DESKTOP) {
        return page::sorry(Sorry::UnknownClient);
    }
    let Some(to) = parameters.get("redirect_uri").and_then(loopback_redirect) else {
        return page::sorry(Sorry::WrongRedirect);
    };
    let state = parameters.get("state").map(str::to_owned);
    if state.as_ref().is_some_and(|state| state.len() > LONGEST) {
        return page::sorry(Sorry::TooLarge);
    }
    let challenge = match check(&parameters) {
        Ok(challenge) => challenge.to_owned(),
        Err((error, description)) => {
            let answer = [("error", error), ("error_description", description)];
            return redirect(site, to, state.as_deref(), &answer);
        }
    };
    let asked = Asked {
        client_id: DESKTOP.to_owned(),
        redirect: to,
        state,
        nonce: parameters.get("nonce").map(str::to_owned),
        challenge,
        scope: known_scopes(parameters.get("scope").unwrap_or_default()),
    };
    let key = parameters.get("launch_key");
    let now = Utc::now();
    let unlocked = key.is_some_and(|key| {
        is_launch_key(site, key) || site.one_time_keys.opens(key, &asked.challenge, now)
    });
    match site.pending.begin(asked.clone(), unlocked, now) {
        Ok(id) if unlocked => page::choose_person(&id, &asked.redirect),
        Ok(id) => page::ask_for_key(&id, &asked.redirect, key.is_some()),
        Err(error) => page::refused(&error.into()),
    }
}

/// The challenge of a request that is as it must be, or its error.
fn check(parameters: &Parameters) -> Result<&str, (&'static str, &'static str)> {
    match parameters.get("response_type") {
        Some("code") => {}
        Some(_) => return Err(("unsupported_response_type", "only code is supported")),
        None => return Err(("invalid_request", "response_type is missing")),
    }
    if parameters
        .get("response_mode")
        .is_some_and(|mode| mode != "query")
    {
        return Err(("invalid_request", "only response_mode query is supported"));
    }
    if parameters.get("request").is_some() {
        return Err(("request_not_supported", "request objects are not supported"));
    }
    if parameters.get("request_uri").is_some() {
        return Err((
            "request_uri_not_supported",
            "request objects are not supported",
        ));
    }
    if parameters.get("prompt") == Some("none") {
        return Err((
            "login_required",
            "nobody is signed in: this provider keeps no cookie",
        ));
    }
    if parameters.get("code_challenge_method") != Some("S256") {
        return Err(("invalid_request", "code_challenge_method S256 is required"));
    }
    if parameters
        .get("nonce")
        .is_some_and(|nonce| nonce.len() > LONGEST)
    {
        return Err(("invalid_request", "nonce is longer than 2048 bytes"));
    }
    match parameters.get("code_challenge") {
        Some(challenge) if pkce::is_challenge(challenge) => Ok(challenge),
        Some(_) => Err(("invalid_request", "code_challenge is not one of S256")),
        None => Err(("invalid_request", "code_challenge is missing")),
    }
}

fn redirect(
    site: &Site,
    mut to: Url,
    state: Option<&str>,
    parameters: &[(&str, &str)],
) -> Response {
    {
        let mut query = to.query_pairs_mut();
        query.extend_pairs(parameters);
        if let Some(state) = state {
            query.append_pair("state", state);
        }
        query.append_pair("iss", &site.issuer);
    }
    page::closed(Redirect::to(to.as_str()).into_response())
}
