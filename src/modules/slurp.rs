//! `slurp`

use super::Module;
use super::argument::PathText;
use crate::host::{Failure, Fields, Plan, Probe, base64, text};

module! {
    /// Reads a file of the host, in base64.
    ///
    /// ```yaml
    /// - slurp: { src: /etc/app.conf }
    /// ```
    Slurp "slurp" local {
        /// The file.
        src ["path"]: PathText;
    }
}

impl Module for Slurp {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let path = self.src.on(host)?;
        match host.follow(&path)? {
            None => Err(host.missing(format!("`{}` does not exist", path.display()))),
            Some(stat) if stat.is_directory() => {
                Err(Failure::new(format!("`{}` is a directory", path.display())))
            }
            Some(_) => {
                let result = Fields::new().with("content", base64::encode(&host.read(&path)?));
                Ok(Plan::say(result.with("source", text::from_path(&path)).with("encoding", "base64")))
            }
        }
    }
}
