//! Links into the app: `miso://…`. A link only navigates or prefills, it never sends anything
//! (DESIGN.md, "Decided in the first commit").

use serde::{Deserialize, Serialize};
use specta::Type;
use url::Url;

use crate::{Code, Failure};

/// The host that is no instance's.
const CONNECT: &str = "connect";
/// Characters of an address; a longer one is none.
const LONGEST: usize = 2_000;

/// Where a link leads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Link {
    /// To the way in, with an address in the field.
    Connect {
        /// What stands in the field; nothing of it has been looked at.
        instance: String,
    },
}

/// Where a link leads.
///
/// # Errors
/// [`Code::LinkInvalid`] where it leads nowhere.
pub fn link_from(text: &str) -> Result<Link, Failure> {
    let shown: String = text.chars().take(200).collect();
    let invalid = || Failure::new(Code::LinkInvalid).with("link", &shown);
    let url = Url::parse(text).map_err(|_| invalid())?;
    if url.scheme() != "miso" || url.host_str() != Some(CONNECT) {
        return Err(invalid());
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
            "miso://elsewhere/x",
            &long,
        ] {
            let refused = link_from(link).unwrap_err();
            assert_eq!(refused.code, Code::LinkInvalid, "{link}");
            assert!(refused.params["link"].len() <= 200);
        }
    }
}
