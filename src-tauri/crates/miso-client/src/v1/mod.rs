//! What is asked of an instance that speaks v1: each thing that the documented API says in one call is said
//! in those that v1 has, and what comes back is made into the model. What v1 has no call for is a capability
//! that is absent. Every call goes the transport's way: budget, token, limits.

mod applications;
mod deploying;
mod deployments;
mod environments;
mod identity;
mod kept;
mod placed;

use chrono::{DateTime, Utc};
use miso_api::{Page, PageMeta};
use serde::Serialize;
use serde_json::Value;

use crate::transport::{Call, Transport};
use crate::wire::asked::Asked;
use crate::wire::v1::envelope::{self, Listed, NotAnswered};
use crate::wire::v1::routes;
use crate::{Class, Code, Failure};
pub(crate) use kept::{Held, Kept};

/// Pages of one list that are asked for at once at most.
const MOST_PAGES: u32 = 10;

/// What was read of a list.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rows {
    /// The entries.
    pub rows: Vec<Value>,
    /// Entries in the whole list, those included that were not read.
    pub total: u32,
    /// Whether there are more than were read.
    pub goes_on: bool,
    /// Pages that were read.
    pub pages: u32,
}

/// Somebody who asks in v1.
#[derive(Clone, Copy)]
pub(crate) struct V1<'a> {
    pub transport: &'a Transport,
    pub class: Class,
    /// What is known to the account that it is asked for.
    pub kept: Held<'a>,
}

impl<'a> V1<'a> {
    /// What the documented API would have answered.
    ///
    /// # Errors
    /// [`Code::NotOffered`] for what v1 has no call for; else what the instance says.
    pub(crate) async fn answer(self, asked: &Asked) -> Result<Value, Failure> {
        match asked {
            Asked::Me => json(&self.me().await?),
            Asked::Permissions {
                application,
                environment,
            } => json(&self.permissions(application, environment).await?),
            Asked::Applications { query, page } => json(&self.applications(query, *page).await?),
            Asked::Application { key } => json(&self.application(key).await?),
            Asked::Create { manifest } => json(&self.create(manifest).await?),
            Asked::Update { key, manifest } => json(&self.update(key, manifest).await?),
            Asked::Delete { key } => self.delete(key).await,
            Asked::ManifestItems { key } => json(&self.manifest_items(key).await?),
            Asked::Access { key } => json(&self.access(key).await?),
            Asked::Deploy { key, request } => json(&self.deploy(key, request).await?),
            Asked::Deployments {
                application,
                environment,
                page,
            } => {
                let (application, environment) = (application.as_deref(), environment.as_deref());
                json(&self.history(application, environment, *page).await?)
            }
            Asked::Deployment { id } => json(&self.deployment(id).await?),
            Asked::Environments => json(&self.environments().await?),
            Asked::Environment { key } => json(&self.environment(key).await?),
            Asked::Health {
                application,
                environment,
            } => json(&self.health(application, environment).await?),
            Asked::Documented(capability) => Err(capability.lacking_in_v1()),
        }
    }

    /// What a call answers as one thing.
    async fn item(self, call: &Call) -> Result<Value, Failure> {
        let body = self.transport.v1_body(call, self.class).await?;
        envelope::item(&body).map_err(|not| failed(call, not))
    }

    /// A page of a list.
    async fn page(self, call: &Call) -> Result<Listed, Failure> {
        let body = self.transport.v1_body(call, self.class).await?;
        envelope::list(&body).map_err(|not| failed(call, not))
    }

    /// A list, up to ten pages of it.
    async fn all(self, call: impl Fn(u32) -> Call, size: u32) -> Result<Rows, Failure> {
        self.more(Rows::default(), call, size, MOST_PAGES).await
    }

    /// More of a list, up to a page; what comes twice, of a server that knows no pages, ends it.
    async fn more(
        self,
        read: Rows,
        call: impl Fn(u32) -> Call,
        size: u32,
        last: u32,
    ) -> Result<Rows, Failure> {
        let mut all = read;
        for number in all.pages + 1..=last {
            let listed = self.page(&call(number)).await?;
            all.pages = number;
            all.goes_on = listed.goes_on(number, size);
            all.total = listed.total.unwrap_or_default();
            let before = all.rows.len();
            for row in listed.rows {
                if !all.rows.contains(&row) {
                    all.rows.push(row);
                }
            }
            if all.rows.len() == before {
                all.goes_on = false;
            }
            if !all.goes_on {
                break;
            }
        }
        let read = count(&all.rows);
        all.total = match all.goes_on {
            true => all.total.max(read.saturating_add(1)),
            false => read,
        };
        Ok(all)
    }

    fn now(self) -> DateTime<Utc> {
        self.transport.now()
    }

    fn kept(self) -> Held<'a> {
        self.kept
    }
}

/// An answer that is none: a read says what it said, a write that it was refused.
fn failed(call: &Call, not: NotAnswered) -> Failure {
    match not {
        NotAnswered::NotThis => Failure::new(Code::NotMiso).with("status", 200),
        NotAnswered::Refused(words) => {
            let code = match call.method == reqwest::Method::GET {
                true => Code::ServerError,
                false => Code::Conflict,
            };
            Failure {
                message: words,
                ..Failure::new(code).with("status", 200)
            }
        }
    }
}

/// Whether a place or a list is not for this caller, or is not there, while the rest may be.
fn is_closed(failure: &Failure) -> bool {
    matches!(failure.code, Code::Forbidden | Code::NotFound)
}

/// All that there is, as the only page.
fn whole<T>(data: Vec<T>) -> Page<T> {
    let total = count(&data);
    page_of(data, 1, total.max(1), total, false)
}

/// What was read of a list, as the first of its pages, which may hold several.
fn first<T>(data: Vec<T>, total: u32, goes_on: bool) -> Page<T> {
    match goes_on {
        true => page_of(data, MOST_PAGES, routes::PAGE_SIZE, total, true),
        false => whole(data),
    }
}

/// A page up to the `number`th. How many there are beyond the next one is not said everywhere.
fn page_of<T>(data: Vec<T>, number: u32, size: u32, total: u32, goes_on: bool) -> Page<T> {
    Page {
        data,
        meta: Some(PageMeta {
            page: number,
            page_size: size,
            total,
            total_pages: number.saturating_add(u32::from(goes_on)),
        }),
        links: None,
    }
}

fn count<T>(all: &[T]) -> u32 {
    u32::try_from(all.len()).unwrap_or(u32::MAX)
}

fn json(value: &impl Serialize) -> Result<Value, Failure> {
    serde_json::to_value(value).map_err(|error| Failure::new(Code::NotMiso).with("excerpt", error))
}
