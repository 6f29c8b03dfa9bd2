//! How a deployment that is under way goes: as usual, slower than usual, not at all, or nobody knows
//! (UX.md, 6). The rules stand here with time as a value; what of it moved is noted as readings come.

use std::collections::HashMap;
use std::sync::Mutex;

use chrono::{DateTime, TimeDelta, Utc};
use miso_api::{Deployment, DeploymentStatus};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use specta::Type;

use crate::lock::lock;
use crate::{Client, Failure, Reading, Source};

/// One that has not moved for so long is stuck, unless a whole one usually takes longer there.
const STILL: TimeDelta = TimeDelta::minutes(5);
/// A word that is older is no contact: a deployment that is looked at is asked for every few seconds.
const SILENT: TimeDelta = TimeDelta::minutes(1);
/// What is usual is told by so many earlier ones at least, and at most.
const FEWEST: usize = 2;
const MOST: usize = 10;
/// Above what is usual by half is slow, and by this much.
const SLACK: TimeDelta = TimeDelta::seconds(10);

/// How a deployment goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Course {
    /// In a word.
    pub state: CourseState,
    /// Seconds that earlier ones took there, in the middle; `None` where too few are known.
    pub usual: Option<u32>,
    /// Since when nothing of it has changed, as far as it was watched here.
    pub still_since: Option<DateTime<Utc>>,
}

/// How a deployment goes, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum CourseState {
    /// It is under way, and nothing is wrong with that.
    OnItsWay,
    /// It takes longer than earlier ones there.
    Slow,
    /// The server goes on saying the same of it.
    Stuck,
    /// The server does not say how it goes: it may be going on.
    OutOfContact,
    /// It has ended.
    Ended,
}

/// Since when each deployment has not moved.
#[derive(Default)]
pub(crate) struct Still(Mutex<HashMap<String, DateTime<Utc>>>);

impl Still {
    /// Notes a reading of a deployment, with the one before it and when that was made.
    pub(crate) fn note(
        &self,
        id: &str,
        before: Option<(&Value, DateTime<Utc>)>,
        value: &Value,
        now: DateTime<Utc>,
    ) {
        let mut still = lock(&self.0);
        if Deployment::deserialize(value).is_ok_and(|one| one.status.has_ended()) {
            still.remove(id);
            return;
        }
        match before {
            Some((before, at)) if before == value => {
                still.entry(id.to_owned()).or_insert(at);
            }
            Some(_) | None => {
                still.insert(id.to_owned(), now);
            }
        }
    }

    fn since(&self, id: &str) -> Option<DateTime<Utc>> {
        lock(&self.0).get(id).copied()
    }
}

impl Client {
    /// How a deployment goes. Asks only where nothing is known of it.
    ///
    /// # Errors
    /// See [`Self::me`].
    pub async fn course(&self, id: String) -> Result<Reading<Course>, Failure> {
        let reading = self.deployment(id).await?;
        let known = self.known_deployments(&reading.value.application_key);
        let earlier = known.map(|known| known.list).unwrap_or_default();
        let still_since = self.inner.still.since(&reading.value.id);
        let course = course_of(&reading, &earlier, still_since, self.inner.clock.now());
        Ok(reading.map(|_| course))
    }
}

fn course_of(
    reading: &Reading<Deployment>,
    earlier: &[Deployment],
    still_since: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Course {
    let deployment = &reading.value;
    let usual = usual_for(deployment, earlier);
    let is_slow = |usual: TimeDelta| {
        let begun = deployment.started_at.or(deployment.created_at);
        begun.is_some_and(|begun| now - begun > (usual + usual / 2).max(usual + SLACK))
    };
    let is_stuck =
        |since: DateTime<Utc>| reading.as_of - since >= usual.unwrap_or(STILL).max(STILL);
    let is_silent = match reading.source {
        Source::Offline => true,
        Source::Live => reading.failure.is_some() || now - reading.as_of > SILENT,
        // It is about to be asked.
        Source::Cache => reading.failure.is_some(),
    };
    let state = if deployment.status.has_ended() {
        CourseState::Ended
    } else if is_silent {
        CourseState::OutOfContact
    } else if still_since.is_some_and(is_stuck) {
        CourseState::Stuck
    } else if usual.is_some_and(is_slow) {
        CourseState::Slow
    } else {
        CourseState::OnItsWay
    };
    Course {
        state,
        usual: usual.and_then(|usual| u32::try_from(usual.num_seconds()).ok()),
        still_since,
    }
}

/// How long the last ones that came through took there, in the middle.
fn usual_for(deployment: &Deployment, earlier: &[Deployment]) -> Option<TimeDelta> {
    let mut took: Vec<TimeDelta> = earlier
        .iter()
        .filter(|one| {
            one.application_key == deployment.application_key
                && one.environment == deployment.environment
                && one.id != deployment.id
                && one.status == DeploymentStatus::Completed
        })
        .filter_map(|one| Some(one.completed_at? - one.started_at.or(one.created_at)?))
        .filter(|took| *took >= TimeDelta::zero())
        .take(MOST)
        .collect();
    took.sort_unstable();
    if took.len() < FEWEST {
        return None;
    }
    took.get(took.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Code;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000 + second, 0).unwrap()
    }

    fn running(second: i64, source: Source) -> Reading<Deployment> {
        let value = json!({"id": "d", "applicationKey": "a", "environment": "dev", "status": "running",
            "progress": 40, "createdAt": at(-5), "startedAt": at(0)});
        Reading {
            value: serde_json::from_value(value).unwrap(),
            as_of: at(second),
            source,
            failure: None,
        }
    }

    /// Earlier ones there, the newest first, and what does not count.
    fn took(seconds: &[i64]) -> Vec<Deployment> {
        let one = |(number, took): (usize, &i64), change: Value| {
            let mut value = json!({"id": format!("d-{number}"), "applicationKey": "a",
                "environment": "dev", "status": "completed", "startedAt": at(-9_000),
                "completedAt": at(took - 9_000)});
            for (name, changed) in change.as_object().unwrap() {
                value[name] = changed.clone();
            }
            serde_json::from_value::<Deployment>(value).unwrap()
        };
        let others = [
            json!({"status": "failed"}),
            json!({"environment": "prod"}),
            json!({"applicationKey": "b"}),
            json!({"id": "d"}),
            json!({"completedAt": null}),
            json!({"completedAt": at(-9_001)}),
        ];
        let counted = seconds.iter().enumerate();
        let others = others.into_iter().map(|change| one((99, &7_000), change));
        others
            .chain(counted.map(|each| one(each, json!({}))))
            .collect()
    }

    fn state(earlier: &[i64], second: i64) -> CourseState {
        let reading = running(second, Source::Live);
        course_of(&reading, &took(earlier), None, at(second)).state
    }

    #[test]
    fn it_is_slow_above_what_was_usual_there() {
        use CourseState::{OnItsWay, Slow};
        let usual = [60, 40, 500, 50, 60];
        let course = course_of(&running(0, Source::Live), &took(&usual), None, at(0));
        assert_eq!((course.state, course.usual), (OnItsWay, Some(60)));
        assert_eq!([state(&usual, 90), state(&usual, 91)], [OnItsWay, Slow]);
        assert_eq!([state(&[4, 4], 14), state(&[4, 4], 15)], [OnItsWay, Slow]);
        assert_eq!(state(&[4], 4_000), OnItsWay, "one alone tells nothing");
        let older = [vec![10; MOST], vec![9_000; 50]].concat();
        assert_eq!(state(&older, 21), Slow, "the last ones count");
    }

    #[test]
    fn it_is_stuck_where_the_server_says_the_same_for_minutes() {
        let stuck = |earlier: &[i64], since: i64, as_of: i64| {
            let reading = running(as_of, Source::Live);
            let course = course_of(&reading, &took(earlier), Some(at(since)), at(as_of));
            course.state == CourseState::Stuck
        };
        assert!(!stuck(&[], 100, 399) && stuck(&[], 100, 400));
        assert!(!stuck(&[900, 900], 0, 890), "a step may take so long there");
        assert!(stuck(&[900, 900], 0, 900));
        // Without a new word of it, it is not known whether it moved.
        let old = running(100, Source::Live);
        let course = course_of(&old, &[], Some(at(90)), at(150));
        assert_eq!(course.state, CourseState::OnItsWay);
    }

    #[test]
    fn what_is_not_known_is_neither_slow_nor_stuck() {
        let judged = |reading: &Reading<Deployment>, second| {
            course_of(reading, &took(&[10, 10]), Some(at(0)), at(second)).state
        };
        let offline = running(900, Source::Offline);
        assert_eq!(judged(&offline, 900), CourseState::OutOfContact);
        let mut refused = running(900, Source::Live);
        refused.failure = Some(Failure::new(Code::ServerError));
        assert_eq!(judged(&refused, 900), CourseState::OutOfContact);
        let silent = running(10, Source::Live);
        assert_eq!(judged(&silent, 71), CourseState::OutOfContact);
        let kept = running(5, Source::Cache);
        assert_eq!(judged(&kept, 6), CourseState::OnItsWay);
        for status in ["completed", "failed", "cancelled"] {
            let mut ended = running(900, Source::Offline);
            ended.value.status = serde_json::from_value(json!(status)).unwrap();
            assert_eq!(judged(&ended, 900), CourseState::Ended);
        }
    }

    #[test]
    fn what_moves_is_not_still() {
        let still = Still::default();
        let value = |progress: u8, status: &str| {
            json!({"id": "d", "applicationKey": "a", "environment": "dev", "status": status,
                "progress": progress})
        };
        let (first, next) = (value(10, "running"), value(20, "running"));
        // The last run of the app has seen it as it is.
        still.note("d", Some((&first, at(50))), &first, at(100));
        assert_eq!(still.since("d"), Some(at(50)));
        still.note("d", Some((&first, at(100))), &next, at(105));
        still.note("d", Some((&next, at(105))), &next, at(110));
        assert_eq!(still.since("d"), Some(at(105)));
        still.note("d", Some((&next, at(110))), &value(100, "failed"), at(115));
        assert_eq!(still.since("d"), None);
        still.note("new", None, &first, at(120));
        assert_eq!(still.since("new"), Some(at(120)));
    }
}
