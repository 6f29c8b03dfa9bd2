//! An application's manifest together with its sealed secrets, as it is stored and as a deployment
//! keeps it, and the changes that keep both in step.

use std::collections::BTreeMap;

use aws_lc_rs::digest::{SHA256, digest};
use serde_json::{Map, Value, json};

use crate::configuration::{BASE, Effective, REMOVED, TakenSecret, effective, is_secret, scope_of};
use crate::environments;
use crate::sealing::{Seal, SealBroken};
use crate::store::applications::SealedSecret;

/// What the scopes of all environments' overrides begin with.
const ENVIRONMENTS: &str = "environments/";

/// A manifest and its secrets.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    pub(crate) application: String,
    pub(crate) manifest: Map<String, Value>,
    pub(crate) secrets: Vec<SealedSecret>,
}

/// An item as it should be.
#[derive(Clone)]
pub(crate) struct Wish {
    /// With its value, secret or not; a secret without one has none, or keeps its own.
    pub(crate) item: Map<String, Value>,
    /// Whether a secret without a value keeps its own.
    pub(crate) keeps: bool,
}

impl Document {
    /// The items that count in an environment, secrets masked; without one, the manifest's own.
    pub(crate) fn items(&self, environment: Option<&str>) -> Vec<Effective> {
        effective(&self.manifest, environment)
    }

    /// What the processes in an environment get.
    pub(crate) fn values(
        &self,
        seal: &Seal,
        environment: &str,
    ) -> Result<BTreeMap<String, String>, SealBroken> {
        let mut values = BTreeMap::new();
        for item in self.items(Some(environment)) {
            let value = self.value(seal, &item)?;
            values.extend(value.map(|value| (item.name().to_owned(), value)));
        }
        Ok(values)
    }

    /// The items of an environment with their values, secrets too: for another document of the
    /// same application, never for an answer.
    pub(crate) fn wishes(&self, seal: &Seal, environment: &str) -> Result<Vec<Wish>, SealBroken> {
        let open = |known: Effective| {
            let value = self.value(seal, &known)?;
            let mut item = known.item;
            item.insert("value".to_owned(), json!(value));
            Ok(Wish { item, keeps: false })
        };
        self.items(Some(environment))
            .into_iter()
            .map(open)
            .collect()
    }

    /// A word that changes with the items of an environment or the value of a secret among them.
    pub(crate) fn tag(&self, environment: Option<&str>) -> String {
        let mut bytes = Vec::new();
        for known in self.items(environment) {
            bytes.extend(Value::Object(known.item.clone()).to_string().into_bytes());
            if let Some(secret) = self.secret(&known.scope, known.name()) {
                bytes.extend(&secret.sealed);
            }
        }
        word_of(&bytes)
    }

    /// A word that changes with the document; with what it has of its own for single environments
    /// only where that is to count.
    pub(crate) fn mark(&self, with_environments: bool) -> String {
        let mut manifest = self.manifest.clone();
        if !with_environments {
            manifest.shift_remove("environments");
        }
        let mut bytes = Value::Object(manifest).to_string().into_bytes();
        let secrets = self.sorted_secrets().into_iter();
        let counted =
            secrets.filter(|secret| with_environments || !secret.scope.starts_with(ENVIRONMENTS));
        for secret in counted {
            for part in [
                secret.scope.as_bytes(),
                secret.name.as_bytes(),
                &secret.sealed,
            ] {
                bytes.extend(part.len().to_le_bytes());
                bytes.extend(part);
            }
        }
        word_of(&bytes)
    }

    /// Whether another document of the application says the same.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.manifest == other.manifest && self.sorted_secrets() == other.sorted_secrets()
    }

    /// The environments of which another document of the application says something else.
    pub(crate) fn differing(&self, other: &Self) -> Vec<&'static str> {
        let own = |document: &Self, key: &str| {
            let own = document.manifest.get("environments")?.get(key)?;
            (!own.is_null()).then(|| own.clone())
        };
        let keys = environments::ALL.iter().map(|environment| environment.key);
        keys.filter(|key| {
            own(self, key) != own(other, key) || self.own_secrets(key) != other.own_secrets(key)
        })
        .collect()
    }

    fn sorted_secrets(&self) -> Vec<&SealedSecret> {
        let mut secrets: Vec<_> = self.secrets.iter().collect();
        secrets.sort_unstable();
        secrets
    }

    /// The document after a whole manifest was sent for it: a secret without a value keeps its own.
    pub(crate) fn rewritten(
        &self,
        seal: &Seal,
        sent: Map<String, Value>,
    ) -> Result<Self, SealBroken> {
        let mut new = Self {
            application: self.application.clone(),
            manifest: sent,
            secrets: Vec::new(),
        };
        let mut manifest = std::mem::take(&mut new.manifest);
        if let Some(list) = manifest.get_mut("configuration") {
            new.take_list(self, seal, list, BASE, BASE)?;
        }
        let conditions = manifest
            .get_mut("conditionalConfiguration")
            .and_then(Value::as_array_mut);
        let mut before = self.conditions();
        for (index, condition) in conditions.into_iter().flatten().enumerate() {
            // Conditions may have been moved: each keeps the secrets of the one with its words.
            let words = condition.get("condition").cloned();
            let known = before.iter().position(|known| *known == words);
            let old = known.map_or_else(String::new, |known| {
                if let Some(taken) = before.get_mut(known) {
                    *taken = Some(Value::Null);
                }
                format!("conditionalConfiguration/{known}")
            });
            if let Some(list) = condition.get_mut("configuration") {
                let scope = format!("conditionalConfiguration/{index}");
                new.take_list(self, seal, list, &scope, &old)?;
            }
        }
        if let Some(Value::Object(environments)) = manifest.get_mut("environments") {
            for (key, overrides) in environments.iter_mut() {
                if let Some(list) = overrides.get_mut("configuration") {
                    let scope = scope_of(key);
                    new.take_list(self, seal, list, &scope, &scope)?;
                }
            }
        }
        new.manifest = manifest;
        Ok(new)
    }

    /// Makes the items of an environment, or the manifest's own, exactly those.
    pub(crate) fn replace(
        &mut self,
        seal: &Seal,
        environment: Option<&str>,
        wishes: Vec<Wish>,
    ) -> Result<(), SealBroken> {
        let scope = environment.map_or_else(|| BASE.to_owned(), scope_of);
        let known = self.items(environment);
        let base = match environment {
            Some(_) => self.items(None),
            None => Vec::new(),
        };
        let (mut own, mut secrets) = (Vec::new(), Vec::new());
        let mut named = Vec::new();
        for Wish { mut item, keeps } in wishes {
            let name = name_of(&item);
            named.push(name.clone());
            let current = known.iter().find(|known| known.name() == name);
            let secret = if is_secret(&item) {
                match (item.insert("value".to_owned(), Value::Null), current) {
                    (Some(Value::String(value)), _) => Some(value),
                    (_, Some(current)) if keeps && current.is_secret() => {
                        self.value(seal, current)?
                    }
                    (_, _) => None,
                }
            } else {
                None
            };
            item.shift_remove("isSet");
            if is_secret(&item) {
                item.insert("isSet".to_owned(), json!(secret.is_some()));
            }
            // What is as the manifest says goes on following it, unless it did not before.
            let inherited = base.iter().find(|base| base.name() == name);
            let overridden = current.is_some_and(|current| current.scope == scope);
            if let Some(inherited) = inherited
                && !overridden
                && inherited.item == item
                && (!is_secret(&item) || self.value(seal, inherited)? == secret)
            {
                continue;
            }
            if let Some(value) = secret {
                secrets.push(self.sealed(seal, &scope, &name, value)?);
            }
            own.push(Value::Object(item));
        }
        let removed: Vec<&str> = base
            .iter()
            .map(Effective::name)
            .filter(|name| !named.iter().any(|known| known == name))
            .collect();
        self.secrets.retain(|secret| secret.scope != scope);
        self.secrets.extend(secrets);
        match environment {
            None => {
                self.manifest.insert("configuration".to_owned(), own.into());
            }
            Some(environment) => {
                let removed = removed.into_iter().map(Value::from).collect();
                self.set_overrides(environment, own, removed);
            }
        }
        Ok(())
    }

    /// The value of an item, opened where it is a secret.
    pub(crate) fn value(
        &self,
        seal: &Seal,
        item: &Effective,
    ) -> Result<Option<String>, SealBroken> {
        if !item.is_secret() {
            let value = item.item.get("value").and_then(Value::as_str);
            return Ok(value.map(str::to_owned));
        }
        self.secret(&item.scope, item.name())
            .map(|secret| seal.open(&self.application, secret))
            .transpose()
    }

    /// The secrets that an environment has of its own.
    fn own_secrets(&self, environment: &str) -> Vec<&[u8]> {
        let scope = scope_of(environment);
        let own = self.secrets.iter().filter(|secret| secret.scope == scope);
        let mut own: Vec<&[u8]> = own.map(|secret| secret.sealed.as_slice()).collect();
        own.sort_unstable();
        own
    }

    fn secret(&self, scope: &str, name: &str) -> Option<&SealedSecret> {
        let mut secrets = self.secrets.iter();
        secrets.find(|secret| secret.scope == scope && secret.name == name)
    }

    /// A secret as it is stored; one that stays the same stays as it is.
    fn sealed(
        &self,
        seal: &Seal,
        scope: &str,
        name: &str,
        value: String,
    ) -> Result<SealedSecret, SealBroken> {
        if let Some(known) = self.secret(scope, name)
            && seal.open(&self.application, known)? == value
        {
            return Ok(known.clone());
        }
        let secret = TakenSecret {
            scope: scope.to_owned(),
            name: name.to_owned(),
            value,
        };
        seal.seal(&self.application, &secret)
    }

    /// Takes the secrets out of a list that was sent for this document.
    fn take_list(
        &mut self,
        before: &Self,
        seal: &Seal,
        list: &mut Value,
        scope: &str,
        scope_before: &str,
    ) -> Result<(), SealBroken> {
        for item in list.as_array_mut().into_iter().flatten() {
            let Some(item) = item.as_object_mut() else {
                continue;
            };
            item.shift_remove("isSet");
            if !is_secret(item) {
                continue;
            }
            let name = name_of(item);
            let value = match item.insert("value".to_owned(), Value::Null) {
                Some(Value::String(value)) => Some(value),
                Some(_) | None => before
                    .secret(scope_before, &name)
                    .map(|secret| seal.open(&self.application, secret))
                    .transpose()?,
            };
            item.insert("isSet".to_owned(), json!(value.is_some()));
            if let Some(value) = value {
                let sealed = before.sealed(seal, scope, &name, value)?;
                self.secrets.push(sealed);
            }
        }
        Ok(())
    }

    fn conditions(&self) -> Vec<Option<Value>> {
        let conditions = self
            .manifest
            .get("conditionalConfiguration")
            .and_then(Value::as_array);
        let conditions = conditions.into_iter().flatten();
        conditions
            .map(|condition| condition.get("condition").cloned())
            .collect()
    }

    fn set_overrides(&mut self, environment: &str, own: Vec<Value>, removed: Vec<Value>) {
        let mut environments = match self.manifest.shift_remove("environments") {
            Some(Value::Object(environments)) => environments,
            Some(_) | None => Map::new(),
        };
        let mut overrides = match environments.shift_remove(environment) {
            Some(Value::Object(overrides)) => overrides,
            Some(_) | None => Map::new(),
        };
        for (field, list) in [("configuration", own), (REMOVED, removed)] {
            overrides.shift_remove(field);
            if !list.is_empty() {
                overrides.insert(field.to_owned(), list.into());
            }
        }
        if !overrides.is_empty() {
            environments.insert(environment.to_owned(), overrides.into());
        }
        if !environments.is_empty() {
            self.manifest
                .insert("environments".to_owned(), environments.into());
        }
    }
}

fn word_of(bytes: &[u8]) -> String {
    let hash = digest(&SHA256, bytes);
    let short = hash.as_ref().iter().take(12);
    short.map(|byte| format!("{byte:02x}")).collect()
}

fn name_of(item: &Map<String, Value>) -> String {
    let name = item.get("name").and_then(Value::as_str);
    name.unwrap_or_default().to_owned()
}

#[cfg(test)]
#[path = "document_tests.rs"]
mod tests;
