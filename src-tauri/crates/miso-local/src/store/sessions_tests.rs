//! Refresh tokens over time.

use super::*;
use crate::store::open;

const FIRST: &[u8] = b"first";
const SECOND: &[u8] = b"second";
const THIRD: &[u8] = b"third";

fn begun(now: DateTime<Utc>) -> (Connection, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let (db, _) = open::open(&folder.path().join("miso.db")).unwrap();
    let session = Session {
        id: "s".to_owned(),
        client_id: "app".to_owned(),
        subject: "aino-laine".to_owned(),
        scope: "openid api".to_owned(),
        signed_in_at: now,
        expires_at: now + TimeDelta::days(30),
    };
    begin(&db, &session).unwrap();
    add_refresh_token(&db, "s", FIRST, now).unwrap();
    (db, folder)
}

fn rotation(spent: &[u8], successor: &[u8], now: DateTime<Utc>) -> Rotation {
    Rotation {
        client_id: "app",
        spent: spent.to_owned(),
        successor: successor.to_owned(),
        scope: None,
        now,
        expires_at: now + TimeDelta::days(30),
    }
}

#[test]
fn a_lost_answer_is_given_again_for_a_moment() {
    let now = crate::store::now();
    let (mut db, _folder) = begun(now);
    for later in [0, 5, 29] {
        let again = rotation(FIRST, SECOND, now + TimeDelta::seconds(later));
        let rotated = rotate(&mut db, &again).unwrap();
        assert!(matches!(rotated, Rotated::Spent(_)), "{later}: {rotated:?}");
    }
    let late = rotation(FIRST, SECOND, now + TimeDelta::seconds(30));
    assert!(matches!(rotate(&mut db, &late).unwrap(), Rotated::Reused));
    let ended = rotation(SECOND, THIRD, now + TimeDelta::seconds(31));
    assert!(matches!(rotate(&mut db, &ended).unwrap(), Rotated::Refused));
}

#[test]
fn once_its_successor_was_used_an_old_one_is_reuse_at_once() {
    let now = crate::store::now();
    let (mut db, _folder) = begun(now);
    rotate(&mut db, &rotation(FIRST, SECOND, now)).unwrap();
    rotate(&mut db, &rotation(SECOND, THIRD, now)).unwrap();
    let reused = rotate(&mut db, &rotation(FIRST, SECOND, now)).unwrap();
    assert!(matches!(reused, Rotated::Reused));
    assert!(live(&db, "s", now).unwrap().is_none());
}

#[test]
fn a_scope_is_looked_at_after_the_token() {
    let now = crate::store::now();
    let (mut db, _folder) = begun(now);
    let scoped = |spent: &[u8], successor: &[u8], scope: &str| Rotation {
        scope: Some(scope.to_owned()),
        ..rotation(spent, successor, now)
    };
    let wide = rotate(&mut db, &scoped(FIRST, SECOND, "api email")).unwrap();
    assert!(matches!(wide, Rotated::TooWide));
    let narrow = rotate(&mut db, &scoped(FIRST, SECOND, "api")).unwrap();
    assert!(matches!(narrow, Rotated::Spent(_)), "nothing was spent");
    rotate(&mut db, &rotation(SECOND, THIRD, now)).unwrap();
    let reused = rotate(&mut db, &scoped(FIRST, SECOND, "api email")).unwrap();
    assert!(matches!(reused, Rotated::Reused));
    let dead = rotate(&mut db, &scoped(THIRD, FIRST, "api email")).unwrap();
    assert!(matches!(dead, Rotated::Refused));
}

#[test]
fn spent_tokens_do_not_pile_up() {
    let mut now = crate::store::now();
    let (mut db, _folder) = begun(now);
    let mut token = FIRST.to_owned();
    for number in 0..500 {
        now += TimeDelta::minutes(10);
        let next = format!("token {number}").into_bytes();
        let rotated = rotate(&mut db, &rotation(&token, &next, now)).unwrap();
        assert!(matches!(rotated, Rotated::Spent(_)));
        token = next;
    }
    let kept: i64 = db
        .query_row("SELECT count(*) FROM refresh_tokens", [], |row| row.get(0))
        .unwrap();
    // Those of one day, and the one that is good.
    assert!((100..=146).contains(&kept), "{kept}");
}
