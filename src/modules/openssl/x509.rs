//! `x509_certificate`

use super::extensions::Said;
use super::{KeySource, State, public_key, removal, serial, written};
use crate::host::openssl::Question;
use crate::host::{Failure, Plan, Probe, text};
use crate::modules::argument::PathText;
use crate::modules::{ArgumentError, FileAttributes, Module};
use std::path::Path;

choices! {
    /// Who signs.
    Provider { Selfsigned = "selfsigned", Ownca = "ownca", Acme = "acme" }
}

choices! {
    /// When the number of the key is written into the certificate.
    SubjectKey { IfNotProvided = "create_if_not_provided", Always = "always_create", Never = "never_create" }
}

module! {
    /// Makes a certificate that signs itself, or that an authority of one's own signs.
    ///
    /// ```yaml
    /// - x509_certificate: { path: /etc/ssl/example.crt, privatekey_path: /etc/ssl/private/example.pem, csr_path: /etc/ssl/example.csr, provider: selfsigned }
    /// - x509_certificate: { path: /etc/ssl/a.crt, csr_path: /etc/ssl/a.csr, ownca_path: /etc/ssl/ca.crt, ownca_privatekey_path: /etc/ssl/ca.key, provider: ownca }
    /// ```
    X509Certificate "x509_certificate" ["openssl_certificate"] {
        /// The file.
        path: PathText;
        /// Makes it anew each time.
        force: bool = false;
        /// The request.
        csr_path: Option<PathText>;
        /// The request itself.
        csr_content: Option<String>;
        /// The private key.
        privatekey_path: Option<PathText>;
        /// The private key itself.
        privatekey_content: Option<String>;
        /// What the key is locked with.
        privatekey_passphrase: Option<String>;
        /// Passes over when it begins and ends, when it is judged.
        ignore_timestamps: bool = true;
        /// Means nothing here.
        select_crypto_backend: String = "auto";
        /// The certificate of the authority.
        ownca_path: Option<PathText>;
        /// The certificate of the authority itself; not known here.
        ownca_content: Option<String>;
        /// The key of the authority.
        ownca_privatekey_path: Option<PathText>;
        /// The key of the authority itself; not known here.
        ownca_privatekey_content: Option<String>;
        /// What the key of the authority is locked with.
        ownca_privatekey_passphrase: Option<String>;
        /// The digest.
        ownca_digest: String = "sha256";
        /// The version.
        ownca_version: i64 = 3;
        /// When it begins: `+0s`, now.
        ownca_not_before: String = "+0s";
        /// When it ends, such as `+365d`.
        ownca_not_after: String = "+3650d";
        /// When the number of the key is written into it.
        ownca_create_subject_key_identifier: SubjectKey = "create_if_not_provided";
        /// Writes the number of the key of the authority into it.
        ownca_create_authority_key_identifier: bool = true;
        /// The version.
        selfsigned_version: i64 = 3;
        /// The digest.
        selfsigned_digest: String = "sha256";
        /// When it begins: `+0s`, now.
        selfsigned_not_before ["selfsigned_notBefore"]: String = "+0s";
        /// When it ends, such as `+365d`.
        selfsigned_not_after ["selfsigned_notAfter"]: String = "+3650d";
        /// When the number of the key is written into it.
        selfsigned_create_subject_key_identifier: SubjectKey = "create_if_not_provided";
        /// Whether it is to be there.
        state: State = "present";
        /// Who signs.
        provider: Option<Provider>;
        /// Tells the certificate in the result.
        return_content: bool = false;
        /// Keeps a copy of what is replaced.
        backup: bool = false;
    } with { attributes: FileAttributes }
}

impl Module for X509Certificate {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let path = self.path.on(host)?;
        if self.state == State::Absent {
            return removal(host, &path, self.backup);
        }
        let request = self.request(host)?;
        let kept = if host.exists(&path)? { Some(text::from_bytes(&host.read(&path)?)) } else { None };
        let certificate = match kept.filter(|_| !self.force) {
            Some(kept) if self.is_as_wished(host, &kept, &request)? => kept,
            _ => self.made(host, &request)?,
        };
        let plan = written(host, &path, &certificate, &self.attributes, self.backup)?;
        let plan = plan.with("csr", self.csr_path.as_ref().map(|path| path.0.clone()));
        let plan = plan.with("privatekey", self.privatekey_path.as_ref().map(|path| path.0.clone()));
        Ok(if self.return_content { plan.with("certificate", certificate) } else { plan })
    }

    fn check(&self) -> Vec<ArgumentError> {
        let mut wrong = Vec::new();
        let mut say = |argument: &str, message: &str| wrong.push(ArgumentError::new(argument, message));
        if self.state == State::Absent {
            return wrong;
        }
        match self.provider {
            None => say("", "argument `provider` is missing"),
            Some(Provider::Acme) => say("provider", "`acme` is not known here"),
            Some(Provider::Selfsigned) if self.privatekey_path.is_none() => {
                say("", "`selfsigned` needs a `privatekey_path`")
            }
            Some(Provider::Ownca) if self.ownca_path.is_none() || self.ownca_privatekey_path.is_none() => {
                say("", "`ownca` needs `ownca_path` and `ownca_privatekey_path`");
            }
            Some(Provider::Ownca) if self.csr_path.is_none() && self.csr_content.is_none() => {
                say("", "`ownca` needs a `csr_path` or `csr_content`");
            }
            _ => {}
        }
        if self.privatekey_content.is_some()
            || self.ownca_content.is_some()
            || self.ownca_privatekey_content.is_some()
        {
            say("", "keys and authorities must be files of the host");
        }
        for (name, start) in [
            ("selfsigned_not_before", &self.selfsigned_not_before),
            ("ownca_not_before", &self.ownca_not_before),
        ] {
            if start != "+0s" {
                say(name, "a certificate begins now: `+0s`");
            }
        }
        for (name, end) in
            [("selfsigned_not_after", &self.selfsigned_not_after), ("ownca_not_after", &self.ownca_not_after)]
        {
            if seconds(end).is_none() {
                say(name, "the end must be written as a time from now, such as `+365d` or `+52w`");
            }
        }
        wrong
    }
}

/// The seconds of `+1w2d3h4m5s`.
fn seconds(relative: &str) -> Option<i64> {
    let mut sum = 0;
    let mut number = String::new();
    for scalar in relative.strip_prefix('+')?.chars() {
        let unit = match scalar {
            digit if digit.is_ascii_digit() => {
                number.push(digit);
                continue;
            }
            'w' => 604_800,
            'd' => 86_400,
            'h' => 3600,
            'm' => 60,
            's' => 1,
            _ => return None,
        };
        sum += number.parse::<i64>().ok()?.checked_mul(unit)?;
        number.clear();
    }
    number.is_empty().then_some(sum)
}

fn file(path: &Option<PathText>, host: &dyn Probe) -> Result<Option<String>, Failure> {
    let Some(path) = path else { return Ok(None) };
    let path = path.on(host)?;
    if !host.exists(&path)? {
        return Err(host.missing(format!("`{}` does not exist", path.display())));
    }
    Ok(Some(text::from_path(&path)))
}

impl X509Certificate {
    fn key(&self, host: &dyn Probe) -> Result<KeySource, Failure> {
        let passphrase = self.privatekey_passphrase.clone();
        Ok(KeySource { path: file(&self.privatekey_path, host)?, content: None, passphrase })
    }

    /// The request; one without a name where none is given.
    fn request(&self, host: &dyn Probe) -> Result<String, Failure> {
        if let Some(content) = &self.csr_content {
            return Ok(content.clone());
        }
        if let Some(path) = file(&self.csr_path, host)? {
            return host.read(Path::new(&path)).map(|bytes| text::from_bytes(&bytes));
        }
        let key = self.key(host)?;
        let config = "[req]\nprompt=no\ndistinguished_name=subject\n[subject]\n";
        let mut words = vec!["req", "-new", "-config", "/dev/stdin", "-subj", "/"];
        key.extend(&mut words, "-key", "-passin");
        Question { words, stdin: config, passphrase: key.passphrase.as_deref() }.ask_well(host)
    }

    fn digest(&self) -> &str {
        if self.provider == Some(Provider::Ownca) { &self.ownca_digest } else { &self.selfsigned_digest }
    }

    fn made(&self, host: &dyn Probe, request: &str) -> Result<String, Failure> {
        let own = self.provider == Some(Provider::Ownca);
        let end = if own { &self.ownca_not_after } else { &self.selfsigned_not_after };
        // openssl counts in days.
        let days = seconds(end).unwrap_or(0).div_euclid(86_400).max(1).to_string();
        let digest = format!("-{}", self.digest());
        let number = serial()?;
        let mut words =
            vec!["x509", "-req", "-in", "/dev/stdin", &digest, "-days", &days, "-set_serial", &number];
        words.extend(["-copy_extensions", "copyall"]);
        let (key, authority);
        if own {
            authority = file(&self.ownca_path, host)?.unwrap_or_default();
            let passphrase = self.ownca_privatekey_passphrase.clone();
            key = KeySource { path: file(&self.ownca_privatekey_path, host)?, content: None, passphrase };
            words.extend(["-CA", &authority]);
            key.extend(&mut words, "-CAkey", "-passin");
        } else {
            key = self.key(host)?;
            key.extend(&mut words, "-key", "-passin");
        }
        Question { words, stdin: request, passphrase: key.passphrase.as_deref() }.ask_well(host)
    }

    fn is_as_wished(&self, host: &dyn Probe, kept: &str, request: &str) -> Result<bool, Failure> {
        let ask = |words: &[&str], stdin: &str| {
            Question { words: words.to_vec(), stdin, passphrase: None }.ask(host)
        };
        let known = ask(&["x509", "-noout", "-text"], kept)?;
        let wanted = ask(&["req", "-noout", "-text"], request)?;
        let (Some(known), Some(wanted)) = (known, wanted) else { return Ok(false) };
        let (known, wanted) = (Said::read(&known), Said::read(&wanted));
        let public = ask(&["x509", "-noout", "-pubkey"], kept)?;
        let same_key = public == ask(&["req", "-noout", "-pubkey"], request)?;
        let digest = self.digest().to_ascii_lowercase();
        let same_digest = known.digest.contains(&digest) || known.digest.starts_with("ed");
        if !known.includes(&wanted) || !same_key || !same_digest {
            return Ok(false);
        }
        if !self.ignore_timestamps && ask(&["x509", "-noout", "-checkend", "0"], kept)?.is_none() {
            return Ok(false);
        }
        if self.provider == Some(Provider::Ownca) {
            let authority = file(&self.ownca_path, host)?.unwrap_or_default();
            return Ok(
                ask(&["verify", "-no_check_time", "-partial_chain", "-CAfile", &authority], kept)?.is_some()
            );
        }
        Ok(public.as_deref() == Some(public_key(host, &self.key(host)?)?.as_str()))
    }
}
