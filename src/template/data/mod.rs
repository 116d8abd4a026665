//! Formats that filters read and write: JSON, YAML, CSV, INI.

pub mod json;
pub mod json_read;
