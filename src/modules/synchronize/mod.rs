//! `synchronize`

mod options;
mod rules;
mod work;

pub use rules::Rules;

use super::argument::PathText;
use super::{ArgumentError, Module, Need, Source, tree};
use crate::host::{Content, Failure, Fields, Plan, Probe, base64, text};
use options::Options;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use work::Work;

choices! {
    /// Which way files go.
    Direction { Push = "push", Pull = "pull" }
}

module! {
    /// Makes a directory of the host the same as one of the controller, or the other way round.
    ///
    /// It means what rsync means, over the connection that there is: neither side needs rsync. Only what differs travels. With
    /// `delegate_to` the host itself, both directories are on the host.
    ///
    /// ```yaml
    /// - synchronize: { src: site/, dest: /srv/site, delete: true, rsync_opts: ["--exclude=.git"] }
    /// - synchronize: { src: /var/log/app/, dest: logs/, mode: pull }
    /// ```
    Synchronize "synchronize" {
        /// Where files come from; with a slash at its end, what is in the directory.
        src: String;
        /// Where they go.
        dest: String;
        /// Which way: `push` to the host, `pull` from it.
        mode: Direction = "push";
        /// Turns on `recursive`, `links`, `perms`, `times`, `owner` and `group`, unless they say otherwise.
        archive: bool = true;
        /// Means nothing here: contents are always compared.
        checksum: bool = false;
        /// Means nothing here: the connection decides.
        compress: bool = true;
        /// Leaves out what is not at the destination yet.
        existing_only: bool = false;
        /// Removes what is not at the source.
        delete: bool = false;
        /// Makes directories without what is in them.
        dirs: bool = false;
        /// Takes what is in directories.
        recursive: Option<bool>;
        /// Takes links as links.
        links: Option<bool>;
        /// Takes what links lead to.
        copy_links: bool = false;
        /// Keeps permissions.
        perms: Option<bool>;
        /// Keeps the times of changes.
        times: Option<bool>;
        /// Keeps owners, by name; only root can.
        owner: Option<bool>;
        /// Keeps groups, by name; only root can.
        group: Option<bool>;
        /// Options of rsync: `--exclude`, `--include`, `--chmod`, `--chown` and those that the arguments stand for.
        rsync_opts: Vec<String>;
        /// Means nothing here.
        rsync_path: Option<String>;
        /// Means nothing here.
        rsync_timeout: i64 = 0;
        /// Means nothing here.
        dest_port: Option<i64>;
        /// Means nothing here.
        set_remote_user: bool = true;
        /// Means nothing here.
        use_ssh_args: bool = false;
        /// Means nothing here.
        ssh_args: Option<String>;
        /// Means nothing here.
        ssh_connection_multiplexing: bool = false;
        /// Means nothing here: files are put in place whole.
        partial: bool = false;
        /// Means nothing here: hosts are always verified.
        verify_host: bool = false;
        /// Means nothing here.
        private_key: Option<PathText>;
        /// Means nothing here: files are put in place whole.
        delay_updates: bool = true;
        /// Is not supported.
        link_dest: Vec<String>;
    } attached { source: Option<Arc<Source>> }
}

impl Module for Synchronize {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        if self.mode == Direction::Pull && self.source.is_none() {
            return self.offer(host);
        }
        let wishes = self.wishes()?;
        let source = match &self.source {
            Some(source) => source.as_ref().clone(),
            None => {
                let src = PathText(self.src.clone()).on(host)?;
                tree::read_filtered(host, &src, &wishes.filter(), &mut |path| host.file_content(path))?
            }
        };
        let dest = PathText(self.dest.clone());
        let place = dest.on(host)?;
        let into = dest.ends_with_slash() || host.is_directory(&place)?;
        let Source::Tree { name, entries } = &source else {
            return Err("the tree was not sent along".into());
        };
        let is_file = entries.first().is_some_and(|entry| entry.kind != super::EntryKind::Directory);
        let top = top(&place, name, is_file, self.src.ends_with('/'), into);
        let (plan, lines) = Work::new(host, &wishes, top).plan(entries)?;
        let result = Fields::new()
            .with("cmd", format!("synchronize {} {}", self.src, self.dest))
            .with("msg", lines.iter().map(|line| format!("{line}\n")).collect::<String>())
            .with("stdout_lines", lines)
            .with("rc", 0);
        Ok(Plan { result, ..plan })
    }

    fn check(&self) -> Vec<ArgumentError> {
        let remote = |path: &str| path.contains("::") || path.starts_with("rsync://") || is_of_a_host(path);
        let (name, message) = if !self.link_dest.is_empty() {
            ("link_dest", "`link_dest` is not supported".to_owned())
        } else if let Err(message) = Options::read(&self.rsync_opts) {
            ("rsync_opts", message)
        } else if remote(&self.src) {
            ("src", "`src` is a path: the host is that of the task".to_owned())
        } else if remote(&self.dest) {
            ("dest", "`dest` is a path: the host is that of the task".to_owned())
        } else {
            return Vec::new();
        };
        vec![ArgumentError::new(name, message)]
    }

    fn need(&self) -> Option<Need> {
        let wishes = self.wishes().ok()?;
        (self.mode == Direction::Push).then(|| Need::Tree { src: self.src.clone(), filter: wishes.filter() })
    }

    fn attach(&mut self, source: Arc<Source>) -> Result<(), String> {
        self.source = Some(source);
        Ok(())
    }
}

/// `host:path`, where no slash stands before the colon.
fn is_of_a_host(path: &str) -> bool {
    path.split_once(':').is_some_and(|(host, _)| !host.is_empty() && !host.contains('/'))
}

/// What is taken of a tree.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Filter {
    pub rules: Rules,
    /// Whether what is in directories is taken.
    pub recursive: bool,
    /// Whether the top itself is taken when it is a directory.
    pub directories: bool,
    /// Whether what links lead to is taken in their place.
    pub copy_links: bool,
    /// Whether the name of the top is part of paths, as rules see them.
    pub named: bool,
}

/// All that the arguments and options wish.
#[derive(Clone, PartialEq, Debug)]
struct Wishes {
    options: Options,
    recursive: bool,
    directories: bool,
    links: bool,
    copy_links: bool,
    perms: bool,
    times: bool,
    owner: bool,
    group: bool,
    delete: bool,
    existing_only: bool,
    named: bool,
}

impl Filter {
    /// Whether a name below a top of that name is left out.
    pub fn excludes(&self, top: &str, path: &str, is_directory: bool) -> bool {
        match self.named {
            true => self.rules.exclude(&format!("{top}/{path}"), is_directory),
            false => self.rules.exclude(path, is_directory),
        }
    }
}

impl Wishes {
    fn filter(&self) -> Filter {
        Filter {
            rules: self.options.rules.clone(),
            recursive: self.recursive,
            directories: self.directories || self.recursive,
            copy_links: self.copy_links,
            named: self.named,
        }
    }
}

impl Synchronize {
    fn wishes(&self) -> Result<Wishes, String> {
        let options = Options::read(&self.rsync_opts)?;
        let archive = options.flag("archive").unwrap_or(self.archive);
        let of = |name: &str, given: Option<bool>| options.flag(name).or(given).unwrap_or(archive);
        let on = |name: &str, given: bool| options.flag(name).unwrap_or(given);
        Ok(Wishes {
            recursive: of("recursive", self.recursive),
            directories: on("dirs", self.dirs),
            links: of("links", self.links),
            copy_links: on("copy_links", self.copy_links),
            perms: of("perms", self.perms),
            times: of("times", self.times),
            owner: of("owner", self.owner) || options.user.is_some(),
            group: of("group", self.group) || options.group.is_some(),
            delete: on("delete", self.delete) || on("delete_excluded", false),
            existing_only: on("existing_only", self.existing_only),
            named: !self.src.ends_with('/'),
            options,
        })
    }

    /// For `pull`: what the host has, so that the controller can ask for what it lacks.
    fn offer(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let src = PathText(self.src.clone()).on(host)?;
        let mut named = |path: &Path| {
            let size = host.follow(path)?.map_or(0, |stat| stat.size);
            Ok(Content::OnHost { path: text::from_path(path), hash: host.hash(path)?, size })
        };
        let source = tree::read_filtered(host, &src, &self.wishes()?.filter(), &mut named)?;
        let bytes = rmp_serde::to_vec_named(&source).map_err(|error| error.to_string())?;
        Ok(Plan::say(Fields::new().with(OFFER, base64::encode(&bytes))))
    }
}

/// The field of a result that holds what a host has.
pub const OFFER: &str = "_offer";

/// What a host said that it has.
///
/// # Errors
///
/// Where it said something else.
pub fn offered(text: &str) -> Result<Source, String> {
    let bytes = base64::decode(text).ok_or("no base64")?;
    rmp_serde::from_slice(&bytes).map_err(|error| error.to_string())
}

/// Where a tree, or the one file that it is, goes.
pub fn top(dest: &Path, name: &str, is_file: bool, inside: bool, into: bool) -> PathBuf {
    let below = if is_file { into } else { !inside };
    if below { dest.join(text::to_path(name)) } else { dest.to_owned() }
}
