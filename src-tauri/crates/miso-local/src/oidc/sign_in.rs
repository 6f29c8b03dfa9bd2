//! What the sign-in page's forms do.

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use chrono::Utc;
use http::HeaderMap;

use super::authorize::{is_launch_key, send_back};
use super::page::{self, Sorry};
use crate::people;
use crate::site::Shared;

/// `POST /sign-in`: a person was chosen, or the sign-in cancelled.
pub(super) async fn choose(State(site): State<Shared>, headers: HeaderMap, body: Body) -> Response {
    let form = match page::read_form(&headers, body).await {
        Ok(form) => form,
        Err(refusal) => return refusal,
    };
    let now = Utc::now();
    let id = form.get("transaction").unwrap_or_default();
    if form.get("cancel").is_some() {
        let Some(asked) = site.pending.take(id, now) else {
            return page::sorry(Sorry::Ended);
        };
        return send_back(&site, &asked, &[("error", "access_denied")]);
    }
    let Some(person) = form.get("person").and_then(people::by_username) else {
        return page::sorry(Sorry::BadRequest);
    };
    let Some(asked) = site.pending.take_unlocked(id, now) else {
        return page::sorry(Sorry::Ended);
    };
    match site.pending.issue_code(asked.clone(), person, now) {
        Ok(code) => send_back(&site, &asked, &[("code", &code)]),
        Err(error) => page::refused(&error.into()),
    }
}

/// `POST /sign-in/key`: the launch key was typed.
pub(super) async fn unlock(State(site): State<Shared>, headers: HeaderMap, body: Body) -> Response {
    let form = match page::read_form(&headers, body).await {
        Ok(form) => form,
        Err(refusal) => return refusal,
    };
    let now = Utc::now();
    let id = form.get("transaction").unwrap_or_default();
    let Some(asked) = site.pending.asked(id, now) else {
        return page::sorry(Sorry::Ended);
    };
    if !is_launch_key(&site, form.get("launch_key").unwrap_or_default()) {
        site.pending.wrong_key(id);
        return page::ask_for_key(id, &asked.redirect, true);
    }
    let Some(asked) = site.pending.take(id, now) else {
        return page::sorry(Sorry::Ended);
    };
    match site.pending.begin(asked.clone(), true, now) {
        Ok(id) => page::choose_person(&id, &asked.redirect),
        Err(error) => page::refused(&error.into()),
    }
}
