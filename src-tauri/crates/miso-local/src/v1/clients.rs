//! Applications as clients: their ids, and whether a secret is theirs (API-V1.md §2.1).

use http::{HeaderMap, HeaderName};
use subtle::ConstantTimeEq;

use super::names;
use crate::http::envelope::ApiError;
use crate::oidc::{service_account, tokens};
use crate::place::Place;
use crate::site::Site;
use crate::store::registrations;

const ID: HeaderName = HeaderName::from_static("x-client-id");
const SECRET: HeaderName = HeaderName::from_static("x-client-secret");
const PREFIX: &str = "miso-controller-";

/// The client id of an application in an environment: clients read both out of it.
pub(super) fn id_of(place: &Place) -> String {
    let environment = names::of_key(&place.environment);
    format!("{PREFIX}{environment}-{}", place.application)
}

/// The place that a client id names.
pub(super) fn place_of(client_id: &str) -> Option<Place> {
    let (environment, application) = client_id.strip_prefix(PREFIX)?.split_once('-')?;
    let key = names::find(environment)?.key?;
    Some(Place::new(application, key))
}

/// The client id and the secret of a request's headers.
pub(super) fn of_headers(headers: &HeaderMap) -> Option<(String, String)> {
    let text = |name: HeaderName| headers.get(name)?.to_str().ok().map(str::to_owned);
    Some((text(ID)?, text(SECRET)?))
}

/// Refuses a client whose secret is wrong, or that nobody knows.
pub(super) async fn must_be_right(site: &Site, id: &str, secret: &str) -> Result<(), ApiError> {
    if service_account::is_right(site, id, secret) {
        return Ok(());
    }
    let wrong = || ApiError::unauthorized("The client or its secret is wrong.");
    let place = place_of(id).ok_or_else(wrong)?;
    let known = site
        .store
        .call(move |db| registrations::get(db, &place))
        .await?;
    let known = known.ok_or_else(wrong)?;
    let is_right: bool = tokens::hash(secret).ct_eq(&known.secret_hash).into();
    if is_right { Ok(()) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_names_its_place() {
        for (id, application, environment) in [
            ("miso-controller-dev-orders-api", "orders-api", "dev"),
            ("miso-controller-tst-a", "a", "test"),
            ("miso-controller-pro-tst-a", "tst-a", "prod"),
        ] {
            let place = Place::new(application, environment);
            assert_eq!(id_of(&place), id);
            assert_eq!(place_of(id), Some(place));
        }
        for id in [
            "orders-api",
            "miso-controller-test-a",
            "miso-controller-miso-a",
            "",
        ] {
            assert_eq!(place_of(id), None, "{id}");
        }
    }
}
