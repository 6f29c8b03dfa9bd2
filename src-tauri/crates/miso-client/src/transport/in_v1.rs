//! How calls are sent to an instance that speaks v1 (API-V1.md §1.2, §1.5, §1.6).

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::header::HeaderValue;
use reqwest::{RequestBuilder, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::answer::{Answer, Whole};
use super::refusal::{not_miso, refusal};
use super::{Call, Transport, decode};
use crate::v1::V1;
use crate::wire::asked::Asked;
use crate::wire::v1::problem;
use crate::{Class, Code, Failure, Speaks};

/// The token of an application, in place of a user's.
const CLIENT_TOKEN: &str = "x-client-token";

impl Transport {
    /// What a call asks for, where the instance has to be asked otherwise.
    pub(super) fn asked_otherwise(&self, call: &Call) -> Option<Arc<Asked>> {
        match self.capabilities.speaks() {
            Speaks::Documented => None,
            Speaks::V1 => call.asked.clone(),
        }
    }

    /// What the documented API would have answered.
    pub(super) async fn in_v1(&self, asked: &Asked, class: Class) -> Result<Answer, Failure> {
        let asking = V1 {
            transport: self,
            class,
            kept: self.v1.hold(),
        };
        // Boxed: what is asked for is many calls.
        let value = Box::pin(asking.answer(asked)).await?;
        let body = serde_json::to_vec(&value)
            .map_err(|error| not_miso(StatusCode::OK, b"").saying(error.to_string()))?;
        Ok(Answer::Whole(Whole {
            status: StatusCode::OK,
            body,
            tag: None,
        }))
    }

    /// Sends one call of v1 and reads its answer as JSON; `null` where that is empty.
    ///
    /// # Errors
    /// As [`Self::send`].
    pub(crate) async fn v1_body(&self, call: &Call, class: Class) -> Result<Value, Failure> {
        match self.exchange(call, class).await? {
            Answer::Whole(Whole { body, .. }) if body.trim_ascii().is_empty() => Ok(Value::Null),
            Answer::Whole(Whole { status, body, .. }) => {
                decode(status, &body).map_err(|failure| self.unsure(call, failure))
            }
            // None of these was asked for.
            Answer::Unchanged | Answer::Events(_) | Answer::AsItIs(_) => {
                Err(not_miso(StatusCode::NOT_MODIFIED, b""))
            }
        }
    }

    /// Refuses what would be a write, before anything that leads to it is sent.
    ///
    /// # Errors
    /// [`Code::ReadOnly`].
    pub(crate) fn must_not_be_locked(&self) -> Result<(), Failure> {
        self.read_only.refuse(self.clock.now())
    }

    /// Whether requests are made in the name of an application, not of a user.
    pub(crate) fn is_an_application(&self) -> bool {
        self.tokens.stand_for_an_application()
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    pub(crate) fn monotonic(&self) -> Duration {
        self.clock.monotonic()
    }

    /// Puts the token where the instance looks for it.
    pub(super) fn with_token(
        &self,
        request: RequestBuilder,
        token: &SecretString,
    ) -> RequestBuilder {
        let token = token.expose_secret();
        if self.capabilities.speaks() == Speaks::V1
            && self.is_an_application()
            && let Ok(mut value) = HeaderValue::from_str(token)
        {
            value.set_sensitive(true);
            return request.header(CLIENT_TOKEN, value);
        }
        request.bearer_auth(token)
    }

    /// A renewed token is refused too. That of an application is taken by some calls of v1 only, which says
    /// nothing about its session.
    pub(super) fn refused_again(&self, token: &SecretString, failure: Failure) -> Failure {
        if self.capabilities.speaks() == Speaks::V1 && self.is_an_application() {
            return Failure {
                code: Code::Forbidden,
                ..failure
            };
        }
        self.tokens.rejected(token);
        failure
    }

    /// What an answer that is not a success means, in the instance's own shape.
    pub(super) fn refused(
        &self,
        status: StatusCode,
        body: &[u8],
        retry_after: Option<Duration>,
    ) -> Failure {
        let in_v1 = match self.capabilities.speaks() {
            Speaks::Documented => None,
            Speaks::V1 => problem::failure(status, body, retry_after),
        };
        in_v1.unwrap_or_else(|| refusal(status, body, retry_after))
    }

    /// Has the budget learn of a request that was one too many.
    pub(super) fn spent(&self, retry_after: Option<Duration>) {
        match (self.capabilities.speaks(), retry_after) {
            (Speaks::V1, None) => self.budget.refused_unannounced(),
            (Speaks::Documented | Speaks::V1, wait) => {
                self.budget.refused(wait.unwrap_or(Duration::from_secs(60)));
            }
        }
    }
}
