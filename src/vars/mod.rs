//! Values kept unevaluated, with their marks; their precedence; promises.

mod dict;
mod equality;
mod lazy;
mod list;
mod marks;
mod object;
mod plain;
mod print;
mod promise;
mod undefined;
mod value;

pub use dict::{Dict, Map};
pub use lazy::lazy_marks;
pub use list::List;
pub use marks::Marks;
pub use object::{Kind, Object};
pub use print::{Unprintable, float_repr, is_printable};
pub use promise::Promise;
pub use undefined::Undefined;
pub use value::{Data, Value};
