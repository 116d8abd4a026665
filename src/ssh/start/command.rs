//! The command that starts an agent as some user.

use crate::ssh::words;
use crate::ssh::{AgentBinaries, Become, Method};

const SCRIPT: &str = include_str!("bootstrap.sh");

/// The script as one line without comments.
fn script() -> String {
    let code = SCRIPT.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    code.collect::<Vec<_>>().join(" ")
}

/// How one attempt is made.
pub(super) struct Attempt<'a> {
    pub identity: &'a Become,
    /// Begins every line that the script writes, and the prompt.
    pub token: &'a str,
    /// Whether a password will be sent when it is asked for.
    pub password: bool,
    /// Whether an agent that is there already is not to be taken.
    pub fresh: bool,
}

impl Attempt<'_> {
    /// The command, for any login shell.
    ///
    /// # Errors
    /// The variable that is wrong, and what is wrong with it.
    pub fn command(&self, agents: &AgentBinaries) -> Result<String, (&'static str, String)> {
        let known: Vec<_> = agents.all().map(|agent| format!("{}:{}", agent.machine, agent.hash)).collect();
        let known = known.join(" ");
        let script = script();
        let mut shell = vec!["/bin/sh", "-c", &script, "provision", self.token, &known];
        shell.extend(self.fresh.then_some("fresh"));
        let words = self.escalated(&shell)?;
        Ok(format!("exec {}", words::join(&words)))
    }

    fn escalated(&self, shell: &[&str]) -> Result<Vec<String>, (&'static str, String)> {
        let Become { method, user, .. } = self.identity;
        let own = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let mut command = match method {
            Method::None => return Ok(own(shell)),
            _ => self.program()?,
        };
        command.extend(self.flags()?);
        match method {
            Method::Su => {
                command.extend(own(&["-s", "/bin/sh", "-c", &words::join(shell), user]));
            }
            _ => {
                command.extend(own(&["-u", user]));
                command.extend(own(shell));
            }
        }
        Ok(command)
    }

    fn program(&self) -> Result<Vec<String>, (&'static str, String)> {
        let exe = self.identity.exe.as_deref().filter(|exe| !exe.trim().is_empty());
        split("ansible_become_exe", exe.unwrap_or(self.identity.method.program()))
    }

    fn flags(&self) -> Result<Vec<String>, (&'static str, String)> {
        let usual = if self.identity.method == Method::Sudo { "-H -S -n" } else { "" };
        let flags = self.identity.flags.as_deref().filter(|flags| !flags.trim().is_empty());
        let mut flags = split("ansible_become_flags", flags.unwrap_or(usual))?;
        match (self.identity.method, self.password) {
            (Method::Sudo, true) => {
                flags.retain(|flag| flag != "-n" && flag != "--non-interactive");
                if !flags.iter().any(|flag| flag == "-S" || flag == "--stdin") {
                    flags.push("-S".to_owned());
                }
                flags.extend(["-p".to_owned(), self.prompt()]);
            }
            (Method::Sudo | Method::Doas, false) if !flags.iter().any(|flag| flag == "-n") => {
                flags.push("-n".to_owned());
            }
            _ => {}
        }
        Ok(flags)
    }

    /// What sudo is told to ask with.
    pub fn prompt(&self) -> String {
        format!("{} password:", self.token)
    }
}

fn split(field: &'static str, text: &str) -> Result<Vec<String>, (&'static str, String)> {
    words::split(text).ok_or_else(|| (field, format!("is {text:?}: a quote is not closed")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_passes_through_every_login_shell() {
        let script = script();
        assert!(!script.contains(['\'', '\\', '!', '\n']), "{script}");
        assert!(script.len() < 4000, "{}", script.len());
    }

    fn command(method: Method, flags: Option<&str>, exe: Option<&str>, password: bool) -> String {
        let identity = Become {
            flags: flags.map(str::to_owned),
            exe: exe.map(str::to_owned),
            ..Become::user(method, "app")
        };
        let attempt = Attempt { identity: &identity, token: "T", password, fresh: false };
        let words = attempt.escalated(&["sh"]).unwrap();
        words::join(&words)
    }

    #[test]
    fn programs_are_called_as_they_expect() {
        use Method::{Doas, None as Stay, Su, Sudo};
        for (method, flags, exe, password, expected) in [
            (Stay, None, None, false, "sh"),
            (Sudo, None, None, false, "sudo -H -S -n -u app sh"),
            (Sudo, None, None, true, "sudo -H -S -p 'T password:' -u app sh"),
            (Sudo, Some("-E"), Some("/opt/sudo"), false, "/opt/sudo -E -n -u app sh"),
            (Sudo, Some("-E"), None, true, "sudo -E -S -p 'T password:' -u app sh"),
            (Doas, None, None, false, "doas -n -u app sh"),
            (Doas, None, None, true, "doas -u app sh"),
            (Su, None, None, true, "su -s /bin/sh -c sh app"),
            (Su, Some("-"), Some("sudo su"), false, "sudo su - -s /bin/sh -c sh app"),
        ] {
            assert_eq!(command(method, flags, exe, password), expected);
        }
    }
}
