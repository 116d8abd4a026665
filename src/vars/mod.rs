//! Values kept unevaluated, with their marks; their precedence; promises.

mod dict;
mod equality;
mod list;
mod marks;
mod object;
mod promise;
mod undefined;
mod value;

pub use dict::{Dict, Map};
pub use list::List;
pub use marks::Marks;
pub use object::{Kind, Object};
pub use promise::Promise;
pub use undefined::Undefined;
pub use value::{Data, Value};
