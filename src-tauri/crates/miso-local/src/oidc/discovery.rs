//! What the provider tells about itself (OpenID Connect Discovery §3, RFC 8414).

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::client::SCOPES;
use super::token::DEVICE_GRANT;
use super::{AUTHORIZE, DEVICE_AUTHORIZATION, END_SESSION, JWKS, REVOKE, TOKEN, USERINFO};
use crate::site::Shared;

/// `GET /.well-known/openid-configuration`
pub(super) async fn configuration(State(site): State<Shared>) -> Json<Value> {
    let at = |path: &str| format!("{}{path}", site.issuer);
    Json(json!({
        "issuer": site.issuer,
        "authorization_endpoint": at(AUTHORIZE),
        "token_endpoint": at(TOKEN),
        "device_authorization_endpoint": at(DEVICE_AUTHORIZATION),
        "jwks_uri": at(JWKS),
        "userinfo_endpoint": at(USERINFO),
        "revocation_endpoint": at(REVOKE),
        "end_session_endpoint": at(END_SESSION),
        "scopes_supported": SCOPES,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials", DEVICE_GRANT],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none", "client_secret_post", "client_secret_basic"],
        "revocation_endpoint_auth_methods_supported": ["none", "client_secret_post", "client_secret_basic"],
        "claims_supported": ["sub", "iss", "aud", "iat", "exp", "auth_time", "nonce", "at_hash", "sid",
            "name", "preferred_username", "email", "email_verified"],
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "authorization_response_iss_parameter_supported": true,
        "claims_parameter_supported": false,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
    }))
}

/// `GET /oidc/jwks`
pub(super) async fn keys(State(site): State<Shared>) -> Json<Value> {
    Json(site.keys.jwks())
}
