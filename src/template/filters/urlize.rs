//! `urlize`: the words of a text that are addresses become links, by the rules of Jinja2 since 3.0.

use super::Table;
use super::html::escaped;
use crate::template::eval::{Bound, Call};
use crate::template::python::regex::{Flags, Pattern};
use crate::template::python::types;
use crate::template::{Answer, Error};
use crate::vars::Value;

pub const TABLE: Table = &[("urlize", urlize)];

/// With a scheme or `www.`, any host; without, a host of one of the old domains; a number only with a scheme.
const WEB: &str = concat!(
    r"^(?:(?:https?://|www\.)(?:[\w%-]+\.)*(?:[a-z]{2,63}|xn--[\w%]{2,59})",
    r"|(?:[\w%-]{2,63}\.)+(?:com|net|int|edu|gov|org|info|mil)",
    r"|https?://(?:\d{1,3}(?:\.\d{1,3}){3}|\[(?:[\da-f]{0,4}:){2}(?:[\da-f]{0,4}:?){1,6}\]))",
    r"(?::\d{1,5})?(?:[/?#]\S*)?$",
);
const MAIL: &str = r"^\S+@\w[\w.-]*\.\w+$";
const SCHEME: &str = r"^[\w.+-]{2,}:/{0,2}\Z";

/// What stands before and behind an address without being part of it, as escaped text has it.
const OPENING: &[&str] = &["(", "<", "&lt;"];
const CLOSING: &[&str] = &[")", ">", ".", ",", "\n", "&gt;"];
const PAIRS: &[(&str, &str)] = &[("(", ")"), ("<", ">"), ("&lt;", "&gt;")];

fn urlize(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "trim_url_limit", "nofollow", "target", "rel", "extra_schemes"])?;
    let links = Links {
        limit: args.int("trim_url_limit")?.and_then(|limit| usize::try_from(limit).ok()),
        attributes: attributes(&args)?,
        schemes: schemes(&args)?,
    };
    let text = escaped(&args.text("value")?);
    let words = text.split_inclusive(char::is_whitespace);
    Ok(words.map(|word| links.word(word)).collect::<Answer<String>>()?.into())
}

/// What every link to the web says beside its address.
fn attributes(args: &Bound) -> Answer<String> {
    let rel = args.text_or("rel", "")?;
    let mut rel: Vec<&str> = rel.split_whitespace().chain(["noopener"]).collect();
    if args.bool_or("nofollow", false)? {
        rel.push("nofollow");
    }
    rel.sort_unstable();
    rel.dedup();
    let target = args.some("target").map(types::text).transpose()?;
    let target = target.map(|target| format!(" target=\"{}\"", escaped(&target))).unwrap_or_default();
    Ok(format!(" rel=\"{}\"{target}", rel.join(" ")))
}

fn schemes(args: &Bound) -> Answer<Vec<String>> {
    if args.some("extra_schemes").is_none() {
        return Ok(Vec::new());
    }
    let schemes = args.items("extra_schemes")?.iter().map(types::text).collect::<Answer<Vec<_>>>()?;
    for scheme in &schemes {
        if !is(SCHEME, scheme)? {
            return Err(Error::failed(format!("`{scheme}` is no scheme of addresses, such as `ftp:`")));
        }
    }
    Ok(schemes)
}

fn is(pattern: &str, text: &str) -> Answer<bool> {
    let flags = Flags { ignore_case: true, ..Flags::default() };
    Pattern::new(pattern, flags, text)?.matches_at_start(text)
}

struct Links {
    /// So many characters of an address are shown.
    limit: Option<usize>,
    attributes: String,
    /// Beginnings of other addresses than those of the web and of mail.
    schemes: Vec<String>,
}

impl Links {
    /// A word with the blank behind it.
    fn word(&self, word: &str) -> Answer<String> {
        let (word, blank) = word.split_at(word.trim_end().len());
        let (before, core, after) = parted(word);
        Ok(format!("{before}{}{after}{blank}", self.link(core)?.unwrap_or_else(|| core.to_owned())))
    }

    fn link(&self, core: &str) -> Answer<Option<String>> {
        if is(WEB, core)? {
            let has_scheme = core.starts_with("http://") || core.starts_with("https://");
            let address = if has_scheme { core.to_owned() } else { format!("https://{core}") };
            return Ok(Some(self.anchor(&address, &self.short(core))));
        }
        if let Some(to) = core.strip_prefix("mailto:")
            && is(MAIL, to)?
        {
            return Ok(Some(format!("<a href=\"{core}\">{to}</a>")));
        }
        if !core.starts_with("www.") && !core.starts_with('@') && !core.contains(':') && is(MAIL, core)? {
            return Ok(Some(format!("<a href=\"mailto:{core}\">{core}</a>")));
        }
        let known = self.schemes.iter().any(|scheme| core.len() > scheme.len() && core.starts_with(scheme));
        Ok(known.then(|| self.anchor(core, core)))
    }

    fn anchor(&self, address: &str, shown: &str) -> String {
        format!("<a href=\"{address}\"{}>{shown}</a>", self.attributes)
    }

    fn short(&self, address: &str) -> String {
        match self.limit {
            Some(limit) if address.chars().count() > limit => {
                address.chars().take(limit).chain("...".chars()).collect()
            }
            _ => address.to_owned(),
        }
    }
}

/// What stands before an address, itself, and what stands behind it. What the address opens it may close.
fn parted(word: &str) -> (&str, &str, &str) {
    let mut start = 0;
    while let Some(mark) = OPENING.iter().find(|mark| word[start..].starts_with(**mark)) {
        start += mark.len();
    }
    let mut end = word.len();
    while let Some(mark) = CLOSING.iter().find(|mark| word[start..end].ends_with(**mark)) {
        end -= mark.len();
    }
    for (open, close) in PAIRS {
        let core = &word[start..end];
        let unclosed = core.matches(open).count().saturating_sub(core.matches(close).count());
        if unclosed > 0
            && let Some((at, _)) = word[end..].match_indices(close).take(core.matches(open).count()).last()
        {
            end += at + close.len();
        }
    }
    (&word[..start], &word[start..end], &word[end..])
}
