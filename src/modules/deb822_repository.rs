//! `deb822_repository`

use super::argument::{Mode, PathText};
use super::files::{self, FileAttributes};
use super::place::Placement;
use super::{ArgumentError, Module, web};
use crate::host::{Change, Content, Data, Failure, Kind, Plan, Probe, openpgp, text};
use std::path::{Path, PathBuf};

const PARTS: &str = "/etc/apt/sources.list.d";
const KEYRINGS: &str = "/etc/apt/keyrings";

choices! {
    /// Whether the source is to be there.
    State { Present = "present", Absent = "absent" }
}

choices! {
    /// What kind of packages a source has.
    Kinds { Deb = "deb", DebSrc = "deb-src" }
}

module! {
    /// Sees to a source of packages, as a file of fields that apt reads.
    ///
    /// The index is not read: `apt` with `update_cache` does that.
    ///
    /// ```yaml
    /// - deb822_repository: { name: docker, uris: "https://download.docker.com/linux/debian", suites: [bookworm], components: [stable], signed_by: "https://download.docker.com/linux/debian/gpg" }
    /// - deb822_repository: { name: docker, state: absent }
    /// ```
    Deb822Repository "deb822_repository" local {
        /// Takes a source that was safe once and is no more.
        allow_downgrade_to_insecure: Option<bool>;
        /// Takes a source that nobody signs.
        allow_insecure: Option<bool>;
        /// Takes signatures that are weak.
        allow_weak: Option<bool>;
        /// Architectures.
        architectures: Option<Vec<String>>;
        /// Fetches indexes by their hashes.
        by_hash: Option<bool>;
        /// Looks at the date of the source.
        check_date: Option<bool>;
        /// Looks at how long the source is valid.
        check_valid_until: Option<bool>;
        /// Components.
        components: Option<Vec<String>>;
        /// Seconds that the date of the source may be ahead.
        date_max_future: Option<i64>;
        /// Whether it is used.
        enabled: Option<bool>;
        /// Packages that are not taken, by pattern.
        exclude: Option<Vec<String>>;
        /// Packages that alone are taken, by pattern.
        include: Option<Vec<String>>;
        /// Where its InRelease file is.
        inrelease_path: Option<String>;
        /// Languages.
        languages: Option<Vec<String>>;
        /// Its name, of which those of the files are made.
        name: String;
        /// Fetches differences of indexes.
        pdiffs: Option<bool>;
        /// Its key: a file of the host, an address, a fingerprint, or the armoured key itself.
        signed_by: Option<String>;
        /// Suites.
        suites: Option<Vec<String>>;
        /// What is fetched.
        targets: Option<Vec<String>>;
        /// Takes it as safe, whoever signs it.
        trusted: Option<bool>;
        /// What kind of packages it has.
        types: Vec<Kinds> = "deb";
        /// Addresses.
        uris: Option<Vec<String>>;
        /// Permissions of the file.
        mode: Mode = "0644";
        /// Whether it is to be there.
        state: State = "present";
        /// Means nothing here: no Python is needed.
        install_python_debian: bool = false;
    }
}

/// What `signed_by` comes to.
#[derive(Default)]
struct Signed {
    /// What the field says.
    value: Option<String>,
    /// A file that has to be there, with its key.
    file: Option<(PathBuf, Vec<u8>)>,
}

impl Module for Deb822Repository {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let dest = Path::new(PARTS).join(format!("{}.sources", self.slug()));
        let said = |plan: Plan| plan.with("dest", text::from_path(&dest));
        if self.state == State::Absent {
            return Ok(said(self.removal(host, &dest)?));
        }
        let signed = self.signed(host)?;
        let mut missing = files::directories(host, Path::new(PARTS), &FileAttributes::none())?;
        if signed.file.is_some() {
            missing.extend(files::directories(host, Path::new(KEYRINGS), &plain(Mode::Octal(0o755)))?);
        }
        if !missing.is_empty() {
            return Ok(Plan::from(missing).and_again());
        }
        let mut plan = Plan::nothing();
        let mut key_file = signed.value.clone().filter(|value| value.starts_with('/'));
        if let Some((path, bytes)) = signed.file {
            let attributes = plain(Mode::Octal(0o644));
            plan.changes
                .extend(Placement::of(&path, Content::inline(bytes), &attributes).plan(host)?.changes);
            key_file = Some(text::from_path(&path));
        }
        let repo = self.stanza(signed.value.as_deref());
        let content = Content::inline(text::to_bytes(&repo));
        plan.changes.extend(Placement::of(&dest, content, &plain(self.mode.clone())).plan(host)?.changes);
        Ok(said(plan).with("repo", repo).with("key_filename", key_file))
    }

    fn check(&self) -> Vec<ArgumentError> {
        let mut errors = Vec::new();
        if self.slug().is_empty() {
            errors.push(ArgumentError::new("name", format!("`{}` gives no name for a file", self.name)));
        }
        if self.state == State::Present && (self.uris.is_none() || self.suites.is_none()) {
            errors.push(ArgumentError::new("", "a source needs `uris` and `suites`"));
        }
        errors
    }
}

impl Deb822Repository {
    /// The name in small letters, digits and hyphens.
    fn slug(&self) -> String {
        let mut slug = String::new();
        for scalar in self.name.to_ascii_lowercase().chars() {
            match scalar {
                '_' | ' ' | '\t' | '\n' if slug.ends_with('-') => {}
                '_' | ' ' | '\t' | '\n' => slug.push('-'),
                'a'..='z' | '0'..='9' | '-' => slug.push(scalar),
                _ => {}
            }
        }
        slug
    }

    fn keyring(&self, ending: &str) -> PathBuf {
        Path::new(KEYRINGS).join(format!("{}.{ending}", self.slug()))
    }

    fn removal(&self, host: &dyn Probe, dest: &Path) -> Result<Plan, Failure> {
        let keyrings = [self.keyring("asc"), self.keyring("gpg")];
        let mut plan = Plan::nothing().with("repo", Data::Null);
        for path in [dest.to_owned()].iter().chain(&keyrings) {
            if host.stat(path)?.is_some() {
                plan.push(Change::Remove { path: path.clone(), kind: Kind::File });
            }
        }
        Ok(plan.with("key_filename", text::from_path(&self.keyring("gpg"))))
    }

    fn signed(&self, host: &dyn Probe) -> Result<Signed, Failure> {
        let Some(key) = &self.signed_by else { return Ok(Signed::default()) };
        if key.contains("://") && !key.contains('\n') {
            let bytes = web::fetch(host, key, true, 30)?;
            let ending = if openpgp::is_armoured(&bytes) { "asc" } else { "gpg" };
            let path = self.keyring(ending);
            return Ok(Signed { value: Some(text::from_path(&path)), file: Some((path, bytes)) });
        }
        let value = if key.starts_with(['/', '~']) {
            text::from_path(&PathText(key.clone()).on(host)?)
        } else {
            key.clone()
        };
        Ok(Signed { value: Some(value), file: None })
    }

    /// The fields in their order, as apt reads them.
    fn stanza(&self, signed_by: Option<&str>) -> String {
        let list = |values: &Option<Vec<String>>| values.as_ref().map(|values| values.join(" "));
        let flag = |value: Option<bool>| value.map(|value| if value { "yes" } else { "no" }.to_owned());
        let kinds: Vec<&str> = self.types.iter().map(|kind| kind.word()).collect();
        let fields = [
            ("Allow-Downgrade-To-Insecure", flag(self.allow_downgrade_to_insecure)),
            ("Allow-Insecure", flag(self.allow_insecure)),
            ("Allow-Weak", flag(self.allow_weak)),
            ("Architectures", list(&self.architectures)),
            ("By-Hash", flag(self.by_hash)),
            ("Check-Date", flag(self.check_date)),
            ("Check-Valid-Until", flag(self.check_valid_until)),
            ("Components", list(&self.components)),
            ("Date-Max-Future", self.date_max_future.map(|seconds| seconds.to_string())),
            ("Enabled", flag(self.enabled)),
            ("Exclude", list(&self.exclude)),
            ("Include", list(&self.include)),
            ("Inrelease-Path", self.inrelease_path.clone()),
            ("Languages", list(&self.languages)),
            ("X-Repolib-Name", Some(self.name.clone())),
            ("Pdiffs", flag(self.pdiffs)),
            ("Signed-By", signed_by.map(str::to_owned)),
            ("Suites", list(&self.suites)),
            ("Targets", list(&self.targets)),
            ("Trusted", flag(self.trusted)),
            ("Types", Some(kinds.join(" "))),
            ("URIs", list(&self.uris)),
        ];
        let line = |(name, value): (&str, Option<String>)| value.map(|value| field(name, &value));
        fields.into_iter().filter_map(line).collect()
    }
}

fn plain(mode: Mode) -> FileAttributes {
    FileAttributes { mode: Some(mode), ..FileAttributes::none() }
}

/// A field; a value of several lines goes on in lines that are indented.
fn field(name: &str, value: &str) -> String {
    if !value.contains('\n') {
        return if value.is_empty() { format!("{name}:\n") } else { format!("{name}: {value}\n") };
    }
    let dotted = |line: &str| if line.trim().is_empty() { "." } else { line.trim() }.to_owned();
    let lines: String = value.trim().lines().map(|line| format!("    {}\n", dotted(line))).collect();
    format!("{name}:\n{lines}")
}
