//! `yum_repository`

use super::argument::PathText;
use super::edit::{self, Rewriting};
use super::{ArgumentError, FileAttributes, Module};
use crate::host::{Change, Failure, Kind, Plan, Probe, text};

choices! {
    /// Whether the repository is to be there.
    State { Present = "present", Absent = "absent" }
}

module! {
    /// Sees to a repository in the files of dnf and yum.
    ///
    /// ```yaml
    /// - yum_repository: { name: epel, description: EPEL, baseurl: "https://example.org/epel/$releasever/", gpgcheck: true }
    /// - yum_repository: { name: epel, state: absent }
    /// ```
    YumRepository "yum_repository" local {
        /// Fetches while other things are done.
        r#async: Option<bool>;
        /// The most bytes a second that are taken.
        bandwidth: Option<String>;
        /// Addresses.
        baseurl: Option<Vec<String>>;
        /// What it costs to take packages from here, compared with others.
        cost: Option<String>;
        /// Lets the repository count its users.
        countme: Option<bool>;
        /// How small a difference of metadata must be to be used.
        deltarpm_metadata_percentage: Option<String>;
        /// How small a difference of a package must be to be used.
        deltarpm_percentage: Option<String>;
        /// What it is, in words.
        description: Option<String>;
        /// Whether it is used.
        enabled: Option<bool>;
        /// Whether its groups are used.
        enablegroups: Option<bool>;
        /// Packages that are not taken from here.
        exclude ["excludepkgs"]: Option<Vec<String>>;
        /// How the next address is chosen: `roundrobin` or `priority`.
        failovermethod: Option<Failover>;
        /// The name of the file, without its ending; that of the repository if nothing is said.
        file: Option<String>;
        /// The key that signs the keys.
        gpgcakey: Option<String>;
        /// Whether packages must be signed.
        gpgcheck: Option<bool>;
        /// Addresses of keys.
        gpgkey: Option<Vec<String>>;
        /// Takes packages of modules without their modules.
        module_hotfixes: Option<bool>;
        /// What caches on the way may answer.
        http_caching: Option<Caching>;
        /// A file or address with more settings.
        include: Option<String>;
        /// Packages that alone are taken from here.
        includepkgs: Option<Vec<String>>;
        /// Which version of IP names are resolved to.
        ip_resolve: Option<String>;
        /// Keeps connections open.
        keepalive: Option<bool>;
        /// Keeps fetched packages: `0` or `1`.
        keepcache: Option<String>;
        /// How long metadata is good.
        metadata_expire: Option<String>;
        /// For which commands metadata is not renewed.
        metadata_expire_filter: Option<String>;
        /// The address of a metalink.
        metalink: Option<String>;
        /// The address of a list of mirrors.
        mirrorlist: Option<String>;
        /// How long the list of mirrors is good.
        mirrorlist_expire: Option<String>;
        /// Its short name.
        name: String;
        /// The password for the repository.
        password: Option<String>;
        /// A small number goes before a large one.
        priority: Option<String>;
        /// Keeps packages from being replaced from elsewhere.
        protect: Option<bool>;
        /// The proxy, or `_none_`.
        proxy: Option<String>;
        /// The password for the proxy.
        proxy_password: Option<String>;
        /// The user of the proxy.
        proxy_username: Option<String>;
        /// Whether the metadata must be signed.
        repo_gpgcheck: Option<bool>;
        /// The directory of the files.
        reposdir: PathText = "/etc/yum.repos.d";
        /// How often fetching is tried.
        retries: Option<String>;
        /// Whether it lies in S3.
        s3_enabled: Option<bool>;
        /// Goes on when it cannot be reached.
        skip_if_unavailable: Option<bool>;
        /// Looks at the permissions of certificates.
        ssl_check_cert_permissions: Option<bool>;
        /// Certificates of those who are trusted.
        sslcacert ["ca_cert"]: Option<String>;
        /// A certificate that says who asks.
        sslclientcert ["client_cert"]: Option<String>;
        /// The key of that.
        sslclientkey ["client_key"]: Option<String>;
        /// Whether the certificate of the server must be good.
        sslverify ["validate_certs"]: Option<bool>;
        /// Whether it is to be there.
        state: State = "present";
        /// How much of the bandwidth is taken.
        throttle: Option<String>;
        /// Seconds to wait.
        timeout: Option<String>;
        /// What of the variables is shown in its name.
        ui_repoid_vars: Option<String>;
        /// The user of the repository.
        username: Option<String>;
    } with { attributes: FileAttributes }
}

choices! {
    /// How the next address is chosen.
    Failover { Roundrobin = "roundrobin", Priority = "priority" }
}

choices! {
    /// What caches on the way may answer.
    Caching { All = "all", Packages = "packages", None = "none" }
}

impl Module for YumRepository {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let directory = self.reposdir.on(host)?;
        if !host.is_directory(&directory)? {
            return Err(host.missing(format!("the directory `{}` does not exist", directory.display())));
        }
        let path = directory.join(format!("{}.repo", self.file.as_ref().unwrap_or(&self.name)));
        let original = edit::read(host, &path)?;
        let before = original.text.clone().unwrap_or_default();
        let said = |plan: Plan| plan.with("repo", self.name.as_str()).with("state", self.state.word());
        let (own, others) = parted(&before, &self.name);
        let wanted = self.options();
        let after = match self.state {
            State::Present if own.as_deref().is_some_and(|own| items(own) == wanted) => before,
            State::Present => others + &section(&self.name, &wanted),
            State::Absent if own.is_none() => return Ok(said(Plan::nothing())),
            State::Absent if others.trim().is_empty() => {
                let path = original.path.clone();
                return Ok(said(Plan::one(Change::Remove { path, kind: Kind::File })));
            }
            State::Absent => others,
        };
        let how = Rewriting { attributes: &self.attributes, backup: false, validate: None, message: "" };
        let mut plan = original.rewrite(host, &after, &how)?;
        plan.result = crate::host::Fields::new();
        Ok(said(plan.with("dest", text::from_path(&path))))
    }

    fn check(&self) -> Vec<ArgumentError> {
        let mut wrong = Vec::new();
        if self.state == State::Present {
            if self.baseurl.is_none() && self.mirrorlist.is_none() && self.metalink.is_none() {
                wrong.push(ArgumentError::new(
                    "",
                    "state is present but any of the following are missing: baseurl, mirrorlist, metalink",
                ));
            }
            if self.description.is_none() {
                wrong.push(ArgumentError::new(
                    "",
                    "state is present but all of the following are missing: description",
                ));
            }
        }
        wrong
    }
}

impl YumRepository {
    /// The options of the section, by name.
    fn options(&self) -> Vec<(String, String)> {
        let flag = |value: Option<bool>| value.map(|value| i64::from(value).to_string());
        let list = |values: &Option<Vec<String>>, by: &str| values.as_ref().map(|values| values.join(by));
        let mut options = self.texts();
        options.extend([
            ("async", flag(self.r#async)),
            ("baseurl", list(&self.baseurl, "\n")),
            ("countme", flag(self.countme)),
            ("enabled", flag(self.enabled)),
            ("enablegroups", flag(self.enablegroups)),
            ("exclude", list(&self.exclude, " ")),
            ("failovermethod", self.failovermethod.map(|method| method.word().to_owned())),
            ("gpgcheck", flag(self.gpgcheck)),
            ("gpgkey", list(&self.gpgkey, "\n")),
            ("http_caching", self.http_caching.map(|caching| caching.word().to_owned())),
            ("includepkgs", list(&self.includepkgs, " ")),
            ("keepalive", flag(self.keepalive)),
            ("module_hotfixes", flag(self.module_hotfixes)),
            ("protect", flag(self.protect)),
            ("repo_gpgcheck", flag(self.repo_gpgcheck)),
            ("s3_enabled", flag(self.s3_enabled)),
            ("skip_if_unavailable", flag(self.skip_if_unavailable)),
            ("ssl_check_cert_permissions", flag(self.ssl_check_cert_permissions)),
            ("sslverify", flag(self.sslverify)),
        ]);
        let given = |(name, value): (&str, Option<String>)| Some((name.to_owned(), value?));
        let mut options: Vec<(String, String)> = options.into_iter().filter_map(given).collect();
        options.sort();
        options
    }

    /// The options that are written as they are given.
    fn texts(&self) -> Vec<(&'static str, Option<String>)> {
        vec![
            ("bandwidth", self.bandwidth.clone()),
            ("cost", self.cost.clone()),
            ("deltarpm_metadata_percentage", self.deltarpm_metadata_percentage.clone()),
            ("deltarpm_percentage", self.deltarpm_percentage.clone()),
            ("gpgcakey", self.gpgcakey.clone()),
            ("include", self.include.clone()),
            ("ip_resolve", self.ip_resolve.clone()),
            ("keepcache", self.keepcache.clone()),
            ("metadata_expire", self.metadata_expire.clone()),
            ("metadata_expire_filter", self.metadata_expire_filter.clone()),
            ("metalink", self.metalink.clone()),
            ("mirrorlist", self.mirrorlist.clone()),
            ("mirrorlist_expire", self.mirrorlist_expire.clone()),
            ("name", self.description.clone()),
            ("password", self.password.clone()),
            ("priority", self.priority.clone()),
            ("proxy", self.proxy.clone()),
            ("proxy_password", self.proxy_password.clone()),
            ("proxy_username", self.proxy_username.clone()),
            ("retries", self.retries.clone()),
            ("sslcacert", self.sslcacert.clone()),
            ("sslclientcert", self.sslclientcert.clone()),
            ("sslclientkey", self.sslclientkey.clone()),
            ("throttle", self.throttle.clone()),
            ("timeout", self.timeout.clone()),
            ("ui_repoid_vars", self.ui_repoid_vars.clone()),
            ("username", self.username.clone()),
        ]
    }
}

/// The section of this name, if it is there, and the file without it.
fn parted(file: &str, name: &str) -> (Option<String>, String) {
    let (mut own, mut others, mut inside) = (None::<String>, String::new(), false);
    for line in edit::lines(file) {
        let heading = edit::bare(&line).trim();
        if heading.starts_with('[') && heading.ends_with(']') {
            inside = heading.trim_matches(['[', ']']) == name;
        }
        if inside { own.get_or_insert_default() } else { &mut others }.push_str(&line);
    }
    if !others.is_empty() && !others.ends_with('\n') {
        others.push('\n');
    }
    (own, others)
}

/// The options that a section sets, sorted; lines that go on are part of the value.
fn items(section: &str) -> Vec<(String, String)> {
    let mut items: Vec<(String, String)> = Vec::new();
    for line in section.lines().skip(1).filter(|line| !line.trim_start().starts_with(['#', ';'])) {
        match (line.starts_with([' ', '\t']), items.last_mut(), line.split_once('=')) {
            (true, Some((_, value)), _) => value.push_str(&format!("\n{}", line.trim())),
            (false, _, Some((name, value))) => items.push((name.trim().to_owned(), value.trim().to_owned())),
            _ => {}
        }
    }
    items.sort();
    items
}

fn section(name: &str, options: &[(String, String)]) -> String {
    let line = |(name, value): &(String, String)| format!("{name} = {}\n", value.replace('\n', "\n\t"));
    format!("[{name}]\n{}\n", options.iter().map(line).collect::<String>())
}
