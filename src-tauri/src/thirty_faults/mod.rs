//! Thirty faults of ten kinds in workloads that run, and what the client answers to each: the right
//! kind, the time within five seconds, the deployment it came with, and nothing that is false.

mod injecting;
mod judging;

use std::fmt::Write as _;
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_util::future::join_all;
use miso_api::LogLevel;
use miso_client::{Answer, Client, LogSays, LogSpan, OlderWanted, Resource, TimeRange};
use tokio::sync::Semaphore;
use tokio::time::sleep;

use injecting::{Fault, faults, inject, instance, make};
use judging::{Verdict, judge};

/// Which faults, when and in which order.
const SEED: u64 = 15;
/// Of thirty, so many answers are right at least.
const FEWEST_RIGHT: usize = 27;
const DEV: &str = "dev";
/// So many are deployed at the same time.
const AT_ONCE: usize = 6;
#[tokio::test(flavor = "multi_thread")]
async fn promise_thirty_faults_are_told_and_nothing_that_is_false() {
    let folder = tempfile::tempdir().unwrap();
    let (instance, client) = instance(folder.path()).await;
    let faults = faults(SEED);
    make(&client, &faults).await;
    let room = Semaphore::new(AT_ONCE);
    let asked = faults.iter().map(|fault| told(&client, fault, &room));
    let verdicts: Vec<Verdict> = join_all(asked).await;
    instance.stop().await;

    let mut table = String::new();
    for (fault, verdict) in faults.iter().zip(&verdicts) {
        writeln!(table, "{:<16} {verdict}", fault.key).unwrap();
    }
    let right = verdicts.iter().filter(|verdict| verdict.is_right()).count();
    let wrong: usize = verdicts.iter().map(|verdict| verdict.wrong.len()).sum();
    println!(
        "{table}figure: right {right} of {}, false {wrong}",
        verdicts.len()
    );
    assert!(right >= FEWEST_RIGHT && wrong == 0, "{table}");
}

/// Brings a fault about, waits until it can be seen, and asks.
async fn told(client: &Client, fault: &Fault, room: &Semaphore) -> Verdict {
    let injected = inject(client, fault, room).await;
    sleep(fault.seen_after()).await;
    let answer = ask(client, fault).await;
    judge(fault, &injected, &answer, Utc::now())
}

/// What a page of the application has asked for, and the answer.
async fn ask(client: &Client, fault: &Fault) -> Answer {
    let place = || (fault.key.clone(), DEV.to_owned());
    let (application, environment) = place();
    let shown = [
        Resource::Applications,
        Resource::Application {
            application: application.clone(),
        },
        Resource::Deployments {
            application: Some(application.clone()),
        },
        Resource::Health {
            application: application.clone(),
            environment: environment.clone(),
        },
        Resource::Events {
            application: application.clone(),
            environment: environment.clone(),
            range: TimeRange::QuarterHour,
        },
        Resource::Metrics {
            application: application.clone(),
            environment: environment.clone(),
            range: TimeRange::QuarterHour,
        },
    ];
    for resource in &shown {
        client.refresh(resource).await.unwrap();
    }
    let log = |span| log_says(client, &fault.key, span);
    let reading = client.answer(application, environment, log).await.unwrap();
    reading.value.unwrap()
}

/// What the log of an application says of a span, by the instance's own search.
async fn log_says(client: &Client, application: &str, span: LogSpan) -> Option<LogSays> {
    let errors = lines(client, application, LogLevel::Error, "", span.from).await;
    Some(LogSays {
        errors: errors.len() as u64,
        first: errors.first().copied(),
        most: None,
    })
}

/// When lines of a level that have a text were written, oldest first.
async fn lines(
    client: &Client,
    application: &str,
    level: LogLevel,
    text: &str,
    since: DateTime<Utc>,
) -> Vec<DateTime<Utc>> {
    let wanted = OlderWanted {
        text: (!text.is_empty()).then(|| text.to_owned()),
        levels: vec![level],
        since: Some(since),
        ..OlderWanted::default()
    };
    let found = client.older_lines(application.to_owned(), DEV.to_owned(), &wanted);
    let lines = found.await.unwrap().lines.into_iter();
    let mut times: Vec<DateTime<Utc>> = lines.map(|line| line.timestamp).collect();
    times.retain(|at| *at >= since);
    times.sort_unstable();
    times
}

/// So long a fault is watched at most.
const LONGEST: Duration = Duration::from_secs(60);
