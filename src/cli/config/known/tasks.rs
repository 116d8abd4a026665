//! Settings of tasks: what files mean, and how the run goes about them.

use super::{Known, sets};
use crate::settings::{Gathering, Paths, Templates};
use crate::source::DuplicateKeys;

pub(super) const KNOWN: &[Known] = &[
    sets(&["defaults.forks"], &["ANSIBLE_FORKS"], |settings, given| {
        given
            .number()
            .map(|number: usize| settings.execution.forks = Some(number).filter(|number| *number > 0))
    }),
    sets(&["defaults.strategy"], &["ANSIBLE_STRATEGY"], |settings, given| {
        settings.execution.strategy = given.some();
        Ok(())
    }),
    sets(&["defaults.force_handlers"], &["ANSIBLE_FORCE_HANDLERS"], |settings, given| {
        given.flag().map(|flag| settings.execution.force_handlers = flag)
    }),
    sets(&["defaults.any_errors_fatal"], &["ANSIBLE_ANY_ERRORS_FATAL"], |settings, given| {
        given.flag().map(|flag| settings.execution.any_errors_fatal = flag)
    }),
    sets(&["defaults.error_on_missing_handler"], &["ANSIBLE_ERROR_ON_MISSING_HANDLER"], |settings, given| {
        given.flag().map(|flag| settings.execution.missing_handler_warns = !flag)
    }),
    sets(&["defaults.no_log"], &["ANSIBLE_NO_LOG"], |settings, given| {
        given.flag().map(|flag| settings.execution.no_log = flag)
    }),
    sets(&["defaults.poll_interval"], &["ANSIBLE_POLL_INTERVAL"], |settings, given| {
        given.some_number().map(|seconds| settings.execution.poll_interval = seconds)
    }),
    sets(&["defaults.task_timeout"], &["ANSIBLE_TASK_TIMEOUT"], |settings, given| {
        given.some_number().map(|seconds| settings.execution.task_timeout = seconds)
    }),
    sets(&["defaults.max_diff_size"], &["ANSIBLE_MAX_DIFF_SIZE"], |settings, given| {
        given.some_number().map(|bytes| settings.execution.max_diff_size = bytes)
    }),
    sets(&["diff.always"], &["ANSIBLE_DIFF_ALWAYS"], |settings, given| {
        given.flag().map(|flag| settings.execution.diff = flag)
    }),
    sets(&["tags.run"], &["ANSIBLE_RUN_TAGS"], |settings, given| {
        settings.selection.tags = given.list();
        Ok(())
    }),
    sets(&["tags.skip"], &["ANSIBLE_SKIP_TAGS"], |settings, given| {
        settings.selection.skip_tags = given.list();
        Ok(())
    }),
    sets(&["provision.language", "defaults.language"], &["PROVISION_LANGUAGE"], |settings, given| {
        let words = [
            ("classic", Templates::Classic),
            ("2.18", Templates::Classic),
            ("2.19", Templates::Native),
            ("native", Templates::Native),
        ];
        given.word(&words).map(|word| settings.language.templates = word)
    }),
    sets(&["defaults.jinja2_native"], &["ANSIBLE_JINJA2_NATIVE"], |settings, given| {
        given.flag().map(|flag| settings.language.native_types = flag)
    }),
    sets(&["defaults.hash_behaviour"], &["ANSIBLE_HASH_BEHAVIOUR"], |settings, given| {
        given.word(&[("replace", false), ("merge", true)]).map(|merge| settings.language.merge_dicts = merge)
    }),
    sets(&["defaults.duplicate_dict_key"], &["ANSIBLE_DUPLICATE_YAML_DICT_KEY"], |settings, given| {
        let words = [
            ("warn", DuplicateKeys::Warn),
            ("ignore", DuplicateKeys::Ignore),
            ("error", DuplicateKeys::Error),
        ];
        given.word(&words).map(|word| settings.language.duplicate_keys = word)
    }),
    sets(&["defaults.ansible_managed"], &[], |settings, given| {
        settings.language.ansible_managed = Some(given.text());
        Ok(())
    }),
    sets(&["defaults.private_role_vars"], &["ANSIBLE_PRIVATE_ROLE_VARS"], |settings, given| {
        given.flag().map(|flag| settings.language.private_role_vars = flag)
    }),
    sets(&["defaults.inject_facts_as_vars"], &["ANSIBLE_INJECT_FACT_VARS"], |settings, given| {
        given.flag().map(|flag| settings.language.facts_only_in_dict = !flag)
    }),
    // What others of their values ask for is not there, and would give other variables.
    sets(&["defaults.playbook_vars_root"], &["ANSIBLE_PLAYBOOK_VARS_ROOT"], |_, given| {
        given.word(&[("top", ())])
    }),
    sets(&["defaults.yaml_valid_extensions"], &["ANSIBLE_YAML_FILENAME_EXT"], |_, given| {
        given.words(&[".yml", ".yaml", ".json"])
    }),
    sets(&["defaults.gathering"], &["ANSIBLE_GATHERING"], |settings, given| {
        let words = [
            ("implicit", Gathering::Implicit),
            ("explicit", Gathering::Explicit),
            ("smart", Gathering::Smart),
        ];
        given.word(&words).map(|word| settings.facts.gathering = word)
    }),
    sets(&["defaults.fact_caching"], &["ANSIBLE_CACHE_PLUGIN"], |settings, given| {
        let words = [
            ("memory", false),
            ("ansible.builtin.memory", false),
            ("jsonfile", true),
            ("ansible.builtin.jsonfile", true),
            ("ansible.posix.jsonfile", true),
            ("community.general.jsonfile", true),
        ];
        given.word(&words).map(|kept| settings.facts.kept = kept)
    }),
    sets(&["defaults.fact_caching_connection"], &["ANSIBLE_CACHE_PLUGIN_CONNECTION"], |settings, given| {
        settings.facts.cache = given.some().map(|_| given.path());
        Ok(())
    }),
    sets(&["defaults.fact_caching_prefix"], &["ANSIBLE_CACHE_PLUGIN_PREFIX"], |settings, given| {
        settings.facts.cache_prefix = given.some();
        Ok(())
    }),
    sets(&["defaults.fact_caching_timeout"], &["ANSIBLE_CACHE_PLUGIN_TIMEOUT"], |settings, given| {
        given.some_number().map(|seconds| settings.facts.cache_seconds = seconds)
    }),
    sets(&["defaults.home"], &["ANSIBLE_HOME"], |settings, given| {
        settings.paths = Paths::usual(&given.path());
        Ok(())
    }),
    sets(&["defaults.roles_path"], &["ANSIBLE_ROLES_PATH"], |settings, given| {
        settings.paths.roles = given.paths();
        Ok(())
    }),
    sets(
        &["defaults.collections_path", "defaults.collections_paths"],
        &["ANSIBLE_COLLECTIONS_PATH", "ANSIBLE_COLLECTIONS_PATHS"],
        |settings, given| {
            settings.paths.collections = given.paths();
            Ok(())
        },
    ),
    sets(&["defaults.library"], &["ANSIBLE_LIBRARY"], |settings, given| {
        settings.paths.modules = given.paths();
        Ok(())
    }),
    sets(&["defaults.remote_tmp"], &["ANSIBLE_REMOTE_TEMP", "ANSIBLE_REMOTE_TMP"], |settings, given| {
        settings.paths.remote_tmp = given.some();
        Ok(())
    }),
    sets(&["defaults.executable"], &["ANSIBLE_EXECUTABLE"], |settings, given| {
        settings.paths.executable = given.some();
        Ok(())
    }),
    sets(&["defaults.editor"], &["ANSIBLE_EDITOR", "VISUAL", "EDITOR"], |settings, given| {
        settings.paths.editor = given.some();
        Ok(())
    }),
];
