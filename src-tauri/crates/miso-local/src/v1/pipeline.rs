//! Deploying in two steps (API-V1.md §3.5): a manifest is found valid, and its one-time token is
//! deployed.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use chrono::Utc;
use http::StatusCode;
use miso_api::{ApplicationType, Deployment, ErrorDetail};
use serde_json::{Map, Value, json};
use tokio::sync::Mutex;
use uuid::Uuid;

use super::auth::{moment, text};
use super::clients;
use super::deployments::there;
use super::drafts::{Draft, Fate};
use super::extract::{Env, Id, Sent};
use super::form::single;
use super::principal::{Perhaps, Principal, of_place};
use super::registering::own_key;
use super::statuses;
use crate::api::deployments::{detail, find, image_faults, items, must_exist};
use crate::api::update::checked;
use crate::deploy::{Extras, NewManifest, Order, dry_run, item_faults, mark_for, place_order_with};
use crate::http::envelope::ApiError;
use crate::http::query;
use crate::oidc::token::forbid_keeping;
use crate::place::Place;
use crate::random;
use crate::site::{Shared, Site};
use crate::store::applications;
use crate::store::deployments::StoredDeployment;

const DEPLOY: &str = "applications:deploy";
/// The tag where neither the request nor the manifest names one.
const LATEST: &str = "latest";

/// `POST /pipeline/{envKey}/validate`. Some clients sign in by the body alone.
pub(super) async fn validate(
    State(site): State<Shared>,
    Env(environment): Env,
    Perhaps(caller): Perhaps,
    Sent(body): Sent,
) -> Result<Response, ApiError> {
    let whose = who(&site, caller, &body).await?;
    let client =
        text(&body, "clientId").ok_or_else(|| ApiError::field("clientId", "is required"))?;
    let key =
        clients::place_of(client).map_or_else(|| client.to_owned(), |place| place.application);
    whose.must(DEPLOY, Some(&key), Some(environment))?;
    let Some(Value::Object(manifest)) = body.get("applicationConfig") else {
        return Err(ApiError::field(
            "applicationConfig",
            "is required, an object",
        ));
    };
    let place = Place::new(&key, own_key(environment)?);
    let repository = text(&body, "repositoryUrl");
    let (image, fate) = match valid(&site, &key, manifest, repository).await? {
        Ok(valid) => valid,
        Err(errors) => return Ok(validation(None, None, None, &errors)),
    };
    let token = format!("{}{}", random::token()?, random::token()?);
    let draft = Draft {
        place,
        image,
        by: whose,
        made: Utc::now(),
        fate: Arc::new(Mutex::new(fate)),
    };
    let until = site.drafts.keep(&token, draft);
    let id = Uuid::new_v4().to_string();
    Ok(validation(
        Some(&token),
        Some(&id),
        Some(moment(until)),
        &[],
    ))
}

/// `POST /pipeline/{envKey}/deploy`. The token says who had it validated, for clients that send
/// nothing else. Sent again, it gives the deployment that it became: clients repeat the call when an
/// answer is lost.
pub(super) async fn deploy(
    State(site): State<Shared>,
    Env(environment): Env,
    Perhaps(caller): Perhaps,
    Sent(body): Sent,
) -> Result<Response, ApiError> {
    let unknown = || ApiError::field("validateToken", "does not count, or not any more");
    let token = text(&body, "validateToken")
        .ok_or_else(|| ApiError::field("validateToken", "is required"))?;
    let draft = site.drafts.find(token, Utc::now()).ok_or_else(unknown)?;
    if environment.key != Some(draft.place.environment.as_str()) {
        return Err(unknown());
    }
    let whose = caller.unwrap_or_else(|| draft.by.clone());
    let key = draft.place.application.clone();
    whose.must(DEPLOY, Some(&key), Some(environment))?;
    let image = with_tag(&draft.image, text(&body, "imageTag"));
    // It goes on to its end, whether or not the caller waits for it: what was ordered is noted.
    let deployed = tokio::spawn(become_deployment(Arc::clone(&site), draft, image, whose));
    let deployed = deployed.await.map_err(ApiError::internal)??;
    Ok(accepted(&site, &deployed))
}

/// Deploys a draft once. The manifest becomes the application's own with the deployment or not at
/// all; a draft that is refused waits on.
async fn become_deployment(
    site: Shared,
    draft: Draft,
    image: String,
    whose: Principal,
) -> Result<StoredDeployment, ApiError> {
    let mut fate = draft.fate.lock().await;
    let (manifest, mark) = match &*fate {
        Fate::Became(id) => return find(&site, id).await,
        Fate::Waits { manifest, mark } => (manifest.clone(), mark.clone()),
    };
    query::refuse(image_faults(&image))?;
    let order = Order {
        place: draft.place.clone(),
        image: Some(image),
        note: None,
        idempotency_key: None,
        requested_by: whose.caller.username.clone(),
    };
    let extras = Extras {
        manifest: Some(NewManifest {
            manifest,
            mark,
            by: whose.caller,
        }),
        ..Extras::default()
    };
    let new = place_order_with(&site.platform, &site.store, order, extras).await?;
    *fate = Fate::Became(new.deployment.id.clone());
    Ok(new)
}

/// `GET /pipeline/{envKey}/deployments/{deploymentId}`
pub(super) async fn status(
    State(site): State<Shared>,
    whose: Principal,
    Env(environment): Env,
    Id(id): Id,
) -> Result<Json<Value>, ApiError> {
    let found = there(&site, &whose, environment, &id).await?;
    let deployment = &found.deployment;
    let (url, health) = addresses(&site, &found);
    Ok(single(json!({
        "id": deployment.id,
        "status": statuses::of_deployment(&deployment.status),
        "progress": deployment.progress,
        "message": deployment.message,
        "error": deployment.error,
        "startedAt": deployment.started_at,
        "completedAt": deployment.completed_at,
        "deploymentUrl": url,
        "healthCheckUrl": health,
    })))
}

/// `POST /environments/{envKey}/applications/deploy`: an image, in one step.
pub(super) async fn deploy_image(
    State(site): State<Shared>,
    whose: Principal,
    Env(environment): Env,
    Sent(body): Sent,
) -> Result<Response, ApiError> {
    let mut wrong = Vec::new();
    let (key, image) = (text(&body, "applicationKey"), text(&body, "image"));
    for (name, value) in [("applicationKey", key), ("image", image)] {
        if value.is_none() {
            wrong.push(detail(name, "is required"));
        }
    }
    wrong.extend(image.iter().flat_map(|image| image_faults(image)));
    let changes = items(&body, "configuration", &mut wrong);
    wrong.extend(item_faults(&changes, "configuration"));
    whose.must(DEPLOY, key, Some(environment))?;
    query::refuse(wrong)?;
    let key = key.unwrap_or_default();
    must_exist(&site, key).await?;
    let order = Order {
        place: Place::new(key, own_key(environment)?),
        image: image.map(str::to_owned),
        note: None,
        idempotency_key: None,
        requested_by: whose.caller.username.clone(),
    };
    let extras = Extras {
        configuration: changes,
        ..Extras::default()
    };
    if body.get("dryRun") == Some(&Value::Bool(true)) {
        let changes = dry_run(&site.platform, &site.store, order, extras).await?;
        let answer = single(json!({
            "deploymentId": null,
            "jobId": null,
            "status": "completed",
            "message": format!("A dry run: {} changes.", changes.len()),
        }));
        return Ok(answer.into_response());
    }
    let new = place_order_with(&site.platform, &site.store, order, extras).await?;
    let deployment = &new.deployment;
    let answer = single(json!({
        "deploymentId": deployment.id,
        "jobId": super::jobs::id(&deployment.id, 0),
        "status": statuses::of_deployment(&deployment.status),
        "message": deployment.message,
    }));
    Ok((StatusCode::ACCEPTED, answer).into_response())
}

/// The caller, or the client that the body names with its secret.
async fn who(
    site: &Site,
    caller: Option<Principal>,
    body: &Map<String, Value>,
) -> Result<Principal, ApiError> {
    if let Some(caller) = caller {
        return Ok(caller);
    }
    let nobody = || ApiError::unauthorized("A token is needed, or clientId and clientSecret.");
    let (id, secret) = (text(body, "clientId"), text(body, "clientSecret"));
    let (id, secret) = id.zip(secret).ok_or_else(nobody)?;
    clients::must_be_right(site, id, secret).await?;
    clients::place_of(id).map(of_place).ok_or_else(nobody)
}

/// The image of a manifest fit to be deployed and that, waiting; or what is wrong with it.
async fn valid(
    site: &Site,
    key: &str,
    manifest: &Map<String, Value>,
    repository: Option<&str>,
) -> Result<Result<(String, Fate), Vec<String>>, ApiError> {
    let wanted = key.to_owned();
    let known = site
        .store
        .call(move |db| applications::with_document(db, &wanted));
    let Some((_, known)) = known.await? else {
        let error = format!("There is no application {key}: register it first.");
        return Ok(Err(vec![error]));
    };
    let mut errors = Vec::new();
    let own = known.manifest.get("repository");
    let own = own.and_then(|repository| repository["repositoryUrl"].as_str());
    if let (Some(own), Some(sent)) = (own, repository)
        && own.trim_end_matches(".git") != sent.trim_end_matches(".git")
    {
        errors.push(format!(
            "repositoryUrl: is {sent}, but the application's is {own}"
        ));
    }
    let checked = match checked(manifest.clone(), key) {
        Ok(checked) => checked,
        Err(error) => {
            errors.extend(error.details().iter().map(said));
            return Ok(Err(errors));
        }
    };
    if text(&checked, "type") == Some(ApplicationType::External.as_str()) {
        errors.push("An external application runs elsewhere and is not deployed here.".to_owned());
    }
    match text(&checked, "image").map(str::to_owned) {
        Some(image) if errors.is_empty() => {
            let mark = mark_for(&checked, &known);
            let manifest = checked;
            Ok(Ok((image, Fate::Waits { manifest, mark })))
        }
        Some(_) => Ok(Err(errors)),
        None => {
            errors.push("image: is required".to_owned());
            Ok(Err(errors))
        }
    }
}

/// A fault in one text; a rule's own words name the field already.
fn said(fault: &ErrorDetail) -> String {
    if fault.message.starts_with(&fault.field) {
        return fault.message.clone();
    }
    format!("{}: {}", fault.field, fault.message)
}

fn validation(
    token: Option<&str>,
    draft: Option<&str>,
    expires_at: Option<String>,
    errors: &[String],
) -> Response {
    let answer = single(json!({
        "valid": errors.is_empty(),
        "validateToken": token,
        "draftDeploymentId": draft,
        // Images come from the catalogue or from where the machine gets them itself.
        "imageServer": null,
        "imageUsername": null,
        "imagePassword": null,
        "expiresAt": expires_at,
        "errors": errors,
    }));
    let mut response = answer.into_response();
    forbid_keeping(&mut response);
    response
}

fn accepted(site: &Site, new: &StoredDeployment) -> Response {
    let deployment: &Deployment = &new.deployment;
    let (url, health) = addresses(site, new);
    let answer = single(json!({
        "deploymentId": deployment.id,
        "status": statuses::of_deployment(&deployment.status),
        "deploymentUrl": url,
        "healthCheckUrl": health,
        "message": deployment.message,
        "timestamp": deployment.created_at,
    }));
    (StatusCode::ACCEPTED, answer).into_response()
}

/// Where the application can be reached, and where its health is asked for.
fn addresses(site: &Site, of: &StoredDeployment) -> (Option<String>, Option<String>) {
    let place = Place::new(&of.deployment.application_key, &of.deployment.environment);
    let url = site
        .platform
        .port(&place)
        .map(|port| format!("http://127.0.0.1:{port}/"));
    let path = of.manifest.get("healthCheck");
    let path = path.and_then(|check| check["path"].as_str());
    let health = url.as_ref().zip(path);
    let health = health.map(|(url, path)| format!("{url}{}", path.trim_start_matches('/')));
    (url, health)
}

/// An image with that tag in the place of its own.
fn with_tag(image: &str, tag: Option<&str>) -> String {
    let name = image.split_once('@').map_or(image, |(name, _)| name);
    let (name, own) = match name.rsplit_once(':') {
        // A colon before the last slash is that of a port.
        Some((name, own)) if !own.contains('/') => (name, Some(own)),
        Some(_) | None => (name, None),
    };
    let tag = tag.or(own).unwrap_or(LATEST);
    format!("{name}:{tag}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_takes_the_place_of_the_images_own() {
        for (image, tag, expected) in [
            ("miso/hello:1.0", Some("2.0"), "miso/hello:2.0"),
            ("miso/hello", Some("2.0"), "miso/hello:2.0"),
            ("miso/hello:1.0", None, "miso/hello:1.0"),
            ("miso/hello", None, "miso/hello:latest"),
            ("registry:5000/a", Some("b"), "registry:5000/a:b"),
            (
                "registry:5000/a:c@sha256:00",
                Some("b"),
                "registry:5000/a:b",
            ),
        ] {
            assert_eq!(with_tag(image, tag), expected, "{image}");
        }
    }
}
