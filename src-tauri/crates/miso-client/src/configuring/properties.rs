//! What holds for every configuration and every pair of changes.

use miso_api::ConfigurationLocation::{self, Keyvault, Variable};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;

use super::exchange::import;
use super::*;

const NAMES: [&str; 4] = ["A", "B", "C", "D"];

fn location() -> impl Strategy<Value = ConfigurationLocation> {
    prop_oneof![Just(Variable), Just(Keyvault)]
}

/// An item as a server has it, or as somebody edited it.
fn item(name: &'static str, edited: bool) -> impl Strategy<Value = EditedItem> {
    let held = of(prop_oneof!["h1", "h2"]);
    (location(), "[xy]?", any::<bool>(), any::<bool>(), held).prop_map(
        move |(location, value, required, is_set, held)| {
            let is_secret = location == Keyvault;
            EditedItem {
                name: name.to_owned(),
                value: (!is_secret).then_some(value),
                location,
                required,
                is_set: is_secret.then_some(is_set),
                held: held.filter(|_| is_secret && edited),
                portal_input: None,
            }
        },
    )
}

fn list(edited: bool) -> impl Strategy<Value = Vec<EditedItem>> {
    let each = NAMES.map(|name| of(item(name, edited)));
    each.prop_map(|items| items.into_iter().flatten().collect())
}

/// What an item is, but for its place in the list.
fn is<'a>(items: &'a [EditedItem], name: &str) -> Option<&'a EditedItem> {
    named(items, name)
}

proptest! {
    #[test]
    fn nobodys_change_is_lost(was in list(false), yours in list(true), theirs in list(false)) {
        let merged = merge(&was, &yours, &theirs);
        for name in NAMES {
            let (before, mine, other) = (is(&was, name), is(&yours, name), is(&theirs, name));
            let now = is(&merged.items, name);
            let conflict = merged.conflicts.iter().find(|one| one.name == name);
            if let Some(conflict) = conflict {
                // Whichever side is chosen, what only one of them changed is in it.
                for side in [&conflict.yours, &conflict.theirs] {
                    if let (Some(before), Some(mine), Some(other), Some(side)) = (before, mine, other, side) {
                        let required = if mine.required == before.required { other } else { mine };
                        prop_assert_eq!(side.required, required.required);
                    }
                }
                prop_assert_ne!(before, other, "only you changed it: no conflict");
                continue;
            }
            if before == mine {
                prop_assert_eq!(now, other);
            }
            if before == other {
                prop_assert_eq!(now, mine);
            }
            if let (Some(before), Some(mine), Some(other)) = (before, mine, other) {
                let now = now.unwrap();
                let (changed, there) = (mine.value != before.value, other.value != before.value);
                if changed { prop_assert_eq!(&now.value, &mine.value); }
                if there { prop_assert_eq!(&now.value, &other.value); }
                if mine.held.is_some() { prop_assert_eq!(&now.held, &mine.held); }
            }
        }
    }

    #[test]
    fn who_changed_nothing_has_nothing_to_settle(was in list(false), theirs in list(false)) {
        let merged = merge(&was, &was, &theirs);
        prop_assert_eq!(&merged.items, &theirs);
        prop_assert!(merged.conflicts.is_empty());
        let alone = merge(&was, &theirs, &was);
        prop_assert!(alone.conflicts.is_empty());
        prop_assert_eq!(review(&alone.items, &theirs).differences, vec![]);
    }

    #[test]
    fn a_secret_that_nobody_typed_is_sent_without_a_value(was in list(false), yours in list(true), theirs in list(false)) {
        let merged = merge(&was, &yours, &theirs);
        for item in merged.items.into_iter().filter(EditedItem::is_secret) {
            let held = item.held.clone();
            let sent = item.into_item(None);
            prop_assert_eq!(sent.value, None);
            if let Some(held) = held {
                prop_assert!(yours.iter().any(|mine| mine.held.as_ref() == Some(&held)));
            }
        }
    }

    #[test]
    fn a_difference_taken_up_on_what_it_was_made_of_is_the_change(was in list(false), now in list(false)) {
        let again = take_up(review(&was, &now).differences, &was);
        prop_assert!(again.conflicts.is_empty());
        prop_assert_eq!(review(&again.items, &now).differences, vec![]);
    }

    #[test]
    fn what_is_exported_is_read_back_as_it_was(values in vec(any::<String>(), 1..6)) {
        let items: Vec<EditedItem> = values.into_iter().enumerate().map(|(at, value)| EditedItem {
            name: format!("NAME_{at}"),
            value: Some(value),
            location: Variable,
            required: false,
            is_set: None,
            held: None,
            portal_input: None,
        }).collect();
        for format in [ExportFormat::Dotenv, ExportFormat::Json] {
            let text = export(&items, format);
            let read = import(&[], &text, |_| String::new()).unwrap();
            prop_assert_eq!(&read.items, &items, "{}", text);
            prop_assert_eq!(&read.remarks, &vec![]);
        }
    }

    #[test]
    fn awkward_values_are_read_back_too(value in "[ab'\"`\\\\\n\r\t$# =:]{0,12}") {
        let text = dotenv::write("NAME", &value) + "NEXT=1\n";
        let parsed = dotenv::parse(&text);
        prop_assert_eq!(parsed.entries.len(), 2, "{}", text);
        prop_assert_eq!(&parsed.entries[0].value, &value, "{}", text);
        prop_assert!(parsed.unread.is_empty());
    }

    #[test]
    fn any_text_can_be_read(text in any::<String>()) {
        let _ = import(&[], &text, |_| String::new());
    }
}
