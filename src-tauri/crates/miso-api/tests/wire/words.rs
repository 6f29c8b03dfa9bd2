//! The words of the enumerations.

use miso_api::*;
use serde_json::json;

use super::{read, write};

/// Every word of API.md has a value of its own, and a word that is not there comes back as it was.
macro_rules! words {
    ($name:ident: $($word:literal)+) => {
        assert_eq!($name::KNOWN, [$($word),+], stringify!($name));
        for word in [$($word),+] {
            let value: $name = read(json!(word));
            assert!(!matches!(value, $name::Unknown(_)), "{word}");
            assert_eq!((write(&value), value.as_str()), (json!(word), word));
        }
        for odd in ["", "something new", "Running"] {
            let value: $name = read(json!(odd));
            assert_eq!(value, $name::Unknown(odd.to_owned()));
            assert_eq!(write(&value), odd);
        }
        assert!(serde_json::from_str::<$name>("1").is_err());
    };
}

#[test]
fn words_of_the_document() {
    words!(ApplicationType: "webapp" "functionapp" "api" "service" "external");
    words!(ApplicationStatus: "running" "stopped" "deploying" "error");
    words!(ConfigurationLocation: "variable" "keyvault");
    words!(DeploymentStatus: "pending" "running" "completed" "failed" "cancelled");
    words!(EnvironmentStatus: "healthy" "degraded" "down" "unknown");
    words!(HealthStatus: "healthy" "degraded" "unhealthy" "unknown");
    words!(Permission:
        "applications:read" "applications:create" "applications:update" "applications:delete"
        "applications:deploy" "environments:read" "environments:update" "deployments:read"
        "logs:read" "configuration:read" "configuration:update" "access:read" "access:update"
        "auth:read");
}

/// These words are ours: API.md names the fields, not what stands in them.
#[test]
fn words_of_our_own() {
    words!(StepStatus: "pending" "running" "completed" "failed" "skipped");
    words!(LogLevel: "debug" "info" "warn" "error");
}
