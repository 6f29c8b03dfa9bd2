//! Enumerations that a newer server may extend: an unknown value is kept as it came.

/// Declares an enum of wire words whose unknown values survive as `Unknown(text)`.
macro_rules! open_enum {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name {
            $($(#[$vmeta])* $variant,)+
            /// A word this version does not know, as it came.
            Unknown(String),
        }

        impl $name {
            /// Every value this version knows, in the order of API.md.
            pub const KNOWN: &'static [&'static str] = &[$($word),+];

            /// Every value this version knows, then what else was seen, each once.
            pub fn known_and(seen: impl IntoIterator<Item = Self>) -> Vec<Self> {
                let known = Self::KNOWN.iter().copied().map(Self::from);
                let mut all: Vec<Self> = known.collect();
                let others = seen.into_iter().filter(|one| !all.contains(one));
                let others: std::collections::BTreeSet<Self> = others.collect();
                all.extend(others);
                all
            }

            /// The word on the wire.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)+
                    Self::Unknown(text) => text,
                }
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                match text.as_str() {
                    $($word => Self::$variant,)+
                    _ => Self::Unknown(text),
                }
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::from(text.to_owned())
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                <String as serde::Deserialize>::deserialize(from).map(Self::from)
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .enum_values(Some(Self::KNOWN.iter().copied()))
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
        }

        impl specta::Type for $name {
            fn definition(types: &mut specta::Types) -> specta::datatype::DataType {
                <String as specta::Type>::definition(types)
            }
        }
    };
}

pub(crate) use open_enum;

/// Reads a number that should be whole as the nearest one that is, within the type's bounds: some
/// servers measure in fractions. `null` is `None`.
pub(crate) fn whole<'de, D, T>(from: D) -> Result<Option<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: TryFrom<u64> + Bounded,
{
    let Some(number) = <Option<serde_json::Number> as serde::Deserialize>::deserialize(from)?
    else {
        return Ok(None);
    };
    // A float beyond the bounds of the target becomes the nearest of them.
    let whole = number.as_u64().unwrap_or_else(|| {
        let number = number.as_f64().unwrap_or_default();
        number.round() as u64
    });
    Ok(Some(T::try_from(whole).unwrap_or(T::LARGEST)))
}

/// A whole number with a largest value.
pub(crate) trait Bounded {
    /// The largest value.
    const LARGEST: Self;
}

impl Bounded for u8 {
    const LARGEST: Self = Self::MAX;
}

impl Bounded for u32 {
    const LARGEST: Self = Self::MAX;
}

/// Reads `null` as the type's default, as a tolerant reader must.
pub(crate) fn null_as_default<'de, D, T>(from: D) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Default + serde::Deserialize<'de>,
{
    <Option<T> as serde::Deserialize>::deserialize(from).map(Option::unwrap_or_default)
}
