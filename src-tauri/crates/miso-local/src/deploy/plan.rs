//! What a deployment would do: which image it runs, with which manifest and configuration, and what
//! it changes in the application's own (API.md, "Deployments").
//!
//! What a deployment brings along for its environment is the environment's configuration from its
//! acceptance on, as after a `PUT` of it: it stays when the deployment fails. So does a manifest
//! that it brings along.

use miso_api::{ApplicationType, ErrorDetail};
use rusqlite::Connection;
use serde_json::{Map, Value, json};

use super::Order;
use super::manifest::NewManifest;
use crate::configuration::is_secret;
use crate::document::{Document, Wish};
use crate::http::envelope::ApiError;
use crate::http::query;
use crate::place::Place;
use crate::sealing::Seal;
use crate::store::applications::{self, StoredApplication};
use crate::store::{deployments, placements};

/// What a deployment can ask for beside an image.
#[derive(Clone, Default)]
pub(crate) struct Extras {
    /// A manifest that becomes the application's own.
    pub(crate) manifest: Option<NewManifest>,
    /// Items that change what they name.
    pub(crate) configuration: Vec<Map<String, Value>>,
    pub(crate) from: Option<Origin>,
}

/// Another deployment that this one repeats.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    pub(crate) deployment: String,
    pub(crate) kind: Repeat,
}

/// How another deployment is repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// In the same environment, as it was.
    Rollback,
    /// In another environment, which keeps its own values.
    Promotion,
}

/// What a deployment would do.
pub(crate) struct Plan {
    pub(crate) image: String,
    /// The image that runs there.
    pub(crate) runs: Option<String>,
    /// What it is made with.
    pub(crate) snapshot: Document,
    /// The application with what the deployment changes in it; `None` where that is nothing.
    pub(crate) changed: Option<(StoredApplication, Document)>,
    pub(crate) rollback_of: Option<String>,
    pub(crate) promoted_from: Option<String>,
    /// What runs there was made with that.
    running: Option<Document>,
}

/// Works out what an order would do; nothing is written.
pub(crate) fn plan(
    db: &Connection,
    seal: &Seal,
    order: &Order,
    extras: &Extras,
) -> Result<Plan, ApiError> {
    let Place {
        application: key,
        environment,
    } = &order.place;
    let Some((stored, before)) = applications::with_document(db, key)? else {
        return Err(ApiError::no_such("application", key));
    };
    let mut document = match &extras.manifest {
        Some(new) => new.over(seal, &before)?,
        None => before.clone(),
    };
    if document.manifest.get("type").and_then(Value::as_str)
        == Some(ApplicationType::External.as_str())
    {
        return Err(ApiError::conflict(
            "An external application runs elsewhere and is not deployed here.",
        ));
    }
    let runs = placements::get(db, &order.place)?
        .filter(|placement| placement.wanted)
        .and_then(|placement| placement.image);
    let running = match (&runs, deployments::last_completed(db, &order.place)?) {
        (Some(_), Some(id)) => deployments::document(db, &id)?,
        (_, _) => None,
    };
    let origin = extras
        .from
        .as_ref()
        .map(|from| origin(db, order, from))
        .transpose()?;
    let mut snapshot = match &origin {
        None => document.clone(),
        Some(origin) => {
            let wishes = match origin.kind {
                Repeat::Rollback => origin.document.wishes(seal, environment)?,
                Repeat::Promotion => promoted(seal, origin, &document, environment)?,
            };
            document.replace(seal, Some(environment), wishes.clone())?;
            let mut snapshot = origin.document.clone();
            if origin.kind == Repeat::Promotion {
                keep_own_fields(&mut snapshot, running.as_ref().unwrap_or(&before));
            }
            snapshot.replace(seal, Some(environment), wishes)?;
            snapshot
        }
    };
    if !extras.configuration.is_empty() {
        let wishes = with_changes(snapshot.wishes(seal, environment)?, &extras.configuration)?;
        document.replace(seal, Some(environment), wishes.clone())?;
        snapshot.replace(seal, Some(environment), wishes)?;
    }
    let (rollback_of, promoted_from) = match &extras.from {
        None => (None, None),
        Some(from) => match from.kind {
            Repeat::Rollback => (Some(from.deployment.clone()), None),
            Repeat::Promotion => (None, Some(from.deployment.clone())),
        },
    };
    let image = match origin {
        Some(origin) => Some(origin.image),
        None => order.image.clone().or_else(|| runs.clone()),
    };
    let image = image.ok_or_else(|| {
        let message =
            format!("is required: nothing runs in {environment} that could be started again");
        ApiError::field("image", message)
    })?;
    let is_changed = !document.is_same(&before);
    Ok(Plan {
        image,
        runs,
        snapshot,
        changed: is_changed.then_some((stored, document)),
        rollback_of,
        promoted_from,
        running,
    })
}

impl Plan {
    /// What would be different from what runs there now, secrets masked.
    pub(crate) fn changes(&self, seal: &Seal, environment: &str) -> Result<Vec<Value>, ApiError> {
        let mut changes = Vec::new();
        let image = json!(self.image);
        let runs = json!(self.runs);
        compare("image", &runs, &image, &mut changes);
        let nothing = Document {
            application: self.snapshot.application.clone(),
            manifest: Map::new(),
            secrets: Vec::new(),
        };
        let running = self.running.as_ref().unwrap_or(&nothing);
        let (before, after) = (plain(&running.manifest), plain(&self.snapshot.manifest));
        // Where nothing runs, all is new, and the manifest is known already.
        if self.running.is_some() {
            compare("", &before, &after, &mut changes);
        }
        let before = running.items(Some(environment));
        let after = self.snapshot.items(Some(environment));
        for item in &after {
            let known = before.iter().find(|known| known.name() == item.name());
            let is_same = match known {
                Some(known) => {
                    known.item == item.item
                        && running.value(seal, known)? == self.snapshot.value(seal, item)?
                }
                None => false,
            };
            if !is_same {
                changes.push(json!({
                    "path": format!("configuration.{}", item.name()),
                    "before": known.map(|known| &known.item),
                    "after": item.item,
                }));
            }
        }
        for gone in before
            .iter()
            .filter(|known| !after.iter().any(|item| item.name() == known.name()))
        {
            changes.push(json!({
                "path": format!("configuration.{}", gone.name()),
                "before": gone.item,
                "after": null,
            }));
        }
        Ok(changes)
    }
}

/// The deployment that is repeated.
struct Found {
    image: String,
    environment: String,
    document: Document,
    kind: Repeat,
}

fn origin(db: &Connection, order: &Order, from: &Origin) -> Result<Found, ApiError> {
    let field = "from.deploymentId";
    let place = &order.place;
    let found = deployments::get(db, &from.deployment)?
        .map(|found| found.deployment)
        .filter(|found| found.application_key == place.application);
    let (Some(found), Some(document)) = (found, deployments::document(db, &from.deployment)?)
    else {
        let message = format!("is no deployment of {}", place.application);
        return Err(ApiError::field(field, message));
    };
    let Some(image) = found
        .image
        .filter(|_| found.status == miso_api::DeploymentStatus::Completed)
    else {
        return Err(ApiError::field(field, "did not complete: it never ran"));
    };
    let stays = found.environment == place.environment;
    match from.kind {
        Repeat::Rollback if !stays => {
            let message = format!(
                "a rollback stays in its environment, and that one was in {}",
                found.environment
            );
            return Err(ApiError::field("from.as", message));
        }
        Repeat::Promotion if stays => {
            let message = format!(
                "a promotion goes to another environment, and that one was in {}",
                found.environment
            );
            return Err(ApiError::field("from.as", message));
        }
        Repeat::Rollback | Repeat::Promotion => {}
    }
    if order.image.as_ref().is_some_and(|asked| *asked != image) {
        let message = format!("is another than that of the deployment, which is {image}");
        return Err(ApiError::field("image", message));
    }
    Ok(Found {
        image,
        environment: found.environment,
        document,
        kind: from.kind,
    })
}

/// The list of the deployment that is promoted, with the target's own values.
fn promoted(
    seal: &Seal,
    origin: &Found,
    target: &Document,
    environment: &str,
) -> Result<Vec<Wish>, ApiError> {
    let own = target.wishes(seal, environment)?;
    let arriving = origin.document.wishes(seal, &origin.environment)?;
    let arrive = |mut wish: Wish| {
        if let Some(known) = own
            .iter()
            .find(|known| name(&known.item) == name(&wish.item))
        {
            return known.clone();
        }
        if is_secret(&wish.item) {
            wish.item.insert("value".to_owned(), Value::Null);
        }
        wish
    };
    Ok(arriving.into_iter().map(arrive).collect())
}

/// Fields that differ by right between environments (APP-MANIFEST.md).
const OWN_FIELDS: [(&str, &str); 3] = [
    ("authentication", "endpoints"),
    ("healthCheck", "interval"),
    ("healthCheck", "probeIntervalInSeconds"),
];

fn keep_own_fields(snapshot: &mut Document, target: &Document) {
    for (object, field) in OWN_FIELDS {
        let own = target
            .manifest
            .get(object)
            .and_then(|object| object.get(field));
        match (own, snapshot.manifest.get_mut(object)) {
            (Some(own), Some(Value::Object(fields))) => {
                fields.insert(field.to_owned(), own.clone());
            }
            (Some(own), None) => {
                let fields = json!({ field: own });
                snapshot.manifest.insert(object.to_owned(), fields);
            }
            (None, Some(Value::Object(fields))) => {
                fields.shift_remove(field);
            }
            (_, _) => {}
        }
    }
}

/// The items with changes on top, each changing only what it names.
fn with_changes(
    mut wishes: Vec<Wish>,
    changes: &[Map<String, Value>],
) -> Result<Vec<Wish>, ApiError> {
    let mut merged = Vec::new();
    for change in changes {
        let known = wishes.iter().find(|wish| name(&wish.item) == name(change));
        let mut item = match known {
            Some(known) => known.item.clone(),
            None => {
                let item = json!({"location": "variable", "required": false});
                item.as_object().cloned().unwrap_or_default()
            }
        };
        let was_secret = is_secret(&item);
        for (field, value) in change {
            // A secret reads as null, and what was read can be sent back.
            if field != "value" || !value.is_null() || !was_secret {
                item.insert(field.clone(), value.clone());
            }
        }
        let given = change.get("value").is_some_and(Value::is_string);
        if was_secret && !is_secret(&item) && !given {
            // Else a secret would become readable by being called something else.
            item.shift_remove("value");
        }
        merged.push(item);
    }
    query::refuse(item_faults(&merged, "configuration"))?;
    for item in merged {
        match wishes
            .iter_mut()
            .find(|wish| name(&wish.item) == name(&item))
        {
            Some(known) => known.item = item,
            None => wishes.push(Wish { item, keeps: false }),
        }
    }
    Ok(wishes)
}

/// What is wrong with a list of items, by the manifest's own rules; `field` is what the list is
/// called.
pub(crate) fn item_faults(items: &[Map<String, Value>], field: &str) -> Vec<ErrorDetail> {
    let list = items.iter().cloned().map(Value::Object).collect();
    miso_api::manifest::item_violations(&list, field)
        .into_iter()
        .map(|violation| ErrorDetail {
            message: violation.to_string(),
            field: violation.field,
        })
        .collect()
}

fn name(item: &Map<String, Value>) -> &str {
    item.get("name").and_then(Value::as_str).unwrap_or_default()
}

/// A manifest without what is compared by itself, and without what shows at once.
fn plain(manifest: &Map<String, Value>) -> Value {
    let mut plain = manifest.clone();
    for field in [
        "image",
        "configuration",
        "environments",
        "displayName",
        "description",
    ] {
        plain.shift_remove(field);
    }
    Value::Object(plain)
}

fn compare(path: &str, before: &Value, after: &Value, changes: &mut Vec<Value>) {
    if before == after {
        return;
    }
    if let (Value::Object(old), Value::Object(new)) = (before, after) {
        let fields = old
            .keys()
            .chain(new.keys().filter(|field| !old.contains_key(*field)));
        for field in fields {
            let path = if path.is_empty() {
                field.clone()
            } else {
                format!("{path}.{field}")
            };
            compare(
                &path,
                old.get(field).unwrap_or(&Value::Null),
                new.get(field).unwrap_or(&Value::Null),
                changes,
            );
        }
        return;
    }
    changes.push(json!({"path": path, "before": before, "after": after}));
}
