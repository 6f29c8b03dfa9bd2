//! An instance that speaks v1 and has more applications than are ever listed: nothing is out of reach, and
//! nothing is called whole that is not.

use std::sync::Arc;

use miso_api::ApplicationStatus;
use miso_client::{
    ConnectionEdit, ConnectionWay, FleetPage, FleetQuery, Hue, OwnLimits, Resource, Speaks,
};
use serde_json::{Value, json};

use crate::far_end::{Answer, Asked, FarEnd, QuickBrowser, Restored, Start};

const ALL: usize = 1_150;
/// The controller cuts its lists into such pages, whatever is asked for.
const SIZE: usize = 100;

fn key(number: usize) -> String {
    format!("app-{number:04}")
}

/// The word of a parameter.
fn word(asked: &Asked, name: &str) -> Option<String> {
    let (_, words) = asked.line.split_once('?')?;
    let mut words = url::form_urlencoded::parse(words.as_bytes());
    words.find_map(|(word, value)| (word == name).then(|| value.into_owned()))
}

/// A page of a list, as API-V1.md §1.4 has it.
fn page(asked: &Asked, all: impl Iterator<Item = Value>) -> Answer {
    let text = word(asked, "search").unwrap_or_default();
    let is_found = |row: &Value| row["key"].as_str().unwrap().contains(&text);
    let all: Vec<Value> = all.filter(is_found).collect();
    let number: usize = word(asked, "page").unwrap().parse().unwrap();
    let data: Vec<&Value> = all.iter().skip((number - 1) * SIZE).take(SIZE).collect();
    let meta = json!({"totalItems": all.len(), "currentPage": number, "pageSize": SIZE,
        "type": "application"});
    Answer::json(200, json!({"meta": meta, "data": data, "links": {}}))
}

fn template(number: usize) -> Value {
    json!({"id": format!("a-{number}"), "key": key(number), "displayName": format!("Number {number}"),
        "configuration": {"type": "api", "image": "acr.example/app:1.0"}})
}

/// Each one but every seventh runs in `dev`; the hundredth and every hundred after it is in trouble.
fn placed(number: usize) -> Option<Value> {
    let status = if number.is_multiple_of(100) {
        "error"
    } else {
        "healthy"
    };
    (!number.is_multiple_of(7)).then(|| {
        json!({"id": format!("e-{number}"), "key": key(number), "status": status,
            "runtimeStatus": status, "image": "acr.example/app:1.0"})
    })
}

fn answer(asked: &Asked, templates: bool) -> Answer {
    let line = asked.line.split('?').next().unwrap_or_default();
    let path = line.replace("/api/v1", "");
    let problem = |status: u16| {
        let body = json!({"type": "/Errors/X", "title": "X", "status": status});
        Answer::json(status, body)
    };
    match path.as_str() {
        "POST /auth/login" => Answer::json(
            200,
            json!({"data": {"deviceCode": "d", "userCode": "BCDF-GHJK",
                "verificationUri": "https://login.example/device", "interval": 1}}),
        ),
        "POST /auth/login/device/token" => Answer::json(
            200,
            json!({"data": {"accessToken": "a", "expiresIn": 3600}}),
        ),
        "GET /auth/user" => Answer::json(
            200,
            json!({"data": {"user": {"id": "u-1", "username": "aino"}, "authenticated": true}}),
        ),
        "GET /auth/roles" => Answer::json(200, json!({"data": {"roles": []}})),
        "GET /auth/permissions" => Answer::json(200, json!({"data": {"permissions": []}})),
        "GET /environments" => Answer::json(200, json!({"data": [{"key": "dev"}]})),
        "GET /applications" if !templates => problem(403),
        "GET /applications" => page(asked, (1..=ALL).map(template)),
        "GET /environments/dev/applications" => page(asked, (1..=2 * ALL).filter_map(placed)),
        path => {
            let number = path.trim_end_matches("/status").rsplit('-').next();
            let number = number.and_then(|number| number.parse().ok()).unwrap_or(0);
            let found = match path.starts_with("GET /environments/dev/applications/app-") {
                true => placed(number),
                false => Some(template(number)).filter(|_| path.starts_with("GET /applications/")),
            };
            found.map_or_else(
                || problem(404),
                |found| Answer::json(200, json!({"data": found})),
            )
        }
    }
}

async fn instance(templates: bool) -> (FarEnd, Restored) {
    let far_end = FarEnd::raw(move |_| move |asked: &Asked| answer(asked, templates)).await;
    let start = Start {
        issuer: None,
        browser: Arc::new(QuickBrowser),
        ..Start::of(&far_end)
    };
    let here = start.go().await;
    let id = here.connections.to_save()[0].id.clone();
    here.connections.set_found(&id, Some(Speaks::V1)).unwrap();
    let edit = ConnectionEdit {
        name: "many".to_owned(),
        hue: Hue::default(),
        production: false,
        read_only: false,
    };
    let way = ConnectionWay {
        limits: OwnLimits {
            requests_per_window: Some(10_000),
            ..OwnLimits::default()
        },
        ..here.connections.way(&id).unwrap()
    };
    here.connections.change(&id, edit, way).unwrap();
    here.client.sign_in_on_device(true).await;
    (far_end, here)
}

fn keys(page: &FleetPage) -> Vec<&str> {
    page.rows.iter().map(|row| row.key.as_str()).collect()
}

fn asked(far_end: &FarEnd, path: &str) -> usize {
    far_end.asked(&format!("GET /api/v1/{path}?")).len()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_v1_a_list_that_is_cut_says_so_and_the_rest_is_within_reach() {
    let (far_end, here) = instance(true).await;
    let client = &here.client;
    let list = client.applications().await.unwrap().value;
    assert_eq!((list.data.len(), list.total()), (1_000, 1_150));
    let fleet = client.fleet().await.unwrap().value;
    assert_eq!((fleet.rows.len(), fleet.next_page), (1_000, Some(11)));
    assert_eq!((fleet.counts.total, fleet.counts.unseen), (1_150, 150));
    assert!(!fleet.counts.all_well, "of the others nothing is known");
    client.refresh(&Resource::Applications).await.unwrap();
    let before = asked(&far_end, "applications");
    assert_eq!(before, 20, "no page is asked for twice");

    // What is beyond comes page by page, with where it runs.
    let all = FleetQuery::default();
    let placed = asked(&far_end, "environments/dev/applications");
    let next = client.fleet_found(&all, 11).await.unwrap();
    assert_eq!(
        (next.rows.len(), next.total, next.next),
        (100, 1_150, Some(12))
    );
    assert_eq!(
        (next.rows[0].key.as_str(), next.environments.len()),
        ("app-1001", 1)
    );
    let last = client.fleet_found(&all, 12).await.unwrap();
    assert_eq!((last.rows.len(), last.next), (50, None));
    assert_eq!(last.rows[49].key, "app-1150");
    assert_eq!(asked(&far_end, "applications"), before + 2);
    let placed_for_it = asked(&far_end, "environments/dev/applications") - placed;
    assert_eq!(
        placed_for_it, 2,
        "what was read of the list is not read again"
    );

    // A search is one request, and finds what is beyond.
    let found = client
        .fleet_found(&FleetQuery::searching("app-1149"), 1)
        .await;
    let found = found.unwrap();
    assert_eq!((keys(&found), found.next), (vec!["app-1149"], None));
    assert_eq!(asked(&far_end, "applications"), before + 3);
    let own = client
        .application("app-1149".to_owned())
        .await
        .unwrap()
        .value;
    assert_eq!(
        own.environments.len(),
        1,
        "the environment was asked for it"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_v1_what_is_wanted_is_found_on_whatever_page_it_is() {
    let (_far_end, here) = instance(true).await;
    let query = FleetQuery {
        status: Some(ApplicationStatus::Error),
        search: "app-11".to_owned(),
        ..FleetQuery::default()
    };
    let found = here.client.fleet_found(&query, 1).await.unwrap();
    assert_eq!(keys(&found), ["app-1100"]);
    // On the last page alone: those before it have nothing of it.
    let query = FleetQuery {
        status: Some(ApplicationStatus::Error),
        ..FleetQuery::default()
    };
    let found = here.client.fleet_found(&query, 8).await.unwrap();
    assert_eq!((keys(&found), found.next), (vec!["app-0800"], Some(9)));
    let found = here.client.fleet_found(&query, 12).await.unwrap();
    assert_eq!((keys(&found), found.next), (vec![], None));
}

/// Who may not see templates sees what runs, and is told that it is not all.
#[tokio::test(flavor = "multi_thread")]
async fn of_v1_what_runs_is_not_called_whole_either() {
    let (_far_end, here) = instance(false).await;
    let fleet = here.client.fleet().await.unwrap().value;
    let all = (1..=2 * ALL).filter_map(placed).count();
    assert_eq!(fleet.rows.len(), 1_000);
    assert_eq!(fleet.counts.total as usize, all);
    let query = FleetQuery::searching("app-2297");
    let found = here.client.fleet_found(&query, 1).await.unwrap();
    assert_eq!((keys(&found), found.next), (vec!["app-2297"], None));
}
