//! Plain data, as arguments and results travel: no spans, no templates, no marks.

use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use std::fmt;

/// A value without a history.
#[derive(Clone, PartialEq, Debug, Default)]
pub enum Data {
    #[default]
    Null,
    Bool(bool),
    Int(i64),
    /// The digits of a whole number that does not fit an `Int`.
    Big(String),
    Float(f64),
    /// Bytes of a host that are no UTF-8 are kept, see [`super::text`].
    Text(String),
    List(Vec<Data>),
    Map(Fields),
}

impl Data {
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Data::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn as_map(&self) -> Option<&Fields> {
        match self {
            Data::Map(fields) => Some(fields),
            _ => None,
        }
    }

    /// The entry of this name; [`Data::Null`] where there is none.
    pub fn entry(&self, name: &str) -> &Data {
        self.as_map().and_then(|fields| fields.get(name)).unwrap_or(&Data::Null)
    }

    /// The text of this name, as it is.
    pub fn text(&self, name: &str) -> Option<String> {
        self.entry(name).as_text().map(str::to_owned)
    }

    /// The number of this name, or the one that the text of this name spells.
    pub fn number<T: TryFrom<i64>>(&self, name: &str) -> Option<T> {
        let number = match self.entry(name) {
            Data::Int(number) => *number,
            Data::Text(text) => text.parse().ok()?,
            _ => return None,
        };
        T::try_from(number).ok()
    }

    /// The items of the list of this name; none where there is no list.
    pub fn list(&self, name: &str) -> &[Data] {
        match self.entry(name) {
            Data::List(items) => items,
            _ => &[],
        }
    }

    /// Whether there is nothing.
    pub fn is_null(&self) -> bool {
        *self == Data::Null
    }
}

/// Named data in the order of insertion; a name stands once.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Fields(Vec<(String, Data)>);

impl Fields {
    /// No fields.
    pub fn new() -> Fields {
        Fields::default()
    }

    pub fn get(&self, name: &str) -> Option<&Data> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// Sets a field; one that is there keeps its place.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<Data>) {
        let (name, value) = (name.into(), value.into());
        match self.0.iter_mut().find(|(key, _)| *key == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name, value)),
        }
    }

    /// The same fields and one more.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<Data>) -> Fields {
        self.set(name, value);
        self
    }

    pub fn remove(&mut self, name: &str) -> Option<Data> {
        let index = self.0.iter().position(|(key, _)| key == name)?;
        Some(self.0.remove(index).1)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &Data)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }
}

impl FromIterator<(String, Data)> for Fields {
    fn from_iter<I: IntoIterator<Item = (String, Data)>>(entries: I) -> Fields {
        let mut fields = Fields::new();
        entries.into_iter().for_each(|(name, value)| fields.set(name, value));
        fields
    }
}

impl IntoIterator for Fields {
    type Item = (String, Data);
    type IntoIter = std::vec::IntoIter<(String, Data)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

macro_rules! data_from {
    ($($type:ty => |$value:ident| $data:expr;)*) => {
        $(impl From<$type> for Data {
            fn from($value: $type) -> Data { $data }
        })*
    };
}

data_from! {
    bool => |value| Data::Bool(value);
    i64 => |value| Data::Int(value);
    i32 => |value| Data::Int(value.into());
    u32 => |value| Data::Int(value.into());
    u64 => |value| i64::try_from(value).map_or_else(|_| Data::Big(value.to_string()), Data::Int);
    usize => |value| Data::from(value as u64);
    f64 => |value| Data::Float(value);
    &str => |value| Data::Text(value.to_owned());
    String => |value| Data::Text(value);
    Fields => |value| Data::Map(value);
}

impl<T: Into<Data>> From<Vec<T>> for Data {
    fn from(items: Vec<T>) -> Data {
        Data::List(items.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<Data>> From<Option<T>> for Data {
    fn from(value: Option<T>) -> Data {
        value.map_or(Data::Null, Into::into)
    }
}

impl Serialize for Data {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Data::Null => serializer.serialize_unit(),
            Data::Bool(value) => serializer.serialize_bool(*value),
            Data::Int(value) => serializer.serialize_i64(*value),
            Data::Big(digits) => serialize_digits(digits, serializer),
            Data::Float(value) => serializer.serialize_f64(*value),
            Data::Text(value) => serializer.serialize_str(value),
            Data::List(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                items.iter().try_for_each(|item| list.serialize_element(item))?;
                list.end()
            }
            Data::Map(fields) => fields.serialize(serializer),
        }
    }
}

/// A number in JSON, bytes on the wire: nothing else in data is bytes.
fn serialize_digits<S: Serializer>(digits: &str, serializer: S) -> Result<S::Ok, S::Error> {
    if !serializer.is_human_readable() {
        return serializer.serialize_bytes(digits.as_bytes());
    }
    let number = RawValue::from_string(digits.to_owned()).map_err(serde::ser::Error::custom)?;
    number.serialize(serializer)
}

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.len()))?;
        self.iter().try_for_each(|(name, value)| map.serialize_entry(name, value))?;
        map.end()
    }
}

impl<'de> Deserialize<'de> for Data {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Data, D::Error> {
        deserializer.deserialize_any(DataVisitor)
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Fields, D::Error> {
        match Data::deserialize(deserializer)? {
            Data::Map(fields) => Ok(fields),
            _ => Err(serde::de::Error::custom("expected a map")),
        }
    }
}

struct DataVisitor;

impl<'de> Visitor<'de> for DataVisitor {
    type Value = Data;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("plain data")
    }

    fn visit_unit<E>(self) -> Result<Data, E> {
        Ok(Data::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Data, E> {
        Ok(Data::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Data, E> {
        Ok(Data::Int(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Data, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Data, E> {
        Ok(Data::Float(value))
    }

    fn visit_bytes<E>(self, digits: &[u8]) -> Result<Data, E> {
        Ok(Data::Big(String::from_utf8_lossy(digits).into_owned()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Data, E> {
        Ok(Data::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Data, E> {
        Ok(Data::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Data, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Data::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Data, A::Error> {
        let mut fields = Vec::new();
        while let Some(entry) = map.next_entry::<String, Data>()? {
            fields.push(entry);
        }
        Ok(Data::Map(Fields(fields)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_survives_the_wire() {
        let fields = Fields::new().with("rc", 0_i64).with("lines", vec!["a", "ü"]).with("none", Data::Null);
        let fields = fields.with("big", Data::Big("-123456789012345678901234567890".to_owned()));
        let bytes = rmp_serde::to_vec_named(&Data::from(fields.clone())).unwrap();
        assert_eq!(rmp_serde::from_slice::<Data>(&bytes).unwrap(), Data::Map(fields));
    }
}
