//! Passwords, sent or given in answer to questions.

use super::Attempt;
use crate::ssh::Secret;
use crate::ssh::session::printable;
use russh::client::{AuthResult, KeyboardInteractiveAuthResponse as Response, Prompt};

/// How many rounds of questions a host may ask.
const ROUNDS: usize = 8;

impl Attempt<'_> {
    /// Sends a password, once.
    pub(super) async fn send(&mut self, password: &Secret) {
        self.tried.push("the password".to_owned());
        self.spent = true;
        let user = &self.login.settings.user;
        if let Ok(result) = self.handle.authenticate_password(user, password.reveal()).await {
            self.settle(result);
        }
    }

    /// Answers questions: the first hidden one with the password, once; others by asking the person.
    pub(super) async fn answer(&mut self, password: &Secret) {
        self.tried.push("the password (keyboard-interactive)".to_owned());
        let mut password = Some(password);
        let user = &self.login.settings.user;
        let mut response = self.handle.authenticate_keyboard_interactive_start(user, None).await;
        for _ in 0..ROUNDS {
            match response {
                Ok(Response::InfoRequest { prompts, .. }) => {
                    let Some(answers) = self.answers(&prompts, &mut password).await else {
                        let none = prompts.iter().map(|_| String::new()).collect();
                        let _ = self.handle.authenticate_keyboard_interactive_respond(none).await;
                        return;
                    };
                    response = self.handle.authenticate_keyboard_interactive_respond(answers).await;
                }
                Ok(Response::Success) => {
                    self.settle(AuthResult::Success);
                    return;
                }
                Ok(Response::Failure { remaining_methods, partial_success }) => {
                    self.settle(AuthResult::Failure { remaining_methods, partial_success });
                    return;
                }
                Err(_) => return,
            }
        }
    }

    async fn answers(&mut self, prompts: &[Prompt], password: &mut Option<&Secret>) -> Option<Vec<String>> {
        let mut answers = Vec::new();
        for prompt in prompts {
            let answer = match password.take_if(|_| !prompt.echo) {
                Some(password) => {
                    self.spent = true;
                    password.reveal().to_owned()
                }
                // The same question again: the password is wrong, and trying it twice may lock the account.
                None if prompt.prompt.to_ascii_lowercase().contains("password") => return None,
                None => self.ask(&prompt.prompt).await?,
            };
            answers.push(answer);
        }
        Some(answers)
    }

    async fn ask(&self, prompt: &str) -> Option<String> {
        let host = &self.login.target.name;
        let question = format!("`{host}` asks: {}", printable(prompt));
        Some(self.login.questions.again(question).await?.reveal().to_owned())
    }
}
