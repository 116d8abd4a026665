//! Questions for the host's `openssl`: keys, requests and certificates. Nothing that it makes here is kept by it.

use super::answer::ask_about;
use super::{Bytes, Dialogue, Effect, Failure, Fields, Probe, text};

/// A question with an input and secrets in the environment, where nobody can see them.
#[derive(Clone, Debug, Default)]
pub struct Question<'a> {
    pub words: Vec<&'a str>,
    pub stdin: &'a str,
    /// What `-passin env:PROVISION_PASS` reads.
    pub passphrase: Option<&'a str>,
}

/// A public key as `ssh` writes it, which the host's `ssh-keygen` knows.
pub fn in_form_of_ssh(host: &dyn Probe, public: &str) -> Result<String, Failure> {
    let argv = ["ssh-keygen", "-i", "-m", "PKCS8", "-f", "/dev/stdin"].map(str::to_owned).to_vec();
    let dialogue = Dialogue { stdin: Bytes(text::to_bytes(public)), ..Dialogue::of(argv) };
    let said = ask_about(host, dialogue.query(), "ssh-keygen")?;
    match said.rc {
        0 => Ok(said.stdout.trim_end().to_owned()),
        _ => Err(host.missing(format!("ssh-keygen refuses: {}", said.stderr.trim()))),
    }
}

impl Question<'_> {
    fn dialogue(&self) -> Dialogue {
        let words = std::iter::once("openssl").chain(self.words.iter().copied());
        let environment = self.passphrase.map(|pass| ("PROVISION_PASS".to_owned(), pass.to_owned()));
        Dialogue {
            environment: environment.into_iter().collect(),
            stdin: Bytes(text::to_bytes(self.stdin)),
            ..Dialogue::of(words.map(str::to_owned).collect())
        }
    }

    /// What is printed; `None` where openssl fails.
    pub fn ask(&self, host: &dyn Probe) -> Result<Option<String>, Failure> {
        Ok(ask_about(host, self.dialogue().query(), "openssl")?.well())
    }

    /// What is printed; a failure says what openssl complains of.
    pub fn ask_well(&self, host: &dyn Probe) -> Result<String, Failure> {
        let said = ask_about(host, self.dialogue().query(), "openssl")?;
        match said.rc {
            0 => Ok(said.stdout),
            _ => Err(host.missing(format!("openssl refuses: {}", said.stderr.trim()))),
        }
    }

    /// For a dry run: this would be printed.
    pub fn becomes(&self, printed: &str) -> Effect {
        let answer = Fields::new().with("rc", 0).with("stdout", printed);
        Effect::Set(self.dialogue().query().subject().clone(), answer.into())
    }
}
