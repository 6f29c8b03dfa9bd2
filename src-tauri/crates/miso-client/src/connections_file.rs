//! A team's connections file: the instances that a team hands out, as JSON. Holds no secret.
//!
//! ```json
//! { "misoConnections": 1,
//!   "connections": [ { "name": "Orders", "url": "https://miso.example.com", "production": true } ] }
//! ```

use serde::{Deserialize, Serialize};
use specta::Type;
use url::Url;

use crate::address::exactly;
use crate::connection::{LeadsWhere, checked_name};
use crate::network::{parse_authorities, subjects, text_of_authorities};
use crate::signin::{Prompt, RedirectHost, SignInSettings};
use crate::{
    Code, Connection, ConnectionId, ConnectionWay, Failure, Hue, NetworkSettings, OwnLimits,
    ProxyChoice, Speaks,
};

/// The only version of the form.
const VERSION: u32 = 1;
/// Bytes; a larger one is something else.
const LARGEST: usize = 1024 * 1024;
/// Connections in one file.
const MOST: usize = 200;

/// A connection that a file offers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ConnectionOffer {
    /// What the team calls it.
    pub name: String,
    /// The instance.
    pub url: Url,
    /// Its colour; `None` takes the next free one.
    pub hue: Option<Hue>,
    /// Whether all of it counts as production.
    pub production: bool,
    /// Whether it is locked.
    pub read_only: bool,
    /// How it is reached and signed in to; without the authorities below.
    pub way: ConnectionWay,
    /// Authorities that are trusted on the way to it, beside the system's.
    pub authorities: Vec<AuthorityOffer>,
    /// The connection that leads there already, if there is one.
    pub known: Option<ConnectionId>,
}

/// An authority that a file asks to be trusted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct AuthorityOffer {
    /// Whose certificate it is, as it says itself.
    pub subject: String,
    /// The certificate, in PEM.
    pub pem: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    #[serde(default = "version")]
    miso_connections: u32,
    connections: Vec<serde_json::Value>,
}

fn version() -> u32 {
    VERSION
}

/// As people write it: a name that is mistyped is said, not passed over.
#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Entry {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hue: Option<Hue>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    production: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    read_only: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scopes: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    redirect_host: Option<RedirectHost>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prompt: Option<Prompt>,
    /// `none`, or the proxy's address; the system's where it is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    proxy: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    no_proxy: Option<String>,
    /// Certificates in PEM: a path would lead elsewhere on the next machine.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authorities: Vec<String>,
    /// What the instance allows, where it does not say so itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    requests_per_hour: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    requests_per_minute: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    requests_per_window: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    window_minutes: Option<u32>,
    /// Which reading of the API it is read by, where one was chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    reads_as: Option<Speaks>,
}

/// What a file offers, in its order. Nothing of a file is taken where anything in it is not as it
/// must be.
///
/// # Errors
/// [`Code::ConnectionsFileInvalid`].
pub fn read(text: &str) -> Result<Vec<ConnectionOffer>, Failure> {
    let invalid =
        |reason: String| Failure::new(Code::ConnectionsFileInvalid).with("reason", reason);
    if text.len() > LARGEST {
        return Err(invalid(format!("it is larger than {LARGEST} bytes")));
    }
    let text = text.trim_start_matches('\u{feff}');
    let file: File = serde_json::from_str(text).map_err(|error| invalid(error.to_string()))?;
    if file.miso_connections != VERSION {
        let version = file.miso_connections;
        return Err(invalid(format!("version {version} is not known here")));
    }
    if file.connections.len() > MOST {
        return Err(invalid(format!("it has more than {MOST} connections")));
    }
    let mut offers: Vec<ConnectionOffer> = Vec::new();
    for (at, entry) in file.connections.into_iter().enumerate() {
        let called = match entry.get("name").and_then(serde_json::Value::as_str) {
            Some(name) => format!("connection {} ({name})", at + 1),
            None => format!("connection {}", at + 1),
        };
        let offer = offer(entry).map_err(|reason| invalid(format!("{called}: {reason}")))?;
        if let Some(first) = offers
            .iter()
            .position(|other| other.leads_where() == offer.leads_where())
        {
            let same = format!("{called}: it leads where connection {} does", first + 1);
            return Err(invalid(same));
        }
        offers.push(offer);
    }
    Ok(offers)
}

impl ConnectionOffer {
    /// Whether a connection leads to the same instance, by the same provider and client.
    pub(crate) fn is_known_as(&self, known: &Connection) -> bool {
        known.local_instance.is_none() && self.leads_where() == known.leads_where()
    }

    fn leads_where(&self) -> LeadsWhere<'_> {
        (&self.url, self.way.sign_in.given_by())
    }
}

/// The offer of an entry, or why it is none.
fn offer(entry: serde_json::Value) -> Result<ConnectionOffer, String> {
    let entry: Entry = serde_json::from_value(entry).map_err(|error| error.to_string())?;
    if entry.url.is_empty() {
        return Err("it has no url".to_owned());
    }
    let url = Url::parse(&entry.url)
        .ok()
        .and_then(|url| exactly(url).ok())
        .ok_or_else(|| {
            let given = &entry.url;
            format!("{given:?} is no address of an instance, such as https://miso.example.com")
        })?;
    let name = match entry.name {
        Some(name) => checked_name(&name).map_err(|_| "its name is empty or too long")?,
        None => Connection::to(url.clone(), &[]).name,
    };
    let proxy = match entry.proxy.as_deref() {
        None => ProxyChoice::System,
        Some("none") => ProxyChoice::None,
        Some(url) => ProxyChoice::Through {
            url: url.to_owned(),
            except: entry.no_proxy.unwrap_or_default(),
        },
    };
    let network = NetworkSettings {
        proxy,
        authorities: Vec::new(),
    };
    network.check_proxy().map_err(
        |_| "its proxy must begin with http://, https:// or socks5:// and hold no password",
    )?;
    let mut authorities = Vec::new();
    for pem in entry.authorities {
        let found = parse_authorities(pem.as_bytes())
            .map_err(|reason| format!("its authorities must be certificates in PEM: {reason}"))?;
        authorities.push(AuthorityOffer {
            subject: subjects(&found).join(", "),
            pem,
        });
    }
    let limits = OwnLimits {
        requests_per_hour: entry.requests_per_hour,
        requests_per_minute: entry.requests_per_minute,
        requests_per_window: entry.requests_per_window,
        window_minutes: entry.window_minutes,
    };
    let limits = limits.checked().map_err(|refused| {
        let of = |name: &str| refused.params.get(name).cloned().unwrap_or_default();
        format!(
            "its {} must be {} to {}",
            of("limit"),
            of("least"),
            of("most")
        )
    })?;
    let usual = SignInSettings::default();
    let sign_in = SignInSettings {
        issuer: entry.issuer,
        client_id: entry.client_id.unwrap_or(usual.client_id),
        scopes: entry.scopes.unwrap_or(usual.scopes),
        redirect_host: entry.redirect_host.unwrap_or(usual.redirect_host),
        prompt: entry.prompt,
    };
    Ok(ConnectionOffer {
        name,
        url,
        hue: entry.hue,
        production: entry.production,
        read_only: entry.read_only,
        way: ConnectionWay {
            network,
            sign_in: sign_in
                .checked()
                .map_err(|_| "its issuer must be an https address")?,
            limits,
            reads_as: entry.reads_as,
        },
        authorities,
        known: None,
    })
}

/// The file that offers these connections.
///
/// # Errors
/// [`Code::AuthorityUnreadable`]; [`Code::ConnectionsFileInvalid`] where they cannot be written as
/// JSON.
pub fn write(connections: &[Connection]) -> Result<String, Failure> {
    let invalid =
        |error: serde_json::Error| Failure::new(Code::ConnectionsFileInvalid).with("reason", error);
    let mut entries = Vec::new();
    for connection in connections {
        entries.push(serde_json::to_value(entry(connection)?).map_err(invalid)?);
    }
    let file = File {
        miso_connections: VERSION,
        connections: entries,
    };
    let text = serde_json::to_string_pretty(&file).map_err(invalid)?;
    Ok(text + "\n")
}

/// A connection without what is usual, and without whose it is.
fn entry(connection: &Connection) -> Result<Entry, Failure> {
    let usual = SignInSettings::default();
    let sign_in = connection.sign_in.clone();
    let (proxy, no_proxy) = match &connection.network.proxy {
        ProxyChoice::System => (None, None),
        ProxyChoice::None => (Some("none".to_owned()), None),
        ProxyChoice::Through { url, except } => {
            let except = Some(except.clone()).filter(|except| !except.is_empty());
            (Some(url.clone()), except)
        }
    };
    let mut authorities = Vec::new();
    for file in &connection.network.authorities {
        let text = text_of_authorities(file).map_err(|reason| {
            Failure::new(Code::AuthorityUnreadable)
                .with("file", file.display())
                .with("reason", reason)
        })?;
        authorities.push(String::from_utf8_lossy(&text).into_owned());
    }
    Ok(Entry {
        name: Some(connection.name.clone()),
        url: connection.url.to_string(),
        hue: Some(connection.hue),
        production: connection.production,
        read_only: connection.read_only,
        issuer: sign_in.issuer,
        client_id: Some(sign_in.client_id).filter(|id| *id != usual.client_id),
        scopes: Some(sign_in.scopes).filter(|scopes| *scopes != usual.scopes),
        redirect_host: Some(sign_in.redirect_host).filter(|host| *host != usual.redirect_host),
        prompt: sign_in.prompt,
        proxy,
        no_proxy,
        authorities,
        requests_per_hour: connection.limits.requests_per_hour,
        requests_per_minute: connection.limits.requests_per_minute,
        requests_per_window: connection.limits.requests_per_window,
        window_minutes: connection.limits.window_minutes,
        reads_as: connection.reads_as,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(connections: &str) -> String {
        format!(r#"{{"misoConnections":1,"connections":[{connections}]}}"#)
    }

    #[test]
    fn what_a_team_hands_out_is_offered() {
        let offers = read(&file(
            r#"{"url":"https://miso.example.com"},
               {"name":" Orders  live ","url":"https://user:pw@miso.example.com/api/live?x#y",
                "production":true,"readOnly":true,"hue":"plum","issuer":"https://login.example/t",
                "clientId":"orders","scopes":["api"],"redirectHost":"localhost","prompt":"login",
                "proxy":"socks5://proxy.example:1080","noProxy":".inside",
                "requestsPerHour":5000,"requestsPerMinute":300},
               {"url":"http://127.0.0.1:4600","proxy":"none"}"#,
        ))
        .unwrap();
        assert_eq!(offers[0].name, "miso.example.com");
        assert_eq!(offers[0].way, ConnectionWay::default());
        assert_eq!(offers[1].name, "Orders live");
        assert_eq!(
            offers[1].url.as_str(),
            "https://miso.example.com/api/live/",
            "as it is"
        );
        assert!(offers[1].production && offers[1].read_only);
        assert_eq!(offers[1].way.sign_in.prompt, Some(Prompt::Login));
        assert_eq!(
            offers[1].way.network.proxy,
            ProxyChoice::Through {
                url: "socks5://proxy.example:1080".to_owned(),
                except: ".inside".to_owned()
            }
        );
        let limits = offers[1].way.limits;
        assert_eq!(limits.requests_per_hour, Some(5000));
        assert_eq!(limits.requests_per_minute, Some(300));
        assert_eq!(offers[2].way.network.proxy, ProxyChoice::None);
    }

    #[test]
    fn what_is_written_is_read_again() {
        let mut one = Connection::to(Url::parse("https://miso.example.com/").unwrap(), &[]);
        one.production = true;
        one.sign_in.issuer = Some("https://login.example/t".to_owned());
        one.sign_in.redirect_host = RedirectHost::Localhost;
        one.network.proxy = ProxyChoice::None;
        one.limits.requests_per_hour = Some(500);
        let text = write(std::slice::from_ref(&one)).unwrap();
        let [offer] = read(&text).unwrap().try_into().unwrap();
        assert_eq!(
            (offer.name, offer.url, offer.hue, offer.production),
            (one.name, one.url, Some(one.hue), true)
        );
        assert_eq!(offer.way.sign_in, one.sign_in);
        assert_eq!(offer.way.network, one.network);
        assert_eq!(offer.way.limits, one.limits);
        assert!(!text.contains("scopes"), "what is usual is left out");
    }

    #[test]
    fn a_file_that_is_none_says_why() {
        for (text, reason) in [
            ("", "EOF"),
            ("[]", "invalid length"),
            ("{}", "missing field `connections`"),
            (
                &file(r#"{"name":"Shop"}"#),
                "connection 1 (Shop): it has no url",
            ),
            (
                &file(r#"{"url":"https://a.example"},{"url":"https://a.example/"}"#),
                "where connection 1 does",
            ),
            (
                &file(r#"{"url":"https://a.example","authorities":["/etc/ca.pem"]}"#),
                "certificates in PEM",
            ),
            (r#"{"misoConnections":2,"connections":[]}"#, "version 2"),
            (
                &file(r#"{"url":"http://miso.example.com"}"#),
                "connection 1: \"http://miso",
            ),
            (
                &file(r#"{"url":"https://a.example"},{"url":"https://b.example","clientID":"x"}"#),
                "connection 2: unknown field `clientID`",
            ),
            (&file(r#"{"url":"https://a.example","name":" "}"#), "name"),
            (
                &file(r#"{"url":"https://a.example","issuer":"http://b.example"}"#),
                "issuer",
            ),
            (
                &file(r#"{"url":"https://a.example","proxy":"http://u:p@b.example"}"#),
                "proxy",
            ),
            (
                &file(r#"{"url":"https://a.example","hue":"red"}"#),
                "unknown variant",
            ),
            (
                &file(r#"{"url":"https://a.example","requestsPerHour":1}"#),
                "requestsPerHour must be 60 to 100000",
            ),
            (&" ".repeat(LARGEST + 1), "larger"),
            (
                &file(&vec![r#"{"url":"https://a.example"}"#; MOST + 1].join(",")),
                "more than",
            ),
        ] {
            let refused = read(text).unwrap_err();
            assert_eq!(refused.code, Code::ConnectionsFileInvalid);
            let said = &refused.params["reason"];
            assert!(said.contains(reason), "{said}");
            assert!(!said.contains("u:p@"), "a password is not repeated");
        }
    }
}
