//! `openssl_privatekey`

use super::{State, anew, parent_there, removal};
use crate::host::openssl::Question;
use crate::host::{Carried, Change, Effect, Failure, Fields, Plan, Probe, Report, Run, hex, text};
use crate::modules::argument::{Mode, PathText};
use crate::modules::{FileAttributes, Module};
use md5::Md5;
use sha1::{Digest, Sha1};
use sha2::{Sha224, Sha256, Sha384, Sha512};
use std::path::Path;

choices! {
    /// The kind of key.
    Type {
        Rsa = "RSA", Dsa = "DSA", Ecc = "ECC", Ed25519 = "Ed25519", Ed448 = "Ed448", X25519 = "X25519", X448 = "X448",
    }
}

choices! {
    /// How the key is written.
    Format { Pkcs1 = "pkcs1", Pkcs8 = "pkcs8", Raw = "raw", Auto = "auto", AutoIgnore = "auto_ignore" }
}

choices! {
    /// What becomes of a key that is there and of another format.
    FormatMismatch { Regenerate = "regenerate", Convert = "convert" }
}

choices! {
    /// When a key that is there is made anew.
    Regenerate {
        Never = "never", Fail = "fail", Partial = "partial_idempotence", Full = "full_idempotence", Always = "always",
    }
}

module! {
    /// Makes a private key.
    ///
    /// ```yaml
    /// - openssl_privatekey: { path: /etc/ssl/private/example.pem, size: 2048 }
    /// - openssl_privatekey: { path: /etc/ssl/private/example.pem, type: ECC, curve: secp256r1, owner: root, mode: "0600" }
    /// ```
    OpensslPrivatekey "openssl_privatekey" {
        /// The file.
        path: PathText;
        /// Its bits, for RSA and DSA.
        size: i64 = 4096;
        /// The kind of key.
        r#type: Type = "RSA";
        /// The curve, for ECC.
        curve: Option<String>;
        /// What it is locked with.
        passphrase: Option<String>;
        /// How it is locked.
        cipher: String = "auto";
        /// Means nothing here.
        select_crypto_backend: String = "auto";
        /// How the key is written.
        format: Format = "auto_ignore";
        /// What becomes of a key that is there and of another format.
        format_mismatch: FormatMismatch = "regenerate";
        /// When a key that is there is made anew.
        regenerate: Regenerate = "full_idempotence";
        /// Whether it is to be there.
        state: State = "present";
        /// Makes it anew each time.
        force: bool = false;
        /// Keeps a copy of what is replaced.
        backup: bool = false;
        /// Tells the key in the result.
        return_content: bool = false;
    } with { attributes: FileAttributes }
}

impl Module for OpensslPrivatekey {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let path = self.path.on(host)?;
        if self.state == State::Absent {
            return removal(host, &path, self.backup);
        }
        parent_there(host, &path)?;
        let name = text::from_path(&path);
        let fresh = host.stage() == 0 && self.is_to_be_made(host, &path, &name)?;
        if fresh {
            return anew(host, &path, self.backup, self.generation(host, &path, &name));
        }
        let Some(stat) = host.follow(&path)? else { return Ok(Plan::nothing()) };
        let wishes = FileAttributes {
            mode: self.attributes.mode.clone().or(Some(Mode::Octal(0o600))),
            ..self.attributes.clone()
        };
        Ok(wishes.plan(host, &path, &stat)?.with("filename", name))
    }

    fn report(&self, host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        let mut result = carried.result.clone().with("type", self.r#type.word()).with("size", self.size);
        result.set("curve", self.curve.clone());
        let path = self.path.on(host)?;
        if carried.dry || self.state == State::Absent {
            return Ok(result.into());
        }
        let public =
            self.question(&text::from_path(&path), &["-pubout", "-outform", "DER"], |q| q.ask(host))?;
        if let Some(public) = public {
            result.set("fingerprint", fingerprints(&text::to_bytes(&public)));
        }
        if self.return_content {
            result.set("privatekey", text::from_bytes(&host.read(&path)?));
        }
        Ok(result.into())
    }

    fn check(&self) -> Vec<crate::modules::ArgumentError> {
        let wrong =
            |argument: &str, message: &str| vec![crate::modules::ArgumentError::new(argument, message)];
        match self.r#type {
            Type::Ecc if self.curve.is_none() => wrong("", "`type: ECC` needs a `curve`"),
            _ if self.format == Format::Raw => wrong("format", "`raw` keys cannot be made"),
            Type::Rsa | Type::Dsa if self.size < 512 => wrong("size", "`size` must be 512 at least"),
            _ => Vec::new(),
        }
    }
}

/// The digests of a public key.
pub(super) fn fingerprints(public: &[u8]) -> Fields {
    let parted = |digest: &[u8]| {
        let digits = hex(digest);
        let pairs: Vec<&str> = (0..digits.len()).step_by(2).filter_map(|at| digits.get(at..at + 2)).collect();
        pairs.join(":")
    };
    Fields::new()
        .with("md5", parted(&Md5::digest(public)))
        .with("sha1", parted(&Sha1::digest(public)))
        .with("sha224", parted(&Sha224::digest(public)))
        .with("sha256", parted(&Sha256::digest(public)))
        .with("sha384", parted(&Sha384::digest(public)))
        .with("sha512", parted(&Sha512::digest(public)))
}

impl OpensslPrivatekey {
    fn question<T>(&self, name: &str, more: &[&str], ask: impl Fn(&Question) -> T) -> T {
        let mut words = vec!["pkey", "-in", name];
        words.extend(["-passin", "env:PROVISION_PASS"]);
        words.extend(more);
        ask(&Question { words, stdin: "", passphrase: Some(self.passphrase.as_deref().unwrap_or_default()) })
    }

    fn is_to_be_made(&self, host: &dyn Probe, path: &Path, name: &str) -> Result<bool, Failure> {
        if !host.exists(path)? || self.force || self.regenerate == Regenerate::Always {
            return Ok(true);
        }
        if self.regenerate == Regenerate::Never {
            return Ok(false);
        }
        let refused = |why: &str| {
            Err(Failure::new(format!("`{name}` {why}, and `regenerate` lets it not be made anew")))
        };
        let Some(about) = self.question(name, &["-noout", "-text"], |q| q.ask(host))? else {
            return match self.regenerate {
                Regenerate::Full => Ok(true),
                _ => refused("cannot be read, or is locked with another passphrase"),
            };
        };
        if self.is_locked(host, path)? != self.passphrase.is_some() && self.regenerate == Regenerate::Full {
            return Ok(true);
        }
        match (self.fits(&about), self.regenerate) {
            (true, _) => Ok(self.format_differs(host, path)? && self.regenerate != Regenerate::Fail),
            (false, Regenerate::Fail) => refused("is a key of another kind or size"),
            (false, _) => Ok(true),
        }
    }

    fn head(&self, host: &dyn Probe, path: &Path) -> Result<String, Failure> {
        Ok(text::from_bytes(&host.read(path)?).lines().take(2).collect::<Vec<_>>().join("\n"))
    }

    fn is_locked(&self, host: &dyn Probe, path: &Path) -> Result<bool, Failure> {
        Ok(self.head(host, path)?.contains("ENCRYPTED"))
    }

    fn format_differs(&self, host: &dyn Probe, path: &Path) -> Result<bool, Failure> {
        let head = self.head(host, path)?;
        let new = head.contains("BEGIN PRIVATE KEY") || head.contains("BEGIN ENCRYPTED PRIVATE KEY");
        Ok(match self.format {
            Format::Pkcs1 => new,
            Format::Pkcs8 => !new,
            _ => false,
        })
    }

    /// Whether what openssl says of a key is what is asked for.
    fn fits(&self, about: &str) -> bool {
        let first = about.lines().next().unwrap_or_default();
        let bits = first.split(['(', ' ']).find_map(|word| word.parse::<i64>().ok());
        let curve = about.lines().find_map(|line| line.trim().strip_prefix("ASN1 OID:")).map(str::trim);
        match self.r#type {
            Type::Rsa => about.contains("modulus:") && bits == Some(self.size),
            Type::Dsa => about.contains("pub:") && curve.is_none() && bits == Some(self.size),
            Type::Ecc => curve.is_some() && curve == self.curve.as_deref().map(curve_name),
            other => first.to_ascii_uppercase().starts_with(&other.word().to_ascii_uppercase()),
        }
    }

    /// Makes the key beside its place, readable for its owner alone, and puts it there. What it is, nobody is shown.
    fn generation(&self, host: &dyn Probe, path: &Path, name: &str) -> Change {
        let size = self.size.to_string();
        let curve =
            format!("ec_paramgen_curve:{}", self.curve.as_deref().map(curve_name).unwrap_or_default());
        let kind = match self.r#type {
            Type::Rsa => format!("openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:{size}"),
            Type::Dsa => format!(
                "openssl genpkey -genparam -algorithm DSA -pkeyopt dsa_paramgen_bits:{size} -out \"$1.params\" && \
                 openssl genpkey -paramfile \"$1.params\""
            ),
            Type::Ecc => {
                format!("openssl genpkey -algorithm EC -pkeyopt {}", crate::host::words::quote(&curve))
            }
            other => format!("openssl genpkey -algorithm {}", other.word()),
        };
        let cipher = if self.cipher == "auto" { "aes256" } else { &self.cipher };
        let cipher = format!(" -{}", crate::host::words::quote(cipher));
        let lock = |word: &str| match self.passphrase {
            Some(_) => format!("{cipher} {word} env:PROVISION_PASS"),
            None => String::new(),
        };
        // The old form is written by a second command.
        let old = match self.format {
            Format::Pkcs1 => format!(
                " && openssl pkey -traditional -in \"$1.new\" -passin env:PROVISION_PASS{} -out \"$1.old\" && mv -f \"$1.old\" \"$1.new\"",
                lock("-passout")
            ),
            _ => String::new(),
        };
        let line = format!(
            "umask 077; {kind}{} -out \"$1.new\"{old} && mv -f \"$1.new\" \"$1\"; s=$?; rm -f \"$1.new\" \"$1.old\" \"$1.params\"; exit $s",
            lock("-pass")
        );
        let argv = ["/bin/sh", "-c", &line, "sh", name].map(str::to_owned).to_vec();
        let pass = ("PROVISION_PASS".to_owned(), self.passphrase.clone().unwrap_or_default());
        let effects = vec![
            Effect::File { path: path.to_owned(), mode: 0o600, owner: host.me() },
            self.question(name, &["-noout", "-text"], |q| q.becomes(&self.foreseen())),
            Effect::Anything,
        ];
        let run = Run { argv, environment: vec![pass], effects, counts: true, ..Run::default() };
        Change::Run(run.titled(format!("make the key {name}")))
    }

    /// What openssl would say of the key.
    fn foreseen(&self) -> String {
        match self.r#type {
            Type::Rsa => format!("Private-Key: ({} bit, 2 primes)\nmodulus:\n", self.size),
            Type::Dsa => format!("Private-Key: ({} bit)\npub:\n", self.size),
            Type::Ecc => format!(
                "Private-Key: (0 bit)\nASN1 OID: {}\n",
                self.curve.as_deref().map(curve_name).unwrap_or_default()
            ),
            other => format!("{} Private-Key:\n", other.word().to_ascii_uppercase()),
        }
    }
}

/// The curve as openssl names it.
fn curve_name(curve: &str) -> &str {
    match curve {
        "secp256r1" => "prime256v1",
        "secp192r1" => "prime192v1",
        curve => curve,
    }
}
