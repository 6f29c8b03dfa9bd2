//! A call as code that others run. The token is never in it: the code takes it from the environment
//! variable `MISO_TOKEN`.

mod command;
mod csharp;
mod curl;
mod java;
mod javascript;
mod literal;
mod python;
mod rust;

use serde::{Deserialize, Serialize};
use specta::Type;
use url::Url;

use super::ApiCall;
use crate::transport::Call;
use crate::{Client, Failure, Resource};
pub use command::{CopiedCommand, CopiedSearch, log_command};

/// Where the code takes the token from.
const TOKEN: &str = "MISO_TOKEN";

/// What a call is copied as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ApiLanguage {
    /// A line for a POSIX shell.
    Curl,
    /// `fetch`, as browsers and Node have it.
    JavaScript,
    /// `requests`.
    Python,
    /// `HttpClient`.
    CSharp,
    /// `java.net.http`.
    Java,
    /// `reqwest`.
    Rust,
}

impl ApiLanguage {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Curl,
        Self::JavaScript,
        Self::Python,
        Self::CSharp,
        Self::Java,
        Self::Rust,
    ];
}

/// Which call is copied.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum CopiedCall {
    /// One that was written by hand.
    Call {
        /// As it would be sent.
        call: ApiCall,
    },
    /// The one that reads what a page shows.
    Resource {
        /// What it shows.
        resource: Resource,
    },
}

/// A request as code says it.
struct Request {
    method: String,
    url: String,
    /// Without the token's.
    headers: Vec<(String, String)>,
    body: Option<String>,
}

impl Client {
    /// A call as code.
    ///
    /// # Errors
    /// [`Code::CallRefused`](crate::Code::CallRefused) where it could not be sent.
    pub fn copied_call(
        &self,
        copied: &CopiedCall,
        language: ApiLanguage,
    ) -> Result<String, Failure> {
        let call = match copied {
            CopiedCall::Call { call } => call.checked(&self.inner.url)?,
            CopiedCall::Resource { resource } => self.inner.call_of(resource),
        };
        Ok(Request::of(&call, &self.inner.url).written(language))
    }
}

impl Request {
    fn of(call: &Call, base: &Url) -> Self {
        let mut url = base.clone();
        url.set_path(&format!(
            "{}{}",
            base.path().trim_end_matches('/'),
            call.path
        ));
        let as_is = call.as_is.as_deref();
        let by_hand = as_is
            .map(|as_is| as_is.query.as_slice())
            .unwrap_or_default();
        let own = call.query.iter().map(|(name, value)| (*name, value));
        let query = own.chain(by_hand.iter().map(|(name, value)| (name.as_str(), value)));
        let query: Vec<_> = query.collect();
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let own = call.headers.iter();
        let own = own.map(|(name, value)| ((*name).to_owned(), value.clone()));
        let by_hand = as_is.into_iter().flat_map(|as_is| &as_is.headers);
        let by_hand = by_hand
            .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())));
        let mut headers: Vec<(String, String)> = own.chain(by_hand).collect();
        let text = as_is.and_then(|as_is| as_is.text.clone());
        let body = text.or_else(|| call.body.as_ref().map(ToString::to_string));
        if !headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case("accept"))
        {
            headers.insert(0, pair("Accept", "application/json"));
        }
        if body.is_some() {
            headers.push(pair("Content-Type", "application/json"));
        }
        Self {
            method: call.method.to_string(),
            url: url.into(),
            headers,
            body,
        }
    }

    fn written(&self, language: ApiLanguage) -> String {
        match language {
            ApiLanguage::Curl => curl::written(self),
            ApiLanguage::JavaScript => javascript::written(self),
            ApiLanguage::Python => python::written(self),
            ApiLanguage::CSharp => csharp::written(self),
            ApiLanguage::Java => java::written(self),
            ApiLanguage::Rust => rust::written(self),
        }
    }
}

fn pair(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

#[cfg(test)]
#[path = "copying_tests.rs"]
mod tests;
