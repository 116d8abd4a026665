//! What requests and certificates say, as openssl prints it for people.

/// Subject and extensions of a request or certificate.
#[derive(Debug, Default, PartialEq)]
pub struct Said {
    pub subject: String,
    pub digest: String,
    /// Name, with ` critical` where it is, and value; in the order of names.
    pub extensions: Vec<(String, String)>,
}

impl Said {
    /// Reads what `-noout -text` prints.
    pub fn read(text: &str) -> Said {
        let mut said = Said::default();
        let mut open: Option<(usize, String)> = None;
        for line in text.lines() {
            let (depth, line) = (line.len() - line.trim_start().len(), line.trim());
            if let Some(subject) = line.strip_prefix("Subject:") {
                said.subject = subject.trim().replace(" = ", "=");
            } else if let Some(digest) = line.strip_prefix("Signature Algorithm:") {
                said.digest = digest.trim().to_ascii_lowercase();
            }
            match &mut open {
                Some((start, _)) if depth <= *start => open = heading(line).map(|name| (depth, name)),
                Some((_, name)) => {
                    let name = name.clone();
                    match said.extensions.iter_mut().find(|(known, _)| *known == name) {
                        Some((_, value)) => value.push_str(&format!(" {line}")),
                        None => said.extensions.push((name, line.to_owned())),
                    }
                }
                None => open = heading(line).map(|name| (depth, name)),
            }
        }
        said.extensions.sort();
        said
    }

    /// Whether all that the other one says is said here, too.
    pub fn includes(&self, other: &Said) -> bool {
        self.subject == other.subject
            && other.extensions.iter().all(|wanted| self.extensions.contains(wanted))
    }
}

/// `X509v3 Key Usage: critical`, or an extension that is named by words such as `TLS Feature:`.
fn heading(line: &str) -> Option<String> {
    let (name, rest) = line.split_once(':')?;
    let known = name.starts_with("X509v3 ") && name != "X509v3 extensions" || name == "TLS Feature";
    let rest = rest.trim();
    (known && (rest.is_empty() || rest == "critical")).then(|| format!("{name} {rest}").trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_is_read() {
        let text = "Certificate Request:\n    Data:\n        Subject: CN = a.example, O = X\n        Requested Extensions:\n            \
                    X509v3 Key Usage: critical\n                Digital Signature\n            X509v3 Subject Alternative Name: \n                \
                    DNS:a.example, DNS:b.example\n    Signature Algorithm: sha256WithRSAEncryption\n";
        let said = Said::read(text);
        assert_eq!(said.subject, "CN=a.example, O=X");
        assert_eq!(said.digest, "sha256withrsaencryption");
        assert_eq!(
            said.extensions,
            [
                ("X509v3 Key Usage critical".to_owned(), "Digital Signature".to_owned()),
                ("X509v3 Subject Alternative Name".to_owned(), "DNS:a.example, DNS:b.example".to_owned())
            ]
        );
        assert!(said.includes(&Said { subject: said.subject.clone(), ..Said::default() }));
    }
}
