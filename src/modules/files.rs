//! Arguments that every module shares that puts a file in place.

use super::argument::Mode;

arguments! {
    /// Owner, group and permissions of what a module puts in place.
    FileAttributes {
        /// Permissions: `0644` with its zero, quoted or not, or symbolic such as `u=rw,g=r`.
        mode: Option<Mode>;
        /// Name or number of the owner.
        owner: Option<String>;
        /// Name or number of the group.
        group: Option<String>;
        /// Flags as `chattr` takes them.
        attributes ["attr"]: Option<String>;
        /// User of the SELinux context.
        seuser: Option<String>;
        /// Role of the SELinux context.
        serole: Option<String>;
        /// Type of the SELinux context.
        setype: Option<String>;
        /// Level of the SELinux context.
        selevel: Option<String>;
        /// Writes into the file that is there when it cannot be replaced, as where it is a mount of its own.
        unsafe_writes: bool = false;
    }
}
