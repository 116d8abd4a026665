//! Ansible's order of precedence: the one list of it.

/// Where a variable was set. Later levels win over earlier ones.
///
/// Source: "Understanding variable precedence" in Ansible's documentation, least to greatest. Its first level,
/// options of the command line such as `-u`, holds no variables and is kept to make the numbers the same.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(u8)]
pub enum Level {
    CommandLine = 1,
    RoleDefaults,
    InventoryGroupVars,
    GroupVarsAllBesideInventory,
    GroupVarsAllBesidePlaybook,
    GroupVarsBesideInventory,
    GroupVarsBesidePlaybook,
    InventoryHostVars,
    HostVarsBesideInventory,
    HostVarsBesidePlaybook,
    Facts,
    PlayVars,
    PlayPrompts,
    PlayVarsFiles,
    RoleVars,
    BlockVars,
    TaskVars,
    IncludeVars,
    SetFacts,
    RoleParams,
    IncludeParams,
    ExtraVars,
}

impl Level {
    /// All levels, the least first.
    pub const ALL: [Level; 22] = [
        Level::CommandLine,
        Level::RoleDefaults,
        Level::InventoryGroupVars,
        Level::GroupVarsAllBesideInventory,
        Level::GroupVarsAllBesidePlaybook,
        Level::GroupVarsBesideInventory,
        Level::GroupVarsBesidePlaybook,
        Level::InventoryHostVars,
        Level::HostVarsBesideInventory,
        Level::HostVarsBesidePlaybook,
        Level::Facts,
        Level::PlayVars,
        Level::PlayPrompts,
        Level::PlayVarsFiles,
        Level::RoleVars,
        Level::BlockVars,
        Level::TaskVars,
        Level::IncludeVars,
        Level::SetFacts,
        Level::RoleParams,
        Level::IncludeParams,
        Level::ExtraVars,
    ];

    /// The name of the level as `explain` prints it.
    pub fn name(self) -> &'static str {
        match self {
            Level::CommandLine => "command line options",
            Level::RoleDefaults => "role defaults",
            Level::InventoryGroupVars => "group vars in the inventory",
            Level::GroupVarsAllBesideInventory => "group_vars/all beside the inventory",
            Level::GroupVarsAllBesidePlaybook => "group_vars/all beside the playbook",
            Level::GroupVarsBesideInventory => "group_vars beside the inventory",
            Level::GroupVarsBesidePlaybook => "group_vars beside the playbook",
            Level::InventoryHostVars => "host vars in the inventory",
            Level::HostVarsBesideInventory => "host_vars beside the inventory",
            Level::HostVarsBesidePlaybook => "host_vars beside the playbook",
            Level::Facts => "facts",
            Level::PlayVars => "play vars",
            Level::PlayPrompts => "play vars_prompt",
            Level::PlayVarsFiles => "play vars_files",
            Level::RoleVars => "role vars",
            Level::BlockVars => "block vars",
            Level::TaskVars => "task vars",
            Level::IncludeVars => "include_vars",
            Level::SetFacts => "set_fact and register",
            Level::RoleParams => "role parameters",
            Level::IncludeParams => "include parameters",
            Level::ExtraVars => "extra vars",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Level;

    #[test]
    fn the_list_is_in_order_and_whole() {
        assert!(Level::ALL.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(Level::ALL.last(), Some(&Level::ExtraVars));
        assert_eq!(Level::ExtraVars as usize, Level::ALL.len());
    }
}
