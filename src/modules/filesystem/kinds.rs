//! Kinds of file systems, and the programs that see to them.

use crate::host::filesystem::Printed;

choices! {
    /// A kind of file system.
    Kind {
        Bcachefs = "bcachefs", Btrfs = "btrfs", Ext2 = "ext2", Ext3 = "ext3", Ext4 = "ext4", Ext4dev = "ext4dev",
        F2fs = "f2fs", Lvm = "lvm", Ocfs2 = "ocfs2", Reiserfs = "reiserfs", Swap = "swap", Vfat = "vfat", Xfs = "xfs",
    }
}

/// How a file system is grown.
pub(super) struct Growth {
    pub(super) size: Printed,
    pub(super) argv: &'static [&'static str],
    /// Whether it can be done only where the file system is mounted.
    pub(super) mounted: bool,
}

/// How a file system gets an identifier of the user's choice.
#[derive(Default)]
pub(super) struct Naming {
    /// Options of the program that makes it.
    pub(super) at_birth: &'static [&'static str],
    /// More options beside these.
    pub(super) beside: &'static [&'static str],
    /// The program that changes it.
    pub(super) later: &'static [&'static str],
}

impl Kind {
    /// What `blkid` calls it.
    pub(super) fn signature(self) -> &'static str {
        match self {
            Kind::Lvm => "LVM2_member",
            Kind::Ext4dev => "ext4",
            kind => kind.word(),
        }
    }

    /// The program that makes one, even where something is there.
    pub(super) fn make(self) -> &'static [&'static str] {
        match self {
            Kind::Bcachefs => &["mkfs.bcachefs", "--force"],
            Kind::Btrfs => &["mkfs.btrfs", "-f"],
            Kind::Ext2 => &["mkfs.ext2", "-F"],
            Kind::Ext3 => &["mkfs.ext3", "-F"],
            Kind::Ext4 | Kind::Ext4dev => &["mkfs.ext4", "-F"],
            Kind::F2fs => &["mkfs.f2fs", "-f"],
            Kind::Lvm => &["pvcreate", "-f"],
            Kind::Ocfs2 => &["mkfs.ocfs2", "-Fx"],
            Kind::Reiserfs => &["mkfs.reiserfs", "-q"],
            Kind::Swap => &["mkswap", "-f"],
            Kind::Vfat => &["mkfs.vfat"],
            Kind::Xfs => &["mkfs.xfs", "-f"],
        }
    }

    pub(super) fn growth(self) -> Option<Growth> {
        let (asked, marks, argv): (&[&str], &[&str], &[&str]) = match self {
            Kind::Btrfs => (
                &["btrfs", "filesystem", "usage", "-b"],
                &["Device size:"],
                &["btrfs", "filesystem", "resize", "max"],
            ),
            Kind::Ext2 | Kind::Ext3 | Kind::Ext4 | Kind::Ext4dev => {
                (&["tune2fs", "-l"], &["Block count:", "Block size:"], &["resize2fs"])
            }
            Kind::F2fs => {
                (&["dump.f2fs"], &["Info: total FS sectors =", "Info: sector size ="], &["resize.f2fs"])
            }
            Kind::Lvm => (
                &["pvs", "--noheadings", "-o", "pv_size", "--units", "b", "--nosuffix"],
                &[""],
                &["pvresize"],
            ),
            Kind::Vfat => (&["fatresize", "--info"], &["ize:"], &["fatresize", "-s", "max"]),
            Kind::Xfs => (&["xfs_info"], &[" blocks=", " bsize="], &["xfs_growfs"]),
            Kind::Bcachefs | Kind::Ocfs2 | Kind::Reiserfs | Kind::Swap => return None,
        };
        let mounted = matches!(self, Kind::Btrfs | Kind::Xfs);
        Some(Growth { size: Printed { argv: asked, marks }, argv, mounted })
    }

    pub(super) fn naming(self) -> Option<Naming> {
        Some(match self {
            Kind::Bcachefs => Naming { at_birth: &["-U", "--uuid"], ..Naming::default() },
            Kind::Ext2 | Kind::Ext3 | Kind::Ext4 | Kind::Ext4dev => {
                Naming { at_birth: &["-U"], later: &["tune2fs", "-U"], ..Naming::default() }
            }
            Kind::Lvm => Naming {
                at_birth: &["-u", "--uuid"],
                beside: &["--norestorefile"],
                later: &["pvchange", "-u"],
            },
            Kind::Xfs => Naming { later: &["xfs_admin", "-U"], ..Naming::default() },
            _ => return None,
        })
    }
}
