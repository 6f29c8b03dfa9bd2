//! The end of a session (OpenID Connect RP-Initiated Logout §2). Without a cookie, the ID token is
//! what says whose session ends.

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use chrono::Utc;
use http::{HeaderMap, Uri};

use super::client::{DESKTOP, loopback_redirect};
use super::page::{self, Sorry};
use super::tokens;
use crate::http::body;
use crate::http::form::{Parameters, Repeated};
use crate::site::{Shared, Site};
use crate::store::sessions;

/// `GET /oidc/end-session`
pub(super) async fn by_query(State(site): State<Shared>, uri: Uri) -> Response {
    end(
        &site,
        Parameters::parse(uri.query().unwrap_or_default().as_bytes()),
    )
    .await
}

/// `POST /oidc/end-session`
pub(super) async fn by_form(
    State(site): State<Shared>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    match body::read_form(&headers, body).await {
        Ok(form) => end(&site, Parameters::parse(&form)).await,
        Err(error) => page::refused(&error),
    }
}

async fn end(site: &Site, parameters: Result<Parameters, Repeated>) -> Response {
    let Ok(parameters) = parameters else {
        return page::sorry(Sorry::BadRequest);
    };
    let Some(hint) = parameters.get("id_token_hint") else {
        return page::nobody_signed_out();
    };
    let Some(claims) = tokens::read_id_token(site, hint, DESKTOP) else {
        return page::sorry(Sorry::BadRequest);
    };
    let now = Utc::now();
    if let Err(error) = site
        .store
        .call(move |db| sessions::revoke(db, &claims.sid, now))
        .await
    {
        return page::refused(&error.into());
    }
    match parameters
        .get("post_logout_redirect_uri")
        .map(loopback_redirect)
    {
        None => page::signed_out(),
        Some(None) => page::sorry(Sorry::WrongRedirect),
        Some(Some(mut to)) => {
            if let Some(state) = parameters.get("state") {
                to.query_pairs_mut().append_pair("state", state);
            }
            page::closed(Redirect::to(to.as_str()).into_response())
        }
    }
}
