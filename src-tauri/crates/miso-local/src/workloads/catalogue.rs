//! The images this instance can run: those of its own catalogue, and what a container engine runs.

use std::fmt;

/// What an image is run as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Image {
    /// A process of this same binary.
    Process {
        /// What it does.
        program: Program,
        /// The version it shows.
        tag: String,
    },
    /// A container of an engine.
    Container {
        /// The version it shows.
        tag: String,
    },
}

/// The programs of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Program {
    /// A page that is well.
    Hello,
    /// Well after some seconds.
    SlowStart,
    /// Well at first, then its database refuses.
    FailingHealth,
    /// Ends with an error before it is ever well.
    Crashing,
    /// Takes more and more memory, up to 256 MiB.
    Leaking,
    /// Some twenty lines a second, or as many as `LINES_PER_SECOND` in its configuration says.
    Talkative,
    /// Is as well as those it depends on.
    Dependent,
    /// Calls the others.
    Visitor,
    /// Has the fault that `FAULT` in its configuration names.
    Faulty,
}

/// The image is not one this instance can run.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) struct NotInCatalogue {
    image: String,
}

impl fmt::Display for NotInCatalogue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the image {} is not in this instance's catalogue, which has ",
            self.image
        )?;
        for (index, program) in Program::ALL.iter().enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            write!(f, "{separator}{OWNER}{}", program.name())?;
        }
        f.write_str("; images of other names are run by a container engine")
    }
}

/// What stands before the names of the catalogue.
const OWNER: &str = "miso/";

impl Program {
    pub(crate) const ALL: [Self; 9] = [
        Self::Hello,
        Self::SlowStart,
        Self::FailingHealth,
        Self::Crashing,
        Self::Leaking,
        Self::Talkative,
        Self::Dependent,
        Self::Visitor,
        Self::Faulty,
    ];

    /// The name in the image.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Hello => "hello",
            Self::SlowStart => "slow-start",
            Self::FailingHealth => "failing-health",
            Self::Crashing => "crashing",
            Self::Leaking => "leaking",
            Self::Talkative => "talkative",
            Self::Dependent => "dependent",
            Self::Visitor => "visitor",
            Self::Faulty => "faulty",
        }
    }

    /// Whether it calls other applications, and so is told where they are.
    pub(crate) fn calls_others(self) -> bool {
        match self {
            Self::Dependent | Self::Visitor | Self::Faulty => true,
            Self::Hello
            | Self::SlowStart
            | Self::FailingHealth
            | Self::Crashing
            | Self::Leaking
            | Self::Talkative => false,
        }
    }

    /// The program of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|program| program.name() == name)
    }
}

impl Image {
    /// What an image such as `miso/hello:1.0` is run as. Any tag will do. What is called as the
    /// catalogue is, is of it or nothing; all else is an engine's.
    pub(crate) fn resolve(image: &str) -> Result<Self, NotInCatalogue> {
        let unknown = || NotInCatalogue {
            image: image.to_owned(),
        };
        let (name, tag) = image.rsplit_once(':').ok_or_else(unknown)?;
        let tag = tag.to_owned();
        let Some(name) = name.strip_prefix(OWNER) else {
            return Ok(Self::Container { tag });
        };
        let program = Program::named(name).ok_or_else(unknown)?;
        Ok(Self::Process { program, tag })
    }

    /// Whether an engine runs it.
    pub(crate) fn is_container(image: &str) -> bool {
        matches!(Self::resolve(image), Ok(Self::Container { .. }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_takes_any_tag() {
        for program in Program::ALL {
            let image = format!("miso/{}:2.0.0-rc.3", program.name());
            let expected = Image::Process {
                program,
                tag: "2.0.0-rc.3".into(),
            };
            assert_eq!(Image::resolve(&image).unwrap(), expected);
        }
    }

    #[test]
    fn what_is_called_otherwise_is_an_engines() {
        for image in [
            "nginx:1",
            "hello:1",
            "evil/miso/hello:1",
            "a.example/miso:1",
        ] {
            let expected = Image::Container { tag: "1".into() };
            assert_eq!(Image::resolve(image).unwrap(), expected);
            assert!(Image::is_container(image));
        }
        assert!(!Image::is_container("miso/hello:1"));
        assert!(!Image::is_container("miso/unknown:1"));
    }

    #[test]
    fn what_is_not_there_is_named() {
        for image in ["miso/unknown:1", "miso/hello"] {
            let refused = Image::resolve(image).unwrap_err().to_string();
            assert!(
                refused.contains(image) && refused.contains("miso/hello"),
                "{refused}"
            );
        }
    }
}
