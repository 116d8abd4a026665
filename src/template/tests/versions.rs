//! `version`: which of two versions is newer.

use super::Table;
use crate::template::eval::Call;
use crate::template::python::types;
use crate::template::python::version::{self, Kind};
use crate::template::{Answer, Error};
use std::cmp::Ordering;

pub const TABLE: Table = &[("version", compare), ("version_compare", compare)];

fn compare(call: &mut Call) -> Answer<bool> {
    let args = call.bind(&["value", "version", "operator", "strict", "version_type"])?;
    let (left, right) = (args.text("value")?, args.text("version")?);
    for (name, what) in
        [("value", "Input version value"), ("version", "Version parameter to compare against")]
    {
        if !types::is_true(&args.value(name)?)? {
            return Err(Error::failed(format!("{what} cannot be empty")));
        }
    }
    let kind = match (args.some("version_type"), args.bool_or("strict", false)?) {
        (Some(_), _) if args.some("strict").is_some() => {
            return Err(Error::failed("`version` takes `strict` or `version_type`, not both"));
        }
        (Some(kind), _) => Kind::named(&kind.to_string())?,
        (None, true) => Kind::Strict,
        (None, false) => Kind::Loose,
    };
    let order = version::compare(&left, &right, kind)?;
    let operator = args.text_or("operator", "eq")?;
    Ok(match operator.as_str() {
        "==" | "=" | "eq" => order == Ordering::Equal,
        "!=" | "<>" | "ne" => order != Ordering::Equal,
        "<" | "lt" => order.is_lt(),
        "<=" | "le" => order.is_le(),
        ">" | "gt" => order.is_gt(),
        ">=" | "ge" => order.is_ge(),
        _ => {
            let error = Error::failed(format!("`{operator}` compares no versions"));
            return Err(error.hint("known are `==`, `!=`, `<`, `<=`, `>`, `>=`"));
        }
    })
}
