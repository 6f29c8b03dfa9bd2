//! Secrets that were typed and wait to be saved: in memory here, so that the page forgets each as
//! soon as it was typed (SECURITY.md, "secrets stay in Rust").

use std::collections::VecDeque;
use std::sync::Mutex;

use secrecy::SecretString;
use uuid::Uuid;

use crate::lock::lock;

/// More than anybody types before saving; the oldest go.
const MOST: usize = 1_000;

/// The secrets that wait on one connection, each by a word that says nothing of it.
#[derive(Default)]
pub(crate) struct HeldSecrets(Mutex<VecDeque<(String, SecretString)>>);

impl HeldSecrets {
    /// Holds a secret; the word for it.
    pub(crate) fn hold(&self, secret: SecretString) -> String {
        let word = Uuid::new_v4().to_string();
        let mut held = lock(&self.0);
        if held.len() == MOST {
            held.pop_front();
        }
        held.push_back((word.clone(), secret));
        word
    }

    /// What is held by a word.
    pub(crate) fn get(&self, word: &str) -> Option<SecretString> {
        let held = lock(&self.0);
        let mut all = held.iter();
        all.find(|(known, _)| known == word)
            .map(|(_, secret)| secret.clone())
    }

    /// Forgets some.
    pub(crate) fn let_go(&self, words: &[String]) {
        lock(&self.0).retain(|(word, _)| !words.contains(word));
    }

    /// Forgets all.
    pub(crate) fn clear(&self) {
        lock(&self.0).clear();
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn what_is_held_is_found_by_its_word_until_it_is_let_go() {
        let held = HeldSecrets::default();
        let one = held.hold("one".to_owned().into());
        let two = held.hold("two".to_owned().into());
        let secret = |word: &String| held.get(word).map(|it| it.expose_secret().to_owned());
        assert_eq!(secret(&one).as_deref(), Some("one"));
        held.let_go(std::slice::from_ref(&one));
        assert_eq!((secret(&one), secret(&two).is_some()), (None, true));
        held.clear();
        assert_eq!(secret(&two), None);
        let first = held.hold("first".to_owned().into());
        for _ in 0..MOST {
            held.hold("more".to_owned().into());
        }
        assert_eq!((secret(&first), lock(&held.0).len()), (None, MOST));
    }
}
