use std::sync::Arc;

use chrono::{DateTime, Utc};
use miso_api::{Application, Deployment};
use serde_json::json;

use super::Glimpse;
use super::since::{SeenSince, Told, changes_of};
use super::tests::{Kept, listed, runs, with};
use crate::Resource;
use crate::activity::ActivityKind;
use crate::fleet::State;
use crate::fleet::tests::{application, at, deployment, entry, image};
use crate::stage::Stages;

impl Kept {
    fn changes(
        &self,
        since: DateTime<Utc>,
        deployments: &[Deployment],
        list: &[Application],
    ) -> Vec<(String, ActivityKind)> {
        let seen = self.cache.past(&self.id, "me", |database, whose| {
            SeenSince::read(database, whose, since)
        });
        let told = Told {
            deployments,
            list,
            since,
        };
        let changes = changes_of(seen.unwrap(), &told, &Stages::default());
        changes
            .into_iter()
            .map(|change| {
                let place = format!("{} {}", change.application, change.environment.key);
                (place, change.what)
            })
            .collect()
    }
}

#[test]
fn what_deployments_tell_is_not_told_again() {
    let kept = Kept::new();
    kept.see(with(runs("1.0", "healthy")), at(0));
    let under_way = json!({"environment": "dev", "status": "deploying", "health": "unknown",
        "image": image("1.0")});
    kept.see(with(under_way), at(10));
    kept.see(with(runs("1.1", "unhealthy")), at(11));
    kept.see(with(runs("1.1", "healthy")), at(15));
    kept.see(with(runs("1.2", "healthy")), at(20));
    let mut known = deployment("orders", "dev", "1.1", 10, "completed");
    known.completed_at = Some(at(11));
    let told = kept.changes(at(5), &[known], &[]);
    let place = "orders dev".to_owned();
    let (from, to) = (State::Bad, State::Well);
    let turned = ActivityKind::Turned { from, to };
    let image = ActivityKind::Image {
        from: Some(image("1.1")),
        to: Some(image("1.2")),
    };
    assert_eq!(told, [(place.clone(), turned), (place, image)]);
}

#[test]
fn a_deployment_at_the_end_of_all_times_ends_nothing_else() {
    let kept = Kept::new();
    kept.see(with(runs("1.0", "healthy")), at(0));
    kept.see(with(runs("1.1", "healthy")), at(500));
    let mut known = deployment("orders", "dev", "1.1", 10, "completed");
    (known.created_at, known.completed_at) = (
        Some(DateTime::<Utc>::MIN_UTC),
        Some(DateTime::<Utc>::MAX_UTC),
    );
    assert_eq!(kept.changes(at(5), &[known], &[]), []);
}

#[test]
fn what_a_deployment_brought_while_nobody_looked_is_not_told_again() {
    let kept = Kept::new();
    kept.see(with(runs("1.0", "healthy")), at(0));
    kept.see(with(runs("1.1", "healthy")), at(500));
    let mut known = deployment("orders", "dev", "1.1", 200, "completed");
    known.completed_at = Some(at(201));
    assert_eq!(kept.changes(at(100), &[known.clone()], &[]), []);
    known.completed_at = Some(at(50));
    assert_eq!(kept.changes(at(100), &[known], &[]).len(), 1);
}

#[test]
fn what_is_unwell_now_is_told_by_the_list_and_what_was_between_here() {
    let kept = Kept::new();
    kept.see(with(runs("1.0", "healthy")), at(0));
    kept.see(with(runs("1.0", "unhealthy")), at(1));
    kept.see(with(runs("1.0", "healthy")), at(2));
    kept.see(with(runs("1.0", "unhealthy")), at(3));
    let mut sick = entry("dev", "1.0");
    sick.health = miso_api::HealthStatus::Unhealthy;
    sick.health_since = Some(at(3));
    let list = [application("orders", vec![sick])];
    let turned = |changes: Vec<(String, ActivityKind)>| {
        let kinds = changes.into_iter().map(|(_, kind)| kind);
        kinds.collect::<Vec<_>>()
    };
    let (well, bad) = (State::Well, State::Bad);
    let to_bad = ActivityKind::Turned {
        from: well,
        to: bad,
    };
    let to_well = ActivityKind::Turned {
        from: bad,
        to: well,
    };
    assert_eq!(turned(kept.changes(at(0), &[], &list)), [to_bad, to_well]);
    assert_eq!(kept.changes(at(0), &[], &[]).len(), 3);
    assert_eq!(kept.changes(at(3), &[], &[]), []);
}

#[test]
fn what_came_and_went_is_told_and_what_was_there_from_the_first_is_not() {
    let kept = Kept::new();
    let both = |keys: &[&str]| {
        let two = |key: &&str| {
            let mut prod = runs("1.0", "healthy");
            prod["environment"] = "prod".into();
            json!({"key": key, "type": "api", "environments": [runs("1.0", "healthy"), prod]})
        };
        listed(json!({"data": keys.iter().map(two).collect::<Vec<_>>()}))
    };
    kept.see(both(&["a"]), at(0));
    assert_eq!(kept.changes(at(-1), &[], &[]), []);
    kept.see(both(&["a", "b"]), at(1));
    let mut told = kept.changes(at(0), &[], &[]);
    told.sort_by(|one, other| one.0.cmp(&other.0));
    let came = |place: &str| (place.to_owned(), ActivityKind::Appeared);
    assert_eq!(told, [came("b dev"), came("b prod")]);
    kept.see(both(&["b"]), at(2));
    let told = kept.changes(at(1), &[], &[]);
    assert_eq!(told.len(), 1, "once: {told:?}");
    assert_eq!(told[0].1, ActivityKind::Went { everywhere: true });
    assert!(told[0].0.starts_with("a "));
}

#[test]
fn a_configuration_that_is_read_in_another_version_has_changed() {
    let kept = Kept::new();
    let read = |version: &str, environment: Option<&str>| {
        let of = Resource::Configuration {
            application: "orders".to_owned(),
            environment: environment.map(str::to_owned),
        };
        Glimpse::of(&of, &Arc::new(json!({"items": []})), Some(version))
    };
    assert!(
        read("\"1\"", None).is_none(),
        "the manifest's own is of no place"
    );
    for (version, minute) in [("\"1\"", 0), ("\"1\"", 1), ("\"2\"", 2)] {
        kept.see(read(version, Some("dev")).unwrap(), at(minute));
    }
    let changed = ("orders dev".to_owned(), ActivityKind::Configuration);
    for since in [at(1), at(-1)] {
        assert_eq!(
            kept.changes(since, &[], &[]),
            std::slice::from_ref(&changed)
        );
    }
    assert_eq!(kept.changes(at(2), &[], &[]), []);
}
