//! How the requests of one connection leave the machine: proxy, trusted authorities, and the HTTP
//! client made accordingly.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use reqwest::redirect::Policy;
use reqwest::{NoProxy, Proxy};
use rustls::pki_types::CertificateDer;
use serde::{Deserialize, Serialize};
use specta::Type;
use url::Url;

use crate::address::is_loopback;
use crate::{Code, Failure};

mod authorities;
mod failing;

pub(crate) use authorities::{
    parse as parse_authorities, read as read_authorities, subjects, text_of as text_of_authorities,
};
pub(crate) use failing::named;

const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// Servers close what idles; a write must not meet a connection that is being closed.
const IDLE_LIMIT: Duration = Duration::from_secs(20);

/// What people set about the way to an instance and its provider. Kept in the settings, so it
/// holds no secret: the password of a proxy is the system's matter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", default)]
pub struct NetworkSettings {
    /// The proxy.
    pub proxy: ProxyChoice,
    /// PEM files with certificates of authorities that are trusted beside the system's.
    pub authorities: Vec<PathBuf>,
}

/// Which proxy is used. This machine itself is never reached through one, whatever is chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum ProxyChoice {
    /// The system's: `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`, on macOS and Windows its settings
    /// too. Proxy auto-configuration is not known to it.
    #[default]
    System,
    /// None.
    None,
    /// This one.
    Through {
        /// `http://`, `https://` or `socks5://` with host and port; a SOCKS proxy looks names up
        /// itself, as with browsers.
        url: String,
        /// Hosts, domains and networks that are reached without it, in the form of `NO_PROXY`.
        #[serde(default)]
        except: String,
    },
}

/// The way of one connection's requests, the provider's too. All clones are the same one.
#[derive(Clone, Default)]
pub struct Network(Arc<Mutex<Made>>);

#[derive(Default)]
struct Made {
    settings: NetworkSettings,
    /// Names that lead to an address without being looked up.
    leads: Vec<(String, SocketAddr)>,
    /// For this machine.
    near: Option<reqwest::Client>,
    /// For all others.
    far: Option<reqwest::Client>,
    /// How often it was changed.
    changes: u64,
}

/// What a client is made of.
struct Plan {
    settings: NetworkSettings,
    leads: Vec<(String, SocketAddr)>,
}

impl NetworkSettings {
    /// Whether they can be used as they are.
    ///
    /// # Errors
    /// [`Code::ProxyInvalid`], [`Code::AuthorityUnreadable`].
    pub fn check(&self) -> Result<(), Failure> {
        self.check_proxy()?;
        read_authorities(&self.authorities).map(drop)
    }

    /// Whether the proxy is one.
    ///
    /// # Errors
    /// [`Code::ProxyInvalid`].
    pub(crate) fn check_proxy(&self) -> Result<(), Failure> {
        match &self.proxy {
            ProxyChoice::Through { url, .. } => proxy_url(url).map(drop),
            ProxyChoice::System | ProxyChoice::None => Ok(()),
        }
    }
}

impl Network {
    /// The way that was set.
    pub fn new(settings: NetworkSettings) -> Self {
        Self(Arc::new(Mutex::new(Made {
            settings,
            ..Made::default()
        })))
    }

    /// What was set.
    pub fn settings(&self) -> NetworkSettings {
        self.lock().settings.clone()
    }

    /// Goes another way from the next request on.
    pub fn set(&self, settings: NetworkSettings) {
        let mut made = self.lock();
        made.settings = settings;
        made.begin_anew();
    }

    /// Takes a name to an address without looking it up, for this connection alone.
    pub fn lead(&self, name: &str, address: SocketAddr) {
        let mut made = self.lock();
        made.leads.push((name.to_owned(), address));
        made.begin_anew();
    }

    /// Where a name leads without being looked up.
    pub(crate) fn led(&self, name: &str) -> Option<SocketAddr> {
        let made = self.lock();
        let lead = made.leads.iter().find(|(led, _)| led == name);
        lead.map(|(_, address)| *address)
    }

    /// The client for requests to a URL: no redirects (a token never follows one), the system's
    /// authorities and those that were set. What cannot be read is asked for anew each time. Files
    /// are read on threads that may wait, and nobody else waits for them.
    ///
    /// # Errors
    /// [`Code::ProxyInvalid`], [`Code::AuthorityUnreadable`]; [`Code::Tls`] where TLS cannot be
    /// set up at all.
    pub async fn client_for(&self, url: &Url) -> Result<reqwest::Client, Failure> {
        let is_near = is_loopback(url);
        loop {
            let (plan, of) = {
                let mut made = self.lock();
                if let Some(client) = made.place(is_near) {
                    return Ok(client.clone());
                }
                (made.plan(), made.changes)
            };
            let client = reading(move || plan.build(is_near)).await?;
            let mut made = self.lock();
            // Another way was set meanwhile: that one.
            if made.changes == of {
                return Ok(made.place(is_near).get_or_insert(client).clone());
            }
        }
    }

    /// The authorities that were set, read now.
    ///
    /// # Errors
    /// [`Code::AuthorityUnreadable`].
    pub(crate) async fn authorities(&self) -> Result<Vec<CertificateDer<'static>>, Failure> {
        let files = self.settings().authorities;
        reading(move || read_authorities(&files)).await
    }

    /// The proxy that requests to a URL go through.
    ///
    /// # Errors
    /// [`Code::ProxyInvalid`].
    pub(crate) fn proxy_for(&self, url: &Url) -> Result<Option<Intercept>, Failure> {
        if is_loopback(url) {
            return Ok(None);
        }
        let matcher = match self.settings().proxy {
            ProxyChoice::None => return Ok(None),
            ProxyChoice::System => Matcher::from_system(),
            ProxyChoice::Through { url, except } => Matcher::builder()
                .all(proxy_url(&url)?.to_string())
                .no(except)
                .build(),
        };
        let address = url.as_str().parse::<http::Uri>().ok();
        Ok(address.and_then(|address| matcher.intercept(&address)))
    }

    fn lock(&self) -> MutexGuard<'_, Made> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Made {
    fn begin_anew(&mut self) {
        (self.near, self.far) = (None, None);
        self.changes += 1;
    }

    fn place(&mut self, is_near: bool) -> &mut Option<reqwest::Client> {
        match is_near {
            true => &mut self.near,
            false => &mut self.far,
        }
    }

    fn plan(&self) -> Plan {
        Plan {
            settings: self.settings.clone(),
            leads: self.leads.clone(),
        }
    }
}

/// Does what reads files, the system's authorities too, where it may wait for a disk.
async fn reading<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| Err(Failure::new(Code::Tls).saying(error.to_string())))
}

impl Plan {
    fn build(&self, is_near: bool) -> Result<reqwest::Client, Failure> {
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("miso-desktop/", env!("CARGO_PKG_VERSION")))
            .redirect(Policy::none())
            .connect_timeout(CONNECT_LIMIT)
            .pool_idle_timeout(IDLE_LIMIT);
        for (name, address) in &self.leads {
            builder = builder.resolve(name, *address);
        }
        let unusable = |error: reqwest::Error| Failure::new(Code::Tls).saying(error.to_string());
        builder = match &self.settings.proxy {
            _ if is_near => builder.no_proxy(),
            ProxyChoice::None => builder.no_proxy(),
            ProxyChoice::System => builder,
            ProxyChoice::Through { url, except } => {
                let proxy = Proxy::all(proxy_url(url)?)
                    .map_err(|error| proxy_invalid(url, "address").saying(error.to_string()))?;
                builder.proxy(proxy.no_proxy(NoProxy::from_string(except)))
            }
        };
        let authorities = read_authorities(&self.settings.authorities)?;
        if !authorities.is_empty() {
            let certificates = authorities
                .iter()
                .map(|authority| reqwest::Certificate::from_der(authority))
                .collect::<Result<Vec<_>, _>>()
                .map_err(unusable)?;
            builder = builder.tls_certs_merge(certificates);
        }
        builder.build().map_err(unusable)
    }
}

/// The proxy that a text names, as the HTTP client wants it.
fn proxy_url(text: &str) -> Result<Url, Failure> {
    let mut url = Url::parse(text.trim()).map_err(|_| proxy_invalid(text, "address"))?;
    if !url.has_host() {
        return Err(proxy_invalid(text, "address"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        // Not repeated: it holds a secret.
        return Err(proxy_invalid("", "credentials"));
    }
    match url.scheme() {
        "http" | "https" | "socks5h" => Ok(url),
        // `socks5` would look names up here, where those of the inside are not known.
        "socks5" => {
            url.set_scheme("socks5h")
                .map_err(|()| proxy_invalid(text, "scheme"))?;
            Ok(url)
        }
        _ => Err(proxy_invalid(text, "scheme")),
    }
}

fn proxy_invalid(text: &str, reason: &str) -> Failure {
    Failure::new(Code::ProxyInvalid)
        .with("proxy", text)
        .with("reason", reason)
}

#[cfg(test)]
mod tests;
