use proptest::prelude::*;
use serde_json::json;

use super::*;

fn base() -> Url {
    Url::parse("https://miso.example/").unwrap()
}

fn document() -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {"title": "Miso API", "version": "7"},
        "tags": [{"name": "Second"}, {"name": "First"}],
        "paths": {
            "/api/a": {
                "get": {"summary": " Lists\n  them ", "tags": ["First"], "deprecated": true},
                "trace": {"summary": "never"},
            },
            "/api/b/{key}": {
                "parameters": [
                    {"name": "key", "in": "path", "schema": {"type": "string"}},
                    {"name": "limit", "in": "query", "schema": {"type": "integer"}},
                ],
                "put": {
                    "tags": ["Second"],
                    "parameters": [
                        {"$ref": "#/components/parameters/Limit"},
                        {"name": "If-Match", "in": "header", "schema": {"type": "string"}},
                        {"name": "Authorization", "in": "header"},
                        {"name": "session", "in": "cookie"},
                        {"name": "level", "in": "query", "schema": {"type": "array",
                            "items": {"type": "string", "enum": ["info", "error"]}}},
                        "nonsense",
                    ],
                    "requestBody": {"$ref": "#/components/requestBodies/Node"},
                },
            },
            "x-ours": {"get": {}},
            "/api/odd": "text",
        },
        "components": {
            "parameters": {"Limit": {"name": "limit", "in": "query", "required": true,
                "example": 20, "schema": {"type": ["integer", "null"], "format": "int32"}}},
            "requestBodies": {"Node": {"required": true, "content": {
                "application/json; charset=utf-8": {
                    "schema": {"$ref": "#/components/schemas/Node"}}}}},
            "schemas": {
                "Node": {"type": "object", "required": ["name", "kind", "id"], "properties": {
                    "id": {"type": "string", "readOnly": true},
                    "name": {"type": "string", "description": "Its name."},
                    "kind": {"$ref": "#/components/schemas/Kind", "description": "Which."},
                    "children": {"type": "array",
                        "items": {"$ref": "#/components/schemas/Node"}},
                    "parent": {"oneOf": [{"type": "null"},
                        {"$ref": "#/components/schemas/Node"}]},
                }},
                "Kind": {"type": "string", "enum": ["leaf", "branch"]},
            },
        },
    })
}

#[test]
fn a_document_is_its_operations_by_tag() {
    let all = operations(&document(), &base()).unwrap();
    let rows: Vec<_> = all
        .operations
        .iter()
        .map(|row| (row.method.as_str(), row.path.as_str(), row.tag.as_deref()))
        .collect();
    assert_eq!(
        rows,
        [
            ("PUT", "/api/b/{key}", Some("Second")),
            ("GET", "/api/a", Some("First")),
        ]
    );
    assert_eq!(all.operations[1].summary.as_deref(), Some("Lists them"));
    assert!(all.operations[1].deprecated && !all.operations[1].writes);
    assert!(all.operations[0].writes);
    assert_eq!(all.left_out, 1, "what has no path");
    assert_eq!(
        (all.title.as_deref(), all.version.as_deref()),
        (Some("Miso API"), Some("7"))
    );
}

#[test]
fn an_operation_says_what_it_takes() {
    let put = operation(&document(), &base(), "PUT", "/api/b/{key}").unwrap();
    let parameters: Vec<_> = put
        .parameters
        .iter()
        .map(|one| {
            (
                one.name.as_str(),
                one.place,
                one.required,
                one.kind.as_str(),
            )
        })
        .collect();
    assert_eq!(
        parameters,
        [
            ("key", ApiPlace::Path, true, "string"),
            ("limit", ApiPlace::Query, true, "integer (int32)"),
            ("If-Match", ApiPlace::Header, false, "string"),
            ("level", ApiPlace::Query, false, "array of string"),
        ]
    );
    assert_eq!(put.parameters[1].example.as_deref(), Some("20"));
    assert!(put.parameters[3].repeats);
    let body = put.body.unwrap();
    assert!(body.required && body.json && !body.cut);
    let example: Value = serde_json::from_str(&body.example).unwrap();
    assert_eq!(example, json!({"name": "", "kind": "leaf"}));
    let fields: Vec<_> = body
        .fields
        .iter()
        .map(|field| (field.path.as_str(), field.kind.as_str(), field.required))
        .collect();
    assert_eq!(
        fields,
        [
            ("id", "string", true),
            ("name", "string", true),
            ("kind", "string", true),
            ("children", "array of object", false),
            ("parent", "object", false),
        ],
        "what holds itself ends where it comes again"
    );
    assert_eq!(body.fields[2].description.as_deref(), Some("Which."));
    assert_eq!(body.fields[2].choices, ["leaf", "branch"]);
    for (method, path) in [
        ("GET", "/api/b/{key}"),
        ("TRACE", "/api/a"),
        ("GET", "/api/c"),
    ] {
        assert_eq!(
            operation(&document(), &base(), method, path),
            None,
            "{method} {path}"
        );
    }
}

#[test]
fn version_3_0_says_the_same_in_its_own_words() {
    let document = json!({"openapi": "3.0.3", "paths": {"/a": {"post": {"requestBody": {
    "content": {"application/json": {
        "examples": {"one": {"$ref": "#/components/examples/One"}},
        "schema": {"allOf": [
            {"$ref": "#/components/schemas/Base"},
            {"properties": {"more": {"type": "boolean", "nullable": true}}},
        ]},
    }}}}}},
    "components": {
        "examples": {"One": {"value": {"key": "shop"}}},
        "schemas": {"Base": {"type": "object", "properties": {"key": {"type": "string"}}}},
    }});
    let body = operation(&document, &base(), "POST", "/a")
        .unwrap()
        .body
        .unwrap();
    assert_eq!(body.example, "{\n  \"key\": \"shop\"\n}");
    let paths: Vec<_> = body
        .fields
        .iter()
        .map(|field| field.path.as_str())
        .collect();
    assert_eq!(paths, ["key", "more"]);
    assert_eq!(body.fields[1].choices, ["true", "false"]);
}

#[test]
fn paths_stand_below_the_server_that_the_document_names() {
    let below = |server: &str, base: &str| {
        let document = json!({"servers": [{"url": server}], "paths": {"/a": {"get": {}}}});
        let base = Url::parse(base).unwrap();
        let all = operations(&document, &base).unwrap();
        let path = all.operations[0].path.clone();
        assert!(
            operation(&document, &base, "GET", &path).is_some(),
            "{path}"
        );
        path
    };
    for (server, base, path) in [
        ("/", "https://h/", "/a"),
        ("/api/v1", "https://h/", "/api/v1/a"),
        ("https://h/miso/api/", "https://h/miso/", "/api/a"),
        ("https://elsewhere/api", "https://h/", "/a"),
        ("/other", "https://h/miso/", "/a"),
        ("/{tenant}", "https://h/", "/a"),
    ] {
        assert_eq!(below(server, base), path, "{server} at {base}");
    }
}

#[test]
fn thousands_of_operations_are_listed_and_what_is_beyond_is_counted() {
    let paths: serde_json::Map<_, _> = (0..MOST + 5)
        .map(|number| (format!("/api/{number}"), json!({"get": {"tags": ["all"]}})))
        .collect();
    let all = operations(&json!({"paths": paths}), &base()).unwrap();
    assert_eq!((all.operations.len(), all.left_out), (MOST, 5));
}

#[test]
fn what_refers_to_itself_and_what_is_very_deep_has_an_end() {
    let mut deep = json!({"type": "string"});
    for _ in 0..100 {
        deep = json!({"properties": {"a": deep, "b": {"$ref": "#/components/schemas/Wide"}}});
    }
    let wide: serde_json::Map<_, _> = (0..50)
        .map(|number| {
            let field = json!({"allOf": [{"$ref": "#/components/schemas/Wide"},
                {"$ref": "#/components/schemas/Other"}]});
            (format!("f{number}"), field)
        })
        .collect();
    let required: Vec<_> = wide.keys().cloned().collect();
    let many: serde_json::Map<_, _> = (0..1_000)
        .map(|number| (format!("f{number}"), json!({"type": "string"})))
        .collect();
    let document = json!({
        "paths": {"/f": {"post": {"requestBody": {"content": {"application/json": {
            "schema": {"properties": many}}}}}},
            "/a": {"post": {"requestBody": {"content": {"application/json": {
            "schema": {"$ref": "#/components/schemas/Wide"}}}}}},
            "/b": {"post": {"requestBody": {"content": {"application/json": {"schema": deep}}}}},
            "/c": {"post": {"requestBody": {"$ref": "#/paths/~1c/post/requestBody"}}},
            "/d": {"$ref": "#/paths/~1d"},
            "/e": {"post": {"requestBody": {"content": {"application/json": {
                "schema": {"$ref": "https://elsewhere/schema.json"}}}}}}},
        "components": {"schemas": {
            "Wide": {"properties": wide, "required": required},
            "Other": {"properties": {"w": {"items": {"$ref": "#/components/schemas/Wide"}}}},
        }},
    });
    let body = |path: &str| operation(&document, &base(), "POST", path).unwrap().body;
    let wide = body("/a").unwrap();
    assert!(
        !wide.cut && wide.fields.len() == 50,
        "it comes again in each of its fields"
    );
    assert!(wide.example.len() <= 64 * 1024);
    assert!(body("/b").unwrap().fields.len() <= 400);
    let many = body("/f").unwrap();
    assert!(many.cut && many.fields.len() == 400);
    assert_eq!(body("/c"), None);
    assert_eq!(body("/e").unwrap().example, "null");
    assert_eq!(operation(&document, &base(), "GET", "/d"), None);
}

/// What is given once and referred to again and again is a small document and a large example.
#[test]
fn an_example_is_bounded_however_often_the_document_gives_the_same() {
    let names: Vec<String> = (0..1_000).map(|number| format!("field-{number}")).collect();
    let field = json!({"$ref": "#/components/schemas/Large"});
    let fields: serde_json::Map<_, _> = names
        .iter()
        .map(|name| (name.clone(), field.clone()))
        .collect();
    let of = |default: Value| {
        let mut document = document();
        document["components"]["schemas"]["Node"] = json!({"type": "object", "required": names,
            "properties": fields});
        document["components"]["schemas"]["Large"] = json!({"type": "string", "default": default});
        let operation = operation(&document, &base(), "PUT", "/api/b/{key}").unwrap();
        let example: Value = serde_json::from_str(&operation.body.unwrap().example).unwrap();
        example.as_object().unwrap().clone()
    };
    let huge = of("x".repeat(1 << 20).into());
    assert!(
        huge.len() > 100 && huge.values().all(|value| value == ""),
        "as if none was given"
    );
    let large = of("x".repeat(1_000).into());
    let given = large.values().filter(|value| *value != "").count();
    assert!((50..=64).contains(&given), "as many as fit: {given}");
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "[a-z$/#{}]{0,12}".prop_map(Value::from),
        Just(json!({"$ref": "#/paths/~1a"})),
        Just(json!({"$ref": "#"})),
    ];
    leaf.prop_recursive(6, 200, 8, |inner| {
        let name = prop_oneof![
            Just("get"),
            Just("post"),
            Just("parameters"),
            Just("requestBody"),
            Just("content"),
            Just("application/json"),
            Just("schema"),
            Just("properties"),
            Just("items"),
            Just("allOf"),
            Just("oneOf"),
            Just("required"),
            Just("enum"),
            Just("type"),
            Just("in"),
            Just("name"),
            Just("example"),
            Just("examples"),
            Just("tags"),
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((name, inner), 0..6).prop_map(|fields| {
                let fields = fields.into_iter();
                Value::Object(
                    fields
                        .map(|(name, value)| (name.to_owned(), value))
                        .collect(),
                )
            }),
        ]
    })
}

proptest! {
    /// Whatever a document holds where, what is listed can be looked at, and what is made is JSON.
    #[test]
    fn any_document_is_read_to_an_end(item in any_value(), components in any_value()) {
        let document = json!({"paths": {"/a": item}, "components": components});
        let all = operations(&document, &base()).unwrap();
        for row in all.operations {
            let one = operation(&document, &base(), &row.method, &row.path);
            if let Some(body) = one.unwrap().body.filter(|body| body.json) {
                prop_assert!(serde_json::from_str::<Value>(&body.example).is_ok());
            }
        }
    }
}
