//! What of a text that somebody copied elsewhere may be meant as an image of an application. All else of it
//! is nobody's business here: it may be a password.

use std::collections::BTreeSet;

use miso_api::Application;

use crate::Client;
use crate::fleet::entry_of;
use crate::image::{repository_of, tag_of};

/// Characters of a tag, by the registries' own rule.
const LONGEST_TAG: usize = 128;
/// Characters of an image.
const LONGEST: usize = 500;
/// A word of so many hexadecimal digits may name a commit.
const SHORTEST_COMMIT: usize = 7;

impl Client {
    /// The image of an application that a text names: one of its own repositories with any tag, or a tag
    /// that is a version, or looks like one that is known of it; a tag is one of the image that runs in
    /// that environment. Asks nobody.
    pub fn image_in(&self, application: &str, environment: &str, text: &str) -> Option<String> {
        let known = self.known_application(application)?;
        let deployments = self.known_deployments(application);
        let deployments = deployments.map(|known| known.list).unwrap_or_default();
        let deployed = deployments.into_iter().filter_map(|one| one.image);
        let here = entry_of(&known, environment).and_then(|entry| entry.image.clone());
        let images: Vec<String> = here
            .into_iter()
            .chain(images_of(&known))
            .chain(deployed)
            .collect();
        image_in(text, &images)
    }
}

fn images_of(application: &Application) -> impl Iterator<Item = String> {
    let here = application.image.iter();
    let there = application.environments.iter();
    here.chain(there.filter_map(|entry| entry.image.as_ref()))
        .cloned()
}

/// `images`: those that are known of the application, the one to take a repository from first.
fn image_in(text: &str, images: &[String]) -> Option<String> {
    let text = text.trim();
    if text.chars().count() > LONGEST {
        return None;
    }
    let own = |repository: &str| {
        let mut known = images.iter().map(|image| repository_of(image));
        known.any(|known| known == repository)
    };
    if let Some(tag) = text
        .strip_prefix(repository_of(text))
        .and_then(|rest| rest.strip_prefix(':'))
        && own(repository_of(text))
        && is_tag(tag)
    {
        return Some(text.to_owned());
    }
    let shapes: BTreeSet<String> = images
        .iter()
        .filter(|image| tag_of(image) != image.as_str() && !image.contains('@'))
        .map(|image| shape(tag_of(image)))
        .collect();
    let is_meant = is_tag(text) && (is_version(text) || shapes.contains(&shape(text)));
    let repository = images.first().map(|image| repository_of(image))?;
    is_meant.then(|| format!("{repository}:{text}"))
}

/// Whether a text can be a tag at all.
fn is_tag(text: &str) -> bool {
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    text.len() <= LONGEST_TAG
        && text.starts_with(is_word)
        && text
            .chars()
            .all(|letter| is_word(letter) || matches!(letter, '.' | '-'))
}

/// `1.4`, `v1.4.0`, `1.4.0-rc.1`: numbers with dots, and hardly more.
fn is_version(text: &str) -> bool {
    let numbers = text.strip_prefix('v').unwrap_or(text);
    let (numbers, rest) = match numbers.find('-') {
        Some(at) => numbers.split_at(at),
        None => (numbers, ""),
    };
    let parts: Vec<&str> = numbers.split('.').collect();
    (2..=3).contains(&parts.len())
        && rest.len() <= 16
        && parts.iter().all(|part| {
            (1..=5).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
        })
}

/// What tags that are made in one way have in common: numbers count as such, a commit by its length, and
/// words as they are.
fn shape(tag: &str) -> String {
    let mut shape = String::new();
    for part in tag.split_inclusive(['.', '-', '_']) {
        let word = part.trim_end_matches(['.', '-', '_']);
        let is_hexadecimal = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if word.len() >= SHORTEST_COMMIT && word.bytes().all(is_hexadecimal) {
            shape.push_str(&format!("<{}>", word.len()));
        } else if !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit()) {
            shape.push_str("<n>");
        } else {
            shape.push_str(word);
        }
        shape.push_str(&part[word.len()..]);
    }
    shape
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(text: &str, tags: &[&str]) -> Option<String> {
        let images: Vec<String> = tags
            .iter()
            .map(|tag| format!("r.example:5000/team/a:{tag}"))
            .collect();
        image_in(text, &images)
    }

    #[test]
    fn a_tag_or_an_image_of_its_own_is_offered() {
        for (text, tags, tag) in [
            ("1.5.0", &["1.4.0"][..], "1.5.0"),
            (" v2.0.1-rc.1\n", &["1.4.0"], "v2.0.1-rc.1"),
            ("main-118", &["1.4.0", "main-97"], "main-118"),
            ("b2c3d4e", &["a1b2c3d"], "b2c3d4e"),
            ("20261125.3", &["20261124.11"], "20261125.3"),
            ("r.example:5000/team/a:anything", &["1.4.0"], "anything"),
        ] {
            let image = format!("r.example:5000/team/a:{tag}");
            assert_eq!(found(text, tags), Some(image), "{text:?}");
        }
    }

    #[test]
    fn what_may_be_anything_else_is_not_looked_at() {
        let long = "1.".repeat(400);
        for text in [
            "",
            "hunter2",
            "correct horse battery staple",
            "correct-horse-battery-staple",
            "b2c3d4e5f60718293a4b5c6d7e8f9012",
            "b2c3d4e5f60718293a4b5c6d7e8f90121234abcd",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
            "192.168.10.12",
            "+358 40 123 4567",
            "4111111111111111",
            "1.4.0\n1.5.0",
            "other.example/b:1.5.0",
            "r.example:5000/team/a:",
            "r.example:5000/team/a:1.5.0 && rm",
            "https://r.example:5000/team/a:1.5.0",
            &long,
        ] {
            assert_eq!(
                found(text, &["1.4.0", "main-97", "a1b2c3d"]),
                None,
                "{text:?}"
            );
        }
        assert_eq!(image_in("1.5.0", &[]), None, "of which repository?");
    }

    proptest! {
        /// Whatever was copied: only a whole, single tag of a repository of the application's own comes out.
        #[test]
        fn nothing_but_a_tag_comes_out(text in "\\PC{0,60}|[a-z0-9.:/@-]{0,60}") {
            if let Some(image) = found(&text, &["1.4.0", "main-97"]) {
                prop_assert_eq!(repository_of(&image), "r.example:5000/team/a");
                prop_assert!(is_tag(tag_of(&image)) && text.contains(tag_of(&image)));
            }
        }
    }
}
