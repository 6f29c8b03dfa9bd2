//! Environments (API-V1.md §3.2). They are those of the instance and cannot be changed.

use axum::Json;
use axum::extract::State;
use miso_api::EnvironmentStatus;
use serde_json::{Map, Value, json};

use super::extract::Env;
use super::form::single;
use super::lists::Listed;
use super::names::{self, Environment};
use super::principal::Principal;
use super::rights;
use super::statuses;
use crate::api::environments as documented;
use crate::http::envelope::ApiError;
use crate::http::query::Query;
use crate::site::{Shared, Site};
use crate::store::deployments::{self, Filter};
use crate::store::{self};

const LISTED: Listed<'_> = Listed {
    kind: "environment",
    path: "/api/v1/environments",
    searched: &["key"],
    sorted: &["key", "environment", "status"],
    asked: &["environment", "status"],
};

/// `GET /environments`
pub(super) async fn list(
    State(site): State<Shared>,
    whose: Principal,
    query: Query,
) -> Result<Json<Value>, ApiError> {
    whose.must("environments:read", None, None)?;
    let mut rows = Vec::new();
    for environment in names::ALL {
        rows.push(body(environment, &known(&site, &whose, environment).await?));
    }
    LISTED.page(&query, rows)
}

/// `GET /environments/{envKey}`
pub(super) async fn get(
    State(site): State<Shared>,
    whose: Principal,
    Env(environment): Env,
) -> Result<Json<Value>, ApiError> {
    whose.must("environments:read", None, Some(environment))?;
    let known = known(&site, &whose, environment).await?;
    Ok(single(body(environment, &known)))
}

/// `GET /environments/{envKey}/status`. What runs on one's own machine costs nothing.
pub(super) async fn status(
    State(site): State<Shared>,
    whose: Principal,
    Env(environment): Env,
) -> Result<Json<Value>, ApiError> {
    whose.must("environments:read", None, Some(environment))?;
    let known = known(&site, &whose, environment).await?;
    let last = match environment.key {
        Some(key) => last_deployment(&site, key).await?,
        None => None,
    };
    let all = names::ALL.iter().chain([&names::MISO]);
    let number = all.take_while(|known| **known != environment).count() + 1;
    Ok(single(json!({
        "id": number,
        "environmentId": environment.name,
        "status": known.status,
        "services": known.services,
        "resourceCount": known.services.len(),
        "costMonthly": 0,
        "costCurrency": "EUR",
        "lastDeployment": last,
        "healthCheckAt": store::now(),
    })))
}

/// `GET /environments/{envKey}/roles`: which group has which role.
pub(super) async fn roles(
    whose: Principal,
    Env(environment): Env,
) -> Result<Json<Value>, ApiError> {
    whose.must("environments:read", None, Some(environment))?;
    let roles = rights::ROLES.map(|(value, name, group)| {
        let id = format!("{}-{value}", environment.name);
        json!({
            "name": name,
            "value": value,
            "description": null,
            "mappings": [{
                "id": format!("{id}-{group}"),
                "groupName": group,
                "groupId": null,
                "isActive": true,
            }],
            "id": id,
        })
    });
    Ok(single(json!(roles)))
}

/// What is known of an environment.
struct Known {
    status: &'static str,
    services: Map<String, Value>,
}

async fn known(
    site: &Site,
    whose: &Principal,
    environment: Environment,
) -> Result<Known, ApiError> {
    let own = environment.key.and_then(crate::environments::find);
    let Some(own) = own else {
        return Ok(Known {
            status: statuses::of_environment(&EnvironmentStatus::NotKnown),
            services: Map::new(),
        });
    };
    let running = documented::read(site, &whose.caller).await?;
    let view = documented::view(own, &running, &site.platform);
    let services = view.resources.into_iter().map(|resource| {
        let service = json!({
            "kind": resource.kind,
            "status": statuses::of_environment(&resource.status),
            "usage": resource.usage,
            "message": resource.message,
        });
        (resource.name, service)
    });
    Ok(Known {
        status: statuses::of_environment(&view.status),
        services: services.collect(),
    })
}

fn body(environment: Environment, known: &Known) -> Value {
    json!({
        "id": environment.name,
        "key": environment.name,
        "environment": environment.name,
        "configuration": {
            "key": environment.name,
            "environment": environment.name,
            "preset": "s",
            "serviceName": "miso-local",
            "location": "local",
        },
        "status": known.status,
        "createdAt": null,
        "updatedAt": store::now(),
    })
}

async fn last_deployment(site: &Site, key: &'static str) -> Result<Option<Value>, ApiError> {
    let newest = Filter {
        environment: Some(key.to_owned()),
        backwards: true,
        ..Filter::default()
    };
    let (found, _) = site
        .store
        .call(move |db| deployments::list(db, &newest, 0, 1))
        .await?;
    Ok(found.first().map(|deployment| json!(deployment.created_at)))
}
