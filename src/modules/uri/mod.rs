//! `uri`

mod body;

use super::argument::{PathText, Raw};
use super::place::Placement;
use super::web::{Redirects, WebArguments, file_name};
use super::{ArgumentError, FileAttributes, Module, Need, Source, files};
use crate::host::http::Answer;
use crate::host::{
    Carried, Change, Data, Done, Failure, Fields, Plan, Probe, Report, Time, glob, json, text,
};
use std::sync::Arc;

choices! {
    /// How a body is written.
    Format { Raw = "raw", Json = "json", Form = "form-urlencoded", Multipart = "form-multipart" }
}

module! {
    /// Sends a request over HTTP and tells what comes back.
    ///
    /// A dry run sends nothing: what comes back is not known then.
    ///
    /// ```yaml
    /// - uri: { url: "http://127.0.0.1:8008/health", return_content: true, status_code: [200, 204] }
    /// - uri:
    ///     url: http://127.0.0.1/login
    ///     method: POST
    ///     body_format: json
    ///     body: { user: admin }
    ///     headers: { X-Key: abc }
    /// ```
    Uri "uri" {
        /// The address.
        url: String;
        /// The word of the request.
        method: String = "GET";
        /// What is sent.
        body: Option<Raw>;
        /// How it is written.
        body_format: Format = "raw";
        /// A file that is sent, of the controller or with `remote_src` of the host.
        src: Option<String>;
        /// Takes `src` from the host.
        remote_src: bool = false;
        /// Which answers are good.
        status_code: Vec<i64> = 200;
        /// Tells the whole answer.
        return_content: bool = false;
        /// Where the answer is written to.
        dest: Option<PathText>;
        /// Is not sent when this file is there.
        creates: Option<PathText>;
        /// Is not sent when this file is not there.
        removes: Option<PathText>;
        /// Which redirections are followed.
        follow_redirects: Redirects = "safe";
        /// Seconds to wait.
        timeout: i64 = 30;
        /// A socket that is asked instead of a port.
        unix_socket: Option<PathText>;
        /// Asks for what is not kept on the way.
        force: bool = false;
    } with { web: WebArguments, attributes: FileAttributes } attached { source: Option<Arc<Source>> }
}

impl Module for Uri {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        if host.stage() > 0 {
            return self.write_down(host);
        }
        if let Some(message) = self.need_not(host)? {
            return Ok(Plan::say(Fields::new().with("msg", message).with("stdout", "skipped").with("rc", 0)));
        }
        if host.is_dry() {
            return Err(Failure::unknown(format!(
                "the answer of `{}`, which is not asked in a dry run",
                self.url
            )));
        }
        let mut exchange =
            self.web.exchange(host, &self.url, &self.method.to_ascii_uppercase(), self.timeout)?;
        exchange.follow = self.follow_redirects.follow();
        exchange.unix_socket = self.unix_socket.as_ref().map(|path| path.on(host)).transpose()?;
        if self.force {
            exchange.headers.push(("Cache-Control".to_owned(), "no-cache".to_owned()));
        }
        body::add(self, host, &mut exchange)?;
        let exchange = if self.dest.is_some() { exchange.into_file() } else { exchange };
        let plan = Plan::one(Change::Request(exchange)).with("asked_at", Time::now().as_seconds());
        Ok(if self.dest.is_some() { plan.and_again() } else { plan })
    }

    fn report(&self, host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        let mut result = carried.result.clone();
        let asked_at = result.remove("asked_at");
        let answer = carried.changes.iter().find_map(|(_, done)| match done {
            Done::Answered(answer) => Some(answer),
            _ => None,
        });
        let Some(answer) = answer else { return Ok(Report { changed: Some(false), ..Report::from(result) }) };
        if let Some(Data::Float(asked_at)) = asked_at {
            result.set("elapsed", (Time::now().as_seconds() - asked_at) as i64);
        }
        let good = self.status_code.contains(&i64::from(answer.status));
        self.tell(answer, &mut result);
        if !good {
            return Err(self.refused(answer, result));
        }
        if let Some(path) = result.get("path").and_then(Data::as_text).map(text::to_path) {
            files::describe(host, &path, &mut result)?;
        }
        let changed = carried.changes.iter().any(|(change, _)| change.counts());
        Ok(Report { changed: Some(changed), ..Report::from(result) })
    }

    fn check(&self) -> Vec<ArgumentError> {
        let message = match () {
            () if self.body.is_some() && self.src.is_some() => exclusive!("body|src"),
            () if !self.method.chars().all(|scalar| scalar.is_ascii_alphabetic()) => {
                "`method` must be one word"
            }
            () => return Vec::new(),
        };
        vec![ArgumentError::new("", message)]
    }

    fn need(&self) -> Option<Need> {
        let src = self.src.clone().filter(|_| !self.remote_src)?;
        Some(Need::File { src, directory: false })
    }

    fn attach(&mut self, source: Arc<Source>) -> Result<(), String> {
        self.source = Some(source);
        Ok(())
    }
}

impl Uri {
    fn need_not(&self, host: &dyn Probe) -> Result<Option<String>, Failure> {
        let there = |path: &PathText| -> Result<bool, Failure> {
            Ok(!glob::expand(host, &path.on(host)?)?.is_empty())
        };
        if let Some(path) = &self.creates
            && there(path)?
        {
            return Ok(Some(format!("skipped, since '{}' exists", path.0)));
        }
        if let Some(path) = &self.removes
            && !there(path)?
        {
            return Ok(Some(format!("skipped, since '{}' does not exist", path.0)));
        }
        Ok(None)
    }

    /// Puts what came back into the file that it is wanted in.
    fn write_down(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let (Some(dest), Some(answer)) = (&self.dest, host.answered()) else { return Ok(Plan::nothing()) };
        if !self.status_code.contains(&i64::from(answer.status)) {
            return Ok(Plan::nothing());
        }
        let mut path = dest.on(host)?;
        if host.is_directory(&path)? {
            path = path.join(text::to_path(&file_name(&answer.url, &answer.headers)));
        }
        let content = answer.content()?;
        let placement = Placement { follow: true, ..Placement::of(&path, content, &self.attributes) };
        let mut plan = placement.plan(host)?;
        plan.result = Fields::new().with("path", text::from_path(&path));
        Ok(plan)
    }

    fn tell(&self, answer: &Answer, result: &mut Fields) {
        result.set("status", if answer.status == 0 { -1 } else { i64::from(answer.status) });
        result.set("url", answer.url.as_str());
        result.set("redirected", answer.redirected);
        result.set("msg", said(answer));
        for (name, value) in answer.headers.iter() {
            result.set(name.replace('-', "_"), value.clone());
        }
        if matches!(answer.status, 200..300) {
            cookies(&answer.headers, result);
        }
        let content = text::from_bytes(&told(answer));
        let kind = answer.headers.get("content-type").and_then(Data::as_text).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if (kind.ends_with("/json") || kind.ends_with("+json"))
            && let Ok(data) = json::parse(&content)
        {
            result.set("json", data);
        }
        if self.return_content {
            result.set("content", content);
        }
    }

    fn refused(&self, answer: &Answer, result: Fields) -> Failure {
        let wanted: Vec<String> = self.status_code.iter().map(i64::to_string).collect();
        let status = if answer.status == 0 { -1 } else { i64::from(answer.status) };
        let message = format!("Status code was {status} and not [{}]: {}", wanted.join(", "), said(answer));
        Failure::Failed { result: result.with("msg", message.as_str()), message }
    }
}

/// Ansible's words for what came back.
fn said(answer: &Answer) -> String {
    match answer.status {
        0 => format!("Request failed: {}", answer.reason),
        status @ (300.. | ..200) => format!("HTTP Error {status}: {}", answer.reason),
        _ => format!("{} ({} bytes)", answer.reason, answer.size()),
    }
}

fn cookies(headers: &Fields, result: &mut Fields) {
    let set = headers.get("set-cookie").and_then(Data::as_text).unwrap_or_default();
    let mut cookies = Fields::new();
    for cookie in set.split(", ").filter_map(|cookie| cookie.split(';').next()) {
        if let Some((name, value)) = cookie.split_once('=').filter(|(name, _)| !name.contains(' ')) {
            cookies.set(name.trim(), value.trim());
        }
    }
    let pairs: Vec<String> = cookies
        .iter()
        .map(|(name, value)| format!("{name}={}", value.as_text().unwrap_or_default()))
        .collect();
    result.set("cookies", cookies);
    result.set("cookies_string", pairs.join("; "));
}

/// The most bytes of a body that are told; what is longer is only put into its file.
const MOST_TOLD: u64 = 8 << 20;

fn told(answer: &Answer) -> Vec<u8> {
    match &answer.stored {
        Some(stored) if stored.size <= MOST_TOLD => stored.bytes(0, MOST_TOLD as usize).unwrap_or_default(),
        Some(_) => Vec::new(),
        None => answer.body.0.clone(),
    }
}
