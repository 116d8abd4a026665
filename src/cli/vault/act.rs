//! What `provision vault` does with files and texts.

use super::editor::Usual;
use super::{VaultAct, VaultConversion, VaultRekey, VaultString, streams};
use crate::cli::desk::secrets;
use crate::cli::start::Project;
use crate::cli::{Asker, interrupts};
use crate::report::{count, exit};
use crate::settings::{VaultIdentity, VaultSecret};
use crate::source::{Diagnostic, Diagnostics};
use crate::vault::{self, Ask, Keyring, Keys, Origin, Place, Secret};
use std::path::Path;
use zeroize::Zeroizing;

/// What messages call what has no file.
const STANDARD_INPUT: &str = "<standard input>";

type Done = Result<(), Diagnostic>;

/// Does what is asked for.
///
/// # Errors
/// A file cannot be read or written, or no password fits.
pub fn vault(act: &VaultAct, project: &Project) -> Result<u8, Diagnostics> {
    carry_out(act, project).map(|()| exit::FINE).map_err(|diagnostic| Diagnostics { all: vec![diagnostic] })
}

fn carry_out(act: &VaultAct, project: &Project) -> Done {
    let asker = interrupts::asker();
    let keyring = keyring(act, project, &asker)?;
    let keys = Keys {
        keyring: &keyring,
        encrypt_with: project.settings.vaults.encrypt_with.as_deref(),
        sources: &project.sources,
    };
    let named = project.settings.paths.editor.as_deref();
    let editor = Usual { named, asker: &asker, sources: &project.sources };
    match act {
        VaultAct::Create(one) => vault::create(&one.file, new_secret(&keys)?, &editor),
        VaultAct::Edit(one) => vault::edit(&one.file, &keys, &editor).map(drop),
        VaultAct::View(views) => views.files.iter().try_for_each(|path| streams::print(&view(path, &keys)?)),
        VaultAct::Encrypt(asked) => encrypt(asked, new_secret(&keys)?),
        VaultAct::Decrypt(asked) => decrypt(asked, &keys),
        VaultAct::Rekey(asked) => rekey(asked, &keys, &asker, project),
        VaultAct::EncryptString(asked) => encrypt_string(asked, new_secret(&keys)?, &asker),
    }
}

/// Asks for a password that is already in use, once, or for a new one, twice.
struct Question<'a> {
    asker: &'a Asker,
    is_new: bool,
}

impl Ask for Question<'_> {
    fn password(&self, question: &str) -> Result<Zeroizing<String>, Diagnostic> {
        let question = question.trim_end_matches([':', ' ']);
        if self.is_new { self.asker.new_password(question) } else { self.asker.password(question) }
    }
}

/// The passwords that were named; the person is asked where none is.
fn keyring(act: &VaultAct, project: &Project, asker: &Asker) -> Result<Keyring, Diagnostic> {
    let vaults = &project.settings.vaults;
    let mut identities = vaults.identities.clone();
    if identities.is_empty() {
        identities.push(VaultIdentity { id: vault::DEFAULT.to_owned(), secret: VaultSecret::Prompt });
    }
    let is_new = matches!(act, VaultAct::Create(_) | VaultAct::Encrypt(_) | VaultAct::EncryptString(_));
    let secrets = secrets(&identities, &Question { asker, is_new })?;
    Ok(Keyring { secrets, strict: vaults.only_matching })
}

/// The password for what is not encrypted yet: which one it is must be said where there are several.
fn new_secret<'a>(keys: &Keys<'a>) -> Result<&'a Secret, Diagnostic> {
    let secrets = &keys.keyring.secrets;
    if secrets.len() > 1 && keys.encrypt_with.is_none() {
        let labels: Vec<String> = secrets.iter().map(|secret| format!("`{}`", secret.label)).collect();
        let message = format!("there are several passwords to encrypt with: {}", labels.join(", "));
        return Err(Diagnostic::error(message).hint("say which one with `--encrypt-vault-id`"));
    }
    keys.keyring.for_encryption(keys.encrypt_with)
}

fn view(path: &Path, keys: &Keys) -> Result<Zeroizing<Vec<u8>>, Diagnostic> {
    match streams::is_stream(path) {
        true => vault::shown(Path::new(STANDARD_INPUT), streams::read()?, keys),
        false => vault::view(path, keys),
    }
}

fn encrypt(asked: &VaultConversion, secret: &Secret) -> Done {
    convert(
        asked,
        |bytes| vault::encrypt(bytes, secret).map(|text| Zeroizing::new(text.into_bytes())),
        |path, output| vault::encrypt_file(path, output, secret),
    )
}

fn decrypt(asked: &VaultConversion, keys: &Keys) -> Done {
    convert(
        asked,
        |bytes| vault::decrypt(Path::new(STANDARD_INPUT), bytes, keys),
        |path, output| vault::decrypt_file(path, output, keys),
    )
}

/// Rewrites files in place; what comes from a stream, or goes to one, through memory.
fn convert(
    asked: &VaultConversion,
    of_bytes: impl Fn(&[u8]) -> Result<Zeroizing<Vec<u8>>, Diagnostic>,
    of_file: impl Fn(&Path, Option<&Path>) -> Done,
) -> Done {
    let output = asked.output.as_deref();
    if asked.files.len() > 1 && output.is_some() {
        return Err(Diagnostic::error("`--output` wants a single file to read"));
    }
    let to_stream = output.is_some_and(streams::is_stream);
    if asked.files.is_empty() {
        return put(&of_bytes(&streams::read()?)?, output);
    }
    for path in &asked.files {
        match streams::is_stream(path) {
            true => put(&of_bytes(&streams::read()?)?, output)?,
            false if to_stream => streams::print(&of_bytes(&read(path)?)?)?,
            false => of_file(path, output)?,
        }
    }
    Ok(())
}

fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, Diagnostic> {
    let unreadable = |error| Diagnostic::error(format!("cannot read `{}`: {error}", path.display()));
    std::fs::read(path).map(Zeroizing::new).map_err(unreadable)
}

/// Writes to a file, or to the standard output where none is named.
fn put(bytes: &[u8], output: Option<&Path>) -> Done {
    match output.filter(|path| !streams::is_stream(path)) {
        Some(path) => vault::write(path, bytes),
        None => streams::print(bytes),
    }
}

fn rekey(asked: &VaultRekey, keys: &Keys, asker: &Asker, project: &Project) -> Done {
    let origin = match (&asked.new_vault_id, &asked.new_vault_password_file) {
        (Some(id), _) => Origin::parse(id),
        (None, Some(path)) => Origin { label: None, place: Place::File(path.clone()) },
        (None, None) => Origin { label: None, place: Place::Prompt },
    };
    let new = vault::load(&origin, &Question { asker, is_new: true })?;
    for rekeyed in vault::rekey(&asked.files, keys, &new)? {
        let values =
            rekeyed.values.map(|values| format!(" ({})", count(values, "value"))).unwrap_or_default();
        project.tell(&format!("{}{values} has the new password\n", rekeyed.path.display()));
    }
    Ok(())
}

fn encrypt_string(asked: &VaultString, secret: &Secret, asker: &Asker) -> Done {
    let mut all: Vec<(Option<&String>, Zeroizing<String>)> = Vec::new();
    let names = asked.name.iter().map(Some).chain(std::iter::repeat(None));
    all.extend(names.zip(asked.texts.iter().map(|text| Zeroizing::new(text.clone()))));
    if asked.prompt {
        let typed = match asked.show_input {
            true => asker.text("Text to encrypt").map(Zeroizing::new)?,
            false => asker.secret("Text to encrypt")?,
        };
        all.push((asked.name.get(asked.texts.len()), typed));
    }
    if all.is_empty() || asked.stdin_name.is_some() {
        let bytes = streams::read()?;
        let text = std::str::from_utf8(&bytes).map(|text| Zeroizing::new(text.to_owned()));
        let text = text.map_err(|_| Diagnostic::error("the standard input is no text in UTF-8"))?;
        all.push((asked.stdin_name.as_ref().or(asked.name.first()), text));
    }
    let value = |(name, text): &(Option<&String>, Zeroizing<String>)| {
        vault::encrypt_string(name.map(String::as_str), text, secret)
    };
    let values = all.iter().map(value).collect::<Result<Vec<String>, _>>()?;
    put(values.concat().as_bytes(), asked.output.as_deref())
}
