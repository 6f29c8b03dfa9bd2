//! Some twenty lines a second, of all levels and with fields.

use std::process::ExitCode;
use std::time::Duration;

use serde_json::json;

use super::output::{Level, say};
use super::server::{serve, well};
use super::settings::Settings;

const PAUSE: Duration = Duration::from_millis(50);
const COUNTRIES: [&str; 6] = ["FI", "SE", "DE", "NL", "FR", "EE"];
const PATHS: [&str; 4] = ["/api/orders", "/api/carts", "/api/prices", "/api/customers"];

/// Runs until it is asked to end.
pub(super) async fn run(settings: Settings) -> ExitCode {
    let version = settings.version.clone();
    tokio::spawn(talk());
    serve(settings, move || {
        well(
            &version,
            json!([{"name": "queue", "status": "healthy", "latencyMs": 1}]),
        )
    })
    .await
}

/// Works through a queue of small jobs whose numbers, and so whose outcomes, come from a simple
/// generator: the output is varied and the same at each run.
async fn talk() {
    let mut ticks = tokio::time::interval(PAUSE);
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut order = 88_200_u64;
    loop {
        ticks.tick().await;
        // Xorshift, as in Marsaglia's paper of 2003.
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        order += 1;
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
    }
}

fn pick<'a>(words: &[&'a str], number: u64) -> &'a str {
    let index = usize::try_from(number % words.len() as u64).unwrap_or(0);
    words.get(index).copied().unwrap_or_default()
}
