//! Registering an application in an environment, which gives it credentials (API-V1.md §3.3).

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use chrono::Utc;
use http::StatusCode;
use miso_api::ErrorCode;
use serde_json::{Map, Value, json};

use super::auth::text;
use super::clients;
use super::extract::{App, Env, Sent};
use super::form::single;
use super::names::Environment;
use super::placed::{one, whole};
use super::principal::Principal;
use crate::api::applications::must_not_be_closing;
use crate::api::create_application;
use crate::environments;
use crate::http::envelope::ApiError;
use crate::oidc::token::forbid_keeping;
use crate::oidc::tokens;
use crate::place::Place;
use crate::random;
use crate::site::{Shared, Site};
use crate::store::registrations::{self, Registration};
use crate::store::{self, applications};

/// What of a registration is in the application's manifest.
const FIELDS: [&str; 7] = [
    "key",
    "displayName",
    "type",
    "description",
    "registryMode",
    "port",
    "image",
];

/// `POST /environments/{envKey}/applications/register`. An application that the instance does not
/// know yet is made by it; one that it knows stays as it is, deployed or not.
pub(super) async fn register(
    State(site): State<Shared>,
    whose: Principal,
    Env(environment): Env,
    Sent(body): Sent,
) -> Result<Response, ApiError> {
    let permission = "environments-applications:create";
    let key = text(&body, "key");
    whose.must(permission, key, Some(environment))?;
    let key = key.ok_or_else(|| ApiError::field("key", "is required"))?;
    let place = Place::new(key, own_key(environment)?);
    must_not_be_closing(&site, key)?;
    make_where_missing(&site, key, &body).await?;
    let (secret, new) = with_secret(place.clone())?;
    let is_new = site
        .store
        .call(move |db| registrations::add(db, &new))
        .await?;
    if !is_new {
        let message = format!(
            "The application already exists: {key} is registered in {}.",
            environment.name
        );
        return Err(ApiError::conflict(message));
    }
    let (stored, entry) = one(&site, &whose, environment, key).await?;
    let answer = json!({
        "application": whole(&stored, entry.as_ref(), environment),
        "credentials": credentials(&place, &secret),
    });
    Ok(unkept((StatusCode::CREATED, single(answer))))
}

/// `POST /environments/{envKey}/applications/{appKey}/rotate-secret`: the secret before it, and what
/// was signed in with it, count no more.
pub(super) async fn rotate(
    State(site): State<Shared>,
    whose: Principal,
    Env(environment): Env,
    App(key): App,
) -> Result<Response, ApiError> {
    let permission = "environments-applications:update";
    whose.must(permission, Some(&key), Some(environment))?;
    one(&site, &whose, environment, &key).await?;
    let place = Place::new(&key, own_key(environment)?);
    let (secret, new) = with_secret(place.clone())?;
    let client_id = clients::id_of(&place);
    site.store
        .call(move |db| registrations::exchange(db, &new, &client_id, Utc::now()))
        .await?;
    let answer = json!({
        "credentials": credentials(&place, &secret),
        "message": "The secret before this one does not count any more.",
    });
    Ok(unkept((StatusCode::OK, single(answer))))
}

/// The instance's own key; refused where nothing runs.
pub(super) fn own_key(environment: Environment) -> Result<&'static str, ApiError> {
    environment.key.ok_or_else(|| {
        let message = format!("Nothing runs in {} on this instance.", environment.name);
        ApiError::conflict(message)
    })
}

async fn make_where_missing(
    site: &Site,
    key: &str,
    body: &Map<String, Value>,
) -> Result<(), ApiError> {
    let wanted = key.to_owned();
    let known = site
        .store
        .call(move |db| applications::get(db, &wanted))
        .await?;
    if known.is_some() {
        return Ok(());
    }
    let named = FIELDS.iter().filter_map(|name| {
        let value = body.get(*name)?;
        Some(((*name).to_owned(), value.clone()))
    });
    let manifest = named.collect();
    match create_application(&site.store, &site.seal, manifest, environments::FIRST).await {
        Ok(_) => Ok(()),
        // Somebody else made it meanwhile.
        Err(error) if *error.code() == ErrorCode::Conflict => Ok(()),
        Err(error) => Err(error),
    }
}

/// A secret, and the registration that knows it by its hash.
fn with_secret(place: Place) -> Result<(String, Registration), ApiError> {
    let secret = random::token()?;
    let new = Registration {
        place,
        secret_hash: tokens::hash(&secret),
        created_at: store::now(),
    };
    Ok((secret, new))
}

fn credentials(place: &Place, secret: &str) -> Value {
    json!({"clientId": clients::id_of(place), "clientSecret": secret})
}

fn unkept(answer: (StatusCode, Json<Value>)) -> Response {
    let mut response = answer.into_response();
    forbid_keeping(&mut response);
    response
}
