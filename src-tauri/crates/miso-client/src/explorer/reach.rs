//! Which calls by hand write to production: by a word of theirs, or by what they reach without one. What
//! cannot be known counts as production.

use std::sync::atomic::Ordering;

use miso_api::{AccessEntry, Application, Deployment, Page};
use serde_json::Value;

use super::ApiCall;
use super::guard::decoded;
use super::words::words;
use crate::{Client, Code, Failure, Resource, Stage};

impl Client {
    /// Where in production a call by hand writes: where its path, its query or its body name it, or
    /// the connection is. What a deployment goes to that comes with a new application counts too, and
    /// what is reached without its name: an application that runs there, or a deployment to it. That is
    /// asked for where it is not known.
    ///
    /// # Errors
    /// Why nobody could be asked: then the call could not be sent either.
    pub(super) async fn production_of(&self, call: &ApiCall) -> Result<Option<Stage>, Failure> {
        if !call.writes() {
            return Ok(None);
        }
        if self.inner.production.load(Ordering::SeqCst) {
            return Ok(Some(everywhere()));
        }
        self.know_production().await?;
        let segments: Vec<String> = call.path.split('/').map(decoded).collect();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let segments: Vec<&str> = segments.into_iter().filter(|one| !one.is_empty()).collect();
        if let Some(named) = self.named(call, &segments) {
            return Ok(Some(named));
        }
        match self.reached(call, &segments).await {
            Ok(reached) => Ok(reached),
            Err(failure) if failure.is_passing() => Err(failure),
            // What is not there runs nowhere.
            Err(failure) if failure.code == Code::NotFound => Ok(None),
            Err(_) => Ok(self.perhaps_production()),
        }
    }

    /// Production that any word of it names, or that the first deployment of a new application goes to.
    fn named(&self, call: &ApiCall, segments: &[&str]) -> Option<Stage> {
        let stages = self.known_stages();
        let body = call.body.as_deref().unwrap_or_default();
        let query = call.query.iter().flat_map(|(name, value)| {
            let values = value.split(',').map(str::to_owned);
            values.chain([name.clone()]).collect::<Vec<_>>()
        });
        let path = segments.iter().map(|&segment| segment.to_owned());
        let mut all = path.chain(query).chain(words(body).unwrap_or_default());
        let named = all.find_map(|word| {
            let word = word.trim();
            let lower = word.to_lowercase();
            let keys = [word, lower.as_str()];
            let key = keys.into_iter().find(|key| stages.is_production(key))?;
            Some(stages.stage(key))
        });
        named.or_else(|| {
            let manifest = serde_json::from_str(body).ok()?;
            Some(self.first_to_production(&manifest)?.0)
        })
    }

    /// Production that a call reaches without a word of it: one to a deployment is where that goes, one
    /// to somebody's access is where he has it, and one to an application that names no environment is
    /// about all of them.
    async fn reached(&self, call: &ApiCall, segments: &[&str]) -> Result<Option<Stage>, Failure> {
        let kinds = ["applications", "deployments"];
        let is_kind = |one: &&str| kinds.iter().any(|kind| one.eq_ignore_ascii_case(kind));
        let Some(at) = segments.iter().position(is_kind) else {
            return Ok(None);
        };
        let (key, within) = match &segments[at..] {
            [kind, id, ..] if kind.eq_ignore_ascii_case("deployments") => {
                return self.deployed_to(id).await;
            }
            [_, key, within @ ..] => (*key, within),
            [] | [_] => return Ok(None),
        };
        match within {
            [kind, id, ..] if kind.eq_ignore_ascii_case("deployments") => {
                return self.deployed_to(id).await;
            }
            [kind, subject, ..] if kind.eq_ignore_ascii_case("access") => {
                let production = self.had_by(key, subject).await?;
                let narrows = call.method == "DELETE" || gives_environments(call);
                if production.is_some() || narrows {
                    return Ok(production);
                }
            }
            _ if self.is_in_one_environment(call, within) => return Ok(None),
            _ => {}
        }
        self.runs_in(key).await
    }

    /// Production, where a deployment goes there. Where it goes never changes.
    async fn deployed_to(&self, id: &str) -> Result<Option<Stage>, Failure> {
        let recent = Resource::Deployments { application: None };
        let recent: Option<Page<Deployment>> = self.peek(&recent);
        let mut recent = recent.into_iter().flat_map(|recent| recent.data);
        let deployment = match recent.find(|one| one.id == id) {
            Some(known) => known,
            None => self.deployment(id.to_owned()).await?.value,
        };
        Ok(self.first_of_production([deployment.environment.as_str()]))
    }

    /// Production, where somebody has access there by now.
    async fn had_by(&self, key: &str, subject: &str) -> Result<Option<Stage>, Failure> {
        let application = key.to_owned();
        let rows: Vec<AccessEntry> = self.fresh(Resource::Access { application }).await?;
        let row = rows.iter().find(|row| row.subject == subject);
        let places = row.into_iter().flat_map(|row| &row.environments);
        Ok(self.first_of_production(places.map(String::as_str)))
    }

    /// Production, where an application runs there.
    async fn runs_in(&self, key: &str) -> Result<Option<Stage>, Failure> {
        let production = |application: &Application| {
            let entries = application.environments.iter();
            self.first_of_production(entries.map(|entry| entry.environment.as_str()))
        };
        if let Some(known) = self.known_application(key).as_ref().and_then(production) {
            return Ok(Some(known));
        }
        let application = key.to_owned();
        let now = match self.fresh(Resource::Application { application }).await {
            Err(failure) if failure.code == Code::NotOffered => {
                let _list: Page<Application> = self.fresh(Resource::Applications).await?;
                self.known_application(key).ok_or(failure)?
            }
            now => now?,
        };
        Ok(production(&now))
    }

    fn first_of_production<'a>(&self, keys: impl IntoIterator<Item = &'a str>) -> Option<Stage> {
        let stages = self.known_stages();
        let mut keys = keys.into_iter().map(|key| stages.stage(key));
        keys.find(|stage| stage.production)
    }

    /// Whether a call within an application says in which environment it acts: as a part of its path, by
    /// the parameter, or by the field of its body (API.md). What is done with the application itself is
    /// done in all of them.
    fn is_in_one_environment(&self, call: &ApiCall, within: &[&str]) -> bool {
        let known = self.stages();
        let is_one = |word: &str| known.iter().any(|stage| stage.key == word);
        let mut path = within.iter();
        let in_path = path
            .find(|one| one.eq_ignore_ascii_case("environments"))
            .and_then(|_| path.next())
            .is_some_and(|word| is_one(word));
        let query = call.query.iter().filter(|(name, _)| name == "environment");
        let mut query = query.flat_map(|(_, value)| value.split(',')).peekable();
        let in_query = query.peek().is_some() && query.all(|word| is_one(word.trim()));
        let in_body = parsed(call)["environment"].as_str().is_some_and(is_one);
        !within.is_empty() && (in_path || in_query || in_body)
    }
}

/// Whether what replaces somebody's access says where he has it.
fn gives_environments(call: &ApiCall) -> bool {
    let given = &parsed(call)["environments"];
    given.as_array().is_some_and(|given| !given.is_empty())
}

fn parsed(call: &ApiCall) -> Value {
    let body = call.body.as_deref().unwrap_or_default();
    serde_json::from_str(body).unwrap_or_default()
}

/// All there is counts as production: the name says it without one environment's.
fn everywhere() -> Stage {
    Stage {
        key: String::new(),
        name: "PROD".to_owned(),
        production: true,
    }
}
