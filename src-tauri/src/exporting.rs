//! Lines of logs as a file, written as they are read, where the system's own dialog says.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use logbook::{
    BadQuery, Export, ExportForm, ExportPart, ExportProgress, Merged, MergedSearch, Origin,
    Outcome, Query,
};
use tauri::WebviewWindow;
use tokio_util::sync::CancellationToken;

use crate::desktop::choose_file;
use crate::merged::{LogName, MergedLogs};
use crate::unfinished::Unfinished;

/// Who waits is told at most this often.
const TELL: Duration = Duration::from_millis(100);

/// Which lines of several logs are written.
pub(crate) struct Wanted {
    /// Those that are searched for; all of them without a query.
    pub query: Option<Query>,
    /// Their positions, or the numbers of the matches, as they are shown; all there are by now
    /// without.
    pub range: Option<(u64, u64)>,
    pub form: ExportForm,
}

/// Why nothing was written.
pub(crate) enum NotExported {
    Query(BadQuery),
    Disk(io::Error),
}

impl From<io::Error> for NotExported {
    fn from(error: io::Error) -> Self {
        Self::Disk(error)
    }
}

/// Asks where to, and writes the lines there: whole or not at all, for its owner alone. `None`
/// where no place was chosen or it was called off.
pub(crate) async fn export(
    window: WebviewWindow,
    shown: Arc<MergedLogs>,
    wanted: Wanted,
    off: CancellationToken,
    tell: impl Fn(ExportProgress) + Send + 'static,
) -> Result<Option<ExportProgress>, NotExported> {
    let name = file_name(&shown.logs, wanted.form);
    let Some(path) = choose_file(&window, &name).await? else {
        return Ok(None);
    };
    let stop = Arc::new(AtomicBool::new(false));
    let stopped = stop.clone();
    let writing =
        tauri::async_runtime::spawn_blocking(move || write(&path, &shown, &wanted, &stopped, tell));
    tokio::pin!(writing);
    let written = tokio::select! {
        written = &mut writing => written,
        () = off.cancelled() => {
            stop.store(true, Ordering::Relaxed);
            writing.await
        }
    };
    written.map_err(io::Error::other)?
}

/// `checkout-dev.jsonl`; `logs.csv` of several.
fn file_name(logs: &[LogName], form: ExportForm) -> String {
    let end = match form {
        ExportForm::Text => "log",
        ExportForm::JsonLines => "jsonl",
        ExportForm::Csv => "csv",
    };
    match logs {
        [one] => {
            let stem = format!("{}-{}", one.application, one.environment);
            let is_plain = |letter: &char| letter.is_alphanumeric() || "-_.".contains(*letter);
            let plain: String = stem.chars().filter(is_plain).take(100).collect();
            let plain = plain.trim_matches(['.', '-']);
            format!("{}.{end}", if plain.is_empty() { "log" } else { plain })
        }
        _ => format!("logs.{end}"),
    }
}

fn write(
    path: &Path,
    shown: &MergedLogs,
    wanted: &Wanted,
    stop: &AtomicBool,
    tell: impl Fn(ExportProgress),
) -> Result<Option<ExportProgress>, NotExported> {
    let merged = match wanted.range {
        Some(_) => shown.merged.clone(),
        None => Arc::new(Merged::new(shown.books.clone())),
    };
    let search = match &wanted.query {
        Some(query) => {
            let search = MergedSearch::new(merged.clone(), query).map_err(NotExported::Query)?;
            if search.run(stop, |_| ())? == Outcome::Stopped {
                return Ok(None);
            }
            Some(search)
        }
        None => None,
    };
    let part = match &search {
        Some(search) => {
            let all = search.rank(u64::MAX)?;
            let (from, to) = wanted.range.unwrap_or((0, all));
            ExportPart::Found(search, from.min(all), to.min(all))
        }
        None => {
            let all = merged.total();
            let (from, to) = wanted.range.unwrap_or((0, all));
            ExportPart::Lines(from.min(all), to.min(all))
        }
    };
    let origins: Vec<Origin> = shown.logs.iter().map(Origin::from).collect();
    let (unfinished, file) = Unfinished::begin(path)?;
    let mut export = Export::new(file, wanted.form);
    let mut told: Option<Instant> = None;
    let outcome = export.lines(&merged, &origins, part, stop, |progress| {
        if told.is_none_or(|told| told.elapsed() >= TELL) {
            told = Some(Instant::now());
            tell(progress);
        }
    })?;
    if outcome == Outcome::Stopped {
        return Ok(None);
    }
    let (file, written) = export.end()?;
    unfinished.finish(&file)?;
    Ok(Some(written))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use logbook::{BookKey, Logbook, Text};
    use miso_api::{LineSink, LogLine};
    use miso_client::ConnectionId;

    use super::*;

    fn shown(folder: &Path) -> MergedLogs {
        let name = |application: &str| LogName {
            application: application.to_owned(),
            environment: "dev".to_owned(),
        };
        let logs = vec![name("shop"), name("till")];
        let logbook = Logbook::open(folder.join("logs")).unwrap();
        let book = |(at, log): (usize, &LogName)| {
            let book = logbook.book(&BookKey {
                connection: "c".to_owned(),
                account: String::new(),
                application: log.application.clone(),
                environment: log.environment.clone(),
            });
            let lines: Vec<LogLine> = (0..5_000)
                .map(|number| {
                    let second = number * 2 + at as i64;
                    serde_json::from_value(serde_json::json!({
                        "id": number.to_string(),
                        "timestamp": chrono::DateTime::from_timestamp(second, 0),
                        "message": format!("{} {number}", log.application),
                    }))
                    .unwrap()
                })
                .collect();
            let book = book.unwrap();
            book.append(&lines).unwrap();
            book
        };
        let books = logs.iter().enumerate().map(book).collect();
        MergedLogs::of(ConnectionId::random(), logs, books)
    }

    fn wanted(query: Option<&str>, range: Option<(u64, u64)>) -> Wanted {
        let query = query.map(|text| Query {
            text: Some(Text::Literal(text.to_owned())),
            ..Query::default()
        });
        let form = ExportForm::JsonLines;
        Wanted { query, range, form }
    }

    fn files(folder: &Path) -> Vec<String> {
        let all = fs::read_dir(folder).unwrap();
        let names = all.map(|file| file.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.filter(|name| name != "logs").collect();
        names.sort();
        names
    }

    #[test]
    fn what_is_wanted_is_written_whole_and_for_its_owner() {
        let folder = tempfile::tempdir().unwrap();
        let shown = shown(folder.path());
        let path = folder.path().join("a.jsonl");
        fs::write(&path, "before").unwrap();
        let go = AtomicBool::new(false);
        for (query, range, count, first) in [
            (None, None, 10_000, "shop 0"),
            (Some("till"), None, 5_000, "till 0"),
            (None, Some((1, 4)), 3, "till 0"),
            (Some("till"), Some((4_000, 4_003)), 3, "till 4000"),
            (None, Some((9_999, 20_000)), 1, "till 4999"),
            (Some("nobody"), None, 0, ""),
        ] {
            let written = write(&path, &shown, &wanted(query, range), &go, |_| ());
            let Ok(Some(written)) = written else {
                panic!("{query:?} {range:?}");
            };
            let text = fs::read_to_string(&path).unwrap();
            assert_eq!(text.lines().count(), count);
            assert_eq!(
                (written.lines, written.bytes),
                (count as u64, text.len() as u64)
            );
            let line: serde_json::Value =
                serde_json::from_str(text.lines().next().unwrap_or("{\"message\":\"\"}")).unwrap();
            assert_eq!(line["message"], first);
        }
        #[cfg(unix)]
        {
            let mode = std::os::unix::fs::PermissionsExt::mode(
                &fs::metadata(&path).unwrap().permissions(),
            );
            assert_eq!(mode & 0o777, 0o600);
        }
        assert_eq!(files(folder.path()), ["a.jsonl"]);
    }

    #[test]
    fn what_is_called_off_leaves_everything_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let shown = shown(folder.path());
        let path = folder.path().join("a.jsonl");
        fs::write(&path, "before").unwrap();
        let stop = AtomicBool::new(false);
        let off = |_: ExportProgress| stop.store(true, Ordering::Relaxed);
        let written = write(&path, &shown, &wanted(None, None), &stop, off);
        assert!(matches!(written, Ok(None)));
        assert_eq!(fs::read_to_string(&path).unwrap(), "before");
        assert_eq!(files(folder.path()), ["a.jsonl"]);
        let nowhere = folder.path().join("no-such-folder/a");
        let go = AtomicBool::new(false);
        let refused = write(&nowhere, &shown, &wanted(None, None), &go, |_| ());
        assert!(
            matches!(refused, Err(NotExported::Disk(error)) if error.to_string().contains("no-such-folder"))
        );
    }

    #[test]
    fn a_file_is_named_after_its_log() {
        let log = |application: &str| LogName {
            application: application.to_owned(),
            environment: "dev".to_owned(),
        };
        assert_eq!(file_name(&[log("shop")], ExportForm::Csv), "shop-dev.csv");
        assert_eq!(file_name(&[log("../a/b")], ExportForm::Text), "ab-dev.log");
        let both = [log("a"), log("b")];
        assert_eq!(file_name(&both, ExportForm::JsonLines), "logs.jsonl");
    }
}
