//! `get_url`

use super::argument::PathText;
use super::place::{self, Placement};
use super::stat::{Algorithm, checksum};
use super::web::{WebArguments, file_name};
use super::{Argument, ArgumentError, FileAttributes, Module};
use crate::host::http::Answer;
use crate::host::{Carried, Data, Failure, Fields, Plan, Probe, Report, Time, clock::Date, text};
use std::path::PathBuf;

module! {
    /// Fetches a file from the web.
    ///
    /// A file that is there is fetched again only when it is older, when its checksum is another one, or with `force`.
    ///
    /// ```yaml
    /// - get_url: { url: "http://example.org/a.tar.gz", dest: /tmp/a.tar.gz, checksum: "sha256:0123", mode: "0644" }
    /// ```
    GetUrl "get_url" {
        /// The address.
        url: String;
        /// Where it goes: a file, or a directory that is there.
        dest: PathText;
        /// Fetches it even where it is there.
        force: bool = false;
        /// What the file must have, as `algorithm:hash`, or `algorithm:address` of a list of hashes.
        checksum: String = "";
        /// Keeps a copy of what is replaced.
        backup: bool = false;
        /// Seconds to wait.
        timeout: i64 = 10;
        /// Means nothing here: it is put in place whole.
        tmp_dest: Option<PathText>;
    } with { web: WebArguments, attributes: FileAttributes }
}

impl Module for GetUrl {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let dest = self.dest.on(host)?;
        let wanted = self.wanted(host)?;
        let there = !host.is_directory(&dest)? && host.exists(&dest)?;
        if there && !self.force {
            let found = wanted.as_ref().map(|(algorithm, hash)| {
                Ok::<_, Failure>(checksum(*algorithm, &host.open(&dest)?)? == *hash)
            });
            if found.transpose()? == Some(true) {
                return self.keep(host, dest, "file already exists");
            }
        }
        let since = if there && !self.force && wanted.is_none() {
            host.follow(&dest)?.map(|stat| stat.modified)
        } else {
            None
        };
        let mut exchange = self.web.exchange(host, &self.url, "GET", self.timeout)?.into_file();
        exchange.headers.extend(since.map(|time| ("If-Modified-Since".to_owned(), http_date(time.seconds))));
        let asked_at = Time::now().as_seconds();
        let answer = host.fetch(&exchange);
        let elapsed = (Time::now().as_seconds() - asked_at) as i64;
        let plan = match answer.status {
            304 => Ok(self.keep(host, dest, "file already exists")?.with("status_code", 304)),
            200 => self.put(host, dest, answer, wanted),
            _ => Err(self.refused(&answer)),
        };
        plan.map(|plan| plan.with("elapsed", elapsed)).map_err(|failure| failure.with("elapsed", elapsed))
    }

    fn report(&self, host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        let mut result = carried.result.clone();
        result.remove("path");
        let result = place::report(host, result)?;
        let sum = result.get("checksum").cloned().unwrap_or_default();
        Ok(result.with("checksum_dest", sum.clone()).with("checksum_src", sum).into())
    }

    fn check(&self) -> Vec<ArgumentError> {
        let bad = !self.checksum.is_empty() && !self.checksum.contains(':');
        if bad {
            vec![ArgumentError::new("checksum", "`checksum` must be written as `algorithm:hash`")]
        } else {
            Vec::new()
        }
    }
}

impl GetUrl {
    fn wanted(&self, host: &dyn Probe) -> Result<Option<(Algorithm, String)>, Failure> {
        let Some((algorithm, rest)) = self.checksum.split_once(':') else { return Ok(None) };
        let algorithm =
            Algorithm::parse(&algorithm.into()).map_err(|message| format!("`checksum` {message}"))?;
        if !rest.contains("://") {
            return Ok(Some((algorithm, rest.trim().to_ascii_lowercase())));
        }
        let list = host.fetch(&self.web.exchange(host, rest, "GET", self.timeout)?);
        if list.status != 200 {
            return Err(Failure::new(format!("cannot fetch the checksums from `{rest}`: {}", list.reason)));
        }
        let name = file_name(&self.url, &Fields::new());
        let text = text::from_bytes(&list.body.0);
        let named = |line: &str| {
            let (hash, file) = line.split_once(char::is_whitespace)?;
            let file = file.trim().trim_start_matches(['*', '.', '/']);
            (file == name).then(|| hash.to_ascii_lowercase())
        };
        let alone =
            text.split_whitespace().next().filter(|_| text.lines().count() == 1).map(str::to_lowercase);
        let hash = text.lines().find_map(named).or(alone);
        let hash = hash.ok_or_else(|| format!("`{rest}` has no checksum for `{name}`"))?;
        Ok(Some((algorithm, hash)))
    }

    fn keep(&self, host: &dyn Probe, dest: PathBuf, message: &str) -> Result<Plan, Failure> {
        let stat = host.follow(&dest)?.ok_or("the file is gone")?;
        let plan = self.attributes.plan(host, &dest, &stat)?;
        Ok(plan.with("dest", text::from_path(&dest)).with("url", self.url.as_str()).with("msg", message))
    }

    fn refused(&self, answer: &Answer) -> Failure {
        let status = if answer.status == 0 { -1 } else { i64::from(answer.status) };
        let response = match answer.status {
            0 => answer.reason.clone(),
            status => format!("HTTP Error {status}: {}", answer.reason),
        };
        Failure::new(format!("Request failed: `{}`: {response}", self.url))
            .with("status_code", status)
            .with("response", response)
            .with("url", self.url.as_str())
            .with("dest", self.dest.0.as_str())
    }

    fn put(
        &self,
        host: &dyn Probe,
        dest: PathBuf,
        answer: Answer,
        wanted: Option<(Algorithm, String)>,
    ) -> Result<Plan, Failure> {
        let content = answer.content()?;
        if let Some((algorithm, hash)) = wanted {
            let found = checksum(algorithm, &host.stored(&content)?)?;
            if found != hash {
                return Err(Failure::new(format!("the checksum of `{}` is {found}, not {hash}", self.url)));
            }
        }
        let dest = if host.is_directory(&dest)? {
            dest.join(text::to_path(&file_name(&answer.url, &answer.headers)))
        } else {
            dest
        };
        let size = answer.size();
        let placement = Placement {
            dest,
            content,
            attributes: &self.attributes,
            preserved: None,
            backup: self.backup,
            force: true,
            follow: true,
            validate: None,
        };
        let plan = placement.plan(host)?;
        let plan = plan.with("url", answer.url).with("status_code", i64::from(answer.status));
        Ok(plan.with("msg", format!("OK ({size} bytes)")).with("src", Data::Null))
    }
}

/// `Sat, 21 Nov 2026 04:55:09 GMT`
fn http_date(seconds: i64) -> String {
    let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let date = Date::of(seconds);
    let name = |names: &[&'static str], index: i64| {
        usize::try_from(index).ok().and_then(|index| names.get(index).copied())
    };
    let (day, month) =
        (name(&days, date.weekday).unwrap_or_default(), name(&months, date.month - 1).unwrap_or_default());
    format!(
        "{day}, {:02} {month} {} {:02}:{:02}:{:02} GMT",
        date.day, date.year, date.hour, date.minute, date.second
    )
}
