//! Secrets are replaced in everything that is shown, in whatever form they come.

mod event;
mod forms;

pub use event::{HIDDEN, HIDDEN_LABEL};
pub use forms::SHORTEST;

use aho_corasick::{AhoCorasick, MatchKind};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, RwLock};

/// What stands where a secret was.
pub const REDACTED: &str = "********";

/// Knows every secret text of a run and replaces it wherever it turns up. Shared by all who add secrets and all who
/// show text.
#[derive(Default)]
pub struct Redactor {
    known: Mutex<Known>,
    /// Finds all that is known; none after a secret was added, until somebody asks.
    finder: RwLock<Option<Arc<Finder>>>,
}

#[derive(Default)]
struct Known {
    secrets: BTreeSet<Arc<str>>,
    forms: BTreeSet<String>,
}

/// None stands for nothing to look for.
type Finder = Option<AhoCorasick>;

impl Redactor {
    /// Remembers a secret. Texts shorter than [`SHORTEST`] characters are not looked for.
    pub fn add(&self, secret: &str) {
        if secret.trim().chars().count() < SHORTEST {
            return;
        }
        let mut known = self.known.lock().unwrap_or_else(|broken| broken.into_inner());
        if !known.secrets.insert(secret.into()) {
            return;
        }
        known.forms.extend(forms::forms(secret));
        *self.finder.write().unwrap_or_else(|broken| broken.into_inner()) = None;
    }

    /// The text without its secrets.
    pub fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let finder = self.finder();
        let Some(finder) = finder.as_ref() else { return Cow::Borrowed(text) };
        if !finder.is_match(text) {
            return Cow::Borrowed(text);
        }
        let mut out = String::with_capacity(text.len());
        finder.replace_all_with(text, &mut out, |_, _, out| {
            out.push_str(REDACTED);
            true
        });
        Cow::Owned(out)
    }

    /// Replaces secrets in place.
    pub fn clean(&self, text: &mut String) {
        if let Cow::Owned(redacted) = self.redact(text) {
            *text = redacted;
        }
    }

    fn finder(&self) -> Arc<Finder> {
        if let Some(finder) = &*self.finder.read().unwrap_or_else(|broken| broken.into_inner()) {
            return finder.clone();
        }
        let known = self.known.lock().unwrap_or_else(|broken| broken.into_inner());
        let finder = Arc::new(build(&known.forms));
        *self.finder.write().unwrap_or_else(|broken| broken.into_inner()) = Some(finder.clone());
        finder
    }
}

/// Shows how much is known, and nothing of it.
impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        let known = self.known.lock().unwrap_or_else(|broken| broken.into_inner());
        write!(f, "Redactor({} secrets)", known.secrets.len())
    }
}

/// Of two secrets that begin at one place, the longer is replaced.
fn build(forms: &BTreeSet<String>) -> Finder {
    if forms.is_empty() {
        return None;
    }
    AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(forms).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};

    const SECRET: &str = "s3cr&t '\"pä\\ss\"' wörd?";

    fn redactor(secret: &str) -> Redactor {
        let redactor = Redactor::default();
        redactor.add(secret);
        redactor
    }

    /// Asserts that nothing of the secret is left, whatever it is written in.
    fn assert_gone(shown: &str) {
        let redacted = redactor(SECRET).redact(shown).into_owned();
        assert_eq!(redacted.replace(REDACTED, ""), "<>", "of {shown}");
    }

    #[test]
    fn a_secret_is_replaced_in_every_form() {
        let json = serde_json::to_string(SECRET).unwrap();
        let json = json.trim_start_matches('"').strip_suffix('"').unwrap();
        for form in [
            SECRET.to_owned(),
            json.to_owned(),
            json.replace('ä', "\\u00e4").replace('ö', "\\u00f6"),
            json.replace('\\', "\\\\").replace('"', "\\\""),
            SECRET.replace('\\', "\\\\").replace('\'', "\\'"),
            SECRET.replace('\'', "'\"'\"'"),
            SECRET.replace('\'', "'\\''"),
            SECRET.replace('\'', "''"),
            "s3cr%26t%20%27%22p%C3%A4%5Css%22%27%20w%C3%B6rd%3F".to_owned(),
            "s3cr%26t+%27%22p%C3%A4%5Css%22%27+w%C3%B6rd%3F".to_owned(),
            "s3cr&amp;t &#39;&#34;pä\\ss&#34;&#39; wörd?".to_owned(),
        ] {
            assert_gone(&format!("<{form}>"));
        }
    }

    #[test]
    fn base64_is_found_wherever_the_secret_begins() {
        let redactor = redactor("correct horse battery");
        for before in ["", "u", "us", "usr", "user:"] {
            for after in ["", "\n", "@h", "abc"] {
                let text = format!("{before}correct horse battery{after}");
                for encoded in [STANDARD.encode(&text), URL_SAFE.encode(&text)] {
                    let left = redactor.redact(&encoded).replace(REDACTED, "");
                    assert!(left.len() <= encoded.len() - 26, "{left} of {encoded}");
                }
            }
        }
    }

    #[test]
    fn lines_of_a_key_are_secrets_of_their_own() {
        let redactor = redactor("-----BEGIN KEY-----\n  MIIEowIBAAKC\nab\n-----END KEY-----\n");
        assert_eq!(redactor.redact("+ MIIEowIBAAKC\n"), "+ ********\n");
        assert_eq!(redactor.redact("ab"), "ab");
        let whole = r"key: -----BEGIN KEY-----\n  MIIEowIBAAKC\nab\n-----END KEY-----\n";
        assert_eq!(redactor.redact(whole), "key: ********");
    }

    #[test]
    fn short_texts_and_no_secrets_change_nothing() {
        assert_eq!(redactor("abc").redact("abcabc"), "abcabc");
        assert!(matches!(Redactor::default().redact("text"), Cow::Borrowed("text")));
    }

    #[test]
    fn of_two_secrets_the_longer_is_replaced() {
        let redactor = redactor("hunter");
        redactor.add("hunter-two");
        assert_eq!(redactor.redact("hunter-two hunter"), "******** ********");
    }

    #[test]
    fn secrets_added_later_are_found_and_none_is_printed() {
        let redactor = redactor("first-one");
        assert_eq!(redactor.redact("second-one"), "second-one");
        redactor.add("second-one");
        assert_eq!(redactor.redact("second-one"), REDACTED);
        assert_eq!(format!("{redactor:?}"), "Redactor(2 secrets)");
    }
}
