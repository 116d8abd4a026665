//! Keys for SSH. They are made as the user, so that nobody can lead root astray in the user's own home.

use super::User;
use crate::host::users::User as Found;
use crate::host::{
    Answer, Change, Conversation, Effect, Failure, Fields, Owner, Plan, Probe, Run, facts, text,
};
use std::path::{Path, PathBuf};

/// What must be done for the user to have a key.
pub fn plan(user: &User, host: &dyn Probe, found: &Found) -> Result<Plan, Failure> {
    if !user.generate_ssh_key {
        return Ok(Plan::nothing());
    }
    let file = file(user, found);
    if host.exists(&file)? {
        return Ok(Plan::nothing());
    }
    let owner = Owner { uid: found.uid, gid: found.gid };
    let directory = file.parent().unwrap_or(Path::new("/"));
    if !host.is_directory(directory)? {
        let parent = directory.parent().unwrap_or(Path::new("/"));
        if !host.is_directory(parent)? {
            return Err(host.missing(format!("the home `{}` does not exist", parent.display())));
        }
        let make = Change::Directory { path: directory.to_owned(), mode: 0o700, owner };
        return Ok(Plan::one(make).and_again());
    }
    Ok(Plan::one(Change::Run(generate(user, host, found, &file)?)))
}

fn generate(user: &User, host: &dyn Probe, found: &Found, file: &Path) -> Result<Run, Failure> {
    let path = text::from_path(file);
    let bits = user.ssh_key_bits.map(|bits| bits.to_string());
    let host_name = facts::host_name(host)?;
    let comment =
        user.ssh_key_comment.clone().unwrap_or_else(|| format!("ansible-generated on {}", host_name));
    let mut argv = Vec::new();
    if host.me().uid != found.uid {
        argv.extend(["runuser", "-u", &found.name, "--"]);
    }
    argv.extend(["ssh-keygen", "-q", "-t", &user.ssh_key_type]);
    if let Some(bits) = &bits {
        argv.extend(["-b", bits]);
    }
    argv.extend(["-C", &comment, "-f", &path]);
    let terminal = user.ssh_key_passphrase.as_deref().map(answering);
    if terminal.is_none() {
        argv.extend(["-N", ""]);
    }
    let owner = Owner { uid: found.uid, gid: found.gid };
    let public = text::to_path(&format!("{path}.pub"));
    let effects = vec![
        Effect::File { path: file.to_owned(), mode: 0o600, owner },
        Effect::File { path: public, mode: 0o644, owner },
    ];
    let run = Run { terminal, ..Run::changing(&argv) };
    Ok(run.titled(format!("make the key {path}")).with_effects(effects))
}

/// The passphrase where it is asked for: everybody reads the words of a command line.
fn answering(passphrase: &str) -> Conversation {
    let texts = vec![passphrase.to_owned()];
    let answer = Answer { pattern: "passphrase.*: $".to_owned(), texts, always: true };
    Conversation { answers: vec![answer], timeout: Some(60), echo: false }
}

/// Where the key lies.
fn file(user: &User, found: &Found) -> PathBuf {
    let otherwise = format!(".ssh/id_{}", user.ssh_key_type);
    let given = user.ssh_key_file.as_ref().map_or(otherwise, |path| path.0.clone());
    text::to_path(&found.home).join(text::to_path(&given))
}

/// What roles read of the key.
pub fn describe(user: &User, host: &dyn Probe, found: &Found, result: &mut Fields) -> Result<(), Failure> {
    let path = file(user, found);
    result.set("ssh_key_file", text::from_path(&path));
    let public = text::to_path(&format!("{}.pub", text::from_path(&path)));
    if host.exists(&public)?
        && let Ok(bytes) = host.read(&public)
    {
        result.set("ssh_public_key", text::from_bytes(&bytes).trim());
        result.set("ssh_fingerprint", facts::key_fingerprint(host, &text::from_path(&path))?.trim());
    }
    Ok(())
}
