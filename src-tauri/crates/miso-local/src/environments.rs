//! The environments of an instance (APP-MANIFEST.md, "Platform environment keys").

/// An environment: its key and the name people read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EnvironmentKey {
    pub(crate) key: &'static str,
    pub(crate) display_name: &'static str,
}

/// The environments, in the order in which a version goes through them.
pub(crate) const ALL: [EnvironmentKey; 3] = [
    EnvironmentKey {
        key: "dev",
        display_name: "Development",
    },
    EnvironmentKey {
        key: "test",
        display_name: "Test",
    },
    EnvironmentKey {
        key: "prod",
        display_name: "Production",
    },
];

/// Where a new application is deployed first (API.md, "Applications", create).
pub(crate) const FIRST: &str = "dev";

/// The environment of that key.
pub(crate) fn find(key: &str) -> Option<EnvironmentKey> {
    ALL.into_iter().find(|environment| environment.key == key)
}

/// How far along it is; what is not known comes last.
pub(crate) fn rank(key: &str) -> usize {
    ALL.iter()
        .position(|environment| environment.key == key)
        .unwrap_or(ALL.len())
}
