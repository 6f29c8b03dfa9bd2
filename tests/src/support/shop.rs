//! Applications of an instance as a test sets them up: made, deployed, and waited for.

use serde_json::{Value, json};

use super::api::Api;
use super::wait::{LATER, SOON, until};
use super::window::Window;

/// A web application's manifest.
pub fn manifest(key: &str, image: &str) -> Value {
    json!({ "key": key, "displayName": key, "type": "webapp", "image": image, "port": 3000 })
}

impl Api {
    /// Makes a web application; the instance deploys it to dev.
    pub async fn create(&self, key: &str, image: &str) {
        self.create_from(&manifest(key, image)).await;
    }

    /// Makes an application of a manifest.
    pub async fn create_from(&self, manifest: &Value) {
        let created = self.post("/api/applications", manifest).await;
        assert_eq!(created.status, 201, "{created:?}");
    }

    /// Asks for a deployment.
    pub async fn deploy(&self, key: &str, environment: &str, image: &str) {
        let path = format!("/api/applications/{key}/deploy");
        let request = json!({ "environment": environment, "image": image });
        let answer = self.post(&path, &request).await;
        assert_eq!(answer.status, 202, "{answer:?}");
    }

    /// Waits until there are so many of them, and all have come through.
    pub async fn deployed(&self, key: &str, number: usize) {
        until(&format!("{number} deployments of {key}"), LATER, || async {
            let all = self.deployments(key).await;
            let done = all.len() == number && all.iter().all(|each| each["status"] == "completed");
            if done {
                Ok(())
            } else {
                Err(format!("{all:?}"))
            }
        })
        .await;
    }

    /// Waits until a subject has access to an application.
    pub async fn has_access(&self, key: &str, subject: &str) {
        until(&format!("{subject} has access to {key}"), SOON, || async {
            let rows = self.get(&format!("/api/applications/{key}/access")).await;
            let rows = rows.json().as_array().cloned().unwrap_or_default();
            if rows.iter().any(|row| row["subject"] == subject) {
                Ok(())
            } else {
                Err(format!("{rows:?}"))
            }
        })
        .await;
    }

    /// Those of an application, newest first.
    pub async fn deployments(&self, key: &str) -> Vec<Value> {
        let path = format!("/api/applications/{key}/deployments?pageSize=200");
        let answer = self.get(&path).await.json();
        answer["data"].as_array().expect("a list").clone()
    }
}

/// Deploys a whole image to dev from the form of an application, and sees its steps.
pub async fn deploy_image(window: &Window, image: &str) {
    open_form(window).await;
    window.click("button", "Edit the whole image").await;
    let named = image.rsplit('/').next().unwrap_or(image);
    send(window, image, named).await;
}

/// The same with another tag of the image that runs there.
pub async fn deploy_tag(window: &Window, tag: &str) {
    open_form(window).await;
    send(window, tag, tag).await;
}

async fn open_form(window: &Window) {
    window.click("button", "Deploy…").await;
    window.click("button", "dev").await;
}

async fn send(window: &Window, typed: &str, named: &str) {
    window.fill("Image", typed).await;
    window
        .click("button", &format!("Deploy {named} to dev"))
        .await;
    window.see("list", "Steps").await;
}
