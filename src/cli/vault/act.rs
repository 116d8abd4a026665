//! What `provision vault` does with files and texts.

use super::{VaultAct, VaultConversion, VaultFile, VaultRekey, VaultString, editor, files, inline};
use crate::cli::Asker;
use crate::cli::desk::secrets;
use crate::cli::start::Project;
use crate::cli::{VaultIdentity, VaultSecret};
use crate::report::exit;
use crate::source::{Diagnostic, Diagnostics, Span};
use crate::vault::{self, Ask, Keyring, Origin, Secret, is_encrypted};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

type Done = Result<(), Diagnostic>;

/// The indent of an encrypted value, as `ansible-vault` writes it.
const INDENT: &str = "          ";

/// Does what is asked for.
///
/// # Errors
/// A file cannot be read or written, or no password fits.
pub fn vault(act: &VaultAct, project: &Project) -> Result<u8, Diagnostics> {
    let done = Desk::open(act, project).and_then(|desk| match act {
        VaultAct::Create(one) => desk.create(&one.file),
        VaultAct::Edit(one) => desk.edit(one),
        VaultAct::View(views) => views.files.iter().try_for_each(|path| desk.view(path)),
        VaultAct::Encrypt(files) => desk.convert(files, Desk::encrypted),
        VaultAct::Decrypt(files) => desk.convert(files, Desk::decrypted),
        VaultAct::Rekey(rekey) => desk.rekey(rekey),
        VaultAct::EncryptString(text) => desk.encrypt_string(text),
    });
    done.map(|()| exit::FINE).map_err(|diagnostic| Diagnostics { all: vec![diagnostic] })
}

/// The passwords, and who can be asked.
struct Desk {
    asker: Asker,
    keyring: Keyring,
    /// The label to encrypt with, if it was said.
    label: Option<String>,
}

/// Asks for a password that is already in use, once, or for a new one, twice.
struct Question<'a> {
    asker: &'a Asker,
    is_new: bool,
}

impl Ask for Question<'_> {
    fn password(&self, question: &str) -> Result<Zeroizing<String>, Diagnostic> {
        let question = question.trim_end_matches([':', ' ']);
        if self.is_new { self.asker.new_secret(question) } else { self.asker.secret(question) }
    }
}

/// What becomes of the bytes of a file.
type Convert = fn(&Desk, &[u8], &Path) -> Result<Zeroizing<Vec<u8>>, Diagnostic>;

impl Desk {
    fn open(act: &VaultAct, project: &Project) -> Result<Desk, Diagnostic> {
        let vaults = &project.settings.vaults;
        let is_new = matches!(act, VaultAct::Create(_) | VaultAct::Encrypt(_) | VaultAct::EncryptString(_));
        let asker = Asker::default();
        let mut identities = vaults.identities.clone();
        if identities.is_empty() {
            identities.push(VaultIdentity { id: vault::DEFAULT.to_owned(), secret: VaultSecret::Prompt });
        }
        let secrets = secrets(&identities, &Question { asker: &asker, is_new })?;
        let keyring = Keyring { secrets, strict: vaults.only_matching };
        Ok(Desk { asker, keyring, label: vaults.encrypt_with.clone() })
    }

    fn secret(&self) -> Result<&Secret, Diagnostic> {
        self.keyring.for_encryption(self.label.as_deref())
    }

    fn encrypted(&self, bytes: &[u8], path: &Path) -> Result<Zeroizing<Vec<u8>>, Diagnostic> {
        if is_encrypted(bytes) {
            return Err(Diagnostic::error(format!("`{}` is encrypted already", path.display())));
        }
        Ok(Zeroizing::new(self.secret()?.encrypt(bytes)?.into_bytes()))
    }

    fn decrypted(&self, bytes: &[u8], path: &Path) -> Result<Zeroizing<Vec<u8>>, Diagnostic> {
        self.opened(bytes, path).map(|(plain, _)| plain)
    }

    fn opened(&self, bytes: &[u8], path: &Path) -> Result<(Zeroizing<Vec<u8>>, &Secret), Diagnostic> {
        if !is_encrypted(bytes) {
            return Err(Diagnostic::error(format!("`{}` is not encrypted", path.display())));
        }
        let found = self.keyring.open(&text(bytes, path)?, Span::NONE);
        found.map_err(|found| of_file(found, path))
    }

    fn create(&self, path: &Path) -> Done {
        if path.exists() {
            let message = format!("`{}` is there already", path.display());
            return Err(Diagnostic::error(message).hint("`provision vault edit` changes it"));
        }
        let edited = editor::edit("", path)?;
        files::write(path, self.secret()?.encrypt(edited.as_bytes())?.as_bytes())
    }

    fn edit(&self, one: &VaultFile) -> Done {
        let path = &one.file;
        let bytes = files::read(path)?;
        if !is_encrypted(&bytes) {
            return self.edit_values(&text(&bytes, path)?, path);
        }
        let (plain, secret) = self.opened(&bytes, path)?;
        let before = text(&plain, path)?;
        let after = editor::edit(&before, path)?;
        if *before == *after {
            return Ok(());
        }
        let secret = if self.label.is_some() { self.secret()? } else { secret };
        files::write(path, secret.encrypt(after.as_bytes())?.as_bytes())
    }

    fn edit_values(&self, written: &str, path: &Path) -> Done {
        let (shown, blocks) = inline::open(written, |envelope| self.value(envelope, path))?;
        let shown = Zeroizing::new(shown);
        let edited = editor::edit(&shown, path)?;
        let closed = inline::close(&edited, &blocks, |plain| self.secret()?.encrypt(plain.as_bytes()))?;
        if closed == written { Ok(()) } else { files::write(path, closed.as_bytes()) }
    }

    fn value(&self, envelope: &str, path: &Path) -> Result<String, Diagnostic> {
        let (plain, _) = self.keyring.open(envelope, Span::NONE).map_err(|found| of_file(found, path))?;
        String::from_utf8(plain.to_vec())
            .map_err(|_| Diagnostic::error(format!("a value in `{}` holds no text", path.display())))
    }

    /// A file without anything encrypted is shown as it is, so that this can be the `textconv` of git.
    fn view(&self, path: &Path) -> Done {
        let bytes = files::read(path)?;
        if is_encrypted(&bytes) {
            return files::write(Path::new("-"), &self.decrypted(&bytes, path)?);
        }
        let written = text(&bytes, path)?;
        let shown = match inline::is_in(&written) {
            true => Zeroizing::new(inline::open(&written, |envelope| self.value(envelope, path))?.0),
            false => written,
        };
        files::write(Path::new("-"), shown.as_bytes())
    }

    fn convert(&self, asked: &VaultConversion, convert: Convert) -> Done {
        let streams = [PathBuf::from("-")];
        let paths = if asked.files.is_empty() { &streams[..] } else { &asked.files[..] };
        if paths.len() > 1 && asked.output.is_some() {
            return Err(Diagnostic::error("`--output` wants a single file to read"));
        }
        for path in paths {
            let converted = convert(self, &files::read(path)?, path)?;
            files::write(asked.output.as_deref().unwrap_or(path), &converted)?;
        }
        Ok(())
    }

    fn rekey(&self, asked: &VaultRekey) -> Done {
        let origin = match (&asked.new_vault_id, &asked.new_vault_password_file) {
            (Some(id), _) => Origin::parse(id),
            (None, Some(path)) => Origin { label: None, place: vault::Place::File(path.clone()) },
            (None, None) => Origin { label: None, place: vault::Place::Prompt },
        };
        let new = vault::load(&origin, &Question { asker: &self.asker, is_new: true })?;
        let plain = asked.files.iter().map(|path| self.decrypted(&files::read(path)?, path));
        // All are opened before the first is written.
        let plain = plain.collect::<Result<Vec<_>, _>>()?;
        let mut files = asked.files.iter().zip(plain);
        files.try_for_each(|(path, plain)| files::write(path, new.encrypt(&plain)?.as_bytes()))
    }

    fn encrypt_string(&self, asked: &VaultString) -> Done {
        let mut all: Vec<(Option<&String>, Zeroizing<String>)> = Vec::new();
        let names = asked.name.iter().map(Some).chain(std::iter::repeat(None));
        all.extend(names.zip(asked.texts.iter().map(|text| Zeroizing::new(text.clone()))));
        if asked.prompt {
            let typed = match asked.show_input {
                true => self.asker.text("Text to encrypt").map(Zeroizing::new)?,
                false => self.asker.secret("Text to encrypt")?,
            };
            all.push((asked.name.get(asked.texts.len()), typed));
        }
        if all.is_empty() || asked.stdin_name.is_some() {
            let stream = Path::new("-");
            all.push((
                asked.stdin_name.as_ref().or(asked.name.first()),
                text(&files::read(stream)?, stream)?,
            ));
        }
        let values = all.iter().map(|(name, text)| self.written(name.map(String::as_str), text));
        let values = values.collect::<Result<Vec<String>, _>>()?;
        files::write(asked.output.as_deref().unwrap_or(Path::new("-")), values.concat().as_bytes())
    }

    /// A value as it stands in a YAML file.
    fn written(&self, name: Option<&str>, text: &str) -> Result<String, Diagnostic> {
        let envelope = self.secret()?.encrypt(text.as_bytes())?;
        let name = name.map(|name| format!("{name}: ")).unwrap_or_default();
        let lines: String = envelope.lines().map(|line| format!("{INDENT}{line}\n")).collect();
        Ok(format!("{name}!vault |\n{lines}"))
    }
}

fn text(bytes: &[u8], path: &Path) -> Result<Zeroizing<String>, Diagnostic> {
    let no_text = |_| Diagnostic::error(format!("`{}` holds no text in UTF-8", path.display()));
    std::str::from_utf8(bytes).map(|text| Zeroizing::new(text.to_owned())).map_err(no_text)
}

fn of_file(mut found: Diagnostic, path: &Path) -> Diagnostic {
    found.message = format!("`{}`: {}", path.display(), found.message);
    found
}
