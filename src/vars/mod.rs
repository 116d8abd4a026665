//! Values kept unevaluated, with their marks; their precedence; promises.

mod dict;
mod encrypted;
mod equality;
mod from_node;
mod lazy;
mod level;
mod list;
mod marks;
mod merge;
mod object;
mod plain;
mod print;
mod promise;
mod store;
mod undefined;
mod value;

pub use dict::{Dict, Map};
pub use encrypted::Encrypted;
pub use from_node::{data_from_yaml, data_of, trusted_text, value_of};
pub use lazy::{HEADER, has_braces, lazy_marks};
pub use level::Level;
pub use list::List;
pub use marks::Marks;
pub use merge::over as merged_over;
pub use object::{Kind, Object};
pub use print::{Unprintable, float_repr, is_printable};
pub use promise::Promise;
pub use store::{Facts, Moment, Part, Snapshot, Store};
pub use undefined::Undefined;
pub use value::{Data, Value};

/// Variables by their names, in the order of definition.
pub type Vars = indexmap::IndexMap<std::sync::Arc<str>, Value>;
