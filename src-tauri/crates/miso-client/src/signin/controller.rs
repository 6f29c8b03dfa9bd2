//! Signing in at a controller that speaks v1, without a provider of one's own (API-V1.md §2.2): a client's id
//! and secret for a client token, and sign-in on another device.

use std::time::Duration;

use http::{HeaderMap, HeaderValue, Method, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use url::Url;
use zeroize::Zeroizing;

use super::device::{DeviceAttempt, Waiting};
use super::device_requests::Begun;
use super::provider::NotRefreshed;
use super::sender::{ANSWER_LIMIT, bounded};
use super::service_account::ServiceToken;
use super::token_endpoint::{Answer, NotAnswered, Refreshed, Refusal};
use crate::address::is_loopback;
use crate::http::excerpt;
use crate::session::SignInStep;
use crate::wire::v1::sign_in::{self, Heard, Tokens};
use crate::wire::v1::{envelope, problem, routes};
use crate::{Account, Clock, Code, Failure, Network};

/// How long a client token lasts where that is not said (API-V1.md §2.1).
const CLIENT_TOKEN: Duration = Duration::from_secs(1800);
/// Where somebody signs in who was asked for an environment.
const ENVIRONMENT: &str = "dev";
/// The scope of the documented API, which no provider behind a controller knows.
const DOCUMENTED_SCOPE: &str = "api";

/// An instance, and the way to it.
#[derive(Clone, Copy)]
pub(crate) struct Controller<'a> {
    pub instance: &'a Url,
    pub network: &'a Network,
    pub clock: &'a dyn Clock,
}

/// What came back, whole.
struct Told {
    status: StatusCode,
    body: Zeroizing<Vec<u8>>,
}

impl Controller<'_> {
    /// A client token. A wrong id or secret is [`Code::SignedOut`].
    pub(crate) async fn client_token(
        self,
        id: &str,
        secret: &SecretString,
    ) -> Result<ServiceToken, Failure> {
        let unsendable = |_| Failure::new(Code::SignInRefused).with("error", "invalid_client");
        let mut headers = HeaderMap::new();
        let mut hidden = HeaderValue::from_str(secret.expose_secret()).map_err(unsendable)?;
        hidden.set_sensitive(true);
        headers.insert(
            "x-client-id",
            HeaderValue::from_str(id).map_err(unsendable)?,
        );
        headers.insert("x-client-secret", hidden);
        let told = self
            .send(Method::POST, routes::TOKEN_PATH, headers, None)
            .await?;
        if !told.status.is_success() {
            return Err(match told.failure() {
                failure if failure.code == Code::Unauthorized => Failure {
                    code: Code::SignedOut,
                    ..failure
                },
                failure => failure,
            });
        }
        let tokens = self.tokens(&told)?;
        Ok(ServiceToken {
            access_token: tokens.access_token,
            expires_in: Some(tokens.expires_in.unwrap_or(CLIENT_TOKEN)),
        })
    }

    /// New tokens for a refresh token.
    pub(crate) async fn refresh(self, secret: &SecretString) -> Result<Refreshed, NotRefreshed> {
        // Both names: older controllers know the one, newer ones the other.
        let body = json!({
            "refresh_token": secret.expose_secret(),
            "refreshToken": secret.expose_secret(),
        });
        let path = routes::DEVICE_REFRESH_PATH;
        let told = match self
            .send(Method::POST, path, HeaderMap::new(), Some(body))
            .await
        {
            Ok(told) => told,
            Err(NotAnswered { failure, lost }) => {
                return Err(NotRefreshed {
                    failure,
                    answer_lost: lost,
                });
            }
        };
        let failure = match told.status.is_success() {
            true => match self.tokens(&told) {
                Ok(tokens) => return Ok(refreshed(tokens)),
                Err(failure) => failure,
            },
            false if sign_in::is_spent(told.status, &told.body) => Failure {
                code: Code::SignedOut,
                ..told.failure()
            },
            false => told.failure(),
        };
        Err(NotRefreshed {
            failure,
            answer_lost: false,
        })
    }

    /// Who a token stands for: as the controller says, else as the token says of itself.
    async fn account(self, token: &SecretString) -> Result<Account, Failure> {
        let mut headers = HeaderMap::new();
        let bearer = format!("Bearer {}", token.expose_secret());
        if let Ok(mut bearer) = HeaderValue::from_str(&bearer) {
            bearer.set_sensitive(true);
            headers.insert(http::header::AUTHORIZATION, bearer);
        }
        let told = self
            .send(Method::GET, routes::USER_PATH, headers, None)
            .await?;
        let said = match told.status.is_success() {
            true => serde_json::from_slice::<Value>(&told.body).ok(),
            false => None,
        };
        let said = said.and_then(|body| sign_in::account(&envelope::item(&body).ok()?));
        said.or_else(|| sign_in::account_in(token))
            .ok_or_else(|| match told.status.is_success() {
                true => Failure::new(Code::SignInRefused).with("error", "user"),
                false => told.failure(),
            })
    }

    async fn begin_device(self, scopes: &[String]) -> Result<Begun, Failure> {
        let known = scopes.iter().filter(|scope| *scope != DOCUMENTED_SCOPE);
        let asked: Vec<&str> = std::iter::once("openid")
            .chain(known.map(String::as_str))
            .collect();
        let scope = asked.join(" ");
        let path = routes::DEVICE_PATH;
        let body = json!({"scope": scope});
        let mut told = self
            .send(Method::POST, path, HeaderMap::new(), Some(body))
            .await?;
        if told.status == StatusCode::BAD_REQUEST {
            // One that has to know where: some read it here, some there.
            let body = json!({"scope": scope, "environment": ENVIRONMENT});
            let path = format!("{path}?environment={ENVIRONMENT}");
            told = self
                .send(Method::POST, &path, HeaderMap::new(), Some(body))
                .await?;
        }
        if matches!(
            told.status,
            StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED
        ) {
            return Err(Failure::new(Code::DeviceSignInUnsupported));
        }
        if !told.status.is_success() {
            return Err(told.failure());
        }
        let begun = sign_in::device_begun(&told.body).ok_or_else(|| told.not_miso())?;
        self.refuse_plain(&begun.verification_uri)?;
        Ok(Begun {
            device_code: begun.device_code,
            user_code: begun.user_code,
            verification_uri: begun.verification_uri,
            expires_in: begun.expires_in,
            interval: begun.interval,
        })
    }

    async fn ask_for_device(self, begun: &Begun) -> Result<Answer, Failure> {
        let body = json!({"deviceCode": begun.device_code.expose_secret()});
        let path = routes::DEVICE_TOKEN_PATH;
        let told = self
            .send(Method::POST, path, HeaderMap::new(), Some(body))
            .await?;
        match sign_in::device_heard(told.status, &told.body, self.clock.now()) {
            Heard::Tokens(tokens) => Ok(Answer::Tokens(refreshed(tokens))),
            Heard::Error(error, words) => Ok(Answer::Refused(Refusal::saying(error, words))),
            Heard::Foreign => Err(told.failure()),
        }
    }

    fn tokens(self, told: &Told) -> Result<Tokens, Failure> {
        // What is JSON may hold a token, and is shown to nobody.
        sign_in::tokens(&told.body, self.clock.now())
            .ok_or_else(|| Failure::new(Code::NotMiso).with("status", told.status.as_u16()))
    }

    /// Nobody is sent to an address that others on the way could read.
    fn refuse_plain(self, address: &Url) -> Result<(), Failure> {
        let from_here = is_loopback(address) && is_loopback(self.instance);
        if address.scheme() == "https" || (address.scheme() == "http" && from_here) {
            return Ok(());
        }
        Err(Failure::new(Code::DiscoveryFailed)
            .with("url", self.instance)
            .with("reason", format!("{address} is not https")))
    }

    async fn send(
        self,
        method: Method,
        path: &str,
        headers: HeaderMap,
        body: Option<Value>,
    ) -> Result<Told, NotAnswered> {
        let (instance, network) = (self.instance, self.network);
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let mut address = instance.clone();
        address.set_path(&format!("{}{path}", instance.path().trim_end_matches('/')));
        address.set_query(Some(query).filter(|query| !query.is_empty()));
        let request = network
            .client_for(instance)
            .await?
            .request(method, address)
            .header(http::header::ACCEPT, "application/json")
            .headers(headers)
            .timeout(ANSWER_LIMIT);
        let request = match body {
            Some(body) => request.json(&body),
            None => request.header(http::header::CONTENT_TYPE, "application/json"),
        };
        let response = request.send().await.map_err(|error| NotAnswered {
            lost: !error.is_connect(),
            failure: network.failure_of(&error, instance),
        })?;
        let status = response.status();
        let body = bounded(response, instance)
            .await
            .map_err(|failure| NotAnswered {
                lost: failure.is_connectivity(),
                failure,
            })?;
        Ok(Told {
            status,
            body: Zeroizing::new(body),
        })
    }
}

impl Told {
    /// What it means that it is no success.
    fn failure(&self) -> Failure {
        let failure = problem::failure(self.status, &self.body, None);
        let failure = failure.unwrap_or_else(|| self.not_miso());
        let code = match failure.code {
            Code::Validation | Code::Forbidden | Code::NotFound | Code::Conflict => {
                Code::SignInRefused
            }
            code => code,
        };
        let failure = Failure { code, ..failure };
        match code {
            Code::SignInRefused => failure.with("error", self.status.as_u16()),
            _ => failure,
        }
    }

    /// What stands in the controller's place.
    fn not_miso(&self) -> Failure {
        let code = match self.status {
            StatusCode::TOO_MANY_REQUESTS => {
                return Failure::new(Code::RateLimited).with("seconds", 60);
            }
            status if status.is_server_error() => Code::ServerError,
            _ => Code::NotMiso,
        };
        let is_json = serde_json::from_slice::<serde::de::IgnoredAny>(&self.body).is_ok();
        let shown: &[u8] = if is_json { &[] } else { &self.body };
        Failure::new(code)
            .with("status", self.status.as_u16())
            .with("excerpt", excerpt(shown))
    }
}

/// Signs in on another device at the controller itself. Dropping the future calls it off.
pub(crate) async fn sign_in_on_device_of(
    attempt: DeviceAttempt<'_>,
) -> Result<(Refreshed, Account), Failure> {
    let DeviceAttempt {
        instance,
        network,
        settings,
        clock,
        step,
        show,
    } = attempt;
    step(SignInStep::Discovering);
    let controller = Controller {
        instance,
        network,
        clock,
    };
    let begun = controller.begin_device(&settings.scopes).await?;
    let mut waiting = Waiting::new(&begun, clock.now());
    show(waiting.shown(&begun));
    step(SignInStep::WaitingForDevice);
    let tokens = loop {
        tokio::time::sleep(waiting.pause).await;
        let heard = controller.ask_for_device(&begun).await;
        if let Some(tokens) = waiting.after(heard, clock.now())? {
            break tokens;
        }
    };
    step(SignInStep::Exchanging);
    let account = controller.account(&tokens.access_token).await?;
    Ok((tokens, account))
}

fn refreshed(tokens: Tokens) -> Refreshed {
    Refreshed {
        access_token: tokens.access_token,
        expires_in: tokens.expires_in,
        refresh_token: tokens.refresh_token,
        id_token: None,
    }
}
