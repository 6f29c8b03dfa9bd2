//! A manifest that a deployment brings along: with the deployment's acceptance it becomes the
//! application's own.

use miso_api::Permission;
use serde_json::{Map, Value};

use crate::document::Document;
use crate::http::envelope::ApiError;
use crate::oidc::access::Caller;
use crate::sealing::Seal;

/// A whole manifest, found valid. Holds secrets: no `Debug`.
#[derive(Clone)]
pub(crate) struct NewManifest {
    pub(crate) manifest: Map<String, Value>,
    /// The [`mark_for`] it of the application when it was found valid.
    pub(crate) mark: String,
    pub(crate) by: Caller,
}

/// A word for what of an application a manifest would write over.
pub(crate) fn mark_for(manifest: &Map<String, Value>, document: &Document) -> String {
    document.mark(manifest.contains_key("environments"))
}

impl NewManifest {
    /// What it makes of an application. A manifest that names no environments leaves what the
    /// application has of its own for them. What somebody else wrote since it was found valid is not
    /// written over, and what an environment has of its own is changed by who may change it there.
    pub(super) fn over(&self, seal: &Seal, document: &Document) -> Result<Document, ApiError> {
        let mut manifest = self.manifest.clone();
        if let Some(own) = document.manifest.get("environments") {
            let own = own.clone();
            manifest
                .entry("environments".to_owned())
                .or_insert_with(|| own);
        }
        let new = document.rewritten(seal, manifest)?;
        if new.is_same(document) {
            return Ok(new);
        }
        let key = &document.application;
        if mark_for(&self.manifest, document) != self.mark {
            return Err(ApiError::conflict(format!(
                "{key} was changed since the manifest was found valid: have it validated again."
            )));
        }
        for environment in document.differing(&new) {
            self.by
                .must_on(&Permission::ApplicationsUpdate, key, Some(environment))?;
        }
        Ok(new)
    }
}
