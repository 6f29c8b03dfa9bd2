//! Two lists of configuration items, by name.

use std::collections::BTreeMap;

use miso_api::ConfigurationItem;

/// Each name of either list once, in order, with what each list has under it; of two items that share
/// a name, the first.
pub(crate) fn paired<'a>(
    one: &'a [ConfigurationItem],
    other: &'a [ConfigurationItem],
) -> BTreeMap<&'a str, (Option<&'a ConfigurationItem>, Option<&'a ConfigurationItem>)> {
    let mut pairs: BTreeMap<&str, (Option<&ConfigurationItem>, Option<&ConfigurationItem>)> =
        BTreeMap::new();
    for item in one {
        pairs.entry(&item.name).or_default().0.get_or_insert(item);
    }
    for item in other {
        pairs.entry(&item.name).or_default().1.get_or_insert(item);
    }
    pairs
}
