//! What `local serve` understands of its arguments.

use super::*;

fn parsed(args: &[&str]) -> Result<Option<Options>, Refusal> {
    let asked = Asked::parse(args.iter().map(OsString::from).collect());
    let asking = asked.and_then(Asked::into_options)?;
    Ok(asking.map(|asking| asking.options))
}

#[test]
fn what_is_given_is_understood() {
    let options = parsed(&[
        "--port",
        "8123",
        "--data",
        "/tmp/x",
        "--seed",
        "empty",
        "--client-id",
        "ci",
        "--client-secret",
        "s",
        "--rate-limit",
        "50/5",
        "--speaks",
        "v1",
        "--v1-rate-limit",
        "7/60",
        "--without",
        "getApplication,getApplicationEvents",
    ]);
    let options = options.unwrap().unwrap();
    assert_eq!((options.port, options.seed), (Some(8123), Seed::Empty));
    assert_eq!(options.data_dir, PathBuf::from("/tmp/x"));
    assert_eq!(
        options.rate_limit,
        RateLimit::PerHourMinute {
            hour: 50,
            minute: 5
        }
    );
    assert_eq!(options.speaks, Speaks::V1);
    assert_eq!(
        options.v1_rate_limit,
        V1RateLimit::PerWindow {
            requests: 7,
            seconds: 60
        }
    );
    assert_eq!(options.without, ["getApplication", "getApplicationEvents"]);
    assert_eq!(options.service_account.unwrap().client_id, "ci");
}

#[test]
fn what_means_nothing_is_named() {
    for args in [
        ["--port", "99999"],
        ["--port", "0"],
        ["--seed", "everything"],
        ["--seed", "many:"],
        ["--seed", "many:0"],
        ["--seed", "many:100001"],
        ["--rate-limit", "many"],
        ["--rate-limit", "10/0"],
        ["--speaks", "v2"],
        ["--v1-rate-limit", "100"],
        ["--v1-rate-limit", "0/600"],
        ["--without", "listApplications"],
        ["--without", "getApplication,"],
        ["--colour", "blue"],
        ["--client-secret", "-"],
        ["--client-id", ""],
    ] {
        let Refusal(reason) = parsed(&args).unwrap_err();
        assert!(reason.contains(args[0]), "{args:?}: {reason}");
    }
}

#[test]
fn a_seed_may_be_a_number() {
    let options = parsed(&["--data", "/tmp/x", "--seed", "many:250"]);
    assert_eq!(options.unwrap().unwrap().seed, Seed::Many(250));
}

#[test]
fn help_starts_nothing() {
    assert!(parsed(&["--help"]).unwrap().is_none());
}
