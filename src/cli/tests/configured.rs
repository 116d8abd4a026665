//! Settings from an `ansible.cfg` and from the environment.

use super::Pretend;
use crate::report::{Format, Switch};
use crate::settings::{Gathering, PatternMismatch, Settings, Templates};
use crate::source::DuplicateKeys;
use std::path::PathBuf;

fn config(text: &str) -> Settings {
    Pretend::new().config(text).settings("").unwrap()
}

#[test]
fn the_first_file_that_is_there_counts() {
    let all = Pretend::new()
        .with("/etc/ansible/ansible.cfg", "[defaults]\nforks=1")
        .with("/home/me/.ansible.cfg", "[defaults]\nforks=2")
        .config("[defaults]\nforks=3")
        .with("/else/ansible.cfg", "[defaults]\nforks=4")
        .exporting("ANSIBLE_CONFIG", "/else");
    let forks = |place: &Pretend| {
        let settings = place.settings("").unwrap();
        (settings.execution.forks.unwrap_or(0), settings.config_file.unwrap_or_default())
    };
    assert_eq!(forks(&all), (4, PathBuf::from("/else/ansible.cfg")));
    let here = all.exporting("ANSIBLE_CONFIG", "/nowhere");
    assert_eq!(forks(&here), (3, PathBuf::from("/project/ansible.cfg")));
    let mut user = here;
    user.files.remove(&PathBuf::from("/project/ansible.cfg"));
    assert_eq!(forks(&user).0, 2);
    user.files.remove(&PathBuf::from("/home/me/.ansible.cfg"));
    assert_eq!(forks(&user).0, 1);
    user.files.clear();
    assert_eq!(forks(&user), (0, PathBuf::new()));
}

#[test]
fn a_file_that_anybody_may_have_written_is_not_read() {
    let mut place = Pretend::new().config("[defaults]\nforks=3");
    place.world_writable = true;
    assert_eq!(place.settings("").unwrap().execution.forks, None);
    let expected = "\
warning: `/project/ansible.cfg` is not read: anybody may write into its directory
  = hint: take that permission away (`chmod o-w .`), or name the file in `ANSIBLE_CONFIG`
";
    assert_eq!(place.said(""), expected);
    let named = place.exporting("ANSIBLE_CONFIG", "ansible.cfg");
    assert_eq!(named.settings("").unwrap().execution.forks, Some(3));
    assert_eq!(named.said(""), "");
}

#[test]
fn typed_wins_over_exported_and_that_over_written() {
    let place = Pretend::new().config("[defaults]\nforks = 3\nremote_user = file\n[tags]\nrun = a, b\n");
    assert_eq!(place.settings("").unwrap().selection.tags, ["a", "b"]);
    let place = place.exporting("ANSIBLE_FORKS", "4").exporting("ANSIBLE_REMOTE_USER", "env");
    let settings = place.settings("-u typed -t c").unwrap();
    assert_eq!(settings.execution.forks, Some(4));
    assert_eq!(settings.connection.user.as_deref(), Some("typed"));
    assert_eq!(settings.selection.tags, ["a", "b", "c"]);
}

#[test]
fn paths_of_a_file_are_relative_to_it() {
    let settings = Pretend::new()
        .with(
            "/else/a.cfg",
            "[defaults]\ninventory = hosts, ~/h,/abs\nroles_path = r:../s:$HOME/t:{{CWD}}/u\n",
        )
        .exporting("ANSIBLE_CONFIG", "/else/a.cfg")
        .settings("")
        .unwrap();
    assert_eq!(settings.inventory.sources, ["/else/hosts", "/home/me/h", "/abs"]);
    assert!(settings.inventory.given);
    let roles = ["/else/r", "/else/../s", "/home/me/t", "/project/u"].map(PathBuf::from);
    assert_eq!(settings.paths.roles, roles);
    let roles = |place: Pretend| place.settings("").unwrap().paths.roles;
    let usual =
        ["/home/me/.ansible/roles", "/usr/share/ansible/roles", "/etc/ansible/roles"].map(PathBuf::from);
    assert_eq!(roles(Pretend::new()), usual);
    assert_eq!(roles(Pretend::new().exporting("ANSIBLE_HOME", "/h"))[0], PathBuf::from("/h/roles"));
    let hosts = Pretend::new().exporting("ANSIBLE_INVENTORY", "a,b,").settings("").unwrap();
    assert_eq!(hosts.inventory.sources, ["a,b,"]);
}

#[test]
fn what_has_an_equivalent_is_honoured() {
    let settings = config(
        "[defaults]\nhost_key_checking = False\ngathering = smart\nhash_behaviour = merge\ntimeout=30\n\
         fact_caching = jsonfile\nfact_caching_connection = ~/facts\nfact_caching_timeout = 60\n\
         duplicate_dict_key = error\nansible_managed = by hand\nstrategy=free\nlog_path=run.log\n\
         error_on_missing_handler = no\n\
         [privilege_escalation]\nbecome = yes\nbecome_user = 'root'\nbecome_ask_pass = true\n\
         [ssh_connection]\nssh_args = -o A=b\nretries = 2\npipelining = True\n\
         [inventory]\nhost_pattern_mismatch = error\nany_unparsed_is_failed = yes\n[diff]\nalways = on\ncontext = 5\n",
    );
    assert!(settings.connection.accept_unknown_hosts);
    assert_eq!((settings.connection.timeout, settings.connection.retries), (Some(30), Some(2)));
    assert_eq!(settings.connection.ssh_args.as_deref(), Some("-o A=b"));
    assert_eq!(settings.facts.gathering, Gathering::Smart);
    assert_eq!(settings.facts.cache, Some(PathBuf::from("/home/me/facts")));
    assert_eq!(settings.facts.cache_seconds, Some(60));
    assert!(settings.language.merge_dicts && settings.execution.missing_handler_warns);
    assert_eq!(settings.language.duplicate_keys, DuplicateKeys::Error);
    assert_eq!(settings.language.ansible_managed.as_deref(), Some("by hand"));
    assert_eq!(settings.execution.strategy.as_deref(), Some("free"));
    assert!(settings.becoming.on && settings.becoming.ask_password);
    assert_eq!(settings.becoming.user.as_deref(), Some("root"));
    assert_eq!(settings.inventory.mismatch, PatternMismatch::Error);
    assert!(settings.inventory.any_unparsed_is_failed && settings.execution.diff);
    assert_eq!((settings.output.diff_context, settings.output.diff), (Some(5), true));
    assert_eq!(settings.output.log, Some(PathBuf::from("/project/run.log")));
    assert!(settings.warnings.is_empty(), "{:?}", settings.warnings);
}

#[test]
fn the_language_is_a_setting_of_the_project() {
    let classic = "[provision]\nlanguage = classic\n";
    assert_eq!(config(classic).language.templates, Templates::Classic);
    assert!(config("[defaults]\njinja2_native = True\n").language.native_types);
    let place = Pretend::new().config(classic);
    assert_eq!(place.settings("--language 2.19").unwrap().language.templates, Templates::Native);
}

#[test]
fn a_cache_of_facts_needs_its_kind() {
    assert_eq!(config("[defaults]\nfact_caching_connection = /f\n").facts.cache, None);
}

#[test]
fn colours_and_format_follow_the_environment() {
    let cases = [
        ("NO_COLOR", "1", Format::Auto, Switch::Off, false),
        ("NO_COLOR", "", Format::Auto, Switch::Auto, false),
        ("ANSIBLE_NOCOLOR", "true", Format::Auto, Switch::Off, false),
        ("ANSIBLE_FORCE_COLOR", "1", Format::Auto, Switch::On, false),
        ("FORCE_COLOR", "1", Format::Auto, Switch::On, false),
        ("TERM", "dumb", Format::Auto, Switch::Auto, true),
        ("ANSIBLE_STDOUT_CALLBACK", "default", Format::Ansible, Switch::Auto, false),
        ("ANSIBLE_STDOUT_CALLBACK", "yaml", Format::Auto, Switch::Auto, false),
    ];
    for (name, value, format, colour, dumb) in cases {
        let output = Pretend::new().exporting(name, value).settings("").unwrap().output;
        assert_eq!((output.format, output.colour, output.dumb), (format, colour, dumb), "{name}={value}");
    }
    let typed =
        Pretend::new().exporting("ANSIBLE_STDOUT_CALLBACK", "default").settings("--output plain").unwrap();
    assert_eq!(typed.output.format, Format::Plain);
}

#[test]
fn settings_without_a_meaning_are_named_in_one_warning() {
    let place = Pretend::new()
        .config("[defaults]\nforks = 3\nfilter_plugins = f\n[galaxy]\nserver = x\n[other]\nkey = 1\n")
        .exporting("ANSIBLE_LOOKUP_PLUGINS", "x")
        .exporting("ANSIBLE_NOCOWS", "1");
    let expected = "\
warning: settings without a meaning here: `defaults.filter_plugins`, `other.key`, `ANSIBLE_LOOKUP_PLUGINS`
 --> ansible.cfg:3:1
  |
3 | filter_plugins = f
  | ^^^^^^^^^^^^^^^^^^
  = hint: there is no equivalent of what they ask for; the run goes on without it
";
    assert_eq!(place.said("").replace("/project/", ""), expected);
}

/// Where the result would be another one, the run is refused; where only the looks would, it is not.
#[test]
fn values_of_which_the_meaning_is_not_there_are_told() {
    let cases = [
        (
            "ANSIBLE_PLAYBOOK_VARS_ROOT",
            "all",
            "error: `ANSIBLE_PLAYBOOK_VARS_ROOT` takes one of `top`, found `all`\n",
        ),
        (
            "ANSIBLE_YAML_FILENAME_EXT",
            ".yml,.eyaml",
            "error: `ANSIBLE_YAML_FILENAME_EXT` takes nothing but `.yml`, `.yaml`, `.json`, found `.yml,.eyaml`\n",
        ),
        (
            "ANSIBLE_TRANSFORM_INVALID_GROUP_CHARS",
            "always",
            "error: `ANSIBLE_TRANSFORM_INVALID_GROUP_CHARS` takes one of `never`, `ignore`, found `always`\n",
        ),
        (
            "ANSIBLE_STDOUT_CALLBACK",
            "json",
            "warning: `ANSIBLE_STDOUT_CALLBACK`: there is no output `json`\n  = hint: `--output ansible` is what \
             `ansible-playbook` prints, `--output json` tells events as JSON\n",
        ),
    ];
    for (name, value, told) in cases {
        assert_eq!(Pretend::new().exporting(name, value).said(""), told);
    }
    for (name, value) in [
        ("ANSIBLE_PLAYBOOK_VARS_ROOT", "top"),
        ("ANSIBLE_YAML_FILENAME_EXT", ".yaml,.yml, .json"),
        ("ANSIBLE_STDOUT_CALLBACK", "community.general.yaml"),
    ] {
        assert!(Pretend::new().exporting(name, value).settings("").unwrap().warnings.is_empty());
    }
}

#[test]
fn a_value_that_cannot_be_read_is_an_error_at_its_line() {
    let place = Pretend::new()
        .config("[defaults]\nforks = many\ngathering = sometimes\n")
        .exporting("ANSIBLE_BECOME", "so");
    let expected = "\
error: `ANSIBLE_BECOME` takes yes or no, found `so`
error: `defaults.forks` takes a number, found `many`
 --> ansible.cfg:2:1
  |
2 | forks = many
  | ^^^^^^^^^^^^
error: `defaults.gathering` takes one of `implicit`, `explicit`, `smart`, found `sometimes`
 --> ansible.cfg:3:1
  |
3 | gathering = sometimes
  | ^^^^^^^^^^^^^^^^^^^^^
";
    assert_eq!(place.said("").replace("/project/", ""), expected);
}
