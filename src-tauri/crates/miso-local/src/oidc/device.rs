//! Signing in a machine without a usable browser (RFC 8628): it shows a code, and who types that
//! elsewhere on this machine, and holds the launch key, says who it is to be.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use chrono::Utc;
use http::{HeaderMap, Uri};
use serde_json::{Value, json};

use super::DEVICE;
use super::authorize::is_launch_key;
use super::client::known_scopes;
use super::device_page::{self, Wrong};
use super::devices::{INTERVAL, TIME};
use super::page::{self, Sorry};
use super::token::{Client, TokenError, authenticated_form, forbid_keeping};
use crate::http::form::Parameters;
use crate::people;
use crate::random::NoRandomness;
use crate::site::{Shared, Site};

/// `POST /oidc/device-authorization`
pub(super) async fn begin(State(site): State<Shared>, headers: HeaderMap, body: Body) -> Response {
    match begun(&site, &headers, body).await {
        Ok(answer) => {
            let mut response = Json(answer).into_response();
            forbid_keeping(&mut response);
            response
        }
        Err(error) => error.into_response(),
    }
}

/// `GET /device`: the page that asks for the code, or that of the code in the address.
pub(super) async fn by_query(State(site): State<Shared>, uri: Uri) -> Response {
    let Ok(parameters) = Parameters::parse(uri.query().unwrap_or_default().as_bytes()) else {
        return page::sorry(Sorry::BadRequest);
    };
    match (parameters.get("user_code"), parameters.get("launch_key")) {
        (Some(code), Some(key)) => open(&site, code, key),
        (code, _) => device_page::ask(code.unwrap_or_default(), None),
    }
}

/// `POST /device`: code and key were typed.
pub(super) async fn by_form(
    State(site): State<Shared>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    match page::read_form(&headers, body).await {
        Ok(form) => open(
            &site,
            form.get("user_code").unwrap_or_default(),
            form.get("launch_key").unwrap_or_default(),
        ),
        Err(refusal) => refusal,
    }
}

/// `POST /device/answer`: a person was chosen, or the sign-in refused.
pub(super) async fn answer(State(site): State<Shared>, headers: HeaderMap, body: Body) -> Response {
    let form = match page::read_form(&headers, body).await {
        Ok(form) => form,
        Err(refusal) => return refusal,
    };
    let person = match (form.get("cancel"), form.get("person")) {
        (Some(_), _) => None,
        (None, Some(name)) => match people::by_username(name) {
            Some(person) => Some(person),
            None => return page::sorry(Sorry::BadRequest),
        },
        (None, None) => return page::sorry(Sorry::BadRequest),
    };
    let id = form.get("transaction").unwrap_or_default();
    if !site.devices.answer(id, person, Utc::now()) {
        return page::sorry(Sorry::Ended);
    }
    match person {
        Some(person) => device_page::signed_in(person),
        None => device_page::refused(),
    }
}

async fn begun(site: &Site, headers: &HeaderMap, body: Body) -> Result<Value, TokenError> {
    let (client, form) = authenticated_form(site, headers, body).await?;
    let Client::Desktop = client else {
        return Err(TokenError::UnauthorizedClient);
    };
    let begun = start(site, form.get("scope").unwrap_or_default())?;
    Ok(json!({
        "device_code": begun.device_code,
        "user_code": begun.user_code,
        "verification_uri": begun.page,
        "verification_uri_complete": begun.page_with_code,
        "expires_in": begun.expires_in,
        "interval": begun.interval,
    }))
}

/// What a device is told when its sign-in begins. Holds a secret: no `Debug`.
pub(crate) struct Started {
    pub(crate) device_code: String,
    pub(crate) user_code: String,
    /// Where a person types the code.
    pub(crate) page: String,
    pub(crate) page_with_code: String,
    /// Seconds.
    pub(crate) expires_in: i64,
    /// Seconds between two questions.
    pub(crate) interval: i64,
}

/// Begins the sign-in of a device, with those of the scopes that exist.
pub(crate) fn start(site: &Site, scope: &str) -> Result<Started, NoRandomness> {
    let begun = site.devices.begin(known_scopes(scope), Utc::now())?;
    let page = format!("{}{DEVICE}", site.issuer);
    Ok(Started {
        page_with_code: format!("{page}?user_code={}", begun.user_code),
        page,
        device_code: begun.device_code,
        user_code: begun.user_code,
        expires_in: TIME.num_seconds(),
        interval: INTERVAL.num_seconds(),
    })
}

/// Offers the people to who has a code that a device shows and the launch key. The key comes
/// first: who lacks it learns nothing about codes.
fn open(site: &Site, code: &str, key: &str) -> Response {
    if !is_launch_key(site, key) {
        return device_page::ask(code, Some(Wrong::Key));
    }
    match site.devices.open_page(code, Utc::now()) {
        Ok(Some((id, code))) => device_page::choose_person(&id, &code),
        Ok(None) => device_page::ask(code, Some(Wrong::Code)),
        Err(error) => page::refused(&error.into()),
    }
}
