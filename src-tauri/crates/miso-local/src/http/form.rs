//! Form-encoded parameters, each at most once (RFC 6749 §3.1 and §3.2).

use std::collections::BTreeMap;

use url::form_urlencoded;

/// Parameters by name. Holds secrets: no `Debug`.
pub(crate) struct Parameters(BTreeMap<String, String>);

/// A parameter came twice.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Repeated;

impl Parameters {
    /// Reads a query or a form body. An empty value counts as none (RFC 6749 §3.1).
    pub(crate) fn parse(encoded: &[u8]) -> Result<Self, Repeated> {
        let mut parameters = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(encoded) {
            if parameters
                .insert(name.to_string(), value.into_owned())
                .is_some()
            {
                return Err(Repeated);
            }
        }
        parameters.retain(|_, value| !value.is_empty());
        Ok(Self(parameters))
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}
