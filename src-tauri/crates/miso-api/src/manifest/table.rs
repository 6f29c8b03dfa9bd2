//! The table of APP-MANIFEST.md, row by row and in its order.

use super::ViolationCode;
use super::rule::{Field, Need, Object, Rule, Shape, TEXT};
use super::rule::{optional, required, shaped, sized, text};
use crate::{ApplicationType, ConfigurationLocation};

pub(super) static MANIFEST: Object = Object::new(&[
    required("key", sized(&KEY, 3, 40)),
    required("displayName", text(1, 100)),
    optional("description", text(1, 500)),
    required("type", Rule::OneOf(ApplicationType::KNOWN)),
    optional("version", shaped(&VERSION)),
    Field {
        name: "image",
        need: UNLESS_EXTERNAL,
        rule: shaped(&IMAGE),
    },
    optional("registryMode", Rule::OneOf(&["acr", "external", "public"])),
    Field {
        name: "port",
        need: UNLESS_EXTERNAL,
        rule: PORT,
    },
    optional("requiresDatabase", Rule::Flag),
    optional("requiresRedis", Rule::Flag),
    optional("requiresStorage", Rule::Flag),
    optional("databases", Rule::List(&Rule::Object(&DATABASE))),
    optional("configuration", CONFIGURATION),
    optional(
        "conditionalConfiguration",
        Rule::List(&Rule::Object(&CONDITIONAL)),
    ),
    optional("healthCheck", Rule::Object(&HEALTH_CHECK)),
    optional("frontDoorRouting", Rule::Object(&FRONT_DOOR_ROUTING)),
    optional("authentication", Rule::Object(&AUTHENTICATION)),
    optional("roles", Rule::List(&Rule::Object(&ROLE))),
    optional("permissions", Rule::List(&Rule::Object(&PERMISSION))),
    optional("repository", Rule::Object(&REPOSITORY)),
    optional("startupCommand", text(1, 200)),
    optional("runtimeVersion", Rule::Object(&RUNTIME_VERSION)),
    optional("scaling", Rule::Object(&SCALING)),
    optional("build", Rule::Object(&BUILD)),
    optional("environments", Rule::ByEnvironmentOrRead(&OVERRIDES)),
    optional("environmentOverrides", Rule::ByEnvironment(&OVERRIDES)),
    optional("externalIntegration", Rule::Anything),
    optional("system", Rule::Anything),
    optional("dataSources", Rule::Anything),
]);

/// The shape of an environment's key (API.md: "Keys match").
pub(super) static ENVIRONMENT_KEY: Shape = Shape::worded(r"^[a-z0-9-]+$", &[("shape", "key")]);

const UNLESS_EXTERNAL: Need = Need::Unless("type", "external");
const PORT: Rule = Rule::Integer {
    min: 1,
    max: 65_535,
};
const TEXTS: Rule = Rule::List(&TEXT);
pub(super) const CONFIGURATION: Rule = Rule::List(&Rule::Object(&CONFIGURATION_ITEM));

static DATABASE: Object = Object::new(&[
    required("name", shaped(&DATABASE_NAME)),
    optional("extensions", TEXTS),
]);

static CONFIGURATION_ITEM: Object = Object::new(&[
    required("name", shaped(&VARIABLE_NAME)),
    Field {
        name: "value",
        need: Need::When("location", "variable"),
        rule: TEXT,
    },
    required("location", Rule::OneOf(ConfigurationLocation::KNOWN)),
    required("required", Rule::Flag),
    optional("portalInput", Rule::Object(&PORTAL_INPUT)),
]);

static PORTAL_INPUT: Object = Object::new(&[
    optional(
        "field",
        Rule::OneOf(&["password", "text", "textarea", "select"]),
    ),
    optional("label", TEXT),
    optional("placeholder", TEXT),
    optional("masked", Rule::Flag),
    optional("validation", Rule::Object(&Object::new(&[]))),
    optional("options", TEXTS),
]);

static CONDITIONAL: Object = Object::new(&[
    optional("condition", shaped(&CONDITION)),
    optional("configuration", CONFIGURATION),
]);

static HEALTH_CHECK: Object = Object::new(&[
    optional("path", shaped(&ABSOLUTE_PATH)),
    optional("interval", Rule::Integer { min: 10, max: 300 }),
    optional("probePath", shaped(&ABSOLUTE_PATH)),
    optional(
        "probeRequestType",
        Rule::OneOf(&["GET", "POST", "HEAD", "PUT", "DELETE"]),
    ),
    optional("probeProtocol", Rule::OneOf(&["Http", "Https"])),
    optional(
        "probeIntervalInSeconds",
        Rule::Integer { min: 60, max: 600 },
    ),
    optional("bashProbe", Rule::Flag),
]);

static FRONT_DOOR_ROUTING: Object = Object::new(&[
    optional("pattern", shaped(&ROUTE)),
    optional("host", TEXT),
    optional("tls", Rule::Anything),
    optional("enabled", Rule::Flag),
    optional("requiresRuleSet", Rule::Flag),
    optional(
        "ruleSetConditions",
        Rule::List(&Rule::Object(&RULE_SET_CONDITION)),
    ),
]);

static RULE_SET_CONDITION: Object = Object::new(&[
    optional("type", TEXT),
    optional("operator", TEXT),
    optional("matchValues", TEXTS),
]);

static AUTHENTICATION: Object = Object::new(&[
    optional("type", Rule::OneOf(&["azure", "local", "none"])),
    optional("enableSSO", Rule::Flag),
    optional("requiredRoles", TEXTS),
    optional("endpoints", Rule::Object(&ENDPOINTS)),
]);

static ENDPOINTS: Object = Object::new(&[
    optional("local", shaped(&HTTP_URL)),
    optional("custom", shaped(&HTTP_URL)),
]);

static ROLE: Object = Object::new(&[
    required("name", text(1, 100)),
    required("value", shaped(&ROLE_VALUE)),
    required("description", text(1, 500)),
    optional("groups", TEXTS),
]);

static PERMISSION: Object = Object::new(&[
    required("name", sized(&PERMISSION_NAME, 1, 100)),
    required("roles", TEXTS),
    required("description", text(1, 500)),
]);

static REPOSITORY: Object = Object::new(&[
    optional("enabled", Rule::Flag),
    optional("repositoryUrl", shaped(&REPOSITORY_URL)),
]);

static RUNTIME_VERSION: Object = Object::new(&[
    optional("node", shaped(&THREE_NUMBERS)),
    optional("python", shaped(&TWO_NUMBERS)),
    optional("dotnet", shaped(&TWO_NUMBERS)),
]);

static SCALING: Object = Object::new(&[
    optional("minInstances", Rule::Integer { min: 1, max: 20 }),
    optional("maxInstances", Rule::Integer { min: 1, max: 20 }),
    optional("cpuThreshold", Rule::Number { min: 10, max: 90 }),
])
.ordered("minInstances", "maxInstances");

static BUILD: Object = Object::new(&[
    optional("containerPort", PORT),
    optional("language", Rule::OneOf(&["typescript", "python"])),
    optional("context", shaped(&RELATIVE_PATH)),
    optional("dockerfile", shaped(&RELATIVE_PATH)),
    optional("envOutputPath", shaped(&RELATIVE_PATH)),
]);

static OVERRIDES: Object = Object::new(&[
    optional("image", shaped(&IMAGE)),
    optional("configuration", CONFIGURATION),
]);

static KEY: Shape = Shape::worded(r"^[a-z0-9-]+$", &[("shape", "key")]);
static VERSION: Shape = Shape::new(r"^[0-9]+\.[0-9]+\.[0-9]+(-[a-zA-Z0-9.-]+)?$");
static IMAGE: Shape = Shape::new(r"^[a-zA-Z0-9._/-]+:[a-zA-Z0-9._-]+$");
static DATABASE_NAME: Shape = Shape::new(r"^[a-z0-9_-]+$");
static VARIABLE_NAME: Shape = Shape::worded(r"^[A-Z_][A-Z0-9_]*$", &[("shape", "variable")]);
static CONDITION: Shape = Shape::new(r"^\{\{.*\}\}$");
static ABSOLUTE_PATH: Shape = Shape::new(r"^/");
static ROUTE: Shape = Shape::new(r"^/.+");
static ROLE_VALUE: Shape = Shape::new(r"^[a-z0-9-]+$");
static PERMISSION_NAME: Shape = Shape::new(r"^[a-z0-9-:]+$");
static THREE_NUMBERS: Shape = Shape::new(r"^[0-9]+\.[0-9]+\.[0-9]+$");
static TWO_NUMBERS: Shape = Shape::new(r"^[0-9]+\.[0-9]+$");

static HTTP_URL: Shape = Shape::named(
    r"^https?://[^\s/?#]+([/?#]\S*)?$",
    ViolationCode::NotAUrl,
    &[],
);

/// A repository's page: owner and name on GitHub, groups and name on GitLab, organization,
/// project and `_git/NAME` on Azure DevOps.
static REPOSITORY_URL: Shape = Shape::named(
    concat!(
        r"^https://(github\.com/[^/\s]+/[^/\s]+|gitlab\.com(/[^/\s]+){2,}",
        r"|dev\.azure\.com(/[^/\s]+){3,4}|[^./\s]+\.visualstudio\.com(/[^/\s]+){2,4})/?$",
    ),
    ViolationCode::NotARepository,
    &[("allowed", "GitHub, GitLab or Azure DevOps")],
);

/// Neither from the root of a file system nor from a drive; `..` is fine, a build's context is
/// often above the folder of the manifest.
static RELATIVE_PATH: Shape = Shape::named(
    r"^([^/\\A-Za-z]|[A-Za-z]([^:]|$)).*$",
    ViolationCode::NotARelativePath,
    &[],
);
