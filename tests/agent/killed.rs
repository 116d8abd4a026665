//! An agent that is killed before every single system call of a change: what is there is old or new, and the next run
//! leaves nothing else.

use crate::place::{Place, ask, names};
use provision::host::{Fields, json};
use provision::wire::Outcome;
use rustix::fs::inotify;
use std::collections::HashMap;
use std::mem::MaybeUninit;
use std::os::unix::fs::{MetadataExt, lchown, symlink};
use std::path::Path;

/// A change: the module, its arguments, and what is at `a` before. `W` stands for the directory.
struct Change {
    module: &'static str,
    arguments: &'static str,
    before: Before,
}

enum Before {
    Nothing,
    Text(&'static str),
    Link(&'static str),
}

const CHANGES: [Change; 10] = [
    Change {
        module: "copy",
        arguments: r#"{"dest": "W/a", "content": "new\n", "mode": "0640", "owner": "daemon", "group": "daemon"}"#,
        before: Before::Text("old\n"),
    },
    Change {
        module: "copy",
        arguments: r#"{"dest": "W/a", "content": "new\n", "mode": "0600", "owner": "daemon"}"#,
        before: Before::Nothing,
    },
    Change {
        module: "copy",
        arguments: r#"{"dest": "W/a", "content": "new\n", "backup": true, "validate": "test -s %s"}"#,
        before: Before::Text("old\n"),
    },
    Change {
        module: "copy",
        arguments: r#"{"dest": "W/a", "src": "W/large", "remote_src": true, "mode": "0604"}"#,
        before: Before::Text("old\n"),
    },
    Change {
        module: "lineinfile",
        arguments: r#"{"path": "W/a", "regexp": "^old", "line": "new", "mode": "0600"}"#,
        before: Before::Text("first\nold\n"),
    },
    Change {
        module: "blockinfile",
        arguments: r#"{"path": "W/a", "block": "new", "create": true, "mode": "0600"}"#,
        before: Before::Nothing,
    },
    Change {
        module: "replace",
        arguments: r#"{"path": "W/a", "regexp": "old", "replace": "new", "owner": "daemon"}"#,
        before: Before::Text("old old\n"),
    },
    Change {
        module: "get_url",
        arguments: r#"{"url": "file://W/large", "dest": "W/a", "mode": "0604", "force": true}"#,
        before: Before::Text("old\n"),
    },
    Change {
        module: "file",
        arguments: r#"{"path": "W/a", "state": "link", "src": "new", "force": true}"#,
        before: Before::Link("old"),
    },
    Change {
        module: "file",
        arguments: r#"{"path": "W/a", "state": "hard", "src": "W/large", "force": true}"#,
        before: Before::Text("old\n"),
    },
];

/// What a name is: all of it but its times.
#[derive(PartialEq, Debug)]
struct Look {
    mode: u32,
    owner: (u32, u32),
    holds: Vec<u8>,
}

fn look(path: &Path) -> Option<Look> {
    let meta = std::fs::symlink_metadata(path).ok()?;
    let target = std::fs::read_link(path).map(|target| target.to_string_lossy().into_owned().into_bytes());
    let holds = target.unwrap_or_else(|_| std::fs::read(path).unwrap());
    Some(Look { mode: meta.mode(), owner: (meta.uid(), meta.gid()), holds })
}

impl Change {
    fn prepare(&self, place: &Place) {
        for name in names(place.work.path()) {
            std::fs::remove_file(place.path(&name)).unwrap();
        }
        std::fs::write(place.path("large"), vec![b'x'; (1 << 20) + 1]).unwrap();
        match self.before {
            Before::Nothing => {}
            Before::Text(text) => {
                std::fs::write(place.path("a"), text).unwrap();
                lchown(place.path("a"), Some(2), Some(2)).unwrap();
            }
            Before::Link(target) => symlink(target, place.path("a")).unwrap(),
        }
    }

    async fn run(&self, place: &Place, before: &[&str]) -> Option<Outcome> {
        let arguments = self.arguments.replace('W', place.work.path().to_str().unwrap());
        let fields: Fields = json::parse(&arguments).unwrap().as_map().unwrap().clone();
        let mut agent = place.start("", before);
        let reply = ask(&mut agent, self.module, fields).await.map(|(reply, _)| reply);
        agent.wait().await.unwrap();
        reply.map(|reply| reply.outcome)
    }

    /// How often the agent was killed.
    async fn survives(&self) -> usize {
        let place = Place::new();
        self.prepare(&place);
        let old = look(&place.path("a"));
        let trace = place.path("trace");
        let outcome = self.run(&place, &["strace", "-f", "-o", trace.to_str().unwrap()]).await;
        assert_eq!(outcome, Some(Outcome::Changed), "{} {}", self.module, self.arguments);
        let calls = calls(&std::fs::read_to_string(&trace).unwrap());
        let new = look(&place.path("a"));
        assert_ne!(old, new);
        let mut killed = 0;
        for (name, count) in &calls {
            self.prepare(&place);
            let watch = Watch::new(place.work.path());
            let (only, inject) = (format!("trace={name}"), format!("inject={name}:signal=KILL:when={count}"));
            let strace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", &only, "-e", &inject];
            killed += usize::from(self.run(&place, &strace).await.is_none());
            let found = look(&place.path("a"));
            let moment = format!("{} {}: killed at {name} {count}", self.module, self.arguments);
            assert!(found == old || found == new, "{moment}: {found:?}");
            watch.assert_whole("a", &moment);
            assert_private(&place, new.as_ref().unwrap(), &moment);
            self.run(&place, &[]).await.unwrap();
            assert_eq!(look(&place.path("a")), new, "{moment}");
            assert!(!names(place.work.path()).iter().any(|name| name.starts_with('.')), "{moment}");
        }
        killed
    }
}

/// What lies beside shows the new content to nobody who may not see it in the end.
fn assert_private(place: &Place, new: &Look, moment: &str) {
    for name in names(place.work.path()).into_iter().filter(|name| name.starts_with('.')) {
        let beside = look(&place.path(&name)).unwrap();
        let is_private = beside.mode & 0o777 == 0o600 && [0, new.owner.0].contains(&beside.owner.0);
        let is_ready = (beside.mode, beside.owner) == (new.mode, new.owner);
        // A backup has the owner of what it is a copy of.
        let is_of_old = beside.owner == (2, 2);
        assert!(
            is_private || is_ready || is_of_old || beside.mode & 0o170_000 == 0o120_000,
            "{moment}: {beside:?}"
        );
    }
}

/// The system calls of the change: each with how often its thread has made one of that name. The change is what that thread
/// does which puts `a` in place, from the first look at the directory to a little after.
fn calls(trace: &str) -> Vec<(String, usize)> {
    let split = |line: &str| {
        let (thread, call) = line.split_once(' ')?;
        let (name, arguments) = call.trim().split_once('(')?;
        Some((thread.to_owned(), name.to_owned(), arguments.to_owned()))
    };
    let all: Vec<_> = trace.lines().filter_map(split).filter(|(_, name, _)| !name.contains(' ')).collect();
    let is_placing = |name: &str, arguments: &str| name == "renameat" && arguments.contains("\"a\"");
    let thread = &all.iter().find(|(_, name, arguments)| is_placing(name, arguments)).unwrap().0;
    let of_thread: Vec<_> = all.iter().filter(|(other, ..)| other == thread).collect();
    let begin = of_thread.iter().position(|(_, name, _)| name == "openat2").unwrap();
    let end = of_thread.iter().rposition(|(_, name, arguments)| is_placing(name, arguments)).unwrap() + 6;
    let mut counts: HashMap<&str, usize> = HashMap::new();
    let mut found = Vec::new();
    for (index, (_, name, _)) in of_thread.iter().enumerate().take(end) {
        let count = counts.entry(name).or_default();
        *count += 1;
        // What changes nothing but the agent itself need not be told apart.
        if index >= begin
            && !matches!(name.as_str(), "fcntl" | "close" | "mmap" | "munmap" | "brk" | "prlimit64")
        {
            found.push((name.clone(), *count));
        }
    }
    found
}

/// What happens in a directory.
struct Watch(rustix::fd::OwnedFd);

impl Watch {
    fn new(directory: &Path) -> Watch {
        let watch = inotify::init(inotify::CreateFlags::NONBLOCK | inotify::CreateFlags::CLOEXEC).unwrap();
        let flags = inotify::WatchFlags::CREATE
            | inotify::WatchFlags::MODIFY
            | inotify::WatchFlags::ATTRIB
            | inotify::WatchFlags::DELETE
            | inotify::WatchFlags::MOVED_TO;
        inotify::add_watch(&watch, directory, flags).unwrap();
        Watch(watch)
    }

    /// The name was never made, written into, changed or taken away: it came whole.
    fn assert_whole(&self, name: &str, moment: &str) {
        let mut buffer = [MaybeUninit::uninit(); 4096];
        let mut events = inotify::Reader::new(&self.0, &mut buffer);
        while let Ok(event) = events.next() {
            let is_it = event.file_name().is_some_and(|found| found.to_bytes() == name.as_bytes());
            assert!(
                !is_it || event.events() == inotify::ReadFlags::MOVED_TO,
                "{moment}: {:?}",
                event.events()
            );
        }
    }
}

/// Nor is a new file ever readable by others before it has its mode (CVE-2020-1736).
#[tokio::test]
async fn what_is_killed_at_any_call_is_old_or_new() {
    let killed: usize =
        futures::future::join_all(CHANGES.iter().map(Change::survives)).await.into_iter().sum();
    println!("killed {killed} agents");
    assert!(killed > 200, "only {killed} agents were killed");
}
