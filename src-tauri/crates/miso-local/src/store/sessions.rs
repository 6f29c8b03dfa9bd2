//! Sign-in sessions and their refresh tokens. A token is stored as its SHA-256 only.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{StoreError, millis, time};

/// What came of one sign-in: all its tokens live and end with it.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) id: String,
    pub(crate) client_id: String,
    pub(crate) subject: String,
    /// Scopes, separated by spaces.
    pub(crate) scope: String,
    pub(crate) signed_in_at: DateTime<Utc>,
    pub(crate) expires_at: DateTime<Utc>,
}

/// How long the answer to a spent refresh token is given again, in case the first one was lost on
/// its way.
const GRACE: TimeDelta = TimeDelta::seconds(30);
/// How long a spent refresh token is remembered, so that its reuse is noticed; afterwards it is
/// unknown, and refused as such.
const MEMORY: TimeDelta = TimeDelta::days(1);

/// A refresh token that is handed in, and what takes its place.
pub(crate) struct Rotation {
    pub(crate) client_id: &'static str,
    /// The hash of the one handed in.
    pub(crate) spent: Vec<u8>,
    /// The hash of the one that takes its place; the same for the same one.
    pub(crate) successor: Vec<u8>,
    /// The scopes asked for; all that were granted where none are.
    pub(crate) scope: Option<String>,
    pub(crate) now: DateTime<Utc>,
    pub(crate) expires_at: DateTime<Utc>,
}

/// What became of a refresh token that was handed in.
#[derive(Debug)]
pub(crate) enum Rotated {
    /// It was good and is spent now, or was a moment ago and its successor is not.
    Spent(Session),
    /// It is good, but was not granted that much (RFC 6749 §6). Nothing was spent.
    TooWide,
    /// It was spent before: its session has been revoked.
    Reused,
    /// Nobody knows it, it is another client's, or its session has ended.
    Refused,
}

/// Begins a session.
pub(crate) fn begin(db: &Connection, session: &Session) -> Result<(), StoreError> {
    db.execute(
        "INSERT INTO sessions (id, client_id, subject, scope, signed_in_at, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            session.id,
            session.client_id,
            session.subject,
            session.scope,
            millis(session.signed_in_at),
            millis(session.expires_at)
        ],
    )?;
    Ok(())
}

/// Adds a refresh token to a session.
pub(crate) fn add_refresh_token(
    db: &Connection,
    session: &str,
    hash: &[u8],
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    db.execute(
        "INSERT INTO refresh_tokens (hash, session, created_at) VALUES (?1, ?2, ?3)",
        params![hash, session, millis(at)],
    )?;
    Ok(())
}

/// The session, unless it was revoked or has ended.
pub(crate) fn live(
    db: &Connection,
    id: &str,
    now: DateTime<Utc>,
) -> Result<Option<Session>, StoreError> {
    let mut read = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM sessions WHERE id = ?1 AND revoked_at IS NULL AND expires_at > ?2"
    ))?;
    Ok(read
        .query_row(params![id, millis(now)], from_row)
        .optional()?)
}

/// Spends a refresh token and puts another in its place, in one step: of two that come with the
/// same token, the session ends (RFC 9700 §4.14.2), unless it is but the repetition of a request
/// whose answer was lost.
pub(crate) fn rotate(db: &mut Connection, rotation: &Rotation) -> Result<Rotated, StoreError> {
    let now = rotation.now;
    let change = db.transaction()?;
    let found: Option<(String, Option<i64>)> = change
        .query_row(
            "SELECT session, used_at FROM refresh_tokens WHERE hash = ?1",
            params![rotation.spent],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    let Some((id, used_at)) = found else {
        return Ok(Rotated::Refused);
    };
    let used_at = used_at.map(time);
    if let Some(used_at) = used_at
        && !((now - used_at).abs() < GRACE && is_unused(&change, &rotation.successor)?)
    {
        revoke(&change, &id, now)?;
        change.commit()?;
        return Ok(Rotated::Reused);
    }
    let Some(session) =
        live(&change, &id, now)?.filter(|session| session.client_id == rotation.client_id)
    else {
        return Ok(Rotated::Refused);
    };
    if !is_granted(rotation.scope.as_deref().unwrap_or_default(), &session) {
        return Ok(Rotated::TooWide);
    }
    if used_at.is_none() {
        change.execute(
            "UPDATE refresh_tokens SET used_at = ?2 WHERE hash = ?1",
            params![rotation.spent, millis(now)],
        )?;
        add_refresh_token(&change, &id, &rotation.successor, now)?;
        change.execute(
            "DELETE FROM refresh_tokens WHERE session = ?1 AND used_at < ?2",
            params![id, millis(now - MEMORY)],
        )?;
    }
    change.execute(
        "UPDATE sessions SET expires_at = ?2 WHERE id = ?1",
        params![id, millis(rotation.expires_at)],
    )?;
    change.commit()?;
    Ok(Rotated::Spent(Session {
        expires_at: rotation.expires_at,
        ..session
    }))
}

/// Whether a refresh token was given out and not handed in yet.
fn is_unused(db: &Connection, hash: &[u8]) -> Result<bool, StoreError> {
    let found = db
        .query_row(
            "SELECT 1 FROM refresh_tokens WHERE hash = ?1 AND used_at IS NULL",
            params![hash],
            |_| Ok(()),
        )
        .optional()?;
    Ok(found.is_some())
}

fn is_granted(scope: &str, session: &Session) -> bool {
    let granted: Vec<&str> = session.scope.split_ascii_whitespace().collect();
    scope
        .split_ascii_whitespace()
        .all(|scope| granted.contains(&scope))
}

/// The session a refresh token belongs to, spent or not.
pub(crate) fn of_refresh_token(
    db: &Connection,
    hash: &[u8],
) -> Result<Option<Session>, StoreError> {
    let mut read = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM sessions
         WHERE id = (SELECT session FROM refresh_tokens WHERE hash = ?1)"
    ))?;
    Ok(read.query_row(params![hash], from_row).optional()?)
}

/// Ends a session with all its tokens.
pub(crate) fn revoke(db: &Connection, id: &str, at: DateTime<Utc>) -> Result<(), StoreError> {
    db.execute(
        "UPDATE sessions SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL",
        params![id, millis(at)],
    )?;
    Ok(())
}

/// Forgets sessions that have ended; their tokens are then unknown, which refuses them too.
pub(crate) fn forget_ended(db: &Connection, now: DateTime<Utc>) -> Result<(), StoreError> {
    db.execute(
        "DELETE FROM sessions WHERE expires_at <= ?1",
        params![millis(now)],
    )?;
    Ok(())
}

const COLUMNS: &str = "id, client_id, subject, scope, signed_in_at, expires_at";

fn from_row(row: &Row<'_>) -> rusqlite::Result<Session> {
    Ok(Session {
        id: row.get(0)?,
        client_id: row.get(1)?,
        subject: row.get(2)?,
        scope: row.get(3)?,
        signed_in_at: time(row.get(4)?),
        expires_at: time(row.get(5)?),
    })
}

#[cfg(test)]
#[path = "sessions_tests.rs"]
mod tests;
