//! `provision modules`: the words that tasks are written with, and the page of each.

use super::start::Project;
use crate::control;
use crate::host::nearest;
use crate::modules::{self, Arg, Spec};
use crate::report::exit;
use crate::source::{Diagnostic, Diagnostics};
use clap::Args;
use std::fmt::Write;

/// Lists modules, or shows the page of one.
#[derive(Args, Clone, Debug)]
pub struct ModulesArgs {
    /// The module whose page is wanted
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
}

/// Modules that belong together, in the order in which they are listed. What is in none of them comes last.
const GROUPS: &[(&str, &[&str])] = &[
    (
        "Files",
        &[
            "file",
            "copy",
            "template",
            "stat",
            "find",
            "slurp",
            "tempfile",
            "get_url",
            "lineinfile",
            "blockinfile",
            "replace",
            "ini_file",
            "assemble",
            "fetch",
            "unarchive",
            "archive",
            "synchronize",
            "acl",
            "xattr",
        ],
    ),
    ("Commands", &["command", "shell", "script", "raw", "expect", "own_module", "async_status"]),
    ("Users", &["user", "group", "authorized_key", "getent", "known_hosts", "sudoers"]),
    (
        "Packages",
        &[
            "package",
            "apt",
            "apt_key",
            "apt_repository",
            "deb822_repository",
            "debconf",
            "dpkg_selections",
            "dnf",
            "yum_repository",
            "rpm_key",
            "apk",
            "pip",
            "npm",
            "gem",
            "git",
            "subversion",
            "package_facts",
        ],
    ),
    ("Services", &["service", "service_facts", "systemd_service", "cron", "at", "reboot"]),
    (
        "Containers",
        &[
            "component",
            "components",
            "docker_network",
            "docker_image",
            "docker_image_pull",
            "docker_container",
            "docker_volume",
        ],
    ),
    (
        "System",
        &[
            "setup",
            "hostname",
            "timezone",
            "locale_gen",
            "sysctl",
            "modprobe",
            "mount",
            "filesystem",
            "parted",
            "alternatives",
            "pam_limits",
            "pamd",
            "capabilities",
            "selinux",
            "seboolean",
            "git_config",
            "git_config_info",
            "ping",
        ],
    ),
    ("Network", &["uri", "wait_for", "iptables", "ufw", "firewalld", "interfaces_file"]),
    (
        "Databases",
        &[
            "postgresql_db",
            "postgresql_user",
            "postgresql_privs",
            "postgresql_query",
            "postgresql_ext",
            "postgresql_schema",
            "postgresql_owner",
            "postgresql_ping",
            "mysql_db",
            "mysql_user",
            "mysql_query",
            "mysql_variables",
        ],
    ),
    (
        "Keys and passwords",
        &[
            "openssl_privatekey",
            "openssl_publickey",
            "openssl_csr",
            "openssl_dhparam",
            "x509_certificate",
            "htpasswd",
        ],
    ),
];

/// Prints the list, or a page.
///
/// # Errors
/// There is no module of that name.
pub fn show(args: &ModulesArgs, project: &Project) -> Result<u8, Diagnostics> {
    let text = match &args.name {
        None => list(),
        Some(name) => page(name).ok_or_else(|| Diagnostics { all: vec![unknown(name)] })?,
    };
    project.tell(&text);
    Ok(exit::FINE)
}

fn unknown(name: &str) -> Diagnostic {
    let known = modules::names().chain(control::names());
    let near = nearest(modules::canonical(name), known).map(|near| format!("did you mean `{near}`?"));
    Diagnostic::error(format!("there is no module `{name}`"))
        .maybe_hint(near.or_else(|| Some("`provision modules` lists all".to_owned())))
}

/// Every word with its summary.
pub fn list() -> String {
    let mut text = String::new();
    let width = modules::names().chain(control::names()).map(str::len).max().unwrap_or(0);
    for (heading, specs) in groups() {
        let _ = writeln!(text, "{heading}");
        for spec in specs {
            let _ = writeln!(text, "  {:width$}  {}", spec.name, plain(spec.summary()));
        }
        text.push('\n');
    }
    let _ = writeln!(text, "On the controller");
    for word in control::names() {
        let _ = writeln!(text, "  {word:width$}  {}", plain(control::summary(word)));
    }
    text + "\nprovision modules NAME shows the page of one.\n"
}

/// All modules in their groups.
fn groups() -> Vec<(&'static str, Vec<&'static Spec>)> {
    let spec = |name: &&str| modules::spec(name).filter(|spec| spec.name == *name);
    let grouped = |name: &str| GROUPS.iter().any(|(_, names)| names.contains(&name));
    let others: Vec<_> = modules::names().filter(|name| !grouped(name)).filter_map(modules::spec).collect();
    let all = GROUPS.iter().map(|(heading, names)| (*heading, names.iter().filter_map(spec).collect()));
    all.chain([("Others", others)]).filter(|(_, specs): &(_, Vec<_>)| !specs.is_empty()).collect()
}

/// The page of a module or of a word that acts on the controller.
pub fn page(name: &str) -> Option<String> {
    if let Some(spec) = modules::spec(name) {
        return Some(module(spec));
    }
    let name = modules::canonical(name);
    control::is_word(name).then(|| word(name))
}

/// All pages as one document.
pub fn manual() -> String {
    let mut text = "# Modules\n\nThis is what `provision modules NAME` prints, for all of them.\n".to_owned();
    for (heading, specs) in groups() {
        let names: Vec<String> = specs.iter().map(|spec| linked(spec.name)).collect();
        let _ = writeln!(text, "\n{heading}: {}", names.join(", "));
    }
    let words: Vec<String> = control::names().map(linked).collect();
    let _ = writeln!(text, "\nOn the controller: {}", words.join(", "));
    let pages =
        groups().into_iter().flat_map(|(_, specs)| specs).map(module).chain(control::names().map(word));
    pages.for_each(|page| {
        let _ = write!(text, "\n#{page}");
    });
    text
}

fn linked(name: &str) -> String {
    format!("[{name}](#{name})")
}

fn module(spec: &Spec) -> String {
    let mut text = format!("# {}\n\n", spec.name);
    for line in spec.doc {
        let _ = writeln!(text, "{}", line.strip_prefix(' ').unwrap_or(line));
    }
    if !spec.aliases.is_empty() {
        let _ = writeln!(text, "\nAlso known as {}.", quoted(spec.aliases));
    }
    let mut args: Vec<&Arg> = spec.args().filter(|arg| arg.name != "_raw_params").collect();
    args.sort_by_key(|arg| !arg.required);
    if !args.is_empty() {
        text += "\nArguments:\n\n";
    }
    for arg in args {
        argument(&mut text, arg);
    }
    text
}

fn argument(text: &mut String, arg: &Arg) {
    let mut what = vec![(arg.page.kind)().to_owned()];
    what.extend(arg.required.then(|| "required".to_owned()));
    what.extend(arg.page.default.map(|default| format!("default {}", written(default))));
    let choices = (arg.page.choices)();
    what.extend((!choices.is_empty()).then(|| format!("one of {}", quoted(choices))));
    what.extend((!arg.aliases.is_empty()).then(|| format!("also {}", quoted(arg.aliases))));
    let _ = writeln!(text, "- `{}` ({})  ", arg.name, what.join("; "));
    for line in arg.page.doc {
        let _ = writeln!(text, "  {}", line.trim());
    }
}

fn word(name: &str) -> String {
    let mut text = format!("# {name}\n\n{}\n\nActs on the controller.\n", control::summary(name));
    if let Some(arguments) = control::arguments(name) {
        let _ = writeln!(text, "\nArguments: {}.", quoted(arguments));
    }
    text
}

/// A default as YAML has it.
fn written(default: &str) -> String {
    format!("`{}`", default.trim_matches('"'))
}

fn quoted(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

fn plain(sentence: &str) -> &str {
    sentence.trim_end_matches('.')
}
