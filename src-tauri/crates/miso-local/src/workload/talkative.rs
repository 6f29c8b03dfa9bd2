//! Some twenty lines a second, of all levels and with fields, each with a running number; as many as
//! the variable `LINES_PER_SECOND` of its configuration says, at most 10,000.

use std::env;
use std::process::ExitCode;
use std::time::Duration;

use serde_json::{Value, json};

use super::output::{self, Level};
use super::server::{serve, well};
use super::settings::Settings;

/// Between two times it prints.
const PAUSE: Duration = Duration::from_millis(50);
const TIMES_PER_SECOND: u32 = 20;
/// The variable that says how many lines it prints in a second.
const RATE: &str = "LINES_PER_SECOND";
const USUAL_RATE: u32 = 20;
const FASTEST: u32 = 10_000;
/// Orders are numbered from the next one on.
const FIRST_ORDER: u64 = 88_200;
const COUNTRIES: [&str; 6] = ["FI", "SE", "DE", "NL", "FR", "EE"];
const PATHS: [&str; 4] = ["/api/orders", "/api/carts", "/api/prices", "/api/customers"];

/// Runs until it is asked to end.
pub(super) async fn run(settings: Settings) -> ExitCode {
    let version = settings.version.clone();
    tokio::spawn(talk(rate(env::var(RATE).ok().as_deref())));
    serve(settings, move || {
        well(
            &version,
            json!([{"name": "queue", "status": "healthy", "latencyMs": 1}]),
        )
    })
    .await
}

/// How many lines it prints in a second.
fn rate(said: Option<&str>) -> u32 {
    let said = said.and_then(|text| text.trim().parse().ok());
    said.map_or(USUAL_RATE, |lines: u32| lines.clamp(1, FASTEST))
}

/// Works through a queue of small jobs whose numbers, and so whose outcomes, come from a simple
/// generator: the output is varied and the same at each run.
async fn talk(rate: u32) {
    let mut ticks = tokio::time::interval(PAUSE);
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut line = 0;
    // What a time is short of a whole line goes to the next one.
    let mut owed = 0;
    loop {
        ticks.tick().await;
        owed += rate;
        while owed >= TIMES_PER_SECOND {
            owed -= TIMES_PER_SECOND;
            line += 1;
            random = work(random, line);
        }
    }
}

/// Does one job and says how it went; the random number for the next one.
fn work(before: u64, line: u64) -> u64 {
    let mut random = before;
    let order = FIRST_ORDER + line;
    let say = |level, message: &str, mut fields: Value| {
        fields["line"] = json!(line);
        output::say(level, message, fields);
    };
    // Xorshift, as in Marsaglia's paper of 2003.
    random ^= random << 13;
    random ^= random >> 7;
    random ^= random << 17;
    let roll = random % 100;
    let ms = 3 + random / 101 % 240;
    let country = pick(&COUNTRIES, random / 103);
    let path = pick(&PATHS, random / 107);
    match roll {
        0..=2 => say(
            Level::Error,
            &format!("order {order}: payment refused by the bank"),
            json!({"order": order, "country": country, "code": "card_declined"}),
        ),
        3..=9 => say(
            Level::Warn,
            &format!("GET {path}/{order} slow, {} ms", ms * 10),
            json!({"method": "GET", "path": path, "order": order, "status": 200, "ms": ms * 10}),
        ),
        10..=24 => say(
            Level::Debug,
            &format!("cache miss for {path}/{order}"),
            json!({"path": path, "order": order, "cache": "miss"}),
        ),
        25..=54 => say(
            Level::Info,
            &format!("order {order} accepted for {country}"),
            json!({"order": order, "country": country, "items": 1 + roll % 7}),
        ),
        _ => say(
            Level::Info,
            &format!("GET {path}/{order} 200 in {ms} ms"),
            json!({"method": "GET", "path": path, "order": order, "status": 200, "ms": ms}),
        ),
    }
    random
}

fn pick<'a>(words: &[&'a str], number: u64) -> &'a str {
    let index = usize::try_from(number % words.len() as u64).unwrap_or(0);
    words.get(index).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_fast_it_prints_is_configured_within_bounds() {
        let rows = [
            (None, 20),
            (Some(""), 20),
            (Some("fast"), 20),
            (Some("-5"), 20),
            (Some("0"), 1),
            (Some(" 2000 "), 2_000),
            (Some("10001"), 10_000),
        ];
        for (said, expected) in rows {
            assert_eq!(rate(said), expected, "{said:?}");
        }
    }
}
