use proptest::prelude::*;
use serde_json::json;

use super::*;

fn item(name: &str, location: &str, value: Option<&str>) -> ConfigurationItem {
    serde_json::from_value(json!({
        "name": name, "location": location, "value": value, "required": true,
        "isSet": if location == "keyvault" { json!(value.is_some()) } else { json!(null) },
    }))
    .unwrap()
}

/// As a server tells it: a secret's value never.
fn told(items: &[ConfigurationItem]) -> Vec<ConfigurationItem> {
    let mut items = items.to_vec();
    for item in items.iter_mut().filter(|item| item.is_secret()) {
        item.value = None;
    }
    items
}

fn stage(key: &str) -> Stage {
    Stage {
        key: key.to_owned(),
        name: key.to_owned(),
        production: false,
    }
}

fn promotion(from: &[ConfigurationItem], to: &[ConfigurationItem], whole: bool) -> Promotion {
    let (items, equal) = promoted_items(&told(from), &told(to));
    Promotion {
        application: "orders".to_owned(),
        from: stage("dev"),
        state: State::Well,
        to: stage("test"),
        before: Some("a:1".to_owned()),
        after: "a:2".to_owned(),
        deployment: whole.then(|| "d-1".to_owned()),
        items: Some(items),
        equal,
        unreadable: None,
        access: None,
        comparable: false,
        names_items: true,
        longest_note: 1000,
        findings: Vec::new(),
        refusal: None,
    }
}

fn choice(promotion: Promotion, take: impl Fn(&PromotedItem) -> bool) -> PromotionChoice {
    let items = promotion.items.iter().flatten().filter(|item| take(item));
    PromotionChoice {
        items: items.map(|item| item.name.clone()).collect(),
        promotion,
        secrets: BTreeMap::new(),
        access: Vec::new(),
        note: None,
    }
}

fn kinds(promotion: &Promotion) -> Vec<(&str, PromotedKind)> {
    let items = promotion.items.iter().flatten();
    items.map(|item| (item.name.as_str(), item.kind)).collect()
}

#[test]
fn secrets_on_both_sides_are_never_the_same() {
    let dev = [
        item("A", "variable", Some("1")),
        item("B", "variable", Some("1")),
        item("C", "keyvault", Some("one")),
        item("D", "keyvault", Some("one")),
        item("E", "variable", Some("same")),
    ];
    let test = [
        item("B", "variable", Some("2")),
        item("C", "keyvault", Some("one")),
        item("E", "variable", Some("same")),
        item("F", "variable", Some("own")),
    ];
    let promotion = promotion(&dev, &test, true);
    assert_eq!(promotion.equal, 1);
    assert_eq!(
        kinds(&promotion),
        [
            ("A", PromotedKind::Arrives),
            ("B", PromotedKind::Differs),
            ("C", PromotedKind::Incomparable),
            ("D", PromotedKind::ArrivesUnset),
            ("F", PromotedKind::Leaves),
        ]
    );
    let text = serde_json::to_string(&promotion).unwrap();
    assert!(!text.contains("\"one\""), "{text}");
}

#[test]
fn the_whole_is_repeated_and_what_is_left_out_is_named_one_by_one() {
    let dev = [
        item("A", "variable", Some("1")),
        item("B", "variable", Some("1")),
        item("S", "keyvault", Some("one")),
    ];
    let test = [item("B", "variable", Some("2"))];
    let all = choice(promotion(&dev, &test, true), |item| item.chosen).request();
    assert_eq!(all.from.unwrap().deployment_id, "d-1");
    assert_eq!(all.configuration, None);

    let mut given = choice(promotion(&dev, &test, true), |_| true);
    given.secrets.insert("B".to_owned(), "none".to_owned());
    given.secrets.insert("S".to_owned(), "word".to_owned());
    let named = given.request().configuration.unwrap();
    let names: Vec<_> = named
        .iter()
        .map(|change| (change.name.as_str(), change.value.as_deref()))
        .collect();
    assert_eq!(names, [("B", Some("1")), ("S", Some("word"))]);
    let words: Vec<_> = named.iter().map(|change| given.word_for(change)).collect();
    assert_eq!(words, [None, Some("word")]);

    let some = choice(promotion(&dev, &test, true), |item| item.name == "A").request();
    assert_eq!(some.from, None);
    assert_eq!(some.configuration.unwrap().len(), 1);
    let unknown = choice(promotion(&dev, &test, false), |item| item.chosen).request();
    assert_eq!(unknown.from, None, "which deployment?");
    assert_eq!(unknown.configuration.unwrap().len(), 2);
}

#[test]
fn of_a_configuration_that_nobody_could_read_nothing_goes_along() {
    let mut unreadable = promotion(&[item("A", "variable", Some("1"))], &[], true);
    (unreadable.items, unreadable.equal) = (None, 0);
    unreadable.unreadable = Some(Failure::new(crate::Code::Forbidden));
    let request = choice(unreadable, |_| true).request();
    assert_eq!(request.from, None, "it would bring what was not shown");
    assert_eq!(request.configuration, None);
    assert_eq!(request.image.as_deref(), Some("a:2"));
}

#[test]
fn access_is_added_and_nothing_taken_away() {
    let row = |subject: &str, environments: &[&str]| AccessEntry {
        subject: subject.to_owned(),
        subject_type: miso_api::SubjectType::Group,
        role: miso_api::AccessRole::Viewer,
        environments: environments.iter().map(|key| (*key).to_owned()).collect(),
    };
    let rows = [
        row("a", &["dev"]),
        row("b", &["dev", "test"]),
        row("c", &["prod"]),
    ];
    let missing = promoted_access(&rows, "dev", "test");
    assert_eq!(missing.len(), 1);
    assert_eq!(missing[0].row.subject, "a");
    assert_eq!(missing[0].environments, ["dev", "test"]);
}

/// The list of items as the platform makes it of a deployment (API.md, "Deployments").
fn deployed(
    from: &[ConfigurationItem],
    to: &[ConfigurationItem],
    request: &DeployRequest,
) -> Vec<ConfigurationItem> {
    let mut list: Vec<ConfigurationItem> = match &request.from {
        None => to.to_vec(),
        Some(_) => from
            .iter()
            .map(|item| {
                let own = to.iter().find(|own| own.name == item.name);
                own.cloned().unwrap_or_else(|| ConfigurationItem {
                    value: item.value.clone().filter(|_| !item.is_secret()),
                    ..item.clone()
                })
            })
            .collect(),
    };
    for change in request.configuration.iter().flatten() {
        if !list.iter().any(|item| item.name == change.name) {
            list.push(item(&change.name, "variable", None));
        }
        let found = list
            .iter_mut()
            .find(|item| item.name == change.name)
            .unwrap();
        if let Some(location) = &change.location {
            found.location = location.clone();
        }
        if change.value.is_some() {
            found.value = change.value.clone();
        }
    }
    list
}

fn items() -> impl Strategy<Value = Vec<ConfigurationItem>> {
    let one =
        ("[A-D]", prop::bool::ANY, prop::option::of("[xyz]")).prop_map(|(name, secret, value)| {
            match secret {
                true => item(&format!("S_{name}"), "keyvault", value.as_deref()),
                false => item(
                    &name,
                    "variable",
                    Some(value.as_deref().unwrap_or_default()),
                ),
            }
        });
    prop::collection::vec(one, 0..6).prop_map(|mut items| {
        items.sort_by(|a, b| a.name.cmp(&b.name));
        items.dedup_by(|a, b| a.name == b.name);
        items
    })
}

proptest! {
    /// Whatever is chosen: what was ticked is there as it was shown, what was not ticked and nothing
    /// else stays as it is, and no secret that is set is lost but with its item, ticked.
    #[test]
    fn what_was_chosen_is_what_is_deployed(
        from in items(),
        to in items(),
        whole: bool,
        ticks in prop::collection::vec(prop::bool::ANY, 12),
    ) {
        let promotion = promotion(&from, &to, whole);
        let names: Vec<String> =
            promotion.items.iter().flatten().map(|item| item.name.clone()).collect();
        let chosen = choice(promotion.clone(), |item| {
            ticks[names.iter().position(|name| *name == item.name).unwrap()]
        });
        let request = chosen.request();
        let after = deployed(&from, &to, &request);
        let value = |list: &[ConfigurationItem], name: &str| {
            list.iter().find(|item| item.name == name).map(|item| item.value.clone())
        };
        for shown in promotion.items.iter().flatten() {
            let (now, is_ticked) = (value(&after, &shown.name), chosen.takes(&shown.name));
            let expected = match shown.kind {
                PromotedKind::Arrives => is_ticked.then(|| shown.after.clone()),
                PromotedKind::ArrivesUnset if is_ticked => Some(None),
                PromotedKind::Differs if is_ticked => Some(shown.after.clone()),
                PromotedKind::Leaves if is_ticked && request.from.is_some() => None,
                PromotedKind::ArrivesUnset
                | PromotedKind::Differs
                | PromotedKind::Incomparable
                | PromotedKind::Leaves => value(&to, &shown.name),
            };
            prop_assert_eq!(now, expected, "{}: {:?}", &shown.name, shown.kind);
        }
        for same in to.iter().filter(|item| !names.contains(&item.name)) {
            prop_assert_eq!(value(&after, &same.name), Some(same.value.clone()));
        }
    }
}
