use serde_json::json;

use super::*;

#[test]
fn keeps_no_configuration_and_nothing_of_an_erased_connection() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cache.sqlite");
    let (one, two) = (ConnectionId::random(), ConnectionId::random());
    let as_of = "2126-11-24T10:00:00Z".parse().unwrap();
    let canary = "canary-value";
    let row = Row {
        value: json!({"data": [{"key": "a", "configuration": [{"name": "X", "value": canary}],
            "environments": [{"environment": "dev", "environmentOverrides": {"x": canary}}]}]})
        .into(),
        as_of,
    };
    {
        let cache = Cache::open(&file).unwrap();
        for id in [&one, &two] {
            cache.put(id, "me", &Resource::Applications, &row).unwrap();
        }
        cache.erase(&one).unwrap();
    }
    let cache = Cache::open(&file).unwrap();
    assert_eq!(
        cache.get(&one, "me", &Resource::Applications).unwrap(),
        None
    );
    assert_eq!(
        cache.get(&two, "another", &Resource::Applications).unwrap(),
        None
    );
    let kept = cache
        .get(&two, "me", &Resource::Applications)
        .unwrap()
        .unwrap();
    assert_eq!(kept.as_of, as_of);
    assert_eq!(kept.value["data"][0]["key"], "a");
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        assert!(
            !bytes
                .windows(canary.len())
                .any(|window| window == canary.as_bytes())
        );
    }
}

#[test]
fn a_torn_file_is_begun_anew() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cache.sqlite");
    std::fs::write(
        &file,
        "this is no database, and long enough to be read as a header",
    )
    .unwrap();
    let cache = Cache::open(&file).unwrap();
    assert_eq!(
        cache
            .get(&ConnectionId::random(), "", &Resource::Me)
            .unwrap(),
        None
    );
}

#[test]
fn what_is_old_is_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cache.sqlite");
    let id = ConnectionId::random();
    let now = Utc::now();
    {
        let cache = Cache::open(&file).unwrap();
        for (resource, age) in [
            (Resource::Me, TimeDelta::days(8)),
            (Resource::Environments, TimeDelta::days(6)),
        ] {
            let row = Row {
                value: json!({}).into(),
                as_of: now - age,
            };
            cache.put(&id, "me", &resource, &row).unwrap();
        }
        cache.note_sent(&id, now - TimeDelta::minutes(61));
        cache.note_sent(&id, now - TimeDelta::minutes(59));
    }
    let cache = Cache::open(&file).unwrap();
    assert_eq!(cache.get(&id, "me", &Resource::Me).unwrap(), None);
    assert!(
        cache
            .get(&id, "me", &Resource::Environments)
            .unwrap()
            .is_some()
    );
    let ages_ago = now - TimeDelta::days(9);
    assert_eq!(cache.sent_since(&id, ages_ago).unwrap().len(), 1);
    let of_another = ConnectionId::random();
    assert!(cache.sent_since(&of_another, ages_ago).unwrap().is_empty());
}

#[test]
fn what_may_pass_leaves_the_file_where_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cache.sqlite");
    // A folder in its place cannot be opened, and is no broken database.
    std::fs::create_dir(&file).unwrap();
    assert_eq!(
        Cache::open(&file).map(drop).unwrap_err().code,
        Code::CacheFailed
    );
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    assert!(file.is_dir());
}

#[test]
fn of_what_was_sent_an_hour_is_kept_however_long_it_runs() {
    let cache = Cache::in_memory().unwrap();
    let id = ConnectionId::random();
    let start: DateTime<Utc> = "2126-11-24T10:00:00Z".parse().unwrap();
    for minute in 0..240 {
        cache.note_sent(&id, start + TimeDelta::minutes(minute));
    }
    assert_eq!(cache.sent_since(&id, start).unwrap().len(), 61);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_disk_holds_up_nobody_and_what_waits_can_be_read() {
    let cache = Cache::in_memory().unwrap();
    let id = ConnectionId::random();
    let row = |number: i32| Row {
        value: json!({"n": number, "configuration": ["x"]}).into(),
        as_of: Utc::now(),
    };
    let slow = cache.lock();
    let began = std::time::Instant::now();
    for number in 0..100 {
        cache.put(&id, "me", &Resource::Me, &row(number)).unwrap();
        cache.note_sent(&id, Utc::now());
        let read = cache.get(&id, "me", &Resource::Me).unwrap().unwrap();
        assert_eq!(*read.value, json!({"n": number}));
    }
    cache
        .put(&id, "me", &Resource::Environments, &row(7))
        .unwrap();
    cache.forget(&id, "me", &Resource::Me).unwrap();
    assert_eq!(cache.get(&id, "me", &Resource::Me).unwrap(), None);
    assert!(began.elapsed() < Duration::from_secs(1));
    assert!(!cache.flush(Duration::from_millis(20)));
    drop(slow);
    assert!(cache.flush(Duration::from_secs(10)));
    assert_eq!(cache.get(&id, "me", &Resource::Me).unwrap(), None);
    let read = cache.get(&id, "me", &Resource::Environments).unwrap();
    assert_eq!(*read.unwrap().value, json!({"n": 7}));
    cache.put(&id, "me", &Resource::Me, &row(8)).unwrap();
    cache.erase(&id).unwrap();
    assert_eq!(cache.get(&id, "me", &Resource::Me).unwrap(), None);
    assert_eq!(cache.get(&id, "me", &Resource::Environments).unwrap(), None);
    assert_eq!(
        cache.sent_since(&id, DateTime::UNIX_EPOCH).unwrap().len(),
        100
    );
}
