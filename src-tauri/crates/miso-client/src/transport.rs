//! The one place that makes API requests: budget, token, request, limits on size and time,
//! decode, typed error. In this order, for every call.

mod again;
mod announced_wait;
mod answer;
mod as_is;
mod call;
mod described;
mod headers;
mod in_v1;
mod refusal;
mod shape;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::StatusCode;
use reqwest::header::{ACCEPT, HeaderMap};
use secrecy::SecretString;
use url::Url;

use crate::budget::Permit;
use crate::faults::Faults;
use crate::http::{Carrier, ReadError, read_bounded};
use crate::read_only::ReadOnly;
use crate::{Budget, Capabilities, Capability, Class, Clock, Code, Failure, Network};
use announced_wait::AnnouncedWait;
use answer::{Answer, Whole};
use described::Described;
use headers::{entity_tag, is_events, is_json, policy, request_id, reset_in, retry_after};
use refusal::not_miso;

pub(crate) use answer::{Opened, Tagged, decode};
pub(crate) use as_is::{AsIs, AsItIs};
pub use as_is::{Leave, Passing};
pub use call::Call;

/// A page of a log may be larger. Where it is larger than this, fewer lines are asked for.
pub(crate) const LOG_LIMIT: usize = 16 * 1024 * 1024;
const ANSWER_LIMIT: Duration = Duration::from_secs(30);
/// A click does not wait longer than this for the budget before it says so.
const LONGEST_WAIT: Duration = Duration::from_secs(90);

/// Where the transport gets its token from.
#[async_trait]
pub trait Tokens: Send + Sync {
    /// A token that should be good.
    ///
    /// # Errors
    /// Why there is none; [`Code::SignedOut`] where nobody is signed in.
    async fn bearer(&self) -> Result<SecretString, Failure>;

    /// A token other than one the server refused.
    ///
    /// # Errors
    /// Why there is none.
    async fn renewed(&self, refused: &SecretString) -> Result<SecretString, Failure>;

    /// The server refuses a renewed token too: whoever it stands for must sign in again.
    fn rejected(&self, token: &SecretString);

    /// Whether they stand for an application, not for a user.
    fn stand_for_an_application(&self) -> bool {
        false
    }
}

/// Tells that requests wait for the budget; zero when they do not any more.
pub type WaitDue = Arc<dyn Fn(Duration) + Send + Sync>;

/// What calls are sent to.
pub(crate) struct Instance {
    /// Where it is. Tokens go to this origin only.
    pub base: Url,
    /// The way to it.
    pub network: Network,
    /// What is known of what it offers.
    pub capabilities: Arc<Capabilities>,
}

/// Sends the calls of one connection.
pub struct Transport {
    network: Network,
    /// What stands in for the network, where time is simulated.
    carrier: Option<Arc<dyn Carrier>>,
    base: Url,
    budget: Arc<Budget>,
    read_only: Arc<ReadOnly>,
    tokens: Arc<dyn Tokens>,
    clock: Arc<dyn Clock>,
    capabilities: Arc<Capabilities>,
    wait_due: WaitDue,
    faults: Faults,
    described: Described,
    v1: crate::v1::Kept,
}

impl Transport {
    /// A transport to one instance.
    pub(crate) fn new(
        instance: Instance,
        budget: Arc<Budget>,
        read_only: Arc<ReadOnly>,
        tokens: Arc<dyn Tokens>,
        clock: Arc<dyn Clock>,
        wait_due: WaitDue,
    ) -> Self {
        let Instance {
            base,
            network,
            capabilities,
        } = instance;
        Self {
            network,
            carrier: None,
            base,
            budget,
            read_only,
            tokens,
            clock,
            capabilities,
            wait_due,
            faults: Faults::default(),
            described: Described::default(),
            v1: crate::v1::Kept::default(),
        }
    }

    /// What went wrong lately.
    pub(crate) fn faults(&self) -> &Faults {
        &self.faults
    }

    /// Has another far end answer, and other tokens taken.
    #[cfg(test)]
    pub(crate) fn simulate(&mut self, carrier: Arc<dyn Carrier>, tokens: Arc<dyn Tokens>) {
        (self.carrier, self.tokens) = (Some(carrier), tokens);
    }

    /// Sends a call that the instance may lack.
    async fn offered(&self, call: &Call, class: Class) -> Result<Answer, Failure> {
        if let Some(asked) = self.asked_otherwise(call) {
            return self.in_v1(&asked, class).await;
        }
        let Some(needed) = call.needs else {
            return self.exchange(call, class).await;
        };
        if self.capabilities.offers(needed) == Some(false) {
            return Err(needed.lacking());
        }
        let answer = self.exchange(call, class).await;
        match &answer {
            Ok(_) => self.capabilities.used(needed),
            // Of the object or of the call? The instance's own document tells.
            Err(failure)
                if failure.code == Code::NotFound && self.capabilities.offers(needed).is_none() =>
            {
                self.describe(class).await.unwrap_or_else(|failure| {
                    tracing::info!(?failure, "what the instance offers is not known yet");
                });
                if self.capabilities.offers(needed) == Some(false) {
                    return Err(needed.lacking());
                }
            }
            Err(_) => {}
        }
        answer
    }

    async fn exchange(&self, call: &Call, class: Class) -> Result<Answer, Failure> {
        let answer = self.exchanged(call, class).await;
        if let Err(failure) = &answer {
            self.faults.note(call, failure, self.clock.now());
        }
        answer
    }

    async fn exchanged(&self, call: &Call, class: Class) -> Result<Answer, Failure> {
        self.may_go(call)?;
        let permit = self.admitted(class).await?;
        let token = self.tokens.bearer().await?;
        match self.tried(call, class, &token, permit).await {
            // A 401 in the platform's own shape did nothing, so a write may go again too.
            Err(failure) if failure.code == Code::Unauthorized => {
                let token = self.tokens.renewed(&token).await?;
                let permit = self.admitted(class).await?;
                match self.once(call, &token, permit).await {
                    Err(failure) if failure.code == Code::Unauthorized => {
                        Err(self.refused_again(&token, failure))
                    }
                    again => again,
                }
            }
            Err(failure) if failure.code == Code::RateLimited && call.is_read() => {
                let permit = self.admitted(class).await?;
                self.once(call, &token, permit).await
            }
            other => other,
        }
    }

    /// Refuses a write where the connection is locked.
    fn may_go(&self, call: &Call) -> Result<(), Failure> {
        if call.is_read() || call.is_past_the_lock() {
            return Ok(());
        }
        self.read_only.refuse(self.clock.now())
    }

    /// What is watched is asked for again in its own time, and a write never is; a click that reads
    /// is worth another try or two.
    async fn tried(
        &self,
        call: &Call,
        class: Class,
        token: &SecretString,
        permit: Permit<'_>,
    ) -> Result<Answer, Failure> {
        let may_go_again = call.is_read() && class == Class::Interactive;
        let mut answer = self.once(call, token, permit).await;
        for failed_before in 0.. {
            let pause = match &answer {
                Err(failure) if may_go_again => again::pause(failure, failed_before),
                Ok(_) | Err(_) => None,
            };
            let Some(pause) = pause else {
                break;
            };
            self.clock.sleep(pause).await;
            let permit = self.admitted(class).await?;
            answer = self.once(call, token, permit).await;
        }
        answer
    }

    async fn once(
        &self,
        call: &Call,
        token: &SecretString,
        permit: Permit<'_>,
    ) -> Result<Answer, Failure> {
        let carried = self.carried(call, token, permit);
        if !call.streams {
            return carried.await;
        }
        // Of an answer that goes on, the limit is that of its beginning.
        let began = tokio::time::timeout(ANSWER_LIMIT, carried).await;
        began.unwrap_or_else(|_| {
            let host = self.base.host_str().unwrap_or_default();
            Err(Failure::new(Code::Timeout).with("host", host))
        })
    }

    async fn carried(
        &self,
        call: &Call,
        token: &SecretString,
        permit: Permit<'_>,
    ) -> Result<Answer, Failure> {
        let mut url = self.base.clone();
        url.set_path(&format!(
            "{}{}",
            self.base.path().trim_end_matches('/'),
            call.path
        ));
        let http = self.network.client_for(&self.base).await?;
        let request = self.with_token(http.request(call.method.clone(), url), token);
        let mut request = match call.streams {
            true => request.header(ACCEPT, "text/event-stream"),
            false => request
                .timeout(ANSWER_LIMIT)
                .header(ACCEPT, "application/json"),
        };
        if !call.query.is_empty() {
            request = request.query(&call.query);
        }
        for (name, value) in &call.headers {
            request = request.header(*name, value);
        }
        if let Some(body) = &call.body {
            request = request.json(body);
        }
        if let Some(as_is) = &call.as_is {
            request = as_is.put_into(request);
        }
        let request = request.build().map_err(|error| self.lost(call, &error))?;
        if let Some(as_is) = &call.as_is {
            as_is.leave().await;
        }
        // It may have waited long, and the connection was locked meanwhile.
        self.may_go(call)?;
        permit.sent();
        let begun = self.clock.monotonic();
        let sent = match &self.carrier {
            Some(carrier) => carrier.carry(request).await,
            None => http.execute(request).await,
        };
        let response = sent.map_err(|error| self.lost(call, &error))?;
        self.learn(response.headers());
        if call.as_is.is_some() {
            return self.as_it_is(call, token, response, begun).await;
        }
        let (status, headers) = (response.status(), response.headers().clone());
        if call.streams && status.is_success() && is_events(&headers) {
            let request_id = request_id(&headers);
            tracing::debug!(path = call.path, %status, request_id, "a stream began");
            return Ok(Answer::Events(response));
        }
        let body = match read_bounded(response, call.limit).await {
            Ok(body) => body,
            Err(ReadError::TooLarge) => {
                let failure = Failure::new(Code::TooLarge).with("limit", call.limit);
                return Err(self.unsure(call, failure));
            }
            Err(ReadError::Broken(error)) => return Err(self.lost(call, &error)),
        };
        let milliseconds = (self.clock.monotonic() - begun).as_millis();
        let request_id = request_id(&headers);
        tracing::debug!(
            method = %call.method, path = call.path, %status, bytes = body.len(), milliseconds,
            request_id, "answer"
        );
        let is_ours = body.is_empty() || is_json(&headers);
        if status == StatusCode::NOT_MODIFIED && call.is_conditional() {
            return Ok(Answer::Unchanged);
        }
        if status.is_success() && is_ours {
            self.budget.accepted();
            let tag = entity_tag(&headers);
            return Ok(Answer::Whole(Whole { status, body, tag }));
        }
        let mut failure = if is_ours || status == StatusCode::TOO_MANY_REQUESTS {
            self.refused(status, &body, self.retry_after(&headers))
        } else {
            not_miso(status, &body)
        };
        if failure.request_id.is_none() {
            failure.request_id = request_id.map(str::to_owned);
        }
        if let Some(needed) = call.needs
            && is_lacking(needed, status, &failure)
        {
            self.capabilities.learn(needed, false);
            return Err(needed.lacking());
        }
        if status == StatusCode::SERVICE_UNAVAILABLE
            && let Some(wait) = self.retry_after(&headers)
        {
            failure = failure.with("seconds", wait.as_secs());
        }
        if failure.code == Code::RateLimited {
            self.spent(self.retry_after(&headers));
        }
        // What failed while it answered may have been done all the same.
        if failure.code == Code::NotMiso || status.is_server_error() {
            return Err(self.unsure(call, failure));
        }
        Err(failure)
    }

    /// Waits until the budget lets a click through; what is watched is told to come back.
    async fn admitted(&self, class: Class) -> Result<Permit<'_>, Failure> {
        let until = self.clock.monotonic() + LONGEST_WAIT;
        let mut announced = AnnouncedWait::new(&self.wait_due);
        loop {
            let wait = match self.budget.take(class) {
                Ok(permit) => return Ok(permit),
                Err(wait) => wait,
            };
            let seconds = wait.as_secs_f64().ceil();
            match class {
                Class::Interactive => {}
                Class::Watched | Class::Background => {
                    return Err(Failure::new(Code::BudgetWait).with("seconds", seconds));
                }
            }
            if self.clock.monotonic() + wait > until {
                return Err(Failure::new(Code::RateLimited).with("seconds", seconds));
            }
            announced.say(wait);
            self.clock.sleep(wait.max(Duration::from_millis(20))).await;
        }
    }

    /// A request without a whole answer: a read failed, a write may have happened.
    fn lost(&self, call: &Call, error: &reqwest::Error) -> Failure {
        if error.is_builder() {
            // What HTTP has no way to say, such as a header of two lines, never left.
            return Failure::new(Code::Validation).saying(error.to_string());
        }
        let failure = self.network.failure_of(error, &self.base);
        tracing::debug!(method = %call.method, path = call.path, ?failure, "no answer");
        if error.is_connect() {
            return failure;
        }
        self.unsure(call, failure.with("stage", "answer"))
    }

    /// What an answer that says nothing means for a write: it may or may not have happened.
    fn unsure(&self, call: &Call, failure: Failure) -> Failure {
        if call.is_read() {
            return failure;
        }
        Failure {
            code: Code::OutcomeUnknown,
            ..failure
        }
    }

    fn learn(&self, headers: &HeaderMap) {
        if let Some(limits) = policy(headers) {
            self.budget.set_limits(limits);
        }
        if let Some((remaining, reset)) = reset_in(headers, self.clock.now()) {
            self.budget.told(remaining, reset);
        }
    }

    fn retry_after(&self, headers: &HeaderMap) -> Option<Duration> {
        retry_after(headers, self.clock.now())
    }
}

/// Whether an answer says that there is no such call: the status that belongs to it, unless it is
/// the platform's own word about the object that was asked for.
fn is_lacking(needed: Capability, status: StatusCode, failure: &Failure) -> bool {
    match status {
        StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED => true,
        // It has the same call, and no stream of it.
        StatusCode::NOT_ACCEPTABLE => needed == Capability::LiveLogs,
        StatusCode::NOT_FOUND => failure.code != Code::NotFound || !needed.is_about_an_object(),
        _ => false,
    }
}
