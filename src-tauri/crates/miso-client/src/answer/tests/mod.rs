//! What is known of an application, made up, and what holds of every answer.

mod kinds;

use chrono::{DateTime, TimeDelta, Utc};
use miso_api::{
    ApplicationStatus, ConfigurationItem, Deployment, EnvironmentEntry, Event, Health,
    HealthStatus, MetricPoint, MetricSeries,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::facts::Other;
use super::*;
use crate::fleet::tests as fleet;

/// What is known of an application, in seconds from a moment.
#[derive(Clone, Debug)]
struct Case {
    entry: EnvironmentEntry,
    health: Option<Health>,
    deployments: Vec<Deployment>,
    events: Vec<Event>,
    metrics: Vec<MetricSeries>,
    others: Vec<Other>,
    log: Option<LogSays>,
    now: DateTime<Utc>,
}

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000 + second, 0).unwrap()
}

/// It runs 1.4.0 since 0, after 1.3.9; it is asked about at 300.
fn case() -> Case {
    let mut entry = fleet::entry("test", "1.4.0");
    entry.health_since = Some(at(1));
    Case {
        entry,
        health: None,
        deployments: vec![deployed("d-2", "1.3.9", "1.4.0", 0, "completed")],
        events: Vec::new(),
        metrics: Vec::new(),
        others: Vec::new(),
        log: None,
        now: at(300),
    }
}

fn deployed(id: &str, from: &str, to: &str, second: i64, status: &str) -> Deployment {
    let mut one = fleet::deployment("orders", "test", to, 0, status);
    one.id = id.to_owned();
    one.previous_image = Some(fleet::image(from));
    one.created_at = Some(at(second - 6));
    one.started_at = Some(at(second - 5));
    one.completed_at = Some(at(second));
    one
}

fn item(name: &str, value: Value, secret: bool) -> ConfigurationItem {
    let location = if secret { "keyvault" } else { "variable" };
    let set = !value.is_null();
    let value = if secret { Value::Null } else { value };
    let wire = json!({"name": name, "value": value, "location": location, "required": true,
        "isSet": set});
    serde_json::from_value(wire).unwrap()
}

impl Case {
    fn unwell(mut self, second: i64, status: HealthStatus, message: &str) -> Self {
        self.entry.health = status;
        self.entry.health_since = Some(at(second));
        self.entry.health_message = (!message.is_empty()).then(|| message.to_owned());
        self
    }

    /// Its health, read by itself: what it became, and its checks.
    fn probed(mut self, history: &[(i64, &str, &str)], checks: Value) -> Self {
        let history: Vec<Value> = history
            .iter()
            .map(|(second, status, message)| {
                json!({"at": at(*second), "status": status, "message": message})
            })
            .collect();
        let latency = checks.as_array().filter(|checks| !checks.is_empty());
        let wire = json!({"status": self.entry.health.as_str(), "checks": checks,
            "latencyMs": latency.map(|_| 4), "history": history});
        self.health = Some(serde_json::from_value(wire).unwrap());
        self
    }

    fn measured(mut self, name: &str, step: i64, values: &[f64]) -> Self {
        let points = (0..).zip(values);
        self.metrics.push(MetricSeries {
            name: name.to_owned(),
            unit: None,
            points: points
                .map(|(number, value)| MetricPoint(at(number * step), Some(*value)))
                .collect(),
        });
        self
    }

    fn logged(mut self, errors: u64, pattern: &str, newly: bool) -> Self {
        let said = Said {
            pattern: pattern.to_owned(),
            count: errors,
            first: at(40),
            newly,
        };
        self.log = Some(LogSays {
            errors,
            first: Some(at(40)),
            most: Some(said),
        });
        self
    }

    /// Nothing ran there before, and the deployment failed.
    fn failed(mut self, error: &str, configuration: Vec<ConfigurationItem>) -> Self {
        self.entry.status = ApplicationStatus::Error;
        self.entry.health = HealthStatus::NotKnown;
        self.entry.health_since = None;
        let failed = &mut self.deployments[0];
        failed.status = "failed".to_owned().into();
        failed.error = Some(error.to_owned());
        failed.configuration = configuration;
        self
    }

    fn facts(&self) -> Facts<'_> {
        Facts {
            application: "orders",
            entry: &self.entry,
            health: self.health.as_ref(),
            deployments: self.deployments.iter().collect(),
            events: &self.events,
            metrics: &self.metrics,
            others: &self.others,
        }
    }

    fn answer(&self) -> Answer {
        Answer::of(&self.facts(), self.log.as_ref(), self.now)
    }

    fn kind(&self) -> AnswerKind {
        self.answer().kind
    }
}

fn facts(answer: &Answer) -> Vec<AnswerFact> {
    answer.parts.iter().map(|part| part.fact.clone()).collect()
}

fn second() -> impl Strategy<Value = i64> {
    -4_000i64..300
}

fn health() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        Just("healthy"),
        Just("degraded"),
        Just("unhealthy"),
        Just("unknown")
    ]
}

prop_compose! {
    fn cases()(
        listed in (second(), health()),
        history in proptest::collection::vec((second(), health()), 0..8),
        deployed_at in proptest::collection::vec((second(), prop_oneof![
            Just("completed"), Just("failed"), Just("cancelled")]), 0..4),
        others in proptest::collection::vec(second(), 0..3),
        changes in proptest::collection::vec(second(), 0..3),
        errors in proptest::collection::vec(0.0f64..80.0, 0..40),
        memory in proptest::collection::vec(0.0f64..4e8, 0..40),
        in_error in any::<bool>(),
        log in proptest::option::of((0u64..900, second(), any::<bool>())),
    ) -> Case {
        let status: HealthStatus = listed.1.to_owned().into();
        let mut case = case().unwell(listed.0, status, "db: refused");
        if in_error {
            case.entry.status = ApplicationStatus::Error;
        }
        let mut history: Vec<(i64, &str, &str)> =
            history.into_iter().map(|(at, status)| (at, status, "exited with code 1")).collect();
        history.sort_unstable();
        case = case.probed(&history, json!([{"name": "base", "status": "unhealthy"}]));
        case.deployments = (0..).zip(deployed_at).map(|(number, (second, status))| {
            deployed(&format!("d-{number}"), "1", "2", second, status)
        }).collect();
        case.deployments.sort_by_key(|one| std::cmp::Reverse(one.completed_at));
        case.others = (0..).zip(others).map(|(number, second)| Other {
            application: if number == 0 { "base".to_owned() } else { format!("other-{number}") },
            since: Some(at(second)),
            stopped: false,
        }).collect();
        case.events = changes.into_iter().map(|second| {
            let event = json!({"at": at(second), "kind": "configuration", "summary": ""});
            serde_json::from_value(event).unwrap()
        }).collect();
        case = case.measured("log_errors", 5, &errors).measured("memory_bytes", 5, &memory);
        case.log = log.map(|(errors, second, newly)| LogSays {
            errors,
            first: Some(at(second)),
            most: Some(Said { pattern: "a <*>".to_owned(), count: errors, first: at(second), newly }),
        });
        case
    }
}

/// Every time and every id that an answer names, as they are written.
fn named(value: &Value, names: &mut Vec<String>) {
    match value {
        Value::String(text) => names.push(text.clone()),
        Value::Array(all) => all.iter().for_each(|one| named(one, names)),
        Value::Object(all) => all.values().for_each(|one| named(one, names)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

proptest! {
    #[test]
    fn every_time_and_deployment_that_is_named_is_one_that_is_known(case in cases()) {
        let answer = case.answer();
        let known = json!([case.entry, case.health, case.deployments, case.events, case.metrics]);
        let mut times = Vec::new();
        named(&known, &mut times);
        let mut times: Vec<DateTime<Utc>> =
            times.iter().filter_map(|text| text.parse().ok()).collect();
        times.extend(case.others.iter().filter_map(|other| other.since));
        times.extend(case.log.iter().filter_map(|log| log.first));
        let points = case.metrics.iter().flat_map(|series| &series.points);
        times.extend(points.map(|point| point.0));
        let mut said = Vec::new();
        named(&serde_json::to_value(&answer).unwrap(), &mut said);
        for time in said.iter().filter_map(|text| text.parse::<DateTime<Utc>>().ok()) {
            prop_assert!(times.contains(&time), "{time} is in nothing that is known");
        }
        for part in &answer.parts {
            if let Some(Evidence::Deployment { id }) = &part.evidence {
                prop_assert!(case.deployments.iter().any(|one| one.id == *id));
            }
            let order = match &part.fact {
                AnswerFact::AfterDeployment { at, began, .. }
                | AnswerFact::AfterConfiguration { at, began }
                | AnswerFact::AfterOther { at, began, .. } => Some((*at, *began)),
                _ => None,
            };
            if let Some((at, began)) = order {
                prop_assert!(at <= began && began - at <= TimeDelta::hours(1));
                prop_assert_eq!(Some(began), answer.since);
            }
        }
        if answer.kind == AnswerKind::Well {
            prop_assert_eq!(answer.parts.len(), 1);
        } else {
            prop_assert!(!facts(&answer).contains(&AnswerFact::Well));
        }
    }
}
