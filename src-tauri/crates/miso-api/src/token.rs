//! `POST /auth/token`, the platform's own (API.md, "Sign-in"). Neither type is ever printed.

use serde::{Deserialize, Serialize};

/// A service account's request. Holds a secret: no `Debug`.
#[derive(Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TokenRequest {
    /// The account's client id.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// `client_credentials`.
    pub grant_type: String,
    /// `api`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
}

/// The answer. Holds a token: no `Debug`.
#[derive(Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TokenResponse {
    /// The bearer token.
    pub access_token: String,
    /// `Bearer`.
    #[serde(default = "bearer")]
    pub token_type: String,
    /// Seconds it lasts; some servers leave it out.
    #[serde(default)]
    pub expires_in: Option<u64>,
    /// What it is good for.
    #[serde(default)]
    pub scope: Option<String>,
}

fn bearer() -> String {
    "Bearer".to_owned()
}
