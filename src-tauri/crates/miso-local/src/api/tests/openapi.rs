//! The OpenAPI document against what is served.

use std::collections::BTreeSet;
use std::path::Path;

use super::*;
use crate::api::{calls, openapi, optional_calls};

const METHODS: [&str; 5] = ["get", "put", "post", "delete", "patch"];

fn document() -> Value {
    openapi::document(&[]).unwrap()
}

/// Every operation: its path, its method, what is said of it.
fn operations(document: &Value) -> Vec<(String, &'static str, Value)> {
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in METHODS {
            if let Some(operation) = item.get(method) {
                all.push((path.clone(), method, operation.clone()));
            }
        }
    }
    all
}

/// A path with something in place of its parameters.
fn filled(path: &str) -> String {
    path.replace("{part}", "start.js")
        .split('/')
        .map(|part| if part.starts_with('{') { "any" } else { part })
        .collect::<Vec<_>>()
        .join("/")
}

#[tokio::test]
async fn every_entry_is_served_and_what_is_served_has_an_entry() {
    let bench = Bench::new();
    let token = bench.token_for("aino.laine").await;
    let document = document();
    for (path, item) in document["paths"].as_object().unwrap() {
        let request = Request::builder()
            .method("PROPFIND")
            .uri(filled(path))
            .header(header::HOST, HOST)
            .header(header::AUTHORIZATION, format!("Bearer {token}"));
        let answer = bench.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, 405, "{path} is not served: {}", answer.text);
        let served: BTreeSet<String> = answer
            .header("allow")
            .split(',')
            .map(|method| method.trim().to_lowercase())
            // Where there is a GET, a HEAD is the same without its body (RFC 9110 §9.3.2).
            .filter(|method| method != "head")
            .collect();
        let described: BTreeSet<String> = METHODS
            .into_iter()
            .filter(|method| item.get(*method).is_some())
            .map(str::to_owned)
            .collect();
        assert_eq!(served, described, "{path}");
    }
    // A path can come from `calls` alone: nothing else in this folder makes a route.
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/api");
    for file in std::fs::read_dir(folder).unwrap() {
        let file = file.unwrap().path();
        if file.extension().is_some_and(|kind| kind == "rs") {
            let text = std::fs::read_to_string(&file).unwrap();
            for maker in [".route(", ".nest(", "Router::new"] {
                assert!(!text.contains(maker), "{maker} in {}", file.display());
            }
        }
    }
    assert_eq!(
        operations(&document).len(),
        calls::all().len(),
        "each call is one operation"
    );
}

#[test]
fn every_operation_is_described() {
    let document = document();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let mut ids = BTreeSet::new();
    for (path, method, operation) in operations(&document) {
        let of = format!("{method} {path}");
        let id = text(&operation, "operationId");
        assert!(ids.insert(id), "{of}: its operationId comes twice");
        assert!(!text(&operation, "summary").is_empty(), "{of}");
        let tag = &operation["tags"][0];
        let tags = document["tags"].as_array().unwrap();
        assert!(
            tags.iter().any(|known| known["name"] == *tag),
            "{of}: {tag}"
        );
        let responses = operation["responses"].as_object().unwrap();
        let has = |status: &str| responses.contains_key(status);
        assert!(
            responses.keys().any(|status| status.starts_with('2')),
            "{of}"
        );
        assert!(has("403") && has("500"), "{of}");
        assert_eq!(has("429"), path.starts_with("/api/"), "{of}");
        let open = operation["security"] == json!([]) || operation["security"] == json!([{}]);
        assert!(has("401") || open, "{of}");
        assert_eq!(has("413"), operation.get("requestBody").is_some(), "{of}");
        for (status, response) in responses {
            assert!(!text(response, "description").is_empty(), "{of} {status}");
            let is_error = status.starts_with(['4', '5']);
            let schema = &response["content"]["application/json"]["schema"]["$ref"];
            let envelope = *schema == json!("#/components/schemas/ErrorEnvelope");
            assert_eq!(envelope, is_error, "{of} {status}");
        }
        // Each parameter of a path is described.
        for part in path.split('/').filter_map(|part| part.strip_prefix('{')) {
            let name = part.trim_end_matches('}');
            let parameters = operation["parameters"].as_array().unwrap();
            let found = parameters
                .iter()
                .any(|parameter| parameter["in"] == "path" && parameter["name"] == name);
            assert!(found, "{of}: {name}");
        }
    }
}

#[test]
fn every_reference_leads_somewhere() {
    let document = document();
    let mut left = vec![&document];
    while let Some(value) = left.pop() {
        match value {
            Value::Object(fields) => {
                if let Some(Value::String(reference)) = fields.get("$ref") {
                    let pointer = reference.strip_prefix('#').unwrap();
                    assert!(document.pointer(pointer).is_some(), "{reference}");
                }
                left.extend(fields.values());
            }
            Value::Array(values) => left.extend(values),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
}

/// The document is checked in, so that a change of the wire is seen. `MISO_WRITE=1` writes it anew.
#[test]
fn the_document_is_the_one_that_is_checked_in() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
    let made = serde_json::to_string_pretty(&document()).unwrap() + "\n";
    if std::env::var_os("MISO_WRITE").is_some() {
        std::fs::write(&file, &made).unwrap();
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        kept == made,
        "{} is not what the code says: run this test with MISO_WRITE=1",
        file.display()
    );
}

#[tokio::test]
async fn the_explorer_needs_neither_a_token_nor_the_internet() {
    let bench = Bench::new();
    let get = async |path: &str| {
        let request = Request::get(path).header(header::HOST, HOST);
        bench.send(request.body(Body::empty()).unwrap()).await
    };
    let page = get("/api/docs").await;
    assert_eq!(page.status, 200);
    assert!(page.header("content-type").starts_with("text/html"));
    let policy = page.header("content-security-policy").to_owned();
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    assert!(policy.contains("script-src 'self';"), "{policy}");
    assert!(page.headers.get(header::SET_COOKIE).is_none());
    let mut parts = 0;
    for attribute in page.text.split(['"', '\'']) {
        assert!(!attribute.starts_with("http") && !attribute.starts_with("//"));
        if attribute.starts_with("/api/docs/") {
            parts += 1;
            let part = get(attribute).await;
            assert_eq!(part.status, 200, "{attribute}");
            assert!(!part.text.is_empty());
        }
    }
    assert_eq!(parts, 3);
    assert!(
        get("/api/docs/start.js")
            .await
            .text
            .contains("/api/openapi.json")
    );
    assert_eq!(get("/api/docs/other.js").await.status, 404);
    let served = get("/api/openapi.json").await;
    assert_eq!(served.header("content-type"), "application/json");
    assert_eq!(served.json(), document());
    // What is not the document stays closed.
    assert_eq!(get("/api/documents").await.status, 401);
}

#[tokio::test]
async fn a_call_that_is_left_out_is_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let mut site = testing::site(folder.path(), RateLimit::Off, testing::no_command());
    site.without = optional_calls();
    let bench = Bench {
        site: Arc::new(site),
        _folder: folder,
    };
    let token = bench.token_for("aino.laine").await;
    assert_eq!(bench.create(&token, "left").await.status, 201);
    for path in [
        "/api/applications/left",
        "/api/applications/left/events",
        "/api/deployments",
        "/api/openapi.json",
    ] {
        let answer = bench.get(&token, path).await;
        let details = &answer.json()["error"]["details"];
        // 405 where another method of the path is there.
        assert!(
            answer.status == 405 || details[0]["field"] == "path",
            "{path}: {}",
            answer.text
        );
    }
    for path in [
        "/api/applications",
        "/api/applications/left/health",
        "/api/applications/left/logs",
        "/api/docs",
    ] {
        assert_eq!(bench.get(&token, path).await.status, 200, "{path}");
    }
    let described = openapi::document(&bench.site.without).unwrap();
    let ids: Vec<String> = operations(&described)
        .iter()
        .map(|(_, _, operation)| text(operation, "operationId"))
        .collect();
    assert!(ids.iter().any(|id| id == "listApplications"));
    assert!(ids.iter().all(|id| !optional_calls().contains(id)));
}
