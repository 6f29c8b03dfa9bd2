//! A page, looked at as a person does: by roles, names and text. Whatever is awaited has an end,
//! and a failure shows what the page said instead.

use std::path::Path;
use std::time::Duration;

use fantoccini::Client;
use fantoccini::actions::{
    Actions, InputSource, KeyAction, KeyActions, MouseActions, PointerAction,
};
use fantoccini::elements::Element;
use fantoccini::error::CmdError;
use fantoccini::key::Key;
use serde_json::{Value, json};

use super::wait::{SOON, until};

/// The WebDriver name of an element in JSON (WebDriver, "Elements").
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A page in a window or a browser.
pub struct Page {
    client: Client,
}

impl Page {
    /// Of a session.
    pub fn new(client: Client) -> Self {
        Self { client }
    }

    /// The session.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// All visible elements of a role whose name contains the text.
    pub async fn find(&self, role: &str, name: &str) -> Vec<Element> {
        self.matching(role, name, false).await.unwrap_or_default()
    }

    /// Waits for an element and gives it; the one whose name is exactly the text goes first.
    pub async fn see(&self, role: &str, name: &str) -> Element {
        self.see_within(SOON, role, name).await
    }

    /// The same with another patience.
    pub async fn see_within(&self, patience: Duration, role: &str, name: &str) -> Element {
        until(
            &format!("a {role} named {name:?} is seen"),
            patience,
            || async {
                for exact in [true, false] {
                    if let Some(element) =
                        self.matching(role, name, exact).await?.into_iter().next()
                    {
                        return Ok(element);
                    }
                }
                Err(self.seen().await)
            },
        )
        .await
    }

    /// Waits until no such element is left.
    pub async fn see_gone(&self, role: &str, name: &str) {
        until(
            &format!("no {role} named {name:?} is seen"),
            SOON,
            || async {
                match self.matching(role, name, false).await?.is_empty() {
                    true => Ok(()),
                    false => Err(self.seen().await),
                }
            },
        )
        .await;
    }

    /// Waits for a text.
    pub async fn see_text(&self, text: &str) {
        self.see_text_within(SOON, text).await;
    }

    /// The same with another patience.
    pub async fn see_text_within(&self, patience: Duration, text: &str) {
        let wanted = text.to_lowercase();
        until(&format!("the text {text:?} is seen"), patience, || async {
            let seen = self.text().await?;
            if seen.to_lowercase().contains(&wanted) {
                Ok(())
            } else {
                Err(self.seen().await)
            }
        })
        .await;
    }

    /// Waits for an element and clicks it. One that is replaced meanwhile is looked for again.
    pub async fn click(&self, role: &str, name: &str) {
        until(
            &format!("the {role} {name:?} can be clicked"),
            SOON,
            || async {
                let element = self.see(role, name).await;
                element.click().await.map_err(|error| error.to_string())
            },
        )
        .await;
    }

    /// Waits for a text field and types into it, over what it holds.
    pub async fn fill(&self, name: &str, text: &str) {
        let field = until(&format!("a field named {name:?} is seen"), SOON, || async {
            for role in ["textbox", "searchbox", "combobox"] {
                if let Some(field) = self.matching(role, name, false).await?.into_iter().next() {
                    return Ok(field);
                }
            }
            Err(self.seen().await)
        })
        .await;
        // A form that has just come may take up its values once more.
        until(&format!("{name} is empty"), SOON, || async {
            field.clear().await.map_err(|error| error.to_string())?;
            let value = field.prop("value").await;
            match value.map_err(|error| error.to_string())? {
                Some(rest) if !rest.is_empty() => Err(rest),
                Some(_) | None => Ok(()),
            }
        })
        .await;
        field
            .send_keys(text)
            .await
            .unwrap_or_else(|error| panic!("{name} takes no text: {error}"));
    }

    /// Waits until the focus is on an element of a role.
    pub async fn see_focus(&self, role: &str) {
        until(&format!("the focus is on a {role}"), SOON, || async {
            let script = "return document.activeElement?.getAttribute('role') ?? ''";
            let focused = self.client.execute(script, Vec::new()).await;
            let focused = focused.map_err(|error| error.to_string())?;
            if focused == role {
                Ok(())
            } else {
                Err(format!("it is on {focused}"))
            }
        })
        .await;
    }

    /// Waits until a text is in what is chosen of a list of options.
    pub async fn see_chosen(&self, text: &str) {
        until(&format!("{text:?} is chosen"), SOON, || async {
            let script =
                "return document.querySelector('[role=option][aria-selected=true]')?.innerText ?? ''";
            match self.script(script, Vec::new()).await.to_string() {
                chosen if chosen.contains(text) => Ok(()),
                other => Err(other),
            }
        })
        .await;
    }

    /// Waits until the keys are the page's, not those of a field.
    pub async fn see_no_field_in_focus(&self) {
        until("the keys are the page's again", SOON, || async {
            let script = "return document.activeElement?.tagName ?? ''";
            match self.script(script, Vec::new()).await.as_str() {
                Some("INPUT") => Err("a field has them".to_owned()),
                Some(_) | None => Ok(()),
            }
        })
        .await;
    }

    /// Presses keys one after the other, wherever the focus is.
    pub async fn press(&self, keys: impl IntoIterator<Item = char>) {
        let strokes =
            keys.into_iter()
                .fold(KeyActions::new("keyboard".to_owned()), |strokes, value| {
                    strokes
                        .then(KeyAction::Down { value })
                        .then(KeyAction::Up { value })
                });
        self.client
            .perform_actions(strokes)
            .await
            .expect("keys can be pressed");
    }

    /// Presses a key while another is held.
    pub async fn chord(&self, held: Key, key: char) {
        let pressed = self.chorded(held, key).await;
        pressed.expect("keys can be pressed");
    }

    /// The same where the page may go by that.
    pub async fn chorded(&self, held: Key, key: char) -> Result<(), CmdError> {
        let held = char::from(held);
        let strokes = KeyActions::new("keyboard".to_owned())
            .then(KeyAction::Down { value: held })
            .then(KeyAction::Down { value: key })
            .then(KeyAction::Up { value: key })
            .then(KeyAction::Up { value: held });
        self.client.perform_actions(strokes).await
    }

    /// Waits for an element and clicks on it with a mouse, by one of its buttons, while a key is held.
    pub async fn click_holding(&self, held: Option<Key>, button: u64, role: &str, name: &str) {
        let element = self.see(role, name).await;
        let pause = Duration::ZERO;
        let mut keys = KeyActions::new("keyboard".to_owned());
        if let Some(held) = held.map(char::from) {
            keys = keys
                .then(KeyAction::Down { value: held })
                .then(KeyAction::Pause { duration: pause })
                .then(KeyAction::Pause { duration: pause })
                .then(KeyAction::Up { value: held });
        }
        let clicks = MouseActions::new("mouse".to_owned())
            .then(PointerAction::MoveToElement {
                element,
                duration: None,
                x: 0.0,
                y: 0.0,
            })
            .then(PointerAction::Down { button })
            .then(PointerAction::Up { button });
        let clicked = match held {
            Some(_) => {
                self.client
                    .perform_actions(Actions::from(keys).and(clicks))
                    .await
            }
            None => self.client.perform_actions(clicks).await,
        };
        clicked.expect("a mouse can be used");
    }

    /// The document's title.
    pub async fn title(&self) -> String {
        self.client.title().await.unwrap_or_default()
    }

    /// Goes to an address within the app, as a link in the page: it is not loaded anew.
    pub async fn go_to(&self, address: &str) {
        let script = "location.hash = arguments[0]";
        self.script(script, vec![json!(address)]).await;
    }

    /// The address within the app.
    pub async fn address(&self) -> String {
        let address = self
            .script(
                "return location.pathname + location.search + location.hash",
                Vec::new(),
            )
            .await;
        address.as_str().unwrap_or_default().to_owned()
    }

    /// The text of the first such element as it is laid out, or nothing where there is none.
    pub async fn text_of(&self, role: &str, name: &str) -> String {
        let Some(element) = self.find(role, name).await.into_iter().next() else {
            return String::new();
        };
        let element = serde_json::to_value(element).expect("an element can be named");
        // WebDriver's own text leaves out what is scrolled out of view.
        let text = self
            .client
            .execute("return arguments[0].innerText", vec![element])
            .await;
        text.ok()
            .and_then(|text| text.as_str().map(str::to_owned))
            .unwrap_or_default()
    }

    /// What a script gives. It runs as the body of a function. The driver says that it "could not parse
    /// the result" where the page went on to another document meanwhile: what only reads is read again.
    pub async fn script(&self, script: &str, arguments: Vec<Value>) -> Value {
        let mut given = self.client.execute(script, arguments.clone()).await;
        let is_lost =
            |error: &CmdError| error.to_string().contains("Could not parse script result");
        if script.starts_with("return ") && given.as_ref().is_err_and(is_lost) {
            given = self.client.execute(script, arguments).await;
        }
        given.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// Saves what the page shows, once what is in the document has been painted.
    pub async fn picture(&self, file: &Path) {
        let painted = "const done = arguments[0]; \
                       requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)))";
        let painted = self.client.execute_async(painted, Vec::new()).await;
        painted.expect("the page is painted");
        let bytes = self
            .client
            .screenshot()
            .await
            .expect("a picture of the page");
        std::fs::write(file, bytes).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    }

    /// Title, address and text, for the message of a failure.
    pub async fn seen(&self) -> String {
        let text = self.text().await.unwrap_or_else(|error| error);
        let address = self
            .client
            .current_url()
            .await
            .map(String::from)
            .unwrap_or_default();
        format!("{:?} at {address}:\n{text}", self.title().await)
    }

    async fn text(&self) -> Result<String, String> {
        let script = "return document.body ? document.body.innerText : ''";
        let text = self
            .client
            .execute(script, Vec::new())
            .await
            .map_err(|error| error.to_string())?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    async fn matching(&self, role: &str, name: &str, exact: bool) -> Result<Vec<Element>, String> {
        let arguments = vec![json!(role), json!(name), json!(exact)];
        let found = self
            .client
            .execute(include_str!("find.js"), arguments)
            .await;
        let found = found.map_err(|error| error.to_string())?;
        let ids = found
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|entry| entry[ELEMENT].as_str());
        Ok(ids
            .map(|id| Element::from_element_id(self.client.clone(), id.to_owned().into()))
            .collect())
    }
}
