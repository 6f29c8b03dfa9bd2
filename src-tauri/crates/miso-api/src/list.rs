//! Lists (API.md, "Lists").

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use specta::Type;

use crate::open::{null_as_default, whole};

/// One page of a list. A bare array is read as the only page.
#[derive(Clone, Debug, PartialEq, Serialize, Type, utoipa::ToSchema)]
pub struct Page<T> {
    /// The entries.
    pub data: Vec<T>,
    /// Where in the list this is; `None` where the server sent a bare array.
    pub meta: Option<PageMeta>,
    /// Where to go on; `None` where the server sent a bare array.
    pub links: Option<PageLinks>,
}

impl<T> Page<T> {
    /// Entries in the whole list, as far as the server said.
    pub fn total(&self) -> u32 {
        self.meta
            .as_ref()
            .map_or(self.data.len() as u32, |meta| meta.total)
    }
}

/// Where in the list a page is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PageMeta {
    /// Counted from 1.
    pub page: u32,
    /// 1 to 200.
    pub page_size: u32,
    /// Entries in the whole list.
    pub total: u32,
    /// Pages in the whole list.
    pub total_pages: u32,
}

/// Addresses of this and other pages, relative to the instance.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type, utoipa::ToSchema)]
#[serde(default)]
pub struct PageLinks {
    /// This page.
    #[serde(rename = "self")]
    pub this: Option<String>,
    /// The first page.
    pub first: Option<String>,
    /// The last page.
    pub last: Option<String>,
    /// The page before, if any.
    pub prev: Option<String>,
    /// The page after, if any.
    pub next: Option<String>,
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Page<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(PageOrArray(PhantomData))
    }
}

/// Decides by the first character, so that an error names what is wrong inside.
struct PageOrArray<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for PageOrArray<T> {
    type Value = Page<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a page or an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, entries: A) -> Result<Page<T>, A::Error> {
        let data = Vec::deserialize(SeqAccessDeserializer::new(entries))?;
        Ok(Page {
            data,
            meta: None,
            links: None,
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<Page<T>, A::Error> {
        let Whole { data, meta, links } =
            Whole::<T>::deserialize(MapAccessDeserializer::new(fields))?;
        let meta = meta.map(|meta| meta.with_entries(data.len()));
        Ok(Page { data, meta, links })
    }
}

/// `data` must be there: an object without it is something else.
#[derive(Deserialize)]
struct Whole<T> {
    #[serde(
        deserialize_with = "null_as_default",
        bound(deserialize = "T: Deserialize<'de>")
    )]
    data: Vec<T>,
    meta: Option<SentMeta>,
    links: Option<PageLinks>,
}

/// What a server says of where a page is; some say less than all.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SentMeta {
    #[serde(default, deserialize_with = "whole")]
    page: Option<u32>,
    #[serde(default, deserialize_with = "whole")]
    page_size: Option<u32>,
    #[serde(default, deserialize_with = "whole")]
    total: Option<u32>,
    #[serde(default, deserialize_with = "whole")]
    total_pages: Option<u32>,
}

impl SentMeta {
    /// What is left out follows from the rest, and from the entries that came.
    fn with_entries(self, entries: usize) -> PageMeta {
        let entries = u32::try_from(entries).unwrap_or(u32::MAX);
        let page = self.page.unwrap_or(1).max(1);
        let page_size = self.page_size.unwrap_or(entries.max(1));
        let before = (page - 1).saturating_mul(page_size);
        let total = self.total.unwrap_or(before.saturating_add(entries));
        let total_pages = total
            .checked_div(page_size)
            .map(|_| total.div_ceil(page_size));
        PageMeta {
            page,
            page_size,
            total,
            total_pages: self.total_pages.or(total_pages).unwrap_or(1),
        }
    }
}
