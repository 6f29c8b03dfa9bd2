//! An instance with more applications than are ever listed: what it costs, and that nothing is out of reach.

use std::time::Duration;

use miso_api::{ApplicationStatus, DeployRequest};
use miso_client::{BatchAct, Client, Code, Fleet, FleetOrder, FleetQuery, FleetSort, Resource};
use serde_json::{Value, json};

use crate::far_end::{Answer, Asked, FarEnd, Restored, restored, tokens, until};

const ALL: usize = 2_100;

fn key(number: usize) -> String {
    format!("app-{number:04}")
}

fn application(number: usize) -> Value {
    json!({"key": key(number), "displayName": format!("Number {number}"), "type": "api",
        "image": "shop/app:1.0", "status": "running", "environments": [
            {"environment": "dev", "status": "running", "health": "healthy", "image": "shop/app:1.0",
                "permissions": ["applications:read", "applications:deploy"]}]})
}

/// The word of a parameter.
fn word(asked: &Asked, name: &str) -> Option<String> {
    let (_, words) = asked.line.split_once('?')?;
    let mut words = url::form_urlencoded::parse(words.as_bytes());
    words.find_map(|(word, value)| (word == name).then(|| value.into_owned()))
}

/// A page as the server cuts it.
fn page(asked: &Asked, all: &[Value]) -> Answer {
    let number: usize = word(asked, "page").unwrap().parse().unwrap();
    let size: usize = word(asked, "pageSize").unwrap().parse().unwrap();
    let data: Vec<&Value> = all.iter().skip((number - 1) * size).take(size).collect();
    let meta = json!({"page": number, "pageSize": size, "total": all.len(),
        "totalPages": all.len().div_ceil(size)});
    Answer::json(200, json!({"data": data, "meta": meta}))
}

/// `searches`: whether the instance does, and tells of a single application.
async fn instance(searches: bool) -> (FarEnd, Restored) {
    let far_end = FarEnd::start(move |asked| {
        let path = asked.line.split('?').next().unwrap_or_default();
        match path {
            "POST /token" => tokens(1),
            "GET /api/applications" => {
                let text = word(asked, "search")
                    .filter(|_| searches)
                    .unwrap_or_default();
                let all: Vec<Value> = (1..=ALL)
                    .filter(|number| key(*number).contains(&text))
                    .map(application)
                    .collect();
                // Long enough that who asks for the same meanwhile does so meanwhile.
                page(asked, &all).after(Duration::from_millis(100))
            }
            "POST /api/applications/app-1500/deploy" => Answer::json(
                202,
                json!({"id": "d-1", "applicationKey": "app-1500", "environment": "dev",
                    "image": "shop/app:2.0", "status": "completed"}),
            ),
            "GET /api/deployments/d-1" => Answer::json(
                200,
                json!({"id": "d-1", "applicationKey": "app-1500", "environment": "dev",
                    "image": "shop/app:2.0", "status": "completed"}),
            ),
            path if searches && path.starts_with("GET /api/applications/app-") => {
                let number = path.rsplit('-').next().unwrap().parse();
                number.map_or(Answer::error(404, "NOT_FOUND"), |number| {
                    Answer::json(200, application(number))
                })
            }
            path if path.starts_with("GET /api/applications/") => Answer::text(405, ""),
            "GET /api/deployments" => Answer::json(200, json!({"data": []})),
            _ => Answer::error(404, "NOT_FOUND"),
        }
    })
    .await;
    let here = restored(&far_end).await;
    (far_end, here)
}

fn pages(far_end: &FarEnd) -> Vec<Option<String>> {
    let asked = far_end.asked("GET /api/applications?");
    asked.iter().map(|asked| word(asked, "page")).collect()
}

/// Waits until the list has all that it may hold.
async fn listed(client: &Client, far_end: &FarEnd) -> Fleet {
    client.watch(Resource::Applications);
    until("all pages were asked for", || pages(far_end).len() >= 5).await;
    let mut fleet = client.fleet().await.unwrap().value;
    for _ in 0..1_000 {
        if fleet.next_page.is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
        fleet = client.fleet().await.unwrap().value;
    }
    assert_eq!(fleet.next_page, Some(6), "it came to its end");
    fleet
}

#[tokio::test]
async fn the_first_page_is_there_at_once_and_the_others_cost_one_request_each() {
    let (far_end, here) = instance(true).await;
    let first = here.client.fleet().await.unwrap().value;
    assert_eq!(pages(&far_end), [Some("1".to_owned())]);
    assert_eq!(
        (first.rows.len(), first.counts.total, first.next_page),
        (200, 2_100, None)
    );
    let fleet = listed(&here.client, &far_end).await;
    let numbers: Vec<String> = (1..=5).map(|number| number.to_string()).collect();
    let asked: Vec<String> = pages(&far_end).into_iter().flatten().collect();
    assert_eq!(asked, numbers);
    assert_eq!((fleet.rows.len(), fleet.next_page), (1_000, Some(6)));
    assert_eq!((fleet.counts.total, fleet.counts.unseen), (2_100, 1_100));
    assert!(!fleet.counts.all_well, "of the others nothing is known");

    // What is known already stays while all of it is asked for anew.
    here.client.refresh(&Resource::Applications).await.unwrap();
    assert_eq!(pages(&far_end).len(), 10);
    let fleet = here.client.fleet().await.unwrap().value;
    assert_eq!((fleet.rows.len(), fleet.next_page), (1_000, Some(6)));
}

#[tokio::test]
async fn a_search_is_one_request_and_so_is_a_page() {
    let (far_end, here) = instance(true).await;
    let asked = || far_end.asked("GET /api/applications?").len();
    let query = FleetQuery::searching(" app-15 ");
    let (one, other) = tokio::join!(
        here.client.fleet_found(&query, 1),
        here.client.fleet_found(&query, 1)
    );
    let found = one.unwrap();
    assert_eq!(found, other.unwrap());
    assert_eq!(asked(), 1, "the same at the same time is asked for once");
    assert_eq!(
        (found.rows.len(), found.total, found.next),
        (100, 100, None)
    );
    here.client.fleet_found(&query, 1).await.unwrap();
    assert_eq!(asked(), 2, "later it may be another answer");

    let whole = FleetQuery::default();
    let sixth = here.client.fleet_found(&whole, 6).await.unwrap();
    assert_eq!(
        (sixth.rows.len(), sixth.total, sixth.next),
        (200, 2_100, Some(7))
    );
    assert_eq!(sixth.rows[0].key, key(1_001));
    let last = here.client.fleet_found(&whole, 11).await.unwrap();
    assert_eq!((last.rows.len(), last.next), (100, None));
    let beyond = here.client.fleet_found(&whole, 99).await.unwrap();
    assert_eq!((beyond.rows.len(), beyond.next), (0, None));
    assert_eq!(asked(), 5);
}

#[tokio::test]
async fn what_the_server_can_is_asked_of_it_in_its_own_words() {
    let (far_end, here) = instance(true).await;
    let sort = |by, descending| Some(FleetSort { by, descending });
    let query = FleetQuery {
        search: "o rd&s".to_owned(),
        status: Some(ApplicationStatus::Error),
        environment: Some("prod".to_owned()),
        sort: sort(FleetOrder::Type, true),
    };
    here.client.fleet_found(&query, 3).await.unwrap();
    let by_key = FleetQuery {
        sort: sort(FleetOrder::Key, false),
        ..FleetQuery::default()
    };
    here.client.fleet_found(&by_key, 1).await.unwrap();
    let asked = far_end.asked("GET /api/applications?");
    let words = |at: usize| {
        let names = [
            "page",
            "pageSize",
            "search",
            "status",
            "environment",
            "sort",
        ];
        names.map(|name| word(&asked[at], name).unwrap_or_default())
    };
    assert_eq!(words(0), ["3", "200", "o rd&s", "error", "prod", "-type"]);
    assert_eq!(words(1), ["1", "200", "", "", "", "key"]);
}

#[tokio::test]
async fn a_server_that_does_not_search_finds_nothing_that_does_not_fit() {
    let (_far_end, here) = instance(false).await;
    let query = FleetQuery::searching("app-0007");
    let found = here.client.fleet_found(&query, 1).await.unwrap();
    let keys: Vec<&str> = found.rows.iter().map(|row| row.key.as_str()).collect();
    assert_eq!(keys, ["app-0007"]);
}

#[tokio::test]
async fn what_was_found_is_known_and_what_is_beyond_the_list_has_its_page() {
    let (far_end, here) = instance(true).await;
    listed(&here.client, &far_end).await;
    let reviewed = async |key: &str| {
        let act = BatchAct::Deploy {
            tag: "2.0".to_owned(),
        };
        let keys = [key.to_owned()];
        let review = here.client.batch_review("dev", &keys, &act).await;
        let item = &review.items[0];
        (
            item.image.clone(),
            item.refusal.as_ref().map(|failure| failure.code),
        )
    };
    assert_eq!(
        reviewed("app-1500").await,
        (None, Some(Code::NoImage)),
        "nobody knows it"
    );
    let query = FleetQuery::searching("app-150");
    here.client.fleet_found(&query, 1).await.unwrap();
    let asked = far_end.asked("GET /").len();
    assert_eq!(
        reviewed("app-1500").await,
        (Some("shop/app:2.0".to_owned()), None)
    );
    assert_eq!(far_end.asked("GET /").len(), asked, "nobody was asked");

    let places = here.client.places("app-1999".to_owned()).await.unwrap();
    assert_eq!(places.value.key, "app-1999");
    assert_eq!(far_end.asked("GET /api/applications/app-1999").len(), 1);
    assert_eq!(far_end.asked("GET /").len(), asked + 1);
}

/// The list does not bring what it does not hold.
#[tokio::test]
async fn what_is_beyond_the_list_is_asked_for_itself_once_it_was_deployed() {
    let (far_end, here) = instance(true).await;
    listed(&here.client, &far_end).await;
    here.client.watch(Resource::Application {
        application: "app-1500".to_owned(),
    });
    let asked = || far_end.asked("GET /api/applications/app-1500").len();
    until("it was read", || asked() == 1).await;
    here.client
        .application("app-1500".to_owned())
        .await
        .unwrap();
    let request = DeployRequest {
        environment: "dev".to_owned(),
        image: Some("shop/app:2.0".to_owned()),
        ..DeployRequest::default()
    };
    here.client.deploy("app-1500", &request).await.unwrap();
    until("it is read again", || asked() >= 2).await;
}

/// An instance that offers the list alone: one that is not in it is found by its key.
#[tokio::test]
async fn without_calls_for_one_application_the_list_is_searched_to_its_end() {
    let (far_end, here) = instance(false).await;
    let near = here
        .client
        .application("app-0900".to_owned())
        .await
        .unwrap();
    assert_eq!(near.value.key, "app-0900");
    assert_eq!(pages(&far_end).len(), 5, "as many as may be listed");
    let nowhere = here.client.application("app-9999".to_owned()).await;
    assert_eq!(nowhere.unwrap_err().code, Code::NotFound);
    let searched = far_end.asked("GET /api/applications?");
    let searched = searched
        .iter()
        .filter(|asked| word(asked, "search").is_some());
    assert_eq!(searched.count(), 1);
}
