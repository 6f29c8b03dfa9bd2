//! A store that refuses: what was started is ended, and how it went is kept once it can be.

use tokio::time::timeout;

use super::*;
use crate::testing::Bench;

/// Long enough for everything here, however busy the machine is.
const PATIENCE: Duration = Duration::from_secs(30);
/// Long enough to fail and to be refused.
const A_MOMENT: Duration = Duration::from_secs(1);

impl Bench {
    /// Makes the store refuse a deployment's row while it fits the condition.
    async fn refuse(&self, condition: &str) {
        self.sql(format!(
            "CREATE TRIGGER refuse BEFORE UPDATE ON deployments WHEN {condition}
             BEGIN SELECT RAISE(FAIL, 'the disk is full'); END"
        ))
        .await;
    }

    async fn accept_again(&self) {
        self.sql("DROP TRIGGER refuse".to_owned()).await;
    }

    async fn sql(&self, sql: String) {
        let done = self.store.call(move |db| Ok(db.execute_batch(&sql)?));
        done.await.unwrap();
    }

    /// For how many other places there is room.
    fn room(&self) -> usize {
        (0..)
            .take_while(|number| {
                let place = Place::new(&format!("other-{number}"), "dev");
                self.platform.take_room(&place).is_ok()
            })
            .count()
    }
}

#[tokio::test]
async fn a_step_that_cannot_be_kept_fails_the_deployment_and_ends_its_workload() {
    let bench = Bench::new().await;
    let room = Bench::new().await.room();
    bench.platform.slot(&bench.place).await.unwrap();
    let tasks = bench.platform.tasks.len();
    bench.refuse("NEW.message LIKE 'Leading%'").await;
    timeout(PATIENCE, bench.deploy("miso/hello:1.0"))
        .await
        .unwrap();
    let failed = bench.newest().await;
    assert_eq!(failed.status, DeploymentStatus::Failed);
    assert!(failed.error.unwrap().ends_with("the disk is full"));
    assert_eq!(failed.steps[3].status, StepStatus::Completed, "it was well");
    assert_eq!(bench.platform.tasks.len(), tasks, "its supervisor ended");
    bench.accept_again().await;
    timeout(PATIENCE, bench.deploy("miso/hello:1.1"))
        .await
        .unwrap();
    assert_eq!(bench.newest().await.status, DeploymentStatus::Completed);
    assert_eq!(bench.room(), room - 1);
    bench.platform.shut_down().await;
}

#[tokio::test]
async fn a_failure_that_cannot_be_kept_is_kept_later_and_the_room_given_back() {
    let bench = Bench::new().await;
    let room = Bench::new().await.room();
    bench
        .refuse("NEW.message LIKE 'Starting%' OR NEW.status = 'failed'")
        .await;
    let mut rolling = Box::pin(bench.deploy("miso/hello:1.0"));
    assert!(timeout(A_MOMENT, &mut rolling).await.is_err());
    assert_eq!(bench.newest().await.status, DeploymentStatus::Running);
    bench.accept_again().await;
    timeout(PATIENCE, rolling).await.unwrap();
    assert_eq!(bench.newest().await.status, DeploymentStatus::Failed);
    assert_eq!(bench.room(), room);
}

#[tokio::test]
async fn what_runs_is_kept_as_running_later() {
    let bench = Bench::new().await;
    bench.refuse("NEW.status = 'completed'").await;
    let mut rolling = Box::pin(bench.deploy("miso/hello:1.0"));
    assert!(timeout(A_MOMENT, &mut rolling).await.is_err());
    bench.accept_again().await;
    timeout(PATIENCE, rolling).await.unwrap();
    assert_eq!(bench.newest().await.status, DeploymentStatus::Completed);
    let place = bench.place.clone();
    let placement = bench.store.call(move |db| placements::get(db, &place));
    let placement = placement.await.unwrap().unwrap();
    assert_eq!(placement.image.as_deref(), Some("miso/hello:1.0"));
    assert!(placement.wanted);
    bench.platform.shut_down().await;
}

#[tokio::test]
async fn an_instance_that_stops_does_not_wait_for_a_store_that_refuses() {
    let bench = Bench::new().await;
    bench.refuse("true").await;
    let mut rolling = Box::pin(bench.deploy("miso/hello:1.0"));
    assert!(timeout(A_MOMENT, &mut rolling).await.is_err());
    bench.platform.stop.cancel();
    timeout(PATIENCE, rolling).await.unwrap();
    assert_eq!(bench.newest().await.status, DeploymentStatus::Pending);
    // What the next start does.
    bench.accept_again().await;
    bench
        .store
        .call(|db| deployments::fail_unfinished(db, CUT_SHORT, store::now()))
        .await
        .unwrap();
    assert_eq!(bench.newest().await.error.as_deref(), Some(CUT_SHORT));
}
