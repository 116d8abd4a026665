//! The agent's binaries, as they lie beside the controller's own.

use std::collections::HashMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::packing::{Packing, as_package};
use sha2::{Digest, Sha256};

/// One binary of the agent.
#[derive(Debug)]
pub struct AgentBinary {
    /// The machine type, as `uname -m` has it.
    pub machine: String,
    pub path: PathBuf,
    /// SHA-256 of the file, in hexadecimal digits: the agent's name on a host.
    pub hash: String,
    /// The same as bytes.
    pub digest: [u8; 32],
    /// Size of the file, in bytes.
    pub size: u64,
    packed: Mutex<Option<Arc<[u8]>>>,
}

/// From this size on a binary is packed in haste, in bytes.
const LARGE: u64 = 8 << 20;

impl AgentBinary {
    fn read(machine: &str, path: &Path) -> io::Result<AgentBinary> {
        let content = std::fs::read(path)?;
        let digest: [u8; 32] = Sha256::digest(&content).into();
        let hash = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(AgentBinary {
            machine: machine.to_owned(),
            path: path.to_owned(),
            hash,
            digest,
            size: content.len() as u64,
            packed: Mutex::new(None),
        })
    }

    /// Small is best, but a binary with everything for debuggers in it is packed so often that fast is better.
    fn level(&self) -> flate2::Compression {
        match self.size {
            0..LARGE => flate2::Compression::best(),
            _ => flate2::Compression::fast(),
        }
    }

    /// The binary as the host can unpack it, and how; gzipped where the build has put nothing better beside it.
    ///
    /// # Errors
    ///
    /// The binary cannot be read.
    pub fn packed_for(&self, packing: Packing) -> io::Result<(Packing, Arc<[u8]>)> {
        match (packing, self.packed_by_xz()) {
            (Packing::Xz, Some(packed)) => Ok((Packing::Xz, packed)),
            (Packing::Deb, Some(packed)) => Ok((Packing::Deb, as_package(&packed).into())),
            _ => Ok((Packing::Gzip, self.packed()?)),
        }
    }

    /// The binary as `xz` has packed it, where the build put that beside it: a quarter less than gzip. The hash in the
    /// name tells whether it is the same binary.
    fn packed_by_xz(&self) -> Option<Arc<[u8]>> {
        let mut path = self.path.clone().into_os_string();
        path.push(format!(".{}.xz", self.hash));
        std::fs::read(path).ok().map(Arc::from)
    }

    /// The binary, gzipped; packed at the first use and kept for all hosts. Takes a while: not for an async task.
    pub fn packed(&self) -> io::Result<Arc<[u8]>> {
        let mut packed = self.packed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(packed) = &*packed {
            return Ok(packed.clone());
        }
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), self.level());
        encoder.write_all(&std::fs::read(&self.path)?)?;
        let bytes: Arc<[u8]> = encoder.finish()?.into();
        *packed = Some(bytes.clone());
        Ok(bytes)
    }
}

/// The agents that can be delivered, by machine type.
#[derive(Debug, Default)]
pub struct AgentBinaries {
    by_machine: HashMap<String, Arc<AgentBinary>>,
    /// The programs that send an agent's requests to https.
    https: HashMap<String, Arc<AgentBinary>>,
    /// Where they were looked for.
    directory: PathBuf,
}

impl AgentBinaries {
    /// Finds the agents beside the running program: `provision-agent` for this machine's own type,
    /// `provision-agent-MACHINE-linux` for others.
    pub fn find() -> io::Result<AgentBinaries> {
        let program = std::env::current_exe()?;
        AgentBinaries::find_in(program.parent().unwrap_or(Path::new("/")))
    }

    /// Finds the agents in a directory.
    pub fn find_in(directory: &Path) -> io::Result<AgentBinaries> {
        let by_machine = binaries(directory, "provision-agent")?;
        let https = binaries(directory, "provision-https")?;
        Ok(AgentBinaries { by_machine, https, directory: directory.to_owned() })
    }

    /// The agent for a machine type.
    pub fn of(&self, machine: &str) -> Option<&Arc<AgentBinary>> {
        self.by_machine.get(machine)
    }

    /// The agent for this machine.
    pub fn own(&self) -> Option<&Arc<AgentBinary>> {
        self.of(std::env::consts::ARCH)
    }

    /// All agents.
    pub fn all(&self) -> impl Iterator<Item = &Arc<AgentBinary>> {
        self.by_machine.values()
    }

    /// The programs for requests to https.
    pub fn https(&self) -> impl Iterator<Item = &Arc<AgentBinary>> {
        self.https.values()
    }

    /// The file that is to be built so that a host of this type can be worked on.
    pub fn missing(&self, machine: &str) -> PathBuf {
        match machine == std::env::consts::ARCH {
            true => self.directory.join("provision-agent"),
            false => self.directory.join(format!("provision-agent-{machine}-linux")),
        }
    }
}

/// The binaries of a program, by machine type.
fn binaries(directory: &Path, program: &str) -> io::Result<HashMap<String, Arc<AgentBinary>>> {
    let mut found = HashMap::new();
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        if let Some(machine) = entry.file_name().to_str().and_then(|file| machine_of(file, program)) {
            found.insert(machine.to_owned(), Arc::new(AgentBinary::read(machine, &entry.path())?));
        }
    }
    Ok(found)
}

fn machine_of<'a>(file: &'a str, program: &str) -> Option<&'a str> {
    match file.strip_prefix(program)? {
        "" => Some(std::env::consts::ARCH),
        rest => rest.strip_prefix('-')?.strip_suffix("-linux"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agents_are_found_by_their_names() {
        let directory = tempfile::tempdir().unwrap();
        let put = |name: &str| std::fs::write(directory.path().join(name), name).unwrap();
        ["provision", "provision-agent", "provision-agent.d", "provision-agent-riscv64-linux"]
            .into_iter()
            .for_each(put);
        let agents = AgentBinaries::find_in(directory.path()).unwrap();
        assert_eq!(agents.all().count(), 2);
        assert_eq!(agents.own().unwrap().size, 15);
        assert!(agents.of("riscv64").unwrap().hash.len() == 64);
        assert!(agents.missing("armv7l").ends_with("provision-agent-armv7l-linux"));
    }
}
