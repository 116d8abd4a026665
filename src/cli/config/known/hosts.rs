//! Settings of hosts: which, and how they are reached.

use super::{Known, sets};
use crate::settings::{PatternMismatch, VaultIdentity, VaultSecret};

pub(super) const KNOWN: &[Known] = &[
    sets(&["defaults.inventory"], &["ANSIBLE_INVENTORY"], |settings, given| {
        settings.inventory.sources = given.inventories();
        settings.inventory.given = true;
        Ok(())
    }),
    sets(&["inventory.enable_plugins"], &["ANSIBLE_INVENTORY_ENABLED"], |settings, given| {
        settings.inventory.enabled = given.list();
        Ok(())
    }),
    sets(
        &["defaults.inventory_ignore_extensions", "inventory.ignore_extensions"],
        &["ANSIBLE_INVENTORY_IGNORE"],
        |settings, given| {
            settings.inventory.ignored_extensions = given.list();
            Ok(())
        },
    ),
    sets(
        &["defaults.inventory_ignore_patterns", "inventory.ignore_patterns"],
        &["ANSIBLE_INVENTORY_IGNORE_REGEX"],
        |settings, given| {
            settings.inventory.ignored_patterns = given.list();
            Ok(())
        },
    ),
    sets(
        &["inventory.any_unparsed_is_failed"],
        &["ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED"],
        |settings, given| given.flag().map(|flag| settings.inventory.any_unparsed_is_failed = flag),
    ),
    sets(&["inventory.unparsed_is_failed"], &["ANSIBLE_INVENTORY_UNPARSED_FAILED"], |settings, given| {
        given.flag().map(|flag| settings.inventory.unparsed_is_failed = flag)
    }),
    sets(&["inventory.host_pattern_mismatch"], &["ANSIBLE_HOST_PATTERN_MISMATCH"], |settings, given| {
        let words = [
            ("warning", PatternMismatch::Warning),
            ("error", PatternMismatch::Error),
            ("ignore", PatternMismatch::Ignore),
        ];
        given.word(&words).map(|word| settings.inventory.mismatch = word)
    }),
    sets(
        &["defaults.force_valid_group_names"],
        &["ANSIBLE_TRANSFORM_INVALID_GROUP_CHARS"],
        // Names of groups are left as they are.
        |_, given| given.word(&[("never", ()), ("ignore", ())]),
    ),
    sets(&["defaults.transport"], &["ANSIBLE_TRANSPORT"], |settings, given| {
        settings.connection.kind = given.some();
        Ok(())
    }),
    sets(&["defaults.remote_user"], &["ANSIBLE_REMOTE_USER"], |settings, given| {
        settings.connection.user = given.some();
        Ok(())
    }),
    sets(&["defaults.remote_port"], &["ANSIBLE_REMOTE_PORT"], |settings, given| {
        given.some_number().map(|port| settings.connection.port = port)
    }),
    sets(&["defaults.private_key_file"], &["ANSIBLE_PRIVATE_KEY_FILE"], |settings, given| {
        settings.connection.private_key = given.some().map(|_| given.path());
        Ok(())
    }),
    sets(
        &["defaults.timeout", "ssh_connection.timeout"],
        &["ANSIBLE_TIMEOUT", "ANSIBLE_SSH_TIMEOUT"],
        |settings, given| given.some_number().map(|seconds| settings.connection.timeout = seconds),
    ),
    sets(&["connection.retries", "ssh_connection.retries"], &["ANSIBLE_SSH_RETRIES"], |settings, given| {
        given.some_number().map(|number| settings.connection.retries = number)
    }),
    sets(
        &["defaults.host_key_checking", "ssh_connection.host_key_checking"],
        &["ANSIBLE_HOST_KEY_CHECKING", "ANSIBLE_SSH_HOST_KEY_CHECKING"],
        |settings, given| given.flag().map(|flag| settings.connection.accept_unknown_hosts = !flag),
    ),
    sets(&["ssh_connection.ssh_args"], &["ANSIBLE_SSH_ARGS"], |settings, given| {
        settings.connection.ssh_args = given.some();
        Ok(())
    }),
    sets(&["ssh_connection.ssh_common_args"], &["ANSIBLE_SSH_COMMON_ARGS"], |settings, given| {
        settings.connection.ssh_common_args = given.some();
        Ok(())
    }),
    sets(&["ssh_connection.ssh_extra_args"], &["ANSIBLE_SSH_EXTRA_ARGS"], |settings, given| {
        settings.connection.ssh_extra_args = given.some();
        Ok(())
    }),
    sets(&["ssh_connection.ssh_executable"], &["ANSIBLE_SSH_EXECUTABLE"], |settings, given| {
        settings.connection.ssh_executable = given.some();
        Ok(())
    }),
    sets(&["defaults.ask_pass"], &["ANSIBLE_ASK_PASS"], |settings, given| {
        given.flag().map(|flag| settings.connection.ask_password = flag)
    }),
    sets(&["defaults.connection_password_file"], &["ANSIBLE_CONNECTION_PASSWORD_FILE"], |settings, given| {
        settings.connection.password_file = given.some().map(|_| given.path());
        Ok(())
    }),
    sets(&["privilege_escalation.become"], &["ANSIBLE_BECOME"], |settings, given| {
        given.flag().map(|flag| settings.becoming.on = flag)
    }),
    sets(&["privilege_escalation.become_method"], &["ANSIBLE_BECOME_METHOD"], |settings, given| {
        settings.becoming.method = given.some();
        Ok(())
    }),
    sets(&["privilege_escalation.become_user"], &["ANSIBLE_BECOME_USER"], |settings, given| {
        settings.becoming.user = given.some();
        Ok(())
    }),
    sets(&["privilege_escalation.become_exe"], &["ANSIBLE_BECOME_EXE"], |settings, given| {
        settings.becoming.executable = given.some();
        Ok(())
    }),
    sets(&["privilege_escalation.become_flags"], &["ANSIBLE_BECOME_FLAGS"], |settings, given| {
        settings.becoming.flags = given.some();
        Ok(())
    }),
    sets(&["privilege_escalation.become_ask_pass"], &["ANSIBLE_BECOME_ASK_PASS"], |settings, given| {
        given.flag().map(|flag| settings.becoming.ask_password = flag)
    }),
    sets(&["defaults.become_password_file"], &["ANSIBLE_BECOME_PASSWORD_FILE"], |settings, given| {
        settings.becoming.password_file = given.some().map(|_| given.path());
        Ok(())
    }),
    sets(&["defaults.vault_identity_list"], &["ANSIBLE_VAULT_IDENTITY_LIST"], |settings, given| {
        let identity = |text: &String| match text.split_once('@') {
            Some((id, source)) => VaultIdentity { id: id.to_owned(), secret: given.vault(source) },
            None => VaultIdentity { id: "default".to_owned(), secret: given.vault(text) },
        };
        settings.vaults.identities.extend(given.list().iter().map(identity));
        Ok(())
    }),
    sets(&["defaults.vault_password_file"], &["ANSIBLE_VAULT_PASSWORD_FILE"], |settings, given| {
        let file = given.some().map(|_| VaultSecret::File(given.path()));
        settings.vaults.configured = file.map(|secret| VaultIdentity { id: "default".to_owned(), secret });
        Ok(())
    }),
    sets(&["defaults.ask_vault_pass"], &["ANSIBLE_ASK_VAULT_PASS"], |settings, given| {
        given.flag().map(|flag| settings.vaults.ask = flag)
    }),
    sets(&["defaults.vault_encrypt_identity"], &["ANSIBLE_VAULT_ENCRYPT_IDENTITY"], |settings, given| {
        settings.vaults.encrypt_with = given.some();
        Ok(())
    }),
    sets(&["defaults.vault_id_match"], &["ANSIBLE_VAULT_ID_MATCH"], |settings, given| {
        given.flag().map(|flag| settings.vaults.only_matching = flag)
    }),
];
