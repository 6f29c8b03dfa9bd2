//! Environments, as what runs in them makes them (API.md, "Environments").

use axum::Json;
use axum::extract::State;
use miso_api::{
    ApplicationStatus, Environment, EnvironmentEntry, EnvironmentResource, EnvironmentStatus,
    HealthStatus, Page, Permission, ResourceUsage,
};

use super::parameters::{EnvironmentFilters, Key, Pages};
use super::segments::Segment;
use super::view::Placements;
use crate::environments::{self, EnvironmentKey};
use crate::http::envelope::ApiError;
use crate::http::paging::Paging;
use crate::http::query::Query;
use crate::oidc::access::Caller;
use crate::place::Place;
use crate::site::{Shared, Site};
use crate::store::{self, applications};
use crate::workloads::Platform;
use crate::workloads::catalogue::Image;
use crate::workloads::containers::Seen;

pub(super) const SORTS: [&str; 6] = [
    "key",
    "-key",
    "displayName",
    "-displayName",
    "status",
    "-status",
];

/// The environments, with what runs in them.
#[utoipa::path(
    get,
    path = "/api/environments",
    operation_id = "listEnvironments",
    tag = "Environments",
    params(Pages, EnvironmentFilters),
    responses((status = 200, description = "One page of environments.", body = Page<Environment>))
)]
pub(super) async fn list(
    State(site): State<Shared>,
    caller: Caller,
    query: Query,
) -> Result<Json<Page<Environment>>, ApiError> {
    caller.must(&Permission::EnvironmentsRead, None)?;
    let paging = Paging::new("/api/environments", &query)?;
    let running = read(&site, &caller).await?;
    let search = query.get("search").map(str::to_lowercase);
    let status = query
        .word("status", EnvironmentStatus::KNOWN)?
        .map(EnvironmentStatus::from);
    let sort = query.word("sort", &SORTS)?;
    let found = |environment: &Environment| {
        let texts = [&environment.key, &environment.display_name];
        search
            .as_ref()
            .is_none_or(|text| texts.iter().any(|has| has.to_lowercase().contains(text)))
            && status
                .as_ref()
                .is_none_or(|status| environment.status == *status)
    };
    let mut all: Vec<Environment> = environments::ALL
        .into_iter()
        .map(|environment| view(environment, &running, &site.platform))
        .filter(found)
        .collect();
    // Without a word about it: the order in which a version goes through them.
    if let Some(sort) = sort {
        let field = sort.trim_start_matches('-');
        all.sort_by(|one, other| match field {
            "displayName" => one.display_name.cmp(&other.display_name),
            "status" => one.status.as_str().cmp(other.status.as_str()),
            _ => one.key.cmp(&other.key),
        });
        if sort.starts_with('-') {
            all.reverse();
        }
    }
    Ok(Json(paging.cut(all)))
}

/// One environment.
#[utoipa::path(
    get,
    path = "/api/environments/{key}",
    operation_id = "getEnvironment",
    tag = "Environments",
    params(Key),
    responses((status = 200, description = "The environment.", body = Environment))
)]
pub(super) async fn get(
    State(site): State<Shared>,
    caller: Caller,
    Segment(key): Segment,
) -> Result<Json<Environment>, ApiError> {
    caller.must(&Permission::EnvironmentsRead, None)?;
    let environment =
        environments::find(&key).ok_or_else(|| ApiError::no_such("environment", &key))?;
    let running = read(&site, &caller).await?;
    Ok(Json(view(environment, &running, &site.platform)))
}

/// Every application's entries, by its key.
pub(crate) async fn read(
    site: &Site,
    caller: &Caller,
) -> Result<Vec<(String, Vec<EnvironmentEntry>)>, ApiError> {
    let (applications, placements) = site
        .store
        .call(|db| Ok((applications::all(db)?, Placements::all(db)?)))
        .await?;
    let entries = |key: &str| placements.entries(key, &site.platform, caller);
    Ok(applications
        .into_iter()
        .map(|application| (application.key.clone(), entries(&application.key)))
        .collect())
}

/// An environment with what runs in it.
pub(crate) fn view(
    environment: EnvironmentKey,
    running: &[(String, Vec<EnvironmentEntry>)],
    platform: &Platform,
) -> Environment {
    let here: Vec<(&String, &EnvironmentEntry)> = running
        .iter()
        .filter_map(|(key, entries)| {
            Some((
                key,
                entries
                    .iter()
                    .find(|entry| entry.environment == environment.key)?,
            ))
        })
        .collect();
    let resources = here
        .iter()
        .filter_map(|(key, entry)| resource(key, entry, platform));
    let engine = platform.engines.seen();
    Environment {
        key: environment.key.to_owned(),
        display_name: environment.display_name.to_owned(),
        production: None,
        status: status(here.iter().map(|(_, entry)| *entry)),
        applications: here.iter().map(|(key, _)| (*key).clone()).collect(),
        resources: resources
            .chain(engine.map(|engine| engine_resource(&engine, &here, platform)))
            .collect(),
        updated_at: Some(store::now()),
    }
}

/// The process of an application or its containers, as they were measured; none where none was.
fn resource(
    application: &str,
    entry: &EnvironmentEntry,
    platform: &Platform,
) -> Option<EnvironmentResource> {
    let place = Place::new(application, &entry.environment);
    let usage = platform.metrics.usage(&place, store::now())?;
    let status = match entry.health {
        HealthStatus::Healthy => EnvironmentStatus::Healthy,
        HealthStatus::Degraded => EnvironmentStatus::Degraded,
        HealthStatus::Unhealthy => EnvironmentStatus::Down,
        HealthStatus::NotKnown | HealthStatus::Unknown(_) => EnvironmentStatus::NotKnown,
    };
    Some(EnvironmentResource {
        name: application.to_owned(),
        kind: if is_container(entry) {
            "container"
        } else {
            "process"
        }
        .to_owned(),
        status,
        usage: Some(usage),
        message: entry.health_message.clone(),
    })
}

/// The engine that runs containers, with what those here use.
fn engine_resource(
    engine: &Seen,
    here: &[(&String, &EnvironmentEntry)],
    platform: &Platform,
) -> EnvironmentResource {
    let containers = here.iter().filter(|(_, entry)| is_container(entry));
    let used: Vec<ResourceUsage> = containers
        .filter_map(|(key, entry)| {
            let place = Place::new(key, &entry.environment);
            platform.metrics.usage(&place, store::now())
        })
        .collect();
    let cpu = used.iter().map(|usage| usage.cpu_percent).sum();
    let memory = used.iter().map(|usage| usage.memory_bytes).sum();
    EnvironmentResource {
        name: engine.name.clone(),
        kind: "container engine".to_owned(),
        status: match engine.answers {
            true => EnvironmentStatus::Healthy,
            false => EnvironmentStatus::Down,
        },
        usage: engine.answers.then_some(ResourceUsage {
            cpu_percent: cpu,
            memory_bytes: memory,
            memory_limit_bytes: None,
        }),
        message: Some(match engine.answers {
            true => engine.address.clone(),
            false => format!("{} does not answer: start it again", engine.address),
        }),
    }
}

fn is_container(entry: &EnvironmentEntry) -> bool {
    entry.image.as_deref().is_some_and(Image::is_container)
}

/// Healthy when all is, down when nothing is, degraded in between; unknown while nothing is known.
fn status<'a>(entries: impl Iterator<Item = &'a EnvironmentEntry>) -> EnvironmentStatus {
    let (mut well, mut unwell) = (0, 0);
    for entry in entries {
        match (&entry.status, &entry.health) {
            (ApplicationStatus::Error, _)
            | (_, HealthStatus::Unhealthy | HealthStatus::Degraded) => unwell += 1,
            (_, HealthStatus::Healthy) => well += 1,
            (_, HealthStatus::NotKnown | HealthStatus::Unknown(_)) => {}
        }
    }
    match (well, unwell) {
        (0, 0) => EnvironmentStatus::NotKnown,
        (_, 0) => EnvironmentStatus::Healthy,
        (0, _) => EnvironmentStatus::Down,
        (_, _) => EnvironmentStatus::Degraded,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{Sample, Usage};
    use crate::store::Store;
    use crate::testing;
    use serde_json::json;

    #[tokio::test]
    async fn the_engine_is_seen_with_what_its_containers_use() {
        let folder = tempfile::tempdir().unwrap();
        let (store, _) = Store::open(&folder.path().join("miso.db")).unwrap();
        let platform = testing::platform(folder.path(), &store, testing::no_command());
        let entry = |image: &str| -> EnvironmentEntry {
            let entry = json!({"environment": "dev", "status": "running", "health": "healthy", "image": image});
            serde_json::from_value(entry).unwrap()
        };
        let (own, other) = (entry("nginx:1.27"), entry("miso/hello:1.0"));
        let (a, b) = ("shop".to_owned(), "basket".to_owned());
        for (key, memory_bytes) in [(&a, 7), (&b, 5)] {
            let usage = Usage {
                cpu_percent: Some(1.5),
                memory_bytes,
                memory_limit_bytes: Some(1 << 30),
            };
            let sample = Sample {
                usage: Some(usage),
                ..Sample::default()
            };
            let place = Place::new(key, "dev");
            platform.metrics.add(&place, store::now(), &sample);
        }
        let here = [(&a, &own), (&b, &other)];
        let kinds = here.map(|(key, entry)| resource(key, entry, &platform).unwrap().kind);
        assert_eq!(kinds, ["container", "process"]);
        let mut seen = Seen {
            name: "Docker 27.3.1".to_owned(),
            address: "unix:///var/run/docker.sock".to_owned(),
            answers: true,
        };
        let engine = engine_resource(&seen, &here, &platform);
        assert_eq!(engine.name, "Docker 27.3.1");
        assert_eq!(engine.status, EnvironmentStatus::Healthy);
        let usage = engine.usage.unwrap();
        assert_eq!(
            (usage.cpu_percent, usage.memory_bytes),
            (Some(1.5), Some(7))
        );
        seen.answers = false;
        let gone = engine_resource(&seen, &here, &platform);
        assert_eq!((gone.status, gone.usage), (EnvironmentStatus::Down, None));
        assert!(gone.message.unwrap().ends_with("start it again"));
    }
}
