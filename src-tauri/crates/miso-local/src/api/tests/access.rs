//! Who may do what with one application.

use super::*;

const PATH: &str = "/api/applications/my-app/access";

fn grant(role: &str, environments: &[&str]) -> Value {
    json!({"subjectType": "user", "role": role, "environments": environments})
}

async fn deploys(bench: &Bench, token: &str, environment: &str) -> u16 {
    let body = json!({"environment": environment, "image": "miso/hello:1.0", "dryRun": true});
    let path = "/api/applications/my-app/deploy";
    bench.post(token, path, &body).await.status.as_u16()
}

#[tokio::test]
async fn a_row_gives_what_its_role_gives_there_and_no_more() {
    let bench = Bench::new();
    let admin = bench.token_for("aino.laine").await;
    bench.create(&admin, "my-app").await;
    bench.create(&admin, "another").await;
    let viewer = bench.token_for("elena.novak").await;
    assert_eq!(deploys(&bench, &viewer, "dev").await, 403);
    let row = format!("{PATH}/elena.novak");
    let given = bench.put(&admin, &row, &grant("developer", &["dev"])).await;
    assert_eq!(given.status, 200, "{}", given.text);
    let expected = json!({"subject": "elena.novak", "subjectType": "user",
        "role": "developer", "environments": ["dev"]});
    assert_eq!(given.json(), expected);
    assert_eq!(bench.get(&viewer, PATH).await.json(), json!([expected]));

    assert_eq!(deploys(&bench, &viewer, "dev").await, 200);
    assert_eq!(deploys(&bench, &viewer, "test").await, 403);
    let body = json!({"environment": "dev", "image": "miso/hello:1.0"});
    let another = "/api/applications/another/deploy";
    assert_eq!(bench.post(&viewer, another, &body).await.status, 403);
    assert_eq!(bench.create(&viewer, "third").await.status, 403);
    let permissions = async |query: &str| {
        let path = format!("/api/users/me/permissions?{query}");
        bench.get(&viewer, &path).await.text
    };
    let deploy = "applications:deploy";
    assert!(
        permissions("application=my-app&environment=dev")
            .await
            .contains(deploy)
    );
    assert!(
        !permissions("application=my-app&environment=test")
            .await
            .contains(deploy)
    );
    assert!(
        !permissions("application=another&environment=dev")
            .await
            .contains(deploy)
    );
    assert!(!permissions("environment=dev").await.contains(deploy));
    let entry = bench.get(&viewer, "/api/applications/my-app").await.json();
    let entry = entry["environments"][0]["permissions"].to_string();
    assert!(entry.contains(deploy) && !entry.contains("environments:update"));

    let replaced = bench.put(&admin, &row, &grant("viewer", &["dev"])).await;
    assert_eq!(replaced.status, 200);
    assert_eq!(deploys(&bench, &viewer, "dev").await, 403);
    assert_eq!(bench.delete(&admin, &row).await.status, 204);
    assert_eq!(bench.delete(&admin, &row).await.status, 404);
    assert_eq!(bench.get(&admin, PATH).await.json(), json!([]));
}

#[tokio::test]
async fn a_group_counts_and_a_name_is_percent_encoded() {
    let bench = Bench::new();
    let admin = bench.token_for("aino.laine").await;
    bench.create(&admin, "my-app").await;
    let viewer = bench.token_for("elena.novak").await;
    let group = json!({"subjectType": "group", "role": "developer", "environments": ["test"]});
    let put = bench.put(&admin, &format!("{PATH}/viewers"), &group).await;
    assert_eq!(put.status, 200, "{}", put.text);
    assert_eq!(deploys(&bench, &viewer, "test").await, 200);
    // A user of the group's name is not the group.
    let named = grant("developer", &["test"]);
    let named = bench.put(&admin, &format!("{PATH}/viewers"), &named).await;
    assert_eq!(named.status, 200);
    assert_eq!(deploys(&bench, &viewer, "test").await, 403);
    let address = format!("{PATH}/elena.novak%40example.com");
    let put = bench
        .put(&admin, &address, &grant("admin", &["prod"]))
        .await;
    assert_eq!(put.json()["subject"], "elena.novak@example.com");
    assert_eq!(deploys(&bench, &viewer, "prod").await, 200);
    let odd = grant("viewer", &["dev"]);
    let odd = bench.put(&admin, &format!("{PATH}/team%2Fone"), &odd).await;
    assert_eq!(odd.json()["subject"], "team/one");
}

#[tokio::test]
async fn an_administrator_of_one_environment_rules_there_alone() {
    let bench = Bench::new();
    let admin = bench.token_for("aino.laine").await;
    bench.create(&admin, "my-app").await;
    let row = format!("{PATH}/mikko.saari");
    bench.put(&admin, &row, &grant("admin", &["dev"])).await;
    let mikko = bench.token_for("mikko.saari").await;
    let other = format!("{PATH}/elena.novak");
    let put = async |environments: &[&str]| {
        let given = bench
            .put(&mikko, &other, &grant("user", environments))
            .await;
        given.status.as_u16()
    };
    assert_eq!(put(&["dev"]).await, 200);
    assert_eq!(put(&["dev", "prod"]).await, 403);
    bench.put(&admin, &other, &grant("user", &["prod"])).await;
    assert_eq!(put(&["dev"]).await, 403, "it would take production away");
    assert_eq!(bench.delete(&mikko, &other).await.status, 403);
    let application = bench.delete(&mikko, "/api/applications/my-app?force=true");
    assert_eq!(application.await.status, 403);
}

#[tokio::test]
async fn a_row_that_is_not_as_it_must_be_is_named() {
    let bench = Bench::new();
    let admin = bench.token_for("aino.laine").await;
    bench.create(&admin, "my-app").await;
    for (body, field) in [
        (
            json!({"role": "viewer", "environments": ["dev"]}),
            "subjectType",
        ),
        (grant("king", &["dev"]), "role"),
        (grant("viewer", &[]), "environments"),
        (grant("viewer", &["dev", "moon"]), "environments[1]"),
        (grant("developer", &["prod"]), "environments"),
    ] {
        let refused = bench.put(&admin, &format!("{PATH}/x"), &body).await;
        assert_eq!(refused.status, 400, "{body}: {}", refused.text);
        let details = &refused.json()["error"]["details"];
        assert_eq!(details[0]["field"], field, "{body}");
    }
    let developer = bench.token_for("mikko.saari").await;
    let refused = bench
        .put(&developer, &format!("{PATH}/x"), &grant("viewer", &["dev"]))
        .await;
    assert_eq!(refused.status, 403);
    assert!(refused.text.contains("access:update"));
}

#[tokio::test]
async fn access_is_asked_for_decided_once_and_has_effect() {
    let bench = Bench::new();
    let admin = bench.token_for("aino.laine").await;
    bench.create(&admin, "my-app").await;
    let elena = bench.token_for("elena.novak").await;
    let wish = |environments: &[&str]| {
        json!({"applicationKey": "my-app", "role": "developer",
            "environments": environments, "reason": "The release is mine."})
    };
    let path = "/api/access-requests";
    let asked = bench.post(&elena, path, &wish(&["dev"])).await;
    assert_eq!(asked.status, 201, "{}", asked.text);
    let request = asked.json();
    assert_eq!(request["status"], "pending");
    assert_eq!(request["requestedBy"], "elena.novak");
    let same = bench.post(&elena, path, &wish(&["dev"])).await;
    assert_eq!(same.status, 409);

    let mikko = bench.token_for("mikko.saari").await;
    let seen = async |token: &str| bench.get(token, path).await.json()["meta"]["total"].clone();
    assert_eq!(seen(&elena).await, 1);
    assert_eq!(seen(&admin).await, 1);
    assert_eq!(seen(&mikko).await, 0, "it is not his to see");
    let one = format!("{path}/{}", text(&request, "id"));
    let decide = async |token: &str, decision: &str| {
        let body = json!({"decision": decision, "note": "Gladly."});
        bench.write(token, ("PATCH", &one), &body, "").await
    };
    assert_eq!(decide(&elena, "approved").await.status, 403);
    assert_eq!(decide(&mikko, "approved").await.status, 404);
    assert_eq!(decide(&admin, "perhaps").await.status, 400);
    let approved = decide(&admin, "approved").await;
    assert_eq!(approved.status, 200, "{}", approved.text);
    let approved = approved.json();
    assert_eq!(approved["status"], "approved");
    assert_eq!(approved["decidedBy"], "aino.laine");
    assert_eq!(approved["note"], "Gladly.");
    assert_eq!(deploys(&bench, &elena, "dev").await, 200);
    assert_eq!(decide(&admin, "denied").await.status, 409);

    // The same role elsewhere is added, what is denied is not given.
    let more = text(
        &bench.post(&elena, path, &wish(&["test"])).await.json(),
        "id",
    );
    let body = json!({"decision": "approved"});
    let more = format!("{path}/{more}");
    bench.write(&admin, ("PATCH", &more), &body, "").await;
    let rows = bench.get(&admin, PATH).await.json();
    assert_eq!(rows[0]["environments"], json!(["dev", "test"]));
    let king = json!({"applicationKey": "my-app", "role": "admin", "environments": ["prod"]});
    let king = text(&bench.post(&elena, path, &king).await.json(), "id");
    let denied = json!({"decision": "denied"});
    let king = format!("{path}/{king}");
    bench.write(&admin, ("PATCH", &king), &denied, "").await;
    assert_eq!(deploys(&bench, &elena, "prod").await, 403);
    let pending = bench.get(&admin, &format!("{path}?status=denied")).await;
    assert_eq!(pending.json()["meta"]["total"], 1);
    let nobody = json!({"applicationKey": "nobody", "role": "viewer", "environments": ["dev"]});
    assert_eq!(bench.post(&elena, path, &nobody).await.status, 404);
    assert_eq!(bench.post(&elena, path, &json!({})).await.status, 400);
}
