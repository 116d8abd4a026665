//! Python's meaning of operators, methods and formats, for values.

pub mod compare;
pub mod datetime;
pub mod format;
pub mod iterate;
pub mod number;
pub mod operate;
pub mod percent;
pub mod random;
pub mod regex;
mod regex_syntax;
pub mod slice;
pub mod spec;
pub mod types;
pub mod version;
