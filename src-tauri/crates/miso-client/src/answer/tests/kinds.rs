//! Each kind by what speaks for it, and what is never said.

use serde_json::{Value, json};

use super::*;

fn refused() -> Case {
    let checks = json!([
        {"name": "cache", "status": "healthy"},
        {"name": "db", "status": "unhealthy", "message": "connect ECONNREFUSED 10.0.3.7:5432"}]);
    case()
        .unwell(
            40,
            HealthStatus::Unhealthy,
            "db: connect ECONNREFUSED 10.0.3.7:5432",
        )
        .probed(&[(1, "healthy", ""), (40, "unhealthy", "")], checks)
}

#[test]
fn a_failing_check_is_told_with_the_change_before_it_and_the_log() {
    let case = refused().logged(312, "connect ECONNREFUSED <*>", true);
    let answer = case.answer();
    assert_eq!(answer.kind, AnswerKind::FailingCheck);
    assert_eq!(answer.since, Some(at(40)));
    let began = at(40);
    let expected = [
        AnswerFact::Health {
            state: State::Bad,
            since: Some(began),
        },
        AnswerFact::Check {
            name: "db".to_owned(),
            message: Some("connect ECONNREFUSED 10.0.3.7:5432".to_owned()),
        },
        AnswerFact::AfterDeployment {
            from: Some(fleet::image("1.3.9")),
            to: Some(fleet::image("1.4.0")),
            at: at(0),
            began,
        },
        AnswerFact::Errors {
            count: 312,
            since: None,
        },
        AnswerFact::Most {
            pattern: "connect ECONNREFUSED <*>".to_owned(),
            count: 312,
            newly: true,
        },
    ];
    assert_eq!(facts(&answer), expected);
    let words = Some("connect ECONNREFUSED".to_owned());
    let evidence = answer.parts[4].evidence.clone();
    assert_eq!(evidence, Some(Evidence::Log { from: began, words }));
    let evidence = answer.parts[2].evidence.clone();
    let id = "d-2".to_owned();
    assert_eq!(evidence, Some(Evidence::Deployment { id }));
}

#[test]
fn all_is_well_in_one_part() {
    let case = case().probed(&[(1, "healthy", "")], json!([]));
    assert_eq!(facts(&case.answer()), [AnswerFact::Well]);
    assert_eq!(log_span(&case.facts(), case.now), None);
}

#[test]
fn what_is_stopped_deployed_or_not_known_is_called_so() {
    let mut stopped = case();
    stopped.entry.status = ApplicationStatus::Stopped;
    assert_eq!(stopped.kind(), AnswerKind::Stopped);
    let mut deploying = refused();
    let mut running = deployed("d-3", "1.4.0", "1.5.0", 280, "running");
    running.progress = Some(40);
    deploying.deployments.insert(0, running);
    assert_eq!(deploying.kind(), AnswerKind::Deploying);
    let unknown = case().unwell(3, HealthStatus::NotKnown, "");
    assert_eq!(facts(&unknown.answer()), [AnswerFact::Unknown]);
}

#[test]
fn a_process_that_ends_is_a_crash_however_it_came_to_it() {
    let error = "exited with code 1 after 0.2 s: index out of bounds";
    let failed = case().failed(error, Vec::new()).answer();
    assert_eq!(
        (failed.kind, failed.since),
        (AnswerKind::Crash, Some(at(0)))
    );
    assert!(
        !facts(&failed)
            .iter()
            .any(|fact| matches!(fact, AnswerFact::RunsOn { .. }))
    );

    // The version before runs on: the deployment alone has failed.
    let mut runs_on = case().failed(error, Vec::new());
    runs_on.entry.status = ApplicationStatus::Running;
    runs_on.entry.health = HealthStatus::Healthy;
    runs_on.entry.image = Some(fleet::image("1.3.9"));
    let answer = runs_on.answer();
    assert_eq!(answer.kind, AnswerKind::Crash);
    let image = fleet::image("1.3.9");
    assert_eq!(facts(&answer)[0], AnswerFact::RunsOn { image });

    let ends = "exited with code 1 after 8.0 s: boom; starting again in 1 s";
    let again = [
        (1, "healthy", ""),
        (9, "unhealthy", ends),
        (11, "unknown", ""),
        (12, "healthy", ""),
        (20, "unhealthy", ends),
        (23, "healthy", ""),
    ];
    let mut loops = case().probed(&again, json!([]));
    loops.now = at(25);
    let answer = loops.answer();
    assert_eq!(
        (answer.kind, answer.since),
        (AnswerKind::Crash, Some(at(9)))
    );
    let turned = AnswerFact::Turned {
        count: 2,
        first: at(9),
        ended: true,
    };
    assert!(facts(&answer).contains(&turned), "{answer:?}");
    loops.now = at(400);
    assert_eq!(loops.kind(), AnswerKind::Well, "it is over");
}

#[test]
fn words_that_name_a_variable_tell_whether_it_has_a_value() {
    let error = "exited with code 1 after 0.0 s: QUEUE_SIZE is not a number: many";
    let set = case().failed(error, vec![item("QUEUE_SIZE", json!("many"), false)]);
    let answer = set.answer();
    assert_eq!(answer.kind, AnswerKind::WrongValue);
    let name = AnswerFact::Item {
        name: "QUEUE_SIZE".to_owned(),
        set: true,
        changed: false,
    };
    assert!(facts(&answer).contains(&name));
    let error = "exited with code 1 after 0.0 s: API_TOKEN is not set";
    let unset = |value: Value| case().failed(error, vec![item("API_TOKEN", value, true)]);
    assert_eq!(unset(Value::Null).kind(), AnswerKind::MissingSecret);
    assert_eq!(unset(json!("x")).kind(), AnswerKind::WrongValue);
    let other = case().failed(error, vec![item("TOKEN", json!("y"), false)]);
    assert_eq!(other.kind(), AnswerKind::Crash, "a part of a name is none");
}

#[test]
fn a_value_that_the_deployment_brought_is_found_in_the_words() {
    let mut case = refused();
    case.deployments[0].configuration = vec![item("DB_HOST", json!("10.0.3.7"), false)];
    assert_eq!(
        case.kind(),
        AnswerKind::FailingCheck,
        "nothing before is known"
    );
    let mut before = deployed("d-1", "1.3.8", "1.3.9", -900, "completed");
    before.configuration = vec![item("DB_HOST", json!("db.internal"), false)];
    case.deployments.push(before);
    assert_eq!(case.kind(), AnswerKind::WrongValue);
    case.deployments[1].configuration = case.deployments[0].configuration.clone();
    assert_eq!(case.kind(), AnswerKind::FailingCheck, "it was so before");
}

#[test]
fn a_check_that_is_named_by_an_unwell_application_is_a_dependency() {
    let checks = json!([{"name": "base", "status": "unhealthy", "message": "it answers 503"}]);
    let mut case = case()
        .unwell(60, HealthStatus::Degraded, "base: it answers 503")
        .probed(&[(1, "healthy", ""), (60, "degraded", "")], checks);
    assert_eq!(case.kind(), AnswerKind::FailingCheck);
    let other = |since| Other {
        application: "base".to_owned(),
        since,
        stopped: since.is_none(),
    };
    case.others = vec![other(Some(at(48)))];
    let answer = case.answer();
    assert_eq!(answer.kind, AnswerKind::Dependency);
    let after = AnswerFact::AfterOther {
        application: "base".to_owned(),
        at: at(48),
        began: at(60),
    };
    assert!(facts(&answer).contains(&after));
    for since in [Some(at(63)), None] {
        case.others = vec![other(since)];
        let answer = case.answer();
        assert_eq!(answer.kind, AnswerKind::Dependency);
        let application = "base".to_owned();
        let stopped = since.is_none();
        let too = AnswerFact::OtherToo {
            application,
            stopped,
        };
        assert!(facts(&answer).contains(&too), "{since:?}");
        let is_after = |fact: &AnswerFact| matches!(fact, AnswerFact::AfterOther { .. });
        assert!(!facts(&answer).iter().any(is_after), "{since:?}");
    }
}

#[test]
fn a_start_that_takes_too_long_and_one_that_nobody_answers_differ() {
    let slow = "not well within 20 s: cache: warming up, 12 s left";
    assert_eq!(
        case().failed(slow, Vec::new()).kind(),
        AnswerKind::SlowStart
    );
    let silent = "not well within 20 s: no answer: Connection refused (os error 111)";
    assert_eq!(
        case().failed(silent, Vec::new()).kind(),
        AnswerKind::NoListener
    );
    let other = "the image could not be pulled";
    let plain = case().failed(other, Vec::new());
    assert_eq!(plain.kind(), AnswerKind::FailedDeployment);
    let closed = case()
        .unwell(
            30,
            HealthStatus::Unhealthy,
            "no answer: Connection refused (os error 111)",
        )
        .probed(&[(1, "healthy", ""), (30, "unhealthy", "")], json!([]));
    assert_eq!(closed.kind(), AnswerKind::NoListener);
    assert!(facts(&closed.answer()).contains(&AnswerFact::NoAnswer));
}

#[test]
fn memory_that_grew_until_it_was_unwell_is_a_leak() {
    let mib = |values: &[f64]| -> Vec<f64> { values.iter().map(|one| one * 1048576.0).collect() };
    let checks = json!([{"name": "memory", "status": "degraded", "message": "128 of 128 MiB"}]);
    let leak = |values: &[f64]| {
        case()
            .unwell(30, HealthStatus::Degraded, "memory: 128 of 128 MiB")
            .probed(&[(1, "healthy", ""), (30, "degraded", "")], checks.clone())
            .measured("memory_bytes", 5, &mib(values))
            .kind()
    };
    let grows = [20.0, 40.0, 60.0, 80.0, 100.0, 120.0];
    assert_eq!(leak(&grows), AnswerKind::MemoryLeak);
    let anew = [300.0, 20.0, 40.0, 60.0, 80.0, 100.0, 120.0];
    assert_eq!(
        leak(&anew),
        AnswerKind::MemoryLeak,
        "of the process that runs"
    );
    let starts = [20.0, 110.0, 119.0, 120.0, 120.0, 120.0];
    assert_eq!(
        leak(&starts),
        AnswerKind::FailingCheck,
        "it grew as it started"
    );
    let lets_go = [20.0, 60.0, 40.0, 90.0, 70.0, 120.0];
    assert_eq!(leak(&lets_go), AnswerKind::FailingCheck);
    let later = [20.0, 20.0, 20.0, 20.0, 20.0, 20.0, 20.0, 90.0, 120.0, 150.0];
    assert_eq!(
        leak(&later),
        AnswerKind::FailingCheck,
        "after it was unwell"
    );
}

#[test]
fn errors_that_no_time_before_had_are_a_burst_while_all_checks_are_well() {
    let burst = |values: &[f64], now: i64| {
        let mut case = case().measured("log_errors", 5, values);
        case.now = at(now);
        case.answer()
    };
    let calm = vec![0.0; 20];
    let many = [calm.clone(), vec![60.0; 4]].concat();
    let answer = burst(&many, 120);
    assert_eq!(
        (answer.kind, answer.since),
        (AnswerKind::ErrorBurst, Some(at(100)))
    );
    assert_eq!(burst(&many, 300).kind, AnswerKind::Well, "it is over");
    let few = [calm, vec![1.0; 4]].concat();
    assert_eq!(burst(&few, 120).kind, AnswerKind::Well);
    assert_eq!(burst(&[60.0; 24], 120).kind, AnswerKind::Well, "as before");
    let mut written = case()
        .measured("log_errors", 5, &many)
        .logged(240, "<*> failed", true);
    written.now = at(120);
    assert_eq!(written.answer().since, Some(at(40)), "by the log itself");
}

#[test]
fn what_turns_again_and_again_flaps() {
    let mut history = vec![(1, "healthy", "")];
    for turn in 0..3 {
        history.push((10 + turn * 20, "unhealthy", "upstream: reset"));
        history.push((20 + turn * 20, "healthy", ""));
    }
    let mut flaps = case().probed(&history, json!([]));
    flaps.now = at(65);
    let answer = flaps.answer();
    assert_eq!(
        (answer.kind, answer.since),
        (AnswerKind::Flapping, Some(at(10)))
    );
    assert_eq!(answer.state, State::Well);
    flaps.now = at(61 + 95);
    assert_eq!(flaps.kind(), AnswerKind::Well);
    let mut fewer = case().probed(&history[..5], json!([]));
    fewer.now = at(45);
    assert_eq!(fewer.kind(), AnswerKind::Well);
}

#[test]
fn what_came_later_is_never_said_to_be_before() {
    let mut case = refused();
    case.deployments[0].completed_at = Some(at(41));
    case.others = vec![Other {
        application: "till".to_owned(),
        since: Some(at(41)),
        stopped: false,
    }];
    let event = json!({"at": at(35), "kind": "configuration", "by": "bo", "summary": "LOG_LEVEL"});
    case.events = vec![serde_json::from_value(event).unwrap()];
    let said = facts(&case.answer());
    assert_eq!(said.len(), 2, "{said:?}");
    // What was changed in time for the deployment is told with it.
    let mut case = refused();
    let event = json!({"at": at(-60), "kind": "configuration", "summary": "LOG_LEVEL"});
    case.events = vec![serde_json::from_value(event).unwrap()];
    let changed = AnswerFact::AfterConfiguration {
        at: at(-60),
        began: at(40),
    };
    assert!(facts(&case.answer()).contains(&changed));
}
