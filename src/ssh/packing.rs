//! How an agent is packed for its way to a host, by what the host can unpack.

/// What unpacks the agent on the host.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Packing {
    Gzip,
    Xz,
    /// `dpkg-deb`, which Debian always has, where `xz` itself is not installed.
    Deb,
}

impl Packing {
    /// What this word of the script on the host means; gzip is everywhere.
    pub fn of(word: &str) -> Packing {
        match word {
            "xz" => Packing::Xz,
            "deb" => Packing::Deb,
            _ => Packing::Gzip,
        }
    }

    /// The word by which the script knows it.
    pub fn word(self) -> &'static str {
        match self {
            Packing::Gzip => "gzip",
            Packing::Xz => "xz",
            Packing::Deb => "deb",
        }
    }
}

/// What `xz` has packed, as the package whose content it is: an archive of `ar` with three members (deb(5)).
pub fn as_package(packed: &[u8]) -> Vec<u8> {
    let mut package = b"!<arch>\n".to_vec();
    add_member(&mut package, "debian-binary", b"2.0\n");
    add_member(&mut package, "control.tar", &[0; 1024]);
    add_member(&mut package, "data.tar.xz", packed);
    package
}

/// Name, time, owner, group, mode and length, each in its columns; members begin at even places.
fn add_member(archive: &mut Vec<u8>, name: &str, content: &[u8]) {
    let length = content.len();
    archive.extend(format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{length:<10}`\n", 0, 0, 0, 100_644).bytes());
    archive.extend(content);
    archive.resize(archive.len().next_multiple_of(2), b'\n');
}
