//! What the arguments ask for, as docker's protocol has it: one setting for each option that is given.

use super::{Defaults, DockerContainer, ports, values};
use crate::host::docker::Engine;
use crate::host::{Data, Failure, Fields, Probe, text};
use crate::modules::docker::{text_of, texts};

/// One thing that docker knows of a container, and what is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// The argument, as `comparisons` names it.
    pub option: &'static str,
    /// Where `docker inspect` has it, as `HostConfig.Memory`.
    pub place: &'static str,
    pub wanted: Data,
    pub kind: Kind,
    /// Whether it can be changed while the container exists.
    pub live: bool,
}

/// How the values of a setting are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Value,
    /// The order counts.
    List,
    Set,
    Dict,
    /// Texts such as `NAME=value`: a dict, parted by this sign.
    Pairs(char),
}

/// Settings that are collected.
#[derive(Default)]
struct Settings(Vec<Setting>);

impl Settings {
    fn put(
        &mut self,
        kind: Kind,
        option: &'static str,
        place: &'static str,
        wanted: Option<impl Into<Data>>,
    ) {
        if let Some(wanted) = wanted {
            self.0.push(Setting { option, place, wanted: wanted.into(), kind, live: false });
        }
    }

    fn value(&mut self, option: &'static str, place: &'static str, wanted: &Option<impl Into<Data> + Clone>) {
        self.put(Kind::Value, option, place, wanted.clone());
    }

    fn set(&mut self, option: &'static str, place: &'static str, wanted: &Option<Vec<String>>) {
        self.put(Kind::Set, option, place, wanted.clone());
    }

    fn list(&mut self, option: &'static str, place: &'static str, wanted: &Option<Vec<String>>) {
        self.put(Kind::List, option, place, wanted.clone());
    }

    fn dict(&mut self, option: &'static str, place: &'static str, wanted: &Option<Fields>) {
        self.put(Kind::Dict, option, place, wanted.as_ref().map(texts));
    }

    fn live(&mut self, option: &'static str, place: &'static str, wanted: &Option<impl Into<Data> + Clone>) {
        self.value(option, place, wanted);
        self.0.iter_mut().filter(|setting| setting.option == option).for_each(|setting| setting.live = true);
    }
}

impl DockerContainer {
    /// What is asked for; `image` is what docker says of the image from which the container has the rest.
    pub(super) fn settings(
        &self,
        host: &dyn Probe,
        engine: &Engine,
        image: &Data,
    ) -> Result<Vec<Setting>, Failure> {
        let mut settings = Settings::default();
        self.program(host, image, &mut settings)?;
        self.storage(&mut settings)?;
        self.network(host, engine, &mut settings)?;
        self.security(host, engine, &mut settings)?;
        self.limits(&mut settings)?;
        self.devices(&mut settings);
        Ok(settings.0)
    }

    /// Whether texts that need no host can be read.
    pub(super) fn static_values(&self) -> Result<(), String> {
        let mut settings = Settings::default();
        self.storage(&mut settings)?;
        self.limits(&mut settings)?;
        self.published()?;
        self.healthcheck.as_ref().map(values::healthcheck).transpose().map(drop)
    }

    /// An option that once had a default.
    fn once(&self, given: Option<bool>) -> Option<bool> {
        given.or((self.container_default_behavior == Defaults::Compatibility).then_some(false))
    }

    /// The program and its surroundings.
    fn program(&self, host: &dyn Probe, image: &Data, settings: &mut Settings) -> Result<(), Failure> {
        let joined = self.command_handling == super::CommandHandling::Compatibility;
        let command = self.command.as_ref().map(|command| values::command(&command.0, joined)).transpose()?;
        let entrypoint = self.entrypoint.clone().map(Data::from);
        let entrypoint = entrypoint.map(|words| values::command(&words, joined)).transpose()?;
        let said = |words: &Data| !(joined && *words == Data::List(Vec::new()));
        // Without any words, what the image says is run.
        let usual = image.entry("Config").entry("Cmd");
        let empty =
            |words: &Data| *words == Data::List(Vec::new()) && !usual.is_null() && entrypoint.is_none();
        let command = command.filter(said).map(|words| if empty(&words) { usual.clone() } else { words });
        settings.put(Kind::List, "command", "Config.Cmd", command);
        settings.put(Kind::List, "entrypoint", "Config.Entrypoint", entrypoint.filter(said));
        settings.put(Kind::Pairs('='), "env", "Config.Env", self.variables(host, image)?);
        settings.value("user", "Config.User", &self.user);
        settings.set("groups", "HostConfig.GroupAdd", &self.groups);
        settings.value("working_dir", "Config.WorkingDir", &self.working_dir);
        settings.value("hostname", "Config.Hostname", &self.hostname);
        settings.value("domainname", "Config.Domainname", &self.domainname);
        settings.put(Kind::Dict, "labels", "Config.Labels", self.wanted_labels(image)?);
        settings.value("init", "HostConfig.Init", &self.once(self.init));
        settings.value("interactive", "Config.OpenStdin", &self.once(self.interactive));
        settings.value("tty", "Config.Tty", &self.once(self.tty));
        settings.value("auto_remove", "HostConfig.AutoRemove", &self.once(self.auto_remove));
        settings.value("stop_signal", "Config.StopSignal", &self.stop_signal);
        settings.value("stop_timeout", "Config.StopTimeout", &self.stop_timeout);
        settings.live(
            "restart_policy",
            "HostConfig.RestartPolicy.Name",
            &self.restart_policy.map(super::RestartPolicy::word),
        );
        settings.live("restart_retries", "HostConfig.RestartPolicy.MaximumRetryCount", &self.restart_retries);
        settings.value("log_driver", "HostConfig.LogConfig.Type", &self.log_driver);
        settings.dict("log_options", "HostConfig.LogConfig.Config", &self.log_options);
        let healthcheck = self.healthcheck.as_ref().map(values::healthcheck).transpose()?;
        settings.put(Kind::Dict, "healthcheck", "Config.Healthcheck", healthcheck);
        Ok(())
    }

    /// All variables: of the image, of the file, of the task.
    fn variables(&self, host: &dyn Probe, image: &Data) -> Result<Option<Vec<String>>, Failure> {
        if self.env.is_none() && self.env_file.is_none() {
            return Ok(None);
        }
        let mut variables = Fields::new();
        let mut put = |line: &str| {
            if let Some((name, value)) = line.split_once('=') {
                variables.set(name, value);
            }
        };
        image.entry("Config").list("Env").iter().for_each(|line| put(&text_of(line)));
        if let Some(file) = &self.env_file {
            let lines = text::from_bytes(&host.read(&file.on(host)?)?);
            lines.lines().filter(|line| !line.trim_start().starts_with('#')).for_each(put);
        }
        for (name, value) in self.env.iter().flat_map(Fields::iter) {
            variables.set(name, text_of(value));
        }
        Ok(Some(variables.iter().map(|(name, value)| format!("{name}={}", text_of(value))).collect()))
    }

    fn wanted_labels(&self, image: &Data) -> Result<Option<Fields>, Failure> {
        let Some(labels) = &self.labels else { return Ok(None) };
        let mut wanted = Fields::new();
        for (name, value) in image.entry("Config").entry("Labels").as_map().iter().flat_map(|all| all.iter())
        {
            if self.image_label_mismatch == super::LabelMismatch::Fail
                && labels.get(name).is_none()
                && self.how("labels", super::compare::How::AllowMore) == super::compare::How::Strict
            {
                return Err(Failure::new(format!(
                    "the image has the label `{name}`, which `labels` does not name"
                )));
            }
            wanted.set(name, value.clone());
        }
        texts(labels).into_iter().for_each(|(name, value)| wanted.set(name, value));
        Ok(Some(wanted))
    }

    /// Nothing is mounted over something else that is asked for.
    fn places(&self) -> Result<(), String> {
        let volumes: Vec<&str> = self.volumes.iter().flatten().map(|volume| values::inside(volume)).collect();
        let mounts: Vec<&str> = self.mounts.iter().flatten().map(|mount| mount.target.as_str()).collect();
        for (option, places) in [("volumes", &volumes), ("mounts", &mounts)] {
            let twice = places
                .iter()
                .enumerate()
                .find(|(at, place)| places.iter().skip(at + 1).any(|other| other == *place));
            if let Some((_, place)) = twice {
                return Err(format!("The mount point \"{place}\" appears twice in the {option} option"));
            }
        }
        match volumes.iter().find(|place| mounts.contains(place)) {
            Some(place) => {
                Err(format!("The mount point \"{place}\" appears both in the volumes and mounts option"))
            }
            None => Ok(()),
        }
    }

    /// Volumes, mounts, file systems in memory.
    fn storage(&self, settings: &mut Settings) -> Result<(), String> {
        self.places()?;
        let volumes = self.volumes.as_ref();
        let all = || volumes.iter().copied().flatten();
        let binds: Vec<String> = all()
            .filter(|volume| values::own_volume(volume).is_none())
            .map(|volume| values::bind(volume))
            .collect();
        let own = all().filter_map(|volume| values::own_volume(volume));
        let own: Fields = own.map(|path| (path.to_owned(), Fields::new().into())).collect();
        settings.put(Kind::Set, "volumes", "HostConfig.Binds", volumes.map(|_| binds));
        settings.put(Kind::Dict, "volumes", "Config.Volumes", volumes.map(|_| own));
        let mounts = self
            .mounts
            .as_ref()
            .map(|mounts| mounts.iter().map(values::mount).collect::<Result<Vec<_>, _>>());
        settings.put(Kind::Set, "mounts", "HostConfig.Mounts", mounts.transpose()?.map(Data::List));
        let pair = |entry: &String| {
            let (path, options) = entry.split_once(':').unwrap_or((entry, ""));
            (path.to_owned(), Data::from(options))
        };
        let tmpfs = self.tmpfs.as_ref().map(|entries| entries.iter().map(pair).collect::<Fields>());
        settings.put(Kind::Dict, "tmpfs", "HostConfig.Tmpfs", tmpfs);
        settings.set("volumes_from", "HostConfig.VolumesFrom", &self.volumes_from);
        settings.value("volume_driver", "HostConfig.VolumeDriver", &self.volume_driver);
        settings.dict("storage_opts", "HostConfig.StorageOpt", &self.storage_opts);
        settings.value("read_only", "HostConfig.ReadonlyRootfs", &self.once(self.read_only));
        settings.value("shm_size", "HostConfig.ShmSize", &self.shm_size.map(|size| size.0));
        Ok(())
    }

    fn published(&self) -> Result<(Vec<ports::Published>, Vec<String>), String> {
        let mut published = Vec::new();
        for entry in self.published_ports.iter().flatten() {
            published.extend(ports::published(entry)?);
        }
        let mut exposed: Vec<String> = published.iter().map(|published| published.port.clone()).collect();
        for entry in self.exposed_ports.iter().flatten() {
            exposed.extend(ports::exposed(entry)?);
        }
        Ok((published, exposed))
    }

    /// Ports, names, resolvers; the networks that it joins are no setting.
    fn network(&self, host: &dyn Probe, engine: &Engine, settings: &mut Settings) -> Result<(), Failure> {
        let (published, exposed) = self.published()?;
        let exposed: Fields = exposed.into_iter().map(|port| (port, Fields::new().into())).collect();
        let any = self.exposed_ports.is_some() || self.published_ports.is_some();
        settings.put(Kind::Dict, "exposed_ports", "Config.ExposedPorts", any.then_some(exposed));
        let address = self.host_address(host, engine)?;
        let bindings = self.published_ports.as_ref().map(|_| ports::bindings(&published, &address));
        settings.put(Kind::Dict, "published_ports", "HostConfig.PortBindings", bindings);
        settings.value("publish_all_ports", "HostConfig.PublishAllPorts", &self.publish_all_ports);
        settings.value("network_mode", "HostConfig.NetworkMode", &self.wanted_network_mode(host, engine)?);
        let links = self.links.as_ref().map(|links| links.iter().map(|link| values::link(link)).collect());
        settings.set("links", "HostConfig.Links", &links);
        settings.value("mac_address", "Config.MacAddress", &self.mac_address);
        settings.set("dns_opts", "HostConfig.DnsOptions", &self.dns_opts);
        settings.list("dns_servers", "HostConfig.Dns", &self.dns_servers);
        settings.list("dns_search_domains", "HostConfig.DnsSearch", &self.dns_search_domains);
        let hosts = self.etc_hosts.as_ref();
        let hosts = hosts.map(|hosts| {
            hosts.iter().map(|(name, at)| format!("{name}:{}", text_of(at))).collect::<Vec<_>>()
        });
        settings.put(Kind::Pairs(':'), "etc_hosts", "HostConfig.ExtraHosts", hosts);
        Ok(())
    }

    fn security(&self, host: &dyn Probe, engine: &Engine, settings: &mut Settings) -> Result<(), Failure> {
        settings.set("capabilities", "HostConfig.CapAdd", &capabilities(&self.capabilities));
        settings.set("cap_drop", "HostConfig.CapDrop", &capabilities(&self.cap_drop));
        settings.value("privileged", "HostConfig.Privileged", &self.once(self.privileged));
        settings.set("security_opts", "HostConfig.SecurityOpt", &self.security_opts);
        settings.dict("sysctls", "HostConfig.Sysctls", &self.sysctls);
        settings.value("userns_mode", "HostConfig.UsernsMode", &self.userns_mode);
        settings.value(
            "pid_mode",
            "HostConfig.PidMode",
            &super::networks::of_container(host, engine, &self.pid_mode)?,
        );
        settings.value(
            "ipc_mode",
            "HostConfig.IpcMode",
            &super::networks::of_container(host, engine, &self.ipc_mode)?,
        );
        settings.value("uts", "HostConfig.UTSMode", &self.uts);
        settings.value(
            "cgroupns_mode",
            "HostConfig.CgroupnsMode",
            &self.cgroupns_mode.map(super::CgroupNamespace::word),
        );
        settings.value("cgroup_parent", "HostConfig.CgroupParent", &self.cgroup_parent);
        settings.value("runtime", "HostConfig.Runtime", &self.runtime);
        Ok(())
    }

    fn limits(&self, settings: &mut Settings) -> Result<(), String> {
        let ulimits = self.ulimits.as_ref();
        let ulimits =
            ulimits.map(|all| all.iter().map(|limit| values::ulimit(limit)).collect::<Result<Vec<_>, _>>());
        settings.put(Kind::Set, "ulimits", "HostConfig.Ulimits", ulimits.transpose()?.map(Data::List));
        let memory = self.memory.map(|size| size.0);
        let memory = memory.or((self.container_default_behavior == Defaults::Compatibility).then_some(0));
        settings.live("memory", "HostConfig.Memory", &memory);
        settings.live(
            "memory_reservation",
            "HostConfig.MemoryReservation",
            &self.memory_reservation.map(|size| size.0),
        );
        settings.live("memory_swap", "HostConfig.MemorySwap", &self.swap()?);
        settings.value("memory_swappiness", "HostConfig.MemorySwappiness", &self.memory_swappiness);
        settings.live("kernel_memory", "HostConfig.KernelMemory", &self.kernel_memory.map(|size| size.0));
        settings.value("oom_killer", "HostConfig.OomKillDisable", &self.oom_killer);
        settings.value("oom_score_adj", "HostConfig.OomScoreAdj", &self.oom_score_adj);
        settings.live("pids_limit", "HostConfig.PidsLimit", &self.pids_limit);
        settings.live("cpus", "HostConfig.NanoCpus", &self.cpus.map(|cpus| (cpus * 1e9).round() as i64));
        settings.live("cpu_period", "HostConfig.CpuPeriod", &self.cpu_period);
        settings.live("cpu_quota", "HostConfig.CpuQuota", &self.cpu_quota);
        settings.live("cpu_shares", "HostConfig.CpuShares", &self.cpu_shares);
        settings.live("cpuset_cpus", "HostConfig.CpusetCpus", &self.cpuset_cpus);
        settings.live("cpuset_mems", "HostConfig.CpusetMems", &self.cpuset_mems);
        settings.live("blkio_weight", "HostConfig.BlkioWeight", &self.blkio_weight);
        Ok(())
    }

    fn swap(&self) -> Result<Option<i64>, String> {
        match self.memory_swap.as_deref() {
            None => Ok(None),
            Some("unlimited" | "-1") => Ok(Some(-1)),
            Some(size) => <crate::modules::argument::Size as crate::modules::Argument>::parse(&size.into())
                .map(|size| Some(size.0)),
        }
    }

    fn devices(&self, settings: &mut Settings) {
        let lists = [
            ("devices", "HostConfig.Devices", each(&self.devices, |device| values::device(device))),
            (
                "device_requests",
                "HostConfig.DeviceRequests",
                each(&self.device_requests, values::device_request),
            ),
            (
                "device_read_bps",
                "HostConfig.BlkioDeviceReadBps",
                each(&self.device_read_bps, values::byte_rate),
            ),
            (
                "device_write_bps",
                "HostConfig.BlkioDeviceWriteBps",
                each(&self.device_write_bps, values::byte_rate),
            ),
            (
                "device_read_iops",
                "HostConfig.BlkioDeviceReadIOps",
                each(&self.device_read_iops, values::rate),
            ),
            (
                "device_write_iops",
                "HostConfig.BlkioDeviceWriteIOps",
                each(&self.device_write_iops, values::rate),
            ),
        ];
        for (option, place, list) in lists {
            settings.put(Kind::Set, option, place, list);
        }
        settings.set("device_cgroup_rules", "HostConfig.DeviceCgroupRules", &self.device_cgroup_rules);
    }
}

fn each<T>(items: &Option<Vec<T>>, make: impl Fn(&T) -> Data) -> Option<Data> {
    items.as_ref().map(|items| Data::List(items.iter().map(make).collect()))
}

/// Newer daemons call them all `CAP_...`.
pub fn capabilities(names: &Option<Vec<String>>) -> Option<Vec<String>> {
    let plain = |name: &String| {
        let upper = name.to_ascii_uppercase();
        upper.strip_prefix("CAP_").unwrap_or(&upper).to_owned()
    };
    names.as_ref().map(|names| names.iter().map(plain).collect())
}
