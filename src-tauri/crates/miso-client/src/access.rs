//! Who may do what with an application: read, given, taken away, asked for and decided. Each write is
//! sent once (API.md, "Access control").

mod asked;
mod grid;

use miso_api::{
    AccessDecision, AccessEntry, AccessGrant, AccessRequest, AccessRequestStatus, AccessWish, Me,
    Page, Permission,
};

use crate::wire::documented;
use crate::write::{SKEW, unsendable};
use crate::{Class, Client, Code, Failure, Reading, Resource};

pub use asked::AskedAccess;
use asked::is_own;
pub use grid::{AccessChoices, AccessColumn, AccessGrid, AccessRow};

impl Client {
    /// Who has access to an application.
    ///
    /// # Errors
    /// Where nothing is known and the server could not be asked.
    pub async fn access(&self, application: String) -> Result<Reading<Vec<AccessEntry>>, Failure> {
        self.read(Resource::Access { application }).await
    }

    /// The caller's requests for access, and those the caller may decide.
    ///
    /// # Errors
    /// [`Code::NotOffered`]; else as [`Self::access`].
    pub async fn access_requests(&self) -> Result<Reading<Page<AccessRequest>>, Failure> {
        self.read(Resource::AccessRequests).await
    }

    /// Gives a subject access to an application, in place of what it had there: the row that was
    /// seen, or none. It is looked at once more before, because the wire has no version for it.
    ///
    /// # Errors
    /// [`Code::Conflict`] where the subject has another row by now, [`Code::Validation`] with the
    /// fields, [`Code::Forbidden`], also without being sent where that is known before,
    /// [`Code::OutcomeUnknown`] where the answer was lost.
    pub async fn grant_access(
        &self,
        application: &str,
        subject: &str,
        grant: &AccessGrant,
        seen: Option<&AccessEntry>,
    ) -> Result<AccessEntry, Failure> {
        for environment in &grant.environments {
            self.must(
                &Permission::AccessUpdate,
                Some(application),
                Some(environment),
            )?;
        }
        self.must_for_row(application, subject)?;
        let call = documented::grant_access(application, subject, grant).map_err(unsendable)?;
        self.access_must_be_as_seen(application, subject, seen)
            .await?;
        let sent = self.send::<AccessEntry>(&call).await;
        let find = || async {
            let mut rows = self.rows_now(application).await?.into_iter();
            Ok(rows.find(|row| row.subject == subject && gives(row, grant)))
        };
        let granted = self.or_found(sent, find).await?;
        self.access_changed(application).await;
        Ok(granted)
    }

    /// Takes the access to an application away that a subject was seen to have, everywhere. It is
    /// looked at once more before, because the wire has no version for it.
    ///
    /// # Errors
    /// As [`Self::grant_access`].
    pub async fn revoke_access(
        &self,
        application: &str,
        seen: &AccessEntry,
    ) -> Result<(), Failure> {
        let subject = seen.subject.as_str();
        self.must(&Permission::AccessUpdate, Some(application), None)?;
        self.must_for_row(application, subject)?;
        let call = documented::revoke_access(application, subject);
        self.access_must_be_as_seen(application, subject, Some(seen))
            .await?;
        let sent = self.inner.transport.send_only(&call, Class::Interactive);
        let find = || async {
            let rows = self.rows_now(application).await?;
            let is_there = rows.iter().any(|row| row.subject == subject);
            Ok((!is_there).then_some(()))
        };
        self.or_found(sent.await, find).await?;
        self.access_changed(application).await;
        Ok(())
    }

    /// Asks for access to an application.
    ///
    /// # Errors
    /// [`Code::Conflict`] where the same is asked for already, [`Code::NotOffered`]; else as
    /// [`Self::grant_access`].
    pub async fn ask_for_access(&self, wish: &AccessWish) -> Result<AccessRequest, Failure> {
        let call = documented::ask_for_access(wish).map_err(unsendable)?;
        let me: Option<Me> = self.peek(&Resource::Me);
        let asked_at = self.inner.clock.now();
        let sent = self.send::<AccessRequest>(&call).await;
        // Who may decide sees what others asked for, too.
        let is_ours = |request: &AccessRequest| {
            is_own(request, me.as_ref())
                && request.created_at.is_none_or(|at| at >= asked_at - SKEW)
                && request.status == AccessRequestStatus::Pending
                && request.application_key == wish.application_key
                && request.role == wish.role
                && is_same(&request.environments, &wish.environments)
        };
        let find = || async { Ok(self.requests_now().await?.into_iter().find(is_ours)) };
        let asked = self.or_found(sent, find).await?;
        self.requests_changed().await;
        Ok(asked)
    }

    /// Decides about a request for access.
    ///
    /// # Errors
    /// [`Code::Conflict`] where it was decided before, [`Code::NotOffered`]; else as
    /// [`Self::grant_access`].
    pub async fn decide_access(
        &self,
        id: &str,
        decision: &AccessDecision,
    ) -> Result<AccessRequest, Failure> {
        self.check_decision(id)?;
        let call = documented::decide_access(id, decision).map_err(unsendable)?;
        let sent = self.send::<AccessRequest>(&call).await;
        let is_ours = |request: &AccessRequest| {
            request.id == id && request.status.as_str() == decision.decision.as_str()
        };
        let find = || async { Ok(self.requests_now().await?.into_iter().find(is_ours)) };
        let decided = match self.or_found(sent, find).await {
            // Somebody else was first: what became of it is shown.
            Err(failure) if matches!(failure.code, Code::Conflict | Code::NotFound) => {
                self.requests_changed().await;
                return Err(failure);
            }
            sent => sent?,
        };
        self.requests_changed().await;
        let application = decided.application_key.clone();
        let changed = Resource::Access { application };
        self.inner.touch_those(|resource| *resource == changed);
        Ok(decided)
    }

    /// Who writes a row writes it as a whole: also where the subject has access now, as far as that is known.
    fn must_for_row(&self, application: &str, subject: &str) -> Result<(), Failure> {
        let rows: Option<Vec<AccessEntry>> = self.peek(&Resource::Access {
            application: application.to_owned(),
        });
        let rows = rows
            .into_iter()
            .flatten()
            .filter(|row| row.subject == subject);
        for environment in rows.flat_map(|row| row.environments) {
            self.must(
                &Permission::AccessUpdate,
                Some(application),
                Some(&environment),
            )?;
        }
        Ok(())
    }

    /// The row is looked at once more: what nobody saw is neither replaced nor taken away.
    async fn access_must_be_as_seen(
        &self,
        application: &str,
        subject: &str,
        seen: Option<&AccessEntry>,
    ) -> Result<(), Failure> {
        let rows = self.rows_now(application).await?;
        if is_as_seen(rows.iter().find(|row| row.subject == subject), seen) {
            return Ok(());
        }
        self.access_changed(application).await;
        Err(Failure::new(Code::Conflict))
    }

    async fn rows_now(&self, application: &str) -> Result<Vec<AccessEntry>, Failure> {
        self.send(&documented::access(application)).await
    }

    async fn requests_now(&self) -> Result<Vec<AccessRequest>, Failure> {
        let page: Page<AccessRequest> = self.send(&documented::access_requests()).await?;
        Ok(page.data)
    }

    /// What is shown of it is not what is any more.
    async fn access_changed(&self, application: &str) {
        let application = application.to_owned();
        self.look_again(&Resource::Access { application }).await;
    }

    async fn requests_changed(&self) {
        self.look_again(&Resource::AccessRequests).await;
    }

    async fn look_again(&self, changed: &Resource) {
        self.inner.touch_those(|resource| resource == changed);
        if let Err(failure) = self.refresh(changed).await {
            tracing::info!(?failure, "what it is now is not known yet");
        }
    }
}

fn is_as_seen(now: Option<&AccessEntry>, seen: Option<&AccessEntry>) -> bool {
    match (now, seen) {
        (None, None) => true,
        (Some(now), Some(seen)) => gives(now, &grant_of(seen)),
        (None, Some(_)) | (Some(_), None) => false,
    }
}

/// What a row gives.
pub(crate) fn grant_of(row: &AccessEntry) -> AccessGrant {
    AccessGrant {
        subject_type: row.subject_type.clone(),
        role: row.role.clone(),
        environments: row.environments.clone(),
    }
}

fn gives(row: &AccessEntry, grant: &AccessGrant) -> bool {
    row.role == grant.role
        && row.subject_type == grant.subject_type
        && is_same(&row.environments, &grant.environments)
}

/// Whether these are the same environments, in whatever order.
fn is_same(one: &[String], other: &[String]) -> bool {
    let covers = |one: &[String], other: &[String]| other.iter().all(|key| one.contains(key));
    covers(one, other) && covers(other, one)
}
