//! What comes back to a call, and how it is read: as JSON, as a version that is known already, or
//! as it comes.

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use reqwest::{Response, StatusCode};
use serde::de::DeserializeOwned;

use super::refusal::not_miso;
use super::{AsItIs, Call, Transport, shape};
use crate::http::failure_of;
use crate::{Class, Failure};

/// What is larger is decoded where that hinders nobody.
const LARGE: usize = 256 * 1024;

/// What came back.
pub(super) enum Answer {
    /// All of it.
    Whole(Whole),
    /// What was named in the call is what there is (RFC 9110 §15.4.5).
    Unchanged,
    /// Server-sent events, of which none is read yet.
    Events(Response),
    /// Whatever came, for a call by hand.
    AsItIs(AsItIs),
}

/// An answer that has an end.
pub(super) struct Whole {
    pub status: StatusCode,
    pub body: Vec<u8>,
    /// Its `ETag`.
    pub tag: Option<String>,
}

/// A value and its version.
pub(crate) struct Tagged<T> {
    pub value: T,
    /// Its `ETag`, where the server gives one.
    pub tag: Option<String>,
}

/// What an answer is that was asked for as a stream.
pub(crate) enum Opened<T> {
    /// A stream, without any limit on time or on its size.
    Events(BoxStream<'static, Result<Bytes, Failure>>),
    /// The server has no streams: what it says instead.
    Whole(T),
}

impl Transport {
    /// Sends a call and reads its answer as JSON.
    ///
    /// # Errors
    /// A typed failure for everything that is not the answer. A write whose answer was lost is
    /// [`Code::OutcomeUnknown`](crate::Code::OutcomeUnknown) and is never sent again. What the
    /// instance is known not to offer is [`Code::NotOffered`](crate::Code::NotOffered) without being
    /// sent.
    pub async fn send<T>(&self, call: &Call, class: Class) -> Result<T, Failure>
    where
        T: DeserializeOwned + Send + 'static,
    {
        match self.offered(call, class).await? {
            Answer::Whole(whole) => self.read(call, whole).await,
            // None of these was asked for.
            Answer::Unchanged | Answer::Events(_) | Answer::AsItIs(_) => {
                Err(not_miso(StatusCode::NOT_MODIFIED, b""))
            }
        }
    }

    /// The same with the version of what is answered.
    ///
    /// # Errors
    /// As [`Self::send`].
    pub(crate) async fn send_tagged<T>(
        &self,
        call: &Call,
        class: Class,
    ) -> Result<Tagged<T>, Failure>
    where
        T: DeserializeOwned + Send + 'static,
    {
        let answer = self.send_unless(call, class, None).await?;
        answer.ok_or_else(|| not_miso(StatusCode::NOT_MODIFIED, b""))
    }

    /// Sends a call whose answer says no more than that it was taken.
    ///
    /// # Errors
    /// As [`Self::send`].
    pub(crate) async fn send_only(&self, call: &Call, class: Class) -> Result<(), Failure> {
        match self.offered(call, class).await? {
            Answer::Whole(_) => Ok(()),
            Answer::Unchanged | Answer::Events(_) | Answer::AsItIs(_) => {
                Err(not_miso(StatusCode::NOT_MODIFIED, b""))
            }
        }
    }

    /// The same for a read of which a version may be known already; `None` where that is what there
    /// is.
    ///
    /// # Errors
    /// As [`Self::send`].
    pub(crate) async fn send_unless<T>(
        &self,
        call: &Call,
        class: Class,
        known: Option<&str>,
    ) -> Result<Option<Tagged<T>>, Failure>
    where
        T: DeserializeOwned + Send + 'static,
    {
        let conditional = known.map(|tag| call.clone().unless(tag));
        let call = conditional.as_ref().unwrap_or(call);
        match self.offered(call, class).await? {
            Answer::Whole(mut whole) => {
                let tag = whole.tag.take();
                let value = self.read(call, whole).await?;
                Ok(Some(Tagged { value, tag }))
            }
            Answer::Unchanged => Ok(None),
            Answer::Events(response) => Err(not_miso(response.status(), b"")),
            Answer::AsItIs(answer) => Err(not_miso(answer.status, b"")),
        }
    }

    /// Opens a stream. That the server has none is remembered; it answers with a page then, or not
    /// at all.
    ///
    /// # Errors
    /// As [`Self::send`].
    pub(crate) async fn open<T>(&self, call: &Call, class: Class) -> Result<Opened<T>, Failure>
    where
        T: DeserializeOwned + Send + 'static,
    {
        if let Some(needed) = call.needs
            && self.capabilities.offers(needed) == Some(false)
        {
            return Err(needed.lacking());
        }
        if let Some(asked) = self.asked_otherwise(call) {
            return match self.in_v1(&asked, class).await? {
                Answer::Whole(whole) => Ok(Opened::Whole(self.read(call, whole).await?)),
                Answer::Unchanged | Answer::Events(_) | Answer::AsItIs(_) => {
                    Err(not_miso(StatusCode::NOT_MODIFIED, b""))
                }
            };
        }
        let learn = |is_offered| {
            if let Some(needed) = call.needs
                && self.capabilities.offers(needed) != Some(is_offered)
            {
                self.capabilities.learn(needed, is_offered);
            }
        };
        match self.exchange(call, class).await? {
            Answer::Events(response) => {
                learn(true);
                let base = self.base.clone();
                let bytes = response.bytes_stream();
                let bytes = bytes.map(move |some| some.map_err(|error| failure_of(&error, &base)));
                Ok(Opened::Events(bytes.boxed()))
            }
            Answer::Whole(whole) => {
                let value = self.read(call, whole).await?;
                learn(false);
                Ok(Opened::Whole(value))
            }
            Answer::Unchanged | Answer::AsItIs(_) => Err(not_miso(StatusCode::NOT_MODIFIED, b"")),
        }
    }

    async fn read<T>(&self, call: &Call, whole: Whole) -> Result<T, Failure>
    where
        T: DeserializeOwned + Send + 'static,
    {
        let Whole { status, body, .. } = whole;
        let decoded = if body.len() < LARGE {
            decode(status, &body)
        } else {
            tokio::task::spawn_blocking(move || decode(status, &body))
                .await
                .unwrap_or_else(|error| Err(not_miso(status, b"").saying(error.to_string())))
        };
        decoded.map_err(|failure| self.unsure(call, failure))
    }
}

/// Reads JSON. What would take far more memory than it has bytes is none.
pub(crate) fn decode<T: DeserializeOwned>(status: StatusCode, body: &[u8]) -> Result<T, Failure> {
    shape::check(body)?;
    serde_json::from_slice(body).map_err(|error| not_miso(status, body).saying(error.to_string()))
}
