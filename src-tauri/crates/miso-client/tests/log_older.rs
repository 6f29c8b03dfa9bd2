//! What is older than what is kept of a log, as the server finds it; and a link to what was found.

use miso_api::{LogLevel, LogLine};
use miso_client::{Code, OlderLines, OlderWanted};
use serde_json::json;

use crate::far_end::{Answer, FarEnd, Restored, restored, tokens};
use crate::numbered::{Log, line, moment};

async fn older(here: &Restored, wanted: &OlderWanted) -> Result<OlderLines, Code> {
    let (application, environment) = ("orders".to_owned(), "dev".to_owned());
    let asked = here.client.older_lines(application, environment, wanted);
    asked.await.map_err(|failure| failure.code)
}

fn numbers(lines: &[LogLine]) -> Vec<usize> {
    lines
        .iter()
        .map(|line| line.id[2..].parse().unwrap())
        .collect()
}

#[tokio::test]
async fn older_lines_come_page_by_page_each_once_to_the_oldest() {
    let far_end = Log::of(0..5_000).start().await;
    let here = restored(&far_end).await;
    let mut wanted = OlderWanted {
        text: Some("payment refused & more".to_owned()),
        levels: vec![LogLevel::Warn, LogLevel::Error],
        until: Some(moment(1_199)),
        ..OlderWanted::default()
    };
    let mut all = Vec::new();
    let mut requests = 0;
    loop {
        let page = older(&here, &wanted).await.unwrap();
        requests += 1;
        let mut lines = numbers(&page.lines);
        lines.extend(all);
        all = lines;
        wanted.cursor = page.next;
        if wanted.cursor.is_none() {
            break;
        }
    }
    assert_eq!(all, (0..1_200).collect::<Vec<_>>());
    let asked = far_end.asked("GET /api/applications/orders/logs?");
    assert_eq!((asked.len(), requests), (3, 3), "one request for a page");
    for one in &asked {
        assert!(
            one.line.contains("search=payment+refused+%26+more")
                && one.line.contains("level=warn%2Cerror")
                && one.line.contains("environment=dev")
                && one.line.contains("until="),
            "{}",
            one.line
        );
    }
}

/// What a server cannot look for is looked for among more lines at once.
#[tokio::test]
async fn without_a_text_more_lines_are_looked_at() {
    let far_end = Log::of(0..9_000).start().await;
    let here = restored(&far_end).await;
    let wanted = OlderWanted {
        since: Some(moment(300)),
        until: Some(moment(8_999)),
        ..OlderWanted::default()
    };
    let page = older(&here, &wanted).await.unwrap();
    assert_eq!(numbers(&page.lines), (4_000..9_000).collect::<Vec<_>>());
    let asked = far_end.asked("GET /api/applications/orders/logs?");
    assert!(!asked[0].line.contains("search="), "{}", asked[0].line);
    let wanted = OlderWanted {
        cursor: page.next,
        ..wanted
    };
    let page = older(&here, &wanted).await.unwrap();
    assert_eq!(numbers(&page.lines), (300..4_000).collect::<Vec<_>>());
    assert_eq!(page.next, None, "nothing older");
}

/// A server that knows no bounds of time gives its newest lines: they are no answer.
#[tokio::test]
async fn newer_lines_than_were_asked_for_are_no_answer() {
    let far_end = FarEnd::start(|asked| match asked.line.as_str() {
        "POST /token" => tokens(1),
        _ => Answer::json(200, json!((900..1_000).rev().map(line).collect::<Vec<_>>())),
    })
    .await;
    let here = restored(&far_end).await;
    let wanted = OlderWanted {
        until: Some(moment(500)),
        ..OlderWanted::default()
    };
    assert_eq!(older(&here, &wanted).await, Err(Code::NotOffered));
}

#[tokio::test]
async fn a_refusal_says_why() {
    let far_end = FarEnd::start(|asked| match asked.line.as_str() {
        "POST /token" => tokens(1),
        _ => Answer::error(403, "FORBIDDEN"),
    })
    .await;
    let here = restored(&far_end).await;
    let refused = older(&here, &OlderWanted::default()).await;
    assert_eq!(refused, Err(Code::Forbidden));
}

#[tokio::test]
async fn a_link_names_the_instance_and_what_of_a_page_it_may_say() {
    let far_end = Log::of(0..1).start().await;
    let here = restored(&far_end).await;
    let id = here.connections.list()[0].0.id.clone();
    let port = far_end.url.port().unwrap();
    for (page, link) in [
        (
            "/applications/orders/dev/logs?q=refused&look=all&other=1",
            "/applications/orders/dev/logs?q=refused&look=all",
        ),
        ("/logs?log=orders%40dev", "/logs?log=orders%40dev"),
        ("", ""),
    ] {
        let made = here.connections.link_to(&id, page).unwrap();
        assert_eq!(made, format!("miso://127.0.0.1:{port}{link}"), "{page}");
    }
    for page in ["/a/b/c/d/e", "//a/../..%2f", "/applications/a%0Ab"] {
        let made = here.connections.link_to(&id, page);
        assert_eq!(made.unwrap_err().code, Code::LinkInvalid, "{page}");
    }
}
