//! The OpenID provider of the instance, under its own URL. It sets and reads no cookie (they
//! ignore ports, RFC 6265 §8.5): the state of a sign-in is in the page's own form, single-use.

pub(crate) mod access;
mod authorize;
mod client;
pub(crate) mod device;
mod device_page;
pub(crate) mod devices;
mod discovery;
mod end_session;
pub(crate) mod keys;
pub(crate) mod one_time;
mod page;
pub(crate) mod pending;
mod pkce;
pub(crate) mod revoke;
pub(crate) mod service_account;
mod sign_in;
pub(crate) mod token;
pub(crate) mod tokens;
mod userinfo;

use axum::Router;
use axum::response::Response;
use axum::routing::{get, post};
use http::Method;
use miso_api::ErrorCode;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use crate::http::envelope::ApiError;
use crate::site::Shared;
use page::Sorry;

pub(crate) use client::DESKTOP;
pub(crate) use tokens::Successors;

const DISCOVERY: &str = "/.well-known/openid-configuration";
const AUTHORIZE: &str = "/oidc/authorize";
const TOKEN: &str = "/oidc/token";
const JWKS: &str = "/oidc/jwks";
const USERINFO: &str = "/oidc/userinfo";
const REVOKE: &str = "/oidc/revoke";
const END_SESSION: &str = "/oidc/end-session";
const DEVICE_AUTHORIZATION: &str = "/oidc/device-authorization";
const DEVICE: &str = "/device";
const DEVICE_ANSWER: &str = "/device/answer";
const SIGN_IN: &str = "/sign-in";
const SIGN_IN_KEY: &str = "/sign-in/key";

/// The answer to a method that a path of the provider does not have; `None` for other paths. Pages
/// are for people, the rest is for clients (RFC 6749 §5.2).
pub(crate) fn other_method(method: &Method, path: &str) -> Option<Response> {
    match path {
        AUTHORIZE | SIGN_IN | SIGN_IN_KEY | DEVICE | DEVICE_ANSWER | END_SESSION => {
            Some(page::sorry(Sorry::OtherMethod))
        }
        DISCOVERY | JWKS | TOKEN | DEVICE_AUTHORIZATION | USERINFO | REVOKE => {
            let message = format!("{method} is not possible here");
            let error = ApiError::new(ErrorCode::MethodNotAllowed, message);
            Some(token::rfc_error(&error))
        }
        _ => None,
    }
}

/// The platform's own `/auth/token`.
pub(crate) fn platforms_own() -> UtoipaMethodRouter<Shared> {
    routes!(service_account::token)
}

/// The provider's routes.
pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route(DISCOVERY, get(discovery::configuration))
        .route(JWKS, get(discovery::keys))
        .route(AUTHORIZE, get(authorize::by_query).post(authorize::by_form))
        .route(SIGN_IN, post(sign_in::choose))
        .route(SIGN_IN_KEY, post(sign_in::unlock))
        .route(DEVICE_AUTHORIZATION, post(device::begin))
        .route(DEVICE, get(device::by_query).post(device::by_form))
        .route(DEVICE_ANSWER, post(device::answer))
        .route(TOKEN, post(token::token))
        .route(USERINFO, get(userinfo::userinfo).post(userinfo::userinfo))
        .route(REVOKE, post(revoke::revoke))
        .route(
            END_SESSION,
            get(end_session::by_query).post(end_session::by_form),
        )
}
