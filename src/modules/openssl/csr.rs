//! `openssl_csr`

use super::extensions::Said;
use super::{KeySource, State, public_key, removal, written};
use crate::host::openssl::Question;
use crate::host::{Data, Failure, Fields, Plan, Probe, text};
use crate::modules::argument::{Argument, PathText};
use crate::modules::{ArgumentError, FileAttributes, Module};

module! {
    /// Makes a request for a certificate.
    ///
    /// ```yaml
    /// - openssl_csr: { path: /etc/ssl/example.csr, privatekey_path: /etc/ssl/private/example.pem, common_name: www.example.org, subject_alt_name: "DNS:www.example.org,DNS:example.org" }
    /// ```
    OpensslCsr "openssl_csr" {
        /// The file.
        path: PathText;
        /// The digest.
        digest: String = "sha256";
        /// The private key.
        privatekey_path: Option<PathText>;
        /// The private key itself.
        privatekey_content: Option<String>;
        /// What the key is locked with.
        privatekey_passphrase: Option<String>;
        /// The version of the request.
        version: i64 = 1;
        /// Parts of the subject, by their names.
        subject: Option<Fields>;
        /// Parts of the subject in their order, one a dict.
        subject_ordered: Option<Vec<Fields>>;
        /// Country.
        country_name ["C", "countryName"]: Option<String>;
        /// State.
        state_or_province_name ["ST", "stateOrProvinceName"]: Option<String>;
        /// Place.
        locality_name ["L", "localityName"]: Option<String>;
        /// Organisation.
        organization_name ["O", "organizationName"]: Option<String>;
        /// Part of the organisation.
        organizational_unit_name ["OU", "organizationalUnitName"]: Option<String>;
        /// Chief name.
        common_name ["CN", "commonName"]: Option<String>;
        /// Mail address.
        email_address ["E", "emailAddress"]: Option<String>;
        /// Other names, such as `DNS:example.org`.
        subject_alt_name ["subjectAltName"]: Option<Vec<String>>;
        /// Whether those who do not understand other names must refuse.
        subject_alt_name_critical ["subjectAltName_critical"]: bool = false;
        /// Takes the chief name as the other name where none is given.
        use_common_name_for_san ["useCommonNameForSAN"]: bool = true;
        /// What the key may be used for.
        key_usage ["keyUsage"]: Option<Vec<String>>;
        /// Whether those who do not understand it must refuse.
        key_usage_critical ["keyUsage_critical"]: bool = false;
        /// What else the key may be used for.
        extended_key_usage ["extKeyUsage", "extendedKeyUsage"]: Option<Vec<String>>;
        /// Whether those who do not understand it must refuse.
        extended_key_usage_critical ["extKeyUsage_critical", "extendedKeyUsage_critical"]: bool = false;
        /// Whether it may sign others, such as `CA:TRUE`.
        basic_constraints ["basicConstraints"]: Option<Vec<String>>;
        /// Whether those who do not understand it must refuse.
        basic_constraints_critical ["basicConstraints_critical"]: bool = false;
        /// Demands a fresh answer that it is still good.
        ocsp_must_staple ["ocspMustStaple"]: bool = false;
        /// Whether those who do not understand it must refuse.
        ocsp_must_staple_critical ["ocspMustStaple_critical"]: bool = false;
        /// Names that may be signed.
        name_constraints_permitted: Option<Vec<String>>;
        /// Names that may not be signed.
        name_constraints_excluded: Option<Vec<String>>;
        /// Whether those who do not understand it must refuse.
        name_constraints_critical: bool = false;
        /// Means nothing here.
        select_crypto_backend: String = "auto";
        /// Says which key it is about.
        create_subject_key_identifier: bool = false;
        /// The number of that key, in hexadecimal.
        subject_key_identifier: Option<String>;
        /// Refused when set: openssl writes it into certificates only.
        authority_key_identifier: Option<String>;
        /// Refused when set: openssl writes it into certificates only.
        authority_cert_issuer: Option<Vec<String>>;
        /// Refused when set: openssl writes it into certificates only.
        authority_cert_serial_number: Option<i64>;
        /// Where lists of certificates are that are good no more: dicts with `full_name`.
        crl_distribution_points: Option<Vec<Fields>>;
        /// Whether it is to be there.
        state: State = "present";
        /// Makes it anew each time.
        force: bool = false;
        /// Keeps a copy of what is replaced.
        backup: bool = false;
        /// Tells the request in the result.
        return_content: bool = false;
    } with { attributes: FileAttributes }
}

impl Module for OpensslCsr {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let path = self.path.on(host)?;
        if self.state == State::Absent {
            return removal(host, &path, self.backup);
        }
        let (file, content) = (self.privatekey_path.as_ref(), self.privatekey_content.as_ref());
        let key = KeySource::of(host, file, content, self.privatekey_passphrase.as_ref())?;
        let kept = if host.exists(&path)? { Some(text::from_bytes(&host.read(&path)?)) } else { None };
        let request = match kept.filter(|_| !self.force) {
            Some(kept) if self.is_as_wished(host, &kept, &key)? => kept,
            _ => self.made(host, &key)?,
        };
        let mut plan = written(host, &path, &request, &self.attributes, self.backup)?;
        plan.result.set("privatekey", key.path);
        let subject: Vec<Vec<String>> =
            self.subject_parts().into_iter().map(|(name, value)| vec![name, value]).collect();
        plan.result.set("subject", subject);
        plan.result.set("subjectAltName", self.other_names());
        plan.result.set("keyUsage", self.key_usage.clone());
        plan.result.set("extendedKeyUsage", self.extended_key_usage.clone());
        plan.result.set("basicConstraints", self.basic_constraints.clone());
        plan.result.set("ocsp_must_staple", self.ocsp_must_staple);
        plan.result.set("name_constraints_permitted", self.name_constraints_permitted.clone());
        plan.result.set("name_constraints_excluded", self.name_constraints_excluded.clone());
        if self.return_content {
            plan.result.set("csr", request);
        }
        Ok(plan)
    }

    fn check(&self) -> Vec<ArgumentError> {
        let mut wrong = Vec::new();
        let mut say = |argument: &str, message: &str| wrong.push(ArgumentError::new(argument, message));
        if self.state == State::Present && self.privatekey_path.is_none() == self.privatekey_content.is_none()
        {
            say("", "one of `privatekey_path`, `privatekey_content` is needed");
        }
        if self.authority_key_identifier.is_some()
            || self.authority_cert_issuer.is_some()
            || self.authority_cert_serial_number.is_some()
        {
            say("", "`authority_key_identifier` and its kin cannot be written into a request here");
        }
        if self.version != 1 {
            say("version", "`version` must be 1");
        }
        let texts = self
            .subject_parts()
            .into_iter()
            .map(|(_, value)| value)
            .chain(self.other_names().unwrap_or_default());
        if texts.into_iter().any(|text| text.contains('\n')) {
            say("", "names must have no line ends");
        }
        wrong
    }
}

impl OpensslCsr {
    fn subject_parts(&self) -> Vec<(String, String)> {
        let named = [
            ("C", &self.country_name),
            ("ST", &self.state_or_province_name),
            ("L", &self.locality_name),
            ("O", &self.organization_name),
            ("OU", &self.organizational_unit_name),
            ("CN", &self.common_name),
            ("emailAddress", &self.email_address),
        ];
        let mut parts: Vec<(String, String)> =
            named.iter().filter_map(|(name, value)| Some(((*name).to_owned(), (*value).clone()?))).collect();
        let dicts = self.subject.iter().chain(self.subject_ordered.iter().flatten());
        for (name, value) in dicts.flat_map(Fields::iter) {
            let values = match value {
                Data::List(items) => items.clone(),
                one => vec![one.clone()],
            };
            parts.extend(
                values.iter().map(|value| (name.to_owned(), String::parse(value).unwrap_or_default())),
            );
        }
        parts
    }

    fn other_names(&self) -> Option<Vec<String>> {
        let common = self.subject_parts().into_iter().find(|(name, _)| name == "CN" || name == "commonName");
        self.subject_alt_name.clone().or_else(|| {
            common.filter(|_| self.use_common_name_for_san).map(|(_, name)| vec![format!("DNS:{name}")])
        })
    }

    /// What openssl reads: the subject and the extensions.
    fn config(&self) -> String {
        let mut config = "[req]\nprompt=no\nutf8=yes\nstring_mask=utf8only\ndistinguished_name=subject\nreq_extensions=extensions\n[subject]\n".to_owned();
        for (index, (name, value)) in self.subject_parts().into_iter().enumerate() {
            config.push_str(&format!("{index}.{name}={}\n", escaped(&value)));
        }
        config.push_str("[extensions]\n");
        let extension = |name: &str, values: Option<String>, critical: bool| {
            let critical = if critical { "critical," } else { "" };
            values.map(|values| format!("{name}={critical}{values}\n")).unwrap_or_default()
        };
        let joined = |values: &Option<Vec<String>>| values.as_ref().map(|values| values.join(","));
        let names = self.other_names();
        config.push_str(&extension(
            "subjectAltName",
            names.as_ref().map(|_| "@names".to_owned()),
            self.subject_alt_name_critical,
        ));
        config.push_str(&extension("keyUsage", joined(&self.key_usage), self.key_usage_critical));
        config.push_str(&extension(
            "extendedKeyUsage",
            joined(&self.extended_key_usage),
            self.extended_key_usage_critical,
        ));
        config.push_str(&extension(
            "basicConstraints",
            joined(&self.basic_constraints),
            self.basic_constraints_critical,
        ));
        let staple = self.ocsp_must_staple.then(|| "status_request".to_owned());
        config.push_str(&extension("tlsfeature", staple, self.ocsp_must_staple_critical));
        config.push_str(&extension("nameConstraints", self.constraints(), self.name_constraints_critical));
        let number = self.subject_key_identifier.as_ref().map(|number| number.replace(':', ""));
        let number = if self.create_subject_key_identifier { Some("hash".to_owned()) } else { number };
        config.push_str(&extension("subjectKeyIdentifier", number, false));
        config.push_str(&extension("crlDistributionPoints", self.lists(), false));
        config.push_str("[names]\n");
        for (index, name) in names.into_iter().flatten().enumerate() {
            let (kind, value) = name.split_once(':').unwrap_or(("DNS", &name));
            config.push_str(&format!("{kind}.{index}={}\n", escaped(value)));
        }
        config
    }

    fn constraints(&self) -> Option<String> {
        let part = |word: &str, names: &Option<Vec<String>>| {
            names.iter().flatten().map(|name| format!("{word};{name}")).collect::<Vec<_>>()
        };
        let all = [
            part("permitted", &self.name_constraints_permitted),
            part("excluded", &self.name_constraints_excluded),
        ]
        .concat();
        (!all.is_empty()).then(|| all.join(","))
    }

    fn lists(&self) -> Option<String> {
        let points = self.crl_distribution_points.as_ref()?;
        let names = points.iter().flat_map(|point| match point.get("full_name") {
            Some(Data::List(names)) => names.iter().filter_map(Data::as_text).map(str::to_owned).collect(),
            _ => Vec::new(),
        });
        Some(names.collect::<Vec<_>>().join(","))
    }

    /// A request; only its signature is another one each time.
    fn made(&self, host: &dyn Probe, key: &KeySource) -> Result<String, Failure> {
        let config = self.config();
        let digest = format!("-{}", self.digest);
        if key.content.is_some() {
            return Err(Failure::new(
                "a key that is given as text cannot make a request: `privatekey_path` is needed",
            ));
        }
        let mut words = vec!["req", "-new", &digest, "-config", "/dev/stdin"];
        if self.subject_parts().is_empty() {
            // An empty section of the settings would be refused.
            words.extend(["-subj", "/"]);
        }
        key.extend(&mut words, "-key", "-passin");
        Question { words, stdin: &config, passphrase: key.passphrase.as_deref() }.ask_well(host)
    }

    fn is_as_wished(&self, host: &dyn Probe, kept: &str, key: &KeySource) -> Result<bool, Failure> {
        let about = |request: &str| {
            Question { words: vec!["req", "-noout", "-text"], stdin: request, passphrase: None }.ask(host)
        };
        let public =
            Question { words: vec!["req", "-noout", "-pubkey"], stdin: kept, passphrase: None }.ask(host)?;
        let (Some(known), Some(public)) = (about(kept)?, public) else { return Ok(false) };
        let wanted = about(&self.made(host, key)?)?.unwrap_or_default();
        Ok(Said::read(&known) == Said::read(&wanted) && public == public_key(host, key)?)
    }
}

/// A value as the file of settings of openssl has it.
fn escaped(value: &str) -> String {
    value
        .replace('\\', "\\\\")
        .replace('$', "\\$")
        .replace('#', "\\#")
        .replace('"', "\\\"")
        .replace('\'', "\\'")
}
