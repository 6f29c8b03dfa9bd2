//! Deployments: deploy, history, status (API.md, "Deployments").

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use miso_api::{
    Changes, DeployRequest, Deployment, DeploymentStatus, ErrorDetail, ErrorEnvelope, LONGEST_NOTE,
    Page, Permission,
};
use serde_json::{Map, Value, json};

use super::parameters::{DeploymentFilters, Id, IdempotencyKey, Key, OfApplication, Pages};
use super::segments::Segment;
use crate::deploy::{
    Extras, Order, Origin, Repeat, cancel as cancel_rollout, dry_run, item_faults, place_order_with,
};
use crate::environments;
use crate::http::body::JsonObject;
use crate::http::envelope::ApiError;
use crate::http::paging::Paging;
use crate::http::query::{self, Query};
use crate::oidc::access::Caller;
use crate::place::Place;
use crate::site::{Shared, Site};
use crate::store::applications;
use crate::store::deployments::{self, Filter, Sort, StoredDeployment};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const LONGEST_KEY: usize = 255;

pub(super) const SORTS: [&str; 12] = [
    "createdAt",
    "-createdAt",
    "completedAt",
    "-completedAt",
    "applicationKey",
    "-applicationKey",
    "environment",
    "-environment",
    "image",
    "-image",
    "status",
    "-status",
];

/// Deploys an image to an environment; without `image`, what runs there runs again, or what the
/// deployment that `from` names ran.
#[utoipa::path(
    post,
    path = "/api/applications/{key}/deploy",
    operation_id = "deployApplication",
    tag = "Deployments",
    params(Key, IdempotencyKey),
    request_body = DeployRequest,
    responses(
        (status = 200, description = "A dry run: what would change. Nothing is stored.",
            body = Changes),
        (status = 202, description = "It was accepted, or it was when the same key came first.",
            body = Deployment, headers(("Location" = String, description = "Its address."))),
        (status = 409, description = "Another deployment is under way there, or the application runs elsewhere.",
            body = ErrorEnvelope)
    )
)]
pub(super) async fn deploy(
    State(site): State<Shared>,
    caller: Caller,
    Segment(key): Segment,
    headers: HeaderMap,
    JsonObject(body): JsonObject,
) -> Result<Response, ApiError> {
    must_exist(&site, &key).await?;
    let asked = Asked::read(&body)?;
    if environments::find(&asked.environment).is_none() {
        return Err(ApiError::no_such("environment", &asked.environment));
    }
    let there = Some(asked.environment.as_str());
    caller.must_on(&Permission::ApplicationsDeploy, &key, there)?;
    if !asked.extras.configuration.is_empty() {
        caller.must_on(&Permission::ConfigurationUpdate, &key, there)?;
    }
    let order = Order {
        place: Place::new(&key, &asked.environment),
        image: asked.image,
        note: asked.note,
        idempotency_key: idempotency_key(&headers)?,
        requested_by: caller.username.clone(),
    };
    if asked.dry_run {
        let changes = dry_run(&site.platform, &site.store, order, asked.extras).await?;
        return Ok(Json(json!({ "changes": changes })).into_response());
    }
    let deployment = place_order_with(&site.platform, &site.store, order, asked.extras).await?;
    let location = HeaderValue::from_str(&format!("/api/deployments/{}", deployment.deployment.id))
        .map_err(ApiError::internal)?;
    Ok((
        StatusCode::ACCEPTED,
        [(header::LOCATION, location)],
        Json(whole(deployment)?),
    )
        .into_response())
}

/// The deployments of an application.
#[utoipa::path(
    get,
    path = "/api/applications/{key}/deployments",
    operation_id = "listApplicationDeployments",
    tag = "Deployments",
    params(Key, Pages, DeploymentFilters),
    responses((status = 200, description = "One page of deployments.", body = Page<Deployment>))
)]
pub(super) async fn of_application(
    State(site): State<Shared>,
    caller: Caller,
    Segment(key): Segment,
    query: Query,
) -> Result<Json<Page<Value>>, ApiError> {
    caller.must(&Permission::DeploymentsRead, None)?;
    must_exist(&site, &key).await?;
    let path = format!("/api/applications/{key}/deployments");
    page(&site, &path, &query, Some(key)).await
}

/// The deployments of all applications.
#[utoipa::path(
    get,
    path = "/api/deployments",
    operation_id = "listDeployments",
    tag = "Deployments",
    params(Pages, DeploymentFilters, OfApplication),
    responses((status = 200, description = "One page of deployments.", body = Page<Deployment>))
)]
pub(super) async fn list(
    State(site): State<Shared>,
    caller: Caller,
    query: Query,
) -> Result<Json<Page<Value>>, ApiError> {
    caller.must(&Permission::DeploymentsRead, None)?;
    page(
        &site,
        "/api/deployments",
        &query,
        query.get("application").map(str::to_owned),
    )
    .await
}

/// One deployment, with how far it is.
#[utoipa::path(
    get,
    path = "/api/deployments/{id}",
    operation_id = "getDeployment",
    tag = "Deployments",
    params(Id),
    responses((status = 200, description = "The deployment.", body = Deployment))
)]
pub(super) async fn get(
    State(site): State<Shared>,
    caller: Caller,
    Segment(id): Segment,
) -> Result<Json<Value>, ApiError> {
    caller.must(&Permission::DeploymentsRead, None)?;
    Ok(Json(whole(find(&site, &id).await?)?))
}

/// Cancels a deployment. What ran before goes on; one that is past its last step completes.
#[utoipa::path(
    delete,
    path = "/api/deployments/{id}",
    operation_id = "cancelDeployment",
    tag = "Deployments",
    params(Id),
    responses(
        (status = 202, description = "It is to end.", body = Deployment),
        (status = 409, description = "It has ended.", body = ErrorEnvelope)
    )
)]
pub(super) async fn cancel(
    State(site): State<Shared>,
    caller: Caller,
    Segment(id): Segment,
) -> Result<Response, ApiError> {
    let found = find(&site, &id).await?.deployment;
    let (key, environment) = (&found.application_key, Some(found.environment.as_str()));
    caller.must_on(&Permission::ApplicationsDeploy, key, environment)?;
    if found.status.has_ended() || !cancel_rollout(&site.platform, &site.store, &id).await? {
        let how = find(&site, &id).await?.deployment.status;
        return Err(ApiError::conflict(format!(
            "The deployment has ended already: {how}."
        )));
    }
    let now = find(&site, &id).await?;
    Ok((StatusCode::ACCEPTED, Json(whole(now)?)).into_response())
}

/// The deployment of that id.
pub(crate) async fn find(site: &Site, id: &str) -> Result<StoredDeployment, ApiError> {
    let wanted = id.to_owned();
    let found = site
        .store
        .call(move |db| deployments::get(db, &wanted))
        .await?;
    found.ok_or_else(|| ApiError::no_such("deployment", id))
}

async fn page(
    site: &Site,
    path: &str,
    query: &Query,
    application: Option<String>,
) -> Result<Json<Page<Value>>, ApiError> {
    let paging = Paging::new(path, query)?;
    let sort = query.word("sort", &SORTS)?;
    let sort = sort.unwrap_or_else(|| "-createdAt".to_owned());
    let (field, backwards) = match sort.strip_prefix('-') {
        Some(field) => (field, true),
        None => (sort.as_str(), false),
    };
    let sort = match field {
        "completedAt" => Sort::CompletedAt,
        "applicationKey" => Sort::Application,
        "environment" => Sort::Environment,
        "image" => Sort::Image,
        "status" => Sort::Status,
        _ => Sort::CreatedAt,
    };
    let filter = Filter {
        application,
        environment: query.environment()?.map(str::to_owned),
        status: query
            .word("status", DeploymentStatus::KNOWN)?
            .map(DeploymentStatus::from),
        search: query.get("search").map(str::to_owned),
        sort,
        backwards,
    };
    let (offset, size) = (paging.offset(), paging.size());
    let (found, total) = site
        .store
        .call(move |db| deployments::list(db, &filter, offset, size))
        .await?;
    let rows = found.into_iter().map(row).collect::<Result<_, _>>()?;
    Ok(Json(paging.page(rows, total)))
}

pub(crate) async fn must_exist(site: &Site, key: &str) -> Result<(), ApiError> {
    let wanted = key.to_owned();
    match site
        .store
        .call(move |db| applications::get(db, &wanted))
        .await?
    {
        Some(_) => Ok(()),
        None => Err(ApiError::no_such("application", key)),
    }
}

/// A deployment in a list: without the two snapshots, which are large.
fn row(deployment: Deployment) -> Result<Value, ApiError> {
    let mut row = serde_json::to_value(deployment).map_err(ApiError::internal)?;
    if let Some(row) = row.as_object_mut() {
        row.shift_remove("configuration");
        row.insert("dryRun".to_owned(), json!(false));
    }
    Ok(row)
}

fn whole(stored: StoredDeployment) -> Result<Value, ApiError> {
    let mut whole = serde_json::to_value(stored.deployment).map_err(ApiError::internal)?;
    if let Some(whole) = whole.as_object_mut() {
        whole.insert("dryRun".to_owned(), json!(false));
        whole.insert("manifest".to_owned(), stored.manifest.into());
    }
    Ok(whole)
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let Some(value) = headers.get(IDEMPOTENCY_KEY) else {
        return Ok(None);
    };
    match value.to_str() {
        Ok(key) if (1..=LONGEST_KEY).contains(&key.len()) => Ok(Some(key.to_owned())),
        Ok(_) | Err(_) => Err(ApiError::field(
            "Idempotency-Key",
            format!("must be 1 to {LONGEST_KEY} visible ASCII characters"),
        )),
    }
}

/// A deploy request, checked.
struct Asked {
    environment: String,
    image: Option<String>,
    note: Option<String>,
    extras: Extras,
    dry_run: bool,
}

impl Asked {
    fn read(body: &Map<String, Value>) -> Result<Self, ApiError> {
        let mut wrong = Vec::new();
        let environment = text(body, "environment", &mut wrong);
        if environment.is_none() && wrong.is_empty() {
            wrong.push(detail("environment", "is required"));
        }
        let image = text(body, "image", &mut wrong);
        wrong.extend(image.iter().flat_map(|image| image_faults(image)));
        let note = text(body, "note", &mut wrong);
        if note
            .as_ref()
            .is_some_and(|note| note.chars().count() > LONGEST_NOTE as usize)
        {
            let message = format!("must be at most {LONGEST_NOTE} characters");
            wrong.push(detail("note", &message));
        }
        let dry_run = match body.get("dryRun") {
            None | Some(Value::Null) => false,
            Some(Value::Bool(dry)) => *dry,
            Some(_) => {
                wrong.push(detail("dryRun", "must be true or false"));
                false
            }
        };
        let extras = Extras {
            configuration: items(body, "configuration", &mut wrong),
            from: origin(body, &mut wrong),
            manifest: None,
        };
        // What they lack is taken from what is there, and the whole is checked then.
        let nameless = item_faults(&extras.configuration, "configuration");
        wrong.extend(
            nameless
                .into_iter()
                .filter(|fault| fault.field.ends_with("].name")),
        );
        query::refuse(wrong)?;
        Ok(Self {
            environment: environment.unwrap_or_default(),
            image,
            note,
            extras,
            dry_run,
        })
    }
}

/// What is wrong with an image: the manifest's own rule for one decides here too.
pub(crate) fn image_faults(image: &str) -> Vec<ErrorDetail> {
    let probe =
        json!({"key": "any", "displayName": "any", "type": "webapp", "port": 1, "image": image});
    let violations = miso_api::manifest::violations(&probe).into_iter();
    violations
        .map(|violation| ErrorDetail {
            message: violation.to_string(),
            field: violation.field,
        })
        .collect()
}

/// The deployment that is to be repeated.
fn origin(body: &Map<String, Value>, wrong: &mut Vec<ErrorDetail>) -> Option<Origin> {
    let from = match body.get("from") {
        None | Some(Value::Null) => return None,
        Some(Value::Object(from)) => from,
        Some(_) => {
            wrong.push(detail("from", "must be an object"));
            return None;
        }
    };
    let word = |name: &str| from.get(name).and_then(Value::as_str);
    let deployment = word("deploymentId").filter(|id| !id.is_empty());
    if deployment.is_none() {
        wrong.push(detail("from.deploymentId", "is required, a text"));
    }
    let kind = match word("as") {
        Some("rollback") => Some(Repeat::Rollback),
        Some("promotion") => Some(Repeat::Promotion),
        Some(_) | None => {
            wrong.push(detail("from.as", "must be rollback or promotion"));
            None
        }
    };
    Some(Origin {
        deployment: deployment?.to_owned(),
        kind: kind?,
    })
}

/// The items of a list in a body.
pub(crate) fn items(
    body: &Map<String, Value>,
    field: &str,
    wrong: &mut Vec<ErrorDetail>,
) -> Vec<Map<String, Value>> {
    let list = match body.get(field) {
        None | Some(Value::Null) => return Vec::new(),
        Some(Value::Array(list)) => list,
        Some(_) => {
            wrong.push(detail(field, "must be an array"));
            return Vec::new();
        }
    };
    let mut items = Vec::new();
    for (index, item) in list.iter().enumerate() {
        match item {
            Value::Object(item) => items.push(item.clone()),
            _ => wrong.push(detail(&format!("{field}[{index}]"), "must be an object")),
        }
    }
    items
}

pub(crate) fn text(
    body: &Map<String, Value>,
    field: &str,
    wrong: &mut Vec<ErrorDetail>,
) -> Option<String> {
    match body.get(field) {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(text.clone()),
        Some(_) => {
            wrong.push(detail(field, "must be a text"));
            None
        }
    }
}

pub(crate) fn detail(field: &str, message: &str) -> ErrorDetail {
    ErrorDetail {
        field: field.to_owned(),
        message: message.to_owned(),
    }
}
