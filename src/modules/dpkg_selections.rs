//! `dpkg_selections`

use super::Module;
use crate::host::{Bytes, Change, Failure, Plan, Probe, Run, debian};

choices! {
    /// What dpkg is to do with a package.
    Selection { Install = "install", Hold = "hold", Deinstall = "deinstall", Purge = "purge" }
}

module! {
    /// Tells dpkg what to do with a package: to hold its version, above all.
    ///
    /// ```yaml
    /// - dpkg_selections: { name: nginx, selection: hold }
    /// ```
    DpkgSelections "dpkg_selections" {
        /// The package.
        name: String;
        /// What is to be done with it.
        selection: Selection;
    }
}

impl Module for DpkgSelections {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let (name, wanted) = (self.name.as_str(), self.selection.word());
        let found = debian::selection(host, name)?;
        let found = found.ok_or_else(|| host.missing(format!("dpkg knows no package `{name}`")))?;
        let mut plan = Plan::nothing().with("before", found.as_str()).with("after", wanted);
        if found != wanted {
            let run =
                Run::changing(&["dpkg", "--set-selections"]).titled(format!("{name}: {found} -> {wanted}"));
            let stdin = Some(Bytes(format!("{name} {wanted}\n").into_bytes()));
            plan.push(Change::Run(Run {
                stdin,
                effects: vec![debian::selection_effect(name, wanted)],
                ..run
            }));
        }
        Ok(plan)
    }
}
