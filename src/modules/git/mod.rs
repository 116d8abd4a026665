//! `git`

mod words;

use super::argument::PathText;
use super::{ArgumentError, FileAttributes, Module, files};
use crate::host::{Carried, Change, Effect, Failure, Fields, Plan, Probe, Report, Run, git, text};
use std::path::Path;

module! {
    /// Gets a repository, at a branch, a tag or a commit.
    ///
    /// ```yaml
    /// - git: { repo: "https://example.org/app.git", dest: /srv/app, version: v1.2, depth: 1 }
    /// ```
    Git "git" {
        /// Where it comes from.
        repo ["name"]: String;
        /// Where it goes.
        dest: PathText;
        /// A branch, a tag, a commit.
        version: String = "HEAD";
        /// What the place is called that it comes from.
        remote: String = "origin";
        /// What is fetched beside.
        refspec: Option<String>;
        /// How many commits are fetched.
        depth: Option<i64>;
        /// Gets it where it is not there.
        clone: bool = true;
        /// Fetches what is new where it is there.
        update: bool = true;
        /// Throws away what has been changed in it.
        force: bool = false;
        /// Has no files, only what they are made from.
        bare: bool = false;
        /// Gets what it refers to.
        recursive: bool = true;
        /// Gets only what the version needs.
        single_branch: bool = false;
        /// Takes the newest of what it refers to.
        track_submodules: bool = false;
        /// Fails where the commit is not signed.
        verify_commit: bool = false;
        /// Keys that count for that.
        gpg_allowlist ["gpg_whitelist"]: Vec<String>;
        /// A key for SSH.
        key_file: Option<PathText>;
        /// Takes any key of the server.
        accept_hostkey: bool = false;
        /// Takes a key of the server that is new.
        accept_newhostkey: bool = false;
        /// More options for SSH.
        ssh_opts: Option<String>;
        /// Another program for git.
        executable: Option<PathText>;
        /// A repository of the host that has much of it.
        reference: Option<String>;
        /// The mask of new files.
        umask: Option<String>;
        /// Where what it is made from lies.
        separate_git_dir: Option<PathText>;
        /// A file that its files are packed into.
        archive: Option<PathText>;
        /// What their names begin with there.
        archive_prefix: Option<String>;
    }
}

impl Module for Git {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let dest = self.dest.on(host)?;
        let place = text::from_path(&dest);
        let there = if self.bare { dest.join("config") } else { dest.join(".git") };
        if host.stage() > 0 {
            return Ok(Plan::nothing());
        }
        if !host.exists(&there)? {
            return self.get(host, &dest, &place);
        }
        let before = git::head(host, &place)?;
        let result = Fields::new()
            .with("before", before.clone())
            .with("after", before.clone())
            .with("remote_url_changed", false);
        if !self.update {
            return Ok(Plan::say(result));
        }
        let asked = if self.repo.is_empty() { &self.remote } else { &self.repo };
        let wanted = git::remote_commit(host, asked, &self.version, self.ssh_command().as_deref())?;
        let wanted = wanted.or_else(|| git::is_commit(&self.version).then(|| self.version.clone()));
        let same_place = git::remote_url(host, &place, &self.remote)?.is_none_or(|url| url == self.repo);
        let dirty = !self.bare && git::is_dirty(host, &place)?;
        if wanted
            .as_deref()
            .is_some_and(|wanted| before.as_deref().is_some_and(|before| before.starts_with(wanted)))
            && same_place
            && !(dirty && self.force)
        {
            return Ok(Plan::say(result));
        }
        if dirty && !self.force {
            return Err(Failure::new(format!(
                "files in `{place}` have been changed; `force: true` throws that away"
            ))
            .with("before", before));
        }
        let mut plan = Plan { result: result.with("remote_url_changed", !same_place), ..Plan::default() };
        if !same_place {
            plan.push(self.run(host, &words::set_url(self, &place), Vec::new(), &place, wanted.as_deref()));
        }
        for argv in words::update(self, &place, wanted.as_deref()) {
            plan.push(self.run(host, &argv, Vec::new(), &place, wanted.as_deref()));
        }
        Ok(plan)
    }

    fn report(&self, host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        let mut result = carried.result.clone();
        if carried.changed() {
            let place = text::from_path(&self.dest.on(host)?);
            let after = git::head(host, &place)?;
            result.set("after", after);
        }
        Ok(result.into())
    }

    fn check(&self) -> Vec<ArgumentError> {
        let bad = [("repo", &self.repo), ("version", &self.version), ("remote", &self.remote)];
        let wrong = bad.into_iter().filter(|(_, value)| value.starts_with('-'));
        wrong
            .map(|(name, value)| ArgumentError::new(name, format!("`{value}` would be taken for an option")))
            .collect()
    }
}

impl Git {
    fn get(&self, host: &dyn Probe, dest: &Path, place: &str) -> Result<Plan, Failure> {
        if !self.clone {
            let wanted = git::remote_commit(host, &self.repo, &self.version, self.ssh_command().as_deref())?;
            return Ok(Plan::say(
                Fields::new().with("before", crate::host::Data::Null).with("after", wanted),
            ));
        }
        if host.is_directory(dest)? && !host.list(dest)?.is_empty() && !self.force {
            return Err(Failure::new(format!("`{place}` is there, is no repository, and is not empty")));
        }
        let parent = dest.parent().unwrap_or(Path::new("/"));
        let mut plan = Plan::say(
            Fields::new().with("before", crate::host::Data::Null).with("remote_url_changed", false),
        );
        if !host.is_directory(parent)? {
            plan.changes = files::directories(host, parent, &FileAttributes::none())?;
        }
        let wanted = git::remote_commit(host, &self.repo, &self.version, self.ssh_command().as_deref())?;
        let marker = if self.bare { dest.join("config") } else { dest.join(".git") };
        let owner = host.me();
        let effects = vec![
            Effect::Directory { path: dest.to_owned(), mode: 0o755, owner },
            if self.bare {
                Effect::File { path: marker, mode: 0o644, owner }
            } else {
                Effect::Directory { path: marker, mode: 0o755, owner }
            },
            Effect::Anything,
        ];
        let mut effects = Some(effects);
        for argv in words::get(self, place) {
            plan.push(self.run(host, &argv, effects.take().unwrap_or_default(), place, wanted.as_deref()));
        }
        Ok(plan)
    }

    fn run(
        &self,
        _host: &dyn Probe,
        argv: &[String],
        effects: Vec<Effect>,
        place: &str,
        wanted: Option<&str>,
    ) -> Change {
        let mut environment = vec![("GIT_TERMINAL_PROMPT".to_owned(), "0".to_owned())];
        environment.extend(self.ssh_command().map(|command| ("GIT_SSH_COMMAND".to_owned(), command)));
        let mut effects = effects;
        effects.extend(git::becomes(place, wanted));
        let umask = self.umask.as_deref().and_then(|umask| u32::from_str_radix(umask, 8).ok());
        Change::Run(Run { argv: argv.to_vec(), environment, umask, counts: true, effects, ..Run::default() })
    }

    fn program(&self) -> &str {
        self.executable.as_ref().map_or("git", |path| path.0.as_str())
    }

    fn ssh_command(&self) -> Option<String> {
        let mut words = Vec::new();
        if self.accept_hostkey {
            words.extend(["-o", "StrictHostKeyChecking=no"].map(str::to_owned));
        } else if self.accept_newhostkey {
            words.extend(["-o", "StrictHostKeyChecking=accept-new"].map(str::to_owned));
        }
        if let Some(key) = &self.key_file {
            words.extend(["-i".to_owned(), key.0.clone(), "-o".to_owned(), "IdentitiesOnly=yes".to_owned()]);
        }
        let more = self.ssh_opts.clone().unwrap_or_default();
        if words.is_empty() && more.is_empty() {
            return None;
        }
        Some(format!("ssh -o BatchMode=yes {} {more}", crate::host::words::join(&words)))
    }
}
