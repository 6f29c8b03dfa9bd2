//! What the form of a deployment begins with: the image that is most likely meant, and others that
//! could be.

use miso_api::DeploymentStatus;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::Client;
use crate::fleet::{entry_of, image_to_go_back_to};
use crate::image::{own_tag_of, repository_of, tag_of, with_tag};
use crate::known::Known;
use crate::preflight::below;

/// More are no help.
const MOST: usize = 6;

/// What the form of a deployment begins with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DeployChoices {
    /// What a tag that is typed is put to.
    pub repository: String,
    /// What is most likely meant.
    pub first: OfferedImage,
    /// Whether that is what ran there before what is unwell there now.
    pub goes_back: bool,
    /// What else could be meant: what is on the clipboard, what runs elsewhere, what ran there before.
    pub others: Vec<OfferedImage>,
}

/// An image that could be meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct OfferedImage {
    /// All of it; empty where none is known.
    pub image: String,
    /// What tells it from the others; empty where it has no tag.
    pub tag: String,
    /// What it is called in short: its tag, else its name.
    pub name: String,
    /// Whether its tag alone says it, put to the repository.
    pub by_tag: bool,
    /// The environment that it runs in.
    pub runs_in: Option<String>,
    /// Whether it ran there just before what runs there now.
    pub before: bool,
    /// Whether it is on the clipboard.
    pub copied: bool,
}

/// The image that a form asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum WantedImage {
    /// All of it was typed.
    Image {
        /// The image.
        image: String,
    },
    /// A tag or a digest of a repository.
    Tag {
        /// The repository.
        repository: String,
        /// The tag.
        tag: String,
    },
}

impl WantedImage {
    /// All of it; `None` where nothing was typed.
    #[must_use]
    pub fn image(&self) -> Option<String> {
        match self {
            Self::Image { image } => Some(image.trim().to_owned()),
            Self::Tag { repository, tag } => Some(tag.trim())
                .filter(|tag| !tag.is_empty())
                .map(|tag| with_tag(repository, tag)),
        }
        .filter(|image| !image.is_empty())
    }
}

impl Client {
    /// What the form of a deployment begins with, by what is known. `wanted` is an image that somebody
    /// asks for, `copied` one that is on the clipboard. Asks nobody.
    pub fn deploy_choices(
        &self,
        application: &str,
        environment: &str,
        wanted: Option<String>,
        copied: Option<String>,
    ) -> DeployChoices {
        choices(&self.known_before(application), environment, wanted, copied)
    }
}

fn choices(
    known: &Known,
    environment: &str,
    wanted: Option<String>,
    copied: Option<String>,
) -> DeployChoices {
    let application = known.application.as_ref();
    let image_in = |environment: &str| {
        let entry = application.and_then(|application| entry_of(application, environment))?;
        entry.image.clone().filter(|image| !image.is_empty())
    };
    let running = image_in(environment);
    // The next image of the stage below, else what runs here.
    let next = application
        .and_then(|application| image_in(&below(known, application, environment)?))
        .or_else(|| running.clone())
        .or_else(|| application.and_then(|application| application.image.clone()))
        .unwrap_or_default();
    let deployments = || known.deployments.iter().flat_map(|known| &known.list);
    let repository = repository_of(running.as_deref().unwrap_or(&next)).to_owned();
    let before = application
        .and_then(|application| entry_of(application, environment))
        .and_then(|entry| image_to_go_back_to(entry, deployments()));
    let goes_back = wanted.is_none() && before.is_some();
    let first = wanted.or(before).unwrap_or(next);

    let mut others = Offers {
        running,
        repository: &repository,
        all: Vec::new(),
    };
    if let Some(copied) = copied {
        others.add(copied, |offer| offer.copied = true);
    }
    let entries = application
        .iter()
        .flat_map(|application| &application.environments);
    let keys = entries.map(|entry| entry.environment.as_str());
    for stage in known.stages.in_order(keys) {
        if let Some(image) = image_in(&stage.key).filter(|_| stage.key != environment) {
            others.add(image, |offer| offer.runs_in = Some(stage.key));
        }
    }
    let completed = deployments().filter(|deployment| {
        deployment.environment == environment && deployment.status == DeploymentStatus::Completed
    });
    let current = completed
        .clone()
        .find(|deployment| deployment.image == others.running);
    if let Some(image) = current.and_then(|current| current.previous_image.clone()) {
        others.add(image, |offer| offer.before = true);
    }
    for image in completed.filter_map(|deployment| deployment.image.clone()) {
        others.add(image, |_| ());
    }
    let others = others.all.into_iter().take(MOST).collect();
    DeployChoices {
        first: offered(first, &repository),
        goes_back,
        others,
        repository,
    }
}

/// What is offered so far, each image once.
struct Offers<'a> {
    running: Option<String>,
    repository: &'a str,
    all: Vec<OfferedImage>,
}

impl Offers<'_> {
    fn add(&mut self, image: String, say: impl FnOnce(&mut OfferedImage)) {
        if image.is_empty() || self.running.as_ref() == Some(&image) {
            return;
        }
        let known = self.all.iter().position(|offer| offer.image == image);
        let at = known.unwrap_or_else(|| {
            self.all.push(offered(image, self.repository));
            self.all.len() - 1
        });
        if let Some(offer) = self.all.get_mut(at) {
            say(offer);
        }
    }
}

fn offered(image: String, repository: &str) -> OfferedImage {
    let tag = own_tag_of(&image).unwrap_or_default().to_owned();
    OfferedImage {
        name: tag_of(&image).to_owned(),
        by_tag: !tag.is_empty() && with_tag(repository, &tag) == image,
        tag,
        image,
        runs_in: None,
        before: false,
        copied: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::tests::{application, at, deployment, entry, image, page};
    use crate::known::known_deployments;
    use crate::{Reading, Source};

    /// An application in dev at 1.2, in test at 1.1 and in prod, where 1.0 came after 0.9.
    fn known(sick: bool) -> Known {
        let mut prod = entry("prod", "1.0");
        if sick {
            prod.health = miso_api::HealthStatus::Unhealthy;
        }
        let mut last = deployment("a", "prod", "1.0", 2, "completed");
        last.previous_image = Some(image("0.9"));
        let history = vec![
            deployment("a", "prod", "0.8", 1, "completed"),
            deployment("a", "prod", "0.7", 1, "failed"),
            last,
        ];
        let reading = Reading {
            value: page(history),
            as_of: at(0),
            source: Source::Live,
            failure: None,
        };
        Known {
            application: Some(application(
                "a",
                vec![entry("dev", "1.2"), entry("test", "1.1"), prod],
            )),
            deployments: known_deployments("a", Some(reading), None),
            ..Known::default()
        }
    }

    fn told(choices: &DeployChoices) -> Vec<(&str, Option<&str>, bool, bool)> {
        let others = choices.others.iter();
        others
            .map(|offer| {
                (
                    &*offer.tag,
                    offer.runs_in.as_deref(),
                    offer.before,
                    offer.copied,
                )
            })
            .collect()
    }

    #[test]
    fn it_begins_with_what_comes_next_and_offers_what_could_be_meant() {
        let test = choices(&known(false), "test", None, None);
        assert_eq!(
            (&*test.first.image, test.goes_back),
            (&*image("1.2"), false)
        );
        assert_eq!(
            told(&test),
            [
                ("1.2", Some("dev"), false, false),
                ("1.0", Some("prod"), false, false)
            ]
        );
        let prod = choices(&known(false), "prod", None, Some(image("2.0")));
        assert_eq!(prod.first.image, image("1.1"));
        assert_eq!(
            told(&prod),
            [
                ("2.0", None, false, true),
                ("1.2", Some("dev"), false, false),
                ("1.1", Some("test"), false, false),
                ("0.9", None, true, false),
                ("0.8", None, false, false),
            ]
        );
        let nowhere = choices(&Known::default(), "dev", None, None);
        assert_eq!((&*nowhere.first.image, &*nowhere.repository), ("", ""));
    }

    #[test]
    fn what_is_unwell_goes_back_unless_something_else_is_asked_for() {
        let sick = choices(&known(true), "prod", None, None);
        assert_eq!((&*sick.first.image, sick.goes_back), (&*image("0.9"), true));
        let asked = choices(&known(true), "prod", Some("other/app:1.0".to_owned()), None);
        assert_eq!(
            (&*asked.first.image, asked.goes_back),
            ("other/app:1.0", false)
        );
        assert!(!asked.first.by_tag, "a tag would not say it");
    }

    #[test]
    fn a_tag_says_an_image_where_it_says_all_of_it() {
        let by_tag = |image: &str| offered(image.to_owned(), "host:5000/app").by_tag;
        assert!(by_tag("host:5000/app:1.0") && by_tag("host:5000/app@sha256:ab"));
        assert!(!by_tag("host:5000/app") && !by_tag("app:1.0"));
        assert!(
            !by_tag("host:5000/app:1.0@sha256:ab"),
            "the tag would be lost"
        );
    }

    #[test]
    fn what_is_typed_comes_to_an_image() {
        let tag = |tag: &str| {
            let (repository, tag) = ("host:5000/app".to_owned(), tag.to_owned());
            WantedImage::Tag { repository, tag }.image()
        };
        assert_eq!(tag(" 2.0 ").as_deref(), Some("host:5000/app:2.0"));
        assert_eq!(tag("sha256:ab").as_deref(), Some("host:5000/app@sha256:ab"));
        assert_eq!(tag("  "), None);
        let whole = |image: &str| {
            WantedImage::Image {
                image: image.to_owned(),
            }
            .image()
        };
        assert_eq!(whole(" app:1 ").as_deref(), Some("app:1"));
        assert_eq!(whole(""), None);
    }
}
