//! What an answer is wrapped in (API-V1.md §1.3, §1.4). Three shapes live side by side, and some calls
//! answer without any.

use serde_json::Value;

use super::Fields;

/// The words of the envelope itself.
const OF_THE_ENVELOPE: [&str; 6] = ["success", "data", "message", "timestamp", "meta", "links"];
/// Where clients have met a list.
const LISTS: [&str; 5] = [
    "data",
    "items",
    "deployments",
    "applications",
    "environments",
];

/// Why an answer is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NotAnswered {
    /// It is empty, or it is not what it should be.
    NotThis,
    /// It says that it failed, whatever its status; in its own words.
    Refused(Option<String>),
}

/// A page of a list, and what it says of the rest.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Listed {
    /// The entries.
    pub rows: Vec<Value>,
    /// In the whole list, where that is said.
    pub total: Option<u32>,
    /// Which page this is, where that is said.
    page: Option<u32>,
    size: Option<u32>,
    pages: Option<u32>,
    /// Whether there is a page after it, by its links.
    next: Option<bool>,
}

/// The one thing that an answer is: below `data`, or flat.
pub(crate) fn item(body: &Value) -> Result<Value, NotAnswered> {
    let fields = Fields::of(body);
    if fields.is_empty() {
        return Err(NotAnswered::NotThis);
    }
    if fields.flag(&["success"]) == Some(false) {
        let words = fields.text(&["message", "detail", "title", "error"]);
        return Err(NotAnswered::Refused(words));
    }
    if let Some(data) = body.get("data").filter(|data| data.is_object()) {
        return Ok(data.clone());
    }
    let mut flat = fields.all();
    if body.get("data").is_some()
        || flat
            .keys()
            .all(|name| OF_THE_ENVELOPE.contains(&name.as_str()))
    {
        return Err(NotAnswered::NotThis);
    }
    flat.remove("success");
    Ok(Value::Object(flat))
}

/// The list that an answer is: in an envelope, in another one, or by itself.
pub(crate) fn list(body: &Value) -> Result<Listed, NotAnswered> {
    if let Value::Array(rows) = body {
        return Ok(Listed {
            rows: rows.clone(),
            ..Listed::default()
        });
    }
    let fields = Fields::of(body);
    if fields.flag(&["success"]) == Some(false) {
        let words = fields.text(&["message", "detail", "title", "error"]);
        return Err(NotAnswered::Refused(words));
    }
    let rows = rows_in(body).ok_or(NotAnswered::NotThis)?;
    let inner = fields.object("data");
    let meta = match fields.object("meta") {
        meta if meta.is_empty() => inner.object("meta"),
        meta => meta,
    };
    let links = match body.get("links").or_else(|| body["data"].get("links")) {
        Some(Value::Object(links)) => Some(links.get("next").is_some_and(|next| !next.is_null())),
        Some(_) | None => None,
    };
    Ok(Listed {
        rows,
        total: meta.count(&["totalItems", "total"]),
        page: meta.count(&["currentPage", "page"]),
        size: meta.count(&["pageSize", "page_size"]),
        pages: meta.count(&["totalPages"]),
        next: links,
    })
}

impl Listed {
    /// Whether another page is worth asking for: this one is the `number`th, asked for with so many
    /// entries.
    pub(crate) fn goes_on(&self, number: u32, asked: u32) -> bool {
        let rows = u32::try_from(self.rows.len()).unwrap_or(u32::MAX);
        if rows == 0 {
            return false;
        }
        let number = self.page.unwrap_or(number).max(number);
        if let Some(pages) = self.pages {
            return number < pages;
        }
        if let Some(total) = self.total {
            let size = self.size.filter(|size| *size > 0).unwrap_or(rows);
            return number.saturating_mul(size) < total;
        }
        // A list that says nothing of itself is whole, unless it is as long as a page may be.
        self.next.unwrap_or(rows == asked)
    }
}

/// The entries, wherever they stand; `data: null` is a list without any.
fn rows_in(body: &Value) -> Option<Vec<Value>> {
    let fields = body.as_object()?;
    let found = LISTS.iter().find_map(|name| fields.get(*name)?.as_array());
    if let Some(rows) = found {
        return Some(rows.clone());
    }
    match fields.get("data")? {
        Value::Null => Some(Vec::new()),
        inner => {
            let inner = inner.as_object()?;
            let rows = LISTS.iter().find_map(|name| inner.get(*name)?.as_array());
            rows.cloned()
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    /// API-V1.md §1.3, literally.
    #[test]
    fn one_thing_is_found_in_every_shape() {
        for body in [
            r#"{"data":{"key":"dev"}}"#,
            r#"{"success":true,"data":{"key":"dev"},"message":"ok","timestamp":"2026-11-27T09:00:00Z"}"#,
            r#"{"key":"dev"}"#,
            r#"{"success":true,"key":"dev"}"#,
        ] {
            let body: Value = serde_json::from_str(body).unwrap();
            assert_eq!(item(&body), Ok(json!({"key": "dev"})), "{body}");
        }
        // Both at once: what is below `data` counts.
        let both = json!({"success": true, "status": "x", "data": {"status": "healthy"}});
        assert_eq!(item(&both), Ok(json!({"status": "healthy"})));
        for body in [
            json!({"data": null}),
            json!({"success": true, "data": null, "timestamp": "2026-11-27T09:00:00Z"}),
            json!({"success": true, "message": "ok"}),
            json!({"data": [1]}),
            json!({}),
            json!([]),
            json!("text"),
            json!(null),
        ] {
            assert_eq!(item(&body), Err(NotAnswered::NotThis), "{body}");
        }
        let refused = json!({"success": false, "message": "Repository mismatch", "data": {"a": 1}});
        let words = Some("Repository mismatch".to_owned());
        assert_eq!(item(&refused), Err(NotAnswered::Refused(words)));
    }

    #[test]
    fn a_list_is_found_in_every_shape() {
        for body in [
            r#"[{"key":"a"}]"#,
            r#"{"data":[{"key":"a"}]}"#,
            r#"{"items":[{"key":"a"}]}"#,
            r#"{"deployments":[{"key":"a"}]}"#,
            r#"{"data":{"items":[{"key":"a"}]}}"#,
            r#"{"success":true,"data":[{"key":"a"}],"timestamp":"2026-11-27T09:00:00Z"}"#,
            r#"{"meta":{"totalItems":1,"currentPage":1,"pageSize":20,"type":"application"},"data":[{"key":"a"}],"links":{}}"#,
            r#"{"meta":{"page":1,"pageSize":10,"total":1,"totalPages":1},"data":[{"key":"a"}],"links":{"self":"x","first":"x","last":"x","prev":null,"next":null}}"#,
        ] {
            let body: Value = serde_json::from_str(body).unwrap();
            let listed = list(&body).unwrap();
            assert_eq!(listed.rows, [json!({"key": "a"})], "{body}");
            assert!(!listed.goes_on(1, 50), "{body}");
        }
        assert_eq!(
            list(&json!({"data": null})).unwrap().rows,
            Vec::<Value>::new()
        );
        for body in [
            json!({}),
            json!({"data": {"key": "a"}}),
            json!(7),
            json!({"data": "a"}),
        ] {
            assert_eq!(list(&body), Err(NotAnswered::NotThis), "{body}");
        }
        let refused = list(&json!({"success": false, "data": []}));
        assert_eq!(refused, Err(NotAnswered::Refused(None)));
    }

    #[test]
    fn the_rest_of_a_list_is_asked_for_where_there_is_one() {
        let rows = json!([{"key": "a"}, {"key": "b"}]);
        for (body, number, goes_on) in [
            (
                json!({"data": rows, "meta": {"totalItems": 5, "currentPage": 1, "pageSize": 2}}),
                1,
                true,
            ),
            (
                json!({"data": rows, "meta": {"totalItems": "4", "currentPage": "2", "pageSize": "2"}}),
                2,
                false,
            ),
            (
                json!({"data": rows, "meta": {"page": 1, "total": 3, "totalPages": 2}}),
                1,
                true,
            ),
            (
                json!({"data": rows, "meta": {"page": 2, "total": 3, "totalPages": 2}}),
                2,
                false,
            ),
            // A server that calls every page its first comes to an end too.
            (
                json!({"data": rows, "meta": {"page": 1, "totalPages": 2}}),
                2,
                false,
            ),
            (
                json!({"data": rows, "links": {"next": "/api/v1/applications?page=2"}}),
                1,
                true,
            ),
            (json!({"data": rows, "links": {"next": null}}), 1, false),
            (json!({"data": rows, "links": {}}), 1, false),
            (json!({"data": rows}), 1, true),
            (json!({"data": [], "meta": {"totalItems": 5}}), 1, false),
        ] {
            assert_eq!(list(&body).unwrap().goes_on(number, 2), goes_on, "{body}");
        }
        assert!(!list(&json!({"data": rows})).unwrap().goes_on(1, 50));
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "[a-z]{0,6}".prop_map(Value::from),
        ];
        let name = prop::sample::select(vec![
            "data", "items", "meta", "links", "success", "key", "total",
        ]);
        leaf.prop_recursive(4, 32, 4, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec((name.clone(), inner), 0..4).prop_map(|all| {
                    Value::Object(
                        all.into_iter()
                            .map(|(name, value)| (name.to_owned(), value))
                            .collect(),
                    )
                }),
            ]
        })
    }

    proptest! {
        /// Whatever comes, it is read or it is none; what is read has what it had wrapped too.
        #[test]
        fn wrapped_is_as_flat(inner in any_json()) {
            let _ = list(&inner);
            let flat = json!({"key": inner});
            let wrapped = json!({"data": flat});
            let older = json!({"success": true, "data": flat, "timestamp": "2026-11-27T09:00:00Z"});
            prop_assert_eq!(item(&flat), Ok(flat.clone()));
            prop_assert_eq!(item(&wrapped), Ok(flat.clone()));
            prop_assert_eq!(item(&older), Ok(flat));
        }

        #[test]
        fn a_list_has_its_rows_in_order(rows in prop::collection::vec("[a-z]{1,4}", 0..20)) {
            let rows: Vec<Value> = rows.into_iter().map(|key| json!({"key": key})).collect();
            for body in [json!(rows), json!({"data": rows}), json!({"data": {"items": rows}})] {
                prop_assert_eq!(&list(&body).unwrap().rows, &rows);
            }
        }
    }
}
