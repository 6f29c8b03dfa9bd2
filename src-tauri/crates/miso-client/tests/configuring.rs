//! Configuration that is saved: secrets among it, conflicts, and what is not even sent.

use miso_client::configuring::{self, EditedItem, ItemSide, Likeness};
use miso_client::{Client, Code};
use serde_json::{Value, json};

use crate::far_end::{Answer, Asked, FarEnd, Restored, restored, tokens};

const SECRET: &str = "hunter2 hunter2";

/// An instance whose configuration is of version 2, with what somebody else wrote.
async fn instance() -> (FarEnd, Restored) {
    let far_end = FarEnd::start(|asked| match asked.line.as_str() {
        "POST /token" => tokens(1),
        "GET /api/environments" => {
            let all = ["prod", "dev", "test"].map(|key| json!({"key": key, "status": "healthy"}));
            Answer::json(200, json!(all))
        }
        line if line.contains("environment=test") => Answer::error(403, "FORBIDDEN"),
        line if line.starts_with("GET /api/applications/orders/configuration") => {
            let level = if line.contains("prod") {
                "warn"
            } else {
                "info"
            };
            configuration(level).with("etag", "\"2\"")
        }
        "PUT /api/applications/orders/configuration?environment=dev" => put(asked),
        _ => Answer::error(404, "NOT_FOUND"),
    })
    .await;
    let here = restored(&far_end).await;
    (far_end, here)
}

fn put(asked: &Asked) -> Answer {
    match asked.matching.as_deref() {
        Some("\"2\"") => configuration("debug").with("etag", "\"3\""),
        _ => Answer::error(409, "CONFLICT"),
    }
}

fn configuration(level: &str) -> Answer {
    Answer::json(
        200,
        json!({"environment": "dev", "items": [
            {"name": "LEVEL", "value": level, "location": "variable", "required": true,
             "portalInput": {"label": "How loud"}},
            {"name": "PASSWORD", "value": null, "location": "keyvault", "required": true, "isSet": true},
            {"name": "PIN", "value": "told by mistake", "location": "keyvault", "required": false,
             "isSet": true},
        ]}),
    )
}

async fn items(client: &Client) -> Vec<EditedItem> {
    let asked = client.configuration("orders".to_owned(), Some("dev".to_owned()));
    let items = asked.await.unwrap().value.value.items;
    items.into_iter().map(EditedItem::from).collect()
}

/// The level raised, and the password typed anew.
fn changed(client: &Client, mut items: Vec<EditedItem>) -> Vec<EditedItem> {
    items[0].value = Some("debug".to_owned());
    items[1].held = Some(client.hold_secret(SECRET.to_owned().into()));
    items
}

fn sent(far_end: &FarEnd) -> Vec<Value> {
    let puts = far_end.asked("PUT /api/applications/orders/configuration");
    let body = |asked: &Asked| serde_json::from_str(&asked.body).unwrap();
    puts.iter().map(body).collect()
}

#[tokio::test]
async fn a_secret_goes_out_once_and_one_that_was_not_typed_keeps_its_own() {
    let (far_end, here) = instance().await;
    let client = &here.client;
    let was = items(client).await;
    assert_eq!(was[2].value, None, "whatever a server says of a secret");
    let items = changed(client, was);
    let save =
        || client.save_edited_configuration("orders", Some("dev"), items.clone(), Some("\"2\""));
    let saved = save().await.unwrap();
    assert_eq!(saved.version.as_deref(), Some("\"3\""));
    let expected = json!({"items": [
        {"name": "LEVEL", "value": "debug", "location": "variable", "required": true,
         "portalInput": {"label": "How loud"}},
        {"name": "PASSWORD", "value": SECRET, "location": "keyvault", "required": true},
        {"name": "PIN", "location": "keyvault", "required": false},
    ]});
    assert_eq!(sent(&far_end), [expected]);
    let again = save().await.unwrap_err();
    assert_eq!(again.code, Code::SecretNotHeld, "it is held no longer");
    assert_eq!(again.params["name"], "PASSWORD");
    assert_eq!(sent(&far_end).len(), 1);
}

#[tokio::test]
async fn what_somebody_else_saved_is_merged_and_then_saved_in_its_place() {
    let (far_end, here) = instance().await;
    let client = &here.client;
    let theirs = items(client).await;
    let mut was = theirs.clone();
    was[0].value = Some("error".to_owned());
    was.truncate(2);
    let yours = changed(client, was.clone());
    let stale =
        client.save_edited_configuration("orders", Some("dev"), yours.clone(), Some("\"1\""));
    assert_eq!(stale.await.unwrap_err().code, Code::Conflict);
    let merged = configuring::merge(&was, &yours, &theirs);
    assert_eq!(merged.taken, ["PIN"]);
    assert_eq!(merged.conflicts.len(), 1, "both changed the level");
    let mine = [("LEVEL".to_owned(), ItemSide::Yours)].into();
    let settled = configuring::settle(merged, &mine);
    let saved = client.save_edited_configuration("orders", Some("dev"), settled, Some("\"2\""));
    saved.await.unwrap();
    let names = |body: &Value| -> Vec<String> {
        let items = body["items"].as_array().unwrap().iter();
        items
            .map(|item| item["name"].as_str().unwrap().to_owned())
            .collect()
    };
    let last = sent(&far_end).pop().unwrap();
    assert_eq!(names(&last), ["LEVEL", "PASSWORD", "PIN"]);
    assert_eq!(
        last["items"][1]["value"], SECRET,
        "it was held through the conflict"
    );
}

#[tokio::test]
async fn what_breaks_a_rule_is_not_sent() {
    let (far_end, here) = instance().await;
    let mut items = items(&here.client).await;
    items[1].location = "variable".into();
    items.push(EditedItem {
        name: "LEVEL".to_owned(),
        ..items[0].clone()
    });
    let saved = here
        .client
        .save_edited_configuration("orders", Some("dev"), items, None);
    let refused = saved.await.unwrap_err();
    assert_eq!(refused.code, Code::Validation);
    let fields: Vec<&str> = refused
        .details
        .iter()
        .map(|one| one.field.as_str())
        .collect();
    assert_eq!(fields, ["items[1].value", "items[3].name"]);
    assert_eq!(sent(&far_end), Vec::<Value>::new());
}

#[tokio::test]
async fn environments_are_compared_and_one_that_cannot_be_read_says_why() {
    let (_far_end, here) = instance().await;
    let compared = here
        .client
        .compare_configuration("orders".to_owned())
        .await
        .unwrap();
    let failures: Vec<_> = compared
        .value
        .environments
        .iter()
        .map(|each| {
            (
                each.stage.key.as_str(),
                each.failure.as_ref().map(|failure| failure.code),
            )
        })
        .collect();
    assert_eq!(
        failures,
        [
            ("dev", None),
            ("test", Some(Code::Forbidden)),
            ("prod", None)
        ]
    );
    let rows: Vec<_> = compared
        .value
        .rows
        .iter()
        .map(|row| (row.name.as_str(), row.likeness))
        .collect();
    assert_eq!(
        rows,
        [
            ("LEVEL", Likeness::Differs),
            ("PASSWORD", Likeness::NotComparable),
            ("PIN", Likeness::NotComparable),
        ]
    );
}

#[tokio::test]
async fn who_leaves_takes_what_was_typed_along() {
    let (far_end, here) = instance().await;
    let client = &here.client;
    let items = changed(client, items(client).await);
    client.sign_out().await.unwrap();
    let saved = client.save_edited_configuration("orders", Some("dev"), items, Some("\"2\""));
    assert_eq!(saved.await.unwrap_err().code, Code::SecretNotHeld);
    assert_eq!(sent(&far_end), Vec::<Value>::new());
}
