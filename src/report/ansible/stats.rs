//! The recap, and what `set_stats` left.

use super::Ansible;
use super::paint::Tone;
use crate::report::recap::{Counts, Recap};
use crate::report::style::columns;

/// Columns of the names of hosts.
const NAMES: usize = 26;

impl Ansible {
    /// The end of the output.
    pub(super) fn stats(&mut self, recap: &Recap) {
        self.banner("PLAY RECAP");
        for (name, host) in &recap.hosts {
            let text = format!("{} : {}", self.host(name, &host.counts), self.counts(&host.counts));
            self.line(&text);
        }
        self.line("");
        if self.output.custom_stats && !recap.stats.is_empty() {
            self.custom(recap);
        }
        if self.output.dry_run && self.output.check_mode_markers {
            self.banner("DRY RUN");
        }
    }

    fn host(&self, name: &str, counts: &Counts) -> String {
        let tone = match counts {
            _ if counts.is_bad() => Tone::Error,
            _ if counts.changed > 0 => Tone::Changed,
            _ => Tone::Ok,
        };
        let fill = " ".repeat(NAMES.saturating_sub(columns(name)));
        format!("{}{fill}", self.paint.paint(tone, name))
    }

    /// What a dry run could not know was skipped, for those who know seven numbers.
    fn counts(&self, counts: &Counts) -> String {
        let numbers = [
            ("ok", counts.ok, Tone::Ok),
            ("changed", counts.changed, Tone::Changed),
            ("unreachable", counts.unreachable, Tone::Unreachable),
            ("failed", counts.failed, Tone::Error),
            ("skipped", counts.skipped + counts.depends, Tone::Skip),
            ("rescued", counts.rescued, Tone::Ok),
            ("ignored", counts.ignored, Tone::Warn),
        ];
        let texts = numbers.map(|(name, number, tone)| {
            let text = format!("{name}={number:<4}");
            if number == 0 { text } else { self.paint.paint(tone, &text) }
        });
        texts.join(" ")
    }

    fn custom(&mut self, recap: &Recap) {
        self.banner("CUSTOM STATS: ");
        for (host, fields) in recap.stats.all() {
            if let Some(host) = host {
                self.line(&format!("\t{host}: {}", self.written().line(fields)));
            }
        }
        if let Some(fields) = recap.stats.of(None) {
            self.line("");
            self.line(&format!("\tRUN: {}", self.written().line(fields)));
        }
        self.line("");
    }
}
