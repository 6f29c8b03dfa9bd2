//! What the instance offers, and calls of it by hand.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::pretty::pretty;
use super::{ApiAnswer, ApiAnswerKind, ApiCall, ApiSent, PlannedCall};
use crate::transport::{AsItIs, Call, Passing};
use crate::wire::openapi::{self, ApiOperation, ApiOperations};
use crate::{Class, Client, Code, Failure};

impl Client {
    /// The operations that the instance's own document lists, as it was read within the hour, or `anew`.
    ///
    /// # Errors
    /// [`Code::NotOffered`] where the instance has no document; why it could not be asked.
    pub async fn api_operations(&self, anew: bool) -> Result<ApiOperations, Failure> {
        let base = self.inner.url.clone();
        let read = move |document: &_| openapi::operations(document, &base);
        self.of_the_document(anew, read).await
    }

    /// One of them with what it takes.
    ///
    /// # Errors
    /// [`Code::NotFound`] where the document has none such; as [`Self::api_operations`].
    pub async fn api_operation(&self, method: &str, path: &str) -> Result<ApiOperation, Failure> {
        let (base, method, path) = (self.inner.url.clone(), method.to_owned(), path.to_owned());
        let read = move |document: &_| openapi::operation(document, &base, &method, &path);
        self.of_the_document(false, read).await
    }

    /// Says that a call by hand is shown now to be confirmed, where it writes to production; `None`
    /// where it needs no confirmation.
    ///
    /// # Errors
    /// [`Code::CallRefused`] where it could not be sent; why it is not known whether it writes there.
    pub async fn show_call(&self, call: &ApiCall) -> Result<Option<PlannedCall>, Failure> {
        call.checked(&self.inner.url)?;
        let planned = |environment| PlannedCall {
            confirmation: self.show_planned_call(call),
            environment,
        };
        Ok(self.production_of(call).await?.map(planned))
    }

    /// Sends a call by hand, a write once, a read again where no answer came; its answer as it is, whatever
    /// its status.
    ///
    /// # Errors
    /// [`Code::CallRefused`] for what is not sent at all, [`Code::ReadOnly`] for a write where the
    /// connection is locked, [`Code::NotConfirmed`] for one to production that was not shown
    /// ([`Self::show_call`]), and why there is no answer.
    pub async fn send_call(
        &self,
        call: &ApiCall,
        confirmation: Option<&str>,
    ) -> Result<ApiAnswer, Failure> {
        let passing = Passing::default();
        self.send_call_passing(call, confirmation, passing).await
    }

    /// The same with what somebody has let through for this one call.
    ///
    /// # Errors
    /// As [`Self::send_call`].
    pub async fn send_call_passing(
        &self,
        call: &ApiCall,
        confirmation: Option<&str>,
        passing: Passing,
    ) -> Result<ApiAnswer, Failure> {
        let ready = call.checked_with(&self.inner.url, passing)?;
        if let Some(stage) = self.production_of(call).await? {
            self.check_call_confirmed(call, stage, confirmation)?;
        }
        let (at, account) = (self.inner.clock.now(), self.inner.sent_calls.account());
        let answered = self.inner.transport.send_as_is(&ready).await;
        let (status, code, took) = match &answered {
            Ok(answer) => (Some(answer.status.as_u16()), None, Some(answer.took)),
            Err(failure) => (None, Some(failure.code), None),
        };
        let sent = ApiSent {
            at,
            call: call.clone(),
            writes: call.writes(),
            status,
            code,
            milliseconds: took.map(milliseconds),
        };
        self.inner.sent_calls.note(account, sent);
        if call.writes() {
            self.look_anew(call);
        }
        Ok(self.shown(&ready, answered?))
    }

    async fn of_the_document<T: Send + 'static>(
        &self,
        anew: bool,
        read: impl FnOnce(&serde_json::Value) -> Option<T> + Send + 'static,
    ) -> Result<T, Failure> {
        let described = self.inner.transport.description(Class::Interactive, anew);
        let described = described.await?;
        let read = tokio::task::spawn_blocking(move || read(&described.read()?));
        let read = read.await.ok().flatten();
        read.ok_or_else(|| Failure::new(Code::NotFound))
    }

    /// What it may have changed is asked for anew.
    fn look_anew(&self, call: &ApiCall) {
        let mut segments = call.path.split('/');
        if segments.any(|segment| segment == "applications")
            && let Some(key) = segments.next()
        {
            self.inner.touch(key);
        }
    }

    fn shown(&self, call: &Call, answer: AsItIs) -> ApiAnswer {
        let bytes = answer.body.len();
        let (kind, text) = body(answer.body, answer.is_json && !answer.cut);
        let stand = self.inner.budget.stand();
        let hour = stand.hour.limit.saturating_sub(stand.hour.spent);
        let requests = call.as_is.as_ref();
        ApiAnswer {
            status: answer.status.as_u16(),
            reason: answer.status.canonical_reason().map(str::to_owned),
            headers: answer.headers,
            kind,
            text,
            bytes: u32::try_from(bytes).unwrap_or(u32::MAX),
            cut: answer.cut,
            milliseconds: milliseconds(answer.took),
            request_id: answer.request_id,
            requests: requests.map_or(1, |as_is| as_is.sent.load(Ordering::Relaxed)),
            left_this_hour: stand.remaining.map_or(hour, |told| told.min(hour)),
            left_this_minute: stand.minute.limit.saturating_sub(stand.minute.spent),
        }
    }
}

/// A body as it is shown. What is no text is not, but for the end of one that was cut within a
/// character.
fn body(bytes: Vec<u8>, may_be_json: bool) -> (ApiAnswerKind, String) {
    if bytes.is_empty() {
        return (ApiAnswerKind::Empty, String::new());
    }
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let good = error.utf8_error().valid_up_to();
            let mut bytes = error.into_bytes();
            if bytes.len() - good >= 4 {
                return (ApiAnswerKind::Binary, String::new());
            }
            bytes.truncate(good);
            String::from_utf8(bytes).unwrap_or_default()
        }
    };
    if text.contains('\0') {
        return (ApiAnswerKind::Binary, String::new());
    }
    match pretty(&text).filter(|_| may_be_json) {
        Some(json) => (ApiAnswerKind::Json, json),
        None => (ApiAnswerKind::Text, text),
    }
}

fn milliseconds(took: Duration) -> u32 {
    u32::try_from(took.as_millis()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_shown_as_what_it_is() {
        for (bytes, is_json, kind, text) in [
            (&b""[..], true, ApiAnswerKind::Empty, ""),
            (b"[1]", true, ApiAnswerKind::Json, "[\n  1\n]"),
            (b"[1]", false, ApiAnswerKind::Text, "[1]"),
            (b"<html>", true, ApiAnswerKind::Text, "<html>"),
            (b"a\xc3", false, ApiAnswerKind::Text, "a"),
            (b"\xff\xfe\xfd\xfc\xfb", false, ApiAnswerKind::Binary, ""),
            (b"a\0b", false, ApiAnswerKind::Binary, ""),
        ] {
            let shown = body(bytes.to_vec(), is_json);
            assert_eq!(shown, (kind, text.to_owned()));
        }
    }
}
