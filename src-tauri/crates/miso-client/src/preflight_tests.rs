use std::collections::HashMap;

use miso_api::{DeployRequest, Deployment, Me, Page};
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::fleet::tests::{application, at, deployment, entry, image, page};
use crate::known::known_deployments;
use crate::stage::Stages;
use crate::{Reading, Source};

fn reading<T>(value: T, source: Source) -> Reading<T> {
    Reading {
        value,
        as_of: at(0),
        source,
        failure: None,
    }
}

fn history(list: Vec<Deployment>) -> Option<KnownDeployments> {
    known_deployments("a", Some(reading(page(list), Source::Live)), None)
}

/// An application in dev at 1.2, in test at 1.1 and in prod at 1.0, with its whole history.
fn known() -> Known {
    let places = vec![
        entry("dev", "1.2"),
        entry("test", "1.1"),
        entry("prod", "1.0"),
    ];
    Known {
        application: Some(application("a", places)),
        deployments: history(vec![
            deployment("a", "test", "1.0", 1, "completed"),
            deployment("a", "test", "1.3", 2, "failed"),
            deployment("b", "test", "1.9", 2, "completed"),
        ]),
        me: None,
        asked: HashMap::new(),
        stages: Stages::default(),
        can_repeat: None,
    }
}

fn kinds(known: &Known, environment: &str, tag: &str) -> Vec<FindingKind> {
    let found = findings(known, environment, &image(tag));
    found.iter().map(|finding| finding.kind).collect()
}

fn request(environment: &str, note: &str) -> DeployRequest {
    DeployRequest {
        environment: environment.to_owned(),
        image: None,
        note: Some(note.to_owned()),
        ..DeployRequest::default()
    }
}

#[test]
fn it_is_said_whether_the_image_ran_one_stage_lower() {
    use FindingKind::{First, NeverRan, NoOther, NotKnownPermission, RanBelow, Restart, RunsBelow};
    let known = known();
    assert_eq!(kinds(&known, "prod", "1.1"), [RunsBelow, NoOther]);
    assert_eq!(kinds(&known, "prod", "1.0"), [Restart, NoOther]);
    assert_eq!(kinds(&known, "prod", "1.2"), [NeverRan, NoOther]);
    assert_eq!(
        kinds(&known, "prod", "1.3"),
        [NeverRan, NoOther],
        "it failed there"
    );
    assert_eq!(
        kinds(&known, "prod", "1.9"),
        [NeverRan, NoOther],
        "another's image"
    );
    let never = [RanBelow, First, NotKnownPermission, NoOther];
    assert_eq!(kinds(&known, "qa", "1.0"), never);
    assert_eq!(kinds(&known, "dev", "9.9"), [NoOther]);
    let below = &findings(&known, "prod", &image("1.1"))[0];
    assert_eq!(
        (below.tag.as_str(), below.environment.key.as_str()),
        ("1.1", "test")
    );
}

#[test]
fn starting_again_what_is_unwell_is_no_good_news() {
    let mut known = known();
    let restart = |known: &Known| findings(known, "prod", &image("1.0"))[0].clone();
    assert_eq!(restart(&known).state, State::Well);
    let sick = [
        (miso_api::HealthStatus::Unhealthy, State::Bad),
        (miso_api::HealthStatus::Degraded, State::Warning),
        (miso_api::HealthStatus::NotKnown, State::Well),
    ];
    for (health, state) in sick {
        if let Some(application) = &mut known.application {
            application.environments[2].health = health;
        }
        assert_eq!(restart(&known).kind, FindingKind::Restart);
        assert_eq!(restart(&known).state, state);
    }
}

#[test]
fn an_image_of_another_repository_is_no_version_of_what_runs() {
    let known = known();
    let other = findings(&known, "prod", "registry.example/b:1.1");
    let other = other
        .iter()
        .find(|finding| finding.kind == FindingKind::OtherRepository);
    let other = other.unwrap();
    assert_eq!((other.tag.as_str(), other.state), ("a", State::Warning));
    for (environment, tag) in [("prod", "1.1"), ("qa", "1.0")] {
        assert!(!kinds(&known, environment, tag).contains(&FindingKind::OtherRepository));
    }
}

#[test]
fn what_is_not_known_is_said() {
    use FindingKind::{NotKnownBelow, NotKnownOther, NotKnownPermission};
    let mut known = known();
    known.deployments = None;
    assert_eq!(kinds(&known, "prod", "1.2"), [NotKnownBelow, NotKnownOther]);
    let offline = reading(page(Vec::new()), Source::Offline);
    known.deployments = known_deployments("a", Some(offline), None);
    assert_eq!(kinds(&known, "dev", "1.3"), [NotKnownOther]);
    let longer: Page<Deployment> = serde_json::from_value(json!({
        "data": [], "meta": {"page": 1, "pageSize": 200, "total": 900, "totalPages": 5}
    }))
    .unwrap();
    known.deployments = known_deployments("a", Some(reading(longer, Source::Live)), None);
    assert_eq!(kinds(&known, "prod", "1.2")[0], NotKnownBelow);
    // The recent activity of everything does not reach back either.
    let recent = reading(page(Vec::new()), Source::Live);
    known.deployments = known_deployments("a", None, Some(recent));
    assert_eq!(kinds(&known, "prod", "1.2")[0], NotKnownBelow);
    if let Some(application) = &mut known.application {
        application.environments[2].permissions = Vec::new();
    }
    assert!(kinds(&known, "prod", "1.2").contains(&NotKnownPermission));
    let nothing = Known::default();
    assert_eq!(
        kinds(&nothing, "prod", "1.2"),
        [NotKnownPermission, NotKnownOther]
    );
}

#[test]
fn another_one_under_way_is_found_by_any_of_what_is_known() {
    let mut known = known();
    let running = page(vec![deployment("a", "prod", "1.1", 9, "pending")]);
    let own = reading(page(Vec::new()), Source::Live);
    let recent = reading(running, Source::Live);
    known.deployments = known_deployments("a", Some(own), Some(recent));
    assert!(kinds(&known, "prod", "1.1").contains(&FindingKind::Another));
    assert!(kinds(&known, "test", "1.2").contains(&FindingKind::NoOther));
    known.deployments = None;
    if let Some(application) = &mut known.application {
        application.environments[0].status = ApplicationStatus::Deploying;
    }
    assert!(kinds(&known, "dev", "1.3").contains(&FindingKind::Another));
}

#[test]
fn of_what_two_readings_know_the_newer_counts() {
    let older = reading(
        page(vec![deployment("a", "prod", "1.1", 9, "running")]),
        Source::Live,
    );
    let mut newer = older.clone();
    newer.value.data[0].status = "completed".into();
    newer.as_of = at(1);
    for (own, recent) in [(older.clone(), newer.clone()), (newer, older)] {
        let known = known_deployments("a", Some(own), Some(recent)).unwrap();
        assert_eq!(known.list.len(), 1);
        assert!(!known.is_busy("prod"));
    }
}

#[test]
fn it_may_not_be_sent_without_the_permission_or_with_too_long_a_note() {
    let mut known = known();
    if let Some(application) = &mut known.application {
        application.environments[2].permissions = vec!["applications:read".to_owned()];
    }
    let code = |known: &Known, request: &DeployRequest| {
        check(known, request).map_err(|failure| failure.code)
    };
    assert_eq!(code(&known, &request("prod", "")), Err(Code::Forbidden));
    assert_eq!(code(&known, &request("dev", "")), Ok(()));
    assert_eq!(
        code(&known, &request("qa", "")),
        Ok(()),
        "the server has not said"
    );
    let me = json!({"id": "u", "permissions": ["applications:deploy"], "environments": ["dev"]});
    let me: Me = serde_json::from_value(me).unwrap();
    known.me = Some(me);
    assert_eq!(code(&known, &request("qa", "")), Err(Code::Forbidden));
    let longest = "ä".repeat(LONGEST_NOTE as usize);
    assert_eq!(code(&known, &request("dev", &longest)), Ok(()));
    let longer = longest + "ä";
    assert_eq!(
        code(&known, &request("dev", &longer)),
        Err(Code::NoteTooLong)
    );
}

proptest! {
    /// Whatever is known, nothing is said twice, and whether another one runs is always said.
    #[test]
    fn each_finding_once(
        environment in prop::sample::select(vec!["dev", "test", "prod", "qa"]),
        tag in 0u8..4,
        has_application: bool,
        has_deployments: bool,
    ) {
        let mut known = known();
        known.application = known.application.filter(|_| has_application);
        known.deployments = known.deployments.filter(|_| has_deployments);
        let mut kinds = kinds(&known, environment, &format!("1.{tag}"));
        let others = [FindingKind::Another, FindingKind::NoOther, FindingKind::NotKnownOther];
        prop_assert_eq!(kinds.iter().filter(|kind| others.contains(kind)).count(), 1);
        let all = kinds.len();
        kinds.sort_by_key(|kind| format!("{kind:?}"));
        kinds.dedup();
        prop_assert_eq!(kinds.len(), all);
    }
}

#[test]
fn what_ran_there_before_can_be_repeated_with_its_configuration() {
    let mut known = known();
    known.deployments = history(vec![
        deployment("a", "prod", "0.9", 1, "completed"),
        deployment("a", "prod", "0.9", 2, "completed"),
        deployment("a", "prod", "0.9", 3, "failed"),
        deployment("a", "prod", "1.0", 4, "completed"),
        deployment("a", "test", "0.8", 5, "completed"),
    ]);
    let repeats = |known: &Known, tag: &str| last_of(known, "prod", &image(tag));
    let newest = deployment("a", "prod", "0.9", 2, "completed").id;
    assert_eq!(repeats(&known, "0.9"), Some(newest));
    assert_eq!(repeats(&known, "1.0"), None, "it runs there now");
    assert_eq!(repeats(&known, "0.8"), None, "it ran elsewhere");
    assert!(!kinds(&known, "prod", "0.9").contains(&FindingKind::ConfigurationStays));
    known.can_repeat = Some(false);
    assert!(kinds(&known, "prod", "0.9").contains(&FindingKind::ConfigurationStays));
    assert!(!kinds(&known, "prod", "0.8").contains(&FindingKind::ConfigurationStays));
}

fn item(
    name: &str,
    location: &str,
    value: Option<&str>,
    is_set: Option<bool>,
) -> ConfigurationItem {
    serde_json::from_value(json!({"name": name, "location": location, "value": value,
        "isSet": is_set, "required": true}))
    .unwrap()
}

#[test]
fn what_is_missing_or_changed_in_the_configuration_is_said_by_name() {
    let now = [
        item("SAME", "variable", Some("1"), None),
        item("LEVEL", "variable", Some("debug"), None),
        item("NEW", "variable", Some("x"), None),
        item("KEPT", "keyvault", None, Some(true)),
        item("TOKEN", "keyvault", None, Some(false)),
        item("EMPTY", "variable", Some(""), None),
    ];
    let mut last = deployment("a", "prod", "1.0", 5, "completed");
    last.configuration = vec![
        item("SAME", "variable", Some("1"), None),
        item("LEVEL", "variable", Some("info"), None),
        item("KEPT", "keyvault", None, Some(true)),
        item("TOKEN", "keyvault", None, Some(true)),
        item("EMPTY", "variable", Some(""), None),
        item("GONE", "variable", Some("y"), None),
    ];
    let mut known = known();
    let found = |items: &[ConfigurationItem]| {
        let items = items.to_vec();
        let configuration = Configuration {
            environment: None,
            items,
            message: None,
        };
        required(&known, "prod", &image("1.1"), Some(&configuration))
    };
    assert_eq!(required(&known, "prod", &image("1.1"), None), None);
    assert_eq!(found(&[]), None);
    let unset = found(&now).unwrap();
    assert_eq!(
        (unset.kind, unset.state),
        (FindingKind::RequiredUnset, State::Bad)
    );
    assert_eq!(unset.names, ["TOKEN", "EMPTY"]);
    let set = found(&now[..4]).unwrap();
    assert_eq!(
        (set.kind, set.state),
        (FindingKind::RequiredSet, State::Well)
    );

    assert_eq!(last_there(&known, "prod"), None, "nothing completed there");
    known.deployments = history(vec![
        deployment("a", "prod", "1.1", 7, "failed"),
        last,
        deployment("a", "dev", "1.2", 9, "completed"),
    ]);
    let difference = differing(last_there(&known, "prod").unwrap(), &now).unwrap();
    let words: Vec<String> = difference
        .items
        .iter()
        .map(
            |PendingItem {
                 name,
                 secret,
                 before,
                 after,
             }| {
                let value =
                    |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
                format!("{name} {secret} {} {}", value(before), value(after))
            },
        )
        .collect();
    assert_eq!(
        words,
        [
            "GONE false y -",
            "LEVEL false info debug",
            "NEW false - x",
            "TOKEN true - -"
        ]
    );
    assert_eq!(difference.total, 7);
    let listed = last_there(&known, "dev").unwrap();
    assert_eq!(differing(listed, &now), None, "a list leaves it out");
}

#[test]
fn what_runs_there_can_be_compared_in_the_repository() {
    let mut known = known();
    assert!(!is_comparable(&known, "prod", &image("1.1")));
    if let Some(application) = &mut known.application {
        let repository = json!({"repositoryUrl": "https://github.com/team/a"});
        application.rest.insert("repository".to_owned(), repository);
    }
    assert!(is_comparable(&known, "prod", &image("1.1")));
    assert!(
        !is_comparable(&known, "prod", &image("1.0")),
        "it runs there"
    );
    assert!(
        !is_comparable(&known, "qa", &image("1.1")),
        "nothing runs there"
    );
}

#[test]
fn what_a_deployment_does_to_what_runs_there_is_said() {
    let mut known = known();
    let mut sick = entry("prod", "1.0");
    sick.health = miso_api::HealthStatus::Unhealthy;
    known.application = Some(application("a", vec![entry("dev", "1.2"), sick]));
    let mut last = deployment("a", "prod", "1.0", 2, "completed");
    last.previous_image = Some(image("0.9"));
    known.deployments = history(vec![last]);
    let does = |environment: &str, tag: &str| effect(&known, environment, Some(&image(tag)));
    assert_eq!(does("dev", "1.2"), Effect::Restart);
    assert_eq!(
        does("dev", "0.9"),
        Effect::Deploy,
        "nothing is unwell there"
    );
    assert_eq!(does("prod", "1.0"), Effect::Restart);
    assert_eq!(does("prod", "0.9"), Effect::RollBack);
    assert_eq!(does("prod", "0.8"), Effect::Deploy);
    assert_eq!(does("test", "1.2"), Effect::Deploy, "nothing runs there");
    assert_eq!(effect(&known, "prod", None), Effect::Deploy);
}
