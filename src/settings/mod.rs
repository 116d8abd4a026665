//! What was typed, configured and exported, as one plain value: nothing downstream reads a flag, a file of
//! settings or the environment.

mod connection;
mod selection;

pub use connection::{Become, Connection, VaultIdentity, VaultSecret, Vaults};
pub use selection::{ExtraVars, InventorySettings, Listing, PatternMismatch, Selection, Shard};

use crate::report::Output;
use crate::source::{Diagnostic, DuplicateKeys};
use std::path::{Path, PathBuf};

/// Everything that a run has to know beside the files of the project.
///
/// Where a setting can also be given as a variable or a keyword (`ansible_user`, `become`, `connection`), those
/// win: what stands here is what holds when nobody said otherwise.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The playbooks to run, in order, as typed; `site.yml` where none is named.
    pub playbooks: Vec<PathBuf>,
    /// A playbook that was typed as a whole, and where it would stand.
    pub typed: Option<(PathBuf, String)>,
    /// Where the project's files are looked up and messages are relative to: the working directory.
    pub directory: PathBuf,
    /// The `ansible.cfg` that was read, if there is one.
    pub config_file: Option<PathBuf>,
    pub inventory: InventorySettings,
    /// Which hosts, tasks and roles.
    pub selection: Selection,
    /// `-e`, in the order typed.
    pub extra_vars: Vec<ExtraVars>,
    /// What to print in place of a run, all that are asked for.
    pub listing: Listing,
    pub connection: Connection,
    pub becoming: Become,
    pub vaults: Vaults,
    pub execution: Execution,
    pub language: Language,
    pub facts: Facts,
    pub paths: Paths,
    pub output: Output,
    /// What is to be told the user before the run: options without a meaning here, an `ansible.cfg` not read.
    pub warnings: Vec<Diagnostic>,
}

/// How the run goes about its tasks.
#[derive(Clone, Debug, Default)]
pub struct Execution {
    /// `--dry-run`: plan, and change nothing.
    pub dry_run: bool,
    /// `--diff`, and in a dry run by itself: the texts before and after are wanted.
    pub diff: bool,
    /// `--exit-code`: a dry run that would change something exits with [`crate::report::exit::WOULD_CHANGE`].
    pub exit_code: bool,
    /// How many hosts at once; none stands for all of them, paced.
    pub forks: Option<usize>,
    /// How many calls of one host may be in flight; none stands for the program's own choice.
    pub window: Option<usize>,
    /// `--lock-wait`: for how many seconds to wait for a host that another run works on.
    pub lock_wait: Option<u64>,
    /// The runs that this one is a part of, because a task of theirs has started it.
    pub within: Vec<String>,
    /// `linear`, `free`, `host_pinned`: for plays that do not say.
    pub strategy: Option<String>,
    pub force_handlers: bool,
    pub any_errors_fatal: bool,
    /// `--prune`: what playbooks read as `provision_prune`, to take away what left the inventory.
    pub prune: bool,
    /// `--step`: ask before every task.
    pub step: bool,
    /// Hides every task's result, as if `no_log` stood everywhere.
    pub no_log: bool,
    /// Seconds between two looks at an `async` task that does not say.
    pub poll_interval: Option<u64>,
    /// Seconds after which a task is given up; none or 0 stands for never.
    pub task_timeout: Option<u64>,
    /// Whether a notified handler that does not exist is an error (the default) or a warning.
    pub missing_handler_warns: bool,
    /// Largest file of which the `diff` of a result holds the texts, in bytes; 0 stands for any, none for Ansible's choice.
    pub max_diff_size: Option<u64>,
}

/// Which of the two meanings of a template's result holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Templates {
    /// That of ansible-core 2.19: native types.
    #[default]
    Native,
    /// That of Ansible up to 2.18.
    Classic,
}

/// What files mean.
#[derive(Clone, Debug, Default)]
pub struct Language {
    /// `--language classic|2.19`.
    pub templates: Templates,
    /// `jinja2_native`: native types, whatever the language.
    pub native_types: bool,
    /// `hash_behaviour = merge`: dicts of several precedences are merged.
    pub merge_dicts: bool,
    /// `duplicate_dict_key`: what a key that stands twice is.
    pub duplicate_keys: DuplicateKeys,
    /// The text of `ansible_managed`.
    pub ansible_managed: Option<String>,
    /// `private_role_vars`: a role's variables are not seen outside it.
    pub private_role_vars: bool,
    /// `inject_facts_as_vars = false`: facts only under `ansible_facts`.
    pub facts_only_in_dict: bool,
}

/// When facts are gathered and where they are kept.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    pub gathering: Gathering,
    /// Whether the settings want a cache of files.
    pub(crate) kept: bool,
    /// The directory of a cache of JSON files; none where facts live as long as the run.
    pub cache: Option<PathBuf>,
    /// Put before the name of each file in the cache.
    pub cache_prefix: Option<String>,
    /// Seconds that a cached fact holds; 0 for ever; none for a day.
    pub cache_seconds: Option<u64>,
    /// `--flush-cache`: forget what is cached before the run.
    pub flush: bool,
}

/// When facts are gathered without being asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Gathering {
    /// By every play that does not say no.
    #[default]
    Implicit,
    /// Only by plays that say yes.
    Explicit,
    /// Once a host.
    Smart,
}

/// Where things beside the project are looked for. Those of a file of settings are relative to that file.
#[derive(Clone, Debug, Default)]
pub struct Paths {
    /// Searched after `roles/` beside the playbook.
    pub roles: Vec<PathBuf>,
    pub collections: Vec<PathBuf>,
    /// Own modules: `-M` first, then `library`.
    pub modules: Vec<PathBuf>,
    /// Where temporary files go on a host, when asked for.
    pub remote_tmp: Option<String>,
    /// The shell for `shell` tasks that do not say.
    pub executable: Option<String>,
    /// What `vault edit` starts.
    pub editor: Option<String>,
}

impl Paths {
    /// Where Ansible looks if nobody says otherwise; below `home` is what `ansible-galaxy` installs for one user.
    pub fn usual(home: &Path) -> Paths {
        let below = |dir: &str| [home, Path::new("/usr/share/ansible")].map(|base| base.join(dir)).to_vec();
        let roles = [below("roles"), vec![PathBuf::from("/etc/ansible/roles")]].concat();
        Paths { roles, collections: below("collections"), ..Paths::default() }
    }
}
