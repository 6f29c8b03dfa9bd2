//! Promotion against a server: what is shown, what is sent of it and in which order, and where it ends.

use std::sync::{Arc, Mutex};

use miso_client::{Promotion, PromotionChoice, RolloutOutcome, RolloutStep};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::far_end::{Answer, Asked, FarEnd, Restored, restored, tokens};

/// What runs in dev, and who has access: as a colleague leaves it.
struct There {
    image: &'static str,
    role: &'static str,
    /// An item that test has and dev has not.
    own: Option<&'static str>,
    /// What the deployment that runs in dev was started with, where that is told.
    started: Option<Value>,
}

struct Instance {
    far_end: FarEnd,
    here: Restored,
    there: Arc<Mutex<There>>,
}

/// An instance that takes these fields of a deployment; it refuses those of `refuses`.
async fn instance(fields: &'static [&'static str]) -> Instance {
    let there = Arc::new(Mutex::new(There {
        image: "a:2",
        role: "developer",
        own: None,
        started: None,
    }));
    let state = there.clone();
    let far_end = FarEnd::start(move |asked| answer(asked, fields, &state.lock().unwrap())).await;
    let here = restored(&far_end).await;
    here.client.applications().await.unwrap();
    here.client.me().await.unwrap();
    Instance {
        far_end,
        here,
        there,
    }
}

fn answer(asked: &Asked, fields: &[&str], there: &There) -> Answer {
    let may = [
        "applications:deploy",
        "configuration:read",
        "access:read",
        "access:update",
    ];
    match asked.line.as_str() {
        "POST /token" => tokens(1),
        "GET /api/openapi.json" => {
            let fields = fields.iter().map(|&field| (field.to_owned(), json!({})));
            let fields: serde_json::Map<_, _> = fields.collect();
            Answer::json(
                200,
                json!({"paths": {"/api/applications/{k}/deploy": {"post": {"requestBody": {
                    "content": {"application/json": {"schema": {"properties": fields}}}}}}}}),
            )
        }
        line if line.starts_with("GET /api/users/me") => Answer::json(
            200,
            json!({"id": "1", "username": "me", "environments": ["dev", "test"], "permissions": may}),
        ),
        line if line.ends_with("/access") => Answer::json(
            200,
            json!([{"subject": "alice", "subjectType": "user", "role": there.role,
                "environments": ["dev"]}]),
        ),
        line if line.contains("/configuration?environment=dev") => items(in_dev()),
        line if line.contains("/configuration?environment=test") => {
            let own = there
                .own
                .map(|name| json!({"name": name, "value": "1", "location": "variable"}));
            let kept = json!({"name": "KEPT", "location": "keyvault", "isSet": true});
            items([kept].into_iter().chain(own).collect())
        }
        "GET /api/deployments/d-0" => Answer::json(200, brought(there.started.clone())),
        line if line.starts_with("GET /api/") && line.contains("/deployments") => {
            let list = there.started.iter().map(|_| brought(None));
            Answer::json(200, json!({"data": list.collect::<Vec<_>>()}))
        }
        line if line.starts_with("GET /api/applications") => {
            let applications: Vec<Value> = ["orders", "billing"]
                .iter()
                .map(|key| {
                    json!({"key": key, "displayName": key, "type": "api", "environments": [
                        {"environment": "dev", "status": "running", "health": "healthy",
                         "image": there.image, "permissions": may},
                        {"environment": "test", "status": "running", "health": "healthy",
                         "image": "a:1", "permissions": may},
                    ]})
                })
                .collect();
            Answer::json(200, json!(applications))
        }
        line if line.starts_with("PUT ") => Answer::json(
            200,
            json!({"subject": "alice", "subjectType": "user", "role": there.role,
                "environments": ["dev", "test"]}),
        ),
        "POST /api/applications/billing/deploy" => Answer::error(409, "CONFLICT"),
        line if line.ends_with("/deploy") => Answer::json(
            202,
            json!({"id": "d-1", "applicationKey": "orders", "environment": "test",
                "status": "running", "image": "a:2"}),
        ),
        _ => Answer::error(404, "NOT_FOUND"),
    }
}

fn in_dev() -> Value {
    json!([
        {"name": "NEW", "value": "1", "location": "variable"},
        {"name": "KEPT", "value": "a secret that a server should not tell",
         "location": "keyvault", "isSet": true},
        {"name": "UNSET", "location": "keyvault", "isSet": true},
    ])
}

/// The deployment that brought to dev what runs there.
fn brought(configuration: Option<Value>) -> Value {
    json!({"id": "d-0", "applicationKey": "orders", "environment": "dev", "image": "a:2",
        "status": "completed", "createdAt": "2026-11-24T10:00:00Z", "configuration": configuration})
}

fn items(items: Value) -> Answer {
    Answer::json(200, json!({"items": items})).with("etag", "\"1\"")
}

impl Instance {
    async fn promotion(&self, application: &str) -> Promotion {
        let promotion = self.here.client.promotion(application, "dev", "test").await;
        promotion.unwrap()
    }

    async fn promote(&self, choices: &[PromotionChoice]) -> Vec<(String, String)> {
        let (stop, told) = (CancellationToken::new(), Mutex::new(Vec::new()));
        let tell = |step: &RolloutStep| {
            if step.outcome != RolloutOutcome::Sending {
                told.lock().unwrap().push(step.clone());
            }
        };
        let all = self.here.client.promote(choices, None, &stop, &tell).await;
        assert_eq!(told.into_inner().unwrap(), all, "what is told is what is");
        words(&all)
    }

    /// The writes in the order in which they came.
    fn writes(&self) -> Vec<String> {
        let writes = ["PUT /api", "POST /api/applications"];
        let mut all: Vec<_> = self.far_end.asked("");
        all.retain(|asked| writes.iter().any(|write| asked.line.starts_with(write)));
        all.into_iter().map(|asked| asked.line).collect()
    }
}

fn words(all: &[RolloutStep]) -> Vec<(String, String)> {
    let word = |step: &RolloutStep| {
        let word = match &step.outcome {
            RolloutOutcome::Sending => "sending".to_owned(),
            RolloutOutcome::Sent { .. } => "sent".to_owned(),
            RolloutOutcome::Left => "left".to_owned(),
            RolloutOutcome::Stopped => "stopped".to_owned(),
            RolloutOutcome::Failed { failure } => format!("{:?}", failure.code),
        };
        (step.application.clone(), word)
    };
    all.iter().map(word).collect()
}

fn choice(promotion: Promotion, access: &[&str]) -> PromotionChoice {
    let items = promotion.items.iter().flatten();
    let items = items
        .filter(|item| item.chosen)
        .map(|item| item.name.clone());
    PromotionChoice {
        items: items.collect(),
        secrets: Default::default(),
        access: access.iter().map(|&subject| subject.to_owned()).collect(),
        note: None,
        promotion,
    }
}

const ALL: &[&str] = &["environment", "image", "configuration", "note", "from"];

#[tokio::test]
async fn access_is_given_before_what_needs_it_is_deployed() {
    let instance = instance(ALL).await;
    let promotion = instance.promotion("orders").await;
    let told = format!("{promotion:?}");
    assert!(!told.contains("should not tell"), "{told}");
    let told = instance.promote(&[choice(promotion, &["alice"])]).await;
    assert_eq!(told, [("orders".to_owned(), "sent".to_owned())]);
    assert_eq!(
        instance.writes(),
        [
            "PUT /api/applications/orders/access/alice",
            "POST /api/applications/orders/deploy"
        ]
    );
}

#[tokio::test]
async fn what_is_not_as_it_was_seen_is_not_sent() {
    let instance = instance(ALL).await;
    let seen = instance.promotion("orders").await;
    // A colleague takes the role away meanwhile.
    instance.there.lock().unwrap().role = "viewer";
    let told = instance.promote(&[choice(seen.clone(), &["alice"])]).await;
    assert_eq!(told[0].1, "Conflict");
    // And deploys another image to dev, which the list tells.
    instance.there.lock().unwrap().image = "a:3";
    let list = miso_client::Resource::Applications;
    instance.here.client.refresh(&list).await.unwrap();
    let told = instance.promote(&[choice(seen, &[])]).await;
    assert_eq!(told[0].1, "Conflict");
    assert_eq!(instance.writes(), [] as [&str; 0]);
}

#[tokio::test]
async fn a_deployment_is_repeated_only_where_it_was_started_with_what_is_shown() {
    let mut earlier = in_dev();
    earlier[0]["value"] = json!("0");
    let mut shorter = in_dev();
    shorter.as_array_mut().unwrap().pop();
    for (started, repeated) in [
        (in_dev(), Some("d-0")),
        (earlier, None),
        (shorter, None),
        // It is not told.
        (json!([]), None),
    ] {
        let instance = instance(ALL).await;
        instance.there.lock().unwrap().started = Some(started.clone());
        let promotion = instance.promotion("orders").await;
        assert_eq!(promotion.deployment.as_deref(), repeated, "{started}");
        let request = choice(promotion, &[]).request();
        let from = request.from.map(|from| from.deployment_id);
        assert_eq!(from.as_deref(), repeated, "{started}");
        assert_eq!(
            request.configuration.is_none(),
            repeated.is_some(),
            "{started}"
        );
    }
}

#[tokio::test]
async fn a_configuration_that_a_colleague_changed_meanwhile_is_looked_at_again() {
    // What goes is named item by item, or brought whole by the deployment.
    for started in [None, Some(in_dev())] {
        let (instance, is_whole) = (instance(ALL).await, started.is_some());
        instance.there.lock().unwrap().started = started;
        let seen = choice(instance.promotion("orders").await, &["alice"]);
        assert_eq!(seen.request().from.is_some(), is_whole);
        instance.there.lock().unwrap().own = Some("OWN");
        let told = instance.promote(std::slice::from_ref(&seen)).await;
        assert_eq!(told[0].1, "Conflict");
        assert_eq!(instance.writes(), [] as [&str; 0], "nobody is given access");
        // Who looks again sees it, and can send.
        let now = choice(instance.promotion("orders").await, &["alice"]);
        let told = instance.promote(&[now]).await;
        assert_eq!(told[0].1, "sent");
    }
}

#[tokio::test]
async fn what_an_instance_cannot_take_is_not_proposed_and_gives_no_access() {
    let instance = instance(&["environment", "image"]).await;
    // What it can take is told by its document, which is read with the first promotion.
    instance.promotion("orders").await;
    let promotion = instance.promotion("orders").await;
    assert!(!promotion.names_items);
    assert_eq!(promotion.longest_note, 0);
    let items = promotion.items.as_deref().unwrap_or_default();
    assert!(!items.is_empty() && items.iter().all(|item| !item.chosen));
    let mut noted = choice(promotion.clone(), &["alice"]);
    noted.note = Some("for a reason".to_owned());
    let told = instance.promote(&[noted]).await;
    assert_eq!(told[0].1, "NotOffered");
    assert_eq!(instance.writes(), [] as [&str; 0], "nobody is given access");
    let told = instance.promote(&[choice(promotion, &[])]).await;
    assert_eq!(told[0].1, "sent");
}

#[tokio::test]
async fn it_ends_at_the_first_that_is_refused() {
    let instance = instance(ALL).await;
    let choices = [
        choice(instance.promotion("billing").await, &[]),
        choice(instance.promotion("orders").await, &[]),
    ];
    let told = instance.promote(&choices).await;
    let words: Vec<&str> = told.iter().map(|(_, word)| word.as_str()).collect();
    assert_eq!(words, ["Conflict", "left"]);
    assert_eq!(instance.writes(), ["POST /api/applications/billing/deploy"]);
}

#[tokio::test]
async fn one_that_is_stopped_sends_what_is_under_way_and_nothing_more() {
    let instance = instance(ALL).await;
    let choices = [
        choice(instance.promotion("orders").await, &[]),
        choice(instance.promotion("billing").await, &[]),
    ];
    // Somebody presses "stop" while the first is on its way.
    let stop = CancellationToken::new();
    let tell = |step: &RolloutStep| {
        if step.outcome == RolloutOutcome::Sending {
            stop.cancel();
        }
    };
    let all = instance.here.client.promote(&choices, None, &stop, &tell);
    let all = words(&all.await);
    let outcomes: Vec<_> = all.iter().map(|(key, word)| (&**key, &**word)).collect();
    assert_eq!(outcomes, [("orders", "sent"), ("billing", "stopped")]);
    assert_eq!(instance.writes(), ["POST /api/applications/orders/deploy"]);
}

#[tokio::test]
async fn a_secret_goes_to_the_instance_alone_and_is_held_no_longer() {
    let instance = instance(ALL).await;
    let client = &instance.here.client;
    let word = client.hold_secret("hush, hush".to_owned().into());
    let mut given = choice(instance.promotion("orders").await, &[]);
    given.secrets.insert("UNSET".to_owned(), word.clone());
    let planned = format!("{:?}", given.request());
    assert!(
        planned.contains(&word) && !planned.contains("hush"),
        "{planned}"
    );
    let told = instance.promote(std::slice::from_ref(&given)).await;
    assert_eq!(told[0].1, "sent");
    let sent = instance.far_end.asked("POST /api/applications");
    let body: Value = serde_json::from_str(&sent[0].body).unwrap();
    let items = body["configuration"].as_array().unwrap();
    let unset = items.iter().find(|item| item["name"] == "UNSET").unwrap();
    assert_eq!(unset["value"], "hush, hush");
    assert!(!sent[0].body.contains(&word), "a word says nothing there");

    // Once it went, it is not held any more; and without it nobody is given access.
    given.access.push("alice".to_owned());
    let told = instance.promote(&[given]).await;
    assert_eq!(told[0].1, "SecretNotHeld");
    assert_eq!(instance.writes().len(), 1);
}
