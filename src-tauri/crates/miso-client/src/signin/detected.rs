//! Which reading of the API an instance speaks. Seen without anybody being
//! signed in: by what each of them alone answers to anybody.

use http::StatusCode;
use miso_api::{ErrorCode, ErrorEnvelope};
use serde_json::Value;
use url::Url;

use super::sender::{ANSWER_LIMIT, bounded};
use crate::wire::v1::{Fields, envelope, routes};
use crate::{Failure, Network, Speaks};

/// The one call of the documented API that every instance has, and that nobody may make who is not signed in.
const DOCUMENTED_PATH: &str = "/api/users/me";

/// What who does not have it answers to it.
const LACKING: [StatusCode; 4] = [
    StatusCode::UNAUTHORIZED,
    StatusCode::FORBIDDEN,
    StatusCode::NOT_FOUND,
    StatusCode::METHOD_NOT_ALLOWED,
];

/// The reading that is spoken; of both, the documented one; `None` where neither shows.
pub(super) async fn speaks(instance: &Url, network: &Network) -> Option<Speaks> {
    let v1 = ask(instance, network, routes::HEALTH_PATH).await.ok()?;
    if !is_v1(v1.0, &v1.1) {
        return None;
    }
    let documented = ask(instance, network, DOCUMENTED_PATH).await;
    match documented {
        Ok((status, body)) if is_documented(status, &body) => Some(Speaks::Documented),
        // What is in its way now says nothing of what else it speaks.
        Ok((status, _)) if LACKING.contains(&status) => Some(Speaks::V1),
        Ok(_) | Err(_) => None,
    }
}

/// `GET /health` (API-V1.md §3.6): wrapped or flat, with a status or with the kind of its deployments.
fn is_v1(status: StatusCode, body: &[u8]) -> bool {
    let read = serde_json::from_slice::<Value>(body).ok();
    let item = read.and_then(|body| envelope::item(&body).ok());
    status.is_success()
        && item.is_some_and(|item| {
            let fields = Fields::of(&item);
            fields.text(&["status", "deploymentType"]).is_some()
        })
}

/// A refusal in the platform's own shape that speaks of the caller, not of the path.
fn is_documented(status: StatusCode, body: &[u8]) -> bool {
    if status.is_success() {
        return serde_json::from_slice::<miso_api::Me>(body).is_ok();
    }
    serde_json::from_slice::<ErrorEnvelope>(body)
        .is_ok_and(|envelope| envelope.error.code != ErrorCode::NotFound)
}

async fn ask(
    instance: &Url,
    network: &Network,
    path: &str,
) -> Result<(StatusCode, Vec<u8>), Failure> {
    let mut address = instance.clone();
    address.set_path(&format!("{}{path}", instance.path().trim_end_matches('/')));
    let response = network
        .client_for(instance)
        .await?
        .get(address)
        .header(http::header::ACCEPT, "application/json")
        .timeout(ANSWER_LIMIT)
        .send()
        .await
        .map_err(|error| network.failure_of(&error, instance))?;
    let status = response.status();
    Ok((status, bounded(response, instance).await?))
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::routing::get;

    use super::*;

    /// What is spoken where v1's health is answered, and the documented call with this.
    async fn spoken(status: u16, body: &'static str) -> Option<Speaks> {
        let status = StatusCode::from_u16(status).unwrap();
        let health = r#"{"data":{"status":"healthy","deploymentType":"azure"}}"#;
        let router = Router::new()
            .route(routes::HEALTH_PATH, get(move || async move { health }))
            .route(DOCUMENTED_PATH, get(move || async move { (status, body) }));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let instance = format!("http://{}/", listener.local_addr().unwrap());
        let server = tokio::spawn(async move { axum::serve(listener, router).await });
        let found = speaks(&instance.parse().unwrap(), &Network::default()).await;
        server.abort();
        found
    }

    #[tokio::test]
    async fn what_hides_the_documented_reading_makes_an_instance_no_v1() {
        let unauthorized = r#"{"error":{"code":"UNAUTHORIZED","message":"no token"}}"#;
        let problem = r#"{"type":"/Errors/Unauthorized","title":"Unauthorized","status":401}"#;
        let unavailable = r#"{"error":{"code":"SERVICE_UNAVAILABLE","message":"restarting"}}"#;
        for (status, body, found) in [
            (401, unauthorized, Some(Speaks::Documented)),
            (503, unavailable, Some(Speaks::Documented)),
            (401, problem, Some(Speaks::V1)),
            (403, "<html>Forbidden</html>", Some(Speaks::V1)),
            (404, "<html>", Some(Speaks::V1)),
            (404, "", Some(Speaks::V1)),
            (405, "", Some(Speaks::V1)),
            (429, "<html>Too many requests</html>", None),
            (429, r#"{"message":"slow down"}"#, None),
            (500, "", None),
            (502, "<html>Bad gateway</html>", None),
            (503, "<html>", None),
            (504, "", None),
            (200, "<html>", None),
        ] {
            assert_eq!(spoken(status, body).await, found, "{status} {body}");
        }
    }

    #[test]
    fn each_reading_is_known_by_what_it_alone_says() {
        for (status, body, v1) in [
            (
                200,
                r#"{"data":{"status":"healthy","deploymentType":"local"}}"#,
                true,
            ),
            (200, r#"{"deploymentType":"azure"}"#, true),
            (
                200,
                r#"{"success":true,"data":{"status":"ok"},"timestamp":"2026-11-27T09:00:00Z"}"#,
                true,
            ),
            (200, "{}", false),
            (200, "<html>OK</html>", false),
            (200, "OK", false),
            (404, r#"{"data":{"status":"healthy"}}"#, false),
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            assert_eq!(is_v1(status, body.as_bytes()), v1, "{body}");
        }
        for (status, body, documented) in [
            (
                401,
                r#"{"error":{"code":"UNAUTHORIZED","message":"no token"}}"#,
                true,
            ),
            (
                403,
                r#"{"error":{"code":"A_NEW_WORD","message":"m"}}"#,
                true,
            ),
            (
                404,
                r#"{"error":{"code":"NOT_FOUND","message":"no such path"}}"#,
                false,
            ),
            (
                404,
                r#"{"type":"/Errors/NotFound","title":"Not Found","status":404}"#,
                false,
            ),
            (
                401,
                r#"{"type":"/Errors/Unauthorized","title":"Unauthorized","status":401}"#,
                false,
            ),
            (404, "<html>", false),
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            assert_eq!(is_documented(status, body.as_bytes()), documented, "{body}");
        }
    }
}
