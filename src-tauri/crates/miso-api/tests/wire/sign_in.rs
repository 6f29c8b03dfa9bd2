//! Signing in, and who is signed in.

use miso_api::*;
use serde_json::json;

use super::{both_ways, read, some, texts, write};

#[test]
fn token_request() {
    let request = TokenRequest {
        client_id: "my-client".to_owned(),
        client_secret: "s3cret".to_owned(),
        grant_type: "client_credentials".to_owned(),
        scope: some("api"),
    };
    let wire = r#"{"client_id":"my-client","client_secret":"s3cret","grant_type":"client_credentials","scope":"api"}"#;
    assert_eq!(serde_json::to_string(&request).unwrap(), wire);
    let read: TokenRequest = serde_json::from_str(wire).unwrap();
    assert_eq!(write(&read), write(&request));
    let without_scope = TokenRequest {
        scope: None,
        ..request
    };
    assert_eq!(
        write(&without_scope),
        json!({"client_id": "my-client", "client_secret": "s3cret",
               "grant_type": "client_credentials"})
    );
}

#[test]
fn token_response() {
    let wire = json!({"access_token": "abc", "token_type": "Bearer", "expires_in": 3600,
                      "scope": "api"});
    let response: TokenResponse = read(wire.clone());
    assert_eq!(response.access_token, "abc");
    assert_eq!(response.token_type, "Bearer");
    assert_eq!(response.expires_in, Some(3600));
    assert_eq!(response.scope.as_deref(), Some("api"));
    assert_eq!(write(&response), wire);
    let least: TokenResponse = read(json!({"access_token": "abc"}));
    assert_eq!(
        (least.token_type.as_str(), least.expires_in),
        ("Bearer", None)
    );
    assert!(serde_json::from_str::<TokenResponse>(r#"{"token_type":"Bearer"}"#).is_err());
}

#[test]
fn who_am_i() {
    let wire = json!({"id": "u-1", "username": "ada", "email": "ada@example.com",
                      "displayName": "Ada", "roles": ["developer"],
                      "permissions": ["logs:read", "billing:read"], "environments": ["dev"]});
    let me = Me {
        id: "u-1".to_owned(),
        username: "ada".to_owned(),
        email: some("ada@example.com"),
        display_name: some("Ada"),
        roles: texts(&["developer"]),
        permissions: vec![
            Permission::LogsRead,
            Permission::Unknown("billing:read".to_owned()),
        ],
        environments: texts(&["dev"]),
    };
    both_ways(wire, me);
    let least: Me = read(json!({"id": "u", "roles": null, "permissions": null,
                                "environments": null, "username": null, "tenant": "t"}));
    assert_eq!(
        (least.roles.len(), least.permissions.len(), least.email),
        (0, 0, None)
    );
}
