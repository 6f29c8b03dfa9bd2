//! Days of eight hours that take seconds: the real budget, watchers and view over a far end without
//! sockets, in time that jumps from one thing to do to the next (DESIGN.md, "The request budget").

mod clock;
mod far_end;
mod person;
mod v1;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use chrono::TimeDelta;
use url::Url;
use zeroize::Zeroizing;

use crate::session::Surroundings;
use crate::{
    Browser, Class, CredentialStore, Event, Network, Publish, Resource, Vault, VaultError, Wanted,
};
use clock::HandClock;
use far_end::{FarEnd, Line};
use person::{Ages, Log, OVERVIEW, Person, ROUND};

const DAY: u64 = 8 * 3600;

/// What nobody needs here.
struct Nothing;

impl Publish for Nothing {
    fn publish(&self, _event: Event) {}
}

impl Browser for Nothing {
    fn open(&self, _address: &Url) -> Result<(), String> {
        Err("there is no browser".to_owned())
    }
}

impl CredentialStore for Nothing {
    fn get(&mut self, _name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
        Ok(None)
    }
    fn set(&mut self, _name: &str, _value: &[u8]) -> Result<(), VaultError> {
        Ok(())
    }
    fn delete(&mut self, _name: &str) -> Result<(), VaultError> {
        Ok(())
    }
}

struct World {
    clock: Arc<HandClock>,
    far_end: Arc<FarEnd>,
    around: Surroundings,
}

fn world() -> World {
    let clock = Arc::new(HandClock::new());
    World {
        far_end: FarEnd::new(clock.clone()),
        around: Surroundings {
            network: Network::default(),
            vault: Arc::new(Vault::over(Arc::new(|| Box::new(Nothing)))),
            browser: Arc::new(Nothing),
            clock: clock.clone(),
            publish: Arc::new(Nothing),
        },
        clock,
    }
}

/// The age that 95 of 100 are below, in seconds; no number where there is none.
fn p95(ages: &[f64]) -> f64 {
    let mut sorted = ages.to_vec();
    sorted.sort_by(f64::total_cmp);
    let found = sorted.get(sorted.len() * 95 / 100);
    found.copied().unwrap_or(f64::NAN)
}

/// Prints the table of a day and gives the four ages.
fn table(day: &str, person: &Person) -> [f64; 4] {
    let Ages {
        in_front,
        deployment,
        rest,
        measured,
    } = &person.ages;
    let ages = [in_front, deployment, rest, measured].map(|ages| p95(ages));
    let [interactive, watched, background] = person.sent();
    let lines = person.log.ages.lock().unwrap();
    eprintln!(
        "figure: {day}: {} log lines by {} streams, p95 age {:.1} s",
        lines.len(),
        person.line.streams.load(Ordering::Relaxed),
        p95(&lines)
    );
    eprintln!(
        "figure: {day}: p95 age in front {:.1} s, deployment {:.1} s, rest {:.1} s, measured {:.1} s; requests: \
         interactive {interactive}, watched {watched}, background {background}; refused {}",
        ages[0],
        ages[1],
        ages[2],
        ages[3],
        person.line.refused.load(Ordering::Relaxed)
    );
    ages
}

fn at_most(found: [f64; 4], limits: [f64; 4]) {
    assert!(
        found
            .iter()
            .zip(limits)
            .all(|(found, limit)| *found <= limit),
        "{found:?}, not {limits:?}"
    );
}

/// Spends this many requests an hour, evenly, for a day.
fn thief(far_end: Arc<FarEnd>, per_hour: u32) {
    let mut ticks = tokio::time::interval(Duration::from_secs(3600) / per_hour);
    tokio::spawn(async move {
        loop {
            ticks.tick().await;
            far_end.admit();
        }
    });
}

async fn a_day(person: &mut Person) {
    let mut seconds = tokio::time::interval(Duration::from_secs(1));
    for _ in 0..DAY {
        seconds.tick().await;
        person.tick().await;
    }
}

#[tokio::test(start_paused = true)]
async fn virtual_day_alone() {
    let world = world();
    let mut person = Person::start(&world.around, Line::to(&world.far_end), 0, 1).await;
    assert_eq!(person.sent(), [3, 0, 0], "a start costs three requests");
    a_day(&mut person).await;
    let ages = table("alone", &person);
    assert_eq!(person.line.refused.load(Ordering::Relaxed), 0);
    at_most(ages, [10.0, 5.0, 60.0, 65.0]);
    // Logs come by themselves.
    assert!(p95(&person.log.ages.lock().unwrap()) <= 1.0);
    let rounds = u32::try_from(DAY / ROUND).unwrap();
    let streams = person.line.streams.load(Ordering::Relaxed);
    assert!(
        streams <= rounds + 1,
        "{streams} streams in {rounds} rounds"
    );
}

#[tokio::test(start_paused = true)]
async fn virtual_day_with_a_thief() {
    let world = world();
    thief(world.far_end.clone(), 700);
    let mut person = Person::start(&world.around, Line::to(&world.far_end), 0, 1).await;
    a_day(&mut person).await;
    let ages = table("with a thief of 70 %", &person);
    assert_eq!(person.line.refused.load(Ordering::Relaxed), 0);
    // Charts wait first: what was measured is as old as the page at most.
    let open = ROUND - OVERVIEW;
    at_most(ages, [30.0, 15.0, 120.0, open as f64 + 1.0]);
}

/// Nine logs are recorded all day: what is on screen does not notice it.
#[tokio::test(start_paused = true)]
async fn virtual_day_that_records() {
    let world = world();
    let mut person = Person::start(&world.around, Line::to(&world.far_end), 0, 1).await;
    let recorded = person.record(3);
    a_day(&mut person).await;
    let ages = table("that records nine logs", &person);
    at_most(ages, [10.0, 5.0, 60.0, 65.0]);
    assert!(p95(&person.log.ages.lock().unwrap()) <= 1.0);
    records(&person, &recorded);
}

#[tokio::test(start_paused = true)]
async fn virtual_day_that_records_with_a_thief() {
    let world = world();
    thief(world.far_end.clone(), 700);
    let mut person = Person::start(&world.around, Line::to(&world.far_end), 0, 1).await;
    let recorded = person.record(3);
    a_day(&mut person).await;
    let ages = table("that records with a thief of 70 %", &person);
    let open = ROUND - OVERVIEW;
    at_most(ages, [30.0, 15.0, 120.0, open as f64 + 1.0]);
    records(&person, &recorded);
}

/// What is recorded comes by streams, and by crumbs of the budget.
fn records(person: &Person, recorded: &Log) {
    assert_eq!(person.line.refused.load(Ordering::Relaxed), 0);
    assert_eq!(person.line.most_open.load(Ordering::Relaxed), 4);
    let [_, _, background] = person.sent();
    let lines = recorded.ages.lock().unwrap().len();
    eprintln!("figure: {lines} lines were recorded by {background} requests");
    // A request a minute, and what it takes to begin.
    assert!(background <= DAY / 60 + 40, "{background} requests");
    // A page takes one of four streams at most; each brings a line every 15 s.
    let least = 3 * DAY as usize / 15 * 9 / 10;
    assert!(lines >= least, "{lines} lines of {least}");
}

#[tokio::test(start_paused = true)]
async fn virtual_day_with_a_suspend() {
    let world = world();
    let mut person = Person::start(&world.around, Line::to(&world.far_end), 0, 1).await;
    let mut seconds = tokio::time::interval(Duration::from_secs(1));
    for second in 0..DAY {
        seconds.tick().await;
        if second == DAY / 2 {
            world.clock.sleep_for(TimeDelta::minutes(40));
        }
        person.tick().await;
    }
    let ages = table("with a suspend of 40 min", &person);
    assert_eq!(person.line.refused.load(Ordering::Relaxed), 0);
    at_most(ages, [10.0, 5.0, 60.0, 65.0]);
}

#[tokio::test(start_paused = true)]
async fn virtual_day_of_twenty() {
    const OF_US: u64 = 20;
    let world = world();
    let mut people: Vec<Person> = Vec::new();
    let mut seconds = tokio::time::interval(Duration::from_secs(1));
    for second in 0..DAY {
        seconds.tick().await;
        // They come within five minutes.
        if second.is_multiple_of(15) && (people.len() as u64) < OF_US {
            let offset = people.len() as u64 * 53 % ROUND;
            people.push(Person::start(&world.around, Line::to(&world.far_end), offset, 8).await);
        }
        for person in &mut people {
            person.tick().await;
        }
    }
    let mut shares = Vec::new();
    for person in &people {
        assert_eq!(person.line.refused.load(Ordering::Relaxed), 0);
        shares.push(person.line.answered.load(Ordering::Relaxed));
    }
    table("one of twenty", &people[0]);
    let (least, most) = (shares.iter().min().unwrap(), shares.iter().max().unwrap());
    eprintln!("figure: twenty on one quota: the smallest share {least}, the largest {most}");
    assert!(*most <= 2 * *least, "{shares:?}");
}

/// Nobody looks at anything for an hour; how many requests that takes, of each class.
async fn an_hour_unseen(person: &Person) -> [u64; 3] {
    // Leases that are not renewed end by themselves, and their watchers at the next look.
    tokio::time::sleep(Duration::from_secs(180)).await;
    let before = person.sent();
    tokio::time::sleep(Duration::from_secs(3600)).await;
    let after = person.sent();
    std::array::from_fn(|class| after[class] - before[class])
}

#[tokio::test(start_paused = true)]
async fn virtual_hour_in_which_what_is_watched_is_asked_for_as_background() {
    let world = world();
    let person = Person::start(&world.around, Line::to(&world.far_end), 0, 1).await;
    person.client.inner.telling.go_on();
    assert_eq!(an_hour_unseen(&person).await, [0, 0, 0], "nobody wants it");
    // Nothing says that the caller decides about requests.
    let wanted = |applications: Vec<String>| Wanted {
        applications,
        requests: true,
    };
    person.client.look_after(wanted(Vec::new()));
    assert_eq!(an_hour_unseen(&person).await, [0, 0, 0]);
    person.client.look_after(wanted(vec![far_end::key(0)]));
    let [interactive, watched, background] = an_hour_unseen(&person).await;
    eprintln!("figure: an hour of telling without a page: {background} requests");
    assert_eq!([interactive, watched], [0, 0]);
    assert!((55..=60).contains(&background), "{background} requests");
}

/// What is known to have changed is read when the budget lets it be, not when it would be due by
/// its age.
#[tokio::test(start_paused = true)]
async fn what_changed_while_the_budget_was_spent_is_read_as_soon_as_it_may_be() {
    let world = world();
    let person = Person::start(&world.around, Line::to(&world.far_end), 0, 1).await;
    let (client, list) = (&person.client, Resource::Environments);
    client.environments().await.unwrap();
    let lease = client.watch(list.clone());
    let as_of = || client.inner.view.raw(&list).unwrap().1;
    let before = as_of();
    while let Ok(permit) = client.inner.budget.take(Class::Watched) {
        permit.sent();
    }
    let mut seconds = tokio::time::interval(Duration::from_secs(1));
    for second in 0..66 {
        if second == 2 {
            client.inner.touch("app-1");
        }
        seconds.tick().await;
        if second % 20 == 0 {
            client.renew(&lease.id).unwrap();
        }
    }
    let waited = (as_of() - before).num_seconds();
    assert!((59..=66).contains(&waited), "read again after {waited} s");
}
