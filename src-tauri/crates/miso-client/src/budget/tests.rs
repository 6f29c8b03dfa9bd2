//! Budgets under a clock that a hand moves.

use proptest::prelude::*;

use super::*;
use crate::Speaks;

struct Hand(Mutex<Duration>);

impl Clock for Hand {
    fn now(&self) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + *self.0.lock().unwrap()
    }
    fn monotonic(&self) -> Duration {
        *self.0.lock().unwrap()
    }
}

fn budget(limits: Limits) -> (Arc<Hand>, Budget) {
    let hand = Arc::new(Hand(Mutex::new(Duration::from_secs(1))));
    (hand.clone(), Budget::new(hand, limits))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// Whatever is asked for when, and however long after it is sent or given back, no window
    /// ever holds more than the limits.
    #[test]
    fn never_more_than_the_limits(
        asks in prop::collection::vec((0u64..5_000, 0u8..3, 0u8..4), 1..2_500),
        per_minute in 5u32..120,
        per_hour in 20u32..1_200,
    ) {
        let (hand, budget) = budget(Limits { per_hour, per_minute });
        let mut sent: Vec<Duration> = Vec::new();
        let mut out = Vec::new();
        for (millis, class, what) in asks {
            *hand.0.lock().unwrap() += Duration::from_millis(millis);
            let now = hand.monotonic();
            let class = [Class::Interactive, Class::Watched, Class::Background][class as usize];
            if let Ok(permit) = budget.take(class) {
                out.push(permit);
            }
            match what {
                0 => {}
                1 => drop(out.pop()),
                _ => if !out.is_empty() {
                    out.swap_remove(0).sent();
                    sent.push(now);
                }
            }
            let within = |window: Duration| sent.iter().rev().take_while(|t| **t + window > now).count();
            prop_assert!(within(MINUTE) <= per_minute as usize);
            prop_assert!(within(HOUR) <= per_hour as usize);
        }
    }

    /// The wait that is given is enough, and not more than a window.
    #[test]
    fn the_wait_is_enough(burst in 1usize..300) {
        let (hand, budget) = budget(Limits::default());
        for _ in 0..burst {
            match budget.take(Class::Interactive) {
                Ok(permit) => permit.sent(),
                Err(wait) => {
                    prop_assert!(wait <= MINUTE);
                    *hand.0.lock().unwrap() += wait;
                    prop_assert!(budget.take(Class::Interactive).map(Permit::sent).is_ok());
                }
            }
        }
    }
}

#[test]
fn a_click_still_goes_when_watchers_have_used_their_share() {
    let (_, budget) = budget(Limits::default());
    while budget.take(Class::Watched).map(Permit::sent).is_ok() {}
    assert!(budget.take(Class::Background).is_err());
    assert!(budget.take(Class::Interactive).is_ok());
}

#[test]
fn an_answer_that_comes_late_takes_back_neither_a_refusal_nor_what_is_left() {
    let (hand, budget) = budget(Limits::default());
    budget.refused(Duration::from_secs(60));
    budget.told(300, Duration::from_secs(600));
    assert_eq!(
        budget.take(Class::Interactive).err(),
        Some(Duration::from_secs(60))
    );
    budget.refused(Duration::from_secs(5));
    *hand.0.lock().unwrap() += Duration::from_secs(59);
    assert!(budget.take(Class::Interactive).is_err());
    *hand.0.lock().unwrap() += Duration::from_secs(1);
    assert!(budget.take(Class::Interactive).is_ok());

    budget.told(0, Duration::from_secs(540));
    budget.told(300, Duration::from_secs(541));
    assert!(budget.take(Class::Interactive).is_err(), "an older answer");
    *hand.0.lock().unwrap() += Duration::from_secs(541);
    budget.told(1000, HOUR);
    assert!(budget.take(Class::Interactive).is_ok(), "a new window");
}

#[test]
fn the_servers_word_counts_until_it_resets() {
    let (hand, budget) = budget(Limits::default());
    budget.told(0, Duration::from_secs(30));
    let taken = || budget.take(Class::Interactive).map(Permit::sent);
    assert_eq!(taken(), Err(Duration::from_secs(30)));
    *hand.0.lock().unwrap() += Duration::from_secs(30);
    assert_eq!(taken(), Ok(()));
}

#[test]
fn a_permit_that_is_out_counts_until_it_is_given_back() {
    let limits = Limits {
        per_hour: 100,
        per_minute: 2,
    };
    let (hand, budget) = budget(limits);
    let out = budget.take(Class::Interactive).unwrap();
    assert!(budget.take(Class::Interactive).is_err());
    // It counts for as long as it is out, and from the moment it is sent.
    *hand.0.lock().unwrap() += Duration::from_secs(300);
    assert!(budget.take(Class::Interactive).is_err());
    drop(out);
    let out = budget.take(Class::Interactive).unwrap();
    *hand.0.lock().unwrap() += Duration::from_secs(30);
    out.sent();
    *hand.0.lock().unwrap() += Duration::from_secs(59);
    assert_eq!(
        budget.take(Class::Interactive).map(drop),
        Err(Duration::from_secs(1))
    );
}

#[test]
fn what_was_sent_survives_a_restart() {
    let limits = Limits {
        per_hour: 4,
        per_minute: 4,
    };
    let sent = Arc::new(Mutex::new(Vec::new()));
    let hand = Arc::new(Hand(Mutex::new(Duration::from_secs(10_000))));
    let open = |clock: Arc<dyn Clock>| {
        let kept = sent.clone();
        let before = sent.lock().unwrap().clone();
        let keep: Keep = Box::new(move |at| kept.lock().unwrap().push(at));
        Budget::kept(clock, limits, &before, keep)
    };
    let budget = open(hand.clone());
    while budget.take(Class::Interactive).map(Permit::sent).is_ok() {}
    assert_eq!(sent.lock().unwrap().len(), 3);
    *hand.0.lock().unwrap() += Duration::from_secs(600);
    // A new process counts its own time from its start.
    let budget = open(Arc::new(Late(hand.clone(), hand.monotonic())));
    assert_eq!(
        budget.take(Class::Interactive).map(drop),
        Err(Duration::from_secs(3_000))
    );
    *hand.0.lock().unwrap() += Duration::from_secs(3_000);
    assert!(budget.take(Class::Interactive).is_ok());
}

/// A clock whose monotonic time began later.
struct Late(Arc<Hand>, Duration);

impl Clock for Late {
    fn now(&self) -> DateTime<Utc> {
        self.0.now()
    }
    fn monotonic(&self) -> Duration {
        self.0.monotonic() - self.1
    }
}

#[test]
fn own_limits_hold_until_the_server_tells_its_own() {
    let (_, budget) = budget(Limits::default());
    let own = OwnLimits {
        requests_per_hour: Some(500),
        ..OwnLimits::default()
    };
    budget.set_own_limits(own, Speaks::Documented);
    assert_eq!(budget.lock().limits, own.limits());
    let told = Limits {
        per_hour: 120,
        per_minute: 20,
    };
    budget.set_limits(told);
    budget.set_own_limits(own, Speaks::Documented);
    assert_eq!(budget.lock().limits, told);
}

/// API-V1.md §1.6: 100 in 15 minutes where nothing else is set.
#[test]
fn of_v1_the_window_is_what_is_set() {
    let (hand, budget) = budget(Limits::default());
    budget.set_own_limits(OwnLimits::default(), Speaks::V1);
    let mut sent = 0;
    while budget.take(Class::Interactive).map(Permit::sent).is_ok() {
        sent += 1;
    }
    assert_eq!(sent, 95, "a minute may have what the window has");
    let stand = budget.stand();
    assert_eq!((stand.hour.limit, stand.window_minutes), (100, 15));
    *hand.0.lock().unwrap() += Duration::from_secs(61);
    let mut later = 0;
    while budget.take(Class::Interactive).map(Permit::sent).is_ok() {
        later += 1;
    }
    assert_eq!(later, 3, "98 of 100 in a window");
    *hand.0.lock().unwrap() += Duration::from_secs(840);
    assert!(budget.take(Class::Interactive).is_ok());
    let own = OwnLimits {
        requests_per_window: Some(40),
        window_minutes: Some(10),
        ..OwnLimits::default()
    };
    budget.set_own_limits(own, Speaks::V1);
    let stand = budget.stand();
    assert_eq!((stand.hour.limit, stand.window_minutes), (40, 10));
}

#[test]
fn a_refusal_without_a_word_teaches_how_much_may_be_sent() {
    let (hand, budget) = budget(Limits::default());
    budget.set_own_limits(OwnLimits::default(), Speaks::V1);
    for _ in 0..51 {
        budget.take(Class::Interactive).unwrap().sent();
    }
    budget.refused_unannounced();
    assert_eq!(budget.lock().limits.per_hour, 50);
    let wait = budget.take(Class::Interactive).err();
    assert!(wait.is_some_and(|wait| wait >= MINUTE), "{wait:?}");
    // The next one in a row says nothing new of how much, and is waited for longer.
    budget.refused_unannounced();
    assert_eq!(budget.lock().limits.per_hour, 50);
    *hand.0.lock().unwrap() += Duration::from_secs(90);
    assert!(budget.stand().barred_until.is_some());
    budget.accepted();
    // Not by what we sent: others have.
    *hand.0.lock().unwrap() += Duration::from_secs(1000);
    budget.take(Class::Interactive).unwrap().sent();
    budget.refused_unannounced();
    assert_eq!(budget.lock().limits.per_hour, 50);
}

#[test]
fn what_a_refusal_taught_outlives_the_run_but_not_the_setting() {
    let (hand, _) = budget(Limits::default());
    let cache = Arc::new(crate::Cache::in_memory().unwrap());
    let connection = crate::Connection {
        found: Some(Speaks::V1),
        ..crate::Connection::to("https://miso.test/".parse().unwrap(), &[])
    };
    let open = |connection: &crate::Connection| Budget::of(connection, hand.clone(), cache.clone());
    let limit = |budget: &Budget| {
        let limits = budget.lock().limits;
        (limits.per_hour, limits.per_minute)
    };
    let teach = |budget: &Budget| {
        *hand.0.lock().unwrap() += Duration::from_secs(1000);
        for _ in 0..51 {
            budget.take(Class::Interactive).unwrap().sent();
        }
        budget.refused_unannounced();
        assert_eq!(limit(budget), (50, 50));
    };
    teach(&open(&connection));
    let again = open(&connection);
    assert_eq!(limit(&again), (50, 50), "the next run knows it");
    // Read otherwise and back, it is the same instance.
    again.set_own_limits(OwnLimits::default(), Speaks::Documented);
    assert_eq!(limit(&again), (1000, 100));
    again.set_own_limits(OwnLimits::default(), Speaks::V1);
    assert_eq!(limit(&again), (50, 50));
    let other = crate::Connection {
        id: crate::ConnectionId::random(),
        ..connection.clone()
    };
    assert_eq!(
        limit(&open(&other)),
        (100, 100),
        "that of another is not known"
    );

    let own = OwnLimits {
        requests_per_window: Some(80),
        ..OwnLimits::default()
    };
    again.set_own_limits(own, Speaks::V1);
    assert_eq!(limit(&again), (80, 80), "what somebody sets counts");
    again.set_own_limits(OwnLimits::default(), Speaks::V1);
    assert_eq!(limit(&again), (100, 100));
    assert_eq!(limit(&open(&connection)), (100, 100));

    teach(&open(&connection));
    let set_meanwhile = crate::Connection {
        limits: own,
        ..connection.clone()
    };
    assert_eq!(limit(&open(&set_meanwhile)), (80, 80));
    assert_eq!(
        limit(&open(&connection)),
        (100, 100),
        "it was of another setting"
    );

    teach(&open(&connection));
    *hand.0.lock().unwrap() += Duration::from_secs(25 * 3600);
    assert_eq!(limit(&open(&connection)), (100, 100), "that was yesterday");
}
