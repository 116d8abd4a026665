//! A call: a module with its arguments, ready to be sent.

use super::argument::{ArgumentError, Given};
use super::synchronize::Filter;
use super::{Module, Spec, spec};
use crate::host::{Carried, Content, Data, Failure, Fields, Plan, Probe, Report, Time, nearest};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

macro_rules! modules {
    ($($folder:ident::$module:ident;)*) => {
        /// All that is known of modules without a host.
        pub(super) static SPECS: &[&Spec] = &[$(&super::$folder::$module::SPEC),*];

        /// The module that the arguments mean, or all that is wrong with them.
        fn take(spec: &Spec, given: Given) -> Result<Arc<dyn Module>, Vec<ArgumentError>> {
            let given = given.checked(spec.args())?;
            match spec.name {
                $(name if name == super::$folder::$module::SPEC.name => {
                    Ok(Arc::new(super::$folder::$module::take(&given)))
                })*
                name => Err(vec![unknown_module(name)]),
            }
        }
    };
}

modules! {
    acl::Acl;
    alternatives::Alternatives;
    apache2_module::Apache2Module;
    apk::Apk;
    apt::Apt;
    apt_key::AptKey;
    apt_repository::AptRepository;
    archive::Archive;
    assemble::Assemble;
    async_status::AsyncStatus;
    at::At;
    authorized_key::AuthorizedKey;
    blockinfile::Blockinfile;
    capabilities::Capabilities;
    command::Command;
    component::Component;
    components::Components;
    copy::Copy;
    cron::Cron;
    deb822_repository::Deb822Repository;
    debconf::Debconf;
    dnf::Dnf;
    docker_compose_v2::DockerComposeV2;
    docker_compose_v2_pull::DockerComposeV2Pull;
    docker_container::DockerContainer;
    docker_container_exec::DockerContainerExec;
    docker_container_info::DockerContainerInfo;
    docker_host_info::DockerHostInfo;
    docker_image::DockerImage;
    docker_image_build::DockerImageBuild;
    docker_image_export::DockerImageExport;
    docker_image_info::DockerImageInfo;
    docker_image_load::DockerImageLoad;
    docker_image_pull::DockerImagePull;
    docker_image_push::DockerImagePush;
    docker_image_remove::DockerImageRemove;
    docker_image_tag::DockerImageTag;
    docker_login::DockerLogin;
    docker_network::DockerNetwork;
    docker_network_info::DockerNetworkInfo;
    docker_prune::DockerPrune;
    docker_volume::DockerVolume;
    docker_volume_info::DockerVolumeInfo;
    dpkg_selections::DpkgSelections;
    expect::Expect;
    file::File;
    filesystem::Filesystem;
    find::Find;
    firewalld::Firewalld;
    gem::Gem;
    get_url::GetUrl;
    getent::Getent;
    git::Git;
    git_config::GitConfig;
    git_config_info::GitConfigInfo;
    group::Group;
    hostname::Hostname;
    htpasswd::Htpasswd;
    ini_file::IniFile;
    interfaces_file::InterfacesFile;
    iptables::Iptables;
    known_hosts::KnownHosts;
    lineinfile::Lineinfile;
    locale_gen::LocaleGen;
    modprobe::Modprobe;
    mount::Mount;
    mount_facts::MountFacts;
    mysql::MysqlDb;
    mysql::MysqlQuery;
    mysql::MysqlUser;
    mysql::MysqlVariables;
    npm::Npm;
    own_module::OwnModule;
    openssl::OpensslCsr;
    openssl::OpensslDhparam;
    openssl::OpensslPrivatekey;
    openssl::OpensslPublickey;
    openssl::X509Certificate;
    package::Package;
    package_facts::PackageFacts;
    pam_limits::PamLimits;
    pamd::Pamd;
    parted::Parted;
    ping::Ping;
    pip::Pip;
    postgresql::PostgresqlDb;
    postgresql::PostgresqlExt;
    postgresql::PostgresqlOwner;
    postgresql::PostgresqlPing;
    postgresql::PostgresqlPrivs;
    postgresql::PostgresqlQuery;
    postgresql::PostgresqlSchema;
    postgresql::PostgresqlUser;
    raw::Raw;
    replace::Replace;
    rpm_key::RpmKey;
    script::Script;
    seboolean::Seboolean;
    selinux::Selinux;
    service::Service;
    service_facts::ServiceFacts;
    setup::Setup;
    shell::Shell;
    slurp::Slurp;
    stat::Stat;
    subversion::Subversion;
    synchronize::Synchronize;
    sysctl::Sysctl;
    systemd::Systemd;
    tempfile::Tempfile;
    template::Template;
    timezone::Timezone;
    ufw::Ufw;
    unarchive::Unarchive;
    uri::Uri;
    user::User;
    wait_for::WaitFor;
    xml::Xml;
    yum_repository::YumRepository;
}

/// A module with its arguments, ready to be sent. It travels as name and arguments, and is parsed again when it arrives.
#[derive(Clone)]
pub struct Call {
    spec: &'static Spec,
    fields: Fields,
    source: Option<Arc<Source>>,
    module: Arc<dyn Module>,
}

/// What the controller has to send along with a call, found by its own search paths.
#[derive(Clone, PartialEq, Debug)]
pub enum Need {
    /// A file, or where allowed a directory with all that is in it, of the controller.
    File { src: String, directory: bool },
    /// A tree of the controller, with times and owners, or one file as a tree without names.
    Tree { src: String, filter: Filter },
    /// A rendered template of the controller.
    Template { src: String },
    /// A module of the project.
    OwnModule { name: String },
    /// The text of a unit: a template of the `templates` folders, rendered with `arguments` as the variable `component`.
    Unit { template: String, arguments: Fields },
}

/// What the controller sends along.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Source {
    File {
        /// The last part of its path.
        name: String,
        content: Content,
        /// The permissions that it has on the controller, for `mode: preserve`.
        mode: Option<u32>,
    },
    Tree {
        name: String,
        /// Parents come before what is in them.
        entries: Vec<Entry>,
    },
}

/// One name in a tree.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Relative to the tree, with slashes.
    pub path: String,
    pub mode: u32,
    pub kind: EntryKind,
    /// Where it is to be known for sure when and by whom it was changed.
    pub origin: Option<Origin>,
}

/// When a name was changed, and whose it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Origin {
    pub modified: Time,
    /// Names, or numbers where there are none.
    pub user: String,
    pub group: String,
}

/// What a name in a tree is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum EntryKind {
    Directory,
    File(Content),
    /// A symbolic link and what it says.
    Link(String),
}

impl Call {
    /// What the controller has to send along before the call can go.
    pub fn need(&self) -> Option<Need> {
        self.module.need()
    }

    /// Puts what is sent along into the call.
    pub fn attach(&mut self, source: Source) -> Result<(), String> {
        let source = Arc::new(source);
        if Arc::get_mut(&mut self.module).is_none() {
            self.module = take(self.spec, Given(Cow::Borrowed(&self.fields))).map_err(first_message)?;
        }
        let module = Arc::get_mut(&mut self.module).ok_or("the call is in use")?;
        module.attach(source.clone())?;
        self.source = Some(source);
        Ok(())
    }

    /// The same call with every content that is sent along replaced.
    ///
    /// # Errors
    ///
    /// What `replace` fails with.
    pub fn with_contents(
        mut self,
        mut replace: impl FnMut(Content) -> Result<Content, Failure>,
    ) -> Result<Call, Failure> {
        let source = match self.source.as_deref().cloned() {
            None => return Ok(self),
            Some(Source::File { name, content, mode }) => {
                Source::File { name, content: replace(content)?, mode }
            }
            Some(Source::Tree { name, mut entries }) => {
                for entry in &mut entries {
                    if let EntryKind::File(content) = &mut entry.kind {
                        *content = replace(content.clone())?;
                    }
                }
                Source::Tree { name, entries }
            }
        };
        self.attach(source)?;
        Ok(self)
    }

    /// What is known of the module without a host.
    pub fn spec(&self) -> &'static Spec {
        self.spec
    }

    /// The arguments, as they were given.
    pub fn arguments(&self) -> &Fields {
        &self.fields
    }

    /// Whether its effects stay inside one host's files.
    pub fn is_local(&self) -> bool {
        self.spec.local
    }
}

impl PartialEq for Call {
    fn eq(&self, other: &Call) -> bool {
        self.spec.name == other.spec.name && self.fields == other.fields && self.source == other.source
    }
}

/// Arguments may be secret: only their names are told.
impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let names: Vec<&str> = self.fields.iter().map(|(name, _)| name).collect();
        write!(f, "{}({})", self.spec.name, names.join(", "))
    }
}

/// How a call travels.
#[derive(Serialize, Deserialize)]
struct Travelling {
    name: String,
    fields: Fields,
    source: Option<Arc<Source>>,
}

impl Serialize for Call {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (name, fields, source) = (self.spec.name.to_owned(), self.fields.clone(), self.source.clone());
        Travelling { name, fields, source }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Call {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Call, D::Error> {
        let Travelling { name, fields, source } = Travelling::deserialize(deserializer)?;
        let mut call = parse(&name, &fields).map_err(|errors| D::Error::custom(first_message(errors)))?;
        if let Some(source) = source.and_then(Arc::into_inner) {
            call.attach(source).map_err(D::Error::custom)?;
        }
        Ok(call)
    }
}

impl Module for Call {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        self.module.plan(host)
    }

    fn report(&self, host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        self.module.report(host, carried)
    }
}

/// The call that the name and arguments mean, or all that is wrong with them.
pub fn parse(name: &str, fields: &Fields) -> Result<Call, Vec<ArgumentError>> {
    let spec = spec(name).ok_or_else(|| vec![unknown_module(name)])?;
    let mut errors = check_names(name, fields.iter().map(|(name, _)| name));
    match take(spec, Given(Cow::Borrowed(fields))) {
        Ok(module) => {
            errors.extend(module.check());
            let call = Call { spec, fields: fields.clone(), source: None, module };
            if errors.is_empty() { Ok(call) } else { Err(errors) }
        }
        Err(mistakes) => {
            errors.extend(mistakes);
            Err(errors)
        }
    }
}

/// What is told of several errors where there is place for one.
pub(super) fn first_message(errors: Vec<ArgumentError>) -> String {
    errors.into_iter().next().map(|error| error.message).unwrap_or_default()
}

/// What is wrong with the names alone: unknown ones, and one argument under two names.
pub fn check_names<'a>(name: &str, given: impl Iterator<Item = &'a str>) -> Vec<ArgumentError> {
    let Some(spec) = spec(name) else { return vec![unknown_module(name)] };
    let unknown = given.filter(|given| spec.arg(given).is_none());
    unknown.map(|given| unknown_argument(spec, given)).collect()
}

/// What is wrong with one value, known before the others are.
pub fn check_value(name: &str, argument: &str, value: &Data) -> Option<ArgumentError> {
    let arg = spec(name)?.arg(argument)?;
    if *value == Data::Null {
        return None;
    }
    let message = (arg.check)(value).err()?;
    Some(ArgumentError::new(argument, format!("`{argument}` {message}")))
}

fn unknown_module(name: &str) -> ArgumentError {
    let mut error = ArgumentError::new("", format!("there is no module `{name}`"));
    error.hint =
        nearest(super::canonical(name), super::names()).map(|near| format!("did you mean `{near}`?"));
    error
}

fn unknown_argument(spec: &Spec, given: &str) -> ArgumentError {
    if given == "_raw_params" {
        return ArgumentError::new(given, format!("`{}` takes no free text", spec.name));
    }
    let mut error = ArgumentError::new(given, format!("`{}` has no argument `{given}`", spec.name));
    let names = spec.args().flat_map(|arg| arg.aliases.iter().copied().chain([arg.name]));
    error.hint = nearest(given, names).map(|near| format!("did you mean `{near}`?"));
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_parsed_and_travels() {
        let call = parse("ansible.builtin.ping", &Fields::new().with("data", "hello")).unwrap();
        let bytes = rmp_serde::to_vec_named(&call).unwrap();
        assert_eq!(rmp_serde::from_slice::<Call>(&bytes).unwrap(), call);
    }

    #[test]
    fn what_is_unknown_is_named_with_what_may_be_meant() {
        let errors = parse("ping", &Fields::new().with("dta", "x")).unwrap_err();
        assert_eq!(errors[0].path, ["dta"]);
        assert_eq!(errors[0].hint.as_deref(), Some("did you mean `data`?"));
        assert_eq!(
            parse("pingg", &Fields::new()).unwrap_err()[0].hint.as_deref(),
            Some("did you mean `ping`?")
        );
    }
}
