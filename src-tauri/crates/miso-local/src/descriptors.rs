//! How many files and sockets this process may have open. Systems start programs with few, for the
//! sake of old ones, and let each ask for more.

/// What is asked for; as many as the system allows where that is less.
const WANTED: u64 = 65_536;
/// What some systems give where they refuse more, whatever they say they allow.
#[cfg(unix)]
const MODEST: u64 = 10_240;
/// What is reckoned with where the system gives fewer.
const LEAST: u64 = 1_024;

/// Asks for more where there are few.
#[cfg(unix)]
pub(crate) fn raise() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let before = getrlimit(Resource::Nofile);
    for wanted in [WANTED, MODEST] {
        let wanted = before.maximum.map_or(wanted, |most| most.min(wanted));
        if before.current.is_none_or(|current| current >= wanted) {
            return;
        }
        let raised = Rlimit {
            current: Some(wanted),
            ..before
        };
        match setrlimit(Resource::Nofile, raised) {
            Ok(()) => return,
            Err(error) => tracing::debug!(%error, wanted, "so many files may not be open"),
        }
    }
}

/// There is no such limit.
#[cfg(not(unix))]
pub(crate) fn raise() {}

/// How many connections one listener may have, so that a crowd at one of them leaves descriptors
/// for the others and for the processes: an eighth of all.
pub(crate) fn connections() -> usize {
    usize::try_from(allowed().clamp(LEAST, WANTED) / 8).unwrap_or(usize::MAX)
}

#[cfg(unix)]
fn allowed() -> u64 {
    use rustix::process::{Resource, getrlimit};
    getrlimit(Resource::Nofile).current.unwrap_or(WANTED)
}

#[cfg(not(unix))]
fn allowed() -> u64 {
    WANTED
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    #[test]
    fn as_many_as_are_allowed() {
        let before = getrlimit(Resource::Nofile);
        let few = Rlimit {
            current: Some(512),
            ..before
        };
        setrlimit(Resource::Nofile, few).unwrap();
        raise();
        let most = before.maximum.unwrap_or(u64::MAX);
        assert!(allowed() >= most.min(MODEST), "{} of {most}", allowed());
        assert!((128..=8_192).contains(&connections()));
    }
}
