//! Filling a new instance, through the same functions as the API. Nothing is dated back: what the
//! history says happened, did.

mod demo;
mod many;

use futures_util::{StreamExt, stream};
use miso_api::is_production;
use rusqlite::Connection;

use crate::Seed;
use crate::api::create_application;
use crate::deploy::{CUT_SHORT, CarriedOut, Order, carry_out};
use crate::environments;
use crate::http::envelope::ApiError;
use crate::place::Place;
use crate::site::Site;
use crate::store::{StoreError, applications, deployments, progress};
use demo::Planned;

/// How many applications are deployed at a time.
const AT_A_TIME: usize = 4;
/// The fact that says the seed is done; what is deleted afterwards stays deleted.
const SEEDED: &str = "seeded";
/// What the idempotency key of each of the seed's deployments begins with.
const KEY: &str = "seed";

/// Whether the instance was filled, at this start or before.
pub(crate) fn is_done(db: &Connection) -> Result<bool, StoreError> {
    Ok(progress::get(db, SEEDED)?.is_some())
}

/// Fills a new instance. What an earlier start began is carried on.
pub(crate) async fn fill(site: &Site, seed: Seed) {
    if let Err(error) = try_fill(site, seed).await {
        tracing::error!(%error, "the instance could not be filled; the next start goes on");
    }
}

async fn try_fill(site: &Site, seed: Seed) -> Result<(), StoreError> {
    if site.store.call(|db| is_done(db)).await? {
        return Ok(());
    }
    let (name, planned) = match seed {
        Seed::Demo => ("demo", demo::TEAM),
        Seed::Empty => ("empty", [].as_slice()),
        Seed::Many(count) => {
            many::create(&site.store, count).await?;
            ("many", [].as_slice())
        }
    };
    let mut ours = Vec::new();
    for application in planned {
        if create(site, application).await? {
            ours.push(application);
        }
    }
    // Each through its environments in order, as versions really move on.
    stream::iter(ours)
        .for_each_concurrent(AT_A_TIME, |application| async move {
            for environment in environments::ALL {
                let place = Place::new(application.key, environment.key);
                for image in application.images(environment.key) {
                    if let Err(error) = deploy(site, &place, image).await {
                        tracing::warn!(?error, %place, "a demo deployment was not accepted");
                    }
                }
            }
        })
        .await;
    site.store
        .call(move |db| progress::set(db, SEEDED, name))
        .await
}

/// Creates an application and says whether it is the demo's: somebody may have been quicker with
/// another of that key, which is left alone.
async fn create(site: &Site, application: &Planned) -> Result<bool, StoreError> {
    let key = application.key;
    let manifest = application.manifest();
    let known = site.store.call(move |db| applications::get(db, key));
    if let Some(known) = known.await? {
        return Ok(known.manifest == manifest);
    }
    let created = create_application(&site.store, &site.seal, manifest, environments::FIRST).await;
    if let Err(error) = &created {
        tracing::error!(?error, key, "a demo application could not be created");
    }
    Ok(created.is_ok())
}

/// Deploys a version and waits until that has ended, one way or the other. What an instance that
/// was stopped cut short is deployed again; where somebody deployed since, nothing is.
async fn deploy(site: &Site, place: &Place, image: String) -> Result<(), ApiError> {
    let by = if is_production(&place.environment) {
        "aino.laine"
    } else {
        "mikko.saari"
    };
    let first = format!("{KEY} {} {image}", place.environment);
    for attempt in 1.. {
        let at = place.clone();
        let newest = site
            .store
            .call(move |db| deployments::newest_order(db, &at))
            .await?;
        let is_ours = |(who, key): (String, Option<String>)| {
            who == by && key.is_some_and(|key| key.starts_with(KEY))
        };
        if !newest.is_none_or(is_ours) {
            return Ok(());
        }
        let key = match attempt {
            1 => first.clone(),
            again => format!("{first} {again}"),
        };
        let order = Order {
            place: place.clone(),
            // A second start finds what the first one did.
            idempotency_key: Some(key),
            image: Some(image.clone()),
            note: None,
            requested_by: by.to_owned(),
        };
        match carry_out(&site.platform, &site.store, order).await? {
            CarriedOut::Before(earlier) if earlier.error.as_deref() == Some(CUT_SHORT) => {}
            CarriedOut::Before(_) | CarriedOut::Now => return Ok(()),
        }
    }
    Ok(())
}

#[cfg(test)]
#[path = "seed_tests.rs"]
mod tests;
