//! What a new instance is filled with, and how soon.

use std::fs;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::instance::Serve;
use crate::support::session::Session;
use crate::support::wait::{SOON, until};

#[tokio::test]
async fn the_first_applications_of_the_demo_answer_soon() {
    let session = Session::without_display();
    let serve = Serve::at(&session.home().join("data")).account();
    let instance = serve.unlimited().start(&session);
    let began = Instant::now();
    let api = instance.account().await;
    let addresses = until("two applications answer", SOON, || async {
        let list = api.get("/api/applications?pageSize=200").await.json();
        let entries = list["data"].as_array().into_iter().flatten();
        let entries = entries.flat_map(|one| one["environments"].as_array().into_iter().flatten());
        let runs = entries.filter(|entry| entry["status"] == "running");
        let addresses: Vec<String> = runs
            .filter_map(|entry| entry["url"].as_str().map(str::to_owned))
            .collect();
        if addresses.len() >= 2 {
            Ok(addresses)
        } else {
            Err(list.to_string())
        }
    })
    .await;
    for address in addresses {
        assert_eq!(api.get_with(&address, &[]).await.status, 200, "{address}");
    }
    // 2 s where the machine does nothing else; here other tests run beside it.
    let took = began.elapsed();
    eprintln!("the first applications answered after {took:?}");
    assert!(took < Duration::from_secs(6), "{took:?}");
}

#[tokio::test]
async fn a_long_list_is_there_at_once_and_read_quickly() {
    let session = Session::without_display();
    let serve = Serve::at(&session.home().join("data")).account();
    let serve = serve.unlimited();
    let many = serve.clone().argument("--seed").argument("many:10000");
    let instance = many.start(&session);
    let api = instance.account().await;
    let total = |list: &Value| list["meta"]["total"].as_u64();
    until("all of them", SOON, || async {
        let list = api.get("/api/applications?pageSize=1").await.json();
        if total(&list) == Some(10_000) {
            Ok(())
        } else {
            Err(list["meta"].to_string())
        }
    })
    .await;
    for path in [
        "/api/applications?pageSize=200",
        "/api/applications?pageSize=200&page=50&sort=-displayName",
        "/api/applications?search=orders-09",
    ] {
        let began = Instant::now();
        let list = api.get(path).await.json();
        let took = began.elapsed();
        eprintln!("{path}: {took:?}");
        assert!(list["data"][0]["key"].is_string(), "{path}");
        assert_eq!(list["data"][0]["environments"], serde_json::json!([]));
        assert!(took < Duration::from_secs(3), "{path}: {took:?}");
    }
    assert_eq!(instance.stop(), Some(0));

    let again = serve.argument("--seed").argument("empty").start(&session);
    let list = again.account().await.get("/api/applications").await.json();
    assert_eq!(total(&list), Some(10_000), "{}", list["meta"]);
    let said = fs::read_to_string(session.log("instance")).expect("standard error");
    assert!(
        said.contains("--seed counts for a new instance only"),
        "{said}"
    );
}
