//! What a deployment can ask for, what it would change, and configuration.

use miso_api::*;
use serde_json::{Value, json};

use super::{both_ways, read, some, write};

#[test]
fn deploy_requests() {
    let wire = json!({
        "environment": "test", "image": "miso/hello:1.0",
        "configuration": [{"name": "LEVEL", "value": "warn", "location": "variable", "required": true}],
        "from": {"deploymentId": "d-1", "as": "promotion"}, "dryRun": true, "note": "why not"
    });
    let request = DeployRequest {
        environment: "test".to_owned(),
        image: some("miso/hello:1.0"),
        configuration: Some(vec![ItemChange {
            name: "LEVEL".to_owned(),
            value: some("warn"),
            location: Some(ConfigurationLocation::Variable),
            required: Some(true),
        }]),
        from: Some(DeployFrom {
            deployment_id: "d-1".to_owned(),
            kind: RepeatKind::Promotion,
        }),
        dry_run: Some(true),
        note: some("why not"),
    };
    both_ways(wire, request);
    let restart: DeployRequest = read(json!({"environment": "dev"}));
    assert_eq!(write(&restart), json!({"environment": "dev"}));
}

#[test]
fn changes() {
    let wire = json!({"changes": [{"path": "image", "before": null, "after": "a:1"}]});
    let changes = Changes {
        changes: vec![PlannedChange {
            path: "image".to_owned(),
            before: Value::Null,
            after: json!("a:1"),
        }],
    };
    both_ways(wire, changes);
}

#[test]
fn configuration() {
    let wire = json!({
        "environment": "dev",
        "items": [{"name": "PASSWORD", "value": null, "location": "keyvault", "required": true,
                   "isSet": true}],
        "message": "A change takes effect at the next deployment."
    });
    let item = ConfigurationItem {
        name: "PASSWORD".to_owned(),
        value: None,
        location: ConfigurationLocation::Keyvault,
        required: true,
        is_set: Some(true),
        portal_input: None,
    };
    let configuration = Configuration {
        environment: some("dev"),
        items: vec![item],
        message: some("A change takes effect at the next deployment."),
    };
    both_ways(wire, configuration);
}
