//! One call of the API: what is sent, and what is expected of the answer.

use std::sync::Arc;

use reqwest::Method;
use serde_json::Value;

use super::AsIs;
use crate::Capability;
use crate::wire::asked::Asked;
use crate::wire::openapi::is_write;

const API_LIMIT: usize = 10 * 1024 * 1024;
const IF_NONE_MATCH: &str = "If-None-Match";

/// What one API call sends.
#[derive(Clone, Debug)]
pub struct Call {
    /// The HTTP method.
    pub method: Method,
    /// The path below the instance, percent-encoded.
    pub path: String,
    /// The query.
    pub query: Vec<(&'static str, String)>,
    /// The JSON body.
    pub body: Option<Value>,
    /// Further headers.
    pub headers: Vec<(&'static str, String)>,
    /// Most bytes of an answer, after decompression.
    pub limit: usize,
    /// What the instance must offer for it; `None` where every instance does.
    pub needs: Option<Capability>,
    /// Whether an answer is wanted that goes on, as server-sent events.
    pub streams: bool,
    /// What it has beyond others where it was written by hand: its answer is wanted as it is.
    pub(crate) as_is: Option<Arc<AsIs>>,
    /// What it asks for, for a reading of the API that says that otherwise; `None` of what goes as it is.
    pub(crate) asked: Option<Arc<Asked>>,
    /// Whether it changes nothing, though its method may.
    pub(crate) changes_nothing: bool,
}

impl Call {
    /// A read.
    pub fn get(path: impl Into<String>) -> Self {
        Self {
            method: Method::GET,
            path: path.into(),
            query: Vec::new(),
            body: None,
            headers: Vec::new(),
            limit: API_LIMIT,
            needs: None,
            streams: false,
            as_is: None,
            asked: None,
            changes_nothing: false,
        }
    }

    /// A write.
    pub fn post(path: impl Into<String>, body: Value) -> Self {
        Self {
            method: Method::POST,
            body: Some(body),
            ..Self::get(path)
        }
    }

    /// A replacement.
    pub fn put(path: impl Into<String>, body: Value) -> Self {
        Self {
            method: Method::PUT,
            ..Self::post(path, body)
        }
    }

    /// A change of parts.
    pub fn patch(path: impl Into<String>, body: Value) -> Self {
        Self {
            method: Method::PATCH,
            ..Self::post(path, body)
        }
    }

    /// A deletion.
    pub fn delete(path: impl Into<String>) -> Self {
        Self {
            method: Method::DELETE,
            ..Self::get(path)
        }
    }

    /// Adds a query parameter.
    #[must_use]
    pub fn query(mut self, name: &'static str, value: impl ToString) -> Self {
        self.query.push((name, value.to_string()));
        self
    }

    /// Adds a query parameter that may be missing.
    #[must_use]
    pub fn query_if(self, name: &'static str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.query(name, value),
            None => self,
        }
    }

    /// Writes only in place of this version, where there is one to name (RFC 9110 §13.1.1).
    #[must_use]
    pub fn matching(self, version: Option<&str>) -> Self {
        match version {
            Some(version) => self.header("If-Match", version),
            None => self,
        }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Says that not every instance offers it.
    #[must_use]
    pub fn needing(mut self, capability: Capability) -> Self {
        self.needs = Some(capability);
        self
    }

    /// Says what it asks for.
    #[must_use]
    pub(crate) fn asking(mut self, asked: Asked) -> Self {
        self.asked = Some(Arc::new(asked));
        self
    }

    /// Says that not every instance of the documented reading offers it, and no other reading has it.
    #[must_use]
    pub(crate) fn of_documented(self, capability: Capability) -> Self {
        self.needing(capability)
            .asking(Asked::Documented(capability))
    }

    /// Says that it changes nothing, though it is sent as if it did.
    #[must_use]
    pub(crate) fn changing_nothing(mut self) -> Self {
        self.changes_nothing = true;
        self
    }

    /// Asks only for what is not of this version any more (RFC 9110 §13.1.2).
    #[must_use]
    pub(super) fn unless(self, tag: &str) -> Self {
        self.header(IF_NONE_MATCH, tag)
    }

    /// Whether it changes nothing.
    pub(super) fn is_read(&self) -> bool {
        self.changes_nothing || !is_write(self.method.as_str())
    }

    /// Whether it may write where the connection is locked: somebody said so of this call.
    pub(super) fn is_past_the_lock(&self) -> bool {
        let as_is = self.as_is.as_ref();
        as_is.is_some_and(|as_is| as_is.passing.past_the_lock)
    }

    pub(super) fn is_conditional(&self) -> bool {
        self.headers.iter().any(|(name, _)| *name == IF_NONE_MATCH)
    }
}
