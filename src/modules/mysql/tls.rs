//! How the connection of a user of MySQL or MariaDB must be protected.

use crate::host::mysql::literal;
use crate::host::{Data, Fields};
use crate::modules::argument::Argument;

/// What the server calls the kind of connection that is asked for.
pub(super) fn kind(wishes: &Fields) -> &'static str {
    let has = |name: &str| {
        wishes.iter().any(|(known, value)| known.eq_ignore_ascii_case(name) && *value != Data::Bool(false))
    };
    match () {
        () if has("subject") || has("issuer") || has("cipher") => "SPECIFIED",
        () if has("x509") => "X509",
        () if has("ssl") => "ANY",
        () => "",
    }
}

/// The words of SQL for it.
pub(super) fn words(wishes: &Fields) -> String {
    match kind(wishes) {
        "SPECIFIED" => {
            let word = |(name, value): (&str, &Data)| {
                format!(
                    "{} {}",
                    name.to_ascii_uppercase(),
                    literal(&String::parse(value).unwrap_or_default())
                )
            };
            format!("REQUIRE {}", wishes.iter().map(word).collect::<Vec<_>>().join(" AND "))
        }
        "X509" => "REQUIRE X509".to_owned(),
        "ANY" => "REQUIRE SSL".to_owned(),
        _ => "REQUIRE NONE".to_owned(),
    }
}
