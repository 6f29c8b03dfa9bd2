//! What ran before what runs now, for who wants to go back to it.

use std::cmp::Ordering;

use miso_api::{Deployment, DeploymentStatus, EnvironmentEntry};

use super::row::State;
use crate::image::{compare_tags, tag_of};

/// The image that one goes back to: what ran before what is unwell there now.
pub(crate) fn image_to_go_back_to<'a>(
    entry: &EnvironmentEntry,
    known: impl IntoIterator<Item = &'a Deployment>,
) -> Option<String> {
    if !State::of(entry).is_unwell() {
        return None;
    }
    image_before(entry, known)
}

/// The image that ran before the one there now; `known` are deployments of this application, the
/// newest first. Going back is no change to go back from: after 1.3 → 1.4 → 1.3 the image before 1.3
/// is not 1.4.
pub(super) fn image_before<'a>(
    entry: &EnvironmentEntry,
    known: impl IntoIterator<Item = &'a Deployment>,
) -> Option<String> {
    let image = entry.image.as_deref().filter(|image| !image.is_empty())?;
    known
        .into_iter()
        .filter(|deployment| deployment.environment == entry.environment)
        .filter(|deployment| {
            matches!(
                deployment.status,
                DeploymentStatus::Completed | DeploymentStatus::Failed
            )
        })
        .filter(|deployment| deployment.image.as_deref() == Some(image))
        .filter(|deployment| deployment.rollback_of.is_none())
        .filter_map(|deployment| deployment.previous_image.as_deref())
        .find(|before| {
            !before.is_empty()
                && *before != image
                && compare_tags(tag_of(before), tag_of(image)) != Some(Ordering::Greater)
        })
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::newest_first;
    use crate::fleet::tests::{at, deployment, entry, image};

    fn change(from: &str, to: &str, minute: i64, status: &str) -> Deployment {
        let mut change = deployment("a", "prod", to, minute, status);
        change.previous_image = Some(image(from));
        change.completed_at = Some(at(minute));
        change
    }

    fn before(tag: &str, known: &[Deployment]) -> Option<String> {
        image_before(&entry("prod", tag), newest_first(known))
    }

    #[test]
    fn one_goes_back_to_what_ran_before() {
        let known = [
            change("1.2", "1.3", 1, "completed"),
            change("1.3", "1.4", 2, "completed"),
            change("1.4", "1.4", 3, "completed"),
            change("1.4", "1.5", 4, "cancelled"),
        ];
        assert_eq!(before("1.4", &known), Some(image("1.3")));
        assert_eq!(before("1.3", &known), Some(image("1.2")));
        assert_eq!(before("1.5", &known), None, "it never came to run");
        assert_eq!(before("9.9", &known), None);
        assert_eq!(before("1.4", &[]), None);
        let failed = [change("1.3", "1.4", 1, "failed")];
        assert_eq!(before("1.4", &failed), Some(image("1.3")));
    }

    #[test]
    fn what_one_came_back_from_is_not_gone_back_to() {
        let mut known = vec![
            change("1.2", "1.3", 1, "completed"),
            change("1.3", "1.4", 2, "completed"),
            change("1.4", "1.3", 3, "completed"),
        ];
        assert_eq!(before("1.3", &known), Some(image("1.2")));
        known[2].rollback_of = Some("a prod 1.3 1".to_owned());
        known[2].previous_image = Some(image("broken"));
        assert_eq!(before("1.3", &known), Some(image("1.2")));
    }
}
