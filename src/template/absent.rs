//! Words of collections that are known and have no counterpart: what to say instead of "did you mean".

/// Lookups that ask other services, or programs that are not here.
const SERVICES: [&str; 32] = [
    "bitwarden",
    "bitwarden_secrets_manager",
    "chef_databag",
    "collection_version",
    "conjur_variable",
    "consul_kv",
    "credstash",
    "cyberarkpassword",
    "dig",
    "dnstxt",
    "dsv",
    "etcd",
    "etcd3",
    "github_app_access_token",
    "hashi_vault",
    "hiera",
    "k8s",
    "keyring",
    "lastpass",
    "lmdb_kv",
    "manifold",
    "mongodb",
    "onepassword",
    "onepassword_doc",
    "onepassword_raw",
    "onepassword_ssh_key",
    "passwordstore",
    "redis",
    "revbitspss",
    "shelvefile",
    "tss",
    "vault_read",
];

/// Filters and tests that are libraries of Python in Ansible.
const LIBRARIES: [&str; 18] = [
    "a_module",
    "comp_type5",
    "gpg_fingerprint",
    "hashids_decode",
    "hashids_encode",
    "jc",
    "openssl_csr_info",
    "openssl_privatekey_info",
    "openssl_publickey_info",
    "parse_cli",
    "parse_cli_textfsm",
    "parse_xml",
    "pop_ace",
    "type5_pw",
    "unicode_normalize",
    "validate",
    "x509_certificate_info",
    "x509_crl_info",
];

/// What to say of a name that is known and not supported.
pub fn hint(name: &str) -> Option<String> {
    let short = super::filters::short(name);
    if SERVICES.contains(&short) {
        return Some(format!(
            "`{short}` asks another service, which is not supported; `pipe` runs its command"
        ));
    }
    LIBRARIES.contains(&short).then(|| format!("`{short}` is of a collection and not supported"))
}
