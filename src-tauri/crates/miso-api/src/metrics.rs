//! What was measured (API.md, "Monitoring").

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize};
use specta::Type;

use crate::open::null_as_default;

/// The metrics of an application, in one environment or of all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type, utoipa::ToSchema)]
pub struct Metrics {
    /// One series for each metric; none where nothing was measured.
    #[serde(default, deserialize_with = "null_as_default")]
    #[specta(type = Vec<MetricSeries>)]
    pub series: Vec<MetricSeries>,
}

/// One metric over time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type, utoipa::ToSchema)]
pub struct MetricSeries {
    /// Its name, such as `cpu_percent`.
    pub name: String,
    /// What its values count, such as `percent`, `bytes`, `ms`.
    #[serde(default)]
    pub unit: Option<String>,
    /// The values, oldest first. Where nothing was measured there is no point.
    #[serde(default, deserialize_with = "null_as_default")]
    #[specta(type = Vec<MetricPoint>)]
    pub points: Vec<MetricPoint>,
}

/// A value and the time at which the step that it stands for began: `[t, v]`. No value is a gap.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Type)]
pub struct MetricPoint(pub DateTime<Utc>, pub Option<f64>);

/// A time as some servers say it: in seconds since 1970, in milliseconds where that is too large.
#[derive(Deserialize)]
#[serde(untagged)]
enum SentTime {
    Text(DateTime<Utc>),
    Number(f64),
}

/// Seconds beyond this are milliseconds: the year 5138.
const LATEST_SECONDS: f64 = 1e11;

impl<'de> Deserialize<'de> for MetricPoint {
    /// Reads times of every usual kind.
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let (time, value) = <(SentTime, Option<f64>)>::deserialize(from)?;
        let at = match time {
            SentTime::Text(at) => at,
            SentTime::Number(number) => {
                let millis = if number.abs() < LATEST_SECONDS {
                    number * 1000.0
                } else {
                    number
                };
                DateTime::from_timestamp_millis(millis.round() as i64)
                    .ok_or_else(|| serde::de::Error::custom("a time beyond the calendar"))?
            }
        };
        Ok(Self(at, value))
    }
}

impl utoipa::PartialSchema for MetricPoint {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        use utoipa::openapi::schema::{ArrayBuilder, KnownFormat, Object, SchemaFormat, Type};
        let time = Object::builder()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)));
        let value = Object::builder().schema_type(Type::Number);
        ArrayBuilder::new()
            .prefix_items([time, value])
            .items(utoipa::openapi::schema::ArrayItems::False)
            .min_items(Some(2))
            .max_items(Some(2))
            .into()
    }
}

impl utoipa::ToSchema for MetricPoint {
    fn name() -> std::borrow::Cow<'static, str> {
        "MetricPoint".into()
    }
}
