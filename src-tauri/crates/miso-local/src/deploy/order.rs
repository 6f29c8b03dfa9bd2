//! Asking for a deployment. The API and the seed come through here alike.

use std::sync::Arc;

use miso_api::{ApplicationType, Deployment, DeploymentStatus, DeploymentStep, StepStatus};
use serde_json::Value;
use uuid::Uuid;

use super::rollout;
use crate::http::envelope::ApiError;
use crate::place::Place;
use crate::store::deployments::{self, Inserted, StoredDeployment};
use crate::store::{self, Store, applications, placements};
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
    let new = match accept(store, order).await? {
        Accepted::New(new) => *new,
        Accepted::Replayed(earlier) => return Ok(*earlier),
    };
    let id = new.deployment.id.clone();
    platform.rollouts.spawn(rollout::roll_out(
        Arc::clone(platform),
        store.clone(),
        new.deployment,
    ));
    // As it is read, so that the answer has what a later read has.
    let stored = store.call(move |db| deployments::get(db, &id)).await?;
    stored.ok_or_else(|| ApiError::internal("a deployment vanished after it was accepted"))
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
    match accept(store, order).await? {
        Accepted::New(new) => {
            rollout::roll_out(Arc::clone(platform), store.clone(), new.deployment).await;
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
        found.map(|application| Value::Object(application.manifest))
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
        manifest: manifest.unwrap_or(Value::Null),
    };
    Ok(store
        .call(move |db| deployments::insert_ended(db, &refused))
        .await?)
}

enum Accepted {
    New(Box<StoredDeployment>),
    Replayed(Box<StoredDeployment>),
}

async fn accept(store: &Store, order: Order) -> Result<Accepted, ApiError> {
    let place = order.place.clone();
    let (application, placement) = store
        .call(move |db| {
            Ok((
                applications::get(db, &place.application)?,
                placements::get(db, &place)?,
            ))
        })
        .await?;
    let Some(application) = application else {
        return Err(ApiError::no_such("application", &order.place.application));
    };
    if application.manifest.get("type").and_then(Value::as_str)
        == Some(ApplicationType::External.as_str())
    {
        return Err(ApiError::conflict(
            "An external application runs elsewhere and is not deployed here.",
        ));
    }
    let runs = placement
        .filter(|placement| placement.wanted)
        .and_then(|placement| placement.image);
    let Some(image) = order.image.clone().or_else(|| runs.clone()) else {
        return Err(ApiError::field(
            "image",
            format!(
                "is required: nothing runs in {} that could be started again",
                order.place.environment
            ),
        ));
    };
    let place = order.place.clone();
    let new = StoredDeployment {
        deployment: new_deployment(order, Some(image), runs),
        manifest: Value::Object(application.manifest),
    };
    let stored = new.clone();
    match store
        .call(move |db| deployments::insert(db, &stored))
        .await?
    {
        Inserted::New => Ok(Accepted::New(Box::new(new))),
        Inserted::Replayed(earlier) => Ok(Accepted::Replayed(earlier)),
        Inserted::Busy(other) => Err(ApiError::conflict(format!(
            "A deployment of {place} is under way: {other}."
        ))),
    }
}

/// A deployment that was just asked for.
fn new_deployment(
    order: Order,
    image: Option<String>,
    previous_image: Option<String>,
) -> Deployment {
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
        steps: rollout::STEPS.iter().map(|name| pending(name)).collect(),
        configuration: Vec::new(),
    }
}

fn pending(name: &str) -> DeploymentStep {
    DeploymentStep {
        name: name.to_owned(),
        status: StepStatus::Pending,
        started_at: None,
        completed_at: None,
        message: None,
    }
}
