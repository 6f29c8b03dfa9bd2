//! Promotion against a server: what is shown, what is sent of it and in which order, and where it ends.

use std::sync::{Arc, Mutex};

use miso_client::{Code, Promotion, PromotionChoice, PromotionOutcome};
use serde_json::{Value, json};

use crate::far_end::{Answer, Asked, FarEnd, Restored, restored, tokens};

/// What runs in dev, and who has access: as a colleague leaves it.
struct There {
    image: &'static str,
    role: &'static str,
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
        line if line.contains("/configuration?environment=dev") => items(json!([
            {"name": "NEW", "value": "1", "location": "variable"},
            {"name": "KEPT", "value": "a secret that a server should not tell",
             "location": "keyvault", "isSet": true},
        ])),
        line if line.contains("/configuration?environment=test") => items(json!([
            {"name": "KEPT", "location": "keyvault", "isSet": true},
        ])),
        line if line.starts_with("GET /api/applications/") && line.contains("/deployments") => {
            Answer::json(200, json!({"data": []}))
        }
        line if line.starts_with("GET /api/deployments") => Answer::json(200, json!({"data": []})),
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

fn items(items: Value) -> Answer {
    Answer::json(200, json!({"items": items})).with("etag", "\"1\"")
}

impl Instance {
    async fn promotion(&self, application: &str) -> Promotion {
        let promotion = self.here.client.promotion(application, "dev", "test").await;
        promotion.unwrap()
    }

    async fn promote(&self, choices: &[PromotionChoice]) -> Vec<(String, String)> {
        let told = Mutex::new(Vec::new());
        let tell = |step: miso_client::PromotionStep| {
            let outcome = match step.outcome {
                PromotionOutcome::Sending => return,
                PromotionOutcome::Sent { .. } => "sent".to_owned(),
                PromotionOutcome::Left => "left".to_owned(),
                PromotionOutcome::Failed { failure } => failure.code.to_string(),
            };
            told.lock().unwrap().push((step.application, outcome));
        };
        self.here.client.promote(choices, None, tell).await;
        told.into_inner().unwrap()
    }

    /// The writes in the order in which they came.
    fn writes(&self) -> Vec<String> {
        let writes = ["PUT /api", "POST /api/applications"];
        let mut all: Vec<_> = self.far_end.asked("");
        all.retain(|asked| writes.iter().any(|write| asked.line.starts_with(write)));
        all.into_iter().map(|asked| asked.line).collect()
    }
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
    assert_eq!(told[0].1, Code::Conflict.to_string());
    // And deploys another image to dev, which the list tells.
    instance.there.lock().unwrap().image = "a:3";
    let list = miso_client::Resource::Applications;
    instance.here.client.refresh(&list).await.unwrap();
    let told = instance.promote(&[choice(seen, &[])]).await;
    assert_eq!(told[0].1, Code::Conflict.to_string());
    assert_eq!(instance.writes(), [] as [&str; 0]);
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
    assert_eq!(told[0].1, Code::NotOffered.to_string());
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
    assert_eq!(words, [Code::Conflict.to_string().as_str(), "left"]);
    assert_eq!(instance.writes(), ["POST /api/applications/billing/deploy"]);
}
