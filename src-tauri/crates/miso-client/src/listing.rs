//! The list of applications, a page at a time. The first page is there at once, the others follow, up to
//! 1,000 applications; beyond these the server searches, sorts and pages (DESIGN.md, "The request budget").

use std::collections::HashSet;
use std::sync::Arc;

use miso_api::{Application, Page, PageMeta};
use serde_json::Value;

use crate::client::Inner;
use crate::fetch::{Asking, json, untagged};
use crate::fleet::FleetQuery;
use crate::transport::Tagged;
use crate::wire::documented;
use crate::{Class, Code, Failure, Resource, Source};

/// As many pages are held, which are 1,000 applications.
const MOST_PAGES: u32 = 1_000 / documented::PAGE_SIZE;

impl Inner {
    /// The first page where nothing is known yet, the next one where a part came in this run, else all
    /// that may be held.
    pub(crate) async fn fetch_applications(
        &self,
        Asking { class, known }: Asking,
    ) -> Result<Tagged<Arc<Value>>, Failure> {
        let listed = self.view.raw(&Resource::Applications);
        if let Some((list, _, Source::Live)) = &listed
            && let Some(next) = next_page(list)
        {
            return self.fetch_next(next, class).await;
        }
        let call = documented::applications(1);
        let tag = known.as_ref().and_then(|known| known.tag.as_deref());
        let answer = self.transport.send_unless(&call, class, tag).await?;
        let Some(Tagged { value, tag }) = answer else {
            return known.ok_or_else(|| Failure::new(Code::NotMiso));
        };
        let mut all: Page<Application> = value;
        let pages = all.meta.as_ref().map_or(1, |meta| meta.total_pages);
        if pages <= 1 {
            let value = Arc::new(json(&all)?);
            return Ok(Tagged { value, tag });
        }
        let held = held(&all);
        reaches(&mut all, held);
        if listed.is_some() {
            for number in held + 1..=pages.min(MOST_PAGES) {
                let next: Page<Application> = self
                    .transport
                    .send(&documented::applications(number), class)
                    .await?;
                join(&mut all, next, number);
            }
        }
        // A version is that of one page.
        Ok(untagged(json(&all)?))
    }

    async fn fetch_next(&self, number: u32, class: Class) -> Result<Tagged<Arc<Value>>, Failure> {
        let call = documented::applications(number);
        let next: Page<Application> = self.transport.send(&call, class).await?;
        // Another reading may have changed what is listed meanwhile.
        let listed = self.view.peek::<Page<Application>>(&Resource::Applications);
        let mut all = listed.ok_or_else(|| Failure::new(Code::SignedOut))?.value;
        join(&mut all, next, number);
        Ok(untagged(json(&all)?))
    }

    /// One application; where the instance does not offer it by itself, out of the list.
    pub(crate) async fn fetch_application(
        &self,
        key: &str,
        class: Class,
    ) -> Result<Application, Failure> {
        let call = documented::application(key);
        match self.transport.send(&call, class).await {
            Err(failure) if failure.code == Code::NotOffered => {
                self.fetch_from_list(key, class).await
            }
            answer => answer,
        }
    }

    /// One application out of the list; where that does not hold them all, as the server finds it.
    pub(crate) async fn fetch_from_list(
        &self,
        key: &str,
        class: Class,
    ) -> Result<Application, Failure> {
        let list = Resource::Applications;
        Box::pin(self.refresh(&list, class)).await?;
        while self.is_listed_in_part() {
            Box::pin(self.refresh(&list, class)).await?;
        }
        let nowhere = || Failure::new(Code::NotFound);
        let listed = self.view.peek::<Page<Application>>(&list);
        let listed = listed.ok_or_else(nowhere)?.value;
        let goes_on = page_beyond(&listed).is_some();
        let of_this_key = |all: Page<Application>| all.data.into_iter().find(|one| one.key == key);
        match of_this_key(listed) {
            None if goes_on => {
                let query = FleetQuery::searching(key);
                let call = documented::applications_found(&query, 1);
                of_this_key(self.transport.send(&call, class).await?).ok_or_else(nowhere)
            }
            found => found.ok_or_else(nowhere),
        }
    }

    /// Whether the rest of what the list may hold has not come yet.
    pub(crate) fn is_listed_in_part(&self) -> bool {
        let listed = self.view.raw(&Resource::Applications);
        matches!(listed, Some((list, _, Source::Live)) if next_page(&list).is_some())
    }

    /// How many requests the list costs.
    pub(crate) fn listed_pages(&self) -> u32 {
        let listed = self.view.raw(&Resource::Applications);
        listed.map_or(1, |(list, ..)| reached(&list).clamp(1, MOST_PAGES))
    }
}

/// The server's page after those that the list holds, where that holds all it may.
pub(crate) fn page_beyond(list: &Page<Application>) -> Option<u32> {
    let meta = list.meta.as_ref()?;
    (meta.page >= MOST_PAGES && meta.page < meta.total_pages).then(|| meta.page + 1)
}

/// The page that is missing of what the list may hold.
pub(crate) fn next_page(list: &Value) -> Option<u32> {
    let pages = list["meta"]["totalPages"].as_u64()?;
    let reached = reached(list);
    (reached < MOST_PAGES && u64::from(reached) < pages).then(|| reached + 1)
}

/// The last page that a list holds, counted from 1.
fn reached(list: &Value) -> u32 {
    let page = list["meta"]["page"].as_u64();
    page.and_then(|page| u32::try_from(page).ok()).unwrap_or(1)
}

/// Notes the last page that a list holds, whatever the server calls it: so it comes to an end.
fn reaches(list: &mut Page<Application>, number: u32) {
    list.meta = list.meta.take().map(|meta| PageMeta {
        page: number,
        ..meta
    });
}

/// The last page that the first answer holds: of another reading of the API it may hold several, which are
/// more than a page has.
fn held(first: &Page<Application>) -> u32 {
    let holds_several = first.data.len() > documented::PAGE_SIZE as usize;
    let meta = first.meta.as_ref().filter(|_| holds_several);
    meta.map_or(1, |meta| meta.page.max(1))
}

/// Puts a page behind those before it. What moved there while they were asked for is listed once.
fn join(list: &mut Page<Application>, next: Page<Application>, number: u32) {
    let listed: HashSet<String> = list.data.iter().map(|one| one.key.clone()).collect();
    let new = next.data.into_iter();
    list.data
        .extend(new.filter(|one| !listed.contains(&one.key)));
    list.meta = next.meta.or(list.meta.take());
    reaches(list, number);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn page(keys: &[&str], number: u32, pages: u32) -> Page<Application> {
        let data: Vec<Value> = keys
            .iter()
            .map(|key| json!({"key": key, "type": "api"}))
            .collect();
        let meta = json!({"page": number, "pageSize": 2, "total": pages * 2, "totalPages": pages});
        serde_json::from_value(json!({"data": data, "meta": meta})).unwrap()
    }

    #[test]
    fn a_list_is_gone_on_with_to_its_end_or_to_the_most_it_may_hold() {
        let value = |list: &Page<Application>| serde_json::to_value(list).unwrap();
        let mut list = page(&["a", "b"], 1, 3);
        assert_eq!(next_page(&value(&list)), Some(2));
        // A server that calls every page its first.
        join(&mut list, page(&["b", "c"], 1, 3), 2);
        let keys: Vec<&str> = list.data.iter().map(|one| one.key.as_str()).collect();
        assert_eq!(keys, ["a", "b", "c"], "what moved is there once");
        assert_eq!(next_page(&value(&list)), Some(3));
        join(&mut list, page(&[], 3, 3), 3);
        assert_eq!((next_page(&value(&list)), page_beyond(&list)), (None, None));

        // An answer that holds more than a page says itself which is its last.
        let keys: Vec<String> = (0..1_000).map(|number| format!("app-{number}")).collect();
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        assert_eq!(held(&page(&keys, 10, 11)), 10);
        assert_eq!(held(&page(&keys[..200], 10, 11)), 1);

        let mut long = page(&["a"], 1, 52);
        assert_eq!(page_beyond(&long), None, "more is still to come by itself");
        reaches(&mut long, MOST_PAGES);
        assert_eq!(next_page(&value(&long)), None);
        assert_eq!(page_beyond(&long), Some(6));
        assert_eq!(next_page(&json!({"data": []})), None);
    }
}
