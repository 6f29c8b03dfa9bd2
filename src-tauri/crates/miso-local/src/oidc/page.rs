//! The provider's pages: plain HTML without a script, in the look of the app.

use std::sync::LazyLock;

use aws_lc_rs::digest::{SHA256, digest};
use axum::body::Body;
use axum::response::{Html, IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use miso_api::ErrorCode;
use url::{Host, Url};

use super::{SIGN_IN, SIGN_IN_KEY};
use crate::http::body;
use crate::http::envelope::ApiError;
use crate::http::form::Parameters;
use crate::people::{self, Role};

const STYLE: &str = include_str!("page.css");
const MARK: &str = include_str!("mark.svg");

/// The one inline style, allowed by its hash (CSP 3 §8.4).
static STYLE_SOURCE: LazyLock<String> = LazyLock::new(|| {
    format!(
        "'sha256-{}'",
        STANDARD.encode(digest(&SHA256, STYLE.as_bytes()))
    )
});

/// Why a sign-in cannot go on.
#[derive(Clone, Copy, Debug)]
pub(super) enum Sorry {
    UnknownClient,
    WrongRedirect,
    BadRequest,
    TooLarge,
    OtherMethod,
    Ended,
    Broken,
}

/// Where the forms of a page may lead.
pub(super) enum Forms<'a> {
    /// There are none.
    None,
    /// To this instance.
    Own,
    /// To this instance, and from there back to the app.
    Back(&'a Url),
}

/// The buttons by which a person is chosen.
pub(super) fn people() -> String {
    let mut people = String::new();
    for person in people::ALL {
        let what = match person.role {
            Role::Admin => "Sees and changes everything",
            Role::Developer => "Deploys to dev and test",
            Role::User => "Uses the applications it is named for",
            Role::Viewer => "Looks, changes nothing",
        };
        people.push_str(&format!(
            r#"<li><button name="person" value="{username}" aria-describedby="{id}-may"><b>{name}</b>, {title}</button><span id="{id}-may" class="may">{what}</span></li>"#,
            username = person.username,
            id = person.id,
            name = person.display_name,
            title = person.role.title(),
        ));
    }
    people
}

/// The page that offers the demo people.
pub(super) fn choose_person(transaction: &str, redirect: &Url) -> Response {
    let people = people();
    let body = format!(
        r#"<h1>Sign in</h1>
<p>To the instance on this machine. These people exist here only.</p>
<form method="post" action="{SIGN_IN}">
<input type="hidden" name="transaction" value="{transaction}">
<ul>{people}</ul>
<p class="foot"><button class="quiet" name="cancel" value="1">Cancel</button></p>
</form>"#
    );
    page(StatusCode::OK, "Sign in", &body, &Forms::Back(redirect))
}

/// The page that asks for the launch key; `wrong` where another was given.
pub(super) fn ask_for_key(transaction: &str, redirect: &Url, wrong: bool) -> Response {
    let (complaint, described) = if wrong {
        (
            r#"<p id="wrong" class="wrong" role="alert">That is not the key of this instance.</p>"#,
            r#" aria-invalid="true" aria-describedby="wrong where""#,
        )
    } else {
        ("", r#" aria-describedby="where""#)
    };
    let body = format!(
        r#"<h1>Sign in</h1>
<p>To the instance on this machine. Its key shows that you are who started it.</p>
<form method="post" action="{SIGN_IN_KEY}">
<input type="hidden" name="transaction" value="{transaction}">
<label for="launch_key">Sign-in key</label>
<div class="row"><input id="launch_key" name="launch_key" type="text" required autofocus autocomplete="off" autocapitalize="off" spellcheck="false"{described}>
<button class="primary">Continue</button></div>
{complaint}
<p id="where" class="dim">The app carries the key by itself: sign in from there. <code>local serve</code> prints it as <code>signInKey</code>.</p>
</form>
<form method="post" action="{SIGN_IN}">
<input type="hidden" name="transaction" value="{transaction}">
<p class="foot"><button class="quiet" name="cancel" value="1">Cancel</button></p>
</form>"#
    );
    let status = if wrong {
        StatusCode::FORBIDDEN
    } else {
        StatusCode::OK
    };
    page(status, "Sign in", &body, &Forms::Back(redirect))
}

/// The provider's last page.
pub(super) fn signed_out() -> Response {
    let body = "<h1>Signed out</h1>\n<p>Go back to Miso Desktop. This page can be closed.</p>";
    page(StatusCode::OK, "Signed out", body, &Forms::None)
}

/// The page where nothing said whose session is to end: so none has.
pub(super) fn nobody_signed_out() -> Response {
    let body = "<h1>Nobody was signed out</h1>\n<p>The request does not say whose session is to end, and this instance keeps no cookie that could. Sign out in Miso Desktop.</p>";
    page(StatusCode::OK, "Nobody was signed out", body, &Forms::None)
}

/// The page for what the API would answer with its envelope.
pub(super) fn refused(error: &ApiError) -> Response {
    match error.code() {
        ErrorCode::PayloadTooLarge => sorry(Sorry::TooLarge),
        ErrorCode::InternalError => {
            error.note_cause("none, a page of the sign-in");
            sorry(Sorry::Broken)
        }
        ErrorCode::ValidationError
        | ErrorCode::Unauthorized
        | ErrorCode::Forbidden
        | ErrorCode::NotFound
        | ErrorCode::Conflict
        | ErrorCode::RateLimited
        | ErrorCode::MethodNotAllowed
        | ErrorCode::UnsupportedMediaType
        | ErrorCode::Unknown(_) => sorry(Sorry::BadRequest),
    }
}

/// The page for a sign-in that cannot go on. Never a redirect: the address may be anybody's.
pub(super) fn sorry(why: Sorry) -> Response {
    let status = match why {
        Sorry::UnknownClient | Sorry::WrongRedirect | Sorry::BadRequest | Sorry::Ended => {
            StatusCode::BAD_REQUEST
        }
        Sorry::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Sorry::OtherMethod => StatusCode::METHOD_NOT_ALLOWED,
        Sorry::Broken => StatusCode::INTERNAL_SERVER_ERROR,
    };
    let (title, text) = match why {
        Sorry::UnknownClient => (
            "Unknown app",
            "This instance knows the app <code>miso-desktop</code> only. Check the client id of the connection.",
        ),
        Sorry::WrongRedirect => (
            "Wrong return address",
            "A sign-in ends at <code>http://127.0.0.1:PORT/callback</code> on this machine and nowhere else. Check the redirect of the connection.",
        ),
        Sorry::BadRequest => (
            "This sign-in cannot go on",
            "The request is not complete or says a thing twice. Go back to the app and sign in again.",
        ),
        Sorry::TooLarge => (
            "This sign-in cannot go on",
            "The request is larger than any sign-in needs. Go back to the app and sign in again.",
        ),
        Sorry::OtherMethod => (
            "This address opens nothing",
            "It belongs to a form of the sign-in. Go back to the app and sign in again.",
        ),
        Sorry::Broken => (
            "This sign-in cannot go on",
            "Something went wrong inside the instance. Go back to the app and sign in again.",
        ),
        Sorry::Ended => (
            "This sign-in has ended",
            "The page was used before, or is older than 10 minutes. Go back to the app and sign in again.",
        ),
    };
    let body = format!("<h1>{title}</h1>\n<p>{text}</p>");
    page(status, title, &body, &Forms::None)
}

/// Reads the form of a page; what cannot be read gives the page that says so.
pub(super) async fn read_form(headers: &HeaderMap, body: Body) -> Result<Parameters, Response> {
    let form = body::read_form(headers, body)
        .await
        .map_err(|error| refused(&error))?;
    Parameters::parse(&form).map_err(|_| sorry(Sorry::BadRequest))
}

/// Puts on what every answer of the sign-in has: it is kept nowhere, shown in no frame, and its
/// address goes to no other origin.
pub(super) fn closed(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// A page in the look of the app.
pub(super) fn page(status: StatusCode, title: &str, body: &str, forms: &Forms<'_>) -> Response {
    let html = format!(
        r#"<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title} · Miso</title>
<style>{STYLE}</style>
</head>
<body>
<main>
<div class="mark">{MARK}<span>Miso<small>local instance</small></span></div>
{body}
</main>
</body>
</html>
"#
    );
    let mut response = closed((status, Html(html)).into_response());
    let policy = format!(
        "default-src 'none'; style-src {}; form-action {}; frame-ancestors 'none'; base-uri 'none'",
        STYLE_SOURCE.as_str(),
        form_action(forms),
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response
            .headers_mut()
            .insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// Where a form may lead. Browsers hold the redirect after a form to this too, so the app's own
/// listener is named.
fn form_action(forms: &Forms<'_>) -> String {
    let redirect = match forms {
        Forms::None => return "'none'".to_owned(),
        Forms::Own => return "'self'".to_owned(),
        Forms::Back(redirect) => redirect,
    };
    let port = redirect.port_or_known_default().unwrap_or(80);
    match redirect.host() {
        // A source list has no form for an IPv6 address (CSP 3 §2.3.1): the port must do.
        Some(Host::Ipv6(_)) | None => format!("'self' http://*:{port}"),
        Some(Host::Domain(name)) => format!("'self' http://{name}:{port}"),
        Some(Host::Ipv4(address)) => format!("'self' http://{address}:{port}"),
    }
}
