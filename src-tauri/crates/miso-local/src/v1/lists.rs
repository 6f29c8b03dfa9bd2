//! Lists of v1 (API-V1.md §1.4): filtered, sorted and cut into pages alike, whatever is in them.

use std::cmp::Ordering;

use axum::Json;
use miso_api::{Page, PageLinks, PageMeta};
use serde_json::{Map, Value, json};

use super::filter::{self, field, order, plain};
use crate::http::envelope::ApiError;
use crate::http::paging::Paging;
use crate::http::query::Query;

/// The page size where none is asked for: that of the clients' own helpers.
const USUAL: u32 = 20;
const LARGEST: u32 = 100;

/// What kind of a list it is.
pub(super) struct Listed<'a> {
    /// What its `meta` says its entries are.
    pub(super) kind: &'static str,
    /// Its address, for the links.
    pub(super) path: &'a str,
    /// The fields that are searched.
    pub(super) searched: &'static [&'static str],
    /// The fields it can be sorted by.
    pub(super) sorted: &'static [&'static str],
    /// Fields for which a parameter of the same name asks for a value.
    pub(super) asked: &'static [&'static str],
}

impl Listed<'_> {
    /// The rows that a query asks for. Where it asks for no order, they stay in that which they
    /// come in.
    pub(super) fn chosen(
        &self,
        query: &Query,
        mut rows: Vec<Value>,
    ) -> Result<Vec<Value>, ApiError> {
        let filters = query.all("filter").map(filter::read);
        let conditions = filters.collect::<Result<Vec<_>, _>>()?.concat();
        let search = query.get("search").map(str::to_lowercase);
        let found = |row: &Value, text: &String| {
            let mut fields = self.searched.iter();
            fields.any(|name| plain(field(row, name)).to_lowercase().contains(text))
        };
        rows.retain(|row| {
            conditions.iter().all(|condition| condition.holds(row))
                && search.as_ref().is_none_or(|text| found(row, text))
                && self.asked.iter().all(|name| {
                    let asked = query.get(name);
                    asked.is_none_or(|asked| plain(field(row, name)) == asked)
                })
        });
        let sorts = self.sorts(query)?;
        rows.sort_by(|one, other| {
            let by_each = sorts.iter().map(|(name, backwards)| {
                let order = order(&plain(field(one, name)), &plain(field(other, name)));
                if *backwards { order.reverse() } else { order }
            });
            by_each.fold(Ordering::Equal, Ordering::then)
        });
        Ok(rows)
    }

    /// The page of those rows that a query asks for.
    pub(super) fn page(&self, query: &Query, rows: Vec<Value>) -> Result<Json<Value>, ApiError> {
        let paging = Paging::with_sizes(self.path, query, USUAL, LARGEST)?;
        let rows = self.chosen(query, rows)?;
        Ok(Json(in_both_shapes(self.kind, paging.cut(rows))))
    }

    /// The fields to sort by: `field`, `-field` or `field:desc`, one after the other.
    fn sorts<'a>(&self, query: &'a Query) -> Result<Vec<(&'a str, bool)>, ApiError> {
        let read = |text: &'a str| {
            let (name, backwards) = match (text.strip_prefix('-'), text.split_once(':')) {
                (Some(name), _) => (name, true),
                (None, Some((name, "asc"))) => (name, false),
                (None, Some((name, "desc"))) => (name, true),
                (None, Some(_) | None) => (text, false),
            };
            if self.sorted.contains(&name) {
                return Ok((name, backwards));
            }
            let known = self.sorted.join(", ");
            Err(ApiError::field(
                "sort",
                format!("must be one of {known}, not {name}"),
            ))
        };
        let given = query.all("sort").filter(|text| !text.is_empty());
        given.map(read).collect()
    }
}

/// A page with the `meta` of both kinds of clients, and links that are there or not, never null.
fn in_both_shapes(kind: &str, page: Page<Value>) -> Value {
    let mut body = Map::new();
    if let Some(PageMeta {
        page,
        page_size,
        total,
        total_pages,
    }) = page.meta
    {
        let meta = json!({
            "totalItems": total,
            "currentPage": page,
            "pageSize": page_size,
            "type": kind,
            "totalPages": total_pages,
            "page": page,
            "total": total,
        });
        body.insert("meta".to_owned(), meta);
    }
    body.insert("data".to_owned(), Value::Array(page.data));
    if let Some(PageLinks {
        this,
        first,
        last,
        prev,
        next,
    }) = page.links
    {
        let links = [
            ("self", this),
            ("first", first),
            ("last", last),
            ("prev", prev),
            ("next", next),
        ];
        let there = links
            .into_iter()
            .filter_map(|(name, link)| Some((name.to_owned(), link?.into())));
        body.insert("links".to_owned(), Value::Object(there.collect()));
    }
    Value::Object(body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::extract::FromRequestParts;
    use http::Request;

    const LISTED: Listed<'_> = Listed {
        kind: "thing",
        path: "/api/v1/things",
        searched: &["name"],
        sorted: &["name", "size"],
        asked: &["colour"],
    };

    async fn page(query: &str) -> Result<Value, ApiError> {
        let request = Request::get(format!("/api/v1/things?{query}")).body(());
        let (mut parts, ()) = request.unwrap().into_parts();
        let query = Query::from_request_parts(&mut parts, &()).await.unwrap();
        let rows = [("b", 10, "red"), ("a", 9, "red"), ("c", 9, "blue")];
        let rows =
            rows.map(|(name, size, colour)| json!({"name": name, "size": size, "colour": colour}));
        LISTED.page(&query, rows.to_vec()).map(|Json(body)| body)
    }

    async fn names(query: &str) -> String {
        let page = page(query).await.unwrap();
        let names = page["data"].as_array().unwrap().iter();
        names.map(|row| row["name"].as_str().unwrap()).collect()
    }

    #[tokio::test]
    async fn a_page_is_what_both_kinds_of_clients_read() {
        let first = page("pageSize=2").await.unwrap();
        assert_eq!(
            first["meta"],
            json!({"totalItems": 3, "currentPage": 1, "pageSize": 2, "type": "thing",
                "totalPages": 2, "page": 1, "total": 3})
        );
        assert_eq!(
            first["links"],
            json!({
                "self": "/api/v1/things?pageSize=2&page=1",
                "first": "/api/v1/things?pageSize=2&page=1",
                "last": "/api/v1/things?pageSize=2&page=2",
                "next": "/api/v1/things?pageSize=2&page=2",
            })
        );
        assert_eq!(page("").await.unwrap()["meta"]["pageSize"], 20);
    }

    #[tokio::test]
    async fn rows_are_sorted_filtered_and_searched() {
        assert_eq!(names("").await, "bac");
        assert_eq!(names("sort=name").await, "abc");
        assert_eq!(names("sort=-size&sort=name:desc").await, "bca");
        assert_eq!(names("filter=size:lt:10&filter=colour:eq:blue").await, "c");
        assert_eq!(names("search=B").await, "b");
        assert_eq!(names("colour=red&sort=name:asc").await, "ab");
    }

    #[tokio::test]
    async fn what_no_list_has_is_refused() {
        for query in [
            "pageSize=101",
            "pageSize=0",
            "page=0",
            "sort=weight",
            "filter=name",
        ] {
            assert!(page(query).await.is_err(), "{query}");
        }
    }
}
