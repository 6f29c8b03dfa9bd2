//! The connection doctor: walks the way to an instance step by step, and says where it breaks and
//! what to do. A token goes to the connection's own origin only, by the transport, as always.

mod advice;
mod chart;
mod discovery;
mod tls;
mod way;

use std::time::Duration;

use miso_api::Me;
use url::Url;

use crate::signin::{Provider, SignInSettings};
use crate::wire::documented;
use crate::{Class, Client, Code, Failure, Network, ProxyChoice};

pub use advice::{Advice, AdviceKind};
pub use chart::{Blind, Diagnosis, Examined, Outcome, Seen, SeenKind, Step};

use chart::Chart;
use way::Stream;

/// Nobody waits longer for a single step.
const STEP_LIMIT: Duration = Duration::from_secs(15);

/// Hears of each step as it has been examined.
pub type Told<'a> = &'a (dyn Fn(&Examined) + Send + Sync);

/// Walks the way to an instance that there is no connection to yet: up to its provider.
pub async fn examine(
    instance: &Url,
    network: &Network,
    sign_in: &SignInSettings,
    told: Told<'_>,
) -> Diagnosis {
    let mut chart = Chart::new(blind_to(network), told);
    let walked = walk(&mut chart, instance, network, sign_in).await;
    if walked.is_some() {
        chart.skip(Step::Api);
    }
    chart.done()
}

impl Client {
    /// Walks the way to this connection's instance, up to a call of its API with the session's own
    /// token. Makes one API request.
    pub async fn examine(&self, told: Told<'_>) -> Diagnosis {
        let (network, sign_in) = (self.network(), self.sign_in_settings());
        let mut chart = Chart::new(blind_to(network), told);
        let walked = walk(&mut chart, &self.inner.url, network, &sign_in).await;
        if walked.is_some() {
            self.examine_api(&mut chart).await;
        }
        chart.done()
    }

    async fn examine_api(&self, chart: &mut Chart<'_>) {
        let begun = chart.begin(Step::Api);
        let call = documented::me();
        let asked = self.inner.transport.send::<Me>(&call, Class::Interactive);
        let _walked = match asked.await {
            Ok(me) => chart.well(begun, vec![Seen::of(SeenKind::Account, me.username)]),
            Err(failure) => {
                let advice = advice::of_the_api(&failure);
                chart.broken(begun, Vec::new(), failure, advice)
            }
        };
    }
}

/// What nobody here can see, for this way.
fn blind_to(network: &Network) -> Vec<Blind> {
    match network.settings().proxy {
        ProxyChoice::System if cfg!(any(windows, target_os = "macos")) => {
            vec![Blind::ProxyAutoConfiguration]
        }
        ProxyChoice::System => vec![Blind::ProxyAutoConfiguration, Blind::DesktopProxySettings],
        ProxyChoice::None | ProxyChoice::Through { .. } => Vec::new(),
    }
}

/// Name, connection, proxy, TLS, discovery, provider; `None` where it broke.
async fn walk(
    chart: &mut Chart<'_>,
    instance: &Url,
    network: &Network,
    sign_in: &SignInSettings,
) -> Option<()> {
    let hop = way::first_hop(chart, instance, network)?;
    let addresses = way::look_up(chart, &hop, network).await?;
    let socket = way::connect(chart, &hop, &addresses).await?;
    let stream = way::pass_proxy(chart, &hop, socket, instance, network).await?;
    secure(chart, stream, instance, network).await?;
    let issuer = match &sign_in.issuer {
        // The instance need not name one then.
        Some(given) => {
            chart.skip(Step::Discovery);
            given.clone()
        }
        None => discovery::discover(chart, instance, network, hop.direct(&addresses)).await?,
    };
    reach_provider(chart, instance, &issuer, network, sign_in).await
}

async fn secure(
    chart: &mut Chart<'_>,
    stream: Box<dyn Stream>,
    instance: &Url,
    network: &Network,
) -> Option<()> {
    if instance.scheme() != "https" {
        chart.skip(Step::Tls);
        return Some(());
    }
    let begun = chart.begin(Step::Tls);
    let shaken = tokio::time::timeout(STEP_LIMIT, tls::shake(stream, instance, network)).await;
    let (seen, refused) = match shaken {
        Ok(Ok(shaken)) => shaken,
        Ok(Err(failure)) => {
            let advice = advice::of_settings(&failure);
            return chart.broken(begun, Vec::new(), failure, advice);
        }
        Err(_) => (Vec::new(), Some(tls::Refused::silent())),
    };
    let Some(refused) = refused else {
        return chart.well(begun, seen);
    };
    let failure = Failure::new(Code::Tls)
        .with("host", instance.host_str().unwrap_or_default())
        .with("reason", refused.reason);
    let params = seen.iter().map(|seen| (seen.kind.word(), &seen.value));
    let advice = params.fold(Advice::to(refused.advice), |advice, (word, value)| {
        advice.with(&word, value)
    });
    chart.broken(begun, seen, failure, advice)
}

/// The provider's own document and keys, wherever it lives.
async fn reach_provider(
    chart: &mut Chart<'_>,
    instance: &Url,
    issuer: &str,
    network: &Network,
    sign_in: &SignInSettings,
) -> Option<()> {
    let begun = chart.begin(Step::SignIn);
    let seen = |more: Vec<Seen>| {
        let mut seen = vec![Seen::of(SeenKind::Issuer, issuer)];
        seen.extend(more);
        seen
    };
    let looking = Provider::discover(instance, sign_in.issuer.as_deref(), network);
    let found = tokio::time::timeout(STEP_LIMIT, looking).await;
    let failure = match found {
        Ok(Ok(provider)) => {
            let left_out = provider.scopes_left_out(sign_in);
            let left_out = left_out
                .into_iter()
                .map(|scope| Seen::of(SeenKind::ScopeLeftOut, scope));
            return chart.well(begun, seen(left_out.collect()));
        }
        Ok(Err(failure)) => failure,
        Err(_) => Failure::new(Code::Timeout).with("host", issuer),
    };
    let advice = advice::of_the_provider(&failure, issuer);
    chart.broken(begun, seen(Vec::new()), failure, advice)
}
