//! Where a container engine may answer.

use std::path::{Path, PathBuf};

use crate::options::ContainerEngine;

/// The addresses to try, the likeliest first, written as in `DOCKER_HOST`.
pub(super) fn addresses(choice: &ContainerEngine) -> Addresses {
    match choice {
        ContainerEngine::None => Addresses::Forbidden,
        ContainerEngine::At(address) => Addresses::Given(address.clone()),
        ContainerEngine::Found => match std::env::var("DOCKER_HOST") {
            Ok(address) if !address.trim().is_empty() => {
                Addresses::Given(address.trim().to_owned())
            }
            Ok(_) | Err(_) => Addresses::Usual(usual()),
        },
    }
}

/// Which addresses may be tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Addresses {
    /// None.
    Forbidden,
    /// That one and no other.
    Given(String),
    /// Where engines usually answer.
    Usual(Vec<String>),
}

#[cfg(unix)]
fn usual() -> Vec<String> {
    let variable = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let sockets = sockets(
        variable("HOME").as_deref(),
        variable("XDG_RUNTIME_DIR").as_deref(),
    );
    let there = sockets.into_iter().filter(|socket| socket.exists());
    there
        .map(|socket| format!("unix://{}", socket.display()))
        .collect()
}

#[cfg(not(unix))]
fn usual() -> Vec<String> {
    let pipes = ["docker_engine", "podman-machine-default"];
    pipes.map(|pipe| format!("npipe:////./pipe/{pipe}")).into()
}

/// The sockets of Docker, Docker without root, Docker Desktop, Colima, OrbStack, Rancher Desktop
/// and Podman.
#[cfg_attr(not(unix), allow(dead_code))]
fn sockets(home: Option<&Path>, runtime: Option<&Path>) -> Vec<PathBuf> {
    let mut sockets = vec![PathBuf::from("/var/run/docker.sock")];
    let below = |folder: Option<&Path>, paths: &[&str]| -> Vec<PathBuf> {
        folder.map_or_else(Vec::new, |folder| {
            paths.iter().map(|path| folder.join(path)).collect()
        })
    };
    sockets.extend(below(runtime, &["docker.sock"]));
    sockets.extend(below(
        home,
        &[
            ".docker/run/docker.sock",
            ".docker/desktop/docker.sock",
            ".colima/default/docker.sock",
            ".config/colima/default/docker.sock",
            ".orbstack/run/docker.sock",
            ".rd/docker.sock",
        ],
    ));
    sockets.extend(below(runtime, &["podman/podman.sock"]));
    sockets.extend(below(
        home,
        &[".local/share/containers/podman/machine/podman.sock"],
    ));
    sockets.push(PathBuf::from("/run/podman/podman.sock"));
    sockets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_users_own_sockets_are_among_them() {
        let known = sockets(Some(Path::new("/home/a")), Some(Path::new("/run/user/1")));
        for socket in [
            "/var/run/docker.sock",
            "/run/user/1/docker.sock",
            "/home/a/.colima/default/docker.sock",
            "/run/user/1/podman/podman.sock",
        ] {
            assert!(known.contains(&PathBuf::from(socket)), "{socket}");
        }
        assert_eq!(sockets(None, None).len(), 2);
    }

    #[test]
    fn what_is_given_is_the_only_one() {
        let given = ContainerEngine::At("tcp://10.0.0.1:2375".into());
        assert_eq!(
            addresses(&given),
            Addresses::Given("tcp://10.0.0.1:2375".into())
        );
        assert_eq!(addresses(&ContainerEngine::None), Addresses::Forbidden);
    }
}
