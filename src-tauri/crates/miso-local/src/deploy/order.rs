//! Asking for a deployment. The API and the seed come through here alike.

use std::sync::Arc;

use miso_api::{Deployment, DeploymentStatus, Event, EventKind, StepStatus};
use rusqlite::Connection;
use serde_json::Value;
use uuid::Uuid;

use super::plan::{Extras, plan};
use super::under_way::Ticket;
use super::{rollout, step};
use crate::http::envelope::ApiError;
use crate::place::Place;
use crate::sealing::Seal;
use crate::store::deployments::{self, StoredDeployment};
use crate::store::{self, Store, StoreError, applications, events};
use crate::workloads::Platform;

/// What is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) place: Place,
    /// Without one, what runs there now runs again.
    pub(crate) image: Option<String>,
    pub(crate) note: Option<String>,
    pub(crate) idempotency_key: Option<String>,
    pub(crate) requested_by: String,
}

/// Accepts a deployment and begins to roll it out. An idempotency key that was seen before gives
/// the deployment it made then.
pub(crate) async fn place_order(
    platform: &Arc<Platform>,
    store: &Store,
    order: Order,
) -> Result<StoredDeployment, ApiError> {
    place_order_with(platform, store, order, Extras::default()).await
}

/// The same with what can be asked for beside an image.
pub(crate) async fn place_order_with(
    platform: &Arc<Platform>,
    store: &Store,
    order: Order,
    extras: Extras,
) -> Result<StoredDeployment, ApiError> {
    let (new, ticket) = match accept(platform, store, order, extras).await? {
        Accepted::New(new, ticket) => (*new, ticket),
        Accepted::Replayed(earlier) => return Ok(*earlier),
    };
    let id = new.id.clone();
    platform.rollouts.spawn(rollout::roll_out(
        Arc::clone(platform),
        store.clone(),
        new,
        ticket,
    ));
    // As it is read, so that the answer has what a later read has.
    let stored = store.call(move |db| deployments::get(db, &id)).await?;
    stored.ok_or_else(|| ApiError::internal("a deployment vanished after it was accepted"))
}

/// What an order would change, without doing it.
pub(crate) async fn dry_run(
    platform: &Platform,
    store: &Store,
    order: Order,
    extras: Extras,
) -> Result<Vec<Value>, ApiError> {
    let seal = Arc::clone(platform.seal());
    store
        .call(move |db| {
            let planned = plan(db, &seal, &order, &extras);
            Ok(planned.and_then(|plan| plan.changes(&seal, &order.place.environment)))
        })
        .await?
}

/// Says that a deployment is to end; `false` where it has ended.
pub(crate) async fn cancel(platform: &Platform, store: &Store, id: &str) -> Result<bool, ApiError> {
    if platform.under_way.cancel(id) {
        return Ok(true);
    }
    // Nothing works on it, whatever its row says.
    let id = id.to_owned();
    let cancelled = store.call(move |db| deployments::cancel_forgotten(db, &id, store::now()));
    Ok(cancelled.await?)
}

/// What came of an order that was carried out.
#[derive(Debug)]
pub(crate) enum CarriedOut {
    /// It was rolled out to its end, well or not.
    Now,
    /// Its idempotency key was seen before: the deployment it made then.
    Before(Box<Deployment>),
}

/// Accepts a deployment and rolls it out to its end, well or not.
pub(crate) async fn carry_out(
    platform: &Arc<Platform>,
    store: &Store,
    order: Order,
) -> Result<CarriedOut, ApiError> {
    match accept(platform, store, order, Extras::default()).await? {
        Accepted::New(new, ticket) => {
            rollout::roll_out(Arc::clone(platform), store.clone(), *new, ticket).await;
            Ok(CarriedOut::Now)
        }
        Accepted::Replayed(earlier) => Ok(CarriedOut::Before(Box::new(earlier.deployment))),
    }
}

/// Keeps a first deployment that cannot be accepted as one that failed, with its reason.
pub(crate) async fn keep_refused(
    store: &Store,
    order: Order,
    reason: &str,
) -> Result<(), ApiError> {
    let (place, image) = (order.place.clone(), order.image.clone());
    let manifest = {
        let key = place.application.clone();
        let found = store.call(move |db| applications::get(db, &key)).await?;
        found.map(|application| application.manifest)
    };
    let now = store::now();
    let mut deployment = new_deployment(order, image, None);
    deployment.status = DeploymentStatus::Failed;
    deployment.error = Some(reason.to_owned());
    deployment.message = Some("Refused".to_owned());
    deployment.completed_at = Some(now);
    for step in &mut deployment.steps {
        step.status = StepStatus::Skipped;
    }
    let refused = StoredDeployment {
        deployment,
        manifest: manifest.unwrap_or_default(),
    };
    Ok(store
        .call(move |db| deployments::insert_ended(db, &refused))
        .await?)
}

enum Accepted {
    New(Box<Deployment>, Ticket),
    Replayed(Box<StoredDeployment>),
}

async fn accept(
    platform: &Platform,
    store: &Store,
    order: Order,
    extras: Extras,
) -> Result<Accepted, ApiError> {
    let id = Uuid::new_v4().to_string();
    let ticket = platform.under_way.begin(&id, &order.place.application);
    let seal = Arc::clone(platform.seal());
    let written = store.call(move |db| Ok(write(db, &seal, &id, order, &extras)));
    Ok(match written.await?? {
        Written::New(new) => Accepted::New(new, ticket),
        Written::Replayed(earlier) => Accepted::Replayed(earlier),
    })
}

enum Written {
    New(Box<Deployment>),
    Replayed(Box<StoredDeployment>),
}

/// Checks and writes an order in one transaction, so that only one caller can win.
fn write(
    db: &mut Connection,
    seal: &Seal,
    id: &str,
    order: Order,
    extras: &Extras,
) -> Result<Written, ApiError> {
    let change = db.transaction().map_err(StoreError::from)?;
    if let Some(key) = &order.idempotency_key {
        let (by, application) = (&order.requested_by, &order.place.application);
        let earlier = deployments::replayed(&change, by, application, key)?;
        if let Some(earlier) = earlier {
            return Ok(Written::Replayed(Box::new(earlier)));
        }
    }
    let place = order.place.clone();
    let by = order.requested_by.clone();
    let plan = plan(&change, seal, &order, extras)?;
    if let Some(other) = deployments::under_way(&change, &place)? {
        return Err(ApiError::conflict(format!(
            "A deployment of {place} is under way: {other}."
        )));
    }
    if let Some((application, document)) = plan.changed {
        applications::save_document(&change, application, document)?;
        let (there, what) = match extras.manifest {
            Some(_) => (None, "The application".to_owned()),
            None => {
                let there = place.environment.as_str();
                (Some(there), format!("The configuration of {there}"))
            }
        };
        let event = Event {
            at: store::now(),
            kind: EventKind::Configuration,
            by: Some(by),
            summary: format!("{what} was changed by a deployment."),
            reference: Some(id.to_owned()),
        };
        events::note(&change, &place.application, there, &event)?;
    }
    let deployment = Deployment {
        id: id.to_owned(),
        rollback_of: plan.rollback_of,
        promoted_from: plan.promoted_from,
        ..new_deployment(order, Some(plan.image), plan.runs)
    };
    let new = StoredDeployment {
        deployment,
        manifest: plan.snapshot.manifest,
    };
    deployments::insert(&change, &new, &plan.snapshot.secrets)?;
    change.commit().map_err(StoreError::from)?;
    Ok(Written::New(Box::new(new.deployment)))
}

/// A deployment that was just asked for.
fn new_deployment(
    order: Order,
    image: Option<String>,
    previous_image: Option<String>,
) -> Deployment {
    let steps = step::pending(image.as_deref());
    Deployment {
        id: Uuid::new_v4().to_string(),
        application_key: order.place.application,
        environment: order.place.environment,
        image,
        previous_image,
        status: DeploymentStatus::Pending,
        progress: Some(0),
        message: Some("Accepted".to_owned()),
        error: None,
        note: order.note,
        requested_by: Some(order.requested_by),
        created_at: Some(store::now()),
        started_at: None,
        completed_at: None,
        rollback_of: None,
        promoted_from: None,
        idempotency_key: order.idempotency_key,
        steps,
        configuration: Vec::new(),
    }
}
