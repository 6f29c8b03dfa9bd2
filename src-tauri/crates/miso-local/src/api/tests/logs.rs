//! Logs over the API.

use super::*;

#[tokio::test]
async fn logs_are_paged_by_cursor() {
    let bench = Bench::new();
    let token = bench.token_for("elena.novak").await;
    let admin = bench.token_for("aino.laine").await;
    let mut sent = manifest("quiet");
    // A first deployment would write lines of its own.
    sent["type"] = json!("external");
    sent.as_object_mut().unwrap().shift_remove("image");
    assert_eq!(
        bench.post(&admin, "/api/applications", &sent).await.status,
        201
    );
    let empty = bench
        .get(&token, "/api/applications/quiet/logs?order=asc")
        .await
        .json();
    assert_eq!(empty["data"], json!([]));
    let cursor = text(&empty, "nextCursor");
    let place = Place::new("quiet", "dev");
    let noted = place.clone();
    bench
        .site
        .store
        .call(move |db| {
            db.execute(
                "INSERT INTO placements (application, environment, deployment) VALUES ('quiet', 'dev', 'x')",
                [],
            )?;
            placements::set_error(db, &noted, None)
        })
        .await
        .unwrap();
    let log = bench.site.platform.logs.of(&place).unwrap();
    for number in 0..5 {
        log.append(
            store::now(),
            Said::printed(Stream::Stdout, "quiet-1", &format!("line {number}")),
        )
        .unwrap();
    }
    let page = async |cursor: String| {
        let path = format!("/api/applications/quiet/logs?order=asc&limit=2&cursor={cursor}");
        bench.get(&token, &path).await.json()
    };
    let first = page(cursor).await;
    assert_eq!(first["data"][1]["message"], "line 1");
    let second = page(text(&first, "nextCursor")).await;
    assert_eq!(second["data"][0]["message"], "line 2");
    let newest = bench
        .get(&token, "/api/applications/quiet/logs?limit=1")
        .await
        .json();
    assert_eq!(newest["data"][0]["message"], "line 4");
    for query in [
        "limit=0",
        "limit=10001",
        "order=up",
        "level=loud",
        "since=yesterday",
        "cursor=x",
    ] {
        let refused = bench
            .get(&token, &format!("/api/applications/quiet/logs?{query}"))
            .await;
        assert_eq!(refused.status, 400, "{query}");
    }
    let descending = format!(
        "/api/applications/quiet/logs?order=desc&cursor={}",
        text(&second, "nextCursor")
    );
    assert_eq!(
        bench.get(&token, &descending).await.status,
        400,
        "a cursor belongs to its order"
    );
}
