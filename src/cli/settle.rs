//! Settings from what was typed over what is configured. Nothing else reads either.

use super::args::{
    BecomeArgs, ConnectionArgs, HostArgs, Language, OldBecomeArgs, ProjectArgs, RunArgs, VaultArgs,
};
use super::command::Command;
use super::config;
use super::module::ModuleArgs;
use super::surroundings::Surroundings;
use crate::host::{BETWEEN_RUNS, RUNS};
use crate::report::{Format, Switch};
use crate::settings::{ExtraVars, Paths, Settings, Templates, VaultIdentity, VaultSecret};
use crate::source::{Diagnostic, Diagnostics, Severity, Sources, Span};
use std::path::{Path, PathBuf};

/// The inventory of those who name none.
const USUAL_INVENTORY: &str = "/etc/ansible/hosts";

impl Settings {
    /// What a command means here. Texts that were typed become sources, so that messages can point into them.
    ///
    /// # Errors
    /// All that is wrong with what was typed or configured.
    pub fn of(
        command: &Command,
        place: &dyn Surroundings,
        sources: &Sources,
    ) -> Result<Settings, Diagnostics> {
        let mut found = Diagnostics::default();
        let paths = Paths::usual(&config::expanded("~/.ansible", place));
        let mut settings = Settings { directory: place.directory(), paths, ..Settings::default() };
        settings.look(place);
        config::apply(&mut settings, place, sources, &mut found);
        if let Some(project) = command.project() {
            settings.project(project, place, sources, &mut found);
        }
        match command {
            Command::Run(run) => settings.run(run),
            Command::Apply(apply) => settings.run(&apply.saved.arguments),
            Command::Drift(run) => {
                let run = RunArgs { dry_run: true, exit_code: true, ..RunArgs::clone(run) };
                settings.run(&run);
            }
            Command::Lint(lint) => settings.playbooks.clone_from(&lint.playbooks),
            Command::Explain(explain) => settings.asked(&explain.host, place),
            Command::Eval(eval) => settings.asked(&eval.host, place),
            Command::Render(render) => settings.asked(&render.host, place),
            Command::Inventory(shown) => {
                let named = shown.playbook_dir.as_deref().map(|dir| absolute(dir, place));
                settings.inventory.beside = named.or_else(|| Some(place.directory()));
                settings.facts.flush = shown.flush_cache;
            }
            Command::Module(module) => settings.module(module, place),
            Command::Vault(vault) => {
                settings.vaults(vault.act.passwords(), place);
                settings.vaults.encrypt_with =
                    vault.act.encrypt_with().map(str::to_owned).or(settings.vaults.encrypt_with.take());
            }
            _ => {}
        }
        settings.complete(place);
        let (errors, warnings) = found.all.into_iter().partition(|one| one.severity == Severity::Error);
        settings.warnings.extend(warnings);
        if Vec::is_empty(&errors) { Ok(settings) } else { Err(Diagnostics { all: errors }) }
    }

    /// The playbook that a question is about, where there is one.
    fn asked(&mut self, typed: &HostArgs, place: &dyn Surroundings) {
        let usual = Path::new("site.yml");
        let usual = place.is_file(usual).then(|| usual.to_owned());
        self.playbooks = typed.playbook.clone().or(usual).into_iter().collect();
    }

    /// What the environment says of the terminal, and of the runs that have started this one.
    fn look(&mut self, place: &dyn Surroundings) {
        let runs = place.variable(RUNS).unwrap_or_default();
        self.execution.within = runs.split_terminator(BETWEEN_RUNS).map(str::to_owned).collect();
        self.output.dumb = place.variable("TERM").is_some_and(|term| term == "dumb");
        if place.variable("NO_COLOR").is_some() {
            self.output.colour = Switch::Off;
        }
    }

    fn project(
        &mut self,
        typed: &ProjectArgs,
        place: &dyn Surroundings,
        sources: &Sources,
        found: &mut Diagnostics,
    ) {
        if !typed.inventory.is_empty() {
            self.inventory.sources = typed.inventory.iter().map(|source| inventory(source, place)).collect();
            self.inventory.given = true;
        }
        replace(&mut self.selection.limit, &typed.limit);
        for text in &typed.extra_vars {
            self.extra_vars.extend(found.take(extra_vars(text, place, sources)));
        }
        let configured = std::mem::take(&mut self.paths.modules);
        let typed_paths = typed.module_paths().map(|path| path_of(&path.to_string_lossy(), place));
        self.paths.modules = typed_paths.chain(configured).collect();
        match typed.language {
            Some(Language::Classic) => self.language.templates = Templates::Classic,
            Some(Language::Native) => self.language.templates = Templates::Native,
            None => {}
        }
        if typed.verbose > 0 {
            self.output.verbosity = typed.verbose;
        }
        if typed.no_color {
            self.output.colour = Switch::Off;
        }
        self.connection(&typed.connection, place, found);
        self.becoming(&typed.becoming, place, found);
        self.vaults(&typed.vault, place);
    }

    fn connection(&mut self, typed: &ConnectionArgs, place: &dyn Surroundings, found: &mut Diagnostics) {
        let connection = &mut self.connection;
        replace(&mut connection.user, &typed.user);
        replace(&mut connection.kind, &typed.connection);
        replace(&mut connection.private_key, &typed.private_key.as_deref().map(|path| absolute(path, place)));
        replace(&mut connection.timeout, &typed.timeout);
        replace(&mut connection.ssh_common_args, &typed.ssh_common_args);
        replace(&mut connection.ssh_extra_args, &typed.ssh_extra_args);
        let file = typed.connection_password_file.as_deref().map(|path| absolute(path, place));
        replace(&mut connection.password_file, &file);
        connection.ask_password |= typed.ask_pass;
        self.execution.lock_wait = typed.lock_wait;
        if typed.forks.is_some() {
            self.execution.forks = typed.forks.and_then(|forks| usize::try_from(forks).ok());
        }
        let without =
            [("--sftp-extra-args", &typed.sftp_extra_args), ("--scp-extra-args", &typed.scp_extra_args)];
        let names: Vec<String> = without
            .iter()
            .filter(|(_, value)| value.is_some())
            .map(|(name, _)| format!("`{name}`"))
            .collect();
        if !names.is_empty() {
            let message = format!("options without a meaning here: {}", names.join(", "));
            found.push(Diagnostic::warning(message).hint("neither sftp nor scp is used"));
        }
    }

    fn becoming(&mut self, typed: &BecomeArgs, place: &dyn Surroundings, found: &mut Diagnostics) {
        let becoming = &mut self.becoming;
        becoming.on |= typed.r#become;
        replace(&mut becoming.user, &typed.become_user);
        replace(&mut becoming.method, &typed.become_method);
        let file = typed.become_password_file.as_deref().map(|path| absolute(path, place));
        replace(&mut becoming.password_file, &file);
        becoming.ask_password |= typed.ask_become_pass;
        if typed.old != OldBecomeArgs::default() {
            self.become_of_old(&typed.old, found);
        }
    }

    fn become_of_old(&mut self, typed: &OldBecomeArgs, found: &mut Diagnostics) {
        let becoming = &mut self.becoming;
        becoming.on |= typed.sudo || typed.su || typed.sudo_user.is_some() || typed.su_user.is_some();
        replace(&mut becoming.user, &typed.su_user);
        replace(&mut becoming.user, &typed.sudo_user);
        let is_su = typed.su || typed.su_user.is_some();
        replace(&mut becoming.method, &is_su.then(|| "su".to_owned()));
        becoming.ask_password |= typed.ask_sudo_pass;
        let warning = Diagnostic::warning("the options of `sudo` and `su` are old");
        let hint = "`--become`, `--become-user`, `--become-method` and `--ask-become-pass` say the same";
        found.push(warning.hint(hint));
    }

    /// Configured ids come first, then typed ids, typed files, the configured file, the question.
    fn vaults(&mut self, typed: &VaultArgs, place: &dyn Surroundings) {
        let vaults = &mut self.vaults;
        vaults.identities.extend(typed.vault_id.iter().map(|text| identity(text, place)));
        let file = |text: &String| VaultIdentity { id: "default".to_owned(), secret: secret(text, place) };
        vaults.identities.extend(typed.vault_password_file.iter().map(file));
        vaults.ask |= typed.ask_vault_pass;
    }

    fn run(&mut self, typed: &RunArgs) {
        self.playbooks.clone_from(&typed.playbooks);
        let (selection, execution) = (&mut self.selection, &mut self.execution);
        selection.tags.extend(words(&typed.tags));
        selection.skip_tags.extend(words(&typed.skip_tags));
        selection.roles = words(&typed.role);
        selection.shard = typed.shard;
        selection.start_at_task.clone_from(&typed.start_at_task);
        execution.dry_run = typed.dry_run;
        execution.diff = (execution.diff || typed.diff || typed.dry_run) && !typed.no_diff;
        execution.exit_code = typed.exit_code;
        execution.window = typed.window.and_then(|window| usize::try_from(window).ok());
        execution.step = typed.step;
        execution.force_handlers |= typed.force_handlers;
        execution.prune |= typed.prune;
        self.facts.flush = typed.flush_cache;
        self.listing.hosts = typed.list_hosts;
        self.listing.tasks = typed.list_tasks;
        self.listing.tags = typed.list_tags;
        self.listing.syntax_check = typed.syntax_check;
        if let Some(format) = typed.output {
            self.output.format = Format::from(format);
        }
    }

    fn module(&mut self, typed: &ModuleArgs, place: &dyn Surroundings) {
        let directory =
            typed.playbook_dir.as_deref().map_or_else(|| place.directory(), |dir| absolute(dir, place));
        self.typed = Some((directory.join("<command line>"), typed.playbook()));
        self.execution.dry_run = typed.dry_run;
        self.execution.diff |= typed.diff || typed.dry_run;
        self.output.format = Format::Minimal;
    }

    /// What follows from several settings together.
    fn complete(&mut self, place: &dyn Surroundings) {
        if !self.inventory.given && place.exists(Path::new(USUAL_INVENTORY)) {
            self.inventory.sources = vec![USUAL_INVENTORY.to_owned()];
        }
        if self.listing.tags && self.selection.tags.is_empty() && self.selection.skip_tags.is_empty() {
            self.selection.tags.push("never".to_owned());
            self.selection.tags.push("all".to_owned());
        }
        if self.selection.tags.is_empty() {
            self.selection.tags = vec!["all".to_owned()];
        }
        let configured = self.vaults.configured.take();
        self.vaults.identities.extend(configured);
        if self.vaults.ask {
            self.vaults
                .identities
                .push(VaultIdentity { id: "default".to_owned(), secret: VaultSecret::Prompt });
        }
        if !self.facts.kept {
            self.facts.cache = None;
        }
        self.output.dry_run = self.execution.dry_run;
        self.output.diff = self.execution.diff;
        self.output.config_file.clone_from(&self.config_file);
    }
}

fn replace<T: Clone>(setting: &mut Option<T>, typed: &Option<T>) {
    if typed.is_some() {
        setting.clone_from(typed);
    }
}

/// Words apart by commas, in any number of options.
fn words(typed: &[String]) -> Vec<String> {
    let all = typed.iter().flat_map(|words| words.split(','));
    all.map(|word| word.trim().to_owned()).filter(|word| !word.is_empty()).collect()
}

/// A path with `~` replaced, relative ones as they are in the working directory.
fn path_of(text: &str, place: &dyn Surroundings) -> PathBuf {
    place.directory().join(config::expanded(text, place))
}

fn absolute(path: &Path, place: &dyn Surroundings) -> PathBuf {
    path_of(&path.to_string_lossy(), place)
}

/// A list of hosts stays as it is; a path loses its `~`.
fn inventory(source: &str, place: &dyn Surroundings) -> String {
    if source.contains(',') {
        source.to_owned()
    } else {
        config::expanded(source, place).display().to_string()
    }
}

fn identity(text: &str, place: &dyn Surroundings) -> VaultIdentity {
    match text.split_once('@') {
        Some((id, source)) => VaultIdentity { id: id.to_owned(), secret: secret(source, place) },
        None => VaultIdentity { id: "default".to_owned(), secret: secret(text, place) },
    }
}

fn secret(source: &str, place: &dyn Surroundings) -> VaultSecret {
    match source {
        "prompt" | "prompt_ask_vault_pass" => VaultSecret::Prompt,
        file => VaultSecret::File(path_of(file, place)),
    }
}

/// What one `-e` holds, by its first character.
fn extra_vars(text: &str, place: &dyn Surroundings, sources: &Sources) -> Result<ExtraVars, Diagnostic> {
    if let Some(path) = text.strip_prefix('@') {
        return Ok(ExtraVars::File(path_of(path, place)));
    }
    let file = sources.add(Path::new("<command line>"), text);
    let (text, span) = (text.to_owned(), Span::new(file, 0, text.len()));
    match text.chars().next() {
        Some('[' | '{') => Ok(ExtraVars::Yaml { text, span }),
        Some('/' | '.') => {
            let hint = format!("for a file of variables, write `-e @{text}`");
            Err(Diagnostic::error("`-e` takes variables, found what looks like a path").at(span).hint(hint))
        }
        _ => Ok(ExtraVars::Pairs { text, span }),
    }
}
