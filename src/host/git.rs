//! Questions for git, of repositories here and elsewhere.

use super::answer::output_of;
use super::{Effect, Failure, Fields, Probe, Subject};

/// The commit that a repository is at.
pub fn head(host: &dyn Probe, place: &str) -> Result<Option<String>, Failure> {
    let said = host.ask(&output_of(&head_words(place)))?;
    Ok(said.text("stdout").filter(|_| said.number::<i64>("rc") == Some(0)).map(|text| text.trim().to_owned()))
}

fn head_words(place: &str) -> [&str; 5] {
    ["git", "-C", place, "rev-parse", "HEAD"]
}

/// Where a repository comes from.
pub fn remote_url(host: &dyn Probe, place: &str, remote: &str) -> Result<Option<String>, Failure> {
    let said =
        host.ask(&output_of(&["git", "-C", place, "config", "--get", &format!("remote.{remote}.url")]))?;
    Ok(said.text("stdout").filter(|_| said.number::<i64>("rc") == Some(0)).map(|text| text.trim().to_owned()))
}

/// Whether files of a repository have been changed.
pub fn is_dirty(host: &dyn Probe, place: &str) -> Result<bool, Failure> {
    let said =
        host.ask(&output_of(&["git", "-C", place, "status", "--porcelain", "--untracked-files=no"]))?;
    Ok(said.text("stdout").is_some_and(|text| !text.trim().is_empty()))
}

/// The commit that a branch or tag is at elsewhere; `None` where there is no such name.
pub fn remote_commit(
    host: &dyn Probe,
    repo: &str,
    version: &str,
    ssh: Option<&str>,
) -> Result<Option<String>, Failure> {
    let ssh = ssh.map(|ssh| format!("core.sshCommand={ssh}"));
    let mut argv = vec!["git", "-c", "core.askPass=true"];
    if let Some(ssh) = &ssh {
        argv.extend(["-c", ssh]);
    }
    argv.extend(["ls-remote", "--", repo]);
    let said = host.ask(&output_of(&argv))?;
    match said.number::<i64>("rc") {
        Some(0) => Ok(find(&said.text("stdout").unwrap_or_default(), version)),
        Some(_) => {
            let complaint = said.text("stderr").unwrap_or_default();
            Err(host.missing(format!("cannot reach `{repo}`: {}", complaint.trim())))
        }
        None => Err(host.missing("there is no `git` on this host".to_owned())),
    }
}

/// The commit of a name in what `git ls-remote` prints; of a tag, the commit that it is about.
fn find(list: &str, version: &str) -> Option<String> {
    let named = |name: &str| {
        let line = list.lines().find(|line| line.split_once('\t').is_some_and(|(_, found)| found == name));
        line.and_then(|line| line.split_once('\t')).map(|(commit, _)| commit.to_owned())
    };
    if version == "HEAD" {
        return named("HEAD");
    }
    named(&format!("refs/tags/{version}^{{}}"))
        .or_else(|| named(&format!("refs/heads/{version}")))
        .or_else(|| named(&format!("refs/tags/{version}")))
        .or_else(|| named(version))
}

/// Whether the text is the name of a commit, whole or in part.
pub fn is_commit(version: &str) -> bool {
    (7..=64).contains(&version.len()) && version.chars().all(|digit| digit.is_ascii_hexdigit())
}

/// For a dry run: the repository would be at this commit.
pub fn becomes(place: &str, commit: Option<&str>) -> Option<Effect> {
    let subject = Subject::Output(head_words(place).map(str::to_owned).to_vec());
    Some(match commit {
        Some(commit) => {
            Effect::Set(subject, Fields::new().with("rc", 0).with("stdout", format!("{commit}\n")).into())
        }
        None => Effect::Unknown(subject),
    })
}
