//! How a connection signs in, where an instance's provider is not as others are.

use serde::{Deserialize, Serialize};
use specta::Type;
use url::Url;

use crate::address::is_loopback;
use crate::{Code, Failure};

/// API.md, "Sign-in"; `openid` is asked for always.
const SCOPES: [&str; 4] = ["profile", "email", "offline_access", "api"];

/// How a connection signs in. Holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", default)]
pub struct SignInSettings {
    /// The OpenID Connect issuer; `None` where the instance's own discovery document names it.
    pub issuer: Option<String>,
    /// The OAuth client.
    pub client_id: String,
    /// What is asked for beside `openid`; what the provider does not know is left out.
    pub scopes: Vec<String>,
    /// Where the browser comes back to.
    pub redirect_host: RedirectHost,
    /// What the provider shall ask the user, whatever it knows; some give a refresh token only
    /// after [`Prompt::Consent`].
    pub prompt: Option<Prompt>,
}

/// The host of the loopback redirect: providers differ in which one may have any port (RFC 8252
/// §7.3, §8.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
pub enum RedirectHost {
    /// As RFC 8252 recommends.
    #[default]
    #[serde(rename = "127.0.0.1")]
    Address,
    /// For providers that let only this name have any port, such as Entra ID.
    #[serde(rename = "localhost")]
    Localhost,
}

/// What the provider shall ask (OpenID Connect Core 1.0 §3.1.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Prompt {
    /// Who it is, though somebody is signed in.
    Login,
    /// Whether the app may have what it asks for.
    Consent,
    /// Which account is meant.
    SelectAccount,
}

impl Default for SignInSettings {
    fn default() -> Self {
        Self {
            issuer: None,
            client_id: "miso-desktop".to_owned(),
            scopes: SCOPES.map(str::to_owned).to_vec(),
            redirect_host: RedirectHost::default(),
            prompt: None,
        }
    }
}

impl SignInSettings {
    /// The same as a form may hold them, made fit to be used: without blanks around and within,
    /// no scope twice, nothing empty.
    ///
    /// # Errors
    /// [`Code::IssuerInvalid`] where the issuer is no address of one: an issuer is `https`, or on
    /// this machine, and has neither query nor fragment (OpenID Connect Discovery 1.0 §3).
    pub fn checked(self) -> Result<Self, Failure> {
        let issuer = self.issuer.map(|issuer| issuer.trim().to_owned());
        let issuer = issuer.filter(|issuer| !issuer.is_empty());
        if let Some(issuer) = issuer.as_deref().filter(|issuer| !is_issuer(issuer)) {
            return Err(Failure::new(Code::IssuerInvalid).with("issuer", issuer));
        }
        let defaults = Self::default();
        let client_id = self.client_id.trim();
        let mut scopes: Vec<String> = Vec::new();
        for scope in self.scopes.iter().flat_map(|text| text.split_whitespace()) {
            if scope != "openid" && !scopes.iter().any(|known| known == scope) {
                scopes.push(scope.to_owned());
            }
        }
        Ok(Self {
            issuer,
            client_id: match client_id {
                "" => defaults.client_id,
                given => given.to_owned(),
            },
            scopes,
            redirect_host: self.redirect_host,
            prompt: self.prompt,
        })
    }
}

impl SignInSettings {
    /// Who gives the session, and to which client: with another one it is another session.
    pub(crate) fn given_by(&self) -> (Option<&str>, &str) {
        (self.issuer.as_deref(), &self.client_id)
    }
}

impl RedirectHost {
    /// As it stands in an address.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Address => "127.0.0.1",
            Self::Localhost => "localhost",
        }
    }
}

impl Prompt {
    /// As it stands in a request.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Consent => "consent",
            Self::SelectAccount => "select_account",
        }
    }
}

fn is_issuer(text: &str) -> bool {
    let Ok(url) = Url::parse(text) else {
        return false;
    };
    (url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url)))
        && url.query().is_none()
        && url.fragment().is_none()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_missing_is_as_ever() {
        let read: SignInSettings = serde_json::from_value(json!({})).unwrap();
        assert_eq!(read, SignInSettings::default());
        let given = json!({"issuer": "https://login.example/t", "clientId": "c", "scopes": ["api"],
            "redirectHost": "localhost", "prompt": "select_account"});
        let read: SignInSettings = serde_json::from_value(given.clone()).unwrap();
        assert_eq!(read.prompt, Some(Prompt::SelectAccount));
        assert_eq!(serde_json::to_value(read).unwrap(), given);
    }

    #[test]
    fn what_was_typed_is_made_fit() {
        let typed = SignInSettings {
            issuer: Some("  ".to_owned()),
            client_id: " ".to_owned(),
            scopes: vec!["openid api".to_owned(), "api ".to_owned(), String::new()],
            ..SignInSettings::default()
        };
        let checked = typed.checked().unwrap();
        assert_eq!(checked.issuer, None);
        assert_eq!(checked.client_id, "miso-desktop");
        assert_eq!(checked.scopes, ["api"]);
        for (issuer, good) in [
            ("https://login.example/tenant/v2.0", true),
            ("http://127.0.0.1:8080", true),
            ("http://login.example", false),
            ("https://login.example?x", false),
            ("login.example", false),
            ("file:///etc", false),
        ] {
            let typed = SignInSettings {
                issuer: Some(issuer.to_owned()),
                ..SignInSettings::default()
            };
            assert_eq!(typed.checked().is_ok(), good, "{issuer}");
        }
    }
}
