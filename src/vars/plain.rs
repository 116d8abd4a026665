//! Values to plain data and back: arguments leave, results come in.

use super::{Data, Map, Value};
use crate::host::{Data as Plain, Fields};
use num_bigint::BigInt;

impl From<Plain> for Value {
    /// What came from a host: data for good, neither trusted nor lazy.
    fn from(plain: Plain) -> Value {
        match plain {
            Plain::Null => Value::none(),
            Plain::Bool(bool) => bool.into(),
            Plain::Int(int) => int.into(),
            Plain::Big(digits) => digits.parse::<BigInt>().map_or_else(|_| digits.into(), Value::from),
            Plain::Float(float) => float.into(),
            Plain::Text(text) => text.into(),
            Plain::List(items) => items.into_iter().collect(),
            Plain::Map(fields) => fields.into(),
        }
    }
}

impl From<Fields> for Value {
    fn from(fields: Fields) -> Value {
        fields.into_iter().collect()
    }
}

impl Value {
    /// As data that can travel. Omitted elements are left out, what is undefined or not yet known
    /// is null, an object is its items or its text. Marks and spans stay behind.
    pub fn to_data(&self) -> Plain {
        match self.data() {
            Data::Undefined(_) | Data::None | Data::Omit => Plain::Null,
            Data::Bool(bool) => (*bool).into(),
            Data::Int(int) => (*int).into(),
            Data::Big(big) => Plain::Big(big.to_string()),
            Data::Float(float) => (*float).into(),
            Data::Text(text) => Plain::Text(text.to_string()),
            Data::List(list) => plain_items(&list.items()),
            Data::Tuple(items) => plain_items(items),
            Data::Dict(dict) => plain_fields(&dict.entries()),
            Data::Object(object) => plain_object(object.as_ref()),
            Data::Promise(promise) => promise.value().map_or(Plain::Null, Value::to_data),
        }
    }
}

fn plain_items(items: &[Value]) -> Plain {
    Plain::List(items.iter().filter(|item| !item.is_omit()).map(Value::to_data).collect())
}

fn plain_fields(entries: &Map) -> Plain {
    let kept = entries.iter().filter(|(_, value)| !value.is_omit());
    Plain::Map(kept.map(|(key, value)| (key.to_string(), value.to_data())).collect())
}

fn plain_object(object: &dyn super::Object) -> Plain {
    use super::Kind;
    match object.kind() {
        Kind::Mapping => {
            let entry = |key: Value| object.get(&key).map(|value| (key.to_string(), value.to_data()));
            Plain::Map(object.items().into_iter().filter_map(entry).collect())
        }
        Kind::Sequence => plain_items(&object.items()),
        Kind::Plain | Kind::Callable => Plain::Text(object.text()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_comes_back_as_it_went() {
        let fields = Fields::new().with("a", 1_i64).with("b", vec!["x"]).with("c", Plain::Null);
        let fields = fields.with("d", Plain::Big("18446744073709551616".to_owned()));
        assert_eq!(Value::from(fields.clone()).to_data(), Plain::Map(fields));
    }

    #[test]
    fn omitted_elements_stay_behind() {
        let value = Value::list(vec![Value::from(1_i64), Value::new(Data::Omit)]);
        assert_eq!(value.to_data(), Plain::List(vec![Plain::Int(1)]));
    }
}
