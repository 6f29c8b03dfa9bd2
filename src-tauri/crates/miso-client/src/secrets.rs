//! What holds a secret can never be written out by mistake (SECURITY.md, "secrets stay in Rust").

/// Refuses to compile where one of these types is serializable.
macro_rules! never_serialized {
    ($($type:ty),+ $(,)?) => {
        $(const _: fn() = || {
            trait Ambiguous<Kind> {
                fn here() {}
            }
            struct Serialized;
            impl<T: ?Sized> Ambiguous<()> for T {}
            impl<T: ?Sized + serde::Serialize> Ambiguous<Serialized> for T {}
            // Where both fit, the compiler cannot tell which is meant.
            let _ = <$type as Ambiguous<_>>::here;
        };)+
    };
}
