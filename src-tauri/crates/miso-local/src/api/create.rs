//! Creating an application. The API and the seed come through here alike.

use miso_api::{ApplicationType, ErrorDetail, manifest};
use serde_json::{Map, Value};

use crate::configuration;
use crate::http::envelope::ApiError;
use crate::http::query;
use crate::sealing::Seal;
use crate::store::applications::{self, StoredApplication};
use crate::store::{self, Store};

/// What came of it.
pub(crate) struct Creation {
    pub(crate) application: StoredApplication,
    /// What a first deployment runs: the image for the first environment, where there is one.
    pub(crate) first_image: Option<String>,
}

/// Checks a manifest by the platform's rules and stores it, its secrets sealed.
pub(crate) async fn create_application(
    store: &Store,
    seal: &Seal,
    sent: Map<String, Value>,
    first: &str,
) -> Result<Creation, ApiError> {
    // As it was sent: what is wrong in a field that is not kept is wrong all the same.
    let wrong = manifest::violations(&Value::Object(sent.clone()))
        .into_iter()
        .map(|violation| ErrorDetail {
            field: violation.field.clone(),
            message: violation.to_string(),
        });
    query::refuse(wrong.collect())?;
    let mut sent = manifest::without_absent(manifest::without_read_only(sent));
    let checked = Value::Object(sent.clone());
    let Some(key) = checked["key"].as_str().map(str::to_owned) else {
        return Err(ApiError::field("key", "is required"));
    };
    let secrets = configuration::take_secrets(&mut sent);
    let sealed = secrets
        .iter()
        .map(|secret| seal.seal(&key, secret))
        .collect::<Result<Vec<_>, _>>()?;
    // What runs elsewhere is not deployed here, whatever image it names.
    let external = checked["type"] == ApplicationType::External.as_str();
    let first_image = checked["environments"][first]["image"]
        .as_str()
        .or_else(|| checked["image"].as_str())
        .filter(|_| !external);
    let now = store::now();
    let application = StoredApplication {
        key: key.clone(),
        manifest: sent,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    let stored = application.clone();
    if !store
        .call(move |db| applications::insert(db, &stored, &sealed))
        .await?
    {
        return Err(ApiError::conflict(format!("The key \"{key}\" is taken.")));
    }
    Ok(Creation {
        application,
        first_image: first_image.map(str::to_owned),
    })
}
