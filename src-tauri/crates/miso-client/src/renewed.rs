//! What one answer says of other readings: the list of applications has nearly all of each one, and
//! the recent deployments have what is new of each application's own. Nobody asks for that again.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::Resource;
use crate::client::Inner;
use crate::clock::moved;
use crate::view::Epoch;

/// The server's clock may be this much behind or ahead of ours (SECURITY.md, twice five minutes).
const SKEW: TimeDelta = TimeDelta::minutes(10);

impl Inner {
    /// Brings each application that is known by itself up to the list; which are, and whether they
    /// differ.
    pub(crate) fn applications_with(
        &self,
        epoch: Epoch,
        list: &Value,
        now: DateTime<Utc>,
    ) -> Vec<(Resource, bool)> {
        let rows = rows(list).iter().filter_map(|row| {
            let application = row["key"].as_str()?.to_owned();
            let resource = Resource::Application { application };
            let renewed = self.view.renew(
                epoch,
                &Resource::Applications,
                &resource,
                now,
                |known, _| {
                    let (Some(known), Some(row)) = (known.as_object_mut(), row.as_object()) else {
                        return false;
                    };
                    // The list leaves some fields out, as `configuration`: they stay.
                    for (name, value) in row {
                        let is_left_out = name == "configuration" && *value == json!([]);
                        if !value.is_null() && !is_left_out {
                            known.insert(name.clone(), value.clone());
                        }
                    }
                    true
                },
            );
            Some((resource, renewed?))
        });
        rows.collect()
    }

    /// Brings what shows an application to what its health said by itself, so that a page which shows
    /// both does not contradict itself; which differ by that.
    pub(crate) fn places_with(
        &self,
        epoch: Epoch,
        resource: &Resource,
        health: &Value,
    ) -> Vec<Resource> {
        let Resource::Health {
            application,
            environment,
        } = resource
        else {
            return Vec::new();
        };
        let own = Resource::Application {
            application: application.clone(),
        };
        let mut shown = vec![Resource::Applications, own];
        shown.retain(|shown| {
            self.view.amend(epoch, shown, |shown| {
                let known = match shown["data"].as_array_mut() {
                    Some(rows) => rows
                        .iter_mut()
                        .find(|row| row["key"] == application.as_str()),
                    None => Some(shown),
                };
                let entries = known.and_then(|known| known["environments"].as_array_mut());
                let mut entries = entries.into_iter().flatten();
                if let Some(entry) =
                    entries.find(|entry| entry["environment"] == environment.as_str())
                {
                    tell_health(entry, health);
                }
            })
        });
        shown
    }

    /// Brings the histories of applications up to the recent deployments, where these reach back
    /// to when a history was read; which were, and whether they differ.
    pub(crate) fn histories_with(
        &self,
        epoch: Epoch,
        recent: &Value,
        now: DateTime<Utc>,
    ) -> Vec<(Resource, bool)> {
        let rows = rows(recent);
        let created = rows.iter().filter_map(created_at);
        let reaches_back_to = match recent["meta"]["totalPages"].as_u64() {
            Some(0 | 1) => DateTime::<Utc>::MIN_UTC,
            Some(_) | None => match created.min() {
                Some(oldest) => moved(oldest, SKEW),
                None => return Vec::new(),
            },
        };
        let known = self.view.known().into_iter().filter_map(|resource| {
            let Resource::Deployments {
                application: Some(key),
            } = &resource
            else {
                return None;
            };
            let own = rows.iter().filter(|row| row["applicationKey"] == **key);
            let own: Vec<Value> = own.cloned().collect();
            let by = Resource::Deployments { application: None };
            let renewed = self
                .view
                .renew(epoch, &by, &resource, now, |history, as_of| {
                    as_of >= reaches_back_to && put_on_top(history, own)
                });
            Some((resource, renewed?))
        });
        known.collect()
    }
}

/// The rows of a list.
pub(crate) fn rows(list: &Value) -> &[Value] {
    list["data"].as_array().map_or(&[], Vec::as_slice)
}

pub(crate) fn created_at(deployment: &Value) -> Option<DateTime<Utc>> {
    deployment["createdAt"].as_str()?.parse().ok()
}

/// Puts the newest deployments of an application on its history, newest first; whether that could
/// be done.
fn put_on_top(history: &mut Value, newest: Vec<Value>) -> bool {
    let Some(older) = history.get_mut("data").and_then(Value::as_array_mut) else {
        return false;
    };
    let before = older.len();
    older.retain(|row| newest.iter().all(|new| new["id"] != row["id"]));
    let came = newest.len() + older.len() - before;
    older.splice(0..0, newest);
    if let Some(total) = history["meta"]["total"].as_u64() {
        history["meta"]["total"] = (total + came as u64).into();
    }
    true
}

/// Has the entry of an environment say what its health says, where that is another.
fn tell_health(entry: &mut Value, health: &Value) {
    if entry["health"] == health["status"] {
        return;
    }
    let began = health["history"].as_array().and_then(|all| all.last());
    let began = began.filter(|began| began["status"] == health["status"]);
    let since = began.map_or(&health["checkedAt"], |began| &began["at"]);
    let failing = health["checks"].as_array().into_iter().flatten();
    let failing = failing
        .filter(|check| check["status"] != "healthy")
        .find_map(|check| {
            Some(format!(
                "check {} {}",
                check["name"].as_str()?,
                check["message"].as_str()?
            ))
        });
    let message = began.map_or(Value::Null, |began| began["message"].clone());
    entry["healthSince"] = since.clone();
    entry["healthMessage"] = match (message, failing) {
        (Value::Null, Some(failing)) => failing.into(),
        (message, _) => message,
    };
    entry["health"] = health["status"].clone();
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_new_comes_on_top_and_what_went_on_stays_once() {
        let mut history = json!({"data": [{"id": "b", "status": "running"}, {"id": "a"}],
            "meta": {"total": 2}});
        let newest = vec![
            json!({"id": "c"}),
            json!({"id": "b", "status": "completed"}),
        ];
        assert!(put_on_top(&mut history, newest));
        assert_eq!(
            history,
            json!({"data": [{"id": "c"}, {"id": "b", "status": "completed"}, {"id": "a"}],
                "meta": {"total": 3}})
        );
        assert!(!put_on_top(&mut json!("no list"), Vec::new()));
    }
}
