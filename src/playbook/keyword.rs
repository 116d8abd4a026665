//! The words of the language that are no modules, and where each may stand.

/// A keyword that plays, roles, blocks or tasks may have and that those inside inherit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Keyword {
    AnyErrorsFatal,
    Become,
    BecomeExe,
    BecomeFlags,
    BecomeMethod,
    BecomeUser,
    CheckMode,
    Connection,
    DelegateFacts,
    DelegateTo,
    Diff,
    IgnoreErrors,
    IgnoreUnreachable,
    NoLog,
    Port,
    RemoteUser,
    RunOnce,
    Throttle,
    Timeout,
}

/// Every inherited keyword with its name.
const NAMES: &[(&str, Keyword)] = &[
    ("any_errors_fatal", Keyword::AnyErrorsFatal),
    ("become", Keyword::Become),
    ("become_exe", Keyword::BecomeExe),
    ("become_flags", Keyword::BecomeFlags),
    ("become_method", Keyword::BecomeMethod),
    ("become_user", Keyword::BecomeUser),
    ("check_mode", Keyword::CheckMode),
    ("connection", Keyword::Connection),
    ("delegate_facts", Keyword::DelegateFacts),
    ("delegate_to", Keyword::DelegateTo),
    ("diff", Keyword::Diff),
    ("ignore_errors", Keyword::IgnoreErrors),
    ("ignore_unreachable", Keyword::IgnoreUnreachable),
    ("no_log", Keyword::NoLog),
    ("port", Keyword::Port),
    ("remote_user", Keyword::RemoteUser),
    ("run_once", Keyword::RunOnce),
    ("throttle", Keyword::Throttle),
    ("timeout", Keyword::Timeout),
];

/// Keywords that collect what stands around them instead of replacing it, or that are read apart.
pub(super) const COLLECTED: &[&str] =
    &["collections", "debugger", "environment", "module_defaults", "name", "notify", "tags", "vars", "when"];

/// What only a task may have; `with_*` beside these.
pub(super) const TASK: &[&str] = &[
    "action",
    "args",
    "async",
    "changed_when",
    "delay",
    "failed_when",
    "listen",
    "local_action",
    "loop",
    "loop_control",
    "poll",
    "register",
    "retries",
    "until",
];

/// What only a block may have.
pub(super) const BLOCK: &[&str] = &["always", "block", "rescue"];

/// What only a play may have.
pub(super) const PLAY: &[&str] = &[
    "fact_path",
    "force_handlers",
    "gather_facts",
    "gather_subset",
    "gather_timeout",
    "handlers",
    "hosts",
    "max_fail_percentage",
    "order",
    "post_tasks",
    "pre_tasks",
    "roles",
    "serial",
    "strategy",
    "tasks",
    "validate_argspec",
    "vars_files",
    "vars_prompt",
];

/// Words of Ansible before 2.0, with what to write today.
pub(super) const OLD: &[(&str, &str)] = &[
    ("sudo", "become"),
    ("sudo_user", "become_user"),
    ("sudo_pass", "ansible_become_password"),
    ("su", "become` and `become_method: su"),
    ("su_user", "become_user` and `become_method: su"),
    ("always_run", "check_mode: false"),
    ("user", "remote_user"),
    ("accelerate", "nothing in its place"),
    ("only_if", "when"),
    ("first_available_file", "with_first_found"),
];

impl Keyword {
    /// The keyword with this name.
    pub fn named(name: &str) -> Option<Keyword> {
        NAMES.iter().find(|(known, _)| *known == name).map(|(_, keyword)| *keyword)
    }

    /// The name that users write.
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(_, keyword)| *keyword == self).map_or("", |(name, _)| name)
    }

    /// Every name of an inherited keyword.
    pub fn names() -> impl Iterator<Item = &'static str> {
        NAMES.iter().map(|(name, _)| *name)
    }
}
