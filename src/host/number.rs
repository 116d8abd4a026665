//! Numbers with a point, as people and the kernel write them.

/// The number that a text is: `1`, `-0.5`, `+.5`, `2.`, `1e3`.
///
/// JSON's numbers are what the agent can read anyway. Those of the standard library bring a table along that is a hundredth
/// of the whole agent.
pub fn float(text: &str) -> Option<f64> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = rest.split_at(rest.find(['e', 'E']).unwrap_or(rest.len()));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_number = !(whole.is_empty() && fraction.is_empty())
        && [whole, fraction].iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    let (whole, fraction) = (or_zero(whole.trim_start_matches('0')), or_zero(fraction));
    let json = is_number.then(|| format!("{sign}{whole}.{fraction}{exponent}"))?;
    serde_json::from_str(&json).ok()
}

/// JSON wants a digit on both sides of the point.
fn or_zero(digits: &str) -> &str {
    if digits.is_empty() { "0" } else { digits }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_the_standard_library_reads_them() {
        for text in [
            "0", "00", "007", "1", "-1", "+1", "1.5", ".5", "-.5", "2.", "2.e1", "1e3", "1E-3", "0.1",
            "00.25", "512",
        ] {
            assert_eq!(float(text), text.parse().ok(), "{text}");
        }
        for text in
            ["", ".", "-", "+-1", "--1", "1x", "x", "1 ", " 1", "1_000", "0x10", "1e", "e3", ".e3", "1..2"]
        {
            assert_eq!(float(text), None, "{text}");
        }
    }
}
