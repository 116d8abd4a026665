//! `docker_container`

mod compare;
mod life;
mod networks;
mod parts;
mod ports;
mod settings;
mod values;

use super::argument::{PathText, Raw, Size};
use super::docker::DockerArguments;
use super::{ArgumentError, Module};
use crate::host::{Carried, Change, Data, Done, Failure, Fields, Plan, Probe, Report};
use parts::{ByteRate, DeviceRequest, Healthcheck, Mount, Network, Rate};

choices! {
    /// What a container is to be.
    State { Absent = "absent", Present = "present", Healthy = "healthy", Stopped = "stopped", Started = "started" }
}

choices! {
    /// Which defaults hold.
    Defaults { Compatibility = "compatibility", None = "no_defaults" }
}

choices! {
    /// How commands are read.
    CommandHandling { Compatibility = "compatibility", Correct = "correct" }
}

choices! {
    /// Whose variables, ports and labels the container has from its image.
    ImageComparison { Desired = "desired-image", Current = "current-image" }
}

choices! {
    /// What becomes of labels of the image that are not asked for.
    LabelMismatch { Ignore = "ignore", Fail = "fail" }
}

choices! {
    /// What becomes of a container that has its image by another name.
    NameMismatch { Recreate = "recreate", Ignore = "ignore" }
}

choices! {
    /// When an image is pulled.
    Pull { Never = "never", Missing = "missing" | "false" | "False", Always = "always" | "true" | "True" }
}

choices! {
    /// When a dry run says that pulling changes something.
    PullInDryRun { NotPresent = "image_not_present", Always = "always" }
}

choices! {
    /// When docker starts it again.
    RestartPolicy { No = "no", OnFailure = "on-failure", Always = "always", UnlessStopped = "unless-stopped" }
}

choices! {
    /// Whose control groups it sees.
    CgroupNamespace { Host = "host", Private = "private" }
}

module! {
    /// Makes containers of docker, starts, stops and removes them.
    ///
    /// A container that is there is compared with the arguments that are given. Limits and the restart policy are changed
    /// in place; for everything else it is made anew, with the arguments of the task alone, so give all of them.
    /// `component` runs containers under systemd.
    ///
    /// ```yaml
    /// - docker_container:
    ///     name: web
    ///     image: docker.io/nginx:1.27
    ///     published_ports: ["127.0.0.1:8080:80"]
    ///     volumes: ["/srv/web:/usr/share/nginx/html:ro"]
    ///     networks: [{ name: inner, aliases: [www] }]
    ///     restart_policy: unless-stopped
    /// - docker_container: { name: once, image: busybox, command: "echo done", detach: false, cleanup: true }
    /// - docker_container: { name: web, state: absent }
    /// ```
    DockerContainer "docker_container" {
        /// The container, by name or id.
        name: String;
        /// What it is to be.
        state: State = "started";
        /// The image, by name or id.
        image: Option<String>;
        /// When the image is pulled.
        pull: Pull = "missing";
        /// When a dry run says that pulling changes something.
        pull_check_mode_behavior: PullInDryRun = "image_not_present";
        /// The platform, as `linux/arm64`.
        platform: Option<String>;
        /// Makes it anew in any case.
        recreate: bool = false;
        /// Starts it again in any case.
        restart: bool = false;
        /// How options are compared: a dict of `strict`, `ignore` or `allow_more_present` by option; `*` is for all others.
        comparisons: Fields;
        /// Which defaults hold for what is not given.
        container_default_behavior: Defaults = "no_defaults";
        /// Whose variables, ports and labels it has from its image.
        image_comparison: ImageComparison = "desired-image";
        /// What becomes of labels of the image that are not asked for, where labels are compared strictly.
        image_label_mismatch: LabelMismatch = "ignore";
        /// What becomes of one that has its image by another name.
        image_name_mismatch: NameMismatch = "recreate";
        /// As `image: ignore` in `comparisons`.
        ignore_image: bool = false;
        /// What it runs.
        command: Option<Raw>;
        /// What it runs instead of the entry point of the image.
        entrypoint: Option<Vec<String>>;
        /// How these two are read.
        command_handling: CommandHandling = "correct";
        /// Variables.
        env: Option<Fields>;
        /// A file of variables on the host.
        env_file: Option<PathText>;
        /// User and group inside.
        user: Option<String>;
        /// More groups of the user.
        groups: Option<Vec<String>>;
        /// The directory to start in.
        working_dir: Option<String>;
        /// The name that it has inside.
        hostname: Option<String>;
        /// The domain that it has inside.
        domainname: Option<String>;
        /// Labels.
        labels: Option<Fields>;
        /// A small program in front ends processes nobody waits for.
        init: Option<bool>;
        /// Leaves its input open.
        interactive: Option<bool>;
        /// Gives it a terminal.
        tty: Option<bool>;
        /// Does not wait until its program has ended; otherwise that must end well.
        detach: Option<bool>;
        /// Removes it when its program has ended; with `detach: false`.
        cleanup: bool = false;
        /// Docker removes it when its program has ended.
        auto_remove: Option<bool>;
        /// Means nothing here: what it prints is in the result.
        output_logs: bool = false;
        /// Stops its processes without ending them.
        paused: Option<bool>;
        /// Where and whether it is healthy.
        healthcheck: Option<Healthcheck>;
        /// Seconds to wait until it is healthy; 0 for ever.
        healthy_wait_timeout: f64 = 300.0;
        /// The signal that ends it.
        stop_signal: Option<String>;
        /// Seconds that it has to end by itself.
        stop_timeout: Option<i64>;
        /// Ends it at once instead of stopping it.
        force_kill ["forcekill"]: bool = false;
        /// The signal for that.
        kill_signal: Option<String>;
        /// Seconds to wait until it is removed.
        removal_wait_timeout: Option<f64>;
        /// Keeps its volumes without a name when it is removed.
        keep_volumes: bool = true;
        /// When docker starts it again.
        restart_policy: Option<RestartPolicy>;
        /// How often.
        restart_retries: Option<i64>;
        /// Volumes and paths of the host, as `source:target:mode`.
        volumes: Option<Vec<String>>;
        /// What else is mounted.
        mounts: Option<Vec<Mount>>;
        /// File systems in memory, as `path:options`.
        tmpfs: Option<Vec<String>>;
        /// Containers whose volumes it has, too.
        volumes_from: Option<Vec<String>>;
        /// What makes its volumes.
        volume_driver: Option<String>;
        /// Options of the driver that stores it.
        storage_opts: Option<Fields>;
        /// Its root cannot be written.
        read_only: Option<bool>;
        /// Shared memory, as `64M`.
        shm_size: Option<Size>;
        /// The networks that it joins.
        networks: Option<Vec<Network>>;
        /// With networks, does not join the network that docker gives to all.
        networks_cli_compatible: bool = true;
        /// Leaves networks that are not named.
        purge_networks: bool = false;
        /// `bridge`, `host`, `none`, `container:NAME` or the name of a network.
        network_mode: Option<String>;
        /// Ports that are published: `8080:80`, `127.0.0.1:8080:80/udp`, `80`, ranges.
        published_ports ["ports"]: Option<Vec<String>>;
        /// Publishes all ports of the image.
        publish_all_ports: Option<bool>;
        /// More ports on which it listens.
        exposed_ports ["exposed", "expose"]: Option<Vec<String>>;
        /// The address for ports that name none.
        default_host_ip: Option<String>;
        /// Containers that it is linked to, as `container:alias`.
        links: Option<Vec<String>>;
        /// The address of its interface.
        mac_address: Option<String>;
        /// Options of its resolver.
        dns_opts: Option<Vec<String>>;
        /// Its name servers.
        dns_servers: Option<Vec<String>>;
        /// Its search domains.
        dns_search_domains: Option<Vec<String>>;
        /// More names for its hosts file.
        etc_hosts: Option<Fields>;
        /// Capabilities that it gets.
        capabilities: Option<Vec<String>>;
        /// Capabilities that it loses.
        cap_drop: Option<Vec<String>>;
        /// Gives it all rights.
        privileged: Option<bool>;
        /// Options for security.
        security_opts: Option<Vec<String>>;
        /// Kernel parameters of its name space.
        sysctls: Option<Fields>;
        /// Limits, as `nofile=1024:2048` or with colons.
        ulimits: Option<Vec<String>>;
        /// Whose user names it has: `host` or nothing.
        userns_mode: Option<String>;
        /// Whose processes it sees.
        pid_mode: Option<String>;
        /// Whose shared memory it sees.
        ipc_mode: Option<String>;
        /// Whose host name it has.
        uts: Option<String>;
        /// Whose control groups it sees.
        cgroupns_mode: Option<CgroupNamespace>;
        /// The control group above it.
        cgroup_parent: Option<String>;
        /// What runs it.
        runtime: Option<String>;
        /// Devices, as `path:inside:rwm`.
        devices: Option<Vec<String>>;
        /// Rules for devices.
        device_cgroup_rules: Option<Vec<String>>;
        /// Devices that a driver chooses.
        device_requests: Option<Vec<DeviceRequest>>;
        /// The most bytes a second read from devices.
        device_read_bps: Option<Vec<ByteRate>>;
        /// The most bytes a second written to devices.
        device_write_bps: Option<Vec<ByteRate>>;
        /// The most reads a second from devices.
        device_read_iops: Option<Vec<Rate>>;
        /// The most writes a second to devices.
        device_write_iops: Option<Vec<Rate>>;
        /// Its weight where disks are shared.
        blkio_weight: Option<i64>;
        /// Processors, as a number with a fraction.
        cpus: Option<f64>;
        /// The period of its share of processors.
        cpu_period: Option<i64>;
        /// Its share in that.
        cpu_quota: Option<i64>;
        /// Its weight where processors are shared.
        cpu_shares: Option<i64>;
        /// The processors that it may use, as `0-3`.
        cpuset_cpus: Option<String>;
        /// The memory nodes that it may use.
        cpuset_mems: Option<String>;
        /// The most memory, as `512M`.
        memory: Option<Size>;
        /// Memory that it keeps when it is short.
        memory_reservation: Option<Size>;
        /// The most memory and swap; `unlimited` or -1 for any.
        memory_swap: Option<String>;
        /// How readily its memory is swapped, 0 to 100.
        memory_swappiness: Option<i64>;
        /// The most memory of the kernel.
        kernel_memory: Option<Size>;
        /// Whether the kernel does not end it when memory is short.
        oom_killer: Option<bool>;
        /// How readily the kernel ends it then.
        oom_score_adj: Option<i64>;
        /// The most processes; -1 for any.
        pids_limit: Option<i64>;
        /// Where docker logs to.
        log_driver: Option<String>;
        /// Options of that.
        log_options ["log_opt"]: Option<Fields>;
    } with { docker: DockerArguments }
}

impl Module for DockerContainer {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        self.live(host)
    }

    fn report(&self, host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        let found = self.docker.engine(host)?.container(host, &self.name)?;
        let commands: Vec<String> =
            carried.changes.iter().filter_map(|(change, _)| change.command()).collect();
        let mut result = carried.result.clone().with("actions", commands);
        let mut container = found.as_map().cloned().unwrap_or_default();
        let ended = carried.changes.iter().find_map(|(change, done)| match (change, done) {
            (Change::Docker(order), Done::Ran(output)) if order.is_watched() => Some(output),
            _ => None,
        });
        if let Some(output) = ended {
            let said = output.stdout() + &output.stderr();
            container.set("Output", said.as_str());
            result.set("status", output.status);
            if output.status != 0 {
                result.set("container", container);
                return Err(Failure::Failed { message: said, result });
            }
        }
        result.set("container", container);
        let says_always = carried.dry && self.pull_check_mode_behavior == PullInDryRun::Always;
        let changed = (says_always && self.pull == Pull::Always).then_some(true);
        Ok(Report { changed, ..Report::from(result) })
    }

    fn check(&self) -> Vec<ArgumentError> {
        let wrong = |argument: &str, message: String| ArgumentError::new(argument, message);
        let mut wrongs = Vec::new();
        for (option, how) in self.comparisons.iter() {
            if let Err(message) = compare::known(option, how) {
                wrongs.push(wrong("comparisons", message));
            }
        }
        let ambiguous = |(_, value): &(&str, &Data)| matches!(value, Data::Bool(_) | Data::Float(_));
        if let Some((name, _)) = self.env.iter().flat_map(Fields::iter).find(ambiguous) {
            wrongs.push(wrong("env", format!("`{name}` must be quoted: it is no text")));
        }
        if let Err(message) = self.static_values() {
            wrongs.push(wrong("", message));
        }
        wrongs
    }
}

impl DockerContainer {
    /// Whether it is left to run.
    fn detaches(&self) -> bool {
        self.detach.unwrap_or(true)
    }

    /// The image with its tag.
    fn image_name(&self) -> Option<String> {
        let image = self.image.as_deref().filter(|image| !image.is_empty())?;
        Some(super::docker::with_tag(image, "latest"))
    }
}
