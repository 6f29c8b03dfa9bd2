//! The calls of the API, a line each. The routes and the OpenAPI document are both made of these
//! lines, so neither can have what the other lacks: a handler says with `#[utoipa::path]` what it
//! takes and gives, and stands here.

use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};
use utoipa_axum::routes;

use super::{
    access, access_requests, applications, configuration, deployment_logs, deployments, docs,
    environments, events, health, logs, metrics, update, users,
};
use crate::oidc;
use crate::site::Shared;

/// Whether the public document states a call, or we do (API.md, marks D and O).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    Documented,
    Ours,
}

/// A call: how it is served and how it is described.
pub(crate) struct Call {
    pub(crate) mark: Mark,
    routes: UtoipaMethodRouter<Shared>,
}

/// All calls.
pub(crate) fn all() -> Vec<Call> {
    vec![
        documented(oidc::platforms_own()),
        documented(routes!(applications::list)),
        documented(routes!(applications::create)),
        ours(routes!(applications::get)),
        documented(routes!(update::put)),
        documented(routes!(update::delete)),
        documented(routes!(configuration::get)),
        documented(routes!(configuration::put)),
        documented(routes!(deployments::deploy)),
        documented(routes!(deployments::of_application)),
        ours(routes!(deployments::list)),
        documented(routes!(deployments::get)),
        ours(routes!(deployments::cancel)),
        ours(routes!(deployment_logs::get)),
        documented(routes!(environments::list)),
        documented(routes!(environments::get)),
        documented(routes!(health::get)),
        ours(routes!(events::get)),
        documented(routes!(logs::get)),
        documented(routes!(metrics::get)),
        documented(routes!(users::me)),
        ours(routes!(access::mine)),
        documented(routes!(access::list)),
        documented(routes!(access::put)),
        documented(routes!(access::delete)),
        ours(routes!(access_requests::create)),
        ours(routes!(access_requests::list)),
        ours(routes!(access_requests::decide)),
        documented(routes!(docs::explorer)),
        documented(routes!(docs::part)),
        ours(routes!(docs::document)),
    ]
}

/// Routes and description of all calls but those that are left out, by their `operationId`.
pub(crate) fn served(base: utoipa::openapi::OpenApi, without: &[String]) -> OpenApiRouter<Shared> {
    all()
        .into_iter()
        .filter(|call| !without.contains(&call.id()))
        .fold(OpenApiRouter::with_openapi(base), |router, call| {
            router.routes(call.routes)
        })
}

impl Call {
    /// Its `operationId`.
    pub(crate) fn id(&self) -> String {
        let (_, paths, _) = &self.routes;
        let items = paths.paths.values();
        let operations = items.flat_map(|item| {
            [&item.get, &item.put, &item.post, &item.delete, &item.patch]
                .into_iter()
                .flatten()
        });
        let mut ids = operations.filter_map(|operation| operation.operation_id.clone());
        ids.next().unwrap_or_default()
    }
}

fn documented(routes: UtoipaMethodRouter<Shared>) -> Call {
    Call {
        mark: Mark::Documented,
        routes,
    }
}

fn ours(routes: UtoipaMethodRouter<Shared>) -> Call {
    Call {
        mark: Mark::Ours,
        routes,
    }
}
