//! Links into the app: `miso://…`. A link only navigates or prefills, it never sends anything
//! (DESIGN.md, "Decided in the first commit").

use chrono::{DateTime, SecondsFormat, Utc};
use miso_api::Deployment;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use specta::Type;
use url::Url;

use crate::address::is_loopback;
use crate::{Code, ConnectionId, Connections, Failure, SessionState};

/// The host that is no instance's.
const CONNECT: &str = "connect";
/// Characters of an address; a longer one is none.
const LONGEST: usize = 2_000;
/// Characters of an image in a link.
const LONGEST_IMAGE: usize = 500;
/// Characters of a part of a page's path, and parts it may have.
const LONGEST_PART: usize = 200;
const MOST_PARTS: usize = 4;
/// Characters of what a log is narrowed by, and how many logs or fields are named.
const LONGEST_WORD: usize = 1_000;
const MOST_WORDS: usize = 12;
/// What a log is narrowed by and how it is looked at; the page knows what it means.
const LOG_WORDS: &[&str] = &[
    "q", "regex", "level", "from", "to", "field", "look", "at", "new",
];
/// What the list of applications and the history of deployments are narrowed and sorted by.
const LIST_WORDS: &[&str] = &["q", "state", "in", "sort"];
const HISTORY_WORDS: &[&str] = &["q", "result", "in"];
/// Between which environments, and what of, a promotion is reviewed.
const PROMOTION_WORDS: &[&str] = &["from", "to", "of"];
/// A request for access that is shown, or the form for one as it is filled in.
const ACCESS_WORDS: &[&str] = &["request", "ask", "in"];

/// The operation of the API that is in front, and what its list is searched for.
const API_WORDS: &[&str] = &["operation", "search"];

/// What is written in an address as it is.
const IN_AN_ADDRESS: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// What a link says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// To the way in, with an address in the field.
    Connect {
        /// What stands in the field; nothing of it has been looked at.
        instance: String,
    },
    /// To a page of an instance.
    Page {
        /// The instance's host, in lower case.
        host: String,
        /// Its port, where that is written.
        port: Option<u16>,
        /// The page, below its connection: what of the link's path and query pages know.
        page: String,
    },
}

/// Where a link leads in this app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum LinkTarget {
    /// To the way in, with an address in the field.
    Connect {
        /// What stands in the field.
        instance: String,
    },
    /// To a page of a connection.
    Page {
        /// The connection.
        connection: ConnectionId,
        /// The page below it: begins with a slash, or is empty for its first page.
        page: String,
    },
}

/// What a link says.
///
/// # Errors
/// [`Code::LinkInvalid`] where it leads nowhere.
pub fn link_from(text: &str) -> Result<Link, Failure> {
    let shown: String = text.chars().take(200).collect();
    let invalid = || Failure::new(Code::LinkInvalid).with("link", &shown);
    let url = Url::parse(text).map_err(|_| invalid())?;
    let host = url.host_str().filter(|host| !host.is_empty());
    let host = host
        .filter(|_| url.scheme() == "miso")
        .ok_or_else(invalid)?;
    if host != CONNECT {
        return Ok(Link::Page {
            host: host.to_ascii_lowercase(),
            port: url.port(),
            page: page_of(&url).ok_or_else(invalid)?,
        });
    }
    let mut parameters = url.query_pairs();
    let instance = parameters.find(|(name, _)| name == "instance");
    let instance = instance.map(|(_, value)| without_user(value.trim()));
    let is_good = |text: &String| {
        !text.is_empty() && text.chars().count() <= LONGEST && !text.chars().any(char::is_control)
    };
    let instance = instance.filter(is_good).ok_or_else(invalid)?;
    Ok(Link::Connect { instance })
}

impl Connections {
    /// Where a link leads here: to the connection whose address has the same host and port, whatever
    /// its scheme and base path, first to one that is signed in; where there is none, to the way in
    /// with that address.
    pub fn target_of(&self, link: Link) -> LinkTarget {
        let (host, port, page) = match link {
            Link::Connect { instance } => return LinkTarget::Connect { instance },
            Link::Page { host, port, page } => (host, port, page),
        };
        let fits = |url: &Url| {
            url.host_str() == Some(host.as_str())
                && (url.port() == port || (port.is_some() && url.port_or_known_default() == port))
        };
        let (mut fitting, others): (Vec<_>, Vec<_>) = self
            .list()
            .into_iter()
            .filter(|(connection, _)| fits(&connection.url))
            .partition(|(_, session)| matches!(session.state, SessionState::SignedIn { .. }));
        fitting.extend(others);
        match fitting.into_iter().next() {
            Some((connection, _)) => LinkTarget::Page {
                connection: connection.id,
                page,
            },
            None => LinkTarget::Connect {
                instance: address_of(&host, port),
            },
        }
    }
}

impl Connections {
    /// A link to a page of a connection, for whoever has a connection to the same instance: with
    /// what of the page's address a link may say.
    ///
    /// # Errors
    /// [`Code::ConnectionUnknown`]; [`Code::LinkInvalid`] where no link leads to such a page.
    pub fn link_to(&self, id: &ConnectionId, page: &str) -> Result<String, Failure> {
        let url = self.get(id)?.url;
        let port = url.port().map(|port| format!(":{port}"));
        let host = url.host_str().unwrap_or_default();
        let start = format!("miso://{host}{}", port.unwrap_or_default());
        match link_from(&format!("{start}{page}"))? {
            Link::Page { page, .. } => Ok(format!("{start}{page}")),
            Link::Connect { .. } => Err(Failure::new(Code::LinkInvalid).with("link", page)),
        }
    }
}

impl LinkTarget {
    /// To a deployment of a connection.
    pub fn deployment(connection: ConnectionId, deployment: &Deployment) -> Self {
        let parts = [
            "applications",
            &deployment.application_key,
            &deployment.environment,
        ];
        let page = page_with(&parts, &[("deploy", &deployment.id)]);
        Self::Page { connection, page }
    }

    /// To an application in an environment.
    pub fn place(connection: ConnectionId, application: &str, environment: &str) -> Self {
        let page = page_with(&["applications", application, environment], &[]);
        Self::Page { connection, page }
    }

    /// To the list of applications.
    pub fn applications(connection: ConnectionId) -> Self {
        let page = page_with(&["applications"], &[]);
        Self::Page { connection, page }
    }

    /// To a request for access.
    pub fn request(connection: ConnectionId, id: &str) -> Self {
        let page = page_with(&["access"], &[("request", id)]);
        Self::Page { connection, page }
    }

    /// To a moment of the log of an application in an environment, among all of its lines.
    pub fn log(
        connection: ConnectionId,
        application: &str,
        environment: &str,
        at: DateTime<Utc>,
    ) -> Self {
        let parts = ["applications", application, environment, "logs"];
        let at = at.to_rfc3339_opts(SecondsFormat::AutoSi, true);
        let page = page_with(&parts, &[("look", "all"), ("at", &at)]);
        Self::Page { connection, page }
    }
}

/// What an instance's page says of itself, in a link.
fn page_of(url: &Url) -> Option<String> {
    let decoded = |part: &str| {
        let text = percent_encoding::percent_decode_str(part)
            .decode_utf8()
            .ok()?;
        let is_good = !matches!(text.as_ref(), "." | "..")
            && text.chars().count() <= LONGEST_PART
            && !text
                .chars()
                .any(|letter| letter.is_control() || letter == '/');
        is_good.then(|| text.into_owned())
    };
    let parts = url.path().split('/').filter(|part| !part.is_empty());
    let parts: Vec<String> = parts.map(decoded).collect::<Option<_>>()?;
    if parts.len() > MOST_PARTS {
        return None;
    }
    let value = |wanted: &str, longest: usize| {
        let mut pairs = url.query_pairs();
        let (_, value) = pairs.find(|(name, _)| name == wanted)?;
        let is_good = !value.is_empty()
            && value.chars().count() <= longest
            && !value.chars().any(char::is_control);
        is_good.then(|| value.into_owned())
    };
    let (deploy, image) = (value("deploy", LONGEST_PART), value("image", LONGEST_IMAGE));
    let query: Vec<(&str, &str)> = match (&deploy, &image) {
        // An image fills the form, whatever else is said.
        (_, Some(image)) => vec![("deploy", "new"), ("image", image)],
        (Some(deploy), None) => vec![("deploy", deploy)],
        (None, None) => Vec::new(),
    };
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let known = words_of(url, words_on(&parts, !query.is_empty()));
    // Only an application's page has a panel.
    let panel = if parts.len() < 3 { Vec::new() } else { query };
    let known = known
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    let query: Vec<(&str, &str)> = panel.into_iter().chain(known).collect();
    Some(page_with(&parts, &query))
}

/// The words that a page knows besides those of its panel. A panel has the address for itself.
fn words_on(page: &[&str], has_panel: bool) -> &'static [&'static str] {
    match page {
        ["logs"] => &["log"],
        ["applications"] => LIST_WORDS,
        ["deployments"] => HISTORY_WORDS,
        ["promote"] => PROMOTION_WORDS,
        ["access"] => ACCESS_WORDS,
        ["new-application"] => &["from"],
        ["api"] => API_WORDS,
        ["applications", _, _, "logs"] if !has_panel => LOG_WORDS,
        ["applications", _, _, "configuration"] if !has_panel => &["view"],
        _ => &[],
    }
}

/// The words of a query that a page knows, as far as they are good.
fn words_of(url: &Url, names: &[&str]) -> Vec<(String, String)> {
    let is_good = |value: &str| {
        !value.is_empty()
            && value.chars().count() <= LONGEST_WORD
            && !value.chars().any(char::is_control)
    };
    url.query_pairs()
        .filter(|(name, value)| names.contains(&name.as_ref()) && is_good(value))
        .take(MOST_WORDS)
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect()
}

fn page_with(parts: &[&str], query: &[(&str, &str)]) -> String {
    // As the pages' own addresses: whatever could mean something in them is written as a number.
    let plain = |text: &str| utf8_percent_encode(text, IN_AN_ADDRESS).to_string();
    let path: String = parts
        .iter()
        .map(|part| format!("/{}", plain(part)))
        .collect();
    let query: Vec<String> = query
        .iter()
        .map(|(name, value)| format!("{name}={}", plain(value)))
        .collect();
    match query.is_empty() {
        true => path,
        false => format!("{path}?{}", query.join("&")),
    }
}

/// What is offered where no connection fits: `https`, on this machine `http`.
fn address_of(host: &str, port: Option<u16>) -> String {
    let port = port.map(|port| format!(":{port}")).unwrap_or_default();
    let plain = format!("http://{host}{port}");
    match Url::parse(&plain) {
        Ok(url) if is_loopback(&url) => plain,
        Ok(_) | Err(_) => format!("https://{host}{port}"),
    }
}

/// A name and a password in an address are nobody's business here.
fn without_user(text: &str) -> String {
    match Url::parse(text) {
        Ok(mut url) if !url.username().is_empty() || url.password().is_some() => {
            let removed = url.set_username("").and_then(|()| url.set_password(None));
            match removed {
                Ok(()) => url.to_string(),
                Err(()) => String::new(),
            }
        }
        Ok(_) | Err(_) => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_link_names_an_instance() {
        for (link, instance) in [
            (
                "miso://connect?instance=https://miso.example.com",
                "https://miso.example.com",
            ),
            (
                "miso://connect/?instance=https%3A%2F%2Fmiso.example.com%2Flive",
                "https://miso.example.com/live",
            ),
            (
                "miso://connect?other=1&instance=%20miso.example.com",
                "miso.example.com",
            ),
        ] {
            let instance = instance.to_owned();
            assert_eq!(link_from(link), Ok(Link::Connect { instance }), "{link}");
        }
    }

    #[test]
    fn what_leads_nowhere_is_refused() {
        let long = format!("miso://connect?instance={}", "a".repeat(LONGEST + 1));
        for link in [
            "",
            "connect",
            "https://connect?instance=a",
            "miso://connect",
            "miso:connect?instance=a",
            "miso://connect?instance=",
            "miso://connect?instance=a%0Ab",
            "miso:///applications",
            "miso://host/a/b/c/d/e",
            "miso://host/a%2Fb",
            "miso://host/%00",
            "miso://host/%ff",
            "https://host/applications",
            &long,
        ] {
            let refused = link_from(link).unwrap_err();
            assert_eq!(refused.code, Code::LinkInvalid, "{link}");
            assert!(refused.params["link"].len() <= 200);
        }
    }

    #[test]
    fn a_page_is_what_pages_know_of_a_link() {
        for (link, host, port, page) in [
            ("miso://misohost.example", "misohost.example", None, ""),
            ("miso://Misohost.Example/", "misohost.example", None, ""),
            (
                "miso://misohost.example:8443/applications/orders/prod/logs?image=&x=1#y",
                "misohost.example",
                Some(8443),
                "/applications/orders/prod/logs",
            ),
            (
                "miso://misohost.example/applications/orders/prod?deploy=d-1",
                "misohost.example",
                None,
                "/applications/orders/prod?deploy=d-1",
            ),
            (
                "miso://user:secret@misohost.example/applications/orders/dev?send=1&deploy=d-1&image=r.example/orders:1.4%2B2",
                "misohost.example",
                None,
                "/applications/orders/dev?deploy=new&image=r.example%2Forders%3A1.4%2B2",
            ),
            (
                "miso://[::1]:4100/deployments",
                "[::1]",
                Some(4100),
                "/deployments",
            ),
        ] {
            let (host, page) = (host.to_owned(), page.to_owned());
            assert_eq!(
                link_from(link),
                Ok(Link::Page { host, port, page }),
                "{link}"
            );
        }
        for (link, page) in [
            (
                "miso://h/applications/a/dev/logs?q=no+route&level=errors&at=2026-11-25T10:00:00Z&send=1",
                "/applications/a/dev/logs?q=no%20route&level=errors&at=2026-11-25T10%3A00%3A00Z",
            ),
            (
                "miso://h/applications/a/dev/logs?field=path%3D%252Fapi%26took%3D5&look=all",
                "/applications/a/dev/logs?field=path%3D%252Fapi%26took%3D5&look=all",
            ),
            (
                "miso://h/applications/a/dev/logs?q=a%0Ab",
                "/applications/a/dev/logs",
            ),
            // A panel has the address for itself.
            (
                "miso://h/applications/a/dev/logs?q=a&deploy=d-1",
                "/applications/a/dev/logs?deploy=d-1",
            ),
            (
                "miso://h/logs?log=shop%40dev&log=till%40prod&q=a",
                "/logs?log=shop%40dev&log=till%40prod",
            ),
            ("miso://h/applications/a/dev?q=a", "/applications/a/dev"),
            (
                "miso://h/applications?q=shop&state=unwell&in=dev&sort=-%40dev&send=1",
                "/applications?q=shop&state=unwell&in=dev&sort=-%40dev",
            ),
            (
                "miso://h/deployments?result=failed&in=prod&deploy=d-1",
                "/deployments?result=failed&in=prod",
            ),
            (
                "miso://h/promote?from=dev&to=test&of=a%2Cb",
                "/promote?from=dev&to=test&of=a%2Cb",
            ),
            ("miso://h/access?request=r-1", "/access?request=r-1"),
            (
                "miso://h/api?operation=GET+%2Fapi%2Fusers%2Fme&search=me&send=1",
                "/api?operation=GET%20%2Fapi%2Fusers%2Fme&search=me",
            ),
            ("miso://h/compare/d-1/d-2?q=a", "/compare/d-1/d-2"),
            (
                "miso://h/applications/a/dev/configuration?view=json",
                "/applications/a/dev/configuration?view=json",
            ),
        ] {
            let Ok(Link::Page { page: found, .. }) = link_from(link) else {
                panic!("{link} leads to a page");
            };
            assert_eq!(found, page, "{link}");
        }
        let long = format!(
            "miso://h/applications/a/dev?image={}",
            "a".repeat(LONGEST_IMAGE + 1)
        );
        let Ok(Link::Page { page, .. }) = link_from(&long) else {
            panic!("it leads to the page");
        };
        assert_eq!(page, "/applications/a/dev");
    }

    #[test]
    fn where_no_connection_fits_an_address_is_offered() {
        let offered = |host, port| address_of(host, port);
        assert_eq!(offered("miso.example", None), "https://miso.example");
        assert_eq!(
            offered("miso.example", Some(8443)),
            "https://miso.example:8443"
        );
        assert_eq!(offered("127.0.0.1", Some(4100)), "http://127.0.0.1:4100");
        assert_eq!(offered("[::1]", Some(4100)), "http://[::1]:4100");
    }

    proptest! {
        /// Whatever is in a link: what becomes of it is a page's own address, of which nothing can be
        /// taken for another host, another page above it, or more than one line.
        #[test]
        fn a_link_cannot_leave_its_connection(rest in "[ -~/?&=%.:@#\\\\]{0,80}|\\PC{0,40}") {
            if let Ok(Link::Page { page, .. }) = link_from(&format!("miso://host/{rest}")) {
                prop_assert!(page.is_empty() || page.starts_with('/'));
                prop_assert!(!page.starts_with("//") && !page.contains(['#', '\\', ' ', '"', '<']));
                let parts = page.split('?').next().unwrap_or_default().split('/');
                prop_assert!(parts.into_iter().all(|part| part != ".."));
                prop_assert!(page.matches('?').count() <= 1 && page.is_ascii());
            }
        }
    }
}
