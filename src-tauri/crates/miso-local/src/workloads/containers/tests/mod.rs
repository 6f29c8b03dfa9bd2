//! Containers of a real engine, and of one that is made up where no real one does what is to be
//! tried.

mod engine;
mod fake;
mod faults;
mod odd;
mod pulling;
mod registry;
mod running;

use std::time::Duration;

use http_body_util::BodyExt;
use miso_api::{Deployment, DeploymentStatus, DeploymentStep, HealthStatus};
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use crate::options::ContainerEngine;
use crate::testing::{Bench, no_command};

/// Long enough for everything here, however busy the machine is.
const PATIENCE: Duration = Duration::from_secs(60);

/// An application with a port, that and those values in its configuration.
async fn bench(engine: ContainerEngine, manifest: Value, values: &[(&str, &str)]) -> Bench {
    let items: Vec<Value> = values
        .iter()
        .map(|(name, value)| json!({"name": name, "value": value, "location": "variable", "required": false}))
        .collect();
    let mut all = json!({"port": 8080, "healthCheck": {"path": "/health"}, "configuration": items});
    let all_fields = all.as_object_mut().unwrap();
    all_fields.extend(manifest.as_object().unwrap().clone());
    let bench = Bench::on(engine, no_command(), all).await;
    let place = bench.place.clone();
    let there = bench.store.call(move |db| {
        Ok(db.execute(
            "INSERT INTO placements (application, environment, deployment) VALUES (?1, ?2, 'x')",
            [place.application, place.environment],
        )?)
    });
    there.await.unwrap();
    bench
}

impl Bench {
    /// Deploys and expects that it runs.
    async fn runs(&self, image: &str) -> Deployment {
        timeout(PATIENCE, self.deploy(image)).await.unwrap();
        let newest = self.newest().await;
        assert_eq!(
            newest.status,
            DeploymentStatus::Completed,
            "{:?}",
            newest.error
        );
        newest
    }

    /// Deploys and expects that it fails; gives the reason.
    async fn fails(&self, image: &str) -> String {
        timeout(PATIENCE, self.deploy(image)).await.unwrap();
        let newest = self.newest().await;
        assert_eq!(newest.status, DeploymentStatus::Failed);
        newest.error.unwrap()
    }

    /// What the deployment that is under way says of itself; nothing before there is one.
    async fn message(&self) -> String {
        let said = self.store.call(|db| {
            let mut read = db.prepare("SELECT count(*) FROM deployments")?;
            Ok(read.query_row([], |row| row.get::<_, i64>(0))?)
        });
        match said.await.unwrap() {
            0 => String::new(),
            _ => self.newest().await.message.unwrap_or_default(),
        }
    }

    /// What the application answers at its address.
    async fn ask(&self, path: &str) -> Result<String, String> {
        let port = self.platform.port(&self.place).ok_or("no address")?;
        let address = format!("127.0.0.1:{port}");
        let request = http::Request::get(format!("http://{address}{path}"))
            .body(axum::body::Body::empty())
            .unwrap();
        let answer = self.platform.client().request(request).await;
        let answer = answer.map_err(|error| error.to_string())?;
        let status = answer.status();
        let body = answer.into_body().collect().await;
        let body = body.map_err(|error| error.to_string())?.to_bytes();
        let text = String::from_utf8_lossy(&body).into_owned();
        match status.is_success() {
            true => Ok(text),
            false => Err(format!("{status}: {text}")),
        }
    }

    /// How it is right now, and why.
    fn health(&self) -> (HealthStatus, String) {
        let live = self.platform.live(&self.place).unwrap_or_default();
        (live.status, live.message.unwrap_or_default())
    }

    /// Waits until it is so, with that in its message.
    async fn until_health(&self, wanted: HealthStatus, why: &str) {
        let is_so = async {
            loop {
                let (status, message) = self.health();
                if status == wanted && message.contains(why) {
                    return;
                }
                sleep(Duration::from_millis(50)).await;
            }
        };
        let waited = timeout(PATIENCE, is_so).await;
        assert!(waited.is_ok(), "not {wanted} {why}: {:?}", self.health());
    }

    /// Whether a line of the log holds that.
    fn logged(&self, text: &str) -> bool {
        self.log().iter().any(|line| line.message.contains(text))
    }
}

fn step<'a>(deployment: &'a Deployment, name: &str) -> &'a DeploymentStep {
    let mut steps = deployment.steps.iter();
    steps.find(|step| step.name == name).unwrap()
}
