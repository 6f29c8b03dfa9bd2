//! Rules over what was read: the fleet, and what guards a deployment.

use std::time::Duration;

use chrono::TimeDelta;
use miso_api::{DeployRequest, LONGEST_NOTE, Permission};
use miso_client::{Code, Event, FindingKind, PlannedDeployment, Resource, Source, Standing};
use serde_json::{Value, json};

use crate::far_end::{Answer, FarEnd, restored, restored_at, tokens, until};
use crate::hand_clock::HandClock;

fn entry(environment: &str, tag: &str, permissions: &[&str]) -> Value {
    json!({"environment": environment, "status": "running", "health": "healthy",
           "image": format!("a:{tag}"), "permissions": permissions})
}

fn orders() -> Value {
    json!({"key": "orders", "displayName": "Orders", "type": "api", "environments": [
        entry("live", "1.0", &["applications:read"]),
        entry("dev", "1.2", &["applications:read", "applications:deploy"]),
    ]})
}

fn deployment(tag: &str, at: &str) -> Value {
    json!({"id": tag, "applicationKey": "orders", "environment": "dev", "image": format!("a:{tag}"),
           "status": "completed", "createdAt": at})
}

async fn far_end() -> FarEnd {
    FarEnd::start(|asked| match asked.line.as_str() {
        "POST /token" => tokens(1),
        line if line.starts_with("GET /api/applications") => Answer::json(200, json!([orders()])),
        line if line.starts_with("GET /api/deployments") => Answer::json(
            200,
            json!([
                deployment("1.2", "2026-11-24T10:00:00Z"),
                deployment("1.1", "2026-11-24T09:00:00Z"),
                deployment("1.0", "2026-11-24T08:00:00Z"),
            ]),
        ),
        line if line.starts_with("GET /api/environments") => Answer::json(
            200,
            json!([{"key": "live", "production": true, "status": "healthy"},
                   {"key": "qa", "status": "healthy"}]),
        ),
        line if line.starts_with("POST /api/applications/orders/deploy") => Answer::json(
            202,
            json!({"id": "d-1", "applicationKey": "orders", "environment": "dev",
                   "status": "completed"}),
        ),
        _ => Answer::error(404, "NOT_FOUND"),
    })
    .await
}

#[tokio::test]
async fn a_fleet_is_the_list_call_and_grows_with_what_is_known() {
    let far_end = far_end().await;
    let here = restored(&far_end).await;
    let reading = here.client.fleet().await.unwrap();
    assert_eq!(reading.source, Source::Live);
    let standings = |fleet: &miso_client::Fleet| -> Vec<(String, Standing)> {
        let cells = fleet.rows[0].cells.iter();
        cells
            .filter_map(|cell| Some((cell.environment.clone(), cell.place.as_ref()?.standing)))
            .collect()
    };
    let behind = |count| ("live".to_owned(), Standing::Behind { count });
    assert_eq!(standings(&reading.value)[1], behind(None));
    assert!(
        far_end.asked("GET /api/deployments").is_empty(),
        "no call but the list's"
    );

    // Each list that it is made of announces itself, and then it is another.
    let environments = here.client.environments().await.unwrap().value;
    let listed: Vec<&str> = environments.iter().map(|each| each.key.as_str()).collect();
    assert_eq!(listed, ["qa", "live"], "production last, as everywhere");
    let recent = Resource::Deployments { application: None };
    here.client.refresh(&recent).await.unwrap();
    let announced = |wanted: &Resource| {
        here.heard.all().iter().any(
            |event| matches!(event, Event::ResourceChanged { resource, .. } if resource == wanted),
        )
    };
    assert!(announced(&recent) && announced(&Resource::Environments));
    let fleet = here.client.fleet().await.unwrap().value;
    assert_eq!(standings(&fleet)[1], behind(Some(2)));
    let names: Vec<&str> = fleet
        .environments
        .iter()
        .map(|stage| stage.name.as_str())
        .collect();
    assert_eq!(names, ["dev", "qa", "PROD live"]);
    assert_eq!(far_end.asked("GET /api/applications").len(), 1);
    let stages = here.client.stages();
    let keys: Vec<(&str, bool)> = stages
        .iter()
        .map(|stage| (stage.key.as_str(), stage.production))
        .collect();
    let expected = [
        ("dev", false),
        ("test", false),
        ("qa", false),
        ("live", true),
    ];
    assert_eq!(keys[..4], expected);
}

#[tokio::test]
async fn what_may_not_be_deployed_is_not_sent() {
    let far_end = far_end().await;
    let here = restored(&far_end).await;
    let to = |environment: &str, note: String| DeployRequest {
        environment: environment.to_owned(),
        image: Some("a:1.2".to_owned()),
        note: Some(note),
        ..DeployRequest::default()
    };
    here.client.applications().await.unwrap();
    let refused = here
        .client
        .deploy("orders", &to("live", String::new()))
        .await;
    assert_eq!(refused.unwrap_err().code, Code::Forbidden);
    let longer = "x".repeat(LONGEST_NOTE as usize + 1);
    let refused = here.client.deploy("orders", &to("dev", longer)).await;
    assert_eq!(refused.unwrap_err().code, Code::NoteTooLong);
    let sent = || far_end.asked("POST /api/applications/orders/deploy").len();
    assert_eq!(sent(), 0);
    // The same check as the button's.
    let preflight = |environment| here.client.preflight("orders", environment, Some("a:1.2"));
    let refusal = preflight("live").refusal.unwrap();
    assert_eq!(
        (refusal.code, refusal.params["permission"].as_str()),
        (Code::Forbidden, "applications:deploy")
    );
    assert_eq!(preflight("dev").refusal, None);
    let kinds: Vec<FindingKind> = preflight("live")
        .findings
        .iter()
        .map(|found| found.kind)
        .collect();
    assert_eq!(kinds, [FindingKind::RunsBelow, FindingKind::NotKnownOther]);
    here.client
        .deploy("orders", &to("dev", String::new()))
        .await
        .unwrap();
    assert_eq!(sent(), 1);
}

#[tokio::test]
async fn before_a_first_deployment_the_place_itself_is_asked_what_may_be_done_there() {
    let far_end = FarEnd::start(|asked| match asked.line.as_str() {
        "POST /token" => tokens(1),
        line if line.starts_with("GET /api/applications") => Answer::json(200, json!([orders()])),
        line if line.starts_with("GET /api/users/me/permissions") => {
            let may = match line.contains("environment=qa") {
                true => json!(["applications:read"]),
                false => json!(["applications:read", "applications:deploy"]),
            };
            Answer::json(200, json!({ "permissions": may }))
        }
        _ => Answer::error(404, "NOT_FOUND"),
    })
    .await;
    let here = restored(&far_end).await;
    here.client.applications().await.unwrap();
    let known = |environment: &str| {
        let preflight = here.client.preflight("orders", environment, Some("a:1.2"));
        let mut found = preflight.findings.iter();
        (
            found.any(|each| each.kind == FindingKind::NotKnownPermission),
            preflight.refusal.map(|refusal| refusal.code),
        )
    };
    assert_eq!(known("qa"), (true, None));
    let place = |environment: &str| Resource::Permissions {
        application: "orders".to_owned(),
        environment: environment.to_owned(),
    };
    for environment in ["qa", "test"] {
        here.client.watch(place(environment));
        until("the place has answered", || !known(environment).0).await;
    }
    assert_eq!(known("qa"), (false, Some(Code::Forbidden)));
    assert_eq!(known("test"), (false, None));
    let asked = far_end.asked("GET /api/users/me/permissions");
    assert_eq!(asked.len(), 2);
    assert!(asked[0].line.contains("application=orders"));
    let deploy = |key| here.client.rights(Some("orders"), Some(key)).permissions;
    assert!(!deploy("qa").contains(&Permission::ApplicationsDeploy));
    assert!(deploy("test").contains(&Permission::ApplicationsDeploy));
}

#[tokio::test]
async fn promise_nothing_goes_to_production_that_was_not_shown_for_three_seconds() {
    let far_end = far_end().await;
    let clock = HandClock::ahead_by(TimeDelta::zero());
    let here = restored_at(&far_end, clock.clone()).await;
    // Production here by its mark alone.
    here.client.environments().await.unwrap();
    let planned = |image: &str| PlannedDeployment {
        application: "orders".to_owned(),
        request: DeployRequest {
            environment: "live".to_owned(),
            image: Some(image.to_owned()),
            ..DeployRequest::default()
        },
    };
    let shown = here.client.show_to_confirm(vec![planned("a:1.2")]).unwrap();
    let send = async |image: &str, confirmation: Option<&str>| {
        let PlannedDeployment {
            application,
            request,
        } = planned(image);
        let sending = here
            .client
            .deploy_confirmed(&application, &request, confirmation);
        sending.await.map(drop).map_err(|failure| failure.code)
    };
    let sent = || far_end.asked("POST /api/applications/orders/deploy").len();
    assert_eq!(send("a:1.2", None).await, Err(Code::NotConfirmed));
    assert_eq!(send("a:1.2", Some(&shown)).await, Err(Code::NotConfirmed));
    clock.pass(Duration::from_secs(3));
    assert_eq!(send("a:1.3", Some(&shown)).await, Err(Code::NotConfirmed));
    assert_eq!(sent(), 0);
    assert_eq!(send("a:1.2", Some(&shown)).await, Ok(()));
    assert_eq!(send("a:1.2", Some(&shown)).await, Err(Code::NotConfirmed));
    assert_eq!(sent(), 1);
    let taken_back = here.client.show_to_confirm(vec![planned("a:1.2")]).unwrap();
    here.client.take_back(&taken_back);
    clock.pass(Duration::from_secs(3));
    let late = send("a:1.2", Some(&taken_back)).await;
    assert_eq!(late, Err(Code::NotConfirmed));
    assert_eq!(sent(), 1);
}

#[tokio::test]
async fn promise_a_new_application_on_a_connection_of_production_is_shown_for_three_seconds() {
    let far_end = FarEnd::start(|asked| match asked.line.as_str() {
        "POST /token" => tokens(1),
        "POST /api/applications" => Answer::json(201, orders()),
        line if line.starts_with("GET /api/applications") => Answer::json(200, json!([])),
        line if line.starts_with("GET /api/environments") => Answer::json(
            200,
            json!([{"key": "dev", "production": true, "status": "healthy"}]),
        ),
        _ => Answer::error(404, "NOT_FOUND"),
    })
    .await;
    let clock = HandClock::ahead_by(TimeDelta::zero());
    let here = restored_at(&far_end, clock.clone()).await;
    here.client.environments().await.unwrap();
    let manifest = |image: &str| json!({"key": "orders", "type": "api", "image": image});
    let create = async |manifest: Value, confirmation: Option<&str>| {
        let creating = here.client.create_confirmed(manifest, confirmation);
        creating.await.map(drop).map_err(|failure| failure.code)
    };
    let sent = || far_end.asked("POST /api/applications").len();
    let shown = here.client.show_creation(&manifest("a:1")).await;
    let shown = shown.unwrap().unwrap();
    assert_eq!(
        (shown.environment.name.as_str(), shown.image.as_str()),
        ("PROD dev", "a:1")
    );
    let id = Some(shown.confirmation.as_str());
    let unconfirmed = Err(Code::NotConfirmed);
    assert_eq!(create(manifest("a:1"), None).await, unconfirmed);
    assert_eq!(create(manifest("a:1"), id).await, unconfirmed, "too early");
    clock.pass(Duration::from_secs(3));
    assert_eq!(create(manifest("a:2"), id).await, unconfirmed, "another");
    let own = json!({"key": "orders", "environments": {"dev": {"image": "a:1"}}});
    assert_eq!(create(own, id).await, unconfirmed, "its own image there");
    assert_eq!(sent(), 0);
    assert_eq!(create(manifest("a:1"), id).await, Ok(()));
    assert_eq!(create(manifest("a:1"), id).await, unconfirmed, "twice");
    assert_eq!(sent(), 1);
    // Without an image nothing is deployed.
    assert_eq!(here.client.show_creation(&manifest("")).await, Ok(None));
    assert_eq!(create(manifest(""), None).await, Ok(()));
    assert_eq!(sent(), 2);
}
