//! Manifests that break no rule.

use serde_json::{Value, json};

/// The smallest one of the public document.
pub(super) fn smallest() -> Value {
    json!({"key": "my-app", "displayName": "My Application", "type": "webapp",
           "image": "miso/hello:1.0", "port": 3000})
}

/// One with every field that has a rule.
pub(super) fn full() -> Value {
    json!({
        "key": "orders", "displayName": "Orders", "description": "Takes orders", "type": "api",
        "version": "1.2.3-rc.1", "image": "registry.example/orders:1.2.3", "registryMode": "acr",
        "port": 8080, "requiresDatabase": true, "requiresRedis": false, "requiresStorage": true,
        "databases": [{"name": "orders_db-1", "extensions": ["pgcrypto"]}],
        "configuration": [
            {"name": "LOG_LEVEL", "value": "info", "location": "variable", "required": false,
             "portalInput": {"field": "select", "label": "Level", "placeholder": "info",
                             "masked": false, "validation": {"required": true},
                             "options": ["info", "debug"]}},
            {"name": "_DB_PASSWORD", "value": null, "location": "keyvault", "required": true},
            {"name": "TOKEN1", "location": "keyvault", "required": true}
        ],
        "conditionalConfiguration": [
            {"condition": "{{requiresRedis}}", "configuration": [
                {"name": "REDIS_URL", "value": "", "location": "variable", "required": true}]}
        ],
        "healthCheck": {"path": "/health", "interval": 30, "probePath": "/probe",
                        "probeRequestType": "HEAD", "probeProtocol": "Https",
                        "probeIntervalInSeconds": 120, "bashProbe": false},
        "frontDoorRouting": {"pattern": "/orders/*", "host": "orders.example", "tls": true,
                             "enabled": true, "requiresRuleSet": true, "ruleSetConditions": [
            {"type": "UrlPath", "operator": "BeginsWith", "matchValues": ["/orders"]}]},
        "authentication": {"type": "azure", "enableSSO": true, "requiredRoles": ["buyer"],
                           "endpoints": {"local": "http://localhost:3000/auth",
                                         "custom": "https://login.example/x?y=z"}},
        "roles": [{"name": "Buyer", "value": "buyer-1", "description": "Buys",
                   "groups": ["Buyers"]}],
        "permissions": [{"name": "orders:read-1", "roles": ["buyer-1"], "description": "Reads"}],
        "repository": {"enabled": true, "repositoryUrl": "https://github.com/example/orders"},
        "startupCommand": "node server.js",
        "runtimeVersion": {"node": "20.1.0", "python": "3.12", "dotnet": "8.0"},
        "scaling": {"minInstances": 2, "maxInstances": 2, "cpuThreshold": 70.5},
        "build": {"containerPort": 80, "language": "typescript", "context": "../..",
                  "dockerfile": "Dockerfile", "envOutputPath": ".env"},
        "environments": {"test": {"image": "orders:2", "configuration": [
            {"name": "LOG_LEVEL", "value": "debug", "location": "variable", "required": true}]}},
        "externalIntegration": {"any": 1}, "system": {"any": 2}, "dataSources": [3]
    })
}
