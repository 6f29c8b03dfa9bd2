//! What was found so far of a text.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashSet};

use miso_api::{ConfigurationItem, ConfigurationLocation};
use serde_json::Value;
use url::Url;

use super::needle::Needle;
use super::pages::{is_below, is_same_host, parts_of, web_address};
use super::{Anything, AnythingGroup, AnythingHeld, AnythingKind};
use crate::image::own_tag_of;
use crate::renewed::created_at;
use crate::{ConnectionId, Fault, LinkTarget};

/// As many of a kind are given.
const MOST: usize = 50;
/// Letters of a digest that tell it from others.
const DIGEST: usize = 7;
/// Letters that an id of a deployment has, at least and at most.
const SHORTEST_ID: usize = 20;
const LONGEST_ID: usize = 200;

/// What was found of a text, while it is looked for.
pub(super) struct Gathered {
    connection: ConnectionId,
    needle: Needle,
    /// The address that the text is, if it is one.
    address: Option<Url>,
    /// What of the instance's own address the text names, where it is an address of the instance.
    own_parts: Option<Vec<String>>,
    found: BTreeMap<AnythingKind, Vec<AnythingHeld>>,
    applications: HashSet<String>,
    deployments: HashSet<String>,
    items: HashSet<(String, Option<String>, String)>,
    /// Whether it is the id of a deployment that is known.
    is_known_id: bool,
}

impl Gathered {
    /// Nothing yet.
    pub(super) fn new(connection: ConnectionId, needle: Needle, instance: Url) -> Self {
        let address = web_address(needle.text());
        let own = address.as_ref().filter(|url| is_same_host(url, &instance));
        Self {
            connection,
            own_parts: own.map(parts_of),
            address,
            needle,
            found: BTreeMap::new(),
            applications: HashSet::new(),
            deployments: HashSet::new(),
            items: HashSet::new(),
            is_known_id: false,
        }
    }

    /// A page that the text is the address of.
    pub(super) fn page(
        &mut self,
        target: LinkTarget,
        application: Option<&str>,
        environment: Option<&str>,
    ) {
        let page = AnythingHeld::Page {
            target,
            application: application.map(str::to_owned),
            environment: environment.map(str::to_owned),
        };
        let is_new = |pages: &Vec<AnythingHeld>| !pages.contains(&page);
        if self.found.get(&AnythingKind::Page).is_none_or(is_new) {
            self.hold(AnythingKind::Page, page);
        }
    }

    /// Looks at an application with its places, once for each.
    pub(super) fn application(&mut self, row: &Value) {
        let Some(key) = row["key"].as_str() else {
            return;
        };
        if !self.applications.insert(key.to_owned()) {
            return;
        }
        let entries = row["environments"]
            .as_array()
            .map_or(&[][..], Vec::as_slice);
        for entry in entries {
            self.place(key, entry);
        }
        let last = entries.last().and_then(|e| e["environment"].as_str());
        let environment = last.unwrap_or("dev");
        let repository = row["repository"]["repositoryUrl"].as_str();
        self.named_by_the_instance(key, entries, environment);
        let is_of_repository = match (&self.address, repository) {
            (Some(address), Some(repository)) => is_below(address, repository),
            (Some(_), None) | (None, _) => false,
        };
        if is_of_repository {
            let target = LinkTarget::place(self.connection.clone(), key, environment);
            self.page(target, Some(key), Some(environment));
        }
        let texts = ["key", "displayName", "description", "version", "image"];
        let mut texts = texts
            .iter()
            .map(|name| row[*name].as_str())
            .chain([repository]);
        let words = texts.find_map(|text| self.needle.around(text?));
        if let Some(words) = words {
            let application = AnythingHeld::Application {
                application: key.to_owned(),
                environment: environment.to_owned(),
                words,
            };
            self.hold(AnythingKind::Application, application);
        }
    }

    /// Looks at a deployment, once for each.
    pub(super) fn deployment(&mut self, row: &Value) {
        let text = |name: &str| row[name].as_str();
        let (Some(id), Some(application), Some(environment)) =
            (text("id"), text("applicationKey"), text("environment"))
        else {
            return;
        };
        if !self.deployments.insert(id.to_owned()) {
            return;
        }
        self.is_known_id |= id == self.needle.text();
        let is_named = |parts: &Vec<String>| parts.iter().any(|part| part == id);
        let is_page = self.own_parts.as_ref().is_some_and(is_named);
        let texts = ["id", "image", "note", "error", "message"];
        let words = match is_page {
            true => Some(id.to_owned()),
            false => texts
                .iter()
                .find_map(|name| self.needle.around(text(name)?)),
        };
        let Some(words) = words else {
            return;
        };
        let deployment = AnythingHeld::Deployment {
            id: id.to_owned(),
            application: application.to_owned(),
            environment: environment.to_owned(),
            at: created_at(row),
            words,
        };
        self.hold(AnythingKind::Deployment, deployment);
    }

    /// Looks at the items of a configuration: at their names, and at values that are no secrets.
    pub(super) fn configuration(
        &mut self,
        application: &Value,
        environment: Option<&str>,
        items: &[ConfigurationItem],
    ) {
        let Some(application) = application.as_str() else {
            return;
        };
        for item in items {
            // What is of a kind that is not known may be a secret.
            let is_plain = item.location == ConfigurationLocation::Variable;
            let value = item.value.as_deref().filter(|_| is_plain);
            let words = match self.needle.is_in(&item.name) {
                true => None,
                false => match value.and_then(|value| self.needle.around(value)) {
                    None => continue,
                    words => words,
                },
            };
            let (application, environment, name) = (
                application.to_owned(),
                environment.map(str::to_owned),
                item.name.clone(),
            );
            let is_new =
                self.items
                    .insert((application.clone(), environment.clone(), name.clone()));
            if is_new {
                let item = AnythingHeld::Configuration {
                    application,
                    environment,
                    name,
                    words,
                };
                self.hold(AnythingKind::Configuration, item);
            }
        }
    }

    /// Looks at a call that failed.
    pub(super) fn fault(&mut self, fault: Fault) {
        let Fault {
            at,
            code,
            call,
            request_id,
        } = fault;
        if let Some(request_id) = request_id.filter(|id| self.needle.is_in(id)) {
            let fault = AnythingHeld::Fault {
                at,
                code,
                call,
                request_id,
            };
            self.hold(AnythingKind::Fault, fault);
        }
    }

    /// All of it, in order; `in_order` says in which order environments are.
    pub(super) fn done(mut self, in_order: impl FnOnce(BTreeSet<&str>) -> Vec<String>) -> Anything {
        if self.own_parts.is_some() && self.found.is_empty() {
            let connection = self.connection.clone();
            let page = String::new();
            self.page(LinkTarget::Page { connection, page }, None, None);
        }
        let may_be_deployment = self.may_be_deployment();
        let environments = self.found.values().flatten().filter_map(environment_of);
        let stages = in_order(environments.collect());
        let groups = self.found.into_iter().map(|(kind, mut held)| {
            held.sort_by_cached_key(|one| order_of(one, &stages));
            let total = u32::try_from(held.len()).unwrap_or(u32::MAX);
            held.truncate(MOST);
            AnythingGroup { kind, total, held }
        });
        Anything {
            groups: groups.collect(),
            may_be_deployment,
        }
    }

    fn place(&mut self, key: &str, entry: &Value) {
        let Some(environment) = entry["environment"].as_str() else {
            return;
        };
        let text = |name: &str| entry[name].as_str().filter(|text| !text.is_empty());
        let is_page = match (&self.address, text("url")) {
            (Some(address), Some(url)) => is_below(address, url),
            (Some(_), None) | (None, _) => false,
        };
        if is_page {
            let target = LinkTarget::place(self.connection.clone(), key, environment);
            self.page(target, Some(key), Some(environment));
        }
        let image = text("image");
        let runs = entry["status"] != "stopped"
            && image.is_some_and(|image| is_image(self.needle.text(), image));
        let kind = if runs {
            AnythingKind::Runs
        } else {
            AnythingKind::Place
        };
        let mut texts = [image, text("url"), text("healthMessage")]
            .into_iter()
            .flatten();
        let words = texts.find_map(|text| self.needle.around(text));
        // A tag may be written with a `v` before it or without.
        let words = words.or_else(|| image.filter(|_| runs).map(str::to_owned));
        if let Some(words) = words {
            let place = AnythingHeld::Place {
                application: key.to_owned(),
                environment: environment.to_owned(),
                words,
            };
            self.hold(kind, place);
        }
    }

    /// A page of the instance about an application, by the parts of its address.
    fn named_by_the_instance(&mut self, key: &str, entries: &[Value], otherwise: &str) {
        let Some(parts) = &self.own_parts else {
            return;
        };
        let Some(at) = parts.iter().position(|part| part == key) else {
            return;
        };
        let named = entries
            .iter()
            .filter_map(|entry| entry["environment"].as_str());
        let mut named = named.filter(|name| parts[at..].iter().any(|part| part == name));
        let environment = named.next().unwrap_or(otherwise).to_owned();
        let target = LinkTarget::place(self.connection.clone(), key, &environment);
        self.page(target, Some(key), Some(&environment));
    }

    /// Whether the instance could know a deployment by this: one word with digits and other signs,
    /// no number of a version, and not known yet.
    fn may_be_deployment(&self) -> bool {
        let text = self.needle.text();
        let is_word = text
            .chars()
            .all(|sign| sign.is_ascii_alphanumeric() || matches!(sign, '-' | '_'));
        let has = |wanted: fn(char) -> bool| text.chars().any(wanted);
        (SHORTEST_ID..=LONGEST_ID).contains(&text.len())
            && is_word
            && has(|sign| sign.is_ascii_digit())
            && has(|sign| sign.is_ascii_alphabetic())
            && !text.starts_with("req-")
            && !self.is_known_id
    }

    fn hold(&mut self, kind: AnythingKind, held: AnythingHeld) {
        self.found.entry(kind).or_default().push(held);
    }
}

/// Whether a text names just this image: all of it, its name with its tag, its tag with a `v` before
/// it or without, its digest or the beginning of that.
fn is_image(text: &str, image: &str) -> bool {
    let plain = |tag: &str| -> String {
        let number = tag.strip_prefix('v');
        let number = number.filter(|rest| rest.starts_with(|sign: char| sign.is_ascii_digit()));
        number.unwrap_or(tag).to_owned()
    };
    let Some(tag) = own_tag_of(image) else {
        return text == image;
    };
    let digest = tag.strip_prefix("sha256:");
    let is_begun = digest.is_some_and(|digest| {
        text.len() >= DIGEST
            && text.chars().all(|sign| sign.is_ascii_hexdigit())
            && digest.starts_with(text)
    });
    let is_end = text.contains([':', '@'])
        && image
            .strip_suffix(text)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('/'));
    text == image || plain(tag) == plain(text) || is_begun || is_end
}

fn environment_of(held: &AnythingHeld) -> Option<&str> {
    match held {
        AnythingHeld::Page { environment, .. }
        | AnythingHeld::Configuration { environment, .. } => environment.as_deref(),
        AnythingHeld::Application { environment, .. }
        | AnythingHeld::Place { environment, .. }
        | AnythingHeld::Deployment { environment, .. } => Some(environment),
        AnythingHeld::Fault { .. } => None,
    }
}

/// What is newer first; else by application and by environment.
fn order_of(held: &AnythingHeld, stages: &[String]) -> impl Ord + use<> {
    let stage = environment_of(held).and_then(|key| stages.iter().position(|one| one == key));
    let (at, application, name) = match held {
        AnythingHeld::Page { application, .. } => (None, application.clone(), None),
        AnythingHeld::Application { application, .. } | AnythingHeld::Place { application, .. } => {
            (None, Some(application.clone()), None)
        }
        AnythingHeld::Deployment { at, .. } => (*at, None, None),
        AnythingHeld::Configuration {
            application, name, ..
        } => (None, Some(application.clone()), Some(name.clone())),
        AnythingHeld::Fault { at, .. } => (Some(*at), None, None),
    };
    (Reverse(at), application, stage, name)
}
