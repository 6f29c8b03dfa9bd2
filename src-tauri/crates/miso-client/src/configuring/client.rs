//! What a client does with configuration beyond reading it.

use secrecy::{ExposeSecret, SecretString};

use super::compare::{self, SideBySide, SideBySideEnvironment};
use super::exchange::{self, Imported};
use super::{EditedItem, violations};
use crate::{Client, Code, Failure, Reading, Source, Versioned};
use miso_api::{Configuration, ConfigurationItem, ErrorDetail};

impl Client {
    /// Holds a secret that was typed until it is saved, let go of, or the account is left; the word
    /// for it.
    pub fn hold_secret(&self, secret: SecretString) -> String {
        self.inner.held_secrets.hold(secret)
    }

    /// Forgets secrets that are not going to be saved.
    pub fn let_go_of_secrets(&self, words: &[String]) {
        self.inner.held_secrets.let_go(words);
    }

    /// What the text of a file brings to a configuration. The secrets among it are held here.
    ///
    /// # Errors
    /// [`Code::ConfigurationFileInvalid`].
    pub fn import_configuration(
        &self,
        items: &[EditedItem],
        text: &SecretString,
    ) -> Result<Imported, Failure> {
        exchange::import(items, text.expose_secret(), |secret| {
            self.hold_secret(secret)
        })
    }

    /// Saves a configuration that was changed, in the place of the version that it was read as.
    /// Sent once; it takes effect at the next deployment.
    ///
    /// # Errors
    /// [`Code::Validation`] where a rule of the platform is broken, without being sent;
    /// [`Code::SecretNotHeld`] where a secret has to be typed anew; [`Code::Conflict`] where somebody
    /// else has saved meanwhile; [`Code::Forbidden`]; [`Code::OutcomeUnknown`].
    pub async fn save_edited_configuration(
        &self,
        application: &str,
        environment: Option<&str>,
        items: Vec<EditedItem>,
        version: Option<&str>,
    ) -> Result<Versioned<Configuration>, Failure> {
        let broken = violations(&items);
        if !broken.is_empty() {
            let details = broken.into_iter().map(|violation| ErrorDetail {
                message: violation.to_string(),
                field: violation.field,
            });
            return Err(Failure {
                details: details.collect(),
                ..Failure::new(Code::Validation)
            });
        }
        let words: Vec<String> = items.iter().filter_map(|item| item.held.clone()).collect();
        let items = items.into_iter().map(|item| self.with_its_secret(item));
        let items = items.collect::<Result<Vec<ConfigurationItem>, Failure>>()?;
        let saved = self
            .save_configuration(application, environment, &items, version)
            .await?;
        self.let_go_of_secrets(&words);
        Ok(saved)
    }

    /// The configurations of all environments side by side. One that cannot be read says why.
    ///
    /// # Errors
    /// Where nobody is signed in, or none of them could be read.
    pub async fn compare_configuration(
        &self,
        application: String,
    ) -> Result<Reading<SideBySide>, Failure> {
        let stages = self.stages_of(&application).await?;
        let mut environments = Vec::new();
        let mut age: Option<(chrono::DateTime<chrono::Utc>, Source)> = None;
        let mut first_failure = None;
        for stage in stages {
            let asked = self.configuration(application.clone(), Some(stage.key.clone()));
            match asked.await {
                Ok(reading) => {
                    let (as_of, source) = (reading.as_of, reading.source);
                    age = Some(match age {
                        Some((other, known)) => (other.min(as_of), worse(known, source)),
                        None => (as_of, source),
                    });
                    let items = reading.value.value.items.into_iter();
                    let items = items.map(EditedItem::from).collect();
                    let failure = None;
                    environments.push((SideBySideEnvironment { stage, failure }, Some(items)));
                }
                Err(failure) if failure.needs_sign_in() => return Err(failure),
                Err(failure) => {
                    first_failure.get_or_insert_with(|| failure.clone());
                    let failure = Some(failure);
                    environments.push((SideBySideEnvironment { stage, failure }, None));
                }
            }
        }
        match (age, first_failure) {
            (None, Some(failure)) => Err(failure),
            (age, _) => {
                let (as_of, source) = age.unwrap_or((self.inner.clock.now(), Source::Live));
                Ok(Reading {
                    value: compare::compare(environments),
                    as_of,
                    source,
                    failure: None,
                })
            }
        }
    }

    fn with_its_secret(&self, item: EditedItem) -> Result<ConfigurationItem, Failure> {
        let Some(word) = item.held.clone().filter(|_| item.is_secret()) else {
            return Ok(item.into_item(None));
        };
        let secret = self.held_secret(&word, &item.name)?;
        Ok(item.into_item(Some(secret)))
    }

    /// The secret that is held by a word for an item, to be sent.
    pub(crate) fn held_secret(&self, word: &str, name: &str) -> Result<String, Failure> {
        let Some(secret) = self.inner.held_secrets.get(word) else {
            return Err(Failure::new(Code::SecretNotHeld).with("name", name));
        };
        Ok(secret.expose_secret().to_owned())
    }

    /// The environments of the instance, on the way of a release.
    async fn stages_of(&self, application: &str) -> Result<Vec<crate::Stage>, Failure> {
        let known = self.known_application(application);
        let entries = known.into_iter().flat_map(|known| known.environments);
        let mut keys: Vec<String> = entries.map(|entry| entry.environment).collect();
        match self.environments().await {
            Ok(reading) => keys.extend(reading.value.into_iter().map(|each| each.key)),
            // Where the instance tells none, those the application is in are all that is known.
            Err(failure) if keys.is_empty() => return Err(failure),
            Err(_) => {}
        }
        let stages = self.known_stages();
        Ok(stages.in_order(keys.iter().map(String::as_str)))
    }
}

fn worse(one: Source, other: Source) -> Source {
    match (one, other) {
        (Source::Offline, _) | (_, Source::Offline) => Source::Offline,
        (Source::Cache, _) | (_, Source::Cache) => Source::Cache,
        (Source::Live, Source::Live) => Source::Live,
    }
}
