//! `module_defaults`: arguments of a module that stand around its tasks.

use super::halt::Trouble;
use super::interpreter::Interpreter;
use super::task_scope::At;
use crate::playbook::Action;
use crate::vars::{Map, Value};

/// The groups of modules that `module_defaults` may name, and what the names of their modules begin with.
const GROUPS: &[(&str, &str)] = &[
    ("docker", "docker_"),
    ("ansible.builtin.docker", "docker_"),
    ("community.docker.docker", "docker_"),
    ("community.general.docker", "docker_"),
    ("community.mysql.all", "mysql_"),
    ("community.postgresql.all", "postgresql_"),
];

impl Interpreter {
    /// What `module_defaults` around the task give the module: those of its groups count less than those of its own name.
    pub async fn defaults(&mut self, action: &Action, at: &At) -> Result<Map, Trouble> {
        let around = self.defaults_around(at).await?;
        let mut names: Vec<Value> = around.keys().filter(|name| is_group_of(name, action)).cloned().collect();
        if !around.is_empty() {
            names.extend(self.manager(action, at).await?.map(Value::from));
        }
        names.push(Value::from(action.word()));
        let mut defaults = Map::new();
        for values in names.iter().filter_map(|name| around.get(name)) {
            let values = self.evaluate(at, |engine, scope| engine.resolve(values, scope)).await?;
            defaults.extend(values.as_entries().map(|values| (*values).clone()).unwrap_or_default());
        }
        Ok(defaults)
    }

    /// All `module_defaults` around a task. Of those with one name the innermost are meant, alone.
    async fn defaults_around(&mut self, at: &At) -> Result<Map, Trouble> {
        let levels: Vec<Vec<Value>> =
            at.frame.all_keywords().map(|keywords| keywords.module_defaults.clone()).collect();
        let mut around = Map::new();
        for level in levels.iter().rev().flatten() {
            let level = self.evaluate(at, |engine, scope| engine.shallow(level, scope)).await?;
            for (name, values) in level.as_entries().unwrap_or_default().iter() {
                let name = crate::modules::canonical(name.as_str().unwrap_or_default());
                around.insert(Value::from(name), values.clone());
            }
        }
        Ok(around)
    }

    /// The module that `service` or `package` stands for, as the facts of the host say: its defaults count too.
    async fn manager(&mut self, action: &Action, at: &At) -> Result<Option<String>, Trouble> {
        let fact = match action.word() {
            "service" => "ansible_facts.service_mgr | default('')",
            "package" => "ansible_facts.pkg_mgr | default('')",
            _ => return Ok(None),
        };
        self.text_given_by(fact, at).await
    }
}

fn is_group_of(name: &Value, action: &Action) -> bool {
    let group = name.as_str().and_then(|name| name.strip_prefix("group/"));
    GROUPS.iter().any(|(known, start)| Some(*known) == group && action.word().starts_with(start))
}
