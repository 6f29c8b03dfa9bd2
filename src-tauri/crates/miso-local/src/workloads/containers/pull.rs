//! Pulling an image, with what is seen of it.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use bollard::auth::DockerCredentials;
use bollard::errors::Error;
use bollard::models::CreateImageInfo;
use bollard::query_parameters::CreateImageOptionsBuilder;
use futures_util::StreamExt;
use tokio::sync::watch;
use tokio::time::timeout;

use super::credentials::{self, DOCKER_HUB, Looked};
use super::engine::Engine;
use super::reasons;

/// How long an engine may say nothing while it pulls.
const STALL: Duration = Duration::from_secs(60);
/// How often is told how it goes.
const TELL: Duration = Duration::from_millis(500);
/// Layers that are counted; no image has so many.
const MOST_LAYERS: usize = 1000;
/// The tag that is meant to move: it is asked for again although an image of it is there.
const LATEST: &str = "latest";

/// An image that the engine has now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pulled {
    /// How it came there, in words.
    pub(crate) how: String,
}

/// Has an image pulled where it is not there; tells how that goes.
pub(super) async fn pull(
    engine: &Engine,
    image: &str,
    told: &watch::Sender<String>,
) -> Result<Pulled, String> {
    let (name, tag) = image.rsplit_once(':').unwrap_or((image, LATEST));
    let is_there = engine.image(image).await.is_ok();
    if is_there && tag != LATEST {
        let how = format!("{} has it already", engine.facts.name);
        return Ok(Pulled { how });
    }
    let registry = registry_of(name);
    let began = Instant::now();
    let Looked { found, kept_back } = credentials::of(registry, name, &engine.credentials).await;
    let found = found.map(|found| found.for_engine(registry));
    let Err(error) = follow(engine, name, tag, found, told).await else {
        let size = engine.image(image).await;
        let size = size
            .ok()
            .and_then(|found| u64::try_from(found.size?).ok())
            .map(|bytes| format!("{} from ", megabytes(bytes)))
            .unwrap_or_default();
        let took = began.elapsed().as_secs_f64();
        let how = format!("{size}{registry} in {took:.1} s");
        return Ok(Pulled { how });
    };
    let reason = match error {
        NotPulled::Said(error) => {
            let kept_back = kept_back.as_deref();
            reasons::not_pulled(image, registry, &engine.facts, &error, kept_back)
        }
        NotPulled::Stalled => format!(
            "nothing of {image} came from {registry} for {} s: look at the network and the registry, and deploy again",
            STALL.as_secs()
        ),
    };
    if is_there {
        // Better the one that is there than none.
        let how = format!("the one that was there already, for now: {reason}");
        return Ok(Pulled { how });
    }
    Err(reason)
}

enum NotPulled {
    Said(Error),
    Stalled,
}

async fn follow(
    engine: &Engine,
    name: &str,
    tag: &str,
    credentials: Option<DockerCredentials>,
    told: &watch::Sender<String>,
) -> Result<(), NotPulled> {
    let wanted = CreateImageOptionsBuilder::default()
        .from_image(name)
        .tag(tag)
        .build();
    let pulling = engine.docker.create_image(Some(wanted), None, credentials);
    let mut pulling = Box::pin(pulling);
    let mut layers = Layers::default();
    let mut last = Instant::now();
    loop {
        match timeout(STALL, pulling.next()).await {
            Err(_) => return Err(NotPulled::Stalled),
            Ok(None) => break,
            Ok(Some(Err(error))) => return Err(NotPulled::Said(error)),
            Ok(Some(Ok(info))) => layers.note(info),
        }
        if last.elapsed() >= TELL {
            last = Instant::now();
            told.send_replace(layers.in_words());
        }
    }
    // A stream that was cut looks as one that ended.
    let image = format!("{name}:{tag}");
    let there = engine.image(&image).await;
    there.map(drop).map_err(NotPulled::Said)
}

/// The layers of an image as they come, in bytes: what is there, and what there will be.
#[derive(Debug, Default)]
struct Layers(HashMap<String, (u64, u64)>);

impl Layers {
    fn note(&mut self, info: CreateImageInfo) {
        let (Some(id), Some(detail)) = (info.id, info.progress_detail) else {
            return;
        };
        // While it is unpacked, it is counted again.
        if info.status.as_deref() == Some("Extracting") {
            return;
        }
        let bytes = |count: Option<i64>| count.and_then(|count| u64::try_from(count).ok());
        let (Some(current), Some(total)) = (bytes(detail.current), bytes(detail.total)) else {
            return;
        };
        if self.0.len() < MOST_LAYERS || self.0.contains_key(&id) {
            self.0.insert(id, (current.min(total), total));
        }
    }

    fn in_words(&self) -> String {
        let (current, total) = self
            .0
            .values()
            .fold((0, 0), |(current, total), (layer, of)| {
                (current + layer, total + of)
            });
        match total {
            0 => "asking the registry".to_owned(),
            total => format!("{} of {}", megabytes(current), megabytes(total)),
        }
    }
}

/// The registry of an image's name: the first part where that is a host.
fn registry_of(name: &str) -> &str {
    match name.split_once('/') {
        Some((first, _)) if first.contains(['.', ':']) || first == "localhost" => first,
        Some(_) | None => DOCKER_HUB,
    }
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;
    use bollard::models::ProgressDetail;

    #[test]
    fn the_registry_is_a_host_in_front() {
        for (name, registry) in [
            ("nginx", "docker.io"),
            ("library/nginx", "docker.io"),
            ("ghcr.io/a/b", "ghcr.io"),
            ("localhost/a", "localhost"),
        ] {
            assert_eq!(registry_of(name), registry);
        }
    }

    #[test]
    fn layers_are_counted_once() {
        let info = |id: &str, status: &str, current, total| CreateImageInfo {
            id: Some(id.to_owned()),
            status: Some(status.to_owned()),
            progress_detail: Some(ProgressDetail {
                current: Some(current),
                total: Some(total),
            }),
            ..CreateImageInfo::default()
        };
        let mut layers = Layers::default();
        assert_eq!(layers.in_words(), "asking the registry");
        layers.note(info("a", "Downloading", 1_000_000, 4_000_000));
        layers.note(info("a", "Downloading", 3_000_000, 4_000_000));
        layers.note(info("b", "Downloading", -1, 4));
        layers.note(info("a", "Extracting", 9_000_000, 9_000_000));
        assert_eq!(layers.in_words(), "3.0 MB of 4.0 MB");
    }
}
