//! `unarchive`

use super::argument::{Mode, PathText};
use super::place::Placement;
use super::web;
use super::{ArgumentError, FileAttributes, Module, Need, Source, files};
use crate::host::tar::{Member, MemberKind};
use crate::host::{
    Carried, Change, Content, Failure, Fields, Owner, Plan, Probe, Report, Stored, Time, glob, text, unpack,
    users,
};
use std::path::{Path, PathBuf};
use std::sync::Arc;

module! {
    /// Unpacks an archive: tar, also packed with gzip, xz, bzip2 or zstd, or zip.
    ///
    /// Only what differs is written, and a dry run shows it file by file.
    ///
    /// ```yaml
    /// - unarchive: { src: app.tar.gz, dest: /srv/app, owner: app }
    /// - unarchive: { src: /tmp/app.zip, dest: /srv, remote_src: true, creates: /srv/app/run }
    /// ```
    Unarchive "unarchive" {
        /// The archive: of the controller, or with `remote_src` of the host, or an address.
        src: String;
        /// The directory that it is unpacked in.
        dest: PathText;
        /// Takes `src` from the host or from the web.
        remote_src: bool = false;
        /// Is not unpacked when this is there.
        creates: Option<PathText>;
        /// Tells the names in it.
        list_files: bool = false;
        /// What is left out, by patterns.
        exclude: Vec<String>;
        /// What is unpacked, by patterns; all if nothing is said.
        include: Vec<String>;
        /// Leaves files alone that are newer.
        keep_newer: bool = false;
        /// Options for tar; `--strip-components=N` and `--no-same-owner` are known.
        extra_opts: Vec<String>;
        /// The opposite of `remote_src`.
        copy: Option<bool>;
        /// Decrypts a file of the controller that is encrypted.
        decrypt: bool = true;
        /// Means nothing here.
        io_buffer_size: Option<i64>;
        /// Whether the certificate of the server must be good.
        validate_certs: bool = true;
    } with { attributes: FileAttributes } attached { archive: Option<Arc<Source>> }
}

impl Module for Unarchive {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let dest = self.dest.on(host)?;
        if let Some(creates) = &self.creates
            && !glob::expand(host, &creates.on(host)?)?.is_empty()
        {
            let because = format!("skipped, since {} exists", creates.0);
            return Err(Failure::Skipped { because, result: Fields::new() });
        }
        if !host.is_directory(&dest)? {
            return Err(host.missing(format!("dest '{}' must be an existing dir", dest.display())));
        }
        let members = unpack::members(host, &self.archive(host)?)?;
        let members: Vec<Member> = members.into_iter().filter_map(|member| self.wanted(member)).collect();
        let mut plan = Plan::say(self.said(&dest, &members));
        for member in &members {
            plan.changes.extend(self.put(host, &dest, member, &plan.changes)?);
        }
        Ok(plan)
    }

    fn report(&self, host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        let mut result = carried.result.clone();
        files::describe(host, &self.dest.on(host)?, &mut result)?;
        Ok(result.into())
    }

    fn check(&self) -> Vec<ArgumentError> {
        let both = !self.exclude.is_empty() && !self.include.is_empty();
        if both { vec![ArgumentError::new("include", exclusive!("include|exclude"))] } else { Vec::new() }
    }

    fn need(&self) -> Option<Need> {
        (!self.is_remote()).then(|| Need::File { src: self.src.clone(), directory: false })
    }

    fn attach(&mut self, source: Arc<Source>) -> Result<(), String> {
        self.archive = Some(source);
        Ok(())
    }
}

impl Unarchive {
    fn is_remote(&self) -> bool {
        self.remote_src || self.copy == Some(false)
    }

    fn archive(&self, host: &dyn Probe) -> Result<Stored, Failure> {
        if let Some(Source::File { content, .. }) = self.archive.as_deref() {
            return host.stored(content);
        }
        if self.src.contains("://") {
            return web::fetch_stored(host, &self.src, self.validate_certs, 30);
        }
        let path = PathText(self.src.clone()).on(host)?;
        if !host.exists(&path)? {
            return Err(host.missing(format!("`{}` does not exist", path.display())));
        }
        host.open(&path)
    }

    fn said(&self, dest: &Path, members: &[Member]) -> Fields {
        let mut said = Fields::new()
            .with("dest", text::from_path(dest))
            .with("src", self.src.as_str())
            .with("handler", handler(&self.src));
        if self.list_files {
            let name = |member: &Member| {
                format!("{}{}", member.path, if member.kind == MemberKind::Directory { "/" } else { "" })
            };
            said.set("files", members.iter().map(name).collect::<Vec<_>>());
        }
        said
    }

    /// The member as it is to be unpacked; `None` when it is not.
    fn wanted(&self, mut member: Member) -> Option<Member> {
        let like = |patterns: &[String]| {
            let fits = |pattern: &String| {
                let pattern = pattern.trim_end_matches('/');
                glob::matches(pattern, &member.path) || member.path.starts_with(&format!("{pattern}/"))
            };
            patterns.iter().any(fits)
        };
        if like(&self.exclude) || !self.include.is_empty() && !like(&self.include) {
            return None;
        }
        let strip = self.strip();
        let parts: Vec<&str> = member.path.split('/').skip(strip).collect();
        let path = parts.join("/");
        if let MemberKind::HardLink(target) = &mut member.kind {
            *target = target.split('/').skip(strip).collect::<Vec<_>>().join("/");
        }
        (!path.is_empty()).then_some(Member { path, ..member })
    }

    fn strip(&self) -> usize {
        let mut options = self.extra_opts.iter();
        while let Some(option) = options.next() {
            let number = match option.strip_prefix("--strip-components=").or(option.strip_prefix("--strip="))
            {
                Some(number) => Some(number),
                None if option == "--strip-components" => options.next().map(String::as_str),
                None => None,
            };
            if let Some(number) = number.and_then(|number| number.parse().ok()) {
                return number;
            }
        }
        0
    }

    fn put(
        &self,
        host: &dyn Probe,
        dest: &Path,
        member: &Member,
        before: &[Change],
    ) -> Result<Vec<Change>, Failure> {
        let path = dest.join(text::to_path(&member.path));
        let attributes = self.attributes_of(host, member)?;
        let made = |path: &Path| {
            before.iter().any(|change| matches!(change, Change::Directory { path: made, .. } if made == path))
        };
        let mut changes = Vec::new();
        let parent = path.parent().unwrap_or(dest).to_owned();
        let parent = parent.as_path();
        self.refuse_links(host, dest, parent)?;
        if !made(parent) && !host.is_directory(parent)? {
            let missing =
                files::directories(host, parent, &FileAttributes { mode: None, ..attributes.clone() })?;
            changes.extend(missing.into_iter().filter(|change| !before.contains(change)));
        }
        match &member.kind {
            MemberKind::Directory => match host.follow(&path)? {
                Some(stat) if stat.is_directory() => changes.extend(attributes.changes(host, &path, &stat)?),
                _ if made(&path) => {}
                _ => {
                    let mode = attributes.mode(host, 0o755, true);
                    let owner = attributes.owner(host, files::owner_of_new(host, &path)?)?;
                    changes.push(Change::Directory { path, mode, owner });
                }
            },
            MemberKind::Link(target) => {
                let (target, found) = (text::to_path(target), host.link_at(&path)?);
                if found.as_ref() != Some(&target) {
                    changes.push(Change::Link { path, target, before: found });
                }
            }
            MemberKind::HardLink(target) => {
                let target = dest.join(text::to_path(target));
                let same = host
                    .stat(&path)?
                    .zip(host.stat(&target)?)
                    .is_some_and(|(a, b)| a.inode == b.inode && a.inode != 0);
                if !same {
                    changes.push(Change::HardLink { path, target });
                }
            }
            MemberKind::File(content) => {
                let content = content.clone();
                changes.extend(self.put_file(host, path, (member, content), (&attributes, made(parent)))?)
            }
        }
        Ok(changes)
    }

    fn put_file(
        &self,
        host: &dyn Probe,
        path: PathBuf,
        (member, content): (&Member, Content),
        (attributes, new_directory): (&FileAttributes, bool),
    ) -> Result<Vec<Change>, Failure> {
        let modified = Some(Time { seconds: member.modified, nanoseconds: 0 });
        if new_directory || host.stat(&path)?.is_none() {
            return Ok(vec![Change::Write(crate::host::Write {
                mode: attributes.mode(host, 0o644, false),
                owner: attributes.owner(host, files::owner_of_new(host, &path)?)?,
                path,
                content,
                before: None,
                validate: None,
                in_place: false,
                modified,
            })]);
        }
        if self.keep_newer && host.stat(&path)?.is_some_and(|stat| stat.modified.seconds > member.modified) {
            return Ok(Vec::new());
        }
        let placement = Placement {
            dest: path,
            content,
            attributes,
            preserved: Some(member.mode),
            backup: false,
            force: true,
            follow: false,
            validate: None,
        };
        Ok(placement.plan(host)?.changes)
    }

    /// An archive must not write through a link that it, or somebody else, has put inside.
    fn refuse_links(&self, host: &dyn Probe, dest: &Path, parent: &Path) -> Result<(), Failure> {
        let inside = host.resolve(dest)?;
        if host.resolve(parent)?.starts_with(&inside) {
            return Ok(());
        }
        Err(Failure::new(format!("`{}` leads out of `{}`", parent.display(), dest.display())))
    }

    /// What is asked for, else what the archive says.
    fn attributes_of(&self, host: &dyn Probe, member: &Member) -> Result<FileAttributes, Failure> {
        let mut attributes = self.attributes.clone();
        attributes.mode = attributes.mode.or(Some(Mode::Octal(member.mode)));
        let same_owner =
            host.me().uid == 0 && !self.extra_opts.iter().any(|option| option == "--no-same-owner");
        if same_owner {
            let named = Owner {
                uid: users::user(host, &member.user)?.map_or(member.uid, |user| user.uid),
                gid: users::group(host, &member.group)?.map_or(member.gid, |group| group.gid),
            };
            attributes.owner = attributes.owner.or(Some(named.uid.to_string()));
            attributes.group = attributes.group.or(Some(named.gid.to_string()));
        }
        Ok(attributes)
    }
}

/// Ansible's name for what unpacks an archive of this name.
fn handler(src: &str) -> &'static str {
    let known = [
        (".zip", "ZipArchive"),
        (".tar", "TarArchive"),
        (".bz2", "TarBzipArchive"),
        (".xz", "TarXzArchive"),
        (".zst", "TarZstdArchive"),
    ];
    known.iter().find(|(ending, _)| src.ends_with(ending)).map_or("TgzArchive", |(_, name)| name)
}
