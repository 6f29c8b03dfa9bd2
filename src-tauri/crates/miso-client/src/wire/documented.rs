//! The documented API (API.md): paths, parameters and headers of every call made.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use miso_api::{
    AccessDecision, AccessGrant, AccessWish, ApplicationStatus, DeployRequest, LogLevel,
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::asked::Asked;
use crate::Capability;
use crate::fleet::{FleetQuery, FleetSort};
use crate::transport::{Call, LOG_LIMIT};

/// The largest page (API.md, "Lists").
pub(crate) const PAGE_SIZE: u32 = 200;
/// The path of the platform's own token endpoint.
pub(crate) const TOKEN_PATH: &str = "/auth/token";

const ACCESS_REQUESTS: &str = "/api/access-requests";

/// RFC 3986's unreserved characters stay as they are.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

pub(crate) fn me() -> Call {
    Call::get("/api/users/me").asking(Asked::Me)
}

/// What the caller may do with an application in an environment.
pub(crate) fn my_permissions(application: &str, environment: &str) -> Call {
    Call::get("/api/users/me/permissions")
        .query("application", application)
        .query("environment", environment)
        .needing(Capability::MyPermissions)
        .asking(Asked::Permissions {
            application: application.to_owned(),
            environment: environment.to_owned(),
        })
}

pub(crate) fn applications(page: u32) -> Call {
    Call::get("/api/applications")
        .query("page", page)
        .query("pageSize", PAGE_SIZE)
        .asking(Asked::Applications {
            query: FleetQuery::default(),
            page,
        })
}

/// A page of those that are looked for, in the order that is wanted.
pub(crate) fn applications_found(query: &FleetQuery, page: u32) -> Call {
    let asked = Asked::Applications {
        query: query.clone(),
        page,
    };
    let FleetQuery {
        search,
        status,
        environment,
        sort,
    } = query;
    let search = Some(search.trim()).filter(|search| !search.is_empty());
    applications(page)
        .query_if("search", search)
        .query_if("status", status.as_ref().map(ApplicationStatus::as_str))
        .query_if("environment", environment.as_deref())
        .query_if("sort", sort.map(FleetSort::word))
        .asking(asked)
}

pub(crate) fn application(key: &str) -> Call {
    Call::get(format!("/api/applications/{}", segment(key)))
        .needing(Capability::ApplicationDetail)
        .asking(Asked::Application {
            key: key.to_owned(),
        })
}

pub(crate) fn create_application(manifest: Value) -> Call {
    let asked = Asked::Create {
        manifest: manifest.clone(),
    };
    Call::post("/api/applications", manifest).asking(asked)
}

/// An application's new manifest, in place of the version that is named.
pub(crate) fn update_application(key: &str, manifest: Value, version: Option<&str>) -> Call {
    let asked = Asked::Update {
        key: key.to_owned(),
        manifest: manifest.clone(),
    };
    let call = Call::put(format!("/api/applications/{}", segment(key)), manifest);
    call.matching(version).asking(asked)
}

pub(crate) fn delete_application(key: &str, force: bool) -> Call {
    let call = Call::delete(format!("/api/applications/{}", segment(key)));
    let call = call.asking(Asked::Delete {
        key: key.to_owned(),
    });
    if force {
        call.query("force", true)
    } else {
        call
    }
}

/// The configuration in an environment; without one, the manifest's own items.
pub(crate) fn configuration(key: &str, environment: Option<&str>) -> Call {
    let asked = match environment {
        None => Asked::ManifestItems {
            key: key.to_owned(),
        },
        Some(_) => Asked::Documented(Capability::Configuration),
    };
    Call::get(configuration_of(key))
        .query_if("environment", environment)
        .asking(asked)
}

pub(crate) fn save_configuration(
    key: &str,
    environment: Option<&str>,
    items: Value,
    version: Option<&str>,
) -> Call {
    Call::put(configuration_of(key), json!({ "items": items }))
        .query_if("environment", environment)
        .matching(version)
        .asking(Asked::Documented(Capability::Configuration))
}

pub(crate) fn access(key: &str) -> Call {
    Call::get(format!("/api/applications/{}/access", segment(key))).asking(Asked::Access {
        key: key.to_owned(),
    })
}

pub(crate) fn grant_access(
    key: &str,
    subject: &str,
    grant: &AccessGrant,
) -> serde_json::Result<Call> {
    let body = serde_json::to_value(grant)?;
    let asked = Asked::Documented(Capability::AccessChanges);
    Ok(Call::put(access_of(key, subject), body).asking(asked))
}

pub(crate) fn revoke_access(key: &str, subject: &str) -> Call {
    Call::delete(access_of(key, subject)).asking(Asked::Documented(Capability::AccessChanges))
}

pub(crate) fn access_requests() -> Call {
    Call::get(ACCESS_REQUESTS)
        .query("pageSize", PAGE_SIZE)
        .of_documented(Capability::AccessRequests)
}

pub(crate) fn ask_for_access(wish: &AccessWish) -> serde_json::Result<Call> {
    let body = serde_json::to_value(wish)?;
    Ok(Call::post(ACCESS_REQUESTS, body).of_documented(Capability::AccessRequests))
}

pub(crate) fn decide_access(id: &str, decision: &AccessDecision) -> serde_json::Result<Call> {
    let body = serde_json::to_value(decision)?;
    let path = format!("{ACCESS_REQUESTS}/{}", segment(id));
    Ok(Call::patch(path, body).of_documented(Capability::AccessRequests))
}

pub(crate) fn deploy(
    key: &str,
    request: &DeployRequest,
    idempotency_key: &str,
) -> serde_json::Result<Call> {
    let body = serde_json::to_value(request)?;
    let call = Call::post(format!("/api/applications/{}/deploy", segment(key)), body)
        .header("Idempotency-Key", idempotency_key);
    Ok(call.asking(Asked::Deploy {
        key: key.to_owned(),
        request: request.clone(),
    }))
}

/// What a deployment would change; nothing is kept of it.
pub(crate) fn dry_run(key: &str, request: &DeployRequest) -> serde_json::Result<Call> {
    let request = DeployRequest {
        dry_run: Some(true),
        ..request.clone()
    };
    let path = format!("/api/applications/{}/deploy", segment(key));
    let call = Call::post(path, serde_json::to_value(request)?);
    Ok(call.asking(Asked::Documented(Capability::DryRun)))
}

pub(crate) fn cancel_deployment(id: &str) -> Call {
    Call::delete(format!("/api/deployments/{}", segment(id)))
        .of_documented(Capability::CancelDeployment)
}

/// A page of a history, the first one is 1.
pub(crate) fn deployments(application: Option<&str>, environment: Option<&str>, page: u32) -> Call {
    let call = match application {
        Some(key) => Call::get(format!("/api/applications/{}/deployments", segment(key))),
        None => Call::get("/api/deployments").needing(Capability::RecentActivity),
    }
    .query("pageSize", PAGE_SIZE)
    .query_if("environment", environment)
    .asking(Asked::Deployments {
        application: application.map(str::to_owned),
        environment: environment.map(str::to_owned),
        page,
    });
    if page > 1 {
        call.query("page", page)
    } else {
        call
    }
}

pub(crate) fn deployment(id: &str) -> Call {
    Call::get(format!("/api/deployments/{}", segment(id)))
        .asking(Asked::Deployment { id: id.to_owned() })
}

pub(crate) fn environments() -> Call {
    Call::get("/api/environments").asking(Asked::Environments)
}

pub(crate) fn environment(key: &str) -> Call {
    Call::get(format!("/api/environments/{}", segment(key))).asking(Asked::Environment {
        key: key.to_owned(),
    })
}

pub(crate) fn health(application: &str, environment: &str) -> Call {
    Call::get(format!("/api/applications/{}/health", segment(application)))
        .query("environment", environment)
        .asking(Asked::Health {
            application: application.to_owned(),
            environment: environment.to_owned(),
        })
}

/// The same with the changes since a moment, however far back the server goes by itself.
pub(crate) fn health_history(application: &str, environment: &str, from: DateTime<Utc>) -> Call {
    health(application, environment).query("from", moment(from))
}

/// What was measured since a moment, in steps. A server may know nothing of it, stated as it is.
pub(crate) fn metrics(
    application: &str,
    environment: &str,
    from: DateTime<Utc>,
    step: TimeDelta,
) -> Call {
    let path = format!("/api/applications/{}/metrics", segment(application));
    Call::get(path)
        .query("environment", environment)
        .query("from", moment(from))
        .query("step", step.num_seconds())
        .of_documented(Capability::Metrics)
}

/// The same, of what was measured until another moment.
pub(crate) fn metrics_between(
    application: &str,
    environment: &str,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
    step: TimeDelta,
) -> Call {
    metrics(application, environment, from, step).query("to", moment(to))
}

/// What happened since a moment.
pub(crate) fn events(application: &str, environment: &str, from: DateTime<Utc>) -> Call {
    let path = format!("/api/applications/{}/events", segment(application));
    Call::get(path)
        .query("environment", environment)
        .query("from", moment(from))
        .of_documented(Capability::Events)
}

/// The instance's own description of its calls, in OpenAPI.
pub(crate) fn description() -> Call {
    Call::get("/api/openapi.json").of_documented(Capability::Description)
}

/// Which part of a log is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum LogRange {
    /// The newest lines, newest first.
    Newest,
    /// From the oldest kept line on, oldest first.
    Oldest,
    /// From a moment on, oldest first.
    Since(String),
    /// From a cursor on, oldest first.
    After(String),
    /// Between two moments, both included, newest first.
    Between {
        /// Not older.
        since: Option<String>,
        /// Not newer.
        until: Option<String>,
        /// Older than those before it.
        cursor: Option<String>,
    },
}

pub(crate) fn logs(application: &str, environment: &str, range: &LogRange, limit: u32) -> Call {
    let call = Call::get(format!("/api/applications/{}/logs", segment(application)))
        .query("environment", environment)
        .query("limit", limit)
        .asking(Asked::Documented(Capability::ApplicationLog));
    let call = match range {
        LogRange::Newest => call.query("order", "desc"),
        LogRange::Oldest => call.query("order", "asc"),
        LogRange::Since(moment) => call.query("order", "asc").query("since", moment),
        LogRange::After(cursor) => call.query("order", "asc").query("cursor", cursor),
        LogRange::Between {
            since,
            until,
            cursor,
        } => {
            let bounds = [("since", since), ("until", until), ("cursor", cursor)];
            let said = bounds.into_iter();
            let said = said.filter_map(|(name, value)| Some((name, value.as_ref()?)));
            said.fold(call.query("order", "desc"), |call, (name, value)| {
                call.query(name, value)
            })
        }
    };
    Call {
        limit: LOG_LIMIT,
        ..call
    }
}

/// The same, of lines that have a text in their message and one of some levels.
pub(crate) fn logs_found(
    application: &str,
    environment: &str,
    range: &LogRange,
    limit: u32,
    text: Option<&str>,
    levels: &[LogLevel],
) -> Call {
    let levels: Vec<&str> = levels.iter().map(LogLevel::as_str).collect();
    let levels = levels.join(",");
    logs(application, environment, range, limit)
        .query_if("search", text)
        .query_if(
            "level",
            Some(levels.as_str()).filter(|levels| !levels.is_empty()),
        )
}

/// The same from somewhere on as it is written. A server without streams reads it as [`logs`].
pub(crate) fn live_logs(
    application: &str,
    environment: &str,
    range: &LogRange,
    limit: u32,
) -> Call {
    // A stream that is not told where to begin begins now.
    let range = match range {
        LogRange::Oldest => &LogRange::Since("1970-01-01T00:00:00Z".to_owned()),
        LogRange::Newest | LogRange::Since(_) | LogRange::After(_) | LogRange::Between { .. } => {
            range
        }
    };
    Call {
        streams: true,
        ..logs(application, environment, range, limit).of_documented(Capability::LiveLogs)
    }
}

fn configuration_of(key: &str) -> String {
    format!("/api/applications/{}/configuration", segment(key))
}

fn access_of(key: &str, subject: &str) -> String {
    let (key, subject) = (segment(key), segment(subject));
    format!("/api/applications/{key}/access/{subject}")
}

fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// One path segment. A dot segment would be resolved away, however it is encoded once.
pub(in crate::wire) fn segment(text: &str) -> String {
    if matches!(text, "." | "..") {
        return text.replace('.', "%252E");
    }
    utf8_percent_encode(text, SEGMENT).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_cannot_be_left() {
        assert_eq!(
            application("../users/me").path,
            "/api/applications/..%2Fusers%2Fme"
        );
        assert_eq!(deployment("a?b#c d").path, "/api/deployments/a%3Fb%23c%20d");
        assert_eq!(deployment("..").path, "/api/deployments/%252E%252E");
    }

    #[test]
    fn a_deploy_carries_only_what_was_asked_for() {
        let request = DeployRequest {
            environment: "dev".to_owned(),
            image: None,
            note: None,
            ..DeployRequest::default()
        };
        let call = deploy("orders", &request, "key-1").unwrap();
        assert_eq!(call.body, Some(serde_json::json!({"environment": "dev"})));
        assert_eq!(call.headers, [("Idempotency-Key", "key-1".to_owned())]);
    }
}
