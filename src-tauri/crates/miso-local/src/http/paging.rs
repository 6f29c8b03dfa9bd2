//! Pages of lists (API.md, "Lists").

use miso_api::{Page, PageLinks, PageMeta};

use super::envelope::ApiError;
use super::query::Query;

const DEFAULT_SIZE: u32 = 50;
const LARGEST_SIZE: u32 = 200;

/// Which page of a list was asked for.
#[derive(Clone, Debug)]
pub(crate) struct Paging {
    path: String,
    query: Query,
    page: u32,
    size: u32,
}

impl Paging {
    /// Reads `page` and `pageSize`; out of range is 400.
    pub(crate) fn new(path: &str, query: &Query) -> Result<Self, ApiError> {
        Self::with_sizes(path, query, DEFAULT_SIZE, LARGEST_SIZE)
    }

    /// The same where pages have other sizes.
    pub(crate) fn with_sizes(
        path: &str,
        query: &Query,
        usual: u32,
        largest: u32,
    ) -> Result<Self, ApiError> {
        Ok(Self {
            path: path.to_owned(),
            query: query.clone(),
            page: query.number("page", 1..=u32::MAX, 1)?,
            size: query.number("pageSize", 1..=largest, usual)?,
        })
    }

    /// Entries before this page.
    pub(crate) fn offset(&self) -> u64 {
        u64::from(self.page - 1) * u64::from(self.size)
    }

    /// Entries on this page, at most.
    pub(crate) fn size(&self) -> u32 {
        self.size
    }

    /// The page of a list that is held as a whole.
    pub(crate) fn cut<T>(&self, all: Vec<T>) -> Page<T> {
        let total = all.len() as u32;
        let skipped = usize::try_from(self.offset()).unwrap_or(usize::MAX);
        let data = all
            .into_iter()
            .skip(skipped)
            .take(self.size as usize)
            .collect();
        self.page(data, total)
    }

    /// The page of a list of which only these entries were read.
    pub(crate) fn page<T>(&self, data: Vec<T>, total: u32) -> Page<T> {
        let last = total.div_ceil(self.size).max(1);
        let link = |page: u32| {
            format!(
                "{}?{}",
                self.path,
                self.query.with("page", &page.to_string())
            )
        };
        Page {
            data,
            meta: Some(PageMeta {
                page: self.page,
                page_size: self.size,
                total,
                total_pages: total.div_ceil(self.size),
            }),
            links: Some(PageLinks {
                this: Some(link(self.page)),
                first: Some(link(1)),
                last: Some(link(last)),
                prev: (self.page > 1).then(|| link((self.page - 1).min(last))),
                next: (self.page < last).then(|| link(self.page + 1)),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::extract::FromRequestParts;
    use http::Request;

    async fn paging(query: &str) -> Result<Paging, ApiError> {
        let request = Request::get(format!("/api/applications?{query}"))
            .body(())
            .unwrap();
        let (mut parts, ()) = request.into_parts();
        let query = Query::from_request_parts(&mut parts, &()).await.unwrap();
        Paging::new("/api/applications", &query)
    }

    #[tokio::test]
    async fn pages_together_are_the_list() {
        let all: Vec<u32> = (0..23).collect();
        let mut seen = Vec::new();
        for page in 1..=5 {
            let paging = paging(&format!("page={page}&pageSize=5&search=a+b"))
                .await
                .unwrap();
            let page = paging.cut(all.clone());
            seen.extend(page.data.clone());
            let links = page.links.unwrap();
            assert_eq!(links.next.is_some(), seen.len() < 23);
            assert!(links.this.unwrap().contains("search=a+b"));
        }
        assert_eq!(seen, all);
    }

    #[tokio::test]
    async fn out_of_range_is_refused() {
        for query in ["pageSize=0", "pageSize=201", "page=0", "page=-1", "page=x"] {
            assert!(paging(query).await.is_err(), "{query}");
        }
        assert_eq!(paging("pageSize=200&page=7").await.unwrap().offset(), 1200);
    }

    #[tokio::test]
    async fn beyond_the_end_is_an_empty_page_with_a_way_back() {
        let page = paging("page=9&pageSize=10")
            .await
            .unwrap()
            .cut(vec![1, 2, 3]);
        assert!(page.data.is_empty());
        assert_eq!(
            page.links.unwrap().prev.unwrap(),
            "/api/applications?pageSize=10&page=1"
        );
    }
}
