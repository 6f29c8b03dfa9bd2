//! An hour with an instance that speaks v1: so many requests in 15 minutes, and no word of how many are left
//! (API-V1.md §1.6).

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use secrecy::SecretString;
use serde_json::{Value, json};

use super::clock::HandClock;
use crate::http::Carrier;
use crate::transport::Tokens;
use crate::{Client, Clock, Failure, Lease, Resource, Speaks};

const ENVIRONMENTS: [&str; 4] = ["dev", "tst", "pro", "miso"];
const WINDOW: TimeDelta = TimeDelta::minutes(15);
const HOUR: u64 = 3600;
/// What was under way when the first refusal came says nothing of what was learned by it.
const UNDER_WAY: TimeDelta = TimeDelta::seconds(5);

/// The far end, and the way to it.
struct Controller {
    clock: Arc<HandClock>,
    limit: u32,
    counted: Mutex<Counted>,
}

#[derive(Default)]
struct Counted {
    began: DateTime<Utc>,
    used: u32,
    answered: u32,
    refused: Vec<DateTime<Utc>>,
}

impl Controller {
    /// Counts a request in the window that began with the first one in it; whether there was room.
    fn admit(&self) -> bool {
        let now = self.clock.now();
        let mut counted = self.counted.lock().unwrap();
        if now >= counted.began + WINDOW {
            (counted.began, counted.used) = (now, 0);
        }
        counted.used += 1;
        let room = counted.used <= self.limit;
        match room {
            true => counted.answered += 1,
            false => counted.refused.push(now),
        }
        room
    }

    fn answer(&self, path: &str) -> Value {
        let parts: Vec<&str> = path.split('/').skip(3).collect();
        let placed = |key: &str| {
            json!({"key": key, "displayName": key, "status": "healthy", "runtimeStatus": "healthy",
                "image": "acr.example/hello:1.0"})
        };
        let keys = || (0..40).map(|number| format!("app-{number}"));
        let list = |rows: Vec<Value>| {
            let count = rows.len();
            json!({"meta": {"totalItems": count, "currentPage": 1, "pageSize": 100, "type": "x"},
                "data": rows, "links": {}})
        };
        match parts.as_slice() {
            ["auth", "user"] => json!({"data": {"user": {"id": "u-1", "username": "aino.laine"},
                "authenticated": true}}),
            ["auth", "roles"] => json!({"data": {"roles": ["aifabrix-developer"]}}),
            ["auth", "permissions"] => json!({"data": {"permissions": ["applications:read"]}}),
            ["applications"] => list(keys().map(|key| placed(&key)).collect()),
            ["applications", key] => json!({"data": placed(key)}),
            ["environments"] => list(
                ENVIRONMENTS
                    .iter()
                    .map(|key| json!({"key": key, "status": "healthy"}))
                    .collect(),
            ),
            ["environments", _, "applications"] => list(keys().map(|key| placed(&key)).collect()),
            ["environments", _, "applications", key, "status"] => placed(key),
            ["environments", _, "deployments"]
            | ["environments", _, "applications", _, "deployments"] => list(Vec::new()),
            other => panic!("{other:?}"),
        }
    }
}

#[async_trait]
impl Carrier for Controller {
    async fn carry(&self, request: reqwest::Request) -> Result<reqwest::Response, reqwest::Error> {
        tokio::time::sleep(Duration::from_millis(40)).await;
        let (status, body) = match self.admit() {
            true => (200, self.answer(request.url().path())),
            false => (
                429,
                json!({"type": "/Errors/TooManyRequests", "title": "Too Many Requests",
                    "status": 429, "correlationId": "c-1"}),
            ),
        };
        tokio::time::sleep(Duration::from_millis(80)).await;
        let answer = http::Response::builder()
            .status(status)
            .header("content-type", "application/json");
        Ok(answer.body(body.to_string()).unwrap().into())
    }
}

#[async_trait]
impl Tokens for Controller {
    async fn bearer(&self) -> Result<SecretString, Failure> {
        Ok("a token".into())
    }
    async fn renewed(&self, _refused: &SecretString) -> Result<SecretString, Failure> {
        self.bearer().await
    }
    fn rejected(&self, _token: &SecretString) {}
}

/// Somebody has the app open for an hour and looks at an application every five minutes; what was answered,
/// when it was refused, and how old the list was at most.
async fn an_hour(limit: u32) -> (u32, Vec<DateTime<Utc>>, TimeDelta) {
    let world = super::world();
    let far_end = Arc::new(Controller {
        clock: world.clock.clone(),
        limit,
        counted: Mutex::default(),
    });
    let connection = crate::Connection {
        found: Some(Speaks::V1),
        ..crate::Connection::to("https://miso.test/".parse().unwrap(), &[])
    };
    let cache = Arc::new(crate::Cache::in_memory().unwrap());
    let client = Client::simulated(
        &connection,
        world.around.clone(),
        cache,
        far_end.clone(),
        far_end.clone(),
    );
    let (me, list, recent) =
        tokio::join!(client.me(), client.applications(), client.deployments(None));
    assert!(me.is_ok() && recent.is_ok());
    let places = list.unwrap().value.data[0].environments.len();
    assert_eq!(places, ENVIRONMENTS.len());

    let overview = [
        Resource::Applications,
        Resource::Deployments { application: None },
    ];
    let watch = |resource: &Resource| client.watch(resource.clone());
    let mut leases: Vec<(Resource, Lease)> = overview
        .iter()
        .map(|resource| (resource.clone(), watch(resource)))
        .collect();
    let mut oldest = TimeDelta::zero();
    let mut seconds = tokio::time::interval(Duration::from_secs(1));
    for second in 1..=HOUR {
        seconds.tick().await;
        if second.is_multiple_of(20) {
            for (resource, lease) in &mut leases {
                if client.renew(&lease.id).is_err() {
                    *lease = client.watch(resource.clone());
                }
            }
        }
        if second.is_multiple_of(300) {
            let client = client.clone();
            let key = format!("app-{}", second / 300);
            tokio::spawn(async move {
                let health = client.health(key.clone(), "dev".to_owned());
                let own = client.application(key.clone());
                tokio::join!(health, own, client.deployments(Some(key)))
            });
        }
        let listed = client.inner.view.raw(&Resource::Applications);
        let as_of = listed.map_or(world.clock.now(), |(_, as_of, _)| as_of);
        oldest = oldest.max(world.clock.now() - as_of);
    }
    let counted = far_end.counted.lock().unwrap();
    eprintln!(
        "figure: v1, {limit} in 15 min: {} answered in an hour, {} refused, the list at most {} s old",
        counted.answered,
        counted.refused.len(),
        oldest.num_seconds()
    );
    (counted.answered, counted.refused.clone(), oldest)
}

#[tokio::test(start_paused = true)]
async fn virtual_hour_of_v1() {
    let (answered, refused, oldest) = an_hour(100).await;
    assert!(
        refused.is_empty(),
        "nothing is refused by our making: {refused:?}"
    );
    assert!((100..=400).contains(&answered), "{answered} requests");
    assert!(oldest <= TimeDelta::minutes(5), "the list was {oldest} old");
}

/// The instance allows less than is usual: one refusal teaches it.
#[tokio::test(start_paused = true)]
async fn virtual_hour_of_v1_with_a_smaller_limit() {
    let (_, refused, _) = an_hour(60).await;
    let first = refused.first().copied().unwrap_or_default();
    let later = refused.iter().filter(|at| **at > first + UNDER_WAY).count();
    assert_eq!(later, 0, "{refused:?}");
}
