//! Where an application's repository shows what changed between two images.

use miso_api::Application;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use crate::image::{repository_of, tag_of};
use crate::{Client, Code, Failure};

/// What stands for itself in the name of a tag.
const IN_A_REF: &AsciiSet = &NON_ALPHANUMERIC.remove(b'.').remove(b'-').remove(b'_');

impl Client {
    /// The page of the application's own repository that compares two of its images by their tags.
    /// Asks nobody.
    ///
    /// # Errors
    /// [`Code::NotFound`] where it is not known to have a repository that shows it.
    pub fn compare_page(
        &self,
        application: &str,
        before: &str,
        after: &str,
    ) -> Result<Url, Failure> {
        let known = self.known_application(application);
        known
            .and_then(|known| compare_page(&known, before, after))
            .ok_or_else(|| Failure::new(Code::NotFound))
    }
}

/// The page that compares two images, on the hosts that the manifest's rules know.
pub(crate) fn compare_page(application: &Application, before: &str, after: &str) -> Option<Url> {
    let repository = application.rest.get("repository")?.get("repositoryUrl")?;
    let mut url = Url::parse(repository.as_str()?).ok()?;
    let is_plain = url.scheme() == "https"
        && url.username().is_empty()
        && url.password().is_none()
        && url.port().is_none();
    // Of two repositories, or by digests, nobody can compare.
    let comparable = |image: &str| !image.contains('@') && tag_of(image) != image;
    if !is_plain
        || before == after
        || repository_of(before) != repository_of(after)
        || !comparable(before)
        || !comparable(after)
    {
        return None;
    }
    let name = |image: &str| utf8_percent_encode(tag_of(image), IN_A_REF).to_string();
    let (from, to) = (name(before), name(after));
    let path = url
        .path()
        .trim_end_matches('/')
        .trim_end_matches(".git")
        .to_owned();
    let host = url.host_str()?.to_owned();
    let below = |domain: &str| host == domain || host.ends_with(&format!(".{domain}"));
    url.set_fragment(None);
    url.set_query(None);
    if below("github.com") {
        url.set_path(&format!("{path}/compare/{from}...{to}"));
    } else if below("gitlab.com") {
        url.set_path(&format!("{path}/-/compare/{from}...{to}"));
    } else if below("dev.azure.com") || below("visualstudio.com") {
        url.set_path(&format!("{path}/branchCompare"));
        // GT: what follows is a tag.
        url.set_query(Some(&format!("baseVersion=GT{from}&targetVersion=GT{to}")));
    } else {
        return None;
    }
    Some(url)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::fleet::tests::application;

    fn page(repository: &str, before: &str, after: &str) -> Option<String> {
        let mut known = application("a", Vec::new());
        let repository = json!({"enabled": true, "repositoryUrl": repository});
        known.rest.insert("repository".to_owned(), repository);
        compare_page(&known, before, after).map(String::from)
    }

    #[test]
    fn each_host_compares_in_its_own_way() {
        for (repository, expected) in [
            (
                "https://github.com/team/orders",
                "https://github.com/team/orders/compare/1.3.9...1.4.0",
            ),
            (
                "https://github.com/team/orders.git/",
                "https://github.com/team/orders/compare/1.3.9...1.4.0",
            ),
            (
                "https://gitlab.com/group/sub/orders",
                "https://gitlab.com/group/sub/orders/-/compare/1.3.9...1.4.0",
            ),
            (
                "https://dev.azure.com/org/project/_git/orders",
                "https://dev.azure.com/org/project/_git/orders/branchCompare?baseVersion=GT1.3.9&targetVersion=GT1.4.0",
            ),
        ] {
            let found = page(repository, "r.example/a:1.3.9", "r.example/a:1.4.0");
            assert_eq!(found.as_deref(), Some(expected), "{repository}");
        }
    }

    #[test]
    fn what_cannot_be_compared_leads_nowhere() {
        let github = "https://github.com/team/orders";
        for (repository, before, after) in [
            (github, "a:1", "a:1"),
            (github, "a:1", "b:1"),
            (github, "a", "a:1"),
            (github, "a@sha256:1", "a@sha256:2"),
            ("http://github.com/team/orders", "a:1", "a:2"),
            ("https://github.com:8443/team/orders", "a:1", "a:2"),
            ("https://github.com.example/team/orders", "a:1", "a:2"),
            ("https://user:secret@github.com/team/orders", "a:1", "a:2"),
            ("https://files.example/orders", "a:1", "a:2"),
            ("javascript:alert(1)", "a:1", "a:2"),
            ("", "a:1", "a:2"),
        ] {
            assert_eq!(
                page(repository, before, after),
                None,
                "{repository} {before} {after}"
            );
        }
        assert_eq!(
            compare_page(&application("a", Vec::new()), "a:1", "a:2"),
            None
        );
    }

    proptest! {
        /// Whatever a server says of a repository and its tags: only a page of that very host opens.
        #[test]
        fn only_the_repositorys_own_host_is_opened(path in "\\PC{0,30}", from in "\\PC{1,20}", to in "\\PC{1,20}") {
            let repository = format!("https://github.com/{path}");
            if let Some(page) = page(&repository, &format!("a:{from}"), &format!("a:{to}")) {
                let page = Url::parse(&page).unwrap();
                prop_assert_eq!(page.scheme(), "https");
                prop_assert_eq!(page.host_str(), Some("github.com"));
                prop_assert!(page.query().is_none() && page.fragment().is_none());
            }
        }
    }
}
