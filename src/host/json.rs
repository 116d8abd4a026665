//! JSON, as data.

use super::Data;

/// The data that a JSON text says.
pub fn parse(text: &str) -> Result<Data, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

/// The data as JSON in one line.
pub fn print(data: &Data) -> String {
    serde_json::to_string(data).unwrap_or_default()
}
