//! Dicts inside the arguments of `docker_container`.

use crate::host::Fields;
use crate::modules::argument::{Raw, Size};

choices! {
    /// What is mounted.
    MountType {
        Bind = "bind", Npipe = "npipe", Tmpfs = "tmpfs", Volume = "volume", Cluster = "cluster", Image = "image",
    }
}

choices! {
    /// How soon both sides see what is written.
    Consistency { Cached = "cached", Consistent = "consistent", Default = "default", Delegated = "delegated" }
}

choices! {
    /// Who sees mounts below.
    Propagation {
        Private = "private", Rprivate = "rprivate", Shared = "shared", Rshared = "rshared", Slave = "slave",
        Rslave = "rslave",
    }
}

arguments! {
    /// Something that is mounted.
    Mount {
        /// Where it is seen inside.
        target: String;
        /// A path of the host, a volume or an image.
        source: Option<String>;
        /// What is mounted.
        r#type: MountType = "volume";
        /// Cannot be written.
        read_only: Option<bool>;
        /// How soon both sides see what is written.
        consistency: Option<Consistency>;
        /// Makes the path on the host where it is missing.
        create_mountpoint: Option<bool>;
        /// Who sees mounts below.
        propagation: Option<Propagation>;
        /// A new volume is not filled with what the image has there.
        no_copy: Option<bool>;
        /// Without what is mounted below.
        non_recursive: Option<bool>;
        /// What is mounted below can be written.
        read_only_non_recursive: Option<bool>;
        /// Fails where what is mounted below could be written.
        read_only_force_recursive: Option<bool>;
        /// Labels of a new volume.
        labels: Option<Fields>;
        /// What makes a new volume.
        volume_driver: Option<String>;
        /// Options of that.
        volume_options: Option<Fields>;
        /// A directory inside the volume or image.
        subpath: Option<String>;
        /// The most bytes in memory.
        tmpfs_size: Option<Size>;
        /// The permissions in memory.
        tmpfs_mode: Option<String>;
        /// More options for it, each a dict of one.
        tmpfs_options: Option<Vec<Fields>>;
    }
}

arguments! {
    /// A network that the container joins.
    Network {
        /// The network.
        name: String;
        /// Its address there.
        ipv4_address: Option<String>;
        /// Its address of version 6 there.
        ipv6_address: Option<String>;
        /// Containers that it is linked to there.
        links: Option<Vec<String>>;
        /// More names that it has there.
        aliases: Option<Vec<String>>;
        /// The address of its interface there.
        mac_address: Option<String>;
        /// Options of the network's driver for it.
        driver_opts: Option<Fields>;
        /// The network with the largest one gives the way out.
        gw_priority: Option<i64>;
    }
}

arguments! {
    /// How docker looks whether it works.
    Healthcheck {
        /// The command: a line for the shell, or a list that begins with `NONE`, `CMD` or `CMD-SHELL`.
        test: Option<Raw>;
        /// Without `test`, that of the image stays.
        test_cli_compatible: bool = false;
        /// The time between two looks, as `1m30s`.
        interval: Option<String>;
        /// The time that one may take.
        timeout: Option<String>;
        /// How many must fail in a row.
        retries: Option<i64>;
        /// The time in which failures do not count.
        start_period: Option<String>;
        /// The time between two looks in that.
        start_interval: Option<String>;
    }
}

arguments! {
    /// The most bytes a second of a device.
    ByteRate {
        /// The device.
        path: String;
        /// The most.
        rate: Size;
    }
}

arguments! {
    /// The most operations a second of a device.
    Rate {
        /// The device.
        path: String;
        /// The most.
        rate: i64;
    }
}

arguments! {
    /// Devices that a driver chooses.
    DeviceRequest {
        /// What they must be able to do, as lists of words.
        capabilities: Option<Vec<Raw>>;
        /// How many; -1 for all.
        count: Option<i64>;
        /// Which.
        device_ids: Option<Vec<String>>;
        /// Who chooses.
        driver: Option<String>;
        /// Options of that.
        options: Option<Fields>;
    }
}

nested!(Mount);
nested!(Network);
nested!(Healthcheck);
nested!(ByteRate);
nested!(Rate);
nested!(DeviceRequest);
