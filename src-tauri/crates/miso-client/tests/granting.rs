//! Who may do what: what is known to be refused is not sent, and what became of a write is found out.

use std::sync::{Arc, Mutex};

use miso_api::{AccessDecision, AccessEntry, AccessGrant, AccessWish, Decision};
use miso_client::{Capability, Code, Held};
use serde_json::{Value, json};

use crate::far_end::{Answer, FarEnd, restored, restored_at, tokens};
use crate::flying::Flying;
use crate::hostile::{Act, hostile, json as says};

fn grant(environments: &[&str]) -> AccessGrant {
    let environments: Vec<String> = environments.iter().map(|&key| key.to_owned()).collect();
    serde_json::from_value(json!({
        "subjectType": "user", "role": "viewer", "environments": environments
    }))
    .unwrap()
}

/// A row as it was seen.
fn row(subject: &str, kind: &str, environments: &[&str]) -> AccessEntry {
    serde_json::from_value(json!({
        "subject": subject, "subjectType": kind, "role": "viewer", "environments": environments
    }))
    .unwrap()
}

fn approval() -> AccessDecision {
    AccessDecision {
        decision: Decision::Approved,
        note: None,
    }
}

/// The caller gives access in dev and not in prod.
async fn far_end() -> FarEnd {
    FarEnd::start(|asked| match asked.line.as_str() {
        "POST /token" => tokens(1),
        "GET /api/applications/orders/access" => Answer::json(
            200,
            json!([
                {"subject": "both", "subjectType": "group", "role": "viewer",
                 "environments": ["dev", "prod"]},
                {"subject": "one", "subjectType": "user", "role": "viewer", "environments": ["dev"]},
            ]),
        ),
        line if line.starts_with("GET /api/applications") => Answer::json(
            200,
            json!([{"key": "orders", "displayName": "Orders", "type": "api", "environments": [
                {"environment": "dev", "status": "running",
                 "permissions": ["access:read", "access:update"]},
                {"environment": "prod", "status": "running", "permissions": ["access:read"]},
            ]}]),
        ),
        line if line.starts_with("GET /api/users/me") => Answer::json(
            200,
            json!({"id": "1", "username": "me", "roles": [], "environments": ["dev", "prod"],
                   "permissions": ["access:read", "access:update"]}),
        ),
        line if line.starts_with("GET /api/access-requests") => Answer::json(
            200,
            json!([
                {"id": "far", "applicationKey": "orders", "role": "viewer", "status": "pending",
                 "requestedBy": "other", "environments": ["dev", "prod"]},
                {"id": "near", "applicationKey": "orders", "role": "viewer", "status": "pending",
                 "requestedBy": "other", "environments": ["dev"]},
            ]),
        ),
        line if line.starts_with("PUT /api/applications/orders/access/") => Answer::json(
            200,
            json!({"subject": "x", "subjectType": "user", "role": "viewer",
                   "environments": ["dev"]}),
        ),
        line if line.starts_with("DELETE /api/applications/orders/access/") => {
            Answer::text(204, "")
        }
        "PATCH /api/access-requests/gone" => Answer::error(409, "CONFLICT"),
        line if line.starts_with("PATCH /api/access-requests/") => Answer::json(
            200,
            json!({"id": "near", "applicationKey": "orders", "role": "viewer",
                   "status": "approved", "environments": ["dev"]}),
        ),
        _ => Answer::error(404, "NOT_FOUND"),
    })
    .await
}

#[tokio::test]
async fn what_is_known_to_be_refused_is_shown_so_and_not_sent() {
    let far_end = far_end().await;
    let here = restored(&far_end).await;
    let client = &here.client;
    client.applications().await.unwrap();
    client.me().await.unwrap();

    let grid = client.access_grid("orders".to_owned()).await.unwrap().value;
    let missing = |at: usize| grid.rows[at].missing.as_ref().map(ToString::to_string);
    assert_eq!(
        missing(0).as_deref(),
        Some("access:update"),
        "prod is in it"
    );
    assert_eq!(missing(1), None);
    assert!(grid.rows[0].production && !grid.rows[1].production);

    let forbidden = [
        client
            .grant_access("orders", "new", &grant(&["dev", "prod"]), None)
            .await
            .err(),
        // It would be taken away where the caller may not.
        client
            .grant_access("orders", "both", &grant(&["dev"]), None)
            .await
            .err(),
        client
            .revoke_access("orders", &row("both", "group", &["dev", "prod"]))
            .await
            .err(),
        client.asked_access().await.err(),
        client.decide_access("far", &approval()).await.err(),
    ];
    let forbidden: Vec<_> = forbidden.into_iter().flatten().collect();
    assert_eq!(forbidden.len(), 4);
    for failure in forbidden {
        assert_eq!(failure.code, Code::Forbidden);
        assert_eq!(failure.params["permission"], "access:update");
    }
    let sent = || {
        let writes = ["PUT /api", "DELETE /api", "PATCH /api"];
        writes
            .iter()
            .map(|line| far_end.asked(line).len())
            .sum::<usize>()
    };
    assert_eq!(sent(), 0);

    client
        .grant_access("orders", "new", &grant(&["dev"]), None)
        .await
        .unwrap();
    client
        .revoke_access("orders", &row("one", "user", &["dev"]))
        .await
        .unwrap();
    client.decide_access("near", &approval()).await.unwrap();
    assert_eq!(sent(), 3);
}

#[tokio::test]
async fn what_may_be_done_where_is_told_from_what_is_known_and_asks_nobody() {
    let far_end = far_end().await;
    let here = restored(&far_end).await;
    assert!(here.client.rights_held(None).environments.is_empty());
    here.client.applications().await.unwrap();
    let asked = far_end.asked("GET /api").len();
    let rights = here.client.rights_held(Some("orders"));
    let row = |word: &str| {
        let found = rights
            .rows
            .iter()
            .find(|row| row.permission.as_str() == word);
        found.unwrap().held.clone()
    };
    assert_eq!(row("access:update"), [Held::Yes, Held::No]);
    assert_eq!(row("access:read"), [Held::Yes, Held::Yes]);
    let choices = here.client.access_choices("orders");
    let keys: Vec<&str> = choices
        .environments
        .iter()
        .map(|each| each.key.as_str())
        .collect();
    assert_eq!(keys, ["dev", "prod"]);
    assert_eq!(far_end.asked("GET /api").len(), asked);
}

#[tokio::test]
async fn a_request_that_another_decided_first_is_looked_at_again() {
    let far_end = far_end().await;
    let here = restored(&far_end).await;
    let shown = here.client.asked_access().await.unwrap().value;
    assert_eq!(shown.len(), 2);
    let failure = here
        .client
        .decide_access("gone", &approval())
        .await
        .unwrap_err();
    assert_eq!(failure.code, Code::Conflict);
    assert_eq!(far_end.asked("GET /api/access-requests").len(), 2);
}

#[tokio::test]
async fn an_instance_without_requests_is_said_to_have_none() {
    let far_end = FarEnd::start(|asked| match asked.line.as_str() {
        "POST /token" => tokens(1),
        _ => Answer::error(404, "NOT_FOUND"),
    })
    .await;
    let here = restored(&far_end).await;
    let wish = AccessWish {
        application_key: "orders".to_owned(),
        role: "viewer".into(),
        environments: vec!["dev".to_owned()],
        reason: None,
    };
    let failures = [
        here.client.asked_access().await.unwrap_err(),
        here.client.ask_for_access(&wish).await.unwrap_err(),
    ];
    for failure in failures {
        assert_eq!(failure.code, Code::NotOffered);
        assert_eq!(
            failure.params["capability"],
            Capability::AccessRequests.word()
        );
    }
    assert!(far_end.asked("POST /api/access-requests").len() <= 1);
}

/// What the server has, and whether it does what it is told before the answer is lost.
struct Rows {
    rows: Vec<Value>,
    does: bool,
    writes: usize,
}

#[tokio::test]
async fn an_answer_that_is_lost_is_found_out_and_nothing_is_sent_twice() {
    for does in [true, false] {
        let clock = Arc::new(Flying::new());
        let kept = json!({"subject": "kept", "subjectType": "user", "role": "viewer",
            "environments": ["dev"]});
        let server = Arc::new(Mutex::new(Rows {
            rows: vec![kept],
            does,
            writes: 0,
        }));
        let inside = server.clone();
        let (far_end, _) = hostile(move |asked| {
            let mut server = inside.lock().unwrap();
            if asked
                .line
                .starts_with("GET /api/applications/orders/access")
            {
                return says(200, &json!(server.rows).to_string());
            }
            if asked.line.starts_with("GET") {
                return says(200, "[]");
            }
            server.writes += 1;
            if server.does && asked.line.starts_with("PUT") {
                let row = json!({"subject": "new", "subjectType": "user", "role": "viewer",
                    "environments": ["test", "dev"]});
                server.rows.push(row);
            } else if server.does {
                server.rows.retain(|row| row["subject"] != "kept");
            }
            Act::Cut("".into())
        })
        .await;
        let here = restored_at(&far_end, clock).await;
        let granted = here
            .client
            .grant_access("orders", "new", &grant(&["dev", "test"]), None)
            .await;
        let revoked = here
            .client
            .revoke_access("orders", &row("kept", "user", &["dev"]))
            .await;
        if does {
            assert_eq!(granted.unwrap().subject, "new");
            revoked.unwrap();
        } else {
            assert_eq!(granted.unwrap_err().code, Code::OutcomeUnknown);
            assert_eq!(revoked.unwrap_err().code, Code::OutcomeUnknown);
        }
        assert_eq!(server.lock().unwrap().writes, 2, "each once");
    }
}

/// The wire has no version for a row: it is looked at once more before it is replaced.
#[tokio::test]
async fn a_row_that_somebody_else_changed_is_not_replaced() {
    let far_end = far_end().await;
    let here = restored(&far_end).await;
    here.client.applications().await.unwrap();
    here.client.me().await.unwrap();
    let seen = |role: &str, environments: &[&str]| {
        serde_json::from_value(
            json!({"subject": "one", "subjectType": "user", "role": role,
            "environments": environments}),
        )
        .unwrap()
    };
    let as_it_was = seen("viewer", &["dev"]);
    for other in [
        None,
        Some(seen("developer", &["dev"])),
        Some(seen("viewer", &["dev", "test"])),
    ] {
        let refused = here
            .client
            .grant_access("orders", "one", &grant(&["dev"]), other.as_ref())
            .await;
        assert_eq!(refused.unwrap_err().code, Code::Conflict);
    }
    assert_eq!(far_end.asked("PUT /api").len(), 0);
    let granted = here
        .client
        .grant_access("orders", "one", &grant(&["dev"]), Some(&as_it_was))
        .await;
    granted.unwrap();
    assert_eq!(far_end.asked("PUT /api").len(), 1);
}

/// What a colleague gave meanwhile was seen by nobody who takes it away.
#[tokio::test]
async fn a_row_that_somebody_else_changed_is_not_taken_away() {
    let far_end = far_end().await;
    let here = restored(&far_end).await;
    here.client.applications().await.unwrap();
    here.client.me().await.unwrap();
    for other in [
        row("one", "user", &["test"]),
        row("one", "group", &["dev"]),
        row("gone", "user", &["dev"]),
    ] {
        let shown = far_end.asked("GET /api/applications/orders/access").len();
        let refused = here.client.revoke_access("orders", &other).await;
        assert_eq!(refused.unwrap_err().code, Code::Conflict);
        let looked = far_end.asked("GET /api/applications/orders/access").len() - shown;
        assert_eq!(looked, 2, "what it is now is read for who looks at it");
    }
    assert_eq!(far_end.asked("DELETE /api").len(), 0);
    let as_it_is = row("one", "user", &["dev"]);
    here.client
        .revoke_access("orders", &as_it_is)
        .await
        .unwrap();
    assert_eq!(far_end.asked("DELETE /api").len(), 1);
}
