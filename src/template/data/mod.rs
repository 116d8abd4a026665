//! Formats that filters read and write: JSON, YAML, CSV, INI.

pub mod csv;
pub mod ini;
pub mod ip;
pub mod json;
pub mod json_read;
pub mod xml;
pub mod yaml;
