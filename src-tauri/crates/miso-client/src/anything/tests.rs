use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::gathered::Gathered;
use super::needle::Needle;
use super::*;

fn id() -> ConnectionId {
    ConnectionId::from("one".to_owned())
}

fn looking(text: &str) -> Gathered {
    let instance = "https://miso.example/portal".parse().unwrap();
    Gathered::new(id(), Needle::of(text).unwrap(), instance)
}

fn orders() -> Value {
    json!({
        "key": "orders", "displayName": "Order desk", "type": "api",
        "image": "registry.example/orders:1.5.0",
        "repository": {"repositoryUrl": "https://github.com/team/orders.git"},
        "environments": [
            {"environment": "prod", "status": "running", "image": "registry.example/orders:1.4.0",
             "url": "https://orders.example"},
            {"environment": "dev", "status": "running", "image": "registry.example/orders:1.4.0",
             "url": "https://dev.example/orders", "healthMessage": "check db: ECONNREFUSED"},
            {"environment": "test", "status": "stopped", "image": "registry.example/orders:1.4.0"},
        ],
    })
}

fn deployment(id: &str, minute: u32, more: &Value) -> Value {
    let mut row = json!({
        "id": id, "applicationKey": "orders", "environment": "dev", "status": "failed",
        "createdAt": format!("2026-01-01T00:{minute:02}:00Z"), "image": "registry.example/orders:1.4.0",
        "configuration": [{"name": "TOKEN", "value": "canary-snapshot"}],
    });
    for (name, value) in more.as_object().unwrap() {
        row[name] = value.clone();
    }
    row
}

fn item(name: &str, value: &str, location: &str) -> ConfigurationItem {
    serde_json::from_value(json!({"name": name, "value": value, "location": location})).unwrap()
}

fn done(gathered: Gathered) -> Anything {
    gathered.done(|keys: BTreeSet<&str>| {
        let order = ["dev", "test", "prod"];
        let known = order.into_iter().filter(|key| keys.contains(key));
        known.map(str::to_owned).collect()
    })
}

fn of_application(text: &str) -> Anything {
    let mut gathered = looking(text);
    gathered.application(&orders());
    done(gathered)
}

fn kinds(anything: &Anything) -> Vec<(AnythingKind, u32)> {
    let groups = anything.groups.iter();
    groups.map(|group| (group.kind, group.total)).collect()
}

/// Where the places of a kind are.
fn places(anything: &Anything, kind: AnythingKind) -> Vec<String> {
    let groups = anything.groups.iter().filter(|group| group.kind == kind);
    let held = groups.flat_map(|group| &group.held);
    held.map(|one| match one {
        AnythingHeld::Place {
            application,
            environment,
            ..
        } => format!("{application} {environment}"),
        AnythingHeld::Page { target, .. } => match target {
            LinkTarget::Page { page, .. } => page.clone(),
            LinkTarget::Connect { instance } => instance.clone(),
        },
        AnythingHeld::Deployment { id, .. } => id.clone(),
        AnythingHeld::Application { words, .. } => words.clone(),
        AnythingHeld::Configuration { name, .. } => name.clone(),
        AnythingHeld::Fault { request_id, .. } => request_id.clone(),
    })
    .collect()
}

#[test]
fn a_tag_says_first_where_it_runs_and_not_where_it_is_stopped() {
    for text in [
        "1.4.0",
        "v1.4.0",
        "orders:1.4.0",
        "registry.example/orders:1.4.0",
    ] {
        let found = of_application(text);
        assert_eq!(found.groups[0].kind, AnythingKind::Runs, "{text}");
        let runs = places(&found, AnythingKind::Runs);
        assert_eq!(runs, ["orders dev", "orders prod"], "{text}");
    }
    let part = of_application("1.4");
    assert_eq!(kinds(&part), [(AnythingKind::Place, 3)]);
}

#[test]
fn a_digest_is_told_by_its_beginning() {
    let mut gathered = looking("4f0c9ab");
    gathered.application(&json!({"key": "a", "environments": [
        {"environment": "dev", "status": "running", "image": "a@sha256:4f0c9ab1234"},
        {"environment": "test", "status": "running", "image": "a@sha256:994f0c9ab12"},
    ]}));
    let found = done(gathered);
    assert_eq!(places(&found, AnythingKind::Runs), ["a dev"]);
    assert_eq!(places(&found, AnythingKind::Place), ["a test"]);
}

#[test]
fn an_application_is_found_by_its_names_and_a_place_by_what_is_wrong_with_it() {
    assert_eq!(
        kinds(&of_application("order desk")),
        [(AnythingKind::Application, 1)]
    );
    let wrong = of_application("econnrefused");
    assert_eq!(places(&wrong, AnythingKind::Place), ["orders dev"]);
    assert_eq!(of_application("EconnRefused").groups, []);
}

#[test]
fn an_address_leads_to_what_it_is_of() {
    for (text, page) in [
        (
            "https://orders.example/cart?id=1",
            "/applications/orders/prod",
        ),
        ("https://dev.example/orders/x", "/applications/orders/dev"),
        (
            "https://github.com/team/orders/pull/7",
            "/applications/orders/test",
        ),
        (
            "https://miso.example/portal/applications/orders/dev/logs",
            "/applications/orders/dev",
        ),
        (
            "https://miso.example/portal/applications/orders",
            "/applications/orders/test",
        ),
        ("https://miso.example/portal", ""),
    ] {
        let found = of_application(text);
        assert_eq!(places(&found, AnythingKind::Page), [page], "{text}");
    }
    assert_eq!(of_application("https://else.example/orders").groups, []);
}

#[test]
fn a_deployment_is_found_by_what_it_says_once_and_the_newest_first() {
    let mut gathered = looking("exit code 1");
    let error = json!({"error": "It ended with exit code 1."});
    gathered.deployment(&deployment("d-1", 1, &error));
    gathered.deployment(&deployment("d-2", 2, &json!({"note": "after Exit code 1"})));
    gathered.deployment(&deployment("d-1", 1, &error));
    gathered.deployment(&deployment("d-3", 3, &json!({})));
    let found = done(gathered);
    assert_eq!(places(&found, AnythingKind::Deployment), ["d-2", "d-1"]);
    let mut gathered = looking("canary-snapshot");
    gathered.deployment(&deployment("d-1", 1, &json!({})));
    assert_eq!(done(gathered).groups, []);
}

#[test]
fn the_instance_may_be_asked_for_an_id_that_is_not_known() {
    let uuid = "1b4e28ba-2fa1-11d2-883f-0016d3cca427";
    assert!(of_application(uuid).may_be_deployment);
    let mut gathered = looking(uuid);
    gathered.deployment(&deployment(uuid, 1, &json!({})));
    assert!(!done(gathered).may_be_deployment);
    for text in [
        "1.4.0",
        "orders",
        "orders 12345",
        "2026-01-01",
        "req-12345678",
        // The key of an application.
        "storefront-09993",
    ] {
        assert!(!of_application(text).may_be_deployment, "{text}");
    }
}

#[test]
fn of_a_configuration_no_secret_is_looked_at() {
    let items = [
        item("LOG_LEVEL", "debug", "variable"),
        item("DB_PASSWORD", "canary-secret", "keyvault"),
        item("ODD", "canary-odd", "somewhere"),
    ];
    let found = |text: &str| {
        let mut gathered = looking(text);
        gathered.configuration(&json!("orders"), Some("dev"), &items);
        gathered.configuration(&json!("orders"), Some("dev"), &items);
        done(gathered)
    };
    let names = |text: &str| places(&found(text), AnythingKind::Configuration);
    assert_eq!(names("log_level"), ["LOG_LEVEL"]);
    assert_eq!(names("debug"), ["LOG_LEVEL"]);
    assert_eq!(names("password"), ["DB_PASSWORD"]);
    assert_eq!(found("canary").groups, []);
    let shown = serde_json::to_string(&found("db_password")).unwrap();
    assert!(!shown.contains("canary"), "{shown}");
}

#[test]
fn a_call_that_failed_is_found_by_its_request_id() {
    let fault = crate::Fault {
        at: DateTime::UNIX_EPOCH,
        code: Code::ServerError,
        call: Some("GET /api/applications".to_owned()),
        request_id: Some("req-77ab".to_owned()),
    };
    let mut gathered = looking("77ab");
    gathered.fault(fault.clone());
    gathered.fault(crate::Fault {
        request_id: None,
        ..fault
    });
    let found = done(gathered);
    assert_eq!(places(&found, AnythingKind::Fault), ["req-77ab"]);
}

#[test]
fn so_many_of_a_kind_are_given_and_all_are_counted() {
    let mut gathered = looking("app-");
    for number in 0..120 {
        gathered.application(&json!({"key": format!("app-{number:03}")}));
    }
    let found = done(gathered);
    assert_eq!(kinds(&found), [(AnythingKind::Application, 120)]);
    assert_eq!(found.groups[0].held.len(), 50);
    assert_eq!(places(&found, AnythingKind::Application)[0], "app-000");
}
