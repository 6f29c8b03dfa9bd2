//! What is asked of a provider for a sign-in on another device (RFC 8628).

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer};
use url::Url;

use super::token_endpoint::{Answer, post};
use super::{Provider, SignInSettings};
use crate::{Code, Failure};

/// A sign-in on another device that the provider waits for (RFC 8628 §3.2).
#[derive(Deserialize)]
pub(super) struct Begun {
    #[serde(deserialize_with = "secret")]
    pub(super) device_code: SecretString,
    pub(super) user_code: String,
    pub(super) verification_uri: Url,
    #[serde(deserialize_with = "lasting")]
    pub(super) expires_in: Duration,
    #[serde(default = "usual_interval", deserialize_with = "lasting")]
    pub(super) interval: Duration,
}

never_serialized!(Begun);

impl Provider {
    /// Begins a sign-in on another device.
    ///
    /// # Errors
    /// [`Code::DeviceSignInUnsupported`] where the provider has none.
    pub(super) async fn begin_device(&self, settings: &SignInSettings) -> Result<Begun, Failure> {
        let Some(endpoint) = self.device_endpoint() else {
            return Err(Failure::new(Code::DeviceSignInUnsupported));
        };
        let known = settings.scopes.iter().filter(|scope| self.knows(scope));
        let scopes: Vec<&str> = std::iter::once("openid")
            .chain(known.map(String::as_str))
            .collect();
        let scope = scopes.join(" ");
        let form = [
            ("client_id", settings.client_id.as_str()),
            ("scope", &scope),
        ];
        let begun: Begun = post(&self.network, endpoint, &form).await?;
        self.refuse_plain(&begun.verification_uri)?;
        Ok(begun)
    }

    /// Asks whether somebody has signed in on the other device (RFC 8628 §3.4).
    pub(super) async fn ask_for_device(
        &self,
        client_id: &str,
        begun: &Begun,
    ) -> Result<Answer, Failure> {
        let grant = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
            ("device_code", begun.device_code.expose_secret()),
            ("client_id", client_id),
        ];
        Ok(self.ask_for_tokens(&grant).await?)
    }
}

fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SecretString, D::Error> {
    String::deserialize(deserializer).map(SecretString::from)
}

fn usual_interval() -> Duration {
    Duration::from_secs(5)
}

/// Seconds, at least one and at most a day.
fn lasting<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let seconds = f64::deserialize(deserializer)?;
    Ok(Duration::from_secs(seconds.clamp(1.0, 86_400.0) as u64))
}
