//! Many positions in little memory.

/// Positions share a block with those that differ in the lower bits only.
const BITS: u32 = 16;
const WORDS: usize = 1 << (BITS - 6);
/// From so many on a block is a bitmap: it is smaller then.
const FEW: usize = WORDS * 4;

/// A set of positions to which ever greater ones are added.
#[derive(Clone, Debug, Default)]
pub(crate) struct Positions {
    blocks: Vec<Block>,
    count: u64,
}

#[derive(Clone, Debug)]
struct Block {
    high: u64,
    /// How many are in the blocks before.
    before: u64,
    low: Low,
}

#[derive(Clone, Debug)]
enum Low {
    Few(Vec<u16>),
    Many(Box<[u64; WORDS]>),
}

impl Positions {
    /// How many there are.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// Adds one that is greater than all others.
    pub(crate) fn push(&mut self, position: u64) {
        let (high, low) = (position >> BITS, position as u16);
        if self.blocks.last().is_none_or(|last| last.high != high) {
            self.blocks.push(Block {
                high,
                before: self.count,
                low: Low::Few(Vec::new()),
            });
        }
        if let Some(last) = self.blocks.last_mut() {
            last.low.push(low);
        }
        self.count += 1;
    }

    /// The one that has so many before it.
    pub(crate) fn nth(&self, number: u64) -> Option<u64> {
        if number >= self.count {
            return None;
        }
        let at = self.blocks.partition_point(|block| block.before <= number);
        let block = self.blocks.get(at.checked_sub(1)?)?;
        let low = block.low.nth((number - block.before) as usize)?;
        Some(block.high << BITS | u64::from(low))
    }

    /// How many are less than a position.
    pub(crate) fn rank(&self, position: u64) -> u64 {
        let high = position >> BITS;
        let at = self.blocks.partition_point(|block| block.high < high);
        match self.blocks.get(at) {
            Some(block) if block.high == high => {
                block.before + block.low.rank(position as u16) as u64
            }
            Some(block) => block.before,
            None => self.count,
        }
    }

    /// Leaves out those that are less than a position.
    pub(crate) fn drop_before(&mut self, position: u64) {
        if self.nth(0).is_none_or(|first| first >= position) {
            return;
        }
        let from = self.rank(position);
        let mut left = Self::default();
        (from..self.count)
            .filter_map(|number| self.nth(number))
            .for_each(|position| left.push(position));
        *self = left;
    }
}

impl Low {
    fn push(&mut self, low: u16) {
        match self {
            Self::Few(all) if all.len() < FEW => all.push(low),
            Self::Few(all) => {
                let mut words = Box::new([0; WORDS]);
                for one in all.iter().chain([&low]) {
                    words[usize::from(*one) / 64] |= 1 << (one % 64);
                }
                *self = Self::Many(words);
            }
            Self::Many(words) => words[usize::from(low) / 64] |= 1 << (low % 64),
        }
    }

    fn nth(&self, mut number: usize) -> Option<u16> {
        let words = match self {
            Self::Few(all) => return all.get(number).copied(),
            Self::Many(words) => words,
        };
        for (at, word) in words.iter().enumerate() {
            let ones = word.count_ones() as usize;
            if number < ones {
                let mut word = *word;
                for _ in 0..number {
                    word &= word - 1;
                }
                return Some((at * 64) as u16 + word.trailing_zeros() as u16);
            }
            number -= ones;
        }
        None
    }

    fn rank(&self, low: u16) -> usize {
        let words = match self {
            Self::Few(all) => return all.partition_point(|one| *one < low),
            Self::Many(words) => words,
        };
        let at = usize::from(low) / 64;
        let ones = |word: &u64| word.count_ones() as usize;
        let whole: usize = words[..at].iter().map(ones).sum();
        whole + ones(&(words[at] & ((1 << (low % 64)) - 1)))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn it_is_a_set(
            few in proptest::collection::btree_set(0..1_000_000_u64, 0..200),
            (from, step, count) in (0..300_000_u64, 1..9_u64, 0..20_000_u64),
            asked in proptest::collection::vec(0..1_000_000_u64, 20),
            dropped in 0..1_000_000_u64,
        ) {
            let dense = (0..count).map(|number| from + number * step);
            let mut oracle: BTreeSet<u64> = few.into_iter().chain(dense).collect();
            let mut positions = Positions::default();
            oracle.iter().for_each(|position| positions.push(*position));
            for is_dropped in [false, true] {
                if is_dropped {
                    positions.drop_before(dropped);
                    oracle = oracle.split_off(&dropped);
                }
                let sorted: Vec<u64> = oracle.iter().copied().collect();
                prop_assert_eq!(positions.count(), sorted.len() as u64);
                for position in &asked {
                    let rank = sorted.partition_point(|one| one < position);
                    prop_assert_eq!(positions.rank(*position), rank as u64);
                    prop_assert_eq!(positions.nth(rank as u64), sorted.get(rank).copied());
                }
                prop_assert_eq!(positions.nth(sorted.len() as u64), None);
            }
        }
    }
}
