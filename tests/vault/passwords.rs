//! Where passwords come from.

use provision::source::Diagnostic;
use provision::vault::{Ask, Envelope, Origin, Place, Secret, load};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

struct Answer(&'static str);

impl Ask for Answer {
    fn password(&self, question: &str) -> Result<Zeroizing<String>, Diagnostic> {
        assert!(question.starts_with("Vault password"));
        Ok(Zeroizing::new(self.0.to_owned()))
    }
}

fn opens(secret: &Secret, password: &str) -> bool {
    let text = Secret::new(None, password).encrypt(b"x").unwrap();
    secret.open(&Envelope::parse(&text).unwrap()).is_some()
}

fn written(folder: &Path, name: &str, text: &str, mode: u32) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    path
}

fn loaded(place: Place, label: Option<&str>) -> Result<Secret, String> {
    let origin = Origin { label: label.map(str::to_owned), place };
    load(&origin, &Answer(" typed ")).map_err(|error| error.message)
}

#[test]
fn origins_are_read_from_what_is_typed() {
    let origin = |text| Origin::parse(text);
    assert_eq!(origin("prompt"), Origin { label: None, place: Place::Prompt });
    assert_eq!(origin("dev@prompt"), Origin { label: Some("dev".into()), place: Place::Prompt });
    assert_eq!(origin("dev@a@b").place, Place::File("a@b".into()));
    assert_eq!(origin("@file"), Origin { label: None, place: Place::File("file".into()) });
}

#[test]
fn passwords_come_from_files_programs_and_people() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    let file = written(dir, "file", "  from file \n", 0o600);
    assert!(opens(&loaded(Place::File(file), None).unwrap(), "from file"));
    let program = written(dir, "program", "#!/bin/sh\nprintf ' from program \\n'\n", 0o700);
    assert!(opens(&loaded(Place::File(program), Some("x")).unwrap(), " from program "));
    let client = written(dir, "my-client.sh", "#!/bin/sh\necho \"$1 $2\"\n", 0o700);
    assert!(opens(&loaded(Place::File(client), Some("dev")).unwrap(), "--vault-id dev"));
    assert!(opens(&loaded(Place::Prompt, None).unwrap(), "typed"));
}

#[test]
fn what_goes_wrong_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    let error = |path: PathBuf, label| {
        loaded(Place::File(path), label).unwrap_err().replace(&dir.display().to_string(), "")
    };
    assert_eq!(error(written(dir, "empty", "\n", 0o600), None), "the vault password from `/empty` is empty");
    assert_eq!(
        error(written(dir, "fails", "#!/bin/sh\nexit 3\n", 0o700), None),
        "vault password program `/fails` failed: exit status: 3"
    );
    assert_eq!(
        error(written(dir, "no-client", "#!/bin/sh\nexit 2\n", 0o700), Some("dev")),
        "vault password program `/no-client` knows no secret with the label `dev`"
    );
    assert!(error(dir.join("none"), None).starts_with("vault password file `/none`: No such file"));
}
