//! Whether the page keeps to its Content-Security-Policy (SECURITY.md).
//!
//! WebKit's driver gives no console, and its `ReportingObserver` no reports from before it was
//! made. So what is broken later is heard as an event, and what was stopped before is seen by its
//! absence: a sheet that was refused has no rules, a picture no size.

use serde_json::{Value, json};

use super::page::Page;
use super::wait::{SOON, until};

/// A page whose policy is watched.
pub struct Policy<'a> {
    page: &'a Page,
}

impl<'a> Policy<'a> {
    /// From now on.
    pub async fn watch(page: &'a Page) -> Self {
        let script = "window.violations = []; \
            document.addEventListener('securitypolicyviolation', (event) => \
                window.violations.push(`${event.effectiveDirective}: ${event.blockedURI}`));";
        page.script(script, Vec::new()).await;
        Self { page }
    }

    /// Fails the test where something was stopped.
    pub async fn has_held(&self) {
        assert_eq!(self.violations().await, json!([]), "the policy was broken");
        let script = "const sheets = [...document.querySelectorAll('style, link[rel=stylesheet]')]; \
            const pictures = [...document.images]; \
            return { \
                sheets: sheets.length, \
                refused: [ \
                    ...sheets.filter((each) => !each.sheet?.cssRules.length), \
                    ...pictures.filter((each) => each.complete && !each.naturalWidth), \
                ].map((each) => each.outerHTML.slice(0, 200)), \
            };";
        let seen = self.page.script(script, Vec::new()).await;
        assert_eq!(seen["refused"], json!([]), "the policy stopped these");
        assert!(
            seen["sheets"].as_u64().is_some_and(|count| count > 0),
            "there are style sheets: {seen}"
        );
    }

    /// Breaks the policy, to show that it would be told.
    pub async fn would_tell(&self) {
        let script =
            "document.body.append(Object.assign(new Image(), { src: 'http://127.0.0.1:9/' }))";
        self.page.script(script, Vec::new()).await;
        until("what breaks the policy is told", SOON, || async {
            let seen = self.violations().await.to_string();
            if seen.contains("127.0.0.1:9") {
                Ok(())
            } else {
                Err(seen)
            }
        })
        .await;
    }

    async fn violations(&self) -> Value {
        self.page
            .script("return window.violations", Vec::new())
            .await
    }
}
