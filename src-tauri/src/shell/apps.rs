//! What runs where, and how it is.

use chrono::{TimeDelta, Utc};
use miso_api::{Application, Page};
use miso_client::{Client, Reading, Resource, Source};

use super::exit::{Exit, Refused};
use super::protocol::{Row, Teller, Told};

/// What is older is asked for anew.
const FRESH: TimeDelta = TimeDelta::seconds(30);
/// The list comes in so many pages at most.
const MOST_PAGES: u32 = 5;

/// Tells every application in every environment, by name.
pub(super) async fn list(client: &Client, to: &Teller) -> Result<Exit, Refused> {
    let (reading, failure) = newest(client).await?;
    let Reading { value, as_of, .. } = reading;
    let total = value.total() as usize;
    let mut all = value.data;
    all.sort_by(|a, b| a.key.cmp(&b.key));
    let shown = all.len();
    for row in all.into_iter().flat_map(rows) {
        to.tell(Told::Row { row }).await?;
    }
    if total > shown {
        let others = total - shown;
        to.note(format!(
            "{others} more are not listed: 'miso-desktop api' finds them"
        ))
        .await?;
    }
    match failure {
        None => Ok(Exit::Done),
        Some(refused) => {
            let as_of = as_of.format("%Y-%m-%d %H:%M:%SZ");
            Err(Refused {
                reason: format!("this is how it was at {as_of}; {}", refused.reason),
                ..refused
            })
        }
    }
}

/// The list, and why it is no newer.
async fn newest(client: &Client) -> Result<(Reading<Page<Application>>, Option<Refused>), Refused> {
    let mut known = client.applications().await?;
    let is_old = known.source != Source::Live || Utc::now() - known.as_of > FRESH;
    let mut is_due = is_old;
    for _ in 0..MOST_PAGES {
        if !is_due && !is_in_part(&known.value) {
            break;
        }
        is_due = false;
        if let Err(failure) = client.refresh(&Resource::Applications).await {
            return Ok((known, Some(failure.into())));
        }
        known = client.applications().await?;
    }
    Ok((known, None))
}

fn is_in_part(page: &Page<Application>) -> bool {
    let meta = page.meta.as_ref();
    meta.is_some_and(|meta| meta.page < meta.total_pages.min(MOST_PAGES))
}

fn rows(application: Application) -> Vec<Row> {
    let row = Row {
        application: application.key,
        name: application.display_name,
        environment: None,
        status: application.status.as_str().to_owned(),
        health: None,
        since: None,
        image: application.image,
        url: application.url,
    };
    if application.environments.is_empty() {
        return vec![row];
    }
    let places = application.environments.into_iter().map(|place| Row {
        environment: Some(place.environment),
        status: place.status.as_str().to_owned(),
        health: Some(place.health.as_str().to_owned()),
        since: place.health_since,
        image: place.image,
        url: place.url,
        ..row.clone()
    });
    places.collect()
}
