//! An OpenID provider that does everything right until it is told otherwise: each of its answers
//! and each claim can be replaced. And the browser that visits it.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, OnceLock};

use aws_lc_rs::digest::{SHA256, digest};
use chrono::Utc;
use miso_client::Browser;
use serde_json::{Value, json};
use url::Url;

use crate::far_end::{Answer, Asked, FarEnd, discovery};
use crate::signer::{Signer, jwks, part, signers};

type Replace = Arc<dyn Fn(&Asked, Answer) -> Answer + Send + Sync>;
type Change = Box<dyn Fn(&mut Value) + Send>;

pub struct HostileProvider {
    pub far_end: FarEnd,
    plan: Arc<Plan>,
}

struct Plan {
    url: Url,
    signer: Mutex<&'static Signer>,
    replaced: Mutex<Vec<(&'static str, Replace)>>,
    claims: Mutex<Option<Change>>,
    /// What was asked for, by code.
    codes: Mutex<HashMap<String, HashMap<String, String>>>,
}

impl HostileProvider {
    pub async fn start() -> Self {
        let mut made = None;
        let far_end = FarEnd::raw(|url| {
            let plan = Arc::new(Plan {
                url: url.clone(),
                signer: Mutex::new(&signers()[6]),
                replaced: Mutex::default(),
                claims: Mutex::default(),
                codes: Mutex::default(),
            });
            made = Some(plan.clone());
            move |asked| plan.answer(asked)
        })
        .await;
        Self {
            far_end,
            plan: made.unwrap(),
        }
    }

    /// Puts another answer in the place of what begins with this method and path; it is given the
    /// good one.
    pub fn replace(
        &self,
        line: &'static str,
        answer: impl Fn(&Asked, Answer) -> Answer + Send + Sync + 'static,
    ) {
        let mut replaced = self.plan.replaced.lock().unwrap();
        replaced.retain(|(known, _)| *known != line);
        replaced.push((line, Arc::new(answer)));
    }

    /// Changes the claims of what is signed from now on.
    pub fn change_claims(&self, change: impl Fn(&mut Value) + Send + 'static) {
        *self.plan.claims.lock().unwrap() = Some(Box::new(change));
    }

    /// Signs with another key from now on, and publishes that one alone.
    pub fn rotate(&self, signer: &'static Signer) {
        *self.plan.signer.lock().unwrap() = signer;
    }

    pub fn token_requests(&self) -> usize {
        self.far_end.asked("POST /token").len()
    }
}

impl Plan {
    fn answer(&self, asked: &Asked) -> Answer {
        let replaced = {
            let replaced = self.replaced.lock().unwrap();
            let found = replaced
                .iter()
                .find(|(line, _)| asked.line.starts_with(line));
            found.map(|(_, replace)| replace.clone())
        };
        let good = self.good(asked);
        match replaced {
            Some(replace) => replace(asked, good),
            None => good,
        }
    }

    fn good(&self, asked: &Asked) -> Answer {
        let signer = *self.signer.lock().unwrap();
        match asked.line.split('?').next().unwrap() {
            "GET /.well-known/openid-configuration" => {
                let mut document = discovery(&self.url);
                document["authorization_response_iss_parameter_supported"] = true.into();
                Answer::json(200, document)
            }
            "GET /jwks" => Answer::json(200, jwks([signer])),
            "GET /authorize" => self.authorize(asked),
            "POST /device" => Answer::json(
                200,
                json!({"device_code": "device-1", "user_code": "BCDF-GHJK", "expires_in": 600,
                    "verification_uri": self.url.join("activate").unwrap(), "interval": 1}),
            ),
            "POST /token" => self.tokens(asked, signer),
            "GET /api/users/me" => Answer::json(200, json!({"id": "u-1", "username": "aino"})),
            _ => Answer::error(404, "NOT_FOUND"),
        }
    }

    fn issuer(&self) -> &str {
        self.url.as_str().trim_end_matches('/')
    }

    /// Somebody signs in at once.
    fn authorize(&self, asked: &Asked) -> Answer {
        let query = asked.line.split_once('?').unwrap().1;
        let query = form(query);
        let mut redirect = Url::parse(&query["redirect_uri"]).unwrap();
        let mut codes = self.codes.lock().unwrap();
        let code = format!("code-{}", codes.len());
        redirect
            .query_pairs_mut()
            .append_pair("code", &code)
            .append_pair("state", &query["state"])
            .append_pair("iss", self.issuer());
        codes.insert(code, query);
        Answer {
            headers: vec![("location", redirect.into())],
            ..Answer::text(302, "")
        }
    }

    fn tokens(&self, asked: &Asked, signer: &Signer) -> Answer {
        let sent = form(&asked.body);
        if sent
            .get("device_code")
            .is_some_and(|code| code == "device-1")
        {
            return self.issued(signer, json!(null));
        }
        let refused = |error: &str| Answer::json(400, json!({"error": error}));
        let Some(asked_for) = self.codes.lock().unwrap().remove(&sent["code"]) else {
            return refused("invalid_grant");
        };
        let challenge = part(digest(&SHA256, sent["code_verifier"].as_bytes()));
        if challenge != asked_for["code_challenge"]
            || sent["redirect_uri"] != asked_for["redirect_uri"]
        {
            return refused("invalid_grant");
        }
        self.issued(signer, asked_for["nonce"].as_str().into())
    }

    fn issued(&self, signer: &Signer, nonce: Value) -> Answer {
        let now = Utc::now().timestamp();
        let mut claims = json!({"iss": self.issuer(), "sub": "u-1", "aud": "miso-desktop",
            "exp": now + 600, "iat": now, "nonce": nonce,
            "at_hash": signer.hash("access-1"), "preferred_username": "aino"});
        if let Some(change) = self.claims.lock().unwrap().as_ref() {
            change(&mut claims);
        }
        Answer::json(
            200,
            json!({"access_token": "access-1", "token_type": "Bearer", "expires_in": 600,
                "refresh_token": "refresh-1", "id_token": signer.token(&claims)}),
        )
    }
}

fn form(text: &str) -> HashMap<String, String> {
    url::form_urlencoded::parse(text.as_bytes())
        .into_owned()
        .collect()
}

type Visit = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A browser that signs in and then does with the callback what it is told.
pub struct Visitor(Arc<dyn Fn(Url) -> Visit + Send + Sync>);

impl Visitor {
    pub fn that<F: Future<Output = ()> + Send + 'static>(
        visits: impl Fn(Url) -> F + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Self(Arc::new(move |callback| Box::pin(visits(callback)))))
    }

    /// An ordinary one.
    pub fn ordinary() -> Arc<Self> {
        Self::that(|callback| async move {
            get(callback).await;
        })
    }
}

impl Browser for Visitor {
    fn open(&self, address: &Url) -> Result<(), String> {
        let (address, visit) = (address.clone(), self.0.clone());
        tokio::runtime::Handle::current().spawn(async move {
            let redirected = client().get(address).send().await.unwrap();
            let callback = redirected.headers()["location"].to_str().unwrap();
            visit(Url::parse(callback).unwrap()).await;
        });
        Ok(())
    }
}

/// What a browser finds at an address: status and page; nothing where nobody answers.
pub async fn get(address: Url) -> Option<(u16, String)> {
    let response = client().get(address).send().await.ok()?;
    let status = response.status().as_u16();
    Some((status, response.text().await.unwrap_or_default()))
}

/// The address with one parameter exchanged, or left out.
pub fn exchanged(callback: &Url, name: &str, value: Option<&str>) -> Url {
    let mut changed = callback.clone();
    changed.set_query(None);
    for (known, old) in callback.query_pairs() {
        match value {
            Some(value) if known == name => changed.query_pairs_mut().append_pair(&known, value),
            None if known == name => continue,
            _ => changed.query_pairs_mut().append_pair(&known, &old),
        };
    }
    changed
}

/// A client as a browser is one: it connects anew each time.
pub fn client() -> &'static reqwest::Client {
    static CLIENT: OnceLock<reqwest::Client> = OnceLock::new();
    CLIENT.get_or_init(|| {
        reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .pool_max_idle_per_host(0)
            .build()
            .unwrap()
    })
}
