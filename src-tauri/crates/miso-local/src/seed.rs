//! Filling a new instance, through the same functions as the API. Nothing is dated back: what the
//! history says happened, did.

mod demo;

use futures_util::{StreamExt, stream};
use miso_api::is_production;

use crate::Seed;
use crate::api::create_application;
use crate::deploy::{Order, carry_out};
use crate::environments;
use crate::place::Place;
use crate::site::Site;
use crate::store::{StoreError, applications, progress};
use demo::Planned;

/// How many applications are deployed at a time.
const AT_A_TIME: usize = 4;
/// The fact that says the seed is done; what is deleted afterwards stays deleted.
const SEEDED: &str = "seeded";

/// Fills a new instance. What an earlier start began is carried on.
pub(crate) async fn fill(site: &Site, seed: Seed) {
    if let Err(error) = try_fill(site, seed).await {
        tracing::error!(%error, "the instance could not be filled; the next start goes on");
    }
}

async fn try_fill(site: &Site, seed: Seed) -> Result<(), StoreError> {
    if site
        .store
        .call(|db| progress::get(db, SEEDED))
        .await?
        .is_some()
    {
        return Ok(());
    }
    let (name, planned) = match seed {
        Seed::Demo => ("demo", demo::TEAM),
        Seed::Empty => ("empty", [].as_slice()),
    };
    for application in planned {
        create(site, application).await?;
    }
    // Each through its environments in order, as versions really move on.
    stream::iter(planned)
        .for_each_concurrent(AT_A_TIME, |application| async move {
            for environment in environments::ALL {
                for image in application.images(environment.key) {
                    deploy(site, application, environment.key, image).await;
                }
            }
        })
        .await;
    site.store
        .call(move |db| progress::set(db, SEEDED, name))
        .await
}

async fn create(site: &Site, application: &Planned) -> Result<(), StoreError> {
    let key = application.key;
    if site
        .store
        .call(move |db| applications::get(db, key))
        .await?
        .is_some()
    {
        return Ok(());
    }
    let manifest = application.manifest();
    if let Err(error) =
        create_application(&site.store, &site.seal, manifest, environments::FIRST).await
    {
        tracing::error!(?error, key, "a demo application could not be created");
    }
    Ok(())
}

/// Deploys a version and waits until that has ended, one way or the other.
async fn deploy(site: &Site, application: &Planned, environment: &str, image: String) {
    let place = Place::new(application.key, environment);
    let by = if is_production(environment) {
        "aino.laine"
    } else {
        "mikko.saari"
    };
    let order = Order {
        place: place.clone(),
        // A second start finds what the first one did.
        idempotency_key: Some(format!("seed {environment} {image}")),
        image: Some(image),
        note: None,
        requested_by: by.to_owned(),
    };
    if let Err(error) = carry_out(&site.platform, &site.store, order).await {
        tracing::warn!(?error, %place, "a demo deployment was not accepted");
    }
}
