//! The pages of a device sign-in.

use axum::response::Response;
use http::StatusCode;

use super::page::{Forms, page, people};
use super::{DEVICE, DEVICE_ANSWER};
use crate::people::Person;

/// What was typed and is not so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    Code,
    Key,
}

/// The page that asks for the device's code and the launch key.
pub(super) fn ask(code: &str, wrong: Option<Wrong>) -> Response {
    let (status, complaint) = match wrong {
        None => (StatusCode::OK, ""),
        Some(Wrong::Code) => (
            StatusCode::BAD_REQUEST,
            "No device waits with this code. Codes last 10 minutes and count once.",
        ),
        Some(Wrong::Key) => (
            StatusCode::FORBIDDEN,
            "That is not the key of this instance.",
        ),
    };
    let complaint = match complaint {
        "" => String::new(),
        text => format!(r#"<p id="wrong" class="wrong" role="alert">{text}</p>"#),
    };
    let marked = |field| match wrong == Some(field) {
        true => r#" aria-invalid="true" aria-describedby="wrong""#,
        false => "",
    };
    let body = format!(
        r#"<h1>Sign in a device</h1>
<p>Type the code that the other window or machine shows.</p>
<form method="post" action="{DEVICE}">
<label for="user_code">Code</label>
<div class="row"><input id="user_code" name="user_code" type="text" required autofocus autocomplete="off" autocapitalize="characters" spellcheck="false" value="{code}"{code_marked}></div>
<label for="launch_key">Sign-in key</label>
<div class="row"><input id="launch_key" name="launch_key" type="text" required autocomplete="off" autocapitalize="off" spellcheck="false"{key_marked}>
<button class="primary">Continue</button></div>
{complaint}
<p class="dim"><code>local serve</code> prints the key as <code>signInKey</code>. It shows that you are who started this instance.</p>
</form>"#,
        code = escaped(code),
        code_marked = marked(Wrong::Code),
        key_marked = marked(Wrong::Key),
    );
    page(status, "Sign in a device", &body, &Forms::Own)
}

/// The page that offers the demo people, and shows the code once more: whoever sent somebody an
/// address with a code of their own is found out by it (RFC 8628 §5.4).
pub(super) fn choose_person(transaction: &str, code: &str) -> Response {
    let body = format!(
        r#"<h1>Sign in a device</h1>
<p>Go on only if the device shows <code>{code}</code> too. Who is it to be?</p>
<form method="post" action="{DEVICE_ANSWER}">
<input type="hidden" name="transaction" value="{transaction}">
<ul>{people}</ul>
<p class="foot"><button class="quiet" name="cancel" value="1">Refuse</button></p>
</form>"#,
        people = people(),
    );
    page(StatusCode::OK, "Sign in a device", &body, &Forms::Own)
}

/// The last page, where the device was signed in.
pub(super) fn signed_in(person: Person) -> Response {
    let body = format!(
        "<h1>Signed in</h1>\n<p>The device goes on as {}. This page can be closed.</p>",
        person.display_name
    );
    page(StatusCode::OK, "Signed in", &body, &Forms::None)
}

/// The last page, where it was not.
pub(super) fn refused() -> Response {
    let body = "<h1>Refused</h1>\n<p>The device was not signed in. This page can be closed.</p>";
    page(StatusCode::OK, "Refused", body, &Forms::None)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
