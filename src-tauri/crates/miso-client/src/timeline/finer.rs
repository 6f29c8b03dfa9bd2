//! A part of a timeline that is looked at more closely: measured in finer steps, where that costs
//! nobody anything.

use chrono::{DateTime, TimeDelta, Utc};
use miso_api::Metrics;
use serde::{Deserialize, Serialize};
use specta::Type;

use super::series::{Grid, MeasuredSeries};
use crate::range::rounded_down;
use crate::wire::documented;
use crate::{Class, Client, Failure, TimeRange};

/// As many steps are asked for at most.
const MOST_STEPS: i32 = 300;
/// The steps that there are, in seconds: those of the ranges, and some between them.
const STEPS: [i64; 9] = [5, 10, 20, 60, 120, 360, 600, 900, 1_800];

/// What was measured in a part of a timeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct FinerSteps {
    /// When the steps began that the values are of, in milliseconds since 1970.
    pub times: Vec<f64>,
    /// How long a step is, in milliseconds.
    pub step: f64,
    /// What was measured, one value for each step; `None` where nothing was.
    pub series: Vec<MeasuredSeries>,
}

impl Client {
    /// A part of a timeline of a range in steps at most half as long as those it is shown in; `None`
    /// where there are none, and where requests are short: it is shown as it is then. One request,
    /// whose answer is not kept.
    ///
    /// # Errors
    /// Why the server could not be asked.
    pub async fn timeline_finer(
        &self,
        application: &str,
        environment: &str,
        range: TimeRange,
        part: (DateTime<Utc>, DateTime<Utc>),
    ) -> Result<Option<FinerSteps>, Failure> {
        let Some(step) = finer_step(range, part) else {
            return Ok(None);
        };
        if self.inner.budget.stretch_followed() > 1.0 {
            return Ok(None);
        }
        // The last step is asked for as a whole.
        let to = part.1.checked_add_signed(step).unwrap_or(part.1);
        let from = rounded_down(part.0, step);
        let call = documented::metrics_between(application, environment, (from, to), step);
        let sent = self.inner.transport.send::<Metrics>(&call, Class::Watched);
        let Metrics { series } = sent.await?;
        let grid = Grid::over(&series, step, from, part.1);
        // A server that measures no more often than that has said all.
        if !is_finer(grid.length(), range) {
            return Ok(None);
        }
        Ok(Some(FinerSteps {
            times: grid.times(),
            step: grid.step(),
            series: grid.series(series),
        }))
    }
}

/// The finest step that does not make too many of a part; `None` where it is no finer than the range's.
fn finer_step(range: TimeRange, (from, to): (DateTime<Utc>, DateTime<Utc>)) -> Option<TimeDelta> {
    let span = to - from;
    if span <= TimeDelta::zero() || span > range.span() {
        return None;
    }
    let mut steps = STEPS.into_iter().map(TimeDelta::seconds);
    let step = steps.find(|step| *step * MOST_STEPS >= span)?;
    is_finer(step, range).then_some(step)
}

fn is_finer(step: TimeDelta, range: TimeRange) -> bool {
    step * 2 <= range.step()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_part_has_few_enough_steps_and_finer_ones_than_the_whole(
            from in 0i64..4_000_000_000, seconds in -10i64..800_000, which in 0usize..5,
        ) {
            let range = TimeRange::ALL[which];
            let from = DateTime::from_timestamp(from, 0).unwrap();
            let part = (from, from + TimeDelta::seconds(seconds));
            let Some(step) = finer_step(range, part) else {
                return Ok(());
            };
            prop_assert!(step * 2 <= range.step());
            prop_assert!((part.1 - part.0) <= step * MOST_STEPS);
            prop_assert!(part.1 > part.0 && part.1 - part.0 <= range.span());
        }
    }

    #[test]
    fn an_hour_of_a_week_is_seen_in_steps_of_twenty_seconds() {
        let from = DateTime::UNIX_EPOCH;
        let hour = (from, from + TimeDelta::hours(1));
        assert_eq!(
            finer_step(TimeRange::Week, hour),
            Some(TimeDelta::seconds(20))
        );
        assert_eq!(finer_step(TimeRange::Hour, hour), None);
        let week = (from, from + TimeDelta::days(7));
        assert_eq!(finer_step(TimeRange::Week, week), None);
    }
}
