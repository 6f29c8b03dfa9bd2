//! Names of images: what tells one from another.

use std::cmp::Ordering;

/// What tells one image of an application from another: its tag or digest, else its name. A colon
/// before the last slash is a port, no tag.
pub fn tag_of(image: &str) -> &str {
    let name = image.rsplit('/').next().unwrap_or(image);
    own_tag_of(image).unwrap_or(name)
}

/// Its tag or digest alone.
pub(crate) fn own_tag_of(image: &str) -> Option<&str> {
    if let Some((_, digest)) = image.split_once('@') {
        return Some(digest);
    }
    let name = image.rsplit('/').next().unwrap_or(image);
    name.rsplit_once(':').map(|(_, tag)| tag)
}

/// An image's name without its tag or digest.
pub(crate) fn repository_of(image: &str) -> &str {
    let name = image.split_once('@').map_or(image, |(name, _)| name);
    match name.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => repository,
        Some(_) | None => name,
    }
}

/// What to call the images of a change: by what tells them apart, or by their names where these
/// differ.
pub fn names_of_change<'a>(from: Option<&'a str>, to: Option<&'a str>) -> [Option<&'a str>; 2] {
    let [from, to] = [from, to].map(|image| image.filter(|image| !image.is_empty()));
    let name = |image: &'a str| image.rsplit('/').next().unwrap_or(image);
    match (from, to) {
        (Some(from), Some(to)) if repository_of(from) != repository_of(to) => {
            [Some(name(from)), Some(name(to))]
        }
        (from, to) => [from.map(tag_of), to.map(tag_of)],
    }
}

/// The same image with another tag or digest.
pub(crate) fn with_tag(image: &str, tag: &str) -> String {
    let sign = if tag.starts_with("sha256:") { '@' } else { ':' };
    format!("{}{sign}{tag}", repository_of(image))
}

/// How two tags stand to each other, where their numbers tell them apart.
pub(crate) fn compare_tags(a: &str, b: &str) -> Option<Ordering> {
    let order = version(a)?.cmp(&version(b)?);
    (order != Ordering::Equal).then_some(order)
}

/// The numbers of `1.4`, `v1.4.0`, `1.4.0-rc.1`.
fn version(tag: &str) -> Option<[u64; 3]> {
    let tag = tag.strip_prefix('v').unwrap_or(tag);
    let numbers = tag.split(['-', '+']).next().unwrap_or(tag);
    let mut version = [0; 3];
    let mut parts = 0;
    for part in numbers.split('.') {
        *version.get_mut(parts)? = part.parse().ok()?;
        parts += 1;
    }
    (parts >= 2).then_some(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The page calls an image the same where it shows one, by the same list.
    #[test]
    fn an_image_is_told_by_its_tag_and_a_repository_is_all_but_that() {
        let names: serde_json::Value =
            serde_json::from_str(include_str!("image_names.json")).unwrap();
        let names = names.as_array().unwrap();
        assert!(names.len() > 5);
        for name in names {
            let image = name["image"].as_str().unwrap();
            assert_eq!(tag_of(image), name["tag"], "{image}");
            assert_eq!(repository_of(image), name["repository"], "{image}");
        }
    }

    #[test]
    fn another_tag_takes_the_place_of_what_was_there() {
        let images = [
            ("host:5000/app:1.0", "2.0", "host:5000/app:2.0"),
            ("app@sha256:ab", "2.0", "app:2.0"),
            ("app:1.0", "sha256:cd", "app@sha256:cd"),
            ("app", "2.0", "app:2.0"),
        ];
        for (image, tag, with) in images {
            assert_eq!(with_tag(image, tag), with, "{image}");
        }
    }

    #[test]
    fn tags_are_compared_by_their_numbers() {
        assert_eq!(compare_tags("1.10", "1.9.3"), Some(Ordering::Greater));
        assert_eq!(compare_tags("v1.4.0", "1.4.1"), Some(Ordering::Less));
        let apart = [
            ("1.4.0", "1.4.0-rc.1"),
            ("latest", "1.0"),
            ("7", "8.0"),
            ("1.2.3.4", "1.0"),
        ];
        for (a, b) in apart {
            assert_eq!(compare_tags(a, b), None, "{a} {b}");
        }
    }
}
