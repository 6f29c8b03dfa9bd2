//! What an engine says, as a reason that a developer can act on. Its own words stand in it.

use bollard::errors::Error;

use super::engine::Facts;

/// Whether nothing answered: the engine is gone, or does not do what it is asked.
pub(super) fn is_gone(error: &Error) -> bool {
    matches!(
        error,
        Error::IOError { .. }
            | Error::HyperResponseError { .. }
            | Error::HyperLegacyError { .. }
            | Error::RequestTimeoutError
            | Error::SocketNotFoundError(_)
    )
}

/// Whether the engine does not know what it was asked about.
pub(super) fn is_unknown(error: &Error) -> bool {
    matches!(
        error,
        Error::DockerResponseServerError {
            status_code: 404,
            ..
        }
    )
}

/// What was said, without what the library puts in front of it.
pub(super) fn said(error: &Error) -> String {
    match error {
        Error::DockerResponseServerError { message, .. } => message.trim().to_owned(),
        Error::DockerStreamError { error } => error.trim().to_owned(),
        Error::RequestTimeoutError => "it did not answer in time".to_owned(),
        Error::HyperLegacyError { err } => root(err),
        Error::HyperResponseError { err } => root(err),
        other => other.to_string(),
    }
}

/// The innermost of what an error stands for.
fn root(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

/// Why an image could not be pulled, and what to do about it; with what kept the credentials back,
/// where anything did.
pub(super) fn not_pulled(
    image: &str,
    registry: &str,
    facts: &Facts,
    error: &Error,
    kept_back: Option<&str>,
) -> String {
    let said = said(error);
    if is_gone(error) {
        return format!(
            "{} stopped answering while {image} was pulled ({said}): start it and deploy again",
            facts.name
        );
    }
    let status = match error {
        Error::DockerResponseServerError { status_code, .. } => Some(*status_code),
        _ => None,
    };
    let lower = said.to_lowercase();
    let any = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    let what_to_do = if any(&["no space left"]) {
        format!(
            "no space is left for {image}: remove what {} does not need, for instance with `docker system prune`, and deploy again",
            facts.name
        )
    } else if any(&[
        "no matching manifest",
        "does not match the specified platform",
    ]) {
        format!(
            "{image} is not made for {}, which this engine runs: build it for that too, and deploy again",
            facts.platform
        )
    } else if matches!(status, Some(401 | 403))
        || any(&[
            "unauthorized",
            "denied",
            "no basic auth",
            "authentication required",
        ])
    {
        let kept_back = kept_back.map(|why| format!(" ({why})")).unwrap_or_default();
        format!(
            "{registry} gives {image} to nobody it does not know, or has no such image{kept_back}: sign in with `docker login {registry}`, or correct the name, and deploy again"
        )
    } else if status == Some(404) || any(&["manifest unknown", "not found"]) {
        format!("{registry} has no {image}: push it there, or correct the name, and deploy again")
    } else {
        format!("{image} could not be pulled from {registry}")
    };
    format!("{what_to_do}. {} said: {said}", facts.name)
}

/// Why a container could not be made or started.
pub(super) fn not_started(facts: &Facts, error: &Error) -> String {
    let said = said(error);
    if is_gone(error) {
        return format!("{} does not answer ({said}): start it again", facts.name);
    }
    format!("could not be started; {} said: {said}", facts.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(status_code: u16, message: &str) -> String {
        let error = Error::DockerResponseServerError {
            status_code,
            message: message.to_owned(),
        };
        let kept_back = Some("the helper x gave nothing: it is locked");
        not_pulled(
            "a.example/b:1",
            "a.example",
            &Facts::example(),
            &error,
            kept_back,
        )
    }

    #[test]
    fn what_kept_credentials_back_is_said_where_they_were_needed() {
        let why = "gave nothing: it is locked";
        assert!(reason(401, "unauthorized").contains(why));
        assert!(!reason(404, "manifest unknown").contains(why));
    }

    #[test]
    fn each_fault_says_what_to_do() {
        for (status, message, expected) in [
            (
                404,
                "manifest for a.example/b:1 not found: manifest unknown",
                "a.example has no a.example/b:1: push it",
            ),
            (
                500,
                "Head \"https://a.example/v2/b/manifests/1\": no basic auth credentials",
                "docker login a.example",
            ),
            (
                404,
                "pull access denied for b, repository does not exist or may require 'docker login'",
                "docker login",
            ),
            (
                500,
                "write /var/lib/docker/tmp/x: no space left on device",
                "prune",
            ),
            (
                500,
                "no matching manifest for linux/amd64 in the manifest list entries",
                "not made for linux/amd64",
            ),
            (
                500,
                "Get \"https://a.example/v2/\": dial tcp: no such host",
                "could not be pulled from a.example",
            ),
        ] {
            let reason = reason(status, message);
            assert!(reason.contains(expected), "{reason}");
            assert!(reason.ends_with(message), "{reason}");
        }
        let facts = Facts::example();
        let gone = not_pulled("b:1", "x", &facts, &Error::RequestTimeoutError, None);
        assert!(gone.contains("Docker stopped answering"), "{gone}");
    }
}
