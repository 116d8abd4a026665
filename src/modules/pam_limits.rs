//! `pam_limits`

use super::argument::PathText;
use super::edit::{self, Rewriting, bare};
use super::files::FileAttributes;
use super::{ArgumentError, Module};
use crate::host::{Failure, Plan, Probe};

choices! {
    /// Whether a user may go beyond.
    LimitType { Hard = "hard", Soft = "soft", Both = "-" }
}

choices! {
    /// What is limited.
    Item {
        Core = "core", Data = "data", Fsize = "fsize", Memlock = "memlock", Nofile = "nofile", Rss = "rss",
        Stack = "stack", Cpu = "cpu", Nproc = "nproc", As = "as", Maxlogins = "maxlogins",
        Maxsyslogins = "maxsyslogins", Priority = "priority", Locks = "locks", Sigpending = "sigpending",
        Msgqueue = "msgqueue", Nice = "nice", Rtprio = "rtprio", Chroot = "chroot",
    }
}

module! {
    /// Limits what users may take of the host.
    ///
    /// ```yaml
    /// - pam_limits: { domain: joe, limit_type: soft, limit_item: nofile, value: 64000 }
    /// ```
    PamLimits "pam_limits" local {
        /// The user, `@group`, or `*`.
        domain: String;
        /// Whether a user may go beyond.
        limit_type: LimitType;
        /// What is limited.
        limit_item: Item;
        /// The limit: a number, or `unlimited`.
        value: String;
        /// Keeps a copy of what is replaced.
        backup: bool = false;
        /// Takes the smaller one of this limit and that which is there.
        use_min: bool = false;
        /// Takes the larger one.
        use_max: bool = false;
        /// The file.
        dest: PathText = "/etc/security/limits.conf";
        /// What is said of it.
        comment: String = "";
    }
}

const UNLIMITED: [&str; 3] = ["unlimited", "infinity", "-1"];

impl Module for PamLimits {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let original = edit::read(host, &self.dest.on(host)?)?;
        let before = original.text.clone().unwrap_or_default();
        let (after, message) = self.edited(&before);
        let attributes = FileAttributes::none();
        let how =
            Rewriting { attributes: &attributes, backup: self.backup, validate: None, message: &message };
        let plan = original.rewrite(host, &after, &how)?;
        Ok(plan.with("msg", message))
    }

    fn check(&self) -> Vec<ArgumentError> {
        let mut wrong = Vec::new();
        if self.use_min && self.use_max {
            wrong.push(ArgumentError::new("", "Cannot use use_min and use_max at the same time."));
        }
        let number = self.value.parse::<i64>();
        let range = matches!(self.limit_item, Item::Nice | Item::Priority);
        let good = match number {
            Ok(number) if range => (-20..=19).contains(&number),
            Ok(number) => number >= -1,
            Err(_) => !range && UNLIMITED.contains(&self.value.as_str()),
        };
        if !good && self.limit_item != Item::Chroot {
            let wanted = if range { "a number from -20 to 19" } else { "a number or `unlimited`" };
            wrong
                .push(ArgumentError::new("value", format!("`value` must be {wanted}, not `{}`", self.value)));
        }
        wrong
    }
}

impl PamLimits {
    /// The file with the limit, and the line that says it.
    fn edited(&self, before: &str) -> (String, String) {
        let mut message = String::new();
        let mut lines = Vec::new();
        for line in edit::lines(before) {
            let (limit, comment) = line.split_once('#').unwrap_or((&line, ""));
            let words: Vec<&str> = limit.split_whitespace().collect();
            let [domain, kind, item, found] = words.as_slice() else {
                lines.push(line);
                continue;
            };
            if (*domain, *kind, *item) != (&self.domain, self.limit_type.word(), self.limit_item.word()) {
                lines.push(line);
                continue;
            }
            let wanted = self.wanted(found);
            let comment = if self.comment.is_empty() { bare(comment).trim() } else { &self.comment };
            let line = if wanted == *found { line.clone() } else { self.line(&wanted, comment) };
            message.clone_from(&line);
            lines.push(line);
        }
        if message.is_empty() {
            if let Some(last) = lines.last_mut().filter(|last| !last.ends_with('\n')) {
                last.push('\n');
            }
            message = self.line(&self.value, &self.comment);
            lines.push(message.clone());
        }
        (lines.concat(), message)
    }

    fn line(&self, value: &str, comment: &str) -> String {
        let comment = if comment.is_empty() { String::new() } else { format!("\t#{comment}") };
        format!("{}\t{}\t{}\t{value}{comment}\n", self.domain, self.limit_type.word(), self.limit_item.word())
    }

    /// The limit that is wished for, given the one that is there.
    fn wanted(&self, found: &str) -> String {
        let amount = |text: &str| match text {
            text if UNLIMITED.contains(&text) && self.limit_item != Item::Nice => i64::MAX,
            text => text.parse().unwrap_or(0),
        };
        let keep = self.use_max && amount(found) >= amount(&self.value)
            || self.use_min && amount(found) <= amount(&self.value);
        if keep { found.to_owned() } else { self.value.clone() }
    }
}
