//! What the system tells of what somebody watches and of requests for access (UX.md, "Rules"): where
//! one of the windows is in front, it is seen there, and nothing is told.

use chrono::Utc;
use miso_client::{Answer, Client, ConnectionId, LinkTarget, News, Resource, Wanted};
use tauri::{AppHandle, Manager};

use super::notification::{Told, inert, is_quiet_now, tell};
use super::sentence::sentence;
use super::tray::show_watched;
use super::words::text;
use crate::answering::log_says;
use crate::settings::Settings;
use crate::state::App;

/// More of a kind at once are told as one.
const MOST: usize = 3;

/// Has each connection look after what the settings say is told.
pub(crate) fn look_after(app: &AppHandle) {
    let state = app.state::<App>();
    let settings = state.settings.settings();
    for (connection, _) in state.connections.list() {
        if let Ok(client) = state.connections.client(&connection.id) {
            client.look_after(wanted(&settings, &connection.id));
        }
    }
    show_watched(app);
}

/// Tells what is news after a resource was read, unless nobody wants to be told now.
pub(crate) fn tell_news(app: &AppHandle, connection: &ConnectionId, resource: &Resource) {
    let may_be_news = matches!(
        resource,
        Resource::Applications | Resource::Application { .. } | Resource::AccessRequests
    );
    if !may_be_news {
        return;
    }
    let (app, connection) = (app.clone(), connection.clone());
    // Whoever published it goes on meanwhile.
    tauri::async_runtime::spawn_blocking(move || {
        let Some(state) = app.try_state::<App>() else {
            return;
        };
        let Ok(client) = state.client(&connection) else {
            return;
        };
        show_watched(&app);
        // What happens in quiet hours is known when they are over.
        let news = client.news();
        if news.is_empty() || is_quiet_now(&state) {
            return;
        }
        tauri::async_runtime::spawn(tell_all(app.clone(), client, connection, news));
    });
}

async fn tell_all(app: AppHandle, client: Client, connection: ConnectionId, news: Vec<News>) {
    let state = app.state::<App>();
    let news = answered(&state, &client, &connection, news).await;
    let name = state.connections.get(&connection).map(|one| one.name);
    for (told, target) in worded(news, &connection, &name.unwrap_or_default()) {
        tell(&app, told, target);
    }
}

/// What is told, with the answer to why a place is unwell from what is known and from the log that is
/// kept, where it is told by itself.
async fn answered(
    state: &App,
    client: &Client,
    connection: &ConnectionId,
    news: Vec<News>,
) -> Vec<(News, Option<Answer>)> {
    let is_unwell = |news: &&News| matches!(news, News::Unwell { .. });
    let is_many = news.iter().filter(is_unwell).count() > MOST;
    let mut all = Vec::new();
    for each in news {
        let answer = match &each {
            News::Unwell {
                application,
                environment,
                ..
            } if !is_many => {
                let there = &environment.key;
                let log = |span| log_says(state, connection, application, there, span);
                client.known_answer(application, there, log).await
            }
            News::Unwell { .. } | News::Well { .. } | News::Asked { .. } => None,
        };
        all.push((each, answer));
    }
    all
}

/// What of a connection is told.
fn wanted(settings: &Settings, connection: &ConnectionId) -> Wanted {
    let starred = settings.starred.iter();
    let of_it = starred.filter(|star| !settings.quiet_health && star.connection == *connection);
    Wanted {
        applications: of_it.map(|star| star.application.clone()).collect(),
        requests: !settings.quiet_requests,
    }
}

/// In words, each with the place that a click leads to.
fn worded(
    news: Vec<(News, Option<Answer>)>,
    connection: &ConnectionId,
    name: &str,
) -> Vec<(Told, LinkTarget)> {
    let (mut unwell, mut well, mut asked) = (Vec::new(), Vec::new(), Vec::new());
    for (each, answer) in news {
        match each {
            News::Unwell {
                application,
                environment,
                message,
            } => {
                let target = LinkTarget::place(connection.clone(), &application, &environment.key);
                let title = of_a_place("notification.unwell", &application, &environment.name);
                let why = match answer {
                    Some(answer) => Some(sentence(&answer, Utc::now())),
                    None => message.as_deref().map(inert),
                };
                unwell.push((told(title, name, why), target));
            }
            News::Well {
                application,
                environment,
            } => {
                let target = LinkTarget::place(connection.clone(), &application, &environment.key);
                let title = of_a_place("notification.well", &application, &environment.name);
                well.push((told(title, name, None), target));
            }
            News::Asked { request } => {
                let target = LinkTarget::request(connection.clone(), &request.id);
                let who = inert(request.requested_by.as_deref().unwrap_or("–"));
                let application = inert(&request.application_key);
                let title = text(
                    "notification.asked",
                    &[("who", &who), ("application", &application)],
                );
                let role = inert(request.role.as_str());
                let environments = inert(&request.environments.join(", "));
                let rest = text(
                    "notification.askedFor",
                    &[("role", &role), ("environments", &environments)],
                );
                asked.push((told(title, name, Some(inert(&rest))), target));
            }
        }
    }
    let mut all = as_one("notification.unwellMany", unwell, connection, name);
    all.extend(as_one("notification.wellMany", well, connection, name));
    all.extend(asked);
    all
}

fn of_a_place(word: &str, application: &str, environment: &str) -> String {
    let (application, environment) = (inert(application), inert(environment));
    text(
        word,
        &[("application", &application), ("environment", &environment)],
    )
}

/// `rest` is inert already.
fn told(title: String, connection: &str, rest: Option<String>) -> Told {
    let said: Vec<String> = [Some(inert(connection)), rest]
        .into_iter()
        .flatten()
        .collect();
    Told {
        title,
        body: said.join("\n").trim().to_owned(),
    }
}

/// Many of a kind at once, as when an instance goes down, are one: the list says which.
fn as_one(
    word: &str,
    all: Vec<(Told, LinkTarget)>,
    connection: &ConnectionId,
    name: &str,
) -> Vec<(Told, LinkTarget)> {
    if all.len() <= MOST {
        return all;
    }
    let title = text(word, &[("count", &all.len().to_string())]);
    let target = LinkTarget::applications(connection.clone());
    vec![(told(title, name, None), target)]
}

#[cfg(test)]
mod tests {
    use miso_client::Stage;
    use serde_json::json;

    use super::*;
    use crate::settings::Starred;

    fn id(text: &str) -> ConnectionId {
        text.to_owned().into()
    }

    fn unwell(application: &str) -> News {
        News::Unwell {
            application: application.to_owned(),
            environment: prod(),
            message: Some("db refused\u{1b}[1m".to_owned()),
        }
    }

    fn prod() -> Stage {
        Stage {
            key: "prod".to_owned(),
            name: "PROD".to_owned(),
            production: true,
        }
    }

    fn said(news: Vec<News>) -> Vec<(String, String, String)> {
        said_with(news.into_iter().map(|news| (news, None)).collect())
    }

    fn said_with(news: Vec<(News, Option<Answer>)>) -> Vec<(String, String, String)> {
        let all = worded(news, &id("one"), "Team Orders").into_iter();
        let lead = |target| match target {
            LinkTarget::Page { page, .. } => page,
            LinkTarget::Connect { instance } => instance,
        };
        all.map(|(told, target)| (told.title, told.body, lead(target)))
            .collect()
    }

    #[test]
    fn it_says_what_is_unwell_where_and_why_and_leads_there() {
        let well = News::Well {
            application: "shop".to_owned(),
            environment: prod(),
        };
        let told = said(vec![unwell("shop"), well]);
        let expected = [
            (
                "shop is unwell in PROD",
                "Team Orders\ndb refused [1m",
                "/applications/shop/prod",
            ),
            (
                "shop is well again in PROD",
                "Team Orders",
                "/applications/shop/prod",
            ),
        ];
        let expected = expected.map(|(a, b, c)| (a.to_owned(), b.to_owned(), c.to_owned()));
        assert_eq!(told, expected);
    }

    #[test]
    fn it_says_the_answer_in_the_place_of_the_servers_words() {
        let answer = json!({"kind": "failingCheck", "state": "bad", "since": null, "parts": [
            {"fact": {"code": "health", "state": "bad", "since": null}, "evidence": null},
            {"fact": {"code": "check", "name": "db", "message": "refused"}, "evidence": null}]});
        let answer = serde_json::from_value(answer).unwrap();
        let told = said_with(vec![(unwell("shop"), Some(answer))]);
        assert_eq!(told[0].1, "Team Orders\nUnhealthy: check db: refused.");
    }

    #[test]
    fn it_says_who_asks_for_what() {
        let request = json!({"id": "r-1", "applicationKey": "shop", "role": "viewer",
            "environments": ["dev", "test"], "status": "pending", "requestedBy": "matti"});
        let request = serde_json::from_value(request).unwrap();
        let told = said(vec![News::Asked { request }]);
        let (title, body, page) = told.into_iter().next().unwrap();
        assert_eq!(title, "matti asks for access to shop");
        assert_eq!(body, "Team Orders\nas viewer in dev, test");
        assert_eq!(page, "/access?request=r-1");
    }

    #[test]
    fn many_at_once_are_one() {
        let all = |count| (0..count).map(|at| unwell(&at.to_string())).collect();
        assert_eq!(said(all(MOST)).len(), MOST);
        let many = said(all(MOST + 1));
        assert_eq!(many.len(), 1);
        assert_eq!(many[0].0, "4 places of applications you watch are unwell");
        assert_eq!(many[0].2, "/applications");
    }

    #[test]
    fn each_is_told_unless_it_is_switched_off() {
        let star = |connection: &str, application: &str| Starred {
            connection: id(connection),
            application: application.to_owned(),
        };
        let mut settings = Settings {
            starred: vec![star("one", "shop"), star("two", "till")],
            ..Settings::default()
        };
        let both = wanted(&settings, &id("one"));
        assert_eq!(both.applications, ["shop"]);
        assert!(both.requests);
        settings.quiet_health = true;
        settings.quiet_requests = true;
        assert_eq!(wanted(&settings, &id("one")), Wanted::default());
    }
}
