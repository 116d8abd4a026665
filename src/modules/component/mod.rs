//! `component`

mod definition;
mod fingerprint;
mod parts;
mod remove;
mod unit_text;

pub use definition::Definition;
pub use fingerprint::{is_current, is_loaded, loaded_now, loaded_path, now, record_path, starts_as_it_was};
pub use parts::{Health, Mount, Network};
pub use remove::{orphans, removal};

use super::argument::PathText;
use super::place::Placement;
use super::unit::{self, Unit, Wish};
use super::{
    ArgumentError, FileAttributes, Module, Need, Source, argument::Mode, systemd::State as UnitState,
};
use crate::host::start::StartLoop;
use crate::host::{
    Carried, Change, Content, Failure, Fields, Plan, Probe, Report, Scope, docker::Engine, text,
};
use std::path::{Path, PathBuf};
use std::sync::Arc;

choices! {
    /// What a component is to be.
    State { Present = "present", Started = "started", Stopped = "stopped", Absent = "absent" }
}

choices! {
    /// When an image is pulled.
    Pull { Missing = "missing", Always = "always", Never = "never" }
}

module! {
    /// A container under systemd.
    ///
    /// One unit template, `templates/component.service.j2`, serves all components. The defaults are the hardened ones:
    /// a user that is not root, no capabilities, no new privileges, a read-only root with a `/tmp` from which nothing
    /// can be run, a network of its own, and systemd's journal as the one log. Whatever is left of that is named in the role.
    ///
    /// `present` (the default) puts the unit in place and enables it; the start loop, `components`, then starts and
    /// restarts what has changed or is down. `started` does both at once for this one component.
    /// A restart follows from state, not from an event: the unit writes down at each start the id of its image and the
    /// hashes of its unit file, its environment and its `config_files`, and is restarted when these are others now. Where only
    /// `reload_files` are others, it is reloaded.
    ///
    /// The result says `image`, `image_id` and `image_digests`: what a file of locks is made of.
    ///
    /// The template gets the variable `component`: every argument by its name, each text ready to stand as one word of an
    /// `Exec...` line, and also `unit` (the unit's name), `environment_files`, `mount_options`, `network_options`,
    /// `fingerprint` (the command that writes down what was started), `loaded` (the one that writes down what was read again),
    /// `stop_limit` and `description_text`.
    ///
    /// ```yaml
    /// - component:
    ///     name: matrix-synapse
    ///     image: docker.io/matrixdotorg/synapse:v1.99
    ///     user: "991:991"
    ///     networks: [matrix]
    ///     mounts:
    ///       - { source: /matrix/synapse/config, target: /data, read_only: true }
    ///       - { source: /matrix/synapse/storage, target: /storage }
    ///     environment: { TZ: UTC }
    ///     command: ["run", "-m", "synapse.app.homeserver", "-c", "/data/homeserver.yaml"]
    ///     needs: [matrix-postgres]
    ///     config_files: [/matrix/synapse/config]
    ///     health: { http: "http://:8008/health", timeout: 120 }
    ///     memory: 2g
    /// - component: { name: old, state: absent }
    /// ```
    Component "component" {
        /// The name of unit, container and DNS entry.
        name: String;
        /// What it is to be.
        state: State = "present";
        /// The image, with tag or digest.
        image: Option<String>;
        /// When the image is pulled.
        pull: Pull = "missing";
        /// What is said of it.
        description: Option<String>;
        /// User and group inside, as `uid:gid`; root has to be named as such.
        user: Option<String>;
        /// More groups of the user, by name or number.
        group_add: Vec<String>;
        /// Networks, each a name or a dict of `name`, `aliases`, `ip`, `ip6`; the first is joined before the start.
        networks ["network"]: Vec<Network>;
        /// `host`, `none` or `container:NAME`, instead of networks.
        network_mode: Option<String>;
        /// Ports that are published, as docker takes them: `127.0.0.1:8008:8008`.
        ports ["publish"]: Vec<String>;
        /// Directories and files from the host or volumes: a dict of `source`, `target`, `read_only`, `type`, or `source:target:ro`.
        mounts ["volumes"]: Vec<Mount>;
        /// File systems in memory, as docker takes them. One at `/tmp` if nothing is said.
        tmpfs: Option<Vec<String>>;
        /// Variables for the program. They are kept in a file that only root can read.
        environment ["env"]: Fields;
        /// Files of variables on the host.
        env_file ["env_files"]: Vec<PathText>;
        /// What is run instead of what the image says.
        command: Vec<Word>;
        /// The entry point instead of that of the image.
        entrypoint: Option<String>;
        /// The directory to start in.
        working_directory ["workdir"]: Option<String>;
        /// Components that must be healthy before this one is started.
        needs ["requires"]: Vec<String>;
        /// Components that are started before this one where both are.
        wants: Vec<String>;
        /// How it is known that it works: a dict of `command`, `http`, `port`, `status`, `interval`, `timeout`.
        health: Option<Health>;
        /// Without a health check: seconds for which it must stay up.
        stays_up: i64 = 5;
        /// Files and directories on the host whose change makes a restart necessary.
        config_files: Vec<PathText>;
        /// The root of the container cannot be written.
        read_only: bool = true;
        /// Nothing inside can get more rights than it began with.
        no_new_privileges: bool = true;
        /// Capabilities that it keeps; each has to be named.
        capabilities ["cap_add"]: Vec<String>;
        /// Capabilities that are taken away.
        cap_drop: Vec<String> = "ALL";
        /// More options for security, as docker takes them.
        security_options: Vec<String>;
        /// The most memory.
        memory: Option<String>;
        /// The most memory and swap.
        memory_swap: Option<String>;
        /// Shared memory.
        shm_size: Option<String>;
        /// The most processes.
        pids ["pids_limit"]: i64 = 4096;
        /// Processors, as a number with a fraction.
        cpus: Option<String>;
        /// Limits, as docker takes them: `nofile=65536:65536`.
        ulimits: Vec<String>;
        /// Kernel parameters of its name space.
        sysctls: Fields;
        /// Devices.
        devices: Vec<String>;
        /// More names and addresses for its hosts file.
        extra_hosts: Vec<String>;
        /// Name servers.
        dns: Vec<String>;
        /// The name that it has inside.
        hostname: Option<String>;
        /// Labels.
        labels: Fields;
        /// Sets a small program in front that ends processes nobody waits for.
        init: bool = false;
        /// Where docker logs to; the journal has it all.
        log_driver: String = "none";
        /// Seconds that it has to end by itself.
        stop_timeout: i64 = 30;
        /// The signal that ends it.
        stop_signal: Option<String>;
        /// When systemd starts it again.
        restart_policy: String = "always";
        /// Seconds before that.
        restart_seconds: i64 = 10;
        /// Files and directories on the host that it reads again without a restart, by `reload` or `reload_signal`: their change
        /// alone restarts nothing, wherever they lie in `config_files`.
        reload_files: Vec<PathText>;
        /// Digests of images by their names, as a file of locks has them: an image that is named there is taken by its digest.
        image_digests ["lock"]: Fields;
        /// A command inside that makes it read its configuration again.
        reload: Vec<Word>;
        /// A signal that does.
        reload_signal: Option<String>;
        /// More words for `docker create`.
        extra_arguments: Vec<Word>;
        /// More lines for the `[Unit]` section.
        unit_lines: Vec<Word>;
        /// More lines for the `[Service]` section.
        service_lines: Vec<Word>;
        /// Units that are needed beside docker.
        systemd_requires: Vec<String>;
        /// The program that docker is.
        docker: String = "/usr/bin/docker";
        /// Whether it starts at boot.
        enabled: bool = true;
        /// Another unit template.
        template: String = "component.service.j2";
    } attached { unit: Option<Arc<Source>> }
}

/// A word of a command; unlike other text it may hold commas.
pub type Word = parts::Word;

/// Where what the agent makes itself for components is kept.
const DIRECTORY: &str = "/etc/provision/components";

impl Module for Component {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        if self.state == State::Absent {
            return remove::plan(host, &self.name);
        }
        match host.stage() {
            0 => self.put_in_place(host),
            _ => self.set_going(host),
        }
    }

    fn report(&self, host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        let mut result = carried.result.clone();
        super::components::take_said(carried, &mut result)?;
        if let Some(image) = self.image().filter(|_| self.state != State::Absent) {
            let found = Engine::of(host).image(host, &image)?;
            result.set("image", image);
            result.set("image_id", found.entry("Id").clone());
            result.set("image_digests", found.entry("RepoDigests").clone());
        }
        Ok(result.into())
    }

    fn check(&self) -> Vec<ArgumentError> {
        if self.state == State::Absent {
            return Vec::new();
        }
        self.wrongs().into_iter().map(|(argument, message)| ArgumentError::new(argument, message)).collect()
    }

    fn need(&self) -> Option<Need> {
        let arguments = unit_text::arguments(self);
        (self.state != State::Absent).then_some(Need::Unit { template: self.template.clone(), arguments })
    }

    fn attach(&mut self, source: Arc<Source>) -> Result<(), String> {
        self.unit = Some(source);
        Ok(())
    }
}

impl Component {
    fn wrongs(&self) -> Vec<(&'static str, String)> {
        let mut wrongs = Vec::new();
        let plain = |scalar: char| scalar.is_ascii_alphanumeric() || "_.-".contains(scalar);
        if !self.name.starts_with(|scalar: char| scalar.is_ascii_alphanumeric())
            || !self.name.chars().all(plain)
        {
            wrongs.push(("name", format!("`{}` is no name for a container", self.name)));
        }
        if self.image.is_none() {
            wrongs.push(("", "argument `image` is missing".to_owned()));
        }
        if self.user.is_none() {
            wrongs.push((
                "",
                "argument `user` is missing: who runs it inside, as `uid:gid`; root is `0:0`".to_owned(),
            ));
        }
        if self.networks.is_empty() == self.network_mode.is_none() {
            wrongs.push(("networks", "exactly one of `networks` and `network_mode` is needed".to_owned()));
        }
        if self.networks.iter().any(|network| network.name == "bridge") {
            wrongs.push(("networks", "the network `bridge` is everybody's: make one of its own".to_owned()));
        }
        if !self.reload_files.is_empty() && self.reload.is_empty() && self.reload_signal.is_none() {
            wrongs.push((
                "reload_files",
                "`reload` or `reload_signal` is needed to read them again".to_owned(),
            ));
        }
        if let Some((name, _)) = self.image_digests.iter().find(|(_, digest)| !is_digest(digest)) {
            wrongs.push(("image_digests", format!("`{name}` has no digest such as `sha256:...`")));
        }
        let lines =
            |(_, value): (&str, &crate::host::Data)| value.as_text().is_some_and(|text| text.contains('\n'));
        if self.environment.iter().any(lines) {
            wrongs.push(("environment", "a variable holds a line end, which docker cannot take".to_owned()));
        }
        wrongs
    }

    /// The image that is run: by its digest, where one is known.
    fn image(&self) -> Option<String> {
        let image = self.image.as_ref()?;
        let digest = self.image_digests.get(image).and_then(crate::host::Data::as_text);
        Some(digest.map_or_else(|| image.clone(), |digest| format!("{}@{digest}", without_tag(image))))
    }

    fn unit_name(&self) -> String {
        format!("{}.service", self.name)
    }

    fn unit_path(&self) -> PathBuf {
        Path::new("/etc/systemd/system").join(self.unit_name())
    }

    fn environment_path(&self) -> PathBuf {
        Path::new(DIRECTORY).join(format!("{}.env", self.name))
    }

    /// The unit, the variables, the image.
    fn put_in_place(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let Some(Source::File { content, .. }) = self.unit.as_deref() else {
            return Err("the unit was not sent along".into());
        };
        let mut plan =
            Plan::say(Fields::new().with("name", self.name.as_str()).with("unit", self.unit_name()));
        plan.changes.extend(self.pull(host)?);
        plan.changes.extend(self.environment_file(host)?);
        let unit_text = text::from_bytes(&host.content(content)?);
        let whole = format!("{}\n\n{}", unit_text.trim_end(), Definition::of(self).section());
        let attributes = FileAttributes { mode: Some(Mode::Octal(0o644)), ..FileAttributes::none() };
        let placed = self.place(host, self.unit_path(), whole, &attributes)?;
        let changed = !placed.is_empty();
        plan.changes.extend(placed);
        if changed || self.must_reload(host)? {
            plan.push(unit::manager(Scope::System, "daemon-reload"));
        }
        Ok(plan.and_again())
    }

    /// Whether systemd has not read the unit as it is: an earlier run was cut off.
    fn must_reload(&self, host: &dyn Probe) -> Result<bool, Failure> {
        let unit = Unit::find(host, &self.unit_name(), Scope::System)?;
        Ok(unit.property("NeedDaemonReload") == "yes" || unit.property("LoadState") == "not-found")
    }

    fn set_going(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let unit = Unit::find(host, &self.unit_name(), Scope::System)?;
        let wish = Wish {
            state: (self.state == State::Stopped).then_some(UnitState::Stopped),
            enabled: Some(self.enabled && self.state != State::Stopped),
            masked: None,
            no_block: false,
            force: false,
        };
        let mut plan = Plan::from(wish.changes(host, &unit)?);
        if self.state == State::Started {
            let definition = Definition::of(self);
            let items = super::components::items(host, &[definition])?;
            if !items.is_empty() {
                plan.push(Change::Start(StartLoop { items }));
            }
        }
        Ok(plan)
    }

    fn pull(&self, host: &dyn Probe) -> Result<Option<Change>, Failure> {
        let image = self.image().unwrap_or_default();
        let there = !Engine::of(host).image(host, &image)?.is_null();
        if self.pull == Pull::Never || (self.pull == Pull::Missing && there) {
            return Ok(None);
        }
        super::docker::pull(host, &image).map(Some)
    }

    fn environment_file(&self, host: &dyn Probe) -> Result<Vec<Change>, Failure> {
        if self.environment.is_empty() {
            return Ok(Vec::new());
        }
        let line = |(name, value): (&str, &crate::host::Data)| {
            format!("{name}={}\n", <String as super::Argument>::parse(value).unwrap_or_default())
        };
        let lines: String = self.environment.iter().map(line).collect();
        let root_only = FileAttributes { mode: Some(Mode::Octal(0o700)), ..FileAttributes::none() };
        let mut changes = super::files::directories(host, Path::new(DIRECTORY), &root_only)?;
        let attributes = FileAttributes { mode: Some(Mode::Octal(0o600)), ..FileAttributes::none() };
        if changes.is_empty() {
            changes.extend(self.place(host, self.environment_path(), lines, &attributes)?);
        } else {
            changes.push(new_file(host, self.environment_path(), lines, 0o600));
        }
        Ok(changes)
    }

    fn place(
        &self,
        host: &dyn Probe,
        dest: PathBuf,
        text: String,
        attributes: &FileAttributes,
    ) -> Result<Vec<Change>, Failure> {
        let placement = Placement::of(&dest, Content::inline(text::to_bytes(&text)), attributes);
        Ok(placement.plan(host)?.changes)
    }
}

fn is_digest(digest: &crate::host::Data) -> bool {
    let digits = digest.as_text().and_then(|digest| digest.strip_prefix("sha256:"));
    digits.is_some_and(|digits| digits.len() == 64 && digits.chars().all(|scalar| scalar.is_ascii_hexdigit()))
}

/// The name of an image without its tag or digest.
fn without_tag(image: &str) -> &str {
    let name = image.split('@').next().unwrap_or(image);
    match name.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => repository,
        _ => name,
    }
}

/// A file in a directory that is only about to be made.
fn new_file(host: &dyn Probe, path: PathBuf, text: String, mode: u32) -> Change {
    Change::Write(crate::host::Write {
        path,
        content: Content::inline(text::to_bytes(&text)),
        mode,
        owner: host.me(),
        before: None,
        validate: None,
        in_place: false,
        modified: None,
    })
}
