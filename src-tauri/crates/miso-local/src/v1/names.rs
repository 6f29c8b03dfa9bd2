//! The environments by the names v1 has for them (API-V1.md §1.7).

/// An environment as v1 names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Environment {
    pub(super) name: &'static str,
    /// The instance's own key for it; `None` for `miso`, in which nothing runs here.
    pub(super) key: Option<&'static str>,
}

/// Those that applications run in, in the order in which a version goes through them.
pub(super) const ALL: [Environment; 3] = [
    Environment {
        name: "dev",
        key: Some("dev"),
    },
    Environment {
        name: "tst",
        key: Some("test"),
    },
    Environment {
        name: "pro",
        key: Some("prod"),
    },
];

/// The environment of the controller itself. A client may sign in for it and ask about it; here it
/// is always empty, so it is not among those that are listed.
pub(super) const MISO: Environment = Environment {
    name: "miso",
    key: None,
};

/// The environment of that name.
pub(super) fn find(name: &str) -> Option<Environment> {
    let mut all = ALL.into_iter().chain([MISO]);
    all.find(|environment| environment.name == name)
}

/// The name for one of the instance's own keys.
pub(super) fn of_key(key: &str) -> &'static str {
    let mut all = ALL.into_iter();
    all.find(|environment| environment.key == Some(key))
        .map_or(MISO.name, |environment| environment.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environments;

    #[test]
    fn every_environment_has_a_name() {
        let named = ALL.map(|environment| environment.key.unwrap());
        assert_eq!(named, environments::ALL.map(|environment| environment.key));
        assert_eq!(
            ALL.map(|environment| of_key(environment.key.unwrap())),
            ["dev", "tst", "pro"]
        );
        assert_eq!(find("test"), None);
        assert_eq!(find("miso").unwrap().key, None);
    }
}
