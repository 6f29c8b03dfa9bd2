//! One attempt to sign in with the browser, from discovery to a verified account.

use std::sync::Arc;
use std::time::Duration;

use subtle::ConstantTimeEq;
use url::Url;

use super::loopback::{Callback, Loopback};
use super::{Browser, Provider, Refreshed, SignInParameters, SignInSettings};
use crate::session::SignInStep;
use crate::{Account, Clock, Code, Failure, Network};

/// Nobody needs longer in the browser (SECURITY.md).
const BROWSER_LIMIT: Duration = Duration::from_secs(5 * 60);
/// How often the clocks are looked at meanwhile.
const LOOK: Duration = Duration::from_millis(500);

/// What an attempt needs.
pub(crate) struct Attempt<'a> {
    pub instance: &'a Url,
    pub network: &'a Network,
    pub settings: &'a SignInSettings,
    /// Further authorization parameters, such as the local instance's launch key.
    pub parameters: Option<&'a SignInParameters>,
    pub browser: Arc<dyn Browser>,
    pub clock: &'a dyn Clock,
    /// Told at each step; with the address once it is known.
    pub step: &'a (dyn Fn(SignInStep, Option<&Url>) + Send + Sync),
}

/// What an attempt ends with.
pub(crate) struct SignedIn {
    pub provider: Provider,
    pub tokens: Refreshed,
    pub account: Account,
}

/// Signs in. Dropping the future calls it off and closes the redirect's socket.
pub(crate) async fn sign_in(attempt: Attempt<'_>) -> Result<SignedIn, Failure> {
    let Attempt {
        instance,
        network,
        settings,
        parameters,
        browser,
        clock,
        step,
    } = attempt;
    step(SignInStep::Discovering, None);
    let provider = Provider::discover(instance, settings.issuer.as_deref(), network).await?;
    let loopback = Loopback::bind(settings.redirect_host).await?;
    let redirect = loopback.redirect().clone();
    let authorization = provider.authorization(settings, &redirect, parameters);
    step(SignInStep::WaitingForBrowser, Some(&authorization.address));
    let address = authorization.address.clone();
    let opening = async {
        let address_to_open = address.clone();
        let opened = tokio::task::spawn_blocking(move || browser.open(&address_to_open)).await;
        let reason = match opened {
            Ok(Ok(())) => return,
            Ok(Err(reason)) => reason,
            Err(error) => error.to_string(),
        };
        // The wait goes on: the address can be copied into any browser of this machine.
        tracing::warn!(reason, "no browser could be opened");
        step(SignInStep::NoBrowser, Some(&address));
    };
    let wait = async {
        tokio::select! {
            callback = loopback.callback(authorization.state.secret()) => Ok(callback),
            () = time_is_up(clock) => Err(Failure::new(Code::SignInTimeout)),
        }
    };
    let (callback, ()) = tokio::join!(wait, opening);
    let code = code_of(callback?, &provider)?;
    step(SignInStep::Exchanging, None);
    let (tokens, account) = provider
        .exchange(&settings.client_id, &redirect, &code, &authorization, clock)
        .await?;
    Ok(SignedIn {
        provider,
        tokens,
        account,
    })
}

/// Ends when somebody has been waited for long enough by either clock: the monotonic one may stand
/// still while the machine sleeps, and the wall clock may be set back.
async fn time_is_up(clock: &dyn Clock) {
    let (began, ends) = (clock.monotonic(), clock.now() + BROWSER_LIMIT);
    while clock.monotonic().saturating_sub(began) < BROWSER_LIMIT && clock.now() < ends {
        tokio::time::sleep(LOOK).await;
    }
}

fn code_of(callback: Callback, provider: &Provider) -> Result<String, Failure> {
    let (result, iss) = match callback {
        Callback::Code { code, iss } => (Ok(code), iss),
        Callback::Refused {
            error,
            description,
            iss,
        } => {
            let failure = Failure::new(Code::SignInRefused).with("error", error);
            let failure = match description {
                Some(description) => failure.saying(description),
                None => failure,
            };
            (Err(failure), iss)
        }
    };
    check_issuer(provider.issuer(), iss.as_deref(), provider.promises_iss())?;
    result
}

/// RFC 9207 §2.4: the answer must come from the issuer that was asked.
fn check_issuer(expected: &str, found: Option<&str>, promised: bool) -> Result<(), Failure> {
    let good = match found {
        Some(found) => found.as_bytes().ct_eq(expected.as_bytes()).into(),
        None => !promised,
    };
    if good {
        return Ok(());
    }
    Err(Failure::new(Code::IssuerMismatch)
        .with("expected", expected)
        .with("found", found.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_issuer_must_be_the_one_that_was_asked() {
        let expected = "https://issuer.example";
        for (found, promised, good) in [
            (Some("https://issuer.example"), true, true),
            (Some("https://issuer.example"), false, true),
            (None, false, true),
            (None, true, false),
            (Some("https://issuer.example/"), true, false),
            (Some("https://other.example"), false, false),
        ] {
            assert_eq!(
                check_issuer(expected, found, promised).is_ok(),
                good,
                "{found:?} {promised}"
            );
        }
    }
}
