//! The commands that get a repository.

use super::Git;
use crate::host::git;

/// Gets what is not there.
pub fn get(call: &Git, place: &str) -> Vec<Vec<String>> {
    let mut argv =
        vec![call.program().to_owned(), "clone".to_owned(), "--origin".to_owned(), call.remote.clone()];
    argv.extend(Some("--bare".to_owned()).filter(|_| call.bare));
    argv.extend(call.depth.map(|depth| format!("--depth={depth}")));
    argv.extend(call.reference.as_ref().map(|path| format!("--reference={path}")));
    argv.extend(call.separate_git_dir.as_ref().map(|path| format!("--separate-git-dir={}", path.0)));
    argv.extend(Some("--single-branch".to_owned()).filter(|_| call.single_branch && call.depth.is_none()));
    let named = call.version != "HEAD" && !git::is_commit(&call.version);
    if named {
        argv.extend(["--branch".to_owned(), call.version.clone()]);
    }
    argv.extend(Some("--recurse-submodules".to_owned()).filter(|_| call.recursive && !call.bare));
    argv.extend(["--".to_owned(), call.repo.clone(), place.to_owned()]);
    let mut all = vec![argv];
    all.extend(call.refspec.as_ref().map(|refspec| inside(call, place, &["fetch", &call.remote, refspec])));
    if git::is_commit(&call.version) && !call.bare {
        if call.depth.is_some() {
            all.push(inside(call, place, &["fetch", "--depth", "1", &call.remote, &call.version]));
        }
        all.push(inside(call, place, &["checkout", "--force", &call.version]));
        all.extend(submodules(call, place));
    }
    all.extend(checks(call, place));
    all
}

/// Brings up to date what is there.
pub fn update(call: &Git, place: &str, wanted: Option<&str>) -> Vec<Vec<String>> {
    let mut fetch = vec!["fetch", "--force", "--tags"];
    let depth = call.depth.map(|depth| format!("--depth={depth}"));
    fetch.extend(depth.as_deref());
    fetch.push(&call.remote);
    let mut all = vec![inside(call, place, &fetch)];
    all.extend(call.refspec.as_ref().map(|refspec| inside(call, place, &["fetch", &call.remote, refspec])));
    if call.bare {
        let heads = "+refs/heads/*:refs/heads/*";
        all.push(inside(call, place, &["fetch", "--force", &call.remote, heads]));
        return all;
    }
    let target = wanted.unwrap_or(&call.version);
    if call.depth.is_some() {
        all.push(inside(call, place, &["fetch", "--depth", "1", &call.remote, target]));
    }
    all.push(inside(call, place, &["checkout", "--force", "--detach", target]));
    // On a branch of this name, where there is one: as after a clone.
    if call.version != "HEAD" && !git::is_commit(&call.version) {
        let line = format!(
            "if git show-ref --verify --quiet refs/remotes/{0}/{1}; then git checkout --force -B {1} {2}; fi",
            call.remote, call.version, target
        );
        let argv =
            ["/bin/sh", "-c", &format!("cd \"$1\" && {line}"), "sh", place].map(str::to_owned).to_vec();
        all.extend(Some(argv).filter(|_| is_plain(&call.version) && is_plain(&call.remote)));
    }
    all.extend(submodules(call, place));
    all.extend(checks(call, place));
    all
}

fn is_plain(name: &str) -> bool {
    name.chars().all(|scalar| scalar.is_ascii_alphanumeric() || "._/-".contains(scalar))
}

/// Says that it comes from somewhere else now.
pub fn set_url(call: &Git, place: &str) -> Vec<String> {
    inside(call, place, &["remote", "set-url", &call.remote, &call.repo])
}

fn submodules(call: &Git, place: &str) -> Option<Vec<String>> {
    let mut words = vec!["submodule", "update", "--init", "--recursive", "--force"];
    words.extend(Some("--remote").filter(|_| call.track_submodules));
    call.recursive.then(|| inside(call, place, &words))
}

fn checks(call: &Git, place: &str) -> Option<Vec<String>> {
    call.verify_commit.then(|| inside(call, place, &["verify-commit", "HEAD"]))
}

fn inside(call: &Git, place: &str, words: &[&str]) -> Vec<String> {
    let start = [call.program(), "-C", place];
    start.iter().chain(words).map(|word| (*word).to_owned()).collect()
}
