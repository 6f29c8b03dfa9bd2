//! The OpenID provider of the instance, under its own URL. It sets and reads no cookie (they
//! ignore ports, RFC 6265 §8.5): the state of a sign-in is in the page's own form, single-use.

pub(crate) mod access;
mod authorize;
mod client;
mod discovery;
mod end_session;
pub(crate) mod keys;
mod page;
pub(crate) mod pending;
mod pkce;
mod revoke;
mod service_account;
mod sign_in;
mod token;
mod tokens;
mod userinfo;

use axum::Router;
use axum::routing::{get, post};

use crate::site::Shared;

pub(crate) use client::DESKTOP;

const AUTHORIZE: &str = "/oidc/authorize";
const TOKEN: &str = "/oidc/token";
const JWKS: &str = "/oidc/jwks";
const USERINFO: &str = "/oidc/userinfo";
const REVOKE: &str = "/oidc/revoke";
const END_SESSION: &str = "/oidc/end-session";
const SIGN_IN: &str = "/sign-in";
const SIGN_IN_KEY: &str = "/sign-in/key";

/// The provider's routes, and the platform's own `/auth/token`.
pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route(
            "/.well-known/openid-configuration",
            get(discovery::configuration),
        )
        .route(JWKS, get(discovery::keys))
        .route(AUTHORIZE, get(authorize::by_query).post(authorize::by_form))
        .route(SIGN_IN, post(sign_in::choose))
        .route(SIGN_IN_KEY, post(sign_in::unlock))
        .route(TOKEN, post(token::token))
        .route(USERINFO, get(userinfo::userinfo).post(userinfo::userinfo))
        .route(REVOKE, post(revoke::revoke))
        .route(
            END_SESSION,
            get(end_session::by_query).post(end_session::by_form),
        )
        .route("/auth/token", post(service_account::token))
}
