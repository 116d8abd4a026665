//! How a module is declared: a documented struct of typed arguments yields its parser and its manual page.

/// Declares a struct of documented arguments.
///
/// `name: Type;` is required unless the type can be absent (`Option`, `Vec`); `name: Type = literal;` has a default;
/// `name [alias, ...]: Type;` has other names.
macro_rules! arguments {
    ($(#[doc = $doc:literal])* $struct:ident {
        $($(#[doc = $arg_doc:literal])* $arg:ident $([$($alias:literal),*])? : $type:ty $(= $default:expr)?;)*
    } $(with { $($group:ident : $group_type:ty),* })? $(attached { $($extra:ident : $extra_type:ty),* })?) => {
        $(#[doc = $doc])*
        #[derive(Clone, PartialEq)]
        pub struct $struct {
            $($(#[doc = $arg_doc])* pub $arg: $type,)*
            $($(#[doc = "Arguments that several modules share."] pub $group: $group_type,)*)?
            $($(#[doc = "What the controller sends along."] pub $extra: $extra_type,)*)?
        }

        impl $struct {
            /// The arguments, for the manual and for checking.
            pub(crate) const ARGS: &'static [crate::modules::Arg] = &[$(crate::modules::Arg {
                name: crate::modules::argument::plain_name(stringify!($arg)),
                aliases: &[$($($alias),*)?],
                required: <$type as crate::modules::Argument>::REQUIRED
                    && !crate::modules::argument::any(&[$(stringify!($default))?]),
                value: crate::modules::argument::first(&[$(|| crate::host::Data::from($default))?]),
                check: crate::modules::argument::check::<$type>,
                #[cfg(feature = "controller")]
                page: crate::modules::Page {
                    kind: <$type as crate::modules::Argument>::kind,
                    choices: <$type as crate::modules::Argument>::choices,
                    default: crate::modules::argument::first(&[$(stringify!($default))?]),
                    doc: &[$($arg_doc),*],
                },
            }),*];

            /// Reads the arguments.
            #[allow(unused_variables, unused_mut, reason = "a module may take no arguments")]
            pub(crate) fn take(given: &crate::modules::argument::Checked) -> Self {
                let mut args = given.reader(Self::ARGS);
                $struct {
                    $($arg: args.value(),)*
                    $($($group: <$group_type>::take(given),)*)?
                    $($($extra: <$extra_type>::default(),)*)?
                }
            }
        }
    };
}

/// Declares a module: its manual page, its name and other names, its arguments.
macro_rules! module {
    ($(#[doc = $doc:literal])* $struct:ident $name:literal $([$($other:literal),*])? $($local:ident)? {
        $($body:tt)*
    } $(with { $($group:ident : $group_type:ty),* })? $(attached { $($extra:ident : $extra_type:ty),* })?
    $(handed_on { $($to:ty),* })?) => {
        arguments! {
            $(#[doc = $doc])*
            $struct { $($body)* } $(with { $($group : $group_type),* })? $(attached { $($extra : $extra_type),* })?
        }

        impl $struct {
            /// What is known of the module without a host.
            pub const SPEC: crate::modules::Spec = crate::modules::Spec {
                name: $name,
                aliases: &[$($($other),*)?],
                #[cfg(feature = "controller")]
                doc: &[$($doc),*],
                groups: &[Self::ARGS, $($(<$group_type>::ARGS),*)?],
                hands_on_to: &[$($(&<$to>::SPEC),*)?],
                local: crate::modules::argument::any(&[$(stringify!($local))?]),
            };
        }
    };
}

/// Declares an argument that is one of several words; each may have synonyms.
macro_rules! choices {
    ($(#[doc = $doc:literal])* $enum:ident { $($variant:ident = $word:literal $(| $other:literal)*),* $(,)? }) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs, reason = "the words speak for themselves")]
        pub enum $enum { $($variant),* }

        impl $enum {
            /// The word for it.
            #[allow(dead_code, reason = "not every module says the word")]
            pub fn word(self) -> &'static str {
                match self { $($enum::$variant => $word),* }
            }
        }

        impl crate::modules::Argument for $enum {
            fn kind() -> &'static str { "str" }

            fn choices() -> &'static [&'static str] { &[$($word $(, $other)*),*] }

            fn parse(data: &crate::host::Data) -> Result<Self, String> {
                let values = &[$($enum::$variant $(, { let _ = $other; $enum::$variant })*),*];
                crate::modules::argument::choice(data, Self::choices()).map(|index| values[index])
            }
        }
    };
}
