//! The parameters of calls, as the OpenAPI document describes them.

use std::borrow::Cow;

use miso_api::{
    AccessRequestStatus, ApplicationStatus, ApplicationType, DeploymentStatus, EnvironmentStatus,
};
use serde_json::Value;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::openapi::{RefOr, Required};
use utoipa::{IntoParams, PartialSchema, ToSchema};

use super::{applications, deployments, environments};
use crate::environments::ALL;

/// Declares a set of parameters.
macro_rules! parameters {
    ($(#[$meta:meta])* $name:ident: $($parameter:expr),+ $(,)?) => {
        $(#[$meta])*
        pub(super) struct $name;

        impl IntoParams for $name {
            fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
                vec![$($parameter),+]
            }
        }
    };
}

parameters! {
    /// The key in a path.
    Key: in_path("key", "The key.", text().pattern(Some("^[a-z0-9-]+$")))
}
parameters! {
    /// The id in a path.
    Id: in_path("id", "The id.", text())
}
parameters! {
    /// Pages of a list.
    Pages:
    query("page", "Which page, from 1.", whole(1, u32::MAX)),
    query("pageSize", "Entries on a page; 50 where it is left out.", whole(1, 200)),
    query("search", "Only entries with this text, whatever the case.", text()),
}
parameters! {
    /// Which applications.
    ApplicationFilters:
    sort(&applications::SORTS),
    query("status", "Only those of this status; with `environment`, there.", one_of(ApplicationStatus::KNOWN)),
    query("type", "Only those of this kind.", one_of(ApplicationType::KNOWN)),
    environment("Only those that were deployed there."),
}
parameters! {
    /// Which deployments.
    DeploymentFilters:
    sort(&deployments::SORTS),
    query("status", "Only those of this status.", one_of(DeploymentStatus::KNOWN)),
    environment("Only those to this environment."),
}
parameters! {
    /// Of which application.
    OfApplication: query("application", "Only those of this application.", text())
}
parameters! {
    /// Which environments.
    EnvironmentFilters:
    sort(&environments::SORTS),
    query("status", "Only those of this status.", one_of(EnvironmentStatus::KNOWN)),
}
parameters! {
    /// In which environment.
    InEnvironment: environment("There alone; without it of all.")
}
parameters! {
    /// Between which times.
    Between:
    query("from", "Not before this time.", time()),
    query("to", "Not after this time.", time()),
}
parameters! {
    /// The step of metrics.
    StepSeconds: query("step", "Seconds that a point stands for.", whole(1, 86_400))
}
parameters! {
    /// Which lines.
    LogFilters:
    query("limit", "At most so many lines; 100 where it is left out.", whole(1, 10_000)),
    query("order", "`desc`, the newest first, where it is left out; a stream goes forwards.", one_of(&["asc", "desc"])),
    query("cursor", "After these lines, as `nextCursor` of the same order gave it.", text()),
    query("level", "Only these levels, separated by commas.",
        text().pattern(Some("^(debug|info|warn|error)(,(debug|info|warn|error))*$"))),
    query("search", "Only lines with this text, whatever the case.", text()),
    query("since", "Not before this time.", time()),
    query("until", "Not after this time.", time()),
    header("Last-Event-ID", "For a stream: after the line with this id.", text()),
}
parameters! {
    /// Which version a write is about.
    IfMatch: header("If-Match", "The `ETag` of what was read; another version is refused.", text())
}
parameters! {
    /// Which version a reader knows.
    IfNoneMatch: header("If-None-Match", "The `ETag` of what is known; it is not sent again.", text())
}
parameters! {
    /// Whether production counts.
    Force: query("force", "`true` removes what runs in production too.", one_of(&["true", "false"]))
}
parameters! {
    /// Whose access.
    Subject: in_path("subject", "Who: a person's or a group's name.", text())
}
parameters! {
    /// After which lines.
    AfterLines: query("cursor", "After these lines, as `nextCursor` gave it.", text())
}
parameters! {
    /// Which requests for access.
    RequestFilters: query("status", "Only those of this status.", one_of(AccessRequestStatus::KNOWN)),
}
parameters! {
    /// The key that makes a repeated request the same one.
    IdempotencyKey: header("Idempotency-Key", "A request with a key that was seen before does nothing new.",
        text().min_length(Some(1)).max_length(Some(255)))
}

/// A manifest as it is sent (APP-MANIFEST.md). Its schema is made of the rules that check it, and
/// says more than the library's types can: `openapi::document` puts it in.
pub(super) struct Manifest;

/// The same where the path says the key.
pub(super) struct ManifestChange;

/// Their names in the document.
pub(super) const MANIFEST: &str = "Manifest";
pub(super) const MANIFEST_CHANGE: &str = "ManifestChange";

impl PartialSchema for Manifest {
    fn schema() -> RefOr<Schema> {
        RefOr::T(Schema::default())
    }
}

impl ToSchema for Manifest {
    fn name() -> Cow<'static, str> {
        MANIFEST.into()
    }
}

impl PartialSchema for ManifestChange {
    fn schema() -> RefOr<Schema> {
        RefOr::T(Schema::default())
    }
}

impl ToSchema for ManifestChange {
    fn name() -> Cow<'static, str> {
        MANIFEST_CHANGE.into()
    }
}

fn parameter(place: ParameterIn, name: &str, about: &str, schema: ObjectBuilder) -> Parameter {
    let required = match place {
        ParameterIn::Path => Required::True,
        _ => Required::False,
    };
    ParameterBuilder::new()
        .name(name)
        .parameter_in(place)
        .required(required)
        .description(Some(about))
        .schema(Some(schema))
        .build()
}

fn in_path(name: &str, about: &str, schema: ObjectBuilder) -> Parameter {
    parameter(ParameterIn::Path, name, about, schema)
}

fn query(name: &str, about: &str, schema: ObjectBuilder) -> Parameter {
    parameter(ParameterIn::Query, name, about, schema)
}

fn header(name: &str, about: &str, schema: ObjectBuilder) -> Parameter {
    parameter(ParameterIn::Header, name, about, schema)
}

fn sort(fields: &[&str]) -> Parameter {
    let about = "By which field; with `-` in front of it, backwards.";
    query("sort", about, one_of(fields))
}

fn environment(about: &str) -> Parameter {
    let keys = ALL.map(|environment| environment.key);
    query("environment", about, one_of(&keys))
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

fn one_of(words: &[&str]) -> ObjectBuilder {
    let words = words.iter().map(|word| Value::from(*word));
    text().enum_values(Some(words))
}

fn whole(least: u32, most: u32) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::Integer)
        .minimum(Some(f64::from(least)))
        .maximum(Some(f64::from(most)))
}

fn time() -> ObjectBuilder {
    text().format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
}
