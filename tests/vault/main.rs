//! Encrypted files and values: what ansible-vault wrote is read, edited in place, given new passwords.

mod passwords;
mod properties;

use provision::source::{Diagnostic, Sources, Span};
use provision::vault::{self, Decryptor, Editor, Keyring, Keys, Secret};
use std::cell::{Cell, RefCell};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vault/data").join(name)
}

fn keyring() -> Keyring {
    let secrets = vec![Secret::new(None, "first password"), Secret::new(Some("dev"), "second password")];
    Keyring { secrets, strict: false }
}

struct Given {
    keyring: Keyring,
    sources: Sources,
}

impl Given {
    fn new() -> Given {
        Given { keyring: keyring(), sources: Sources::default() }
    }

    fn keys(&self) -> Keys<'_> {
        Keys { keyring: &self.keyring, encrypt_with: None, sources: &self.sources }
    }

    fn view(&self, path: &Path) -> String {
        String::from_utf8(vault::view(path, &self.keys()).unwrap().to_vec()).unwrap()
    }
}

/// An editor that changes the text by a function.
struct Change<F>(F);

impl<F: Fn(&str) -> String> Editor for Change<F> {
    fn edit(&self, path: &Path) -> Result<(), Diagnostic> {
        let mode = std::fs::metadata(path).unwrap().permissions().mode();
        let folder = std::fs::metadata(path.parent().unwrap()).unwrap().permissions().mode();
        assert_eq!((mode & 0o777, folder & 0o777), (0o600, 0o700));
        let text = std::fs::read_to_string(path).unwrap();
        std::fs::write(path, (self.0)(&text)).unwrap();
        Ok(())
    }

    fn again(&self, _: &Diagnostic) -> bool {
        false
    }
}

fn copied(name: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::copy(data(name), &path).unwrap();
    (folder, path)
}

#[test]
fn what_ansible_vault_wrote_is_read() {
    let plain = std::fs::read(data("plain")).unwrap();
    for (name, expected) in [("whole.1.1", plain.as_slice()), ("whole.1.2", &plain), ("empty", b"")] {
        let text = std::fs::read_to_string(data(name)).unwrap();
        assert_eq!(*keyring().decrypt(&text, Span::NONE).unwrap(), expected, "{name}");
    }
}

#[test]
fn values_are_shown_in_their_places() {
    let expected = "\
# a comment
before: 1
one: !decrypted 'first value'
# between
list:
  - !decrypted 'second: value'
after: [a, b]   # behind
lines: !decrypted |
          line one
          line two
";
    assert_eq!(Given::new().view(&data("values.yml")), expected);
}

#[test]
fn what_is_not_edited_keeps_its_bytes() {
    let given = Given::new();
    let (_folder, path) = copied("values.yml");
    let before = std::fs::read_to_string(&path).unwrap();
    assert_eq!(vault::edit(&path, &given.keys(), &Change(str::to_owned)), Ok(false));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), before);
    let edit = Change(|text: &str| text.replace("# between", "# edited").replace("first value", "changed"));
    assert_eq!(vault::edit(&path, &given.keys(), &edit), Ok(true));
    let after = std::fs::read_to_string(&path).unwrap();
    let (head, tail) = (before.find("# between").unwrap(), after.find("# edited").unwrap());
    assert_eq!(before[head..].replace("# between", "# edited"), after[tail..]);
    assert!(after.starts_with(
        "# a comment\nbefore: 1\none: !vault |\n          $ANSIBLE_VAULT;1.1;AES256\n          "
    ));
    assert!(given.view(&path).contains("one: !decrypted 'changed'\n"));
}

#[test]
fn values_can_be_added_moved_and_taken_away() {
    let given = Given::new();
    let (_folder, path) = copied("values.yml");
    let edit = Change(|text: &str| {
        let text = text.replace("one: !decrypted 'first value'\n", "");
        format!(
            "{text}new:\n  - deep: !decrypted \"a\\tb\"\n    flow: {{x: !decrypted 'in flow'}}\nmoved: !decrypted first value\n"
        )
    });
    assert_eq!(vault::edit(&path, &given.keys(), &edit), Ok(true));
    let after = std::fs::read_to_string(&path).unwrap();
    assert!(after.contains("  - deep: !vault |\n      $ANSIBLE_VAULT;1.1;AES256\n      "), "{after}");
    assert!(after.contains("flow: {x: !vault \"$ANSIBLE_VAULT;1.1;AES256\\n"), "{after}");
    let shown = given.view(&path);
    assert!(
        shown.contains("  - deep: !decrypted \"a\\tb\"\n    flow: {x: !decrypted 'in flow'}\n"),
        "{shown}"
    );
    assert!(shown.ends_with("moved: !decrypted 'first value'\n"), "{shown}");
}

#[test]
fn a_value_that_is_edited_keeps_its_label() {
    let given = Given::new();
    let (_folder, path) = copied("values.yml");
    let edit = Change(|text: &str| text.replace("second: value", "third"));
    assert_eq!(vault::edit(&path, &given.keys(), &edit), Ok(true));
    assert!(std::fs::read_to_string(&path).unwrap().contains("$ANSIBLE_VAULT;1.2;AES256;dev\n"));
}

#[test]
fn a_whole_file_is_created_edited_and_opened() {
    let given = Given::new();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new.yml");
    vault::create(&path, &given.keyring.secrets[0], &Change(|_: &str| "a: 1\n".to_owned())).unwrap();
    assert!(vault::create(&path, &given.keyring.secrets[0], &Change(str::to_owned)).is_err());
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(vault::edit(&path, &given.keys(), &Change(|text: &str| format!("{text}b: 2\n"))), Ok(true));
    assert_eq!(given.view(&path), "a: 1\nb: 2\n");
    vault::decrypt_file(&path, None, &given.keys()).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "a: 1\nb: 2\n");
    assert!(vault::decrypt_file(&path, None, &given.keys()).is_err());
    vault::encrypt_file(&path, None, &given.keyring.secrets[0]).unwrap();
    assert!(vault::encrypt_file(&path, None, &given.keyring.secrets[0]).is_err());
}

#[test]
fn a_file_that_changed_meanwhile_is_not_overwritten() {
    let given = Given::new();
    for name in ["values.yml", "whole.1.1"] {
        let (_folder, path) = copied(name);
        let other = path.clone();
        let edit = Change(move |text: &str| {
            let now = std::fs::read_to_string(&other).unwrap();
            std::fs::write(&other, format!("{now}\n")).unwrap();
            text.replace("first value", "mine").replace("plain text", "mine")
        });
        let error = vault::edit(&path, &given.keys(), &edit).unwrap_err();
        assert!(error.message.ends_with("was changed by somebody else meanwhile"), "{error:?}");
        let beside = path.with_file_name(format!("{name}.edited"));
        assert!(!std::fs::read_to_string(&beside).unwrap().contains("mine"));
        assert!(given.view(&beside).contains("mine"));
    }
}

/// An editor that writes YAML that is none, and then mends it.
struct Twice {
    wrong: Cell<bool>,
    private: RefCell<Option<PathBuf>>,
}

impl Editor for Twice {
    fn edit(&self, path: &Path) -> Result<(), Diagnostic> {
        let text = std::fs::read_to_string(path).unwrap();
        let text = if self.wrong.get() { format!("{text}a: [\n") } else { text.replace("a: [", "a: []") };
        std::fs::write(path, text).unwrap();
        *self.private.borrow_mut() = Some(path.to_owned());
        Ok(())
    }

    fn again(&self, problem: &Diagnostic) -> bool {
        assert!(problem.span().is_secret());
        self.wrong.replace(false)
    }
}

#[test]
fn a_mistake_can_be_mended_and_nothing_is_left_behind() {
    let given = Given::new();
    let (_folder, path) = copied("values.yml");
    let editor = Twice { wrong: Cell::new(true), private: RefCell::new(None) };
    assert_eq!(vault::edit(&path, &given.keys(), &editor), Ok(true));
    assert!(std::fs::read_to_string(&path).unwrap().ends_with("a: []\n"));
    let private = editor.private.into_inner().unwrap();
    assert!(!private.exists() && !private.parent().unwrap().exists());
}

#[test]
fn a_tree_gets_a_new_password_where_it_must() {
    let given = Given::new();
    let (folder, values) = copied("values.yml");
    std::fs::create_dir(folder.path().join("sub")).unwrap();
    let whole = folder.path().join("sub/whole");
    std::fs::copy(data("whole.1.1"), &whole).unwrap();
    let other = folder.path().join("other.yml");
    std::fs::write(&other, "a: 1\n").unwrap();
    let new = Secret::new(Some("prod"), "third");
    let paths = [folder.path().to_owned()];
    let rekeyed = vault::rekey(&paths, &given.keys(), &new).unwrap();
    let found: Vec<_> = rekeyed.iter().map(|one| (one.path.clone(), one.values)).collect();
    assert_eq!(found, [(whole.clone(), None), (values.clone(), Some(3))]);
    assert_eq!(vault::rekey(&paths, &given.keys(), &new), Ok(Vec::new()));
    assert!(vault::view(&values, &given.keys()).is_err());
    let after = Given { keyring: Keyring { secrets: vec![new.clone()], strict: true }, ..Given::new() };
    assert!(after.view(&values).contains("!decrypted 'second: value'\nafter: [a, b]   # behind\n"));
    assert!(after.view(&whole).starts_with("plain text\n"));
    assert!(vault::rekey(&[other], &given.keys(), &new).is_err());
}

#[test]
fn nothing_is_written_where_something_does_not_open() {
    let given = Given {
        keyring: Keyring { secrets: vec![Secret::new(None, "first password")], strict: false },
        ..Given::new()
    };
    let (folder, values) = copied("values.yml");
    std::fs::copy(data("whole.1.1"), folder.path().join("a")).unwrap();
    let before = std::fs::read(folder.path().join("a")).unwrap();
    let new = Secret::new(None, "third");
    let error = vault::rekey(&[folder.path().to_owned()], &given.keys(), &new).unwrap_err();
    assert_eq!(given.sources.place(error.span()), Some(format!("{}:12:12", values.display())));
    assert_eq!(std::fs::read(folder.path().join("a")).unwrap(), before);
}

#[test]
fn a_string_for_a_file_is_written_as_ansible_writes_it() {
    let secret = &keyring().secrets[1];
    let text = vault::encrypt_string(Some("key"), "value", secret).unwrap();
    assert!(text.starts_with("key: !vault |\n          $ANSIBLE_VAULT;1.2;AES256;dev\n          "));
    assert!(text.ends_with('\n'));
}
