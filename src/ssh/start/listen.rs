//! What comes before the agent: lines of the script, prompts, and anything else, which is skipped.

use super::command::Attempt;
use crate::ssh::packing::Packing;
use crate::ssh::session::printable;
use crate::wire::MARKER;

/// How much may come before the agent.
const MOST: usize = 64 << 10;

/// What was heard.
#[derive(PartialEq, Eq, Debug)]
pub(super) enum Heard {
    /// The agent has started; what it wrote, from its marker on.
    Agent(Vec<u8>),
    /// The script wants the agent for this machine type.
    Wants {
        machine: String,
        /// The best that the host can unpack.
        packing: Packing,
    },
    /// There is no agent for this machine type.
    Lacks {
        machine: String,
    },
    /// No directory will do; what was tried.
    Nowhere {
        tried: String,
    },
    /// The script gives up.
    Fails {
        why: String,
    },
    /// A password is asked for.
    Prompt,
    TooMuch,
}

/// Listens to a program that is on its way to become the agent.
pub(super) struct Listener {
    token: String,
    prompt: String,
    out: Vec<u8>,
    err: Vec<u8>,
    /// Whether the script has begun: the user has been become.
    pub begun: bool,
}

impl Listener {
    pub fn new(attempt: &Attempt) -> Listener {
        Listener {
            token: attempt.token.to_owned(),
            prompt: attempt.prompt(),
            out: Vec::new(),
            err: Vec::new(),
            begun: false,
        }
    }

    /// Takes standard output in.
    pub fn out(&mut self, bytes: &[u8]) -> Option<Heard> {
        self.out.extend_from_slice(bytes);
        if let Some(at) = find(&self.out, MARKER) {
            return Some(Heard::Agent(self.out.split_off(at)));
        }
        while let Some(line) = self.next_line() {
            if let Some(heard) = self.line(&line) {
                return Some(heard);
            }
        }
        self.pending()
    }

    /// Takes standard error in.
    pub fn err(&mut self, bytes: &[u8]) -> Option<Heard> {
        self.err.extend_from_slice(bytes);
        self.pending()
    }

    /// What was said so far, for people.
    pub fn text(&self) -> String {
        let text =
            String::from_utf8_lossy(&self.err).into_owned() + "\n" + &String::from_utf8_lossy(&self.out);
        let lines = text.lines().filter(|line| !line.contains(&self.token)).map(printable);
        lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("; ")
    }

    /// Forgets prompts that were answered.
    pub fn answered(&mut self) {
        for stream in [&mut self.out, &mut self.err] {
            let line = stream.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
            stream.truncate(line);
        }
    }

    /// Takes the script's next whole line out of what was written.
    fn next_line(&mut self) -> Option<String> {
        let start = find(&self.out, self.token.as_bytes())?;
        let length = self.out.get(start..)?.iter().position(|byte| *byte == b'\n')?;
        let line: Vec<u8> = self.out.drain(start..=start + length).collect();
        Some(printable(&String::from_utf8_lossy(&line)))
    }

    fn line(&mut self, line: &str) -> Option<Heard> {
        let (word, rest) = line
            .strip_prefix(&self.token)?
            .trim_start()
            .split_once(' ')
            .unwrap_or((line.strip_prefix(&self.token)?.trim_start(), ""));
        let machine = || rest.split(' ').next().unwrap_or_default().to_owned();
        match word {
            "here" => {
                self.begun = true;
                None
            }
            "wants" => {
                let packing = Packing::of(rest.split(' ').nth(1).unwrap_or_default());
                Some(Heard::Wants { machine: machine(), packing })
            }
            "lacks" => Some(Heard::Lacks { machine: machine() }),
            "nowhere" => Some(Heard::Nowhere { tried: rest.to_owned() }),
            "fails" => Some(Heard::Fails { why: rest.to_owned() }),
            _ => None,
        }
    }

    fn pending(&self) -> Option<Heard> {
        if self.out.len() + self.err.len() > MOST {
            return Some(Heard::TooMuch);
        }
        let asks = |stream: &[u8]| asks_for_password(last_line(stream), &self.prompt);
        (!self.begun && (asks(&self.out) || asks(&self.err))).then_some(Heard::Prompt)
    }
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|window| window == wanted)
}

/// What stands behind the last line break.
fn last_line(stream: &[u8]) -> &[u8] {
    stream.rsplit(|byte| *byte == b'\n').next().unwrap_or(&[])
}

/// The word for a password where prompts are translated.
const WORDS: [&str; 22] = [
    "passw",
    "mot de passe",
    "contraseña",
    "contrasenya",
    "senha",
    "palavra-passe",
    "parola",
    "hasło",
    "heslo",
    "wachtwoord",
    "lösenord",
    "adgangskode",
    "salasana",
    "jelszó",
    "geslo",
    "lozinka",
    "пароль",
    "парола",
    "密码",
    "密碼",
    "パスワード",
    "암호",
];

/// Whether an unfinished line is a prompt for a password: the one we asked for, or one that looks like it.
fn asks_for_password(line: &[u8], prompt: &str) -> bool {
    let line = String::from_utf8_lossy(line).to_lowercase();
    let line = line.trim_end();
    line.ends_with(&prompt.to_lowercase())
        || (line.ends_with([':', '：']) && WORDS.iter().any(|word| line.contains(word)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ssh::Become;
    use proptest::prelude::*;

    fn listener() -> Listener {
        let identity = Become::nobody_else();
        Listener::new(&Attempt { identity: &identity, token: "T0", password: true, fresh: false })
    }

    #[test]
    fn what_comes_before_the_agent_is_skipped() {
        let mut heard = listener();
        assert_eq!(heard.out(b"Welcome\nT0 he"), None);
        assert_eq!(heard.out(b"re\r\n"), None);
        assert!(heard.begun);
        let marker = [MARKER, b"frames"].concat();
        assert_eq!(heard.out(&marker[..3]), None);
        assert_eq!(heard.out(&marker[3..]), Some(Heard::Agent(marker.clone())));
        assert_eq!(heard.text(), "Welcome");
    }

    #[test]
    fn the_script_is_understood_in_the_middle_of_noise() {
        let mut heard = listener();
        let wants = Heard::Wants { machine: "x86_64".to_owned(), packing: Packing::Xz };
        assert_eq!(heard.out(b"no line breakT0 here\nT0 wants x86_64 xz /tmp/a b\n"), Some(wants));
        let nowhere = Heard::Nowhere { tried: "/a is mounted noexec; /b".to_owned() };
        assert_eq!(heard.out(b"T0 nowhere /a is mounted noexec; /b\n"), Some(nowhere));
    }

    #[test]
    fn prompts_are_recognised_and_noise_is_not() {
        for (text, asks) in [
            ("T0 password:", true),
            ("We trust you\n\nT0 password: ", true),
            ("[sudo: authenticate] Password: ", true),
            ("Passwort: ", true),
            ("パスワード：", true),
            ("mot de passe :", true),
            ("your password expires:\n", false),
            ("Verification code: ", false),
        ] {
            assert_eq!(listener().err(text.as_bytes()) == Some(Heard::Prompt), asks, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn noise_in_any_pieces_is_survived(pieces in prop::collection::vec("(T0 |wants|here|\n|Password:|\\PC){0,12}", 0..8)) {
            let mut heard = listener();
            for piece in pieces {
                let _ = (heard.out(piece.as_bytes()), heard.err(piece.as_bytes()), heard.text());
            }
        }
    }

    #[test]
    fn endless_noise_ends() {
        let mut heard = listener();
        let noise = [b'x'; 1000];
        assert!((0..100).any(|_| heard.out(&noise) == Some(Heard::TooMuch)));
    }
}
