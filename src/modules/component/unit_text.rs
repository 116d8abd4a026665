//! What the unit template is given: every argument, ready to stand as one word of an `Exec...` line.

use super::{Component, fingerprint};
use crate::host::{Data, Fields};
use crate::modules::Argument;

/// The variable `component` of the unit template.
pub fn arguments(component: &Component) -> Fields {
    let quoted = |text: &str| Data::from(word(text));
    let optional = |text: &Option<String>| text.as_deref().map_or(Data::Null, |text| word(text).into());
    let words = |texts: &[String]| Data::List(texts.iter().map(|text| quoted(text)).collect());
    let flat =
        |texts: &[super::Word]| words(&texts.iter().flat_map(|word| word.0.clone()).collect::<Vec<_>>());
    let description = component.description.clone().unwrap_or_else(|| component.name.clone());
    let fields = Fields::new()
        .with("name", component.name.as_str())
        .with("unit", component.unit_name())
        .with("description_text", description.replace('%', "%%").replace(['\n', '\r'], " "))
        .with("docker", component.docker.as_str())
        .with("image", optional(&component.image()))
        .with("user", optional(&component.user))
        .with("group_add", words(&component.group_add))
        .with("network_mode", optional(&component.network_mode))
        .with(
            "network_options",
            words(&component.networks.iter().take(1).map(super::Network::option).collect::<Vec<_>>()),
        )
        .with("more_networks", more_networks(component))
        .with("ports", words(&component.ports))
        .with("mount_options", words(&component.mounts.iter().map(super::Mount::option).collect::<Vec<_>>()))
        .with("tmpfs", words(&tmpfs(component)))
        .with("environment_files", words(&environment_files(component)))
        .with("command", flat(&component.command))
        .with("entrypoint", optional(&component.entrypoint))
        .with("working_directory", optional(&component.working_directory))
        .with("needs", units(&component.needs))
        .with("wants", units(&component.wants))
        .with("systemd_requires", component.systemd_requires.clone());
    confined(component, fields)
}

/// What the component may not do, and how it is run.
fn confined(component: &Component, fields: Fields) -> Fields {
    let quoted = |text: &str| Data::from(word(text));
    let optional = |text: &Option<String>| text.as_deref().map_or(Data::Null, |text| word(text).into());
    let words = |texts: &[String]| Data::List(texts.iter().map(|text| quoted(text)).collect());
    let flat =
        |texts: &[super::Word]| words(&texts.iter().flat_map(|word| word.0.clone()).collect::<Vec<_>>());
    let raw =
        |texts: &[super::Word]| Data::from(texts.iter().flat_map(|word| word.0.clone()).collect::<Vec<_>>());
    let pairs = |fields: &Fields| {
        let pair =
            |(name, value): (&str, &Data)| format!("{name}={}", String::parse(value).unwrap_or_default());
        words(&fields.iter().map(pair).collect::<Vec<_>>())
    };
    fields
        .with("read_only", component.read_only)
        .with("no_new_privileges", component.no_new_privileges)
        .with("capabilities", words(&component.capabilities))
        .with("cap_drop", words(&component.cap_drop))
        .with("security_options", words(&component.security_options))
        .with("memory", optional(&component.memory))
        .with("memory_swap", optional(&component.memory_swap))
        .with("shm_size", optional(&component.shm_size))
        .with("pids", component.pids)
        .with("cpus", optional(&component.cpus))
        .with("ulimits", words(&component.ulimits))
        .with("sysctls", pairs(&component.sysctls))
        .with("devices", words(&component.devices))
        .with("extra_hosts", words(&component.extra_hosts))
        .with("dns", words(&component.dns))
        .with("hostname", optional(&component.hostname))
        .with("labels", pairs(&component.labels))
        .with("init", component.init)
        .with("log_driver", quoted(&component.log_driver))
        .with("stop_timeout", component.stop_timeout)
        .with("stop_limit", component.stop_timeout.saturating_add(15))
        .with("stop_signal", optional(&component.stop_signal))
        .with("restart_policy", component.restart_policy.as_str())
        .with("restart_seconds", component.restart_seconds)
        .with("reload", flat(&component.reload))
        .with("reload_signal", optional(&component.reload_signal))
        .with("extra_arguments", flat(&component.extra_arguments))
        .with("unit_lines", raw(&component.unit_lines))
        .with("service_lines", raw(&component.service_lines))
        .with("fingerprint", quoted(&fingerprint::command(component)))
        .with("loaded", optional(&fingerprint::loaded_command(component)))
}

fn more_networks(component: &Component) -> Data {
    let more = component.networks.iter().skip(1);
    let words = more
        .map(|network| network.connect_words().iter().map(|text| word(text)).collect::<Vec<_>>().join(" "));
    Data::from(words.collect::<Vec<_>>())
}

fn units(names: &[String]) -> Data {
    Data::from(names.iter().map(|name| crate::modules::unit::whole_name(name)).collect::<Vec<_>>())
}

/// A read-only root has a place for passing files, from which nothing can be run.
fn tmpfs(component: &Component) -> Vec<String> {
    match &component.tmpfs {
        Some(tmpfs) => tmpfs.clone(),
        None if component.read_only => vec!["/tmp:rw,noexec,nosuid,nodev,size=64m,mode=1777".to_owned()],
        None => Vec::new(),
    }
}

fn environment_files(component: &Component) -> Vec<String> {
    let own = (!component.environment.is_empty())
        .then(|| crate::host::text::from_path(&component.environment_path()));
    own.into_iter().chain(component.env_file.iter().map(|path| path.0.clone())).collect()
}

/// A text as one word of an `Exec...` line of systemd: quoted, with `%` and `$` meaning themselves.
pub fn word(text: &str) -> String {
    let escaped = text
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('%', "%%")
        .replace('$', "$$")
        .replace('\n', "\\n");
    let plain = |scalar: char| scalar.is_ascii_alphanumeric() || "@%+=:,./_-$".contains(scalar);
    if !escaped.is_empty() && escaped.chars().all(plain) { escaped } else { format!("\"{escaped}\"") }
}

#[cfg(test)]
mod tests {
    use super::word;

    #[test]
    fn words_mean_themselves() {
        assert_eq!(word("--plain=1"), "--plain=1");
        assert_eq!(word("100% of $HOME"), "\"100%% of $$HOME\"");
        assert_eq!(word("a\"b\\c"), "\"a\\\"b\\\\c\"");
        assert_eq!(word(""), "\"\"");
    }
}
