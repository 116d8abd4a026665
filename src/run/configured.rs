//! What the settings are by the names that Ansible gives them, for `lookup('config')`.

use crate::settings::{Gathering, Settings};
use crate::vars::Value;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// The settings that have a meaning here, with Ansible's defaults where nothing was said.
pub fn values(settings: &Settings) -> HashMap<&'static str, Value> {
    let lists = [
        ("DEFAULT_ROLES_PATH", paths(&settings.paths.roles)),
        ("COLLECTIONS_PATHS", paths(&settings.paths.collections)),
        ("DEFAULT_MODULE_PATH", paths(&settings.paths.modules)),
        (
            "DEFAULT_HOST_LIST",
            settings.inventory.sources.iter().map(|source| Value::from(source.as_str())).collect(),
        ),
    ];
    let all = connection(settings).into_iter().chain(becoming(settings)).chain(execution(settings));
    all.chain(lists).collect()
}

fn connection(settings: &Settings) -> [(&'static str, Value); 6] {
    let from = &settings.connection;
    [
        ("DEFAULT_TRANSPORT", text_or(from.kind.as_deref(), "ssh")),
        ("DEFAULT_REMOTE_USER", text(from.user.as_deref())),
        ("DEFAULT_REMOTE_PORT", from.port.map_or_else(Value::none, |port| i64::from(port).into())),
        ("DEFAULT_PRIVATE_KEY_FILE", from.private_key.as_deref().map_or_else(Value::none, path)),
        ("DEFAULT_TIMEOUT", number(from.timeout, 10)),
        ("HOST_KEY_CHECKING", (!from.accept_unknown_hosts).into()),
    ]
}

fn becoming(settings: &Settings) -> [(&'static str, Value); 5] {
    let from = &settings.becoming;
    [
        ("DEFAULT_BECOME", from.on.into()),
        ("DEFAULT_BECOME_METHOD", text_or(from.method.as_deref(), "sudo")),
        ("DEFAULT_BECOME_USER", text_or(from.user.as_deref(), "root")),
        ("DEFAULT_BECOME_EXE", text(from.executable.as_deref())),
        ("DEFAULT_BECOME_FLAGS", text(from.flags.as_deref())),
    ]
}

fn execution(settings: &Settings) -> [(&'static str, Value); 11] {
    let (from, language) = (&settings.execution, &settings.language);
    let gathering = match settings.facts.gathering {
        Gathering::Implicit => "implicit",
        Gathering::Explicit => "explicit",
        Gathering::Smart => "smart",
    };
    [
        ("CONFIG_FILE", settings.config_file.as_deref().map_or_else(Value::none, path)),
        ("DEFAULT_FORKS", number(from.forks.map(|forks| forks as u64), 5)),
        ("DEFAULT_STRATEGY", text_or(from.strategy.as_deref(), "linear")),
        ("DEFAULT_FORCE_HANDLERS", from.force_handlers.into()),
        ("ANY_ERRORS_FATAL", from.any_errors_fatal.into()),
        ("DEFAULT_NO_LOG", from.no_log.into()),
        ("DEFAULT_GATHERING", gathering.into()),
        ("DEFAULT_PRIVATE_ROLE_VARS", language.private_role_vars.into()),
        ("DEFAULT_HASH_BEHAVIOUR", if language.merge_dicts { "merge" } else { "replace" }.into()),
        ("DEFAULT_MANAGED_STR", text_or(language.ansible_managed.as_deref(), "Ansible managed")),
        ("DEFAULT_REMOTE_TMP", text_or(settings.paths.remote_tmp.as_deref(), "~/.ansible/tmp")),
    ]
}

fn text(text: Option<&str>) -> Value {
    text.map_or_else(Value::none, Value::from)
}

fn text_or(given: Option<&str>, default: &str) -> Value {
    given.unwrap_or(default).into()
}

fn number(given: Option<u64>, default: u64) -> Value {
    i64::try_from(given.unwrap_or(default)).unwrap_or(i64::MAX).into()
}

fn path(path: &Path) -> Value {
    path.to_string_lossy().into_owned().into()
}

fn paths(list: &[PathBuf]) -> Value {
    list.iter().map(|each| path(each)).collect()
}
