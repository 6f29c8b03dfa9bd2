//! The caller, and who has access (API-V1.md §2.2, §3.2).

use miso_api::{AccessEntry, Me, Permission, Permissions};
use serde_json::Value;

use super::{V1, failed, is_closed};
use crate::transport::Call;
use crate::wire::v1::{identity, routes};
use crate::{Code, Failure};

impl V1<'_> {
    /// The caller. What this caller may not ask of itself is left out.
    pub(super) async fn me(self) -> Result<Me, Failure> {
        let user = match self.item(&routes::user()).await {
            Ok(user) => user,
            // Not every role may ask that, and a client is no user.
            Err(failure) if is_closed(&failure) => Value::Null,
            Err(failure) => return Err(failure),
        };
        let roles = self.words_if_any(&routes::roles(), "roles").await?;
        let permissions = routes::permissions(None, None);
        let permissions = self.words_if_any(&permissions, "permissions").await?;
        Ok(identity::me(&user, roles, permissions))
    }

    /// What the caller may do with an application in an environment.
    pub(super) async fn permissions(
        self,
        application: &str,
        environment: &str,
    ) -> Result<Permissions, Failure> {
        let call = routes::permissions(Some(environment), Some(application));
        let words = self.words(&call, "permissions").await?;
        Ok(Permissions {
            permissions: words.into_iter().map(Permission::from).collect(),
        })
    }

    /// What the caller may do in an environment, where that is said. Nothing is empty: then the place itself
    /// tells.
    pub(super) async fn permissions_in(self, environment: &str) -> Result<Vec<String>, Failure> {
        let now = self.transport.monotonic();
        if let Some(known) = self.kept().permissions(environment, now) {
            return Ok(known);
        }
        if self.transport.is_an_application() {
            return Ok(Vec::new());
        }
        let call = routes::permissions(Some(environment), None);
        let words = self.words_if_any(&call, "permissions").await?;
        self.kept()
            .keep_permissions(environment, words.clone(), now);
        Ok(words)
    }

    /// Who has a role in an environment that the application is in.
    pub(super) async fn access(self, key: &str) -> Result<Vec<AccessEntry>, Failure> {
        let mut rows = Vec::new();
        let mut refused = None;
        for environment in self.places_of(key).await? {
            let call = routes::environment_roles(&environment);
            match self.page(&call).await {
                Ok(roles) => rows.extend(identity::access(&roles.rows, &environment)),
                Err(failure) if is_closed(&failure) => refused = Some(failure),
                Err(failure) => return Err(failure),
            }
        }
        match refused {
            Some(failure) if rows.is_empty() => Err(failure),
            Some(_) | None => Ok(identity::together(rows)),
        }
    }

    async fn words(self, call: &Call, name: &str) -> Result<Vec<String>, Failure> {
        let body = self.transport.v1_body(call, self.class).await?;
        identity::words(&body, name).map_err(|not| failed(call, not))
    }

    async fn words_if_any(self, call: &Call, name: &str) -> Result<Vec<String>, Failure> {
        match self.words(call, name).await {
            Err(failure) if is_closed(&failure) || failure.code == Code::NotMiso => Ok(Vec::new()),
            answer => answer,
        }
    }
}
