//! One call of an instance's own API, written in a shell. It goes the way of those that are written on
//! the page, and is held to the same rules.

use std::time::Duration;

use miso_client::transport::{Leave, Passing};
use miso_client::{ApiAnswer, ApiCall, Client, Connection};
use url::form_urlencoded;

use super::exit::{Exit, Refused};
use super::protocol::{Gone, Teller, Told};

/// For so long what writes to production can be taken back; a moment more than the client holds it to.
const SHOWN: Duration = Duration::from_millis(3_050);
/// Whoever waits longer is told what for.
const LONG: Duration = Duration::from_secs(4);

/// The call that the words say.
pub(super) fn call(
    method: String,
    path: &str,
    headers: Vec<(String, String)>,
    body: Option<String>,
) -> ApiCall {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let query = form_urlencoded::parse(query.as_bytes());
    ApiCall {
        method,
        template: path.to_owned(),
        path: path.to_owned(),
        query: query.into_owned().collect(),
        headers,
        body,
    }
}

/// Sends a call and tells its answer. Until it leaves it can be called off; from then on a write is
/// carried to its end, whoever has gone.
pub(super) async fn send(
    client: &Client,
    connection: &Connection,
    call: ApiCall,
    yes: bool,
    to: &Teller,
) -> Result<Exit, Refused> {
    let is_locked = call.writes() && connection.read_only && client.unlocked_until().is_none();
    if is_locked && !yes {
        let reason = format!(
            "the connection '{}' is locked: --yes writes all the same",
            connection.name
        );
        return Err(Refused::new(Exit::NeedsYes, reason));
    }
    let planned = tokio::select! {
        planned = client.show_call(&call) => planned?,
        () = to.gone() => return Ok(Exit::CalledOff),
    };
    let mut confirmation = None;
    if let Some(planned) = planned {
        let place = planned.environment.name;
        if !yes {
            client.take_back(&planned.confirmation);
            let reason = format!("it writes to {place}: --yes does it all the same");
            return Err(Refused::new(Exit::NeedsYes, reason));
        }
        let shown = shown(&place, to).await;
        if shown.is_err() {
            client.take_back(&planned.confirmation);
            return Ok(Exit::CalledOff);
        }
        confirmation = Some(planned.confirmation);
    }
    let leaving = to.clone();
    let passing = Passing {
        // The connection stays locked for everybody else.
        past_the_lock: yes,
        leave: call.writes().then(|| Leave::when(move || leaving.leaves())),
    };
    let sending = client.send_call_passing(&call, confirmation.as_deref(), passing);
    let answer = tokio::select! {
        answer = told_if_long(sending, to) => answer?,
        () = to.called_off() => return Ok(Exit::CalledOff),
    };
    let exit = exit_of(&answer);
    let answer = Box::new(answer);
    to.tell(Told::Answer { answer }).await?;
    Ok(exit)
}

async fn shown(place: &str, to: &Teller) -> Result<(), Gone> {
    to.note(format!(
        "it writes to {place} in three seconds; Ctrl-C takes it back"
    ))
    .await?;
    tokio::select! {
        () = tokio::time::sleep(SHOWN) => Ok(()),
        () = to.gone() => Err(Gone),
    }
}

async fn told_if_long<T>(work: impl Future<Output = T>, to: &Teller) -> T {
    tokio::pin!(work);
    tokio::select! {
        done = &mut work => return done,
        () = tokio::time::sleep(LONG) => {}
    }
    // Whether anybody hears it changes nothing.
    let _gone = to
        .note("it waits for its answer, or for its turn within the request limit")
        .await;
    work.await
}

fn exit_of(answer: &ApiAnswer) -> Exit {
    match answer.status {
        0..=399 => Exit::Done,
        401 => Exit::SignedOut,
        429 => Exit::Wait,
        _ => Exit::Refused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_brings_its_query() {
        let call = call(
            "GET".to_owned(),
            "/api/x?q=a+b%26c&page=2&empty=",
            Vec::new(),
            None,
        );
        assert_eq!(call.path, "/api/x");
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            call.query,
            [pair("q", "a b&c"), pair("page", "2"), pair("empty", "")]
        );
        assert!(!call.writes());
    }
}
