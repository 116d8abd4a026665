//! `slurp`

use super::Module;
use super::argument::PathText;
use crate::host::{Failure, Fields, Plan, Probe, base64, text};
use std::path::Path;

/// The most bytes that one answer has room for.
const MOST_BYTES: usize = 20 << 20;

module! {
    /// Reads a file of the host, in base64.
    ///
    /// ```yaml
    /// - slurp: { src: /etc/app.conf }
    /// ```
    Slurp "slurp" local {
        /// The file.
        src ["path"]: PathText;
        /// Where to begin, in bytes: Ansible has no such argument. It is how `fetch` takes large files.
        offset: i64 = 0;
        /// How many bytes to read at most: Ansible has no such argument.
        length: Option<i64>;
    }
}

impl Module for Slurp {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let path = self.src.on(host)?;
        match host.follow(&path)? {
            None => Err(host.missing(format!("File not found: {}", path.display()))),
            Some(stat) if stat.is_directory() => {
                Err(Failure::new(format!("Source is a directory and must be a file: {}", path.display())))
            }
            Some(_) => {
                let result = Fields::new().with("content", base64::encode(&self.bytes(host, &path)?));
                Ok(Plan::say(result.with("source", text::from_path(&path)).with("encoding", "base64")))
            }
        }
    }
}

impl Slurp {
    fn bytes(&self, host: &dyn Probe, path: &Path) -> Result<Vec<u8>, Failure> {
        let length = self.length.and_then(|length| usize::try_from(length).ok()).unwrap_or(usize::MAX);
        let bytes =
            host.read_part(path, u64::try_from(self.offset).unwrap_or(0), length.min(MOST_BYTES + 1))?;
        if bytes.len() > MOST_BYTES {
            return Err(Failure::at(
                path,
                "slurp",
                format!("it has more than {MOST_BYTES} bytes; `fetch` takes any"),
            ));
        }
        Ok(bytes)
    }
}
