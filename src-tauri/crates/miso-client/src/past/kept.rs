//! What was seen, on disk. Written by the cache's own thread; what fails is tried again with the next
//! reading, and hinders nobody.

use std::collections::HashMap;
use std::sync::Mutex;

use chrono::{DateTime, TimeDelta, Utc};
use miso_api::{ApplicationStatus, HealthStatus};
use rusqlite::{Connection as Database, OptionalExtension, Row, params};

use super::compared::{Change, Changes, Known, Last};
use super::seen::{Place, Seen, There};
use super::{Glimpse, KEPT, MOST, moment};
use crate::lock::lock;

/// Each row is how a place was from then on, until the next one of the same place.
pub(crate) const SCHEMA: &str = "
    create table if not exists past (
        connection text not null,
        account text not null,
        application text not null,
        environment text not null,
        at integer not null,
        seen_at integer not null,
        presence text not null,
        status text,
        health text,
        image text,
        health_since integer,
        deployed integer,
        primary key (connection, account, application, environment, at)
    ) without rowid;
    create index if not exists past_by_time on past (connection, account, at);
    create table if not exists past_configuration (
        connection text not null,
        account text not null,
        application text not null,
        environment text not null,
        at integer not null,
        version text not null,
        primary key (connection, account, application, environment, at)
    ) without rowid;
    create table if not exists past_span (
        connection text not null,
        account text not null,
        begun integer not null,
        ended integer not null,
        primary key (connection, account, begun)
    ) without rowid;
";

/// Clocks are set back by so little now and then.
const SET_BACK: TimeDelta = TimeDelta::minutes(1);
/// What is too old is looked for so often.
const PRUNED_EVERY: TimeDelta = TimeDelta::days(1);

/// Whose past it is: a connection's, and an account's.
pub(crate) type Whose = (String, String);

/// What is known by now, of everybody whose readings come.
#[derive(Default)]
pub(crate) struct Past {
    /// Held while the disk is written: by the cache's own thread, or by who erases.
    state: Mutex<State>,
    /// How often each connection was erased. Never held for long.
    erased: Mutex<HashMap<String, u64>>,
}

#[derive(Default)]
struct State {
    known: HashMap<Whose, Known>,
    /// How many rows there are, once they were counted.
    rows: Option<usize>,
    pruned_at: Option<i64>,
}

/// How a place was from a moment on.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Then {
    pub place: Place,
    pub at: DateTime<Utc>,
    pub seen: Seen,
}

impl Past {
    /// A mark of now: what was asked to be kept before the next erasure is not kept after it.
    pub(crate) fn generation(&self, connection: &str) -> u64 {
        lock(&self.erased)
            .get(connection)
            .copied()
            .unwrap_or_default()
    }

    /// Says that a connection is about to be erased: what waits to be kept of it is not any more.
    pub(crate) fn is_erased(&self, connection: &str) {
        *lock(&self.erased).entry(connection.to_owned()).or_default() += 1;
    }

    /// Deletes all of a connection.
    pub(crate) fn erase(
        &self,
        database: &Database,
        connection: &str,
    ) -> Result<(), rusqlite::Error> {
        let mut state = lock(&self.state);
        state.known.retain(|(known, _), _| known != connection);
        state.rows = None;
        for table in ["past", "past_configuration", "past_span"] {
            database.execute(
                &format!("delete from {table} where connection = ?1"),
                [connection],
            )?;
        }
        Ok(())
    }

    /// Keeps what a reading says that is new, unless all was erased since it came.
    pub(crate) fn keep(
        &self,
        database: &Database,
        whose: &Whose,
        generation: u64,
        glimpse: &Glimpse,
        seen_at: DateTime<Utc>,
    ) {
        let mut state = lock(&self.state);
        if self.generation(&whose.0) != generation {
            return;
        }
        if let Err(error) = state.keep(database, whose, glimpse, seen_at) {
            // It is read anew, and compared once more, with the next reading.
            state.known.remove(whose);
            state.rows = None;
            tracing::warn!(%error, "what was seen could not be kept");
        }
    }
}

impl State {
    fn keep(
        &mut self,
        database: &Database,
        whose: &Whose,
        glimpse: &Glimpse,
        seen_at: DateTime<Utc>,
    ) -> Result<(), rusqlite::Error> {
        let sight = match glimpse.sight() {
            Ok(Some(sight)) => sight,
            Ok(None) => return Ok(()),
            Err(failure) => {
                tracing::warn!(?failure, "a reading says nothing of the past");
                return Ok(());
            }
        };
        let mut seen_at = seen_at.timestamp_millis();
        let mut known = match self.known.remove(whose) {
            Some(known) => known,
            None => load(database, whose)?,
        };
        if let Some((_, to)) = known.span
            && seen_at < to
        {
            if to - seen_at > SET_BACK.num_milliseconds() {
                // The clock was ahead: what was kept of a time that has not come is worth nothing.
                forget_after(database, whose, seen_at)?;
                known = load(database, whose)?;
                self.rows = None;
            } else {
                seen_at = to;
            }
        }
        let changes = known.changes(sight, seen_at);
        write(database, whose, &changes)?;
        let came = changes.places.len() + changes.configurations.len();
        known.take(changes);
        self.known.insert(whose.clone(), known);
        self.rows = self.rows.map(|rows| rows + came);
        self.prune(database, seen_at)
    }

    fn prune(&mut self, database: &Database, now: i64) -> Result<(), rusqlite::Error> {
        let rows = match self.rows {
            Some(rows) => rows,
            None => count(database)?,
        };
        self.rows = Some(rows);
        let is_due = self
            .pruned_at
            .is_none_or(|at| (now - at).abs() >= PRUNED_EVERY.num_milliseconds());
        if is_due || rows > MOST {
            prune(database, now, MOST)?;
            self.pruned_at = Some(now);
            self.rows = Some(count(database)?);
        }
        Ok(())
    }
}

/// Every place that was ever seen, with how it was at a moment: nothing where that was before it
/// was seen first.
pub(super) fn places_at(
    database: &Database,
    (connection, account): &Whose,
    at: DateTime<Utc>,
) -> Result<Vec<(Place, Option<Then>)>, rusqlite::Error> {
    let mut select = database.prepare(
        "select application, environment, max(at), presence, status, health, image, health_since, deployed
         from past where connection = ?1 and account = ?2 and at <= ?3
         group by application, environment",
    )?;
    let millis = at.timestamp_millis();
    let rows = select.query_map(params![connection, account, millis], then)?;
    let then: Vec<Then> = rows.collect::<Result<_, _>>()?;
    let mut places: HashMap<Place, Option<Then>> = HashMap::new();
    let mut select = database.prepare(
        "select distinct application, environment from past where connection = ?1 and account = ?2",
    )?;
    let all = select.query_map([connection, account], |row| Ok((row.get(0)?, row.get(1)?)))?;
    for place in all {
        places.insert(place?, None);
    }
    for then in then {
        places.insert(then.place.clone(), Some(then));
    }
    Ok(places.into_iter().collect())
}

/// How the places of some applications were at a moment, where they were seen by then.
pub(super) fn places_of_at<'a>(
    database: &Database,
    (connection, account): &Whose,
    applications: impl IntoIterator<Item = &'a str>,
    at: DateTime<Utc>,
) -> Result<HashMap<Place, Then>, rusqlite::Error> {
    let mut select = database.prepare(
        "select application, environment, max(at), presence, status, health, image, health_since, deployed
         from past where connection = ?1 and account = ?2 and application = ?3 and at <= ?4
         group by environment",
    )?;
    let mut places = HashMap::new();
    for application in applications {
        let of = params![connection, account, application, at.timestamp_millis()];
        for row in select.query_map(of, then)? {
            let then = row?;
            places.insert(then.place.clone(), then);
        }
    }
    Ok(places)
}

/// How places were seen after a moment, the oldest first.
pub(super) fn places_after(
    database: &Database,
    (connection, account): &Whose,
    at: DateTime<Utc>,
) -> Result<Vec<Then>, rusqlite::Error> {
    let mut select = database.prepare(
        "select application, environment, at, presence, status, health, image, health_since, deployed
         from past where connection = ?1 and account = ?2 and at > ?3 order by at",
    )?;
    let rows = select.query_map(params![connection, account, at.timestamp_millis()], then)?;
    rows.collect()
}

/// Which configurations are of another version than before, after a moment, the oldest first.
pub(super) fn configurations_after(
    database: &Database,
    (connection, account): &Whose,
    at: DateTime<Utc>,
) -> Result<Vec<(Place, DateTime<Utc>)>, rusqlite::Error> {
    let mut select = database.prepare(
        "select application, environment, at from past_configuration as here
         where connection = ?1 and account = ?2 and at > ?3 and exists (
             select 1 from past_configuration as before
             where before.connection = here.connection and before.account = here.account
             and before.application = here.application and before.environment = here.environment
             and before.at < here.at)
         order by at",
    )?;
    let rows = select.query_map(params![connection, account, at.timestamp_millis()], |row| {
        Ok(((row.get(0)?, row.get(1)?), moment(row.get(2)?)))
    })?;
    rows.collect()
}

/// The times without a gap, the oldest first.
pub(super) fn spans(
    database: &Database,
    (connection, account): &Whose,
) -> Result<Vec<(i64, i64)>, rusqlite::Error> {
    let mut select = database.prepare(
        "select begun, ended from past_span where connection = ?1 and account = ?2 order by begun",
    )?;
    let rows = select.query_map([connection, account], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}

/// When something changed, the oldest first; of many, the newest.
pub(super) fn marks(
    database: &Database,
    (connection, account): &Whose,
    most: usize,
) -> Result<Vec<i64>, rusqlite::Error> {
    let mut select = database.prepare(
        "select distinct at from past where connection = ?1 and account = ?2 order by at desc limit ?3",
    )?;
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let rows = select.query_map(params![connection, account, most], |row| row.get(0))?;
    let mut marks: Vec<i64> = rows.collect::<Result<_, _>>()?;
    marks.reverse();
    Ok(marks)
}

/// What is known by now, as it was left.
fn load(database: &Database, whose: &Whose) -> Result<Known, rusqlite::Error> {
    let places = places_at(database, whose, DateTime::<Utc>::MAX_UTC)?;
    let places = places.into_iter().filter_map(|(place, then)| {
        let Then { at, seen, .. } = then?;
        let at = at.timestamp_millis();
        Some((place, Last { seen, at }))
    });
    let (connection, account) = whose;
    let mut select = database.prepare(
        "select application, environment, max(at), version from past_configuration
         where connection = ?1 and account = ?2 group by application, environment",
    )?;
    let configurations = select.query_map([connection, account], |row| {
        Ok(((row.get(0)?, row.get(1)?), row.get(3)?))
    })?;
    Ok(Known {
        places: places.collect(),
        configurations: configurations.collect::<Result<_, _>>()?,
        span: spans(database, whose)?.pop(),
    })
}

/// All of it, or nothing.
fn write(
    database: &Database,
    (connection, account): &Whose,
    changes: &Changes,
) -> Result<(), rusqlite::Error> {
    let whole = database.unchecked_transaction()?;
    for Change {
        place: (application, environment),
        at,
        seen_at,
        seen,
    } in &changes.places
    {
        let there = seen.there();
        whole
            .prepare_cached(
                "insert or replace into past values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            )?
            .execute(params![
                connection,
                account,
                application,
                environment,
                at,
                seen_at,
                presence(seen),
                there.map(|there| there.status.as_str()),
                there.map(|there| there.health.as_str()),
                there.and_then(|there| there.image.as_deref()),
                there.and_then(|there| Some(there.health_since?.timestamp_millis())),
                there.and_then(|there| Some(there.deployed?.timestamp_millis())),
            ])?;
    }
    for ((application, environment), at, version) in &changes.configurations {
        whole.execute(
            "insert or replace into past_configuration values (?1, ?2, ?3, ?4, ?5, ?6)",
            params![connection, account, application, environment, at, version],
        )?;
    }
    if let Some((from, to)) = changes.span {
        whole
            .prepare_cached("insert or replace into past_span values (?1, ?2, ?3, ?4)")?
            .execute(params![connection, account, from, to])?;
    }
    whole.commit()
}

/// Deletes what is said of a time that has not come.
fn forget_after(
    database: &Database,
    (connection, account): &Whose,
    now: i64,
) -> Result<(), rusqlite::Error> {
    for delete in [
        "delete from past where connection = ?1 and account = ?2 and at > ?3",
        "delete from past_configuration where connection = ?1 and account = ?2 and at > ?3",
        "delete from past_span where connection = ?1 and account = ?2 and begun > ?3",
        "update past_span set ended = ?3 where connection = ?1 and account = ?2 and ended > ?3",
    ] {
        database.execute(delete, params![connection, account, now])?;
    }
    Ok(())
}

/// Deletes what is too old, or too much: what was before the first moment that is kept, but for how
/// each place was then.
pub(super) fn prune(database: &Database, now: i64, most: usize) -> Result<(), rusqlite::Error> {
    let whole = database.unchecked_transaction()?;
    forget_before(&whole, now - KEPT.num_milliseconds())?;
    let rows = count(&whole)?;
    if rows > most {
        // Not for every row anew.
        let too_many = i64::try_from(rows - most + most / 10).unwrap_or(i64::MAX);
        let floor: Option<i64> = whole
            .query_row(
                "select at from (select at from past union all select at from past_configuration)
                 order by at limit 1 offset ?1",
                [too_many],
                |row| row.get(0),
            )
            .optional()?;
        if let Some(floor) = floor {
            forget_before(&whole, floor)?;
            if count(&whole)? > most {
                // More places than rows: of some it is not known any more how they were.
                for table in ["past", "past_configuration"] {
                    whole.execute(&format!("delete from {table} where at < ?1"), [floor])?;
                }
            }
        }
    }
    whole.commit()
}

fn forget_before(database: &Database, floor: i64) -> Result<(), rusqlite::Error> {
    for table in ["past", "past_configuration"] {
        database.execute(
            &format!(
                "delete from {table} where at < ?1 and exists (
                     select 1 from {table} as later
                     where later.connection = {table}.connection and later.account = {table}.account
                     and later.application = {table}.application
                     and later.environment = {table}.environment
                     and later.at > {table}.at and later.at <= ?1)"
            ),
            [floor],
        )?;
    }
    for delete in [
        "delete from past where at < ?1 and presence <> 'there'",
        "delete from past_span where ended < ?1",
        "update past_span set begun = ?1 where begun < ?1",
    ] {
        database.execute(delete, [floor])?;
    }
    Ok(())
}

fn count(database: &Database) -> Result<usize, rusqlite::Error> {
    let rows: i64 = database.query_row(
        "select (select count(*) from past) + (select count(*) from past_configuration)",
        [],
        |row| row.get(0),
    )?;
    Ok(usize::try_from(rows).unwrap_or_default())
}

fn presence(seen: &Seen) -> &'static str {
    match seen {
        Seen::There(_) => "there",
        Seen::Gone => "gone",
        Seen::Unseen => "unseen",
    }
}

/// A row of a select that names the columns in this order.
fn then(row: &Row<'_>) -> Result<Then, rusqlite::Error> {
    let presence: String = row.get(3)?;
    let seen = match presence.as_str() {
        "gone" => Seen::Gone,
        "unseen" => Seen::Unseen,
        _ => Seen::There(There {
            status: ApplicationStatus::from(row.get::<_, String>(4)?),
            health: HealthStatus::from(row.get::<_, String>(5)?),
            image: row.get(6)?,
            health_since: row.get::<_, Option<i64>>(7)?.map(moment),
            deployed: row.get::<_, Option<i64>>(8)?.map(moment),
        }),
    };
    Ok(Then {
        place: (row.get(0)?, row.get(1)?),
        at: moment(row.get(2)?),
        seen,
    })
}
