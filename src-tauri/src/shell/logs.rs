//! A log in a shell: a tail brings what is missing into what is kept, which is printed by its position,
//! as a page shows it.

#[cfg(test)]
mod copied;
mod following;

use std::collections::HashSet;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use logbook::{Book, Gap, GapReason, LineTest, Query, Text, Window};
use miso_api::LogLine;
use miso_client::{Client, Code, ConnectionId, Failure, FillCost, OlderWanted, SessionState};
use tokio_util::sync::CancellationToken;

use super::desk::Desk;
use super::exit::{Exit, Refused};
use super::protocol::{Gone, LogWanted, Teller, Told};
use crate::commands::log_gaps;
use crate::state::{book_key, log_store_failure};
use following::{Ended, Following};

/// So many lines are printed where nothing says how many.
const LAST: u64 = 1_000;
/// A log that is not followed any more is followed again after so long.
const AGAIN: Duration = Duration::from_secs(1);
/// Lines read at once.
const PIECE: usize = 500;
/// Pages of older lines, and of lines in gaps, that one command asks for.
const MOST_OLDER: usize = 20;
const MOST_GAPS: usize = 3;
const MOST_OF_A_GAP: u32 = 5;
/// So many of the oldest kept lines may be among the older ones too.
const EDGE: usize = 200;

/// Prints a log.
pub(super) async fn print(
    desk: &Arc<Desk>,
    client: &Client,
    connection: &ConnectionId,
    wanted: LogWanted,
    to: &Teller,
) -> Result<Exit, Refused> {
    let environment = tokio::select! {
        environment = environment_of(client, &wanted) => environment?,
        () = to.gone() => return Ok(Exit::CalledOff),
    };
    let mut log = Log {
        desk: desk.clone(),
        client: client.clone(),
        connection: connection.clone(),
        environment,
        test: Arc::new(test(&wanted)?),
        wanted,
        to: to.clone(),
    };
    log.print().await
}

struct Log {
    desk: Arc<Desk>,
    client: Client,
    connection: ConnectionId,
    environment: String,
    test: Arc<LineTest>,
    wanted: LogWanted,
    to: Teller,
}

/// Where the printing of a book is.
struct At {
    book: Arc<Book>,
    generation: u64,
    position: u64,
    /// Which gaps were said.
    said: HashSet<String>,
}

impl Log {
    async fn print(&mut self) -> Result<Exit, Refused> {
        let mut following = self.follow().await?;
        let caught_up = following.caught_up(&self.to).await;
        let mut failure = match caught_up {
            Ok(()) => None,
            Err(Ended::Gone) => return Ok(Exit::CalledOff),
            Err(Ended::Failed(failure)) if failure.code == Code::NotFound => {
                return Err(failure.into());
            }
            Err(Ended::Failed(failure)) => Some(failure),
        };
        if failure.is_none() && self.wanted.since.is_some() {
            failure = self.bring_what_is_missing(&following.book).await?;
        }
        let mut at = self.begin(following.book.clone()).await?;
        self.print_on(&mut at).await?;
        if !self.wanted.follow {
            return match failure {
                None => Ok(Exit::Done),
                Some(failure) => Err(with_what_is_kept(failure)),
            };
        }
        let mut said = failure.is_some();
        if let Some(failure) = failure {
            self.to.note(with_what_is_kept(failure).reason).await?;
        }
        loop {
            let went_on = tokio::select! {
                went_on = following.progress.changed() => went_on,
                () = self.to.gone() => return Ok(Exit::CalledOff),
            };
            if went_on.is_err() {
                // The machine slept, or somebody signed out.
                let SessionState::SignedIn { .. } = self.client.session() else {
                    return Err(Failure::new(Code::SignedOut).into());
                };
                following = self.follow().await?;
                if !Arc::ptr_eq(&following.book, &at.book) {
                    let reason = "somebody else is signed in now, with a log of their own";
                    return Err(Refused::new(Exit::SignedOut, reason));
                }
                tokio::time::sleep(AGAIN).await;
                continue;
            }
            let step = following.progress.borrow_and_update().clone();
            match step.and_then(|step| step.failure) {
                Some(failure) if !said => {
                    said = true;
                    self.to.note(with_what_is_kept(failure).reason).await?;
                }
                Some(_) => {}
                None => said = false,
            }
            self.print_on(&mut at).await?;
        }
    }

    async fn follow(&self) -> Result<Following, Refused> {
        let (desk, connection) = (self.desk.clone(), self.connection.clone());
        let (application, environment) =
            (self.wanted.application.clone(), self.environment.clone());
        let opened = blocking(move || {
            let Some(logbook) = desk.logbook() else {
                return Err(log_store_failure(io::ErrorKind::NotFound.into()));
            };
            let key = book_key(desk.connections(), &connection, &application, &environment)?;
            let limits = desk.limits(&connection, &environment);
            let book = logbook.book_with(&key, limits).map_err(log_store_failure)?;
            Ok((desk.place(key, book.clone()), book))
        });
        let (place, book) = opened.await?;
        Ok(Following::begin(
            self.client.clone(),
            self.wanted.application.clone(),
            self.environment.clone(),
            place,
            book,
        ))
    }

    /// Fetches what is not kept of the time that is asked for; why that did not go, if it did not.
    /// What is older than everything that is kept is printed at once, and not kept.
    async fn bring_what_is_missing(&self, book: &Arc<Book>) -> Result<Option<Failure>, Refused> {
        let Some(since) = self.wanted.since else {
            return Ok(None);
        };
        for gap in self.gaps_to_fill(book, since).await? {
            let Some((missing, fill)) = log_gaps::find(book.clone(), &gap) else {
                continue;
            };
            let (application, environment) =
                (self.wanted.application.clone(), self.environment.clone());
            let off = CancellationToken::new();
            let filling =
                self.client
                    .fill_gap(application, environment, missing, fill, &off, |_| ());
            tokio::pin!(filling);
            let filled = tokio::select! {
                filled = &mut filling => filled,
                () = self.to.gone() => {
                    off.cancel();
                    filling.await
                }
            };
            if off.is_cancelled() {
                return Err(Gone.into());
            }
            if let Some(failure) = filled.failure {
                return Ok(Some(failure));
            }
        }
        match self.older(book, since).await? {
            Ok(lines) => {
                for line in lines {
                    self.tell(line).await?;
                }
                Ok(None)
            }
            Err(failure) => Ok(Some(failure)),
        }
    }

    /// Gaps since then that take few requests, the newest first.
    async fn gaps_to_fill(
        &self,
        book: &Arc<Book>,
        since: DateTime<Utc>,
    ) -> Result<Vec<String>, Refused> {
        let book = book.clone();
        let found = blocking(move || {
            let mut found = Vec::new();
            for gap in book.gaps().into_iter().rev() {
                let is_wanted = gap.to.is_none_or(|to| to >= since)
                    && match gap.reason {
                        GapReason::Skipped | GapReason::Refused => true,
                        GapReason::Dropped => false,
                    };
                if is_wanted {
                    let cost = FillCost::of(book.guess(&gap).map_err(log_store_failure)?);
                    if cost.requests <= MOST_OF_A_GAP {
                        found.push(gap.id.to_string());
                    }
                }
            }
            found.truncate(MOST_GAPS);
            Ok(found)
        });
        Ok(found.await?)
    }

    /// Lines from before all that is kept, the oldest first.
    async fn older(
        &self,
        book: &Arc<Book>,
        since: DateTime<Utc>,
    ) -> Result<Result<Vec<LogLine>, Failure>, Refused> {
        let kept = book.clone();
        let edge = blocking(move || kept.window(kept.first(), EDGE).map_err(log_store_failure));
        let edge = edge.await?;
        let until = edge.first().map_or_else(Utc::now, |line| line.timestamp);
        if until <= since {
            return Ok(Ok(Vec::new()));
        }
        let known: HashSet<String> = edge.into_iter().map(|line| line.id).collect();
        let mut wanted = OlderWanted {
            since: Some(since),
            until: Some(until),
            ..OlderWanted::default()
        };
        let mut pages = Vec::new();
        for _ in 0..MOST_OLDER {
            let (application, environment) =
                (self.wanted.application.clone(), self.environment.clone());
            let asking = self.client.older_lines(application, environment, &wanted);
            let page = tokio::select! {
                page = asking => page,
                () = self.to.gone() => return Err(Gone.into()),
            };
            let page = match page {
                Ok(page) => page,
                Err(failure) if failure.code == Code::NotOffered => break,
                Err(failure) => return Ok(Err(failure)),
            };
            let lines = page.lines.into_iter();
            let lines: Vec<LogLine> = lines
                .filter(|line| line.timestamp >= since && !known.contains(&line.id))
                .filter(|line| self.test.hits(line).is_some())
                .collect();
            pages.push(lines);
            wanted.cursor = page.next;
            if wanted.cursor.is_none() {
                break;
            }
        }
        if wanted.cursor.is_some() {
            self.to
                .note("there are more lines before these than one command asks for")
                .await?;
        }
        pages.reverse();
        Ok(Ok(pages.concat()))
    }

    /// Where printing begins.
    async fn begin(&self, book: Arc<Book>) -> Result<At, Refused> {
        let searches = self.wanted.grep.is_some() || !self.wanted.levels.is_empty();
        let since = self.wanted.since;
        let begun = blocking(move || {
            let generation = book.generation();
            let position = match since {
                Some(since) => book.position_at(since).map_err(log_store_failure)?,
                None if searches => book.first(),
                None => book.total().saturating_sub(LAST).max(book.first()),
            };
            Ok(At {
                book,
                generation,
                position,
                said: HashSet::new(),
            })
        });
        Ok(begun.await?)
    }

    /// Prints what has come.
    async fn print_on(&self, at: &mut At) -> Result<(), Refused> {
        loop {
            let now = at.book.generation();
            if now != at.generation {
                // Where the line is now that comes next. Where nobody can say, what comes from now on.
                let moved = at.book.moved(at.generation, at.position);
                at.position = moved.unwrap_or_else(|| at.book.total());
                at.generation = now;
            }
            let (book, from) = (at.book.clone(), at.position);
            let view = blocking(move || book.view(from, PIECE).map_err(log_store_failure)).await?;
            if view.generation != at.generation {
                continue;
            }
            let Window {
                from, lines, gaps, ..
            } = view;
            let next = from + lines.len() as u64;
            let is_all = lines.is_empty();
            for (position, line) in (from..).zip(lines) {
                for gap in gaps.iter().filter(|gap| gap.at == position) {
                    self.say_gap(gap, &mut at.said).await?;
                }
                if self.test.hits(&line).is_some() {
                    self.tell(line).await?;
                }
            }
            at.position = next;
            if is_all {
                return Ok(());
            }
        }
    }

    async fn say_gap(&self, gap: &Gap, said: &mut HashSet<String>) -> Result<(), Gone> {
        let time = |time: Option<DateTime<Utc>>| {
            time.map(|time| time.to_rfc3339_opts(SecondsFormat::AutoSi, true))
        };
        let is_before = self.wanted.since.is_some() && gap.from.is_none();
        if is_before || !said.insert(gap.id.to_string()) {
            return Ok(());
        }
        let unknown = || "an unknown time".to_owned();
        self.to
            .note(format!(
                "lines are missing here, from {} to {}",
                time(gap.from).unwrap_or_else(unknown),
                time(gap.to).unwrap_or_else(unknown)
            ))
            .await
    }

    async fn tell(&self, line: LogLine) -> Result<(), Gone> {
        self.to
            .tell(Told::Line {
                environment: self.environment.clone(),
                line: Box::new(line),
            })
            .await
    }
}

/// Where the application's log is that is meant.
async fn environment_of(client: &Client, wanted: &LogWanted) -> Result<String, Refused> {
    if let Some(environment) = &wanted.environment {
        return Ok(environment.clone());
    }
    let application = &wanted.application;
    let known = client.application(application.clone()).await;
    let known = known.map_err(|failure| match failure.code {
        Code::NotFound => Refused::new(
            Exit::Unknown,
            format!("there is no application '{application}': 'miso-desktop apps' lists them"),
        ),
        _ => failure.into(),
    })?;
    let places = known.value.environments;
    match places.as_slice() {
        [one] => Ok(one.environment.clone()),
        [] => Err(Refused::new(
            Exit::Unknown,
            format!("'{application}' runs nowhere, and has no log"),
        )),
        several => {
            let named = several
                .iter()
                .map(|place| format!("-e {}", place.environment));
            let named: Vec<String> = named.collect();
            let reason = format!("say which environment is meant: {}", named.join(", "));
            Err(Refused::new(Exit::Usage, reason))
        }
    }
}

fn test(wanted: &LogWanted) -> Result<LineTest, Refused> {
    let query = Query {
        text: wanted.grep.clone().map(Text::Regex),
        levels: wanted.levels.clone(),
        from: wanted.since,
        ..Query::default()
    };
    LineTest::new(&query).map_err(|bad| {
        Refused::new(
            Exit::Usage,
            format!("--grep is no regular expression: {bad}"),
        )
    })
}

/// Why there is no more than what is kept.
fn with_what_is_kept(failure: Failure) -> Refused {
    let refused = Refused::from(failure);
    Refused {
        reason: format!("these are the lines that are kept; {}", refused.reason),
        ..refused
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => Err(log_store_failure(io::Error::other(error))),
    }
}
