//! Query parameters of API calls. What is not known is ignored, what is known must be right.

use axum::extract::FromRequestParts;
use chrono::{DateTime, Utc};
use http::request::Parts;
use miso_api::ErrorDetail;
use url::form_urlencoded;

use super::envelope::ApiError;
use crate::environments;

/// The query of a request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query {
    pairs: Vec<(String, String)>,
}

impl<S: Sync> FromRequestParts<S> for Query {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let pairs = form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
        Ok(Self {
            pairs: pairs.into_owned().collect(),
        })
    }
}

impl Query {
    /// The parameter's free text; the last where it comes more than once, none where it is empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.given(name).filter(|value| !value.is_empty())
    }

    /// The parameter's value, the empty one too: where only some values are right, it is none of
    /// them.
    fn given(&self, name: &str) -> Option<&str> {
        let found = self.pairs.iter().rev().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Every value of a parameter that may come more than once, in their order.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let named = self.pairs.iter().filter(move |(key, _)| key == name);
        named.map(|(_, value)| value.as_str())
    }

    /// A whole number within bounds, or `default`.
    pub(crate) fn number(
        &self,
        name: &str,
        bounds: std::ops::RangeInclusive<u32>,
        default: u32,
    ) -> Result<u32, ApiError> {
        let Some(text) = self.given(name) else {
            return Ok(default);
        };
        text.parse()
            .ok()
            .filter(|number| bounds.contains(number))
            .ok_or_else(|| {
                ApiError::field(
                    name,
                    format!(
                        "must be a whole number from {} to {}",
                        bounds.start(),
                        bounds.end()
                    ),
                )
            })
    }

    /// A time, RFC 3339.
    pub(crate) fn time(&self, name: &str) -> Result<Option<DateTime<Utc>>, ApiError> {
        let Some(text) = self.given(name) else {
            return Ok(None);
        };
        // A plus sign that was not escaped arrives as a space.
        let text = text.replace(' ', "+");
        match DateTime::parse_from_rfc3339(&text) {
            Ok(time) => Ok(Some(time.with_timezone(&Utc))),
            Err(_) => Err(ApiError::field(
                name,
                "must be a time such as 2026-01-31T12:00:00Z",
            )),
        }
    }

    /// One of the words, if it is given.
    pub(crate) fn word(&self, name: &str, words: &[&str]) -> Result<Option<String>, ApiError> {
        let Some(text) = self.given(name) else {
            return Ok(None);
        };
        if words.contains(&text) {
            return Ok(Some(text.to_owned()));
        }
        Err(ApiError::field(
            name,
            format!("must be one of {}", words.join(", ")),
        ))
    }

    /// Several of the words, separated by commas.
    pub(crate) fn words(
        &self,
        name: &str,
        words: &[&str],
    ) -> Result<Option<Vec<String>>, ApiError> {
        let Some(text) = self.given(name) else {
            return Ok(None);
        };
        let given: Vec<String> = text.split(',').map(|word| word.trim().to_owned()).collect();
        if given.iter().all(|word| words.contains(&word.as_str())) {
            return Ok(Some(given));
        }
        Err(ApiError::field(
            name,
            format!("must be one or several of {}", words.join(",")),
        ))
    }

    /// The environment asked for; one that does not exist is 404.
    pub(crate) fn environment(&self) -> Result<Option<&'static str>, ApiError> {
        let Some(key) = self.given("environment") else {
            return Ok(None);
        };
        match environments::find(key) {
            Some(environment) => Ok(Some(environment.key)),
            None => Err(ApiError::no_such("environment", key)),
        }
    }

    /// The query with one parameter exchanged, encoded again.
    pub(crate) fn with(&self, name: &str, value: &str) -> String {
        let mut encoded = form_urlencoded::Serializer::new(String::new());
        for (key, known) in self.pairs.iter().filter(|(key, _)| key != name) {
            encoded.append_pair(key, known);
        }
        encoded.append_pair(name, value);
        encoded.finish()
    }
}

/// Several complaints as one answer; none is no complaint.
pub(crate) fn refuse(details: Vec<ErrorDetail>) -> Result<(), ApiError> {
    if details.is_empty() {
        Ok(())
    } else {
        Err(ApiError::invalid(details))
    }
}
