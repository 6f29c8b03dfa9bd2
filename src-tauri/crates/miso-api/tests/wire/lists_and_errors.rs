//! The envelopes: lists and errors.

use miso_api::*;
use serde_json::json;

use super::{at, both_ways, read, some, texts};

#[test]
fn a_page() {
    let wire = json!({
        "data": ["a", "b"],
        "meta": {"page": 2, "pageSize": 50, "total": 102, "totalPages": 3},
        "links": {"self": "/api/x?page=2", "first": "/api/x?page=1", "last": "/api/x?page=3",
                  "prev": "/api/x?page=1", "next": "/api/x?page=3"}
    });
    let page = Page {
        data: texts(&["a", "b"]),
        meta: Some(PageMeta {
            page: 2,
            page_size: 50,
            total: 102,
            total_pages: 3,
        }),
        links: Some(PageLinks {
            this: some("/api/x?page=2"),
            first: some("/api/x?page=1"),
            last: some("/api/x?page=3"),
            prev: some("/api/x?page=1"),
            next: some("/api/x?page=3"),
        }),
    };
    assert_eq!(page.total(), 102);
    both_ways(wire, page);
}

#[test]
fn a_page_is_read_tolerantly() {
    let bare: Page<String> = read(json!(["a", "b"]));
    assert_eq!((bare.total(), &bare.meta, &bare.links), (2, &None, &None));
    assert_eq!(bare.data, ["a", "b"]);
    let data_alone: Page<String> = read(json!({"data": ["a"], "more": true}));
    assert_eq!((data_alone.total(), data_alone.links), (1, None));
    let nulls: Page<String> = read(json!({"data": null, "meta": null, "links": null}));
    assert_eq!((nulls.total(), nulls.data.len()), (0, 0));
    let ends: Page<String> =
        read(json!({"data": [], "links": {"self": "/", "prev": null, "last": null}}));
    assert_eq!(ends.links.unwrap().prev, None);
    let meta = |sent: serde_json::Value| -> PageMeta {
        let page: Page<String> = read(json!({"data": ["a", "b"], "meta": sent}));
        page.meta.unwrap()
    };
    let said = |page, page_size, total, total_pages| PageMeta {
        page,
        page_size,
        total,
        total_pages,
    };
    assert_eq!(
        meta(json!({})),
        said(1, 2, 2, 1),
        "what came is all there is"
    );
    assert_eq!(
        meta(json!({"total": 9.0, "pageSize": null})),
        said(1, 2, 9, 5)
    );
    assert_eq!(meta(json!({"page": 3, "pageSize": 4})), said(3, 4, 10, 3));
    assert_eq!(meta(json!({"pageSize": 0, "total": 0})), said(1, 0, 0, 1));
    for other in [
        json!({}),
        json!({"error": {}}),
        json!("x"),
        json!(null),
        json!([1]),
    ] {
        let wrong = serde_json::from_str::<Page<String>>(&other.to_string());
        assert!(wrong.is_err(), "{other} is no page");
    }
    let wrong = serde_json::from_str::<Page<LogLine>>(r#"{"data":[{"id":"1"}]}"#).unwrap_err();
    assert!(wrong.to_string().contains("timestamp"), "{wrong}");
}

#[test]
fn the_error_envelope() {
    let wire = json!({"error": {
        "code": "VALIDATION_ERROR", "message": "The manifest breaks rules.",
        "details": [{"field": "configuration[0].name", "message": "…"}],
        "timestamp": "2026-11-24T08:00:00Z", "requestId": "req-1"
    }});
    let envelope = ErrorEnvelope {
        error: ErrorBody {
            code: ErrorCode::ValidationError,
            message: "The manifest breaks rules.".to_owned(),
            details: vec![ErrorDetail {
                field: "configuration[0].name".to_owned(),
                message: "…".to_owned(),
            }],
            timestamp: Some(at(8, 0)),
            request_id: some("req-1"),
        },
    };
    both_ways(wire, envelope);
    let least: ErrorEnvelope = read(json!({"error": {"code": "TEAPOT", "details": null}}));
    assert_eq!(least.error.code, ErrorCode::Unknown("TEAPOT".to_owned()));
    assert_eq!(
        (least.error.details, least.error.request_id),
        (vec![], None)
    );
    for other in [
        json!({}),
        json!({"error": "no"}),
        json!({"error": {"message": "no code"}}),
    ] {
        let wrong = serde_json::from_str::<ErrorEnvelope>(&other.to_string());
        assert!(wrong.is_err(), "{other} is no envelope");
    }
}

#[test]
fn the_codes_and_their_statuses() {
    let table = [
        ("VALIDATION_ERROR", 400),
        ("UNAUTHORIZED", 401),
        ("FORBIDDEN", 403),
        ("NOT_FOUND", 404),
        ("CONFLICT", 409),
        ("RATE_LIMITED", 429),
        ("INTERNAL_ERROR", 500),
        ("METHOD_NOT_ALLOWED", 405),
        ("PAYLOAD_TOO_LARGE", 413),
        ("UNSUPPORTED_MEDIA_TYPE", 415),
    ];
    assert_eq!(ErrorCode::KNOWN, table.map(|(word, _)| word));
    for (word, status) in table {
        assert_eq!(ErrorCode::from(word).status(), Some(status), "{word}");
    }
    assert_eq!(ErrorCode::from("TEAPOT").status(), None);
}
