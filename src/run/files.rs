//! Files of the controller that a call needs: found, read, rendered.

use super::Run;
use super::halt::Trouble;
use super::interpreter::Interpreter;
use super::task_scope::At;
use crate::control::Arguments;
use crate::host::Content;
use crate::modules::{Entry, EntryKind, Need, Source};
use crate::source::Diagnostic;
use crate::template::{self, Overrides, Scope};
use crate::vars::Value;
use std::path::{Path, PathBuf};

impl Interpreter {
    /// What the controller sends along with a call.
    pub async fn source(&mut self, arguments: &Arguments, need: Need, at: &At) -> Result<Source, Trouble> {
        match need {
            Need::File { src, directory } => self.file(arguments, &src, directory, at),
            Need::Tree { src, filter } => self.whole_tree(arguments, &src, &filter, at),
            Need::OwnModule { name } => self.own_module(arguments, &name),
            Need::Template { src } => self.template(arguments, &src, at).await,
            Need::Unit { template, arguments: component } => {
                self.unit(arguments, &template, component, at).await
            }
        }
    }

    fn file(&self, arguments: &Arguments, src: &str, directory: bool, at: &At) -> Result<Source, Trouble> {
        let path = self.find(src, "files", at).map_err(|tried| self.no_file(arguments, src, &tried))?;
        if path.is_dir() {
            return match directory {
                true => self.tree(arguments, &path),
                false => Err(Diagnostic::error(format!("`{src}` is a directory"))
                    .at(arguments.span_of("src"))
                    .into()),
            };
        }
        let content = self.content(arguments, &path)?;
        Ok(Source::File { name: file_name(&path), content, mode: mode_of(&path) })
    }

    /// A file is nowhere on the controller; in a dry run, an earlier task may be about to put it there.
    pub(super) fn no_file(&self, arguments: &Arguments, src: &str, tried: &[PathBuf]) -> Trouble {
        let here = self.run.host("localhost").filter(|_| self.run.settings.execution.dry_run);
        match here.is_some_and(|here| here.would_differ()) {
            true => Trouble::Depends(format!("`{src}`, which is not on the controller yet")),
            false => no_file(arguments, src, tried),
        }
    }

    fn tree(&self, arguments: &Arguments, root: &Path) -> Result<Source, Trouble> {
        let mut entries = Vec::new();
        self.below(arguments, root, root, &mut entries)?;
        Ok(Source::Tree { name: file_name(root), entries })
    }

    fn below(
        &self,
        arguments: &Arguments,
        root: &Path,
        dir: &Path,
        out: &mut Vec<Entry>,
    ) -> Result<(), Trouble> {
        let failed = |path: &Path, error: std::io::Error| {
            let message = format!("cannot read `{}`: {error}", path.display());
            of_src(arguments, Diagnostic::error(message))
        };
        let follow = arguments.value("local_follow").is_none_or(crate::control::truth);
        let mut paths: Vec<PathBuf> = Vec::new();
        for entry in std::fs::read_dir(dir).map_err(|error| failed(dir, error))? {
            paths.push(entry.map_err(|error| failed(dir, error))?.path());
        }
        paths.sort();
        for path in paths {
            let meta = std::fs::symlink_metadata(&path).map_err(|error| failed(&path, error))?;
            let relative = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
            let mode = mode_of(&path).unwrap_or(0o644);
            let stays_link = meta.is_symlink() && (!follow || !path.exists() || leads_up(&path));
            let is_directory = path.is_dir() && !stays_link;
            let kind = if is_directory {
                EntryKind::Directory
            } else if stays_link {
                let target = std::fs::read_link(&path).map_err(|error| failed(&path, error))?;
                EntryKind::Link(target.to_string_lossy().into_owned())
            } else {
                EntryKind::File(self.content(arguments, &path)?)
            };
            out.push(Entry { path: relative, mode, kind, origin: None });
            if is_directory {
                self.below(arguments, root, &path, out)?;
            }
        }
        Ok(())
    }

    /// The content of a file of the controller, decrypted where it is a vault.
    pub fn content(&self, arguments: &Arguments, path: &Path) -> Result<Content, Trouble> {
        let decrypt = arguments.value("decrypt").is_none_or(crate::control::truth);
        self.run
            .contents
            .of_file(path, |text| match decrypt {
                true => self.run.decrypt_file(path, text),
                false => Ok(None),
            })
            .map_err(|diagnostic| Trouble::from(diagnostic.label(arguments.span_of("src"), "needed here")))
    }

    async fn template(&mut self, arguments: &Arguments, src: &str, at: &At) -> Result<Source, Trouble> {
        let path = self.find(src, "templates", at).map_err(|tried| self.no_file(arguments, src, &tried))?;
        let overrides = overrides(arguments);
        let (text, span) = self.run.template_source(&path).map_err(|error| of_src(arguments, error))?;
        let inner = At { dir: path.parent().unwrap_or(Path::new("")).into(), ..at.clone() };
        let inner = self.run.template_variables(&inner, &self.scope(&inner), src, &path);
        let inner =
            inner.with("template_destpath", arguments.value("dest").cloned().unwrap_or_else(Value::none));
        let rendered = self
            .evaluate(&inner, |engine, scope| engine.template_text(&text, span, &overrides, scope))
            .await?;
        if rendered.is_secret() || span.is_secret() {
            self.run.secret(&rendered.str().unwrap_or_default());
        }
        let text = rendered
            .str()
            .map_err(|_| Diagnostic::error(format!("`{src}` gives no text")).at(arguments.span))?;
        let content = self.run.contents.inline(crate::host::text::to_bytes(&text));
        Ok(Source::File { name: file_name(&path), content, mode: mode_of(&path) })
    }

    /// The unit of a component: the one template, with the component's arguments.
    async fn unit(
        &mut self,
        arguments: &Arguments,
        name: &str,
        component: crate::host::Fields,
        at: &At,
    ) -> Result<Source, Trouble> {
        let at = at.with("component", Value::from(component));
        let found = self.find(name, "templates", &at);
        let own =
            found.ok().map(|path| self.run.template_source(&path).map_err(|error| of_src(arguments, error)));
        let (text, span) = match own {
            Some(source) => source?,
            None => self.run.built_in_template(name, crate::run::UNIT_TEMPLATE),
        };
        let overrides = overrides(arguments);
        let rendered =
            self.evaluate(&at, |engine, scope| engine.template_text(&text, span, &overrides, scope)).await?;
        let text = rendered.str().map_err(|_| Diagnostic::error("the unit is no text").at(arguments.span))?;
        let content = self.run.contents.inline(text.into_bytes());
        Ok(Source::File { name: name.to_owned(), content, mode: None })
    }

    /// A file in the places where relative names are looked for; those that were tried if there is none.
    pub fn find(&self, name: &str, folder: &str, at: &At) -> Result<PathBuf, Vec<PathBuf>> {
        if name.is_empty() {
            return Err(Vec::new());
        }
        let given = self.run.expand(name);
        if given.is_absolute() {
            return if given.exists() { Ok(given) } else { Err(vec![given]) };
        }
        let layers = self.scope(at).layers;
        let mut dirs = super::magic::search_dirs(&layers);
        dirs.push(self.play.play.dir.clone());
        let mut tried = Vec::new();
        for path in dirs.iter().flat_map(|dir| [dir.join(folder).join(name), dir.join(name)]) {
            if path.exists() {
                return Ok(path);
            }
            if !tried.contains(&path) {
                tried.push(path);
            }
        }
        Err(tried)
    }
}

impl Run {
    /// Variables that a template has beside those of its task, which are in `scope`.
    pub fn template_variables(&self, at: &At, scope: &dyn Scope, src: &str, path: &Path) -> At {
        let managed = self.settings.language.ansible_managed.as_deref();
        let variables = template::variables_of_file(src, path, managed, scope);
        variables.into_iter().fold(at.clone(), |at, (name, value)| at.with(name, value))
    }
}

fn overrides(arguments: &Arguments) -> Overrides {
    let flag = |name: &str| arguments.value(name).map(crate::control::truth);
    let text = |name: &str| arguments.value(name).and_then(|value| value.str().ok());
    Overrides {
        trim_blocks: flag("trim_blocks"),
        lstrip_blocks: flag("lstrip_blocks"),
        newline_sequence: text("newline_sequence"),
        variable_start_string: text("variable_start_string"),
        variable_end_string: text("variable_end_string"),
        block_start_string: text("block_start_string"),
        block_end_string: text("block_end_string"),
        comment_start_string: text("comment_start_string"),
        comment_end_string: text("comment_end_string"),
        ..Overrides::default()
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Whether a link leads to a directory that it is in, which nobody can follow to the end.
fn leads_up(link: &Path) -> bool {
    let target = link.canonicalize();
    let within = link.parent().and_then(|parent| parent.canonicalize().ok());
    target.is_ok_and(|target| within.is_some_and(|within| within.starts_with(target)))
}

fn mode_of(path: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).ok().map(|meta| meta.permissions().mode() & 0o7777)
}

fn no_file(arguments: &Arguments, src: &str, tried: &[PathBuf]) -> Trouble {
    let shown: Vec<String> = tried.iter().map(|path| format!("`{}`", path.display())).collect();
    let message = format!("there is no file `{src}`");
    Diagnostic::error(message)
        .at(arguments.span_of("src"))
        .hint(format!("looked for {}", shown.join(", ")))
        .told_alone(not_found(src, tried))
        .into()
}

/// That a file of the controller is not there, in the words that playbooks look for.
pub(super) fn not_found(name: &str, tried: &[PathBuf]) -> String {
    let places: String = tried.iter().map(|path| format!("\n\t{}", path.display())).collect();
    let hint =
        "If you are using a module and expect the file to exist on the remote, see the remote_src option";
    format!("Could not find or access '{name}'\nSearched in:{places} on the Ansible Controller.\n{hint}")
}

/// Why the file that `src` names cannot be had.
fn of_src(arguments: &Arguments, error: Diagnostic) -> Trouble {
    error.at(arguments.span_of("src")).into()
}
