//! The schema, one step a version. A step that was released is never changed.

use rusqlite::Connection;

/// The version after the last step.
pub(super) const VERSION: u32 = STEPS.len() as u32;

const STEPS: &[&str] = &["
    CREATE TABLE progress (
        name TEXT PRIMARY KEY,
        value TEXT NOT NULL
    ) STRICT;

    CREATE TABLE applications (
        key TEXT PRIMARY KEY,
        manifest TEXT NOT NULL,
        version INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE secrets (
        application TEXT NOT NULL REFERENCES applications (key) ON DELETE CASCADE,
        scope TEXT NOT NULL,
        name TEXT NOT NULL,
        sealed BLOB NOT NULL,
        PRIMARY KEY (application, scope, name)
    ) STRICT;

    CREATE TABLE placements (
        application TEXT NOT NULL REFERENCES applications (key) ON DELETE CASCADE,
        environment TEXT NOT NULL,
        image TEXT,
        deployment TEXT NOT NULL,
        port INTEGER,
        wanted INTEGER NOT NULL DEFAULT 0,
        error TEXT,
        deployed_at INTEGER,
        replicas INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (application, environment)
    ) STRICT;

    CREATE TABLE deployments (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        application TEXT NOT NULL REFERENCES applications (key) ON DELETE CASCADE,
        environment TEXT NOT NULL,
        image TEXT NOT NULL,
        previous_image TEXT,
        status TEXT NOT NULL,
        message TEXT,
        error TEXT,
        note TEXT,
        requested_by TEXT NOT NULL,
        idempotency_key TEXT,
        created_at INTEGER NOT NULL,
        started_at INTEGER,
        completed_at INTEGER,
        steps TEXT NOT NULL,
        manifest TEXT NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX one_deployment_at_a_time ON deployments (application, environment)
        WHERE status IN ('pending', 'running');
    CREATE UNIQUE INDEX one_deployment_a_key ON deployments (requested_by, application, idempotency_key)
        WHERE idempotency_key IS NOT NULL;
    CREATE INDEX deployments_of_an_application ON deployments (application, environment, number);

    CREATE TABLE health_changes (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        application TEXT NOT NULL REFERENCES applications (key) ON DELETE CASCADE,
        environment TEXT NOT NULL,
        at INTEGER NOT NULL,
        status TEXT NOT NULL,
        message TEXT
    ) STRICT;
    CREATE INDEX health_changes_of_a_placement ON health_changes (application, environment, number);

    CREATE TABLE sessions (
        id TEXT PRIMARY KEY,
        client_id TEXT NOT NULL,
        subject TEXT NOT NULL,
        scope TEXT NOT NULL,
        signed_in_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        revoked_at INTEGER
    ) STRICT;
    CREATE TABLE refresh_tokens (
        hash BLOB PRIMARY KEY,
        session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
        created_at INTEGER NOT NULL,
        used_at INTEGER
    ) STRICT;
    CREATE INDEX refresh_tokens_of_a_session ON refresh_tokens (session);
", "
    CREATE TABLE events (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        application TEXT NOT NULL REFERENCES applications (key) ON DELETE CASCADE,
        environment TEXT,
        at INTEGER NOT NULL,
        kind TEXT NOT NULL,
        by TEXT,
        summary TEXT NOT NULL,
        reference TEXT
    ) STRICT;
    CREATE INDEX events_of_an_application ON events (application, number);
", "
    CREATE TABLE deployment_secrets (
        deployment TEXT NOT NULL REFERENCES deployments (id) ON DELETE CASCADE,
        scope TEXT NOT NULL,
        name TEXT NOT NULL,
        sealed BLOB NOT NULL,
        PRIMARY KEY (deployment, scope, name)
    ) STRICT;
    -- Until now no secret could be changed: what an application has is what each was made with.
    INSERT INTO deployment_secrets (deployment, scope, name, sealed)
        SELECT deployments.id, secrets.scope, secrets.name, secrets.sealed
        FROM deployments JOIN secrets ON secrets.application = deployments.application;
    ALTER TABLE deployments ADD COLUMN rollback_of TEXT;
    ALTER TABLE deployments ADD COLUMN promoted_from TEXT;
    ALTER TABLE deployments ADD COLUMN instance TEXT;

    CREATE TABLE access (
        application TEXT NOT NULL REFERENCES applications (key) ON DELETE CASCADE,
        subject TEXT NOT NULL,
        subject_type TEXT NOT NULL,
        role TEXT NOT NULL,
        environments TEXT NOT NULL,
        PRIMARY KEY (application, subject)
    ) STRICT;
    CREATE TABLE access_requests (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        application TEXT NOT NULL REFERENCES applications (key) ON DELETE CASCADE,
        role TEXT NOT NULL,
        environments TEXT NOT NULL,
        reason TEXT,
        status TEXT NOT NULL,
        requested_by TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        decided_by TEXT,
        decided_at INTEGER,
        note TEXT
    ) STRICT;
    CREATE INDEX access_requests_of_somebody ON access_requests (requested_by, number);
", "
    CREATE TABLE measured_minutes (
        minute INTEGER NOT NULL,
        application TEXT NOT NULL REFERENCES applications (key) ON DELETE CASCADE,
        environment TEXT NOT NULL,
        sums TEXT NOT NULL,
        PRIMARY KEY (minute, application, environment)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX measured_minutes_of_an_application ON measured_minutes (application);
", "
    -- Applications that were registered in an environment by /api/v1, and what they sign in with.
    CREATE TABLE registrations (
        application TEXT NOT NULL REFERENCES applications (key) ON DELETE CASCADE,
        environment TEXT NOT NULL,
        secret_hash BLOB NOT NULL,
        created_at INTEGER NOT NULL,
        PRIMARY KEY (application, environment)
    ) STRICT, WITHOUT ROWID;
    -- What applications told the platform by /api/v1/logs.
    CREATE TABLE told (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL,
        entry TEXT NOT NULL
    ) STRICT;
    CREATE INDEX told_of_a_kind ON told (kind, number);
", "
    -- How long each entry is: together they are bounded, and counting must not read them all.
    ALTER TABLE told ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
    UPDATE told SET bytes = length(CAST(entry AS BLOB));
    DROP INDEX told_of_a_kind;
    CREATE INDEX told_of_a_kind ON told (kind, number, bytes);
"];

/// Brings the schema from the version found to the newest, all or nothing.
pub(super) fn run(connection: &mut Connection, found: u32) -> rusqlite::Result<()> {
    if found == VERSION {
        return Ok(());
    }
    let change = connection.transaction()?;
    for step in STEPS.iter().skip(found as usize) {
        change.execute_batch(step)?;
    }
    change.pragma_update(None, "user_version", VERSION)?;
    change.commit()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deployments_of_before_have_the_secrets_they_were_made_with() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(STEPS[0]).unwrap();
        connection
            .execute_batch(
                "INSERT INTO applications VALUES ('shop', '{}', 1, 0, 0), ('other', '{}', 1, 0, 0);
                 INSERT INTO secrets VALUES ('shop', 'configuration', 'PASSWORD', x'01');
                 INSERT INTO deployments (id, application, environment, image, status,
                     requested_by, created_at, steps, manifest)
                 VALUES ('a', 'shop', 'dev', 'i:1', 'completed', 'x', 0, '[]', '{}'),
                        ('b', 'other', 'dev', 'i:1', 'completed', 'x', 0, '[]', '{}');",
            )
            .unwrap();
        run(&mut connection, 1).unwrap();
        let kept: Vec<(String, Vec<u8>)> = connection
            .prepare(
                "SELECT deployment || ' ' || scope || ' ' || name, sealed FROM deployment_secrets",
            )
            .unwrap()
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap()
            .collect::<rusqlite::Result<_>>()
            .unwrap();
        assert_eq!(kept, [("a configuration PASSWORD".to_owned(), vec![1])]);
    }

    #[test]
    fn what_was_told_before_counts_as_long_as_it_is() {
        let mut connection = Connection::open_in_memory().unwrap();
        for step in &STEPS[..5] {
            connection.execute_batch(step).unwrap();
        }
        let told = "INSERT INTO told (kind, entry) VALUES ('general', '{\"m\":\"ä\"}')";
        connection.execute_batch(told).unwrap();
        run(&mut connection, 5).unwrap();
        let bytes: i64 = connection
            .query_row("SELECT bytes FROM told", [], |row| row.get(0))
            .unwrap();
        assert_eq!(bytes, 10);
    }
}
