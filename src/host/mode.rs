//! Permissions: symbolic ones, and how they are said.

/// The permissions that symbolic text makes of the ones before: `u=rwX,g-w,o=`, with `X`, `s`, `t` and copies (`g=u`).
pub fn symbolic(text: &str, before: u32, is_directory: bool, umask: u32) -> Result<u32, String> {
    let wrong = || format!("must be permissions such as `0644` or `u=rw,g=r`, not `{text}`");
    let mut mode = before & 0o7777;
    for clause in text.split(',') {
        mode = apply_clause(clause.trim(), mode, is_directory, umask).ok_or_else(wrong)?;
    }
    Ok(mode)
}

fn apply_clause(clause: &str, mut mode: u32, is_directory: bool, umask: u32) -> Option<u32> {
    let start = clause.find(['+', '-', '='])?;
    let (who, mut rest) = clause.split_at(start);
    if !who.chars().all(|who| "ugoa".contains(who)) {
        return None;
    }
    let mask = if who.is_empty() { !umask & 0o777 } else { 0o777 };
    let who = if who.is_empty() || who.contains('a') { "ugo" } else { who };
    // Several operations may follow one another: `u+r-w`.
    while let Some(operation) = rest.chars().next() {
        let after = rest.get(1..)?;
        let end = after.find(['+', '-', '=']).unwrap_or(after.len());
        let perms = after.get(..end)?;
        for class in who.chars() {
            mode = apply_to(class, operation, perms, (mode, is_directory, mask))?;
        }
        rest = after.get(end..)?;
    }
    Some(mode)
}

fn apply_to(
    class: char,
    operation: char,
    perms: &str,
    (mode, is_directory, mask): (u32, bool, u32),
) -> Option<u32> {
    let (shift, special) = match class {
        'u' => (6, 0o4000),
        'g' => (3, 0o2000),
        _ => (0, 0o1000),
    };
    let bits = perms
        .chars()
        .try_fold(0, |bits, perm| Some(bits | bit(perm, shift, special, (mode, is_directory))?))?;
    let bits = bits & (mask | 0o7000);
    Some(match operation {
        '+' => mode | bits,
        '-' => mode & !bits,
        // A directory keeps what a plain assignment does not name, as chmod does for set-group-ID.
        _ => mode & !((0o7 << shift) | special) | bits,
    })
}

fn bit(perm: char, shift: u32, special: u32, (mode, is_directory): (u32, bool)) -> Option<u32> {
    Some(match perm {
        'r' => 4 << shift,
        'w' => 2 << shift,
        'x' => 1 << shift,
        'X' if is_directory || mode & 0o111 != 0 => 1 << shift,
        'X' => 0,
        's' => special & 0o6000,
        't' => 0o1000,
        'u' => (mode >> 6 & 7) << shift,
        'g' => (mode >> 3 & 7) << shift,
        'o' => (mode & 7) << shift,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbolic_permissions() {
        let cases = [
            ("u=rwX,g-w,o=", 0o664, false, 0o640),
            ("a+X", 0o644, false, 0o644),
            ("a+X", 0o644, true, 0o755),
            ("u=rwX,g=rX,o=rX", 0o700, false, 0o755),
            ("g=u", 0o740, false, 0o770),
            ("u+s,g+s,+t", 0o755, true, 0o7755),
            ("ug+rw-x", 0o110, false, 0o660),
            ("+w", 0o444, false, 0o644),
        ];
        for (text, before, is_directory, after) in cases {
            let found = symbolic(text, before, is_directory, 0o022).unwrap();
            assert_eq!(format!("{found:o}"), format!("{after:o}"), "{text}");
        }
        assert!(symbolic("u=q", 0, false, 0).is_err() && symbolic("rw", 0, false, 0).is_err());
    }
}
