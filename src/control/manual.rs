//! What the words that act on the controller do, in one line each.

/// The one line about a word.
pub fn summary(word: &str) -> &'static str {
    match word {
        "add_host" => "Adds a host to the inventory of this run.",
        "assert" => "Fails unless all conditions hold.",
        "debug" => "Prints a message or the value of a variable.",
        "fail" => "Fails with a message.",
        "fetch" => "Takes a file of the host to the controller.",
        "group_by" => "Puts the host into a group that is named by a value.",
        "import_playbook" => "Puts the plays of another playbook in this place, when the files are read.",
        "import_role" => "Puts the tasks of a role in this place, when the files are read.",
        "import_tasks" => "Puts the tasks of a file in this place, when the files are read.",
        "include" => "The older word for `include_tasks` and `import_tasks`.",
        "include_role" => "Runs the tasks of a role, which is named when the task is reached.",
        "include_tasks" => "Runs the tasks of a file, which is named when the task is reached.",
        "include_vars" => "Reads variables from a file or a directory when the task is reached.",
        "meta" => {
            "Tells the run itself something: `flush_handlers`, `end_play`, `end_host`, `refresh_inventory`, ..."
        }
        "pause" => "Waits for a time, or for the person at the terminal.",
        "reboot" => "Reboots the host and waits until it can be worked on again.",
        "set_fact" => "Sets variables of the host for the rest of the run.",
        "set_stats" => "Notes values that the recap shows.",
        "synchronize" => {
            "Makes a directory of the host the same as one of the controller, or the other way round."
        }
        "validate_argument_spec" => "Checks variables against a description of arguments.",
        "wait_for_connection" => "Waits until the host can be worked on.",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_word_has_its_line() {
        let without: Vec<&str> =
            super::super::names().filter(|word| super::summary(word).is_empty()).collect();
        assert!(without.is_empty(), "{without:?}");
    }
}
