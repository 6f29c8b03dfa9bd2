use miso_api::ConfigurationLocation::{Keyvault, Variable};
use serde_json::json;

use super::compare::compare;
use super::exchange::import;
use super::*;
use crate::{Code, Failure, Stage};

fn variable(name: &str, value: &str) -> EditedItem {
    EditedItem {
        name: name.to_owned(),
        value: Some(value.to_owned()),
        location: Variable,
        required: false,
        is_set: None,
        held: None,
        portal_input: None,
    }
}

fn secret(name: &str, is_set: bool) -> EditedItem {
    EditedItem {
        value: None,
        location: Keyvault,
        is_set: Some(is_set),
        ..variable(name, "")
    }
}

fn replaced(item: &EditedItem) -> EditedItem {
    EditedItem {
        held: Some("a word".to_owned()),
        ..item.clone()
    }
}

fn kinds(differences: &[ItemDifference]) -> Vec<(&str, DifferenceKind, &[Part])> {
    let all = differences.iter();
    all.map(|one| (one.name.as_str(), one.kind, one.parts.as_slice()))
        .collect()
}

#[test]
fn what_changes_is_told_by_item_and_a_secret_that_is_not_typed_changes_nothing() {
    let before = [
        variable("A", "1"),
        variable("B", "1"),
        variable("C", "1"),
        secret("S", true),
        secret("T", true),
    ];
    let after = [
        variable("B", "2"),
        variable("A", "1"),
        secret("S", false),
        replaced(&before[4]),
        variable("N", ""),
    ];
    let review = review(&before, &after);
    assert_eq!(
        kinds(&review.differences),
        [
            ("B", DifferenceKind::Changed, &[Part::Value][..]),
            ("T", DifferenceKind::Changed, &[Part::Secret]),
            ("N", DifferenceKind::Added, &[]),
            ("C", DifferenceKind::Removed, &[]),
        ]
    );
    assert_eq!(review.violations, []);
}

#[test]
fn a_secret_that_becomes_a_variable_needs_a_value() {
    let mut shown = secret("S", true);
    shown.location = Variable;
    let found = violations(&[shown.clone(), variable("lower", "")]);
    let fields: Vec<&str> = found.iter().map(|one| one.field.as_str()).collect();
    assert_eq!(fields, ["items[0].value", "items[1].name"]);
    shown.value = Some(String::new());
    assert_eq!(violations(&[shown]), []);
}

#[test]
fn what_does_not_collide_is_merged_part_by_part() {
    let was = [variable("A", "1"), variable("B", "1"), secret("S", false)];
    let mut yours = was.to_vec();
    yours[0].value = Some("mine".to_owned());
    yours[1].required = true;
    yours.push(variable("MINE", "1"));
    let mut theirs = was.to_vec();
    theirs[0].required = true;
    theirs[1].value = Some("theirs".to_owned());
    theirs[2].is_set = Some(true);
    theirs.push(variable("THEIRS", "1"));
    let merged = merge(&was, &yours, &theirs);
    assert_eq!(merged.conflicts, []);
    assert_eq!(merged.taken, ["S", "THEIRS"]);
    let item = |name: &str| named(&merged.items, name).unwrap();
    assert_eq!(
        (item("A").value.as_deref(), item("A").required),
        (Some("mine"), true)
    );
    assert_eq!(
        (item("B").value.as_deref(), item("B").required),
        (Some("theirs"), true)
    );
    assert_eq!(item("S").is_set, Some(true));
    assert_eq!(merged.items.len(), 5);
}

#[test]
fn what_collides_is_put_to_whoever_saves_last() {
    let was = [variable("A", "1"), variable("B", "1"), secret("S", false)];
    let mut yours = vec![variable("A", "mine"), replaced(&was[2])];
    let mut theirs = was.to_vec();
    theirs[0].value = Some("theirs".to_owned());
    theirs[0].required = true;
    theirs[1].value = Some("theirs".to_owned());
    theirs[2].is_set = Some(true);
    for list in [&mut yours, &mut theirs] {
        list.push(variable(
            "NEW",
            if list.len() == 2 { "mine" } else { "theirs" },
        ));
    }
    let merged = merge(&was, &yours, &theirs);
    let names: Vec<&str> = merged
        .conflicts
        .iter()
        .map(|one| one.name.as_str())
        .collect();
    assert_eq!(
        names,
        ["A", "B", "S", "NEW"],
        "a value, a removal, a secret, a name"
    );
    assert_eq!(merged.items, theirs);
    let mine = merged.conflicts[0].yours.as_ref().unwrap();
    assert!(
        mine.required,
        "what only they changed stays, whoever counts"
    );
    let sides = names
        .iter()
        .map(|name| ((*name).to_owned(), ItemSide::Yours));
    let settled = settle(merged.clone(), &sides.collect());
    assert_eq!(named(&settled, "A").unwrap().value.as_deref(), Some("mine"));
    assert_eq!(named(&settled, "B"), None);
    assert!(named(&settled, "S").unwrap().held.is_some());
    assert_eq!(
        named(&settled, "NEW").unwrap().value.as_deref(),
        Some("mine")
    );
    assert_eq!(settle(merged, &BTreeMap::new()), theirs);
}

#[test]
fn changes_that_were_kept_are_taken_up_without_secrets() {
    let was = [variable("A", "1"), variable("B", "1"), secret("S", true)];
    let edited = [
        variable("A", "mine"),
        replaced(&was[2]),
        variable("NEW", "mine"),
    ];
    let kept = review(&was, &edited).differences;
    let now = [
        variable("A", "1"),
        variable("B", "1"),
        secret("S", true),
        variable("C", ""),
    ];
    let again = take_up(kept.clone(), &now);
    assert_eq!(again.conflicts, []);
    let names: Vec<&str> = again.items.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["A", "S", "C", "NEW"]);
    assert_eq!(again.items[0].value.as_deref(), Some("mine"));
    assert_eq!(again.items[1], was[2], "a secret has to be typed again");
    let now = [
        variable("A", "theirs"),
        variable("B", "1"),
        secret("S", true),
    ];
    let collides = take_up(kept, &now);
    assert_eq!(collides.conflicts.len(), 1);
    assert_eq!(collides.conflicts[0].was, Some(was[0].clone()));
}

fn environment(key: &str) -> SideBySideEnvironment {
    SideBySideEnvironment {
        stage: Stage {
            key: key.to_owned(),
            name: key.to_owned(),
            production: false,
        },
        failure: None,
    }
}

#[test]
fn secrets_are_never_called_equal() {
    let dev = vec![
        variable("SAME", "1"),
        variable("OTHER", "1"),
        secret("BOTH", true),
        secret("ONE", true),
        secret("NONE", false),
        variable("ONLY", "1"),
    ];
    let mut test = dev[..5].to_vec();
    test[1].value = Some("2".to_owned());
    test[3].is_set = Some(false);
    let unknown = SideBySideEnvironment {
        failure: Some(Failure::new(Code::Forbidden)),
        ..environment("prod")
    };
    let compared = compare(vec![
        (environment("dev"), Some(dev)),
        (environment("test"), Some(test)),
        (unknown, None),
    ]);
    let all: Vec<_> = compared
        .rows
        .iter()
        .map(|row| (row.name.as_str(), row.likeness, row.cells[1].differs))
        .collect();
    assert_eq!(
        all,
        [
            ("SAME", Likeness::Same, false),
            ("OTHER", Likeness::Differs, true),
            ("BOTH", Likeness::NotComparable, false),
            ("ONE", Likeness::Differs, true),
            ("NONE", Likeness::SetNowhere, false),
            ("ONLY", Likeness::Differs, true),
        ]
    );
    let alone = compare(vec![(environment("dev"), Some(vec![variable("A", "1")]))]);
    assert_eq!(alone.rows[0].likeness, Likeness::Alone);
}

fn bring(items: &[EditedItem], text: &str) -> (Imported, Vec<String>) {
    use secrecy::ExposeSecret;

    let mut held = Vec::new();
    let imported = import(items, text, |secret| {
        held.push(secret.expose_secret().to_owned());
        format!("word {}", held.len())
    });
    (imported.unwrap(), held)
}

#[test]
fn an_env_file_is_read_as_dotenv_reads_it() {
    let text = "\u{feff}# a comment\r\n\r\nexport A=1\r\n B = two words # said\nC='single $A \\n'\n\
        D=\"first\nsecond\\nthird \\\"q\\\" \\$A\"\nE=`it's \"so\"`\nF=\nG=a#b\nH: yes\nI=\"open\n\
        no equals\nJ='it''s'\nK=\"x\" # after\n";
    let (imported, _) = bring(&[], text);
    let all: Vec<_> = imported
        .items
        .iter()
        .map(|item| (item.name.as_str(), item.value.as_deref().unwrap()))
        .collect();
    assert_eq!(
        all,
        [
            ("A", "1"),
            ("B", "two words"),
            ("C", "single $A \\n"),
            ("D", "first\nsecond\nthird \"q\" $A"),
            ("E", "it's \"so\""),
            ("F", ""),
            ("G", "a#b"),
            ("H", "yes"),
            ("I", "\"open"),
            ("J", "it''s"),
            ("K", "x"),
        ]
    );
    assert_eq!(
        imported.remarks,
        [LineRemark {
            line: 13,
            name: String::new(),
            fault: LineFault::Unread
        }]
    );
}

#[test]
fn what_a_file_brings_goes_over_what_is_there_and_loses_nothing() {
    let items = [
        variable("KEPT", "1"),
        secret("PASSWORD", true),
        secret("PIN", true),
    ];
    let text = "PASSWORD=hunter2\nPIN=\nmy-name=1\nAPI_TOKEN=abc\nPORT=1\nPORT=2\n";
    let (imported, held) = bring(&items, text);
    assert_eq!(held, ["hunter2", "abc"]);
    let said = format!("{imported:?}");
    assert!(!said.contains("hunter2") && !said.contains("abc"), "{said}");
    let faults: Vec<_> = imported
        .remarks
        .iter()
        .map(|remark| (remark.line, remark.name.as_str(), remark.fault))
        .collect();
    assert_eq!(
        faults,
        [
            (3, "my-name", LineFault::Name),
            (4, "API_TOKEN", LineFault::TakenAsSecret),
            (6, "PORT", LineFault::Again),
        ]
    );
    assert_eq!(
        kinds(&imported.differences),
        [
            ("PASSWORD", DifferenceKind::Changed, &[Part::Secret][..]),
            ("my-name", DifferenceKind::Added, &[]),
            ("API_TOKEN", DifferenceKind::Added, &[]),
            ("PORT", DifferenceKind::Added, &[]),
        ]
    );
    assert_eq!(imported.items[0], items[0]);
    assert_eq!(
        imported.items[2], items[2],
        "named without a value, it stays"
    );
    assert_eq!(
        named(&imported.items, "PORT").unwrap().value.as_deref(),
        Some("2")
    );
}

#[test]
fn json_comes_as_names_or_as_items() {
    let (imported, _) = bring(
        &[],
        "{\n\"A\": \"1\",\n\"B\": 2,\n\"C\": true,\n\"D\": {}\n}",
    );
    let values: Vec<_> = imported
        .items
        .iter()
        .map(|item| item.value.as_deref())
        .collect();
    assert_eq!(values, [Some("1"), Some("2"), Some("true")]);
    assert_eq!(
        (imported.remarks[0].line, imported.remarks[0].fault),
        (5, LineFault::NoValue)
    );
    let items = json!({"configuration": [
        {"name": "S", "value": "hunter2", "location": "keyvault", "required": true,
         "portalInput": {"label": "It"}},
        {"name": "T", "location": "keyvault", "required": false},
    ]});
    let (imported, held) = bring(&[secret("T", true)], &items.to_string());
    assert_eq!(held, ["hunter2"]);
    assert_eq!(imported.items[0], secret("T", true));
    let new = &imported.items[1];
    assert_eq!(
        (new.required, &new.portal_input),
        (true, &Some(json!({"label": "It"})))
    );
    let reason = |text: &str| {
        let refused = import(&[], text, |_| String::new()).unwrap_err();
        assert_eq!(refused.code, Code::ConfigurationFileInvalid);
        (
            refused.params["reason"].clone(),
            refused.params["line"].clone(),
        )
    };
    let is = |reason: &str, line: &str| (reason.to_owned(), line.to_owned());
    assert_eq!(reason("{\n\"A\" 1}"), is("syntax", "2"));
    assert_eq!(reason("[1]"), is("item", "0"));
    assert_eq!(reason(" \n# nothing\n"), is("empty", "0"));
    assert_eq!(reason(&"#".repeat((1 << 20) + 1)), is("size", "0"));
}

#[test]
fn no_secret_goes_into_a_file() {
    let items = [
        variable("A", "x y"),
        secret("S", true),
        variable("a\nB=1", "1"),
    ];
    assert_eq!(
        export(&items, ExportFormat::Dotenv),
        "A='x y'\n# S is a secret, not exported\n# \"a\\nB=1\" is no name for a file\n"
    );
    let json: Value = serde_json::from_str(&export(&items, ExportFormat::Json)).unwrap();
    assert_eq!(
        json["items"][1],
        json!({"name": "S", "location": "keyvault", "required": false})
    );
}

#[test]
fn a_file_is_called_by_what_is_in_it_and_stays_in_its_folder() {
    let name = |application: &str| file_name(application, "dev", ExportFormat::Dotenv);
    assert_eq!(name("orders"), "orders-dev.env");
    assert_eq!(name("../../etc/pass\nwd"), "_.._etc_pass_wd-dev.env");
    assert_eq!(name(&"a".repeat(300)).len(), 104);
    assert_eq!(
        file_name("orders", "prod", ExportFormat::Json),
        "orders-prod.json"
    );
}
