//! What was typed and not sent yet. It outlives an expired session and the app (UX.md, "Rules"); no
//! secret is ever among it, since a page names the fields that it keeps.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use miso_client::{Account, ConnectionId};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::settings::NotSaved;

/// What somebody typed at a place of a connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Draft {
    /// Where it was typed.
    pub connection: ConnectionId,
    /// Whose it is: the subject of the account. It is shown to nobody else.
    pub account: Option<String>,
    /// Which form, by the page's own word.
    pub place: String,
    /// The fields by their names.
    pub fields: BTreeMap<String, String>,
    /// When it was typed.
    pub at: DateTime<Utc>,
}

/// The drafts that are kept, the oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Drafts(Vec<Draft>);

/// One that was left alone for so long is not missed.
const KEPT_FOR: TimeDelta = TimeDelta::days(30);
const MOST: usize = 50;
/// A manifest: what an instance takes in one request.
const MANIFEST: usize = 1024 * 1024;
/// The names and texts of one draft, its place included: a whole manifest as it was, as it is and as it
/// is typed, with some room for what stands beside it.
const MOST_BYTES: usize = 3 * MANIFEST + 64 * 1024;
/// The same of all drafts.
const MOST_BYTES_OF_ALL: usize = 2 * MOST_BYTES;

impl Draft {
    /// What an account typed just now.
    ///
    /// # Errors
    /// [`NotSaved::TooLong`].
    pub(crate) fn of(
        connection: ConnectionId,
        account: Option<Account>,
        place: String,
        fields: BTreeMap<String, String>,
    ) -> Result<Self, NotSaved> {
        let draft = Self {
            connection,
            account: account.map(|account| account.subject),
            place,
            fields,
            at: Utc::now(),
        };
        if draft.bytes() > MOST_BYTES {
            return Err(NotSaved::TooLong(MOST_BYTES));
        }
        Ok(draft)
    }

    fn bytes(&self) -> usize {
        let texts = self.fields.iter().flat_map(|(name, text)| [name, text]);
        texts.chain([&self.place]).map(String::len).sum()
    }

    fn is_at_the_place_of(&self, other: &Self) -> bool {
        self.connection == other.connection
            && self.account == other.account
            && self.place == other.place
    }
}

impl Drafts {
    /// Those that are not too old.
    pub(crate) fn recent(self, now: DateTime<Utc>) -> Vec<Draft> {
        let all = self.0.into_iter();
        all.filter(|draft| now - draft.at < KEPT_FOR).collect()
    }

    /// What an account typed at a place.
    pub(crate) fn at(
        &self,
        connection: &ConnectionId,
        account: Option<&String>,
        place: &str,
    ) -> Option<Draft> {
        let is_it = |draft: &&Draft| {
            draft.connection == *connection
                && draft.account.as_ref() == account
                && draft.place == place
        };
        self.0.iter().find(is_it).cloned()
    }

    /// Puts a draft in the place of an older one, or takes that away where nothing is in it.
    pub(crate) fn keep(self, draft: Draft) -> Self {
        let mut all = self.recent(draft.at);
        all.retain(|other| !other.is_at_the_place_of(&draft));
        if !draft.fields.is_empty() {
            all.push(draft);
        }
        let mut bytes = 0;
        let newest = all.iter().rev().take(MOST).take_while(|draft| {
            bytes += draft.bytes();
            bytes <= MOST_BYTES_OF_ALL
        });
        let kept = newest.count();
        Self(all.split_off(all.len() - kept))
    }

    /// Without those of a connection.
    pub(crate) fn without(mut self, connection: &ConnectionId) -> Self {
        self.0.retain(|draft| draft.connection != *connection);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(place: &str, text: &str) -> Draft {
        let fields = match text {
            "" => BTreeMap::new(),
            text => [("note".to_owned(), text.to_owned())].into(),
        };
        Draft::of("one".to_owned().into(), None, place.to_owned(), fields).unwrap()
    }

    #[test]
    fn the_newest_at_a_place_counts_and_an_empty_one_takes_it_away() {
        let drafts = Drafts::default()
            .keep(draft("a", "first"))
            .keep(draft("b", "other"))
            .keep(draft("a", "second"));
        let texts = |drafts: &Drafts| -> Vec<String> {
            let all = drafts.0.iter();
            all.map(|draft| draft.fields["note"].clone()).collect()
        };
        assert_eq!(texts(&drafts), ["other", "second"]);
        assert_eq!(texts(&drafts.keep(draft("b", ""))), ["second"]);
    }

    #[test]
    fn what_another_account_typed_there_stays_its_own() {
        let theirs = Draft {
            account: Some("u-2".to_owned()),
            ..draft("a", "theirs")
        };
        let drafts = Drafts::default().keep(theirs).keep(draft("a", "mine"));
        assert_eq!(drafts.0.len(), 2);
        let elsewhere = Draft {
            connection: "two".to_owned().into(),
            ..draft("a", "elsewhere")
        };
        let left = drafts
            .keep(elsewhere.clone())
            .without(&"one".to_owned().into());
        assert_eq!(left.0, [elsewhere]);
    }

    #[test]
    fn a_manifest_as_large_as_an_instance_takes_it_is_kept() {
        let text = "x".repeat(MANIFEST);
        let fields = ["manifest", "base", "text"].map(|name| (name.to_owned(), text.clone()));
        let whole = Draft::of(
            "one".to_owned().into(),
            None,
            "manifest orders".to_owned(),
            fields.into(),
        );
        let others = Drafts::default().keep(draft("a", "first"));
        let kept = others.keep(whole.unwrap());
        assert_eq!(kept.0.len(), 2, "and it takes nothing away from others");
        assert_eq!(kept.0[1].fields["text"], text);
    }

    #[test]
    fn they_are_bounded_in_number_age_and_size() {
        let many = (0..MOST + 5).fold(Drafts::default(), |drafts, number| {
            drafts.keep(draft(&number.to_string(), "text"))
        });
        assert_eq!((many.0.len(), many.0[0].place.as_str()), (MOST, "5"));
        let now = Utc::now();
        assert_eq!(many.clone().recent(now + TimeDelta::days(29)).len(), MOST);
        assert_eq!(many.recent(now + TimeDelta::days(31)), []);
        let whole = "x".repeat(MOST_BYTES - 100);
        let large = (0..MOST).fold(Drafts::default(), |drafts, number| {
            drafts.keep(draft(&number.to_string(), &whole))
        });
        let bytes: usize = large.0.iter().map(Draft::bytes).sum();
        assert!(bytes <= MOST_BYTES_OF_ALL);
        assert!(bytes > MOST_BYTES_OF_ALL - MOST_BYTES);
        assert_eq!(large.0.last().unwrap().place, (MOST - 1).to_string());

        let long = [("note".to_owned(), "x".repeat(MOST_BYTES))].into();
        let refused = Draft::of("one".to_owned().into(), None, "a".to_owned(), long);
        assert!(matches!(refused, Err(NotSaved::TooLong(_))));
    }
}
