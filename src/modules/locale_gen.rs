//! `locale_gen`

use super::Module;
use super::argument::Needed;
use super::edit::{self, Rewriting};
use super::files::FileAttributes;
use crate::host::{Change, Failure, Fields, Plan, Probe, Run, locale, text};
use std::path::Path;

const WISHES: &str = "/etc/locale.gen";
const SUPPORTED: &str = "/usr/share/i18n/SUPPORTED";

choices! {
    /// Whether the locales are to be there.
    State { Present = "present", Absent = "absent" }
}

module! {
    /// Makes locales, so that programs can speak a language.
    ///
    /// ```yaml
    /// - locale_gen: { name: [de_DE.UTF-8, en_US.UTF-8] }
    /// ```
    LocaleGen "locale_gen" {
        /// The locales.
        name: Needed<Vec<String>>;
        /// Whether they are to be there.
        state: State = "present";
    }
}

impl Module for LocaleGen {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let original = edit::read(host, Path::new(WISHES))?;
        let Some(before) = original.text.clone() else {
            return Err(host.missing(format!("there is no `{WISHES}`: the package `locales` is missing")));
        };
        let known = locale::known(host)?;
        let wanted = self.state == State::Present;
        let is_known = |name: &String| known.iter().any(|known| plain(known) == plain(name));
        let mut plan = Plan::nothing().with("mechanism", "glibc");
        let supported = supported(host)?;
        let mut after = before.clone();
        for name in &self.name.0 {
            after = self.edited(host, &after, &supported, name)?;
        }
        if after != before {
            let attributes = FileAttributes::none();
            let how = Rewriting { attributes: &attributes, backup: false, validate: None, message: "" };
            plan.changes = original.rewrite(host, &after, &how)?.changes;
        }
        if after != before || self.name.0.iter().any(|name| is_known(name) != wanted) {
            let mut names: Vec<String> = known
                .iter()
                .filter(|known| !self.name.0.iter().any(|name| plain(name) == plain(known)))
                .cloned()
                .collect();
            names.extend(self.name.0.iter().filter(|_| wanted).cloned());
            let run = Run::changing(&["locale-gen"]);
            plan.push(Change::Run(run.with_effects(vec![locale::known_effect(&names)])));
        }
        plan.result = Fields::new().with("mechanism", "glibc");
        Ok(plan)
    }
}

impl LocaleGen {
    /// The list of wishes with the locale switched on or off.
    fn edited(
        &self,
        host: &dyn Probe,
        list: &str,
        supported: &[String],
        name: &str,
    ) -> Result<String, Failure> {
        let mut found = false;
        let mut lines = Vec::new();
        for line in edit::lines(list) {
            let entry = edit::bare(&line).trim().trim_start_matches('#').trim().to_owned();
            if !is_entry(&entry, name) {
                lines.push(line);
                continue;
            }
            found = true;
            let on = !line.trim_start().starts_with('#');
            match self.state {
                State::Present if !on => lines.push(format!("{entry}\n")),
                State::Absent if on => lines.push(format!("# {entry}\n")),
                _ => lines.push(line),
            }
        }
        if found || self.state == State::Absent {
            return Ok(lines.concat());
        }
        let entry = supported.iter().find(|entry| is_entry(entry, name));
        let entry = entry.ok_or_else(|| host.missing(format!("this host knows no locale `{name}`")))?;
        Ok(format!("{}{entry}\n", lines.concat()))
    }
}

/// Whether the entry, a locale and its letters, is of this name.
fn is_entry(entry: &str, name: &str) -> bool {
    let mut words = entry.split_whitespace();
    words.next() == Some(name) && words.next().is_some() && words.next().is_none()
}

fn supported(host: &dyn Probe) -> Result<Vec<String>, Failure> {
    let path = Path::new(SUPPORTED);
    let list = if host.exists(path)? { text::from_bytes(&host.read(path)?) } else { String::new() };
    Ok(list.lines().map(|line| line.trim().to_owned()).collect())
}

/// The name as it is compared: `de_DE.UTF-8` and `de_DE.utf8` are one.
fn plain(name: &str) -> String {
    name.chars().filter(|scalar| *scalar != '-').collect::<String>().to_ascii_lowercase()
}
