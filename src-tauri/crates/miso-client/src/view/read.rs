//! What is known, as what it is.

use serde::de::DeserializeOwned;

use super::{Entry, View};
use crate::lock::lock;
use crate::{Reading, Resource, Versioned};

impl View {
    /// The last reading; from disk where this run has none yet. What cannot be read any more (an
    /// older version kept it) is as good as nothing.
    pub(crate) fn peek<T: DeserializeOwned>(&self, resource: &Resource) -> Option<Reading<T>> {
        let reading = self.peek_versioned(resource)?;
        Some(reading.map(|versioned| versioned.value))
    }

    /// The same with the version of just this value.
    pub(crate) fn peek_versioned<T: DeserializeOwned>(
        &self,
        resource: &Resource,
    ) -> Option<Reading<Versioned<T>>> {
        let Entry {
            value,
            as_of,
            source,
            failure,
            tag: version,
        } = self.entry(resource)?;
        match T::deserialize(value.as_ref()) {
            Ok(value) => Some(Reading {
                value: Versioned { value, version },
                as_of,
                source,
                failure,
            }),
            Err(error) => {
                // What the error says has parts of the reading in it.
                let kind = error.classify();
                tracing::warn!(?kind, ?resource, "a kept reading cannot be read");
                lock(&self.entries).all.remove(resource);
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chrono::Utc;
    use serde_json::json;

    use super::*;
    use crate::ConnectionId;
    use crate::cache::Cache;
    use crate::transport::Tagged;

    #[test]
    fn a_value_and_its_version_come_from_one_reading() {
        const READINGS: u32 = 5_000;
        let cache = Arc::new(Cache::in_memory().unwrap());
        let view = View::new(ConnectionId::random(), cache, "one".to_owned());
        // Never on disk, so that it is put as fast as it can be.
        let resource = Resource::Configuration {
            application: "orders".to_owned(),
            environment: None,
        };
        let put = |number: u32| {
            let value = Tagged {
                value: Arc::new(json!(number)),
                tag: Some(number.to_string()),
            };
            view.put(view.epoch(), &resource, value, Utc::now());
        };
        put(0);
        std::thread::scope(|scope| {
            scope.spawn(|| (1..=READINGS).for_each(put));
            let mut last = 0;
            while last < READINGS {
                let reading = view.peek_versioned::<u32>(&resource).unwrap();
                last = reading.value.value;
                assert_eq!(reading.value.version, Some(last.to_string()));
            }
        });
    }
}
