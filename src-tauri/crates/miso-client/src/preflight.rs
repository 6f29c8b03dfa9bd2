//! What is known about a deployment before it is sent, and whether it may be. The same check guards
//! the sending (DESIGN.md, house rule 8).

use miso_api::{
    Application, ApplicationStatus, Configuration, ConfigurationItem, ConfigurationLocation,
    DeployRequest, Deployment, DeploymentStatus, EnvironmentEntry, LONGEST_NOTE, Permission,
};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::compare_page::compare_page;
use crate::fleet::{State, entry_of, image_to_go_back_to};
use crate::image::{own_tag_of, repository_of, tag_of};
use crate::known::{Known, KnownDeployments};
use crate::paired::paired;
use crate::permission::{Allowed, to_deploy};
use crate::{Capability, Client, Code, Failure, Resource, Stage};

/// A deployment before it is sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Preflight {
    /// Where it would go.
    pub environment: Stage,
    /// What to know before; empty without an image.
    pub findings: Vec<Finding>,
    /// The image that would be deployed; `None` where none was named.
    pub image: Option<String>,
    /// The tag of that image; empty where it has none.
    pub tag: String,
    /// What deploying it does to what runs there.
    pub effect: Effect,
    /// Why it may not be sent.
    pub refusal: Option<Failure>,
    /// The deployment that brought this image there last, where something else runs now: repeating
    /// it brings back the configuration of then too, secrets included. `None` where none is known,
    /// or the instance cannot.
    pub repeats: Option<String>,
    /// Whether the instance may be asked what would change.
    pub dry_run: bool,
    /// In what the configuration there differs from that of the last deployment: this one brings it.
    /// `None` where that is not known.
    pub configuration: Option<PendingChanges>,
    /// The last deployment that came through there: what it was started with is told by its own
    /// reading.
    pub last: Option<String>,
    /// Whether the application's repository has a page that shows what is between what runs there and
    /// the image.
    pub comparable: bool,
    /// Characters that its note may have; 0 where the instance is known to keep none.
    pub longest_note: u32,
}

/// What a deployment does to what runs in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Effect {
    /// Another image runs then.
    Deploy,
    /// The same is started again.
    Restart,
    /// What ran before what is unwell now runs again.
    RollBack,
}

/// Something to know before a deployment is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Finding {
    /// What it is.
    pub kind: FindingKind,
    /// Its shape.
    pub state: State,
    /// The tag that would be deployed; of another repository, the name of what runs there.
    pub tag: String,
    /// The environment it speaks of.
    pub environment: Stage,
    /// The items of configuration it speaks of, by their names.
    pub names: Vec<String>,
}

/// In what a configuration differs from another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct PendingChanges {
    /// Items of both.
    pub total: u32,
    /// Those that differ, by name.
    pub items: Vec<PendingItem>,
}

/// In what one item differs. Of a secret only whether it is there and has a value is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct PendingItem {
    /// Its name.
    pub name: String,
    /// Whether it is a secret, in one of the two at least.
    pub secret: bool,
    /// Its value at the last deployment; of a secret none.
    pub before: Option<String>,
    /// Its value now; of a secret none.
    pub after: Option<String>,
}

/// What can be found before a deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum FindingKind {
    /// The image runs there now, well or (by the shape) not: it is started again.
    Restart,
    /// It is of another repository than what runs there: not another version of it.
    OtherRepository,
    /// It runs one stage lower.
    RunsBelow,
    /// It ran one stage lower.
    RanBelow,
    /// It never ran one stage lower.
    NeverRan,
    /// What is known does not tell whether it ran one stage lower.
    NotKnownBelow,
    /// It ran there before, and the instance cannot bring back the configuration of then.
    ConfigurationStays,
    /// What the application needs there has no value.
    RequiredUnset,
    /// All that it needs there has one.
    RequiredSet,
    /// Nothing was deployed there yet.
    First,
    /// Another deployment is under way there.
    Another,
    /// None is.
    NoOther,
    /// What is known does not tell whether one is.
    NotKnownOther,
    /// The server has not said whether the account may deploy there.
    NotKnownPermission,
}

impl Client {
    /// What is known about deploying this image there. Asks nobody: the server's word comes when
    /// it is sent.
    pub fn preflight(
        &self,
        application: &str,
        environment: &str,
        image: Option<&str>,
    ) -> Preflight {
        let known = self.known_before(application);
        let configuration = self.peek::<Configuration>(&Resource::Configuration {
            application: application.to_owned(),
            environment: Some(environment.to_owned()),
        });
        let last = last_there(&known, environment).map(|last| {
            let id = last.id.clone();
            // Its own reading says more than a list does.
            let own = self.peek::<Deployment>(&Resource::Deployment { id });
            own.unwrap_or_else(|| last.clone())
        });
        let request = DeployRequest {
            environment: environment.to_owned(),
            image: image.map(str::to_owned),
            note: None,
            ..DeployRequest::default()
        };
        let offers = |capability| self.inner.capabilities.offers(capability);
        Preflight {
            environment: known.stages.stage(environment),
            image: image.map(str::to_owned),
            tag: image.and_then(own_tag_of).unwrap_or_default().to_owned(),
            effect: effect(&known, environment, image),
            findings: image
                .filter(|image| !image.is_empty())
                .map(|image| {
                    let mut found = findings(&known, environment, image);
                    found.extend(required(&known, environment, image, configuration.as_ref()));
                    found
                })
                .unwrap_or_default(),
            refusal: check(&known, &request).err(),
            repeats: image
                .filter(|_| known.can_repeat != Some(false))
                .and_then(|image| last_of(&known, environment, image)),
            configuration: configuration
                .as_ref()
                .zip(last.as_ref())
                .and_then(|(now, last)| differing(last, &now.items)),
            last: last.map(|last| last.id),
            comparable: image.is_some_and(|image| is_comparable(&known, environment, image)),
            dry_run: offers(Capability::DryRun) != Some(false),
            longest_note: match offers(Capability::DeployNote) {
                Some(false) => 0,
                Some(true) | None => LONGEST_NOTE,
            },
        }
    }

    /// The image that is known to run there.
    pub(crate) fn running_image(&self, application: &str, environment: &str) -> Option<String> {
        let application = self.known_before(application).application?;
        entry_of(&application, environment)?.image.clone()
    }

    /// Refuses what would be refused before it is sent.
    pub(crate) fn check_deploy(
        &self,
        application: &str,
        request: &DeployRequest,
    ) -> Result<(), Failure> {
        check(&self.known_before(application), request)
    }
}

/// Whether a deployment may be sent, as far as is known.
pub(crate) fn check(known: &Known, request: &DeployRequest) -> Result<(), Failure> {
    let entry = known
        .application
        .as_ref()
        .and_then(|application| entry_of(application, &request.environment));
    let asked = known.asked(&request.environment);
    if to_deploy(entry, asked, known.me.as_ref(), &request.environment) == Allowed::No {
        return Err(
            Failure::new(Code::Forbidden).with("permission", Permission::ApplicationsDeploy)
        );
    }
    let note = request.note.as_deref().unwrap_or_default();
    if note.chars().count() > LONGEST_NOTE as usize {
        return Err(Failure::new(Code::NoteTooLong).with("limit", LONGEST_NOTE));
    }
    Ok(())
}

/// What deploying an image does to what runs there.
fn effect(known: &Known, environment: &str, image: Option<&str>) -> Effect {
    let application = known.application.as_ref();
    let entry = application.and_then(|application| entry_of(application, environment));
    let (Some(entry), Some(image)) = (entry, image) else {
        return Effect::Deploy;
    };
    if entry.image.as_deref() == Some(image) {
        return Effect::Restart;
    }
    let deployments = known.deployments.iter().flat_map(|known| &known.list);
    match image_to_go_back_to(entry, deployments) {
        Some(before) if before == image => Effect::RollBack,
        Some(_) | None => Effect::Deploy,
    }
}

/// The deployment that brought an image there last and came through, where something else runs now.
fn last_of(known: &Known, environment: &str, image: &str) -> Option<String> {
    let entry = entry_of(known.application.as_ref()?, environment)?;
    if entry.image.as_deref() == Some(image) {
        return None;
    }
    let known = known.deployments.as_ref()?;
    let mut list = known.list.iter();
    let last = list.find(|deployment| {
        deployment.environment == environment
            && deployment.status == DeploymentStatus::Completed
            && deployment.image.as_deref() == Some(image)
    });
    last.map(|deployment| deployment.id.clone())
}

/// What to know before an image is deployed there.
pub(crate) fn findings(known: &Known, environment: &str, image: &str) -> Vec<Finding> {
    let finding = |kind: FindingKind, environment: &str| Finding {
        kind,
        state: kind.state(),
        tag: tag_of(image).to_owned(),
        environment: known.stages.stage(environment),
        names: Vec::new(),
    };
    let mut found = Vec::new();
    let application = known.application.as_ref();
    let entry = application.and_then(|application| entry_of(application, environment));
    if entry.is_some_and(|entry| entry.image.as_deref() == Some(image)) {
        found.push(Finding {
            state: entry.map_or(State::Well, restarted),
            ..finding(FindingKind::Restart, environment)
        });
    } else if let Some((application, below)) = application
        .and_then(|application| Some((application, below(known, application, environment)?)))
    {
        let kind = ran_below(application, &below, image, known.deployments.as_ref());
        found.push(finding(kind, &below));
    }
    let running = entry.and_then(|entry| entry.image.as_deref());
    if let Some(other) = running.map(repository_of)
        && !other.is_empty()
        && other != repository_of(image)
    {
        found.push(Finding {
            tag: other.rsplit('/').next().unwrap_or(other).to_owned(),
            ..finding(FindingKind::OtherRepository, environment)
        });
    }
    if known.can_repeat == Some(false) && last_of(known, environment, image).is_some() {
        found.push(finding(FindingKind::ConfigurationStays, environment));
    }
    if application.is_some() && entry.is_none() {
        found.push(finding(FindingKind::First, environment));
    }
    let asked = known.asked(environment);
    if to_deploy(entry, asked, known.me.as_ref(), environment) == Allowed::NotKnown {
        found.push(finding(FindingKind::NotKnownPermission, environment));
    }
    let deploying = entry.is_some_and(|entry| entry.status == ApplicationStatus::Deploying);
    let other = match &known.deployments {
        _ if deploying => FindingKind::Another,
        Some(known) if known.is_busy(environment) => FindingKind::Another,
        Some(known) if known.live => FindingKind::NoOther,
        Some(_) | None => FindingKind::NotKnownOther,
    };
    found.push(finding(other, environment));
    found
}

/// Whether all that the application needs there has a value, where that is known.
fn required(
    known: &Known,
    environment: &str,
    image: &str,
    configuration: Option<&Configuration>,
) -> Option<Finding> {
    let items = &configuration?.items;
    let needed = items.iter().filter(|item| item.required);
    let unset = needed.clone().filter(|item| !has_value(item));
    let names: Vec<String> = unset.map(|item| item.name.clone()).collect();
    let kind = match (needed.count(), names.is_empty()) {
        (0, _) => return None,
        (_, true) => FindingKind::RequiredSet,
        (_, false) => FindingKind::RequiredUnset,
    };
    Some(Finding {
        kind,
        state: kind.state(),
        tag: tag_of(image).to_owned(),
        environment: known.stages.stage(environment),
        names,
    })
}

fn has_value(item: &ConfigurationItem) -> bool {
    match item.location {
        ConfigurationLocation::Keyvault => item.is_set != Some(false),
        ConfigurationLocation::Variable | ConfigurationLocation::Unknown(_) => {
            item.value.as_ref().is_some_and(|value| !value.is_empty())
        }
    }
}

/// The last deployment that came through there.
fn last_there<'a>(known: &'a Known, environment: &str) -> Option<&'a Deployment> {
    let deployments = known.deployments.iter().flat_map(|known| &known.list);
    deployments
        .filter(|one| one.environment == environment)
        .find(|one| one.status == DeploymentStatus::Completed)
}

/// In what a configuration differs from what a deployment was started with, where that is told.
pub(crate) fn differing(last: &Deployment, now: &[ConfigurationItem]) -> Option<PendingChanges> {
    // A list leaves it out.
    let before = Some(&last.configuration).filter(|all| !all.is_empty())?;
    let pairs = paired(before, now);
    let items = pairs.iter().filter_map(|(name, (before, after))| {
        let told = |item: &Option<&ConfigurationItem>| {
            item.map(|item| (item.value.clone(), has_value(item)))
        };
        (told(before) != told(after)).then(|| PendingItem {
            name: (*name).to_owned(),
            secret: before.iter().chain(after).any(|item| item.is_secret()),
            before: before.and_then(|item| item.value.clone()),
            after: after.and_then(|item| item.value.clone()),
        })
    });
    Some(PendingChanges {
        items: items.collect(),
        total: u32::try_from(pairs.len()).unwrap_or(u32::MAX),
    })
}

fn is_comparable(known: &Known, environment: &str, image: &str) -> bool {
    known.application.as_ref().is_some_and(|application| {
        let running = entry_of(application, environment).and_then(|entry| entry.image.as_deref());
        running.is_some_and(|running| compare_page(application, running, image).is_some())
    })
}

/// Starting again what is unwell seldom mends it.
fn restarted(entry: &EnvironmentEntry) -> State {
    match State::of(entry) {
        unwell @ (State::Bad | State::Warning) => unwell,
        State::Progress | State::Unknown | State::Off | State::Well => State::Well,
    }
}

/// The stage that comes before, of those the application was deployed to.
pub(crate) fn below(known: &Known, application: &Application, environment: &str) -> Option<String> {
    let entries = application.environments.iter();
    let keys = entries.map(|entry| entry.environment.as_str());
    let order = known.stages.in_order(keys.chain([environment]));
    let before = order
        .into_iter()
        .take_while(|stage| stage.key != environment);
    before.last().map(|stage| stage.key)
}

fn ran_below(
    application: &Application,
    below: &str,
    image: &str,
    known: Option<&KnownDeployments>,
) -> FindingKind {
    let there = entry_of(application, below);
    if there.is_some_and(|entry| entry.image.as_deref() == Some(image)) {
        return FindingKind::RunsBelow;
    }
    match known {
        Some(known) if known.completed(below, image) => FindingKind::RanBelow,
        Some(known) if known.complete => FindingKind::NeverRan,
        Some(_) | None => FindingKind::NotKnownBelow,
    }
}

impl FindingKind {
    fn state(self) -> State {
        match self {
            Self::Restart
            | Self::RunsBelow
            | Self::RanBelow
            | Self::RequiredSet
            | Self::First
            | Self::NoOther => State::Well,
            Self::NeverRan | Self::OtherRepository | Self::ConfigurationStays => State::Warning,
            Self::Another | Self::RequiredUnset => State::Bad,
            Self::NotKnownBelow | Self::NotKnownOther | Self::NotKnownPermission => State::Unknown,
        }
    }
}

#[cfg(test)]
#[path = "preflight_tests.rs"]
mod tests;
