//! Every word in a JSON text, also those that a reader of it would pass over: of a name that is there
//! twice, one server takes the first value and another the last.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

/// All texts in it, names and values; `None` where it is no JSON.
pub(super) fn words(text: &str) -> Option<Vec<String>> {
    let mut all = Vec::new();
    let mut reader = serde_json::Deserializer::from_str(text);
    Words(&mut all).deserialize(&mut reader).ok()?;
    reader.end().ok()?;
    Some(all)
}

struct Words<'a>(&'a mut Vec<String>);

impl<'de> DeserializeSeed<'de> for Words<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Words<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.0.push(text.to_owned());
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(Words(self.0))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        while fields.next_key_seed(Words(self.0))?.is_some() {
            fields.next_value_seed(Words(self.0))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_found_wherever_it_stands() {
        let text = r#"{"a":"dev","a":"pr\u006fd","b":[1,-2,0.5,null,true,{"c":"x"}]}"#;
        let found = words(text).unwrap();
        assert_eq!(found, ["a", "dev", "a", "prod", "b", "c", "x"]);
        assert_eq!(words("\"prod\"").unwrap(), ["prod"]);
        for no in ["", "{", "prod", "[1] [2]"] {
            assert_eq!(words(no), None, "{no}");
        }
    }
}
