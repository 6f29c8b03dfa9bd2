//! A workload over several processes.

use serde_json::json;
use tokio::time::timeout;

use super::*;
use crate::options::WorkloadCommand;
use crate::store::Store;
use crate::testing::{Bench, own_command, script};

/// Long enough for everything here, however busy the machine is.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs well for a moment and is lost, ends at its start the next time, and then stays.
fn unlucky(folder: &std::path::Path) -> WorkloadCommand {
    let own = own_command();
    let run = std::iter::once(own.program.into_os_string())
        .chain(own.args)
        .map(|part| format!("'{}'", part.to_str().unwrap()))
        .collect::<Vec<_>>()
        .join(" ");
    let count = folder.join("count").display().to_string();
    script(&format!(
        "n=$(( $(cat {count} 2>/dev/null || echo 0) + 1 )); echo $n > {count}
         case $n in
           1) exec 3<&0; {run} <&3 & child=$!; sleep 2; kill -9 $child; echo lost >&2; exit 1;;
           2) echo 'no database' >&2; exit 1;;
           *) exec {run};;
         esac"
    ))
}

#[tokio::test]
async fn what_was_well_once_is_tried_again_with_growing_waits() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::with(unlucky(folder.path()), json!({})).await;
    let place = bench.place.clone();
    bench
        .store
        .call(move |db| {
            Ok(db.execute(
                "INSERT INTO placements (application, environment, deployment) VALUES (?1, ?2, 'x')",
                [place.application, place.environment],
            )?)
        })
        .await
        .unwrap();
    let slot = bench.platform.slot(&bench.place).await.unwrap();
    let launch = bench
        .platform
        .prepare_now(&bench.place, "miso/hello:1.0")
        .await;
    let room = bench.platform.room_for_instances(1).await.unwrap();
    let workload = bench
        .platform
        .start(&slot, launch.unwrap(), FirstCrash::IsFinal, room);
    let mut state = workload.watch();
    let well = |state: &State| {
        let reading = state.reading.as_ref();
        reading.is_some_and(|reading| reading.status == HealthStatus::Healthy)
    };
    let waits = |state: &State| matches!(state.phase, Phase::Waiting { .. });
    let mut reasons = Vec::new();
    for _ in 0..2 {
        let waiting = timeout(PATIENCE, state.wait_for(waits)).await.unwrap();
        let now = waiting.unwrap().clone();
        let Phase::Waiting { reason } = &now.phase else {
            unreachable!()
        };
        reasons.push(reason.clone());
        assert_eq!((now.endpoints, now.reading), (vec![], None), "of the past");
        let runs = state.wait_for(|state| state.phase == Phase::Running);
        drop(timeout(PATIENCE, runs).await.unwrap().unwrap());
    }
    assert!(
        reasons[0].ends_with(": lost; starting again in 1 s"),
        "{reasons:?}"
    );
    assert!(
        reasons[1].ends_with(": no database; starting again in 2 s"),
        "{reasons:?}"
    );
    let last = timeout(PATIENCE, state.wait_for(well)).await.unwrap();
    assert_eq!(last.unwrap().instance, "orders-api-3");
    let log = bench.log();
    let said = log
        .iter()
        .filter(|line| line.source.as_deref() == Some("platform"));
    assert_eq!(said.count(), 2, "each crash is in the log: {log:?}");
    workload.stop().await;
}

#[tokio::test]
async fn an_answer_counts_only_from_the_process_itself() {
    use crate::workloads::probe::{Address, probe};
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("miso.db")).unwrap().0;
    let platform = crate::testing::platform(folder.path(), &store, script("true"));
    // Another program that says it is well.
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0))
        .await
        .unwrap();
    let port = listener.local_addr().unwrap().port();
    let service = hyper::service::service_fn(|_| async {
        Ok::<_, std::convert::Infallible>(http::Response::new("{}".to_owned()))
    });
    let stop = CancellationToken::new();
    tokio::spawn(crate::http::server::serve(listener, service, stop.clone()));
    let address = Address {
        endpoint: &crate::workloads::endpoint::Endpoint::here(port),
        probing: &crate::workloads::probe::Probing::default(),
        token: Some("a token"),
    };
    let reading = probe(platform.client(), &address).await;
    assert_eq!(reading.status, HealthStatus::Unhealthy);
    assert!(!reading.answered);
    assert_eq!(
        reading.message.as_deref(),
        Some("no answer: another program has its port")
    );
    stop.cancel();
}
