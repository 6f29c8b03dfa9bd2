//! Carrying out what is asked, whoever asks it.

use std::sync::Arc;

use miso_client::{Connection, ConnectionId};
use url::Url;

use super::desk::Desk;
use super::exit::{Exit, Refused};
use super::protocol::{Ask, Names, Request, Teller, Told, VERSION};
use super::{api, apps, logs};

/// Carries out what is asked, and tells how it went, the end last.
pub(super) async fn carry_out(desk: Arc<Desk>, request: Request, to: Teller) {
    let (exit, reason) = match carried_out(&desk, request, &to).await {
        Ok(exit) => (exit, None),
        Err(Refused { exit, reason }) => (exit, Some(reason)),
    };
    // Nobody may be there any more.
    let _gone = to.tell(Told::Ended { exit, reason }).await;
}

async fn carried_out(desk: &Arc<Desk>, request: Request, to: &Teller) -> Result<Exit, Refused> {
    if request.version != VERSION {
        let reason = "the app that runs is of another version: start it again";
        return Err(Refused::new(Exit::Kept, reason));
    }
    let all = desk.connections().to_save();
    let connection = choose(&all, request.connection.as_deref())?;
    let client = desk.connections().client(&connection.id)?;
    if request.ask == Ask::Names {
        let environments = client.stages().into_iter().map(|stage| stage.key);
        let names = Names {
            applications: client.known_keys(),
            environments: environments.collect(),
        };
        to.tell(Told::Names { names }).await?;
        return Ok(Exit::Done);
    }
    let signing_in = desk.sign_in(&connection.id);
    tokio::select! {
        signed_in = signing_in => signed_in?,
        () = to.gone() => return Ok(Exit::CalledOff),
    }
    let done = match request.ask {
        Ask::Api {
            method,
            path,
            headers,
            body,
            yes,
        } => {
            let call = api::call(method, &path, headers, body);
            api::send(&client, connection, call, yes, to).await
        }
        Ask::Logs(wanted) => logs::print(desk, &client, &connection.id, wanted, to).await,
        Ask::Apps => tokio::select! {
            listed = apps::list(&client, to) => listed,
            () = to.gone() => return Ok(Exit::CalledOff),
        },
        Ask::Names => Ok(Exit::Done),
    };
    done.map_err(|refused| with_hint(refused, connection))
}

/// The instance inside the app does not run without it.
fn with_hint(refused: Refused, connection: &Connection) -> Refused {
    match (refused.exit, &connection.local_instance) {
        (Exit::Offline, Some(_)) => Refused {
            reason: format!(
                "{}; this instance is the one inside the app: start the app",
                refused.reason
            ),
            ..refused
        },
        _ => refused,
    }
}

/// The connection that is meant.
fn choose<'a>(all: &'a [Connection], named: Option<&str>) -> Result<&'a Connection, Refused> {
    let Some(named) = named else {
        return match all {
            [] => Err(none_yet()),
            [one] => Ok(one),
            several => Err(Refused::new(
                Exit::Usage,
                format!("say which connection is meant:\n{}", listed(several)),
            )),
        };
    };
    let found: Vec<&Connection> = match all.iter().find(|one| one.id.as_str() == named) {
        Some(one) => vec![one],
        None => all.iter().filter(|one| is_meant(one, named)).collect(),
    };
    match found.as_slice() {
        [one] => Ok(one),
        [] if all.is_empty() => Err(none_yet()),
        [] => Err(Refused::new(
            Exit::Unknown,
            format!(
                "there is no connection '{named}'. There are:\n{}",
                listed(all)
            ),
        )),
        several => Err(Refused::new(
            Exit::Usage,
            format!(
                "'{named}' are several connections; their ids tell them apart:\n{}",
                listed(several.iter().copied())
            ),
        )),
    }
}

pub(super) fn none_yet() -> Refused {
    let reason = "there is no connection yet: open the app and connect to an instance";
    Refused::new(Exit::Unknown, reason)
}

fn is_meant(connection: &Connection, named: &str) -> bool {
    if connection.name.to_lowercase() == named.to_lowercase() {
        return true;
    }
    let Ok(address) = Url::parse(named) else {
        return false;
    };
    let path = |url: &Url| url.path().trim_end_matches('/').to_owned();
    let is_below = path(&address).is_empty() || path(&address) == path(&connection.url);
    address.origin() == connection.url.origin() && is_below
}

fn listed<'a>(connections: impl IntoIterator<Item = &'a Connection>) -> String {
    let line = |one: &Connection| {
        let account = one
            .account
            .as_ref()
            .map(|account| account.username.as_str());
        let account = account.map(|account| format!("  {account}"));
        format!(
            "  -c {}  '{}'  {}{}",
            one.id,
            one.name,
            one.url,
            account.unwrap_or_default()
        )
    };
    let lines: Vec<String> = connections.into_iter().map(line).collect();
    lines.join("\n")
}

/// What names a connection in a command: what people call it, its id where several are called so.
pub(crate) fn name_of(all: &[Connection], id: &ConnectionId) -> String {
    let own = all.iter().find(|one| one.id == *id);
    let own = own.map(|one| one.name.as_str()).unwrap_or_default();
    match choose(all, Some(own)) {
        Ok(found) if found.id == *id => own.to_owned(),
        Ok(_) | Err(_) => id.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connections(named: &[(&str, &str)]) -> Vec<Connection> {
        let mut all: Vec<Connection> = Vec::new();
        for (name, url) in named {
            let made = Connection::to(Url::parse(url).unwrap(), &all);
            all.push(Connection {
                name: (*name).to_owned(),
                ..made
            });
        }
        all
    }

    fn chosen(all: &[Connection], named: Option<&str>) -> Result<usize, Exit> {
        let chosen = choose(all, named).map_err(|refused| refused.exit)?;
        Ok(all.iter().position(|one| one.id == chosen.id).unwrap())
    }

    #[test]
    fn the_only_connection_needs_no_name() {
        let one = connections(&[("Orders", "https://miso.example.com/")]);
        assert_eq!(chosen(&one, None), Ok(0));
        assert_eq!(chosen(&[], None), Err(Exit::Unknown));
        assert_eq!(chosen(&[], Some("Orders")), Err(Exit::Unknown));
    }

    #[test]
    fn one_of_several_has_a_name_an_id_or_an_address() {
        let all = connections(&[
            ("Orders", "https://miso.example.com/"),
            ("Orders live", "https://live.example.com/miso/"),
            ("Twice", "https://twice.example.com/"),
            ("Twice", "https://twice.example.com/"),
        ]);
        let refused = choose(&all, None).unwrap_err();
        assert_eq!(refused.exit, Exit::Usage);
        assert!(
            refused.reason.contains("'Orders live'"),
            "{}",
            refused.reason
        );
        assert_eq!(chosen(&all, Some("orders LIVE")), Ok(1));
        assert_eq!(chosen(&all, Some(all[3].id.as_str())), Ok(3));
        assert_eq!(chosen(&all, Some("https://live.example.com")), Ok(1));
        assert_eq!(chosen(&all, Some("https://live.example.com/miso")), Ok(1));
        assert_eq!(
            chosen(&all, Some("https://live.example.com/other")),
            Err(Exit::Unknown)
        );
        assert_eq!(chosen(&all, Some("twice")), Err(Exit::Usage));
        assert_eq!(chosen(&all, Some("nobody")), Err(Exit::Unknown));
        assert_eq!(name_of(&all, &all[1].id), "Orders live");
        assert_eq!(name_of(&all, &all[3].id), all[3].id.to_string());
    }
}
