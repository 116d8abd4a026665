//! A run on tape: events made by hand, and what each reporter prints of them.

use provision::host::{Attribute, Data, Fields, Shown, TextChange};
use provision::report::{
    Activity, Event, HostName, Output, Recap, Redactor, Result, Screen, Sink, Status, TaskInfo, TaskKind,
    choose,
};
use provision::source::{Diagnostic, FileId, Sources, Span};
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Events in the order in which they came, and the texts that they point into.
pub struct Tape {
    pub events: Vec<Event>,
    pub sources: Arc<Sources>,
    pub redactor: Arc<Redactor>,
    file: FileId,
    tasks: usize,
}

/// The playbook that tasks of a tape point into.
const PLAYBOOK: &str = "\
- name: matrix servers
  hosts: all
  roles:
    - matrix-base
  tasks:
    - name: install config
      template:
        src: nginx.conf.j2
        dest: \"{{ matrix_base }}/nginx.conf\"
";

impl Tape {
    pub fn new() -> Tape {
        let sources = Arc::new(Sources::default());
        let file = sources.add(Path::new("/project/site.yml"), PLAYBOOK);
        Tape { events: Vec::new(), sources, redactor: Arc::new(Redactor::default()), file, tasks: 0 }
    }

    /// The place of a text in the playbook.
    pub fn span(&self, text: &str) -> Span {
        let start = PLAYBOOK.find(text).expect("stands in the playbook");
        Span::new(self.file, start, start + text.len())
    }

    pub fn push(&mut self, event: Event) -> &mut Tape {
        self.events.push(event);
        self
    }

    pub fn play(&mut self, name: &str, hosts: &[&str]) -> &mut Tape {
        let hosts = hosts.iter().map(|name| host(name)).collect();
        let span = self.span("- name: matrix");
        self.push(Event::Play { name: name.to_owned(), hosts, span, lockstep: true })
    }

    /// A task of no role, announced.
    pub fn task(&mut self, name: &str, action: &str) -> Arc<TaskInfo> {
        self.task_of(None, name, action, TaskKind::Task)
    }

    pub fn task_of(&mut self, role: Option<&str>, name: &str, action: &str, kind: TaskKind) -> Arc<TaskInfo> {
        self.tasks += 1;
        let task = Arc::new(TaskInfo {
            number: self.tasks,
            kind,
            name: name.to_owned(),
            action: action.to_owned(),
            role: role.map(Into::into),
            check_mode: false,
            span: self.span("name: install"),
            position: Vec::new(),
        });
        self.push(Event::Task { task: task.clone() });
        task
    }

    pub fn done(&mut self, on: &str, task: &Arc<TaskInfo>, result: Result) -> &mut Tape {
        self.push(Event::Done { host: host(on), task: task.clone(), looped: false, result: Box::new(result) })
    }

    pub fn loop_done(&mut self, on: &str, task: &Arc<TaskInfo>, result: Result) -> &mut Tape {
        self.push(Event::Done { host: host(on), task: task.clone(), looped: true, result: Box::new(result) })
    }

    pub fn item(&mut self, on: &str, task: &Arc<TaskInfo>, label: &str, result: Result) -> &mut Tape {
        let label = label.to_owned();
        self.push(Event::Item { host: host(on), task: task.clone(), label, result: Box::new(result) })
    }

    pub fn activity(&mut self, on: &str, activity: Activity) -> &mut Tape {
        self.push(Event::Activity { host: host(on), activity })
    }

    pub fn end(&mut self) -> &mut Tape {
        self.push(Event::End { interrupted: false })
    }

    /// What a reporter prints of the tape: the output, and the error output after it.
    pub fn print(&self, output: &Output, screen: Screen) -> String {
        let (out, err) = (Paper::default(), Paper::default());
        let sink = Sink::to(Box::new(out.clone()), Box::new(err.clone()), self.redactor.clone());
        let (mut show, _) = choose(output, screen, self.sources.clone(), sink);
        let mut recap = Recap::new(output.dry_run);
        for event in &self.events {
            let event = self.redactor.event(event.clone());
            recap.add(&event);
            show.event(&event);
        }
        recap.took = Duration::from_millis(83_400);
        show.end(&recap);
        let err = err.text();
        if err.is_empty() { out.text() } else { format!("{}--- errors\n{err}", out.text()) }
    }

    pub fn plain(&self, output: &Output) -> String {
        let screen = Screen { is_terminal: false, columns: 80, rows: 24 };
        self.print(output, screen)
    }
}

#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl Paper {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

pub fn host(name: &str) -> HostName {
    name.into()
}

/// A result with this status and `changed` as it follows from it.
pub fn result(status: Status) -> Result {
    Result {
        status,
        ignored: false,
        message: None,
        data: Fields::new().with("changed", status == Status::Changed).into(),
        changes: Vec::new(),
        diagnostic: None,
        no_log: false,
        diff: None,
        delegated_to: None,
        delegated_address: None,
        took: Duration::from_millis(12),
    }
}

pub fn ok() -> Result {
    result(Status::Ok)
}

pub fn skipped() -> Result {
    result(Status::Skipped)
}

pub fn changed(changes: Vec<Shown>) -> Result {
    Result { changes, ..result(Status::Changed) }
}

pub fn failed(message: &str) -> Result {
    let data = Fields::new().with("changed", false).with("msg", message).into();
    Result { message: Some(message.to_owned()), data, ..result(Status::Failed) }
}

pub fn unreachable(message: &str) -> Result {
    let data = Fields::new().with("changed", false).with("msg", message).with("unreachable", true).into();
    Result { message: Some(message.to_owned()), data, ..result(Status::Unreachable) }
}

/// The same result with other data.
pub fn with(result: Result, fields: Fields) -> Result {
    Result { data: Data::Map(fields), ..result }
}

pub fn written(path: &str, before: &str, after: &str) -> Shown {
    let text = TextChange::Text { before: before.to_owned(), after: after.to_owned() };
    Shown { text: Some(text), ..Shown::new("write", path) }
}

pub fn attribute(change: Shown, name: &str, before: Option<&str>, after: Option<&str>) -> Shown {
    let mut attributes = change.attributes;
    attributes.push(Attribute {
        name: name.to_owned(),
        before: before.map(str::to_owned),
        after: after.map(str::to_owned),
    });
    Shown { attributes, ..change }
}

/// The run that all reporters are shown: two hosts, of which one fails, and a third that cannot be reached.
pub fn matrix() -> Tape {
    let mut tape = Tape::new();
    tape.play("matrix servers", &["web1", "web2", "db1"]);
    for name in ["web1", "web2", "db1"] {
        tape.activity(name, Activity::Connecting);
    }
    let facts = tape.task("Gathering Facts", "gather_facts");
    tape.done("web1", &facts, ok());
    tape.done("db1", &facts, unreachable("cannot connect to db1 port 22: connection refused"));
    tape.activity("db1", Activity::Finished);
    tape.done("web2", &facts, ok());
    base(&mut tape);
    nginx(&mut tape);
    tape.activity("web1", Activity::Finished);
    tape.end();
    tape
}

fn base(tape: &mut Tape) {
    let task = tape.task_of(Some("matrix-base"), "ensure directories exist", "file", TaskKind::Task);
    for name in ["web1", "web2"] {
        for path in ["/matrix", "/matrix/nginx"] {
            let made = attribute(Shown::new("directory", path), "mode", None, Some("0750"));
            tape.item(name, &task, path, changed(vec![made]));
        }
        let data = Fields::new().with("changed", true).with("results", Data::List(Vec::new()));
        tape.loop_done(name, &task, with(changed(Vec::new()), data));
    }
    let task = tape.task("only on debian", "apt");
    tape.done("web1", &task, skipped());
    tape.done("web2", &task, skipped());
    let task = tape.task("say it", "debug");
    tape.done("web1", &task, with(ok(), Fields::new().with("changed", false).with("msg", "two\nlines")));
    tape.done("web2", &task, with(ok(), Fields::new().with("changed", false).with("msg", "one")));
}

fn nginx(tape: &mut Tape) {
    let task = tape.task("install config", "template");
    let before = "worker_processes 1;\nevents {}\n";
    let write = written("/matrix/nginx/nginx.conf", before, "worker_processes auto;\nevents {}\n");
    let write = attribute(write, "mode", Some("0644"), Some("0640"));
    tape.done("web1", &task, changed(vec![write]));
    let place = tape.span("matrix_base }}");
    let wrong = Diagnostic::error("`matrix_base` is not defined")
        .at(Span { end: place.start + 11, ..place })
        .hint("did you mean `matrix_base_path`?");
    let message = "`matrix_base` is not defined";
    let data = Fields::new().with("msg", format!("Task failed: {message}"));
    let result = Result { diagnostic: Some(Box::new(wrong)), ..with(failed(message), data) };
    tape.done("web2", &task, result);
    tape.activity("web2", Activity::Finished);
    tape.push(Event::Notified { host: host("web1"), handler: "restart nginx".to_owned() });
    let task = tape.task("try it", "command");
    let data = Fields::new()
        .with("changed", true)
        .with("cmd", vec!["nginx", "-t", "-c", "a b"])
        .with("rc", 1_i64)
        .with("stdout", "")
        .with("stderr", "nginx: [emerg] unknown directive\nnginx: test failed")
        .with("msg", "non-zero return code");
    tape.done("web1", &task, Result { ignored: true, ..with(failed("non-zero return code"), data) });
    let task = tape.task_of(None, "restart nginx", "service", TaskKind::Handler);
    tape.done("web1", &task, changed(vec![Shown::new("restart", "nginx.service")]));
}
