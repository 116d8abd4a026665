//! Which `ansible.cfg` counts: the first that is there, in Ansible's order.

use crate::cli::surroundings::Surroundings;
use crate::source::{Diagnostic, Diagnostics};
use std::path::PathBuf;

/// `ANSIBLE_CONFIG`, the working directory's, the user's, the machine's.
pub fn find(place: &dyn Surroundings, found: &mut Diagnostics) -> Option<PathBuf> {
    let named = place.variable("ANSIBLE_CONFIG").map(|path| {
        let path = place.directory().join(super::given::expanded(&path, place));
        if place.is_file(&path) { path } else { path.join("ansible.cfg") }
    });
    let user = place.home().map(|home| home.join(".ansible.cfg"));
    let machine = Some(PathBuf::from("/etc/ansible/ansible.cfg"));
    let here = here(place, named.as_ref().is_some_and(|path| place.is_file(path)), found);
    [named, here, user, machine].into_iter().flatten().find(|path| place.is_file(path))
}

/// The working directory's, unless anybody may have put it there.
fn here(place: &dyn Surroundings, other_is_named: bool, found: &mut Diagnostics) -> Option<PathBuf> {
    let directory = place.directory();
    let path = directory.join("ansible.cfg");
    if other_is_named || !place.is_file(&path) || !place.is_world_writable(&directory) {
        return Some(path);
    }
    let text = format!("`{}` is not read: anybody may write into its directory", path.display());
    let hint = "take that permission away (`chmod o-w .`), or name the file in `ANSIBLE_CONFIG`";
    found.push(Diagnostic::warning(text).hint(hint));
    None
}
