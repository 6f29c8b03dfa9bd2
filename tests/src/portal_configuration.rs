//! Configuration in the real window: edited in place, a secret that is typed and left nowhere, a
//! conflict with what somebody else saved, files in and out, environments side by side, and what
//! one who may only look sees (UX.md, 11).

use fantoccini::key::Key;
use serde_json::{Value, json};

use crate::support::api::Api;
use crate::support::instance::{Instance, Serve};
use crate::support::session::Session;
use crate::support::sign_in::{VIEWER, by_address, by_address_as};
use crate::support::wait::LATER;
use crate::support::window::Window;
use crate::support::{axe, dialogs, pictures};

const SECRET: &str = "a secret that is typed into the table";
const OTHER_SECRET: &str = "a secret that comes with a file";
const TABLE: &str = "Configuration items";
const PATH: &str = "/api/applications/orders/configuration?environment=dev";

#[tokio::test]
async fn a_configuration_is_changed_and_nobodys_change_is_lost() {
    let mut session = Session::new();
    let instance = Serve::new(&session, "instance").account().start(&session);
    let api = instance.account().await;
    create(&api).await;
    let window = by_address(&mut session, &instance).await;
    open(&window).await;
    window.picture(&pictures::out("configuration")).await;
    axe::finds_nothing_serious(&window, "Configuration").await;

    // Two clicks from the application: all environments.
    window.click("button", "All environments").await;
    window
        .see("table", "Configuration of all environments")
        .await;
    window
        .see_text("set on all, values cannot be compared")
        .await;
    window.see_text("differs").await;
    window.picture(&pictures::out("configuration-all")).await;
    axe::finds_nothing_serious(&window, "All environments").await;
    window.click("button", "Table").await;

    type_over(&window, "Value of LEVEL", "debug").await;
    window.fill("New secret value of PASSWORD", SECRET).await;
    window.press([Key::Tab.into()]).await;
    window.see_text("New value").await;
    window.see_text("2 changes, not saved").await;
    type_over(&window, "Name of OLD", "9-OLD").await;
    window
        .see_text("Capital letters, digits and underscores")
        .await;
    window.picture(&pictures::out("configuration-edited")).await;
    type_over(&window, "Name of 9-OLD", "OLD").await;
    nowhere(&window, SECRET, "held, and not in the page any more").await;

    // Somebody else saves before.
    let before = get(&api).await;
    let mut theirs = before["items"].as_array().expect("items").clone();
    theirs[0]["value"] = json!("trace");
    theirs.push(variable("THEIRS", "1"));
    let put = api
        .write("PUT", PATH, &[], &json!({ "items": theirs }))
        .await;
    assert_eq!(put.status, 200, "{put:?}");

    window.chord(Key::Control, 's').await;
    window.see("complementary", "Save configuration").await;
    window.see_text("The secret will be replaced.").await;
    window.picture(&pictures::out("configuration-review")).await;
    axe::finds_nothing_serious(&window, "The difference before saving").await;
    window.click("button", "Save to dev").await;
    window
        .see("complementary", "Changed by somebody else, too")
        .await;
    window.see_text("trace").await;
    window
        .picture(&pictures::out("configuration-conflict"))
        .await;
    axe::finds_nothing_serious(&window, "The conflict").await;
    window.click("radio", "Yours").await;
    window.click("button", "Take these").await;
    window.see("textbox", "Value of THEIRS").await;
    window.see("complementary", "Save configuration").await;
    window.click("button", "Save to dev").await;
    window
        .see_text("It takes effect at the next deployment.")
        .await;
    window.picture(&pictures::out("configuration-saved")).await;
    let saved = get(&api).await;
    assert_eq!(value(&saved, "LEVEL")["value"], "debug");
    assert_eq!(value(&saved, "THEIRS")["value"], "1", "theirs is there too");
    assert_eq!(value(&saved, "PASSWORD")["isSet"], true);
    assert_ne!(saved, before);
    nowhere(&window, SECRET, "sent").await;

    window.click("button", "Restart with it").await;
    window.see("complementary", "Deploy orders").await;
    window.press([Key::Escape.into()]).await;
    window.see_gone("complementary", "Deploy orders").await;

    files_in_and_out(&window, &api).await;
    saved_as_a_file(&session, &window).await;
    window.quit(&mut session).await;
    assert_eq!(instance.stop(), Some(0));
}

/// As a text, in a small window, in the dark, and by one who may only look.
#[tokio::test]
async fn a_configuration_is_looked_at_in_every_way() {
    let mut session = Session::new();
    let instance = Serve::new(&session, "instance").account().start(&session);
    create(&instance.account().await).await;
    let window = by_address(&mut session, &instance).await;
    open(&window).await;
    as_a_text(&window).await;
    small_and_dark(&session, &window).await;
    window.quit(&mut session).await;
    may_only_look(&instance).await;
    assert_eq!(instance.stop(), Some(0));
}

/// Written to production: shown, and taken back within three seconds.
#[tokio::test]
async fn production_is_asked_about_and_can_be_taken_back() {
    let mut session = Session::new();
    let instance = Serve::new(&session, "instance").account().start(&session);
    let api = instance.account().await;
    create(&api).await;
    let window = by_address(&mut session, &instance).await;
    open(&window).await;
    let path = PATH.replace("dev", "prod");
    let before = api.get(&path).await.json();
    let address = window.address().await.replace("/dev/", "/prod/");
    let script = "location.hash = arguments[0].slice(arguments[0].indexOf('#'))";
    window.script(script, vec![json!(address)]).await;
    window.see("textbox", "Value of LEVEL").await;
    type_over(&window, "Value of LEVEL", "trace").await;
    window.click("button", "Review for PROD").await;
    window.click("button", "Save to PROD").await;
    window.see("button", "Take it back").await;
    window.press([Key::Escape.into()]).await;
    window.see("button", "Save to PROD").await;
    assert_eq!(api.get(&path).await.json(), before);
    window.click("button", "Save to PROD").await;
    window.see_text_within(LATER, "It takes effect").await;
    let now = api.get(&path).await.json();
    assert_eq!(value(&now, "LEVEL")["value"], "trace");
    window.quit(&mut session).await;
    assert_eq!(instance.stop(), Some(0));
}

async fn create(api: &Api) {
    let manifest = json!({
        "key": "orders", "displayName": "Orders", "type": "api", "image": "miso/hello:1.0", "port": 8080,
        "configuration": [
            {"name": "LEVEL", "value": "info", "location": "variable", "required": true,
             "portalInput": {"field": "text", "label": "How much it says", "placeholder": "info"}},
            {"name": "PASSWORD", "value": "the first one", "location": "keyvault", "required": true},
            {"name": "PIN", "location": "keyvault", "required": true},
            variable("OLD", "1"),
            variable("LONG", &"a long value with many words ".repeat(20)),
            variable(&format!("N{}", "AME_".repeat(24)), "\u{202e}<script>window.ran = 1</script>"),
        ],
        "environments": {"prod": {"configuration": [variable("LEVEL", "warn")]}},
    });
    let created = api.post("/api/applications", &manifest).await;
    assert_eq!(created.status, 201, "{created:?}");
}

fn variable(name: &str, value: &str) -> Value {
    json!({"name": name, "value": value, "location": "variable", "required": false})
}

async fn open(window: &Window) {
    window.see_within(LATER, "link", "orders").await;
    window.click("link", "orders").await;
    window.see("heading", "orders").await;
    window.click("link", "Configuration").await;
    window.see("table", TABLE).await;
}

/// Types over what stands in a field, as a person does.
async fn type_over(window: &Window, name: &str, text: &str) {
    window.click("textbox", name).await;
    window.chord(Key::Control, 'a').await;
    window.press(text.chars()).await;
}

async fn get(api: &Api) -> Value {
    api.get(PATH).await.json()
}

fn value<'a>(configuration: &'a Value, name: &str) -> &'a Value {
    let items = configuration["items"].as_array().expect("items");
    let item = items.iter().find(|item| item["name"] == name);
    item.unwrap_or_else(|| panic!("no {name} in {configuration}"))
}

/// Nothing that a script can reach has it.
async fn nowhere(window: &Window, secret: &str, when: &str) {
    let walk = window
        .client()
        .execute_async(include_str!("support/reachable.js"), Vec::new())
        .await;
    let said = walk.expect("the page can be walked");
    let texts = said["texts"].as_str().unwrap_or_else(|| panic!("{said}"));
    assert!(texts.contains("PASSWORD"), "the walk sees the page");
    assert!(!texts.contains(secret), "{when}");
    let html = window.script("return document.documentElement.outerHTML", Vec::new());
    assert!(!html.await.to_string().contains(secret), "{when}");
}

async fn files_in_and_out(window: &Window, api: &Api) {
    let file = format!(
        "# a team's file\nLEVEL='of a file'\nPASSWORD=\"{OTHER_SECRET}\"\nmy-name=1\nAPI_TOKEN=x\n"
    );
    let script = "const [name, text] = arguments; \
        const files = new DataTransfer(); \
        files.items.add(new File([text], name)); \
        const field = document.querySelector('main input[type=file], input[type=file]'); \
        field.files = files.files; \
        field.dispatchEvent(new Event('change', { bubbles: true }))";
    window
        .script(script, vec![json!("team.env"), json!(file)])
        .await;
    window.see("complementary", "From team.env").await;
    window.see_text("Line 4: my-name is no name").await;
    window.see_text("API_TOKEN is new and sounds secret").await;
    window.picture(&pictures::out("configuration-import")).await;
    axe::finds_nothing_serious(window, "What a file brings").await;
    window
        .click("button", "Take 4 changes into the table")
        .await;
    type_over(window, "Name of my-name", "MY_NAME").await;
    nowhere(window, OTHER_SECRET, "it came with a file").await;
    window.click("button", "Review for dev").await;
    window.click("button", "Save to dev").await;
    window
        .see_text("It takes effect at the next deployment.")
        .await;
    let saved = get(api).await;
    assert_eq!(value(&saved, "LEVEL")["value"], "of a file");
    assert_eq!(value(&saved, "MY_NAME")["value"], "1");
    assert_eq!(value(&saved, "API_TOKEN")["isSet"], true);
    nowhere(window, OTHER_SECRET, "it was sent").await;

    // What is copied and read back changes nothing.
    window.click("button", "Export").await;
    window.click("menuitem", "Copy as .env").await;
    window.see("button", "Copied").await;
    window.click("button", "Import").await;
    window.click("menuitem", "From the clipboard").await;
    window.see("complementary", "From the clipboard").await;
    window.see_text("It changes nothing here.").await;
    window.press([Key::Escape.into()]).await;
}

/// By the system's own dialog.
async fn saved_as_a_file(session: &Session, window: &Window) {
    let file = session.home().join("orders-dev.env");
    window.click("button", "Export").await;
    window.click("menuitem", "Save as .env").await;
    dialogs::save(session, &file).await;
    let text = std::fs::read_to_string(&file).expect("it is there");
    assert!(text.contains("MY_NAME=1"), "{text}");
    assert!(
        text.contains("# PASSWORD is a secret, not exported"),
        "{text}"
    );
    assert!(!text.contains(OTHER_SECRET), "{text}");
}

async fn as_a_text(window: &Window) {
    window.click("button", "JSON").await;
    window.see("textbox", "Configuration as JSON").await;
    window.see_text("\"PASSWORD\"").await;
    window.picture(&pictures::out("configuration-json")).await;
    axe::finds_nothing_serious(window, "The configuration as JSON").await;
    window.click("textbox", "Configuration as JSON").await;
    window.chord(Key::Control, 'a').await;
    window.press("[".chars()).await;
    window.see_text("Mend the JSON first").await;
    window.chord(Key::Control, 'z').await;
    window.see_gone("status", "Mend the JSON first").await;
    window.click("button", "Table").await;
    window.see("table", TABLE).await;
    let ran = window.script("return window.ran ?? null", Vec::new()).await;
    assert_eq!(ran, Value::Null, "a value is a value");
}

async fn small_and_dark(session: &Session, window: &Window) {
    window.resize(session, 900, 600).await;
    window.picture(&pictures::out("configuration-small")).await;
    let wider = "return [...document.querySelectorAll('main *')].filter((each) => \
        each.getBoundingClientRect().right > innerWidth + 1 && !each.closest('.visually-hidden')).length";
    assert_eq!(
        window.script(wider, Vec::new()).await,
        0,
        "nothing is cut off"
    );
    window.click("button", "All environments").await;
    window
        .see("table", "Configuration of all environments")
        .await;
    window
        .picture(&pictures::out("configuration-all-small"))
        .await;
    window.resize(session, 1280, 800).await;
    window.click("link", "Settings").await;
    window.click("button", "Dark").await;
    window.press([Key::Escape.into()]).await;
    window.client().back().await.expect("it goes back");
    window
        .see("table", "Configuration of all environments")
        .await;
    window
        .picture(&pictures::out("configuration-all-dark"))
        .await;
    window.click("button", "Table").await;
    window.see("table", TABLE).await;
    window.picture(&pictures::out("configuration-dark")).await;
    axe::finds_nothing_serious(window, "Configuration in the dark").await;
}

async fn may_only_look(instance: &Instance) {
    let mut session = Session::new();
    let window = by_address_as(&mut session, instance, VIEWER).await;
    open(&window).await;
    window.see_text("configuration:update").await;
    window.see("textbox", "Value of LEVEL").await;
    for name in ["Add", "Import", "Remove LEVEL"] {
        assert!(window.find("button", name).await.is_empty(), "{name}");
    }
    let script = "return [...document.querySelectorAll('table textarea, table input')] \
        .every((field) => field.readOnly || field.disabled)";
    assert_eq!(window.script(script, Vec::new()).await, true);
    axe::finds_nothing_serious(&window, "Configuration that can only be looked at").await;
    window.picture(&pictures::out("configuration-viewer")).await;
    window.quit(&mut session).await;
}
