//! What applications tell the platform, read again.

use super::*;

#[tokio::test]
async fn what_is_told_is_listed_counted_and_exported() {
    let bench = Bench::new();
    let admin = bench.token_for("aino.laine").await;
    let token = bench.application_token("dev", "orders-api").await;
    let tell = async |body: Value| {
        bench
            .v1(As::Client(&token), "POST", "/logs", Some(body))
            .await
    };
    let told = tell(
        json!({"type": "general", "data": {"level": "info", "message": "an order, \"42\"",
        "context": {"order": 42}, "applicationId": null, "correlationId": "c-1"}}),
    )
    .await;
    assert_eq!(
        steady(told.json(), &["/timestamp"]),
        json!({"success": true, "message": "The entry is kept.", "data": null, "timestamp": "…"})
    );
    tell(json!({"type": "error", "data": {"message": "no stock", "level": "error"}})).await;
    tell(
        json!({"type": "audit", "data": {"entityType": "Order", "entityId": "42",
        "action": "CREATE", "userId": {"id": "u-1"}}}),
    )
    .await;
    for wrong in [
        json!({"type": "general", "data": {"level": "loud", "message": "x"}}),
        json!({"type": "general", "data": {"level": "info"}}),
        json!({"type": "audit", "data": {"entityType": "Order"}}),
        json!({"type": "gossip", "data": {}}),
        json!({"type": "general"}),
    ] {
        assert_eq!(tell(wrong.clone()).await.status, 400, "{wrong}");
    }

    let batch = json!({"logs": [
        {"timestamp": "2026-01-31T12:00:00.000Z", "level": "warn", "message": "slow",
            "environment": "tst", "application": "billing"},
        {"timestamp": "2026-01-31T12:00:01.000Z", "level": "audit", "message": "Audit: UPDATE",
            "context": {"action": "UPDATE", "resource": "/orders/42"}},
        {"level": "info"},
    ]});
    let answer = bench
        .v1(As::Client(&token), "POST", "/logs/batch", Some(batch))
        .await
        .json();
    assert_eq!(
        steady(answer, &["/timestamp"]),
        json!({"success": false, "message": "2 entries are kept, 1 were refused.",
            "processed": 2, "failed": 1, "data": {"processed": 2, "failed": 1},
            "errors": [{"index": 2, "error": "message: is required, a text",
                "log": {"level": "info"}}],
            "timestamp": "…"})
    );

    let general = bench
        .v1_get(&admin, "/logs/general?sort=-timestamp")
        .await
        .json();
    assert_eq!(general["meta"]["totalItems"], 3);
    assert_eq!(general["meta"]["type"], "generalLog");
    assert!(
        general["links"]["first"].is_string(),
        "some clients need them"
    );
    let found = bench
        .v1_get(&admin, "/logs/general?correlationId=c-1")
        .await
        .json();
    let entry = steady(found["data"][0].clone(), &["/timestamp", "/id"]);
    assert_eq!(
        entry,
        json!({"timestamp": "…", "id": "…", "level": "info", "message": "an order, \"42\"",
            "context": {"order": 42}, "correlationId": "c-1", "environment": "dev",
            "application": "orders-api"})
    );
    let id = text(&found["data"][0], "id");
    let one = bench
        .v1_get(&admin, &format!("/logs/general/{id}"))
        .await
        .json();
    assert_eq!(one["data"], found["data"][0]);
    for other in [
        format!("/logs/audit/{id}"),
        format!("/logs/general/0{id}"),
        "/logs/general/x".to_owned(),
    ] {
        assert_eq!(bench.v1_get(&admin, &other).await.status, 404, "{other}");
    }
    for (query, count) in [
        ("environment=tst", 1),
        ("level=error", 1),
        ("search=STOCK", 1),
        ("endDate=2026-02-01T00:00:00Z", 1),
        ("startDate=2026-02-01T00:00:00Z", 2),
        ("applicationId=none", 0),
    ] {
        let list = bench
            .v1_get(&admin, &format!("/logs/general?{query}"))
            .await
            .json();
        assert_eq!(list["meta"]["totalItems"], count, "{query}");
    }
    let audit = bench
        .v1_get(&admin, "/logs/audit?action=UPDATE")
        .await
        .json();
    assert_eq!(audit["data"][0]["entityType"], "/orders/42", "{audit}");
    let by_user = bench.v1_get(&admin, "/logs/audit?userId=u-1").await.json();
    assert_eq!(by_user["meta"]["totalItems"], 1);

    let summary = bench.v1_get(&admin, "/logs/stats/summary").await.json();
    assert_eq!(
        summary["data"],
        json!({"totalLogs": 3, "byLevel": {"error": 1, "info": 1, "warn": 1},
            "byApplication": {"billing": 1, "orders-api": 2}, "environment": "all"})
    );
    let errors = bench
        .v1_get(&admin, "/logs/stats/errors?environment=dev")
        .await
        .json();
    assert_eq!(
        errors["data"],
        json!({"totalErrors": 1, "topErrors": [{"message": "no stock", "count": 1}],
            "environment": "dev"})
    );
    let users = bench.v1_get(&admin, "/logs/stats/users").await.json();
    assert_eq!(
        users["data"],
        json!({"totalUsers": 1, "topUsers": [{"userId": "u-1", "actionCount": 1}],
            "byAction": {"CREATE": 1, "UPDATE": 1}, "environment": "all"})
    );
    let applications = bench
        .v1_get(&admin, "/logs/stats/applications")
        .await
        .json();
    assert_eq!(applications["data"]["totalApplications"], 2);
    let csv = bench
        .v1_get(&admin, "/logs/export?format=csv&level=info")
        .await;
    let line = csv.text.lines().nth(1).unwrap();
    assert!(
        line.ends_with("\"orders-api\",\"an order, \"\"42\"\"\",\"c-1\""),
        "{line}"
    );
    let whole = bench
        .v1_get(&admin, "/logs/export?type=audit&limit=1")
        .await
        .json();
    assert_eq!(whole["meta"]["count"], 1);
    assert_eq!(whole["data"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn who_reads_and_who_writes_logs_is_looked_at() {
    let bench = Bench::new();
    let developer = bench.token_for("mikko.saari").await;
    let viewer = bench.token_for("elena.novak").await;
    let entry = json!({"type": "general", "data": {"level": "info", "message": "x"}});
    assert_eq!(
        bench
            .v1_post(&developer, "/logs", entry.clone())
            .await
            .status,
        200
    );
    assert_eq!(bench.v1_post(&viewer, "/logs", entry).await.status, 403);
    assert_eq!(bench.v1_get(&developer, "/logs/general").await.status, 403);
    let read = bench.v1_get(&viewer, "/logs/general").await.json();
    assert_eq!(
        read["data"][0]["environment"], "miso",
        "of no application's: {read}"
    );
    assert_eq!(bench.v1_get(&viewer, "/logs/audit").await.status, 403);
    assert_eq!(bench.v1_get(&viewer, "/logs/jobs").await.status, 200);
}
