//! `--step`: the person at the terminal is asked before each task, once for all hosts.

use super::Run;
use crate::report::TaskInfo;
use std::collections::HashMap;
use std::sync::Mutex;

/// What was answered.
#[derive(Debug, Default)]
pub struct Steps {
    answers: Mutex<Answers>,
}

#[derive(Debug, Default)]
struct Answers {
    /// Whether the task of this number is carried out.
    tasks: HashMap<usize, bool>,
    /// Nothing more is asked.
    goes_on: bool,
}

impl Run {
    /// Whether `--step` lets this task run.
    pub fn step(&self, task: &TaskInfo) -> bool {
        if !self.settings.execution.step {
            return true;
        }
        let mut answers = super::lock(&self.steps.answers);
        if answers.goes_on {
            return true;
        }
        if let Some(known) = answers.tasks.get(&task.number) {
            return *known;
        }
        let question = format!("Perform task: TASK: {} (N)o/(y)es/(c)ontinue", task.name);
        let answer = self.ask(&question, true).unwrap_or_default().trim().to_lowercase();
        answers.goes_on = matches!(answer.as_str(), "c" | "continue");
        let runs = answers.goes_on || matches!(answer.as_str(), "y" | "yes");
        answers.tasks.insert(task.number, runs);
        runs
    }
}
