//! How long requests took, in steps that grow: each is a fifth longer than the one before, so a
//! quantile is known to a tenth, whatever its size.

use serde::{Deserialize, Serialize};

/// Steps; the last holds all that took longer, from about 3 minutes on.
const STEPS: usize = 72;
/// The end of the first step, in milliseconds.
const FIRST: f64 = 0.5;
const GROWTH: f64 = 1.2;

/// Counts by duration. Empty steps take no room.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Histogram(Vec<(u8, u32)>);

impl Histogram {
    /// Counts a duration in milliseconds.
    pub(crate) fn add(&mut self, ms: f64) {
        let step = ((ms.max(FIRST) / FIRST).ln() / GROWTH.ln()).ceil();
        self.count((step as usize).min(STEPS - 1) as u8, 1);
    }

    /// Takes over what another one counted.
    pub(crate) fn merge(&mut self, other: &Self) {
        for (step, count) in &other.0 {
            self.count(*step, *count);
        }
    }

    /// The duration that this share of all took at most, in milliseconds; `None` where nothing was
    /// counted.
    pub(crate) fn quantile(&self, share: f64) -> Option<f64> {
        let all: u64 = self.0.iter().map(|(_, count)| u64::from(*count)).sum();
        let rank = (all as f64 * share).ceil().max(1.0) as u64;
        let mut passed = 0;
        let step = self.0.iter().find(|(_, count)| {
            passed += u64::from(*count);
            passed >= rank
        });
        // The middle of the step, by the measure that the steps grow by.
        step.map(|(step, _)| FIRST * GROWTH.powf(f64::from(*step) - 0.5))
            .map(|ms| (ms * 10.0).round() / 10.0)
    }

    fn count(&mut self, step: u8, count: u32) {
        match self.0.binary_search_by_key(&step, |(step, _)| *step) {
            Ok(at) => self.0[at].1 = self.0[at].1.saturating_add(count),
            Err(at) => self.0.insert(at, (step, count)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// A quantile is within a step of the true one, and merging loses nothing.
        #[test]
        fn a_quantile_is_near(mut ms in prop::collection::vec(1.0f64..60_000.0, 1..200), share in 0.01f64..1.0) {
            let (mut one, mut other) = (Histogram::default(), Histogram::default());
            for (index, ms) in ms.iter().enumerate() {
                if index % 2 == 0 { one.add(*ms) } else { other.add(*ms) }
            }
            one.merge(&other);
            ms.sort_by(f64::total_cmp);
            let rank = (ms.len() as f64 * share).ceil().max(1.0) as usize;
            let truth = ms[rank - 1];
            let found = one.quantile(share).unwrap();
            prop_assert!(found >= truth / GROWTH - 0.1 && found <= truth * GROWTH + 0.1, "{found} {truth}");
        }
    }

    #[test]
    fn nothing_has_no_quantile() {
        assert_eq!(Histogram::default().quantile(0.5), None);
    }
}
