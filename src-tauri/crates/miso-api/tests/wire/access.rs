//! Access to applications, and requests for it.

use miso_api::*;
use serde_json::json;

use super::{at, both_ways, read, some, texts, write};

#[test]
fn rows() {
    let wire = json!({"subject": "elena.novak", "subjectType": "user", "role": "developer",
        "environments": ["dev", "test"]});
    let entry = AccessEntry {
        subject: "elena.novak".to_owned(),
        subject_type: SubjectType::User,
        role: AccessRole::Developer,
        environments: texts(&["dev", "test"]),
    };
    both_ways(wire, entry);
    let odd: AccessEntry = read(json!({"subject": "x", "subjectType": "robot", "role": "king"}));
    assert_eq!(write(&odd)["role"], "king");
    assert_eq!(write(&odd)["subjectType"], "robot");
    let grant = json!({"subjectType": "group", "role": "viewer", "environments": ["prod"]});
    both_ways(
        grant,
        AccessGrant {
            subject_type: SubjectType::Group,
            role: AccessRole::Viewer,
            environments: texts(&["prod"]),
        },
    );
    let permissions = json!({"permissions": ["logs:read", "applications:deploy"]});
    both_ways(
        permissions,
        Permissions {
            permissions: vec![Permission::LogsRead, Permission::ApplicationsDeploy],
        },
    );
}

#[test]
fn requests() {
    let wire = json!({
        "id": "r-1", "applicationKey": "shop", "role": "admin", "environments": ["prod"],
        "reason": "A release.", "status": "approved", "requestedBy": "elena.novak",
        "createdAt": "2026-11-24T08:00:00Z", "decidedBy": "aino.laine",
        "decidedAt": "2026-11-24T08:30:00Z", "note": "Gladly."
    });
    let request = AccessRequest {
        id: "r-1".to_owned(),
        application_key: "shop".to_owned(),
        role: AccessRole::Admin,
        environments: texts(&["prod"]),
        reason: some("A release."),
        status: AccessRequestStatus::Approved,
        requested_by: some("elena.novak"),
        created_at: Some(at(8, 0)),
        decided_by: some("aino.laine"),
        decided_at: Some(at(8, 30)),
        note: some("Gladly."),
    };
    both_ways(wire, request);
    let least = json!({"id": "r", "applicationKey": "shop", "role": "user", "status": "pending"});
    assert_eq!(read::<AccessRequest>(least).role, AccessRole::User);
    let wish = AccessWish {
        application_key: "shop".to_owned(),
        role: AccessRole::Viewer,
        environments: texts(&["dev"]),
        reason: None,
    };
    let wire = json!({"applicationKey": "shop", "role": "viewer", "environments": ["dev"]});
    assert_eq!(write(&wish), wire);
    let decision = AccessDecision {
        decision: Decision::Denied,
        note: some("Not now."),
    };
    both_ways(json!({"decision": "denied", "note": "Not now."}), decision);
}
