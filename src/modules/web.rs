//! Requests: what `uri` and `get_url` have in common.

use super::argument::PathText;
use crate::host::http::{Answer, Exchange, Follow, Proxies};
use crate::host::{Failure, Fields, Probe, Stored, base64};

choices! {
    /// Which redirections are followed.
    Redirects {
        Safe = "safe", All = "all" | "yes" | "True" | "true", None = "none" | "no" | "False" | "false", Urllib = "urllib2",
    }
}

arguments! {
    /// How a request is sent.
    WebArguments {
        /// Headers.
        headers: Fields;
        /// The user who asks.
        url_username ["user", "username"]: Option<String>;
        /// The password of that user.
        url_password ["password"]: Option<String>;
        /// Says who asks with the first request.
        force_basic_auth: bool = false;
        /// What program asks.
        http_agent: String = "ansible-httpget";
        /// Whether the certificate of the server must be good.
        validate_certs: bool = true;
        /// A certificate that says who asks.
        client_cert: Option<PathText>;
        /// The key of that.
        client_key: Option<PathText>;
        /// Certificates of those who are trusted.
        ca_path: Option<PathText>;
        /// Asks through the proxy that the environment names.
        use_proxy: bool = true;
        /// Which ciphers are used.
        ciphers: Vec<String>;
        /// Unpacks what comes packed.
        decompress: bool = true;
        /// Headers that are not sent after a redirection.
        unredirected_headers: Vec<String>;
        /// Means nothing here.
        use_gssapi: bool = false;
        /// Means nothing here.
        use_netrc: bool = true;
    }
}

impl WebArguments {
    /// The request that the arguments mean.
    pub fn exchange(
        &self,
        host: &dyn Probe,
        url: &str,
        method: &str,
        timeout: i64,
    ) -> Result<Exchange, Failure> {
        let text = |value: &crate::host::Data| <String as super::Argument>::parse(value).unwrap_or_default();
        let mut headers: Vec<(String, String)> =
            self.headers.iter().map(|(name, value)| (name.to_owned(), text(value))).collect();
        let given = |name: &str| self.headers.iter().any(|(given, _)| given.eq_ignore_ascii_case(name));
        if !given("user-agent") {
            headers.push(("User-Agent".to_owned(), self.http_agent.clone()));
        }
        if let Some(user) = self.url_username.as_ref().filter(|_| !given("authorization")) {
            let password = self.url_password.as_deref().unwrap_or_default();
            let word = base64::encode(format!("{user}:{password}").as_bytes());
            headers.push(("Authorization".to_owned(), format!("Basic {word}")));
        }
        let path = |path: &Option<PathText>| path.as_ref().map(|path| path.on(host)).transpose();
        Ok(Exchange {
            method: method.to_owned(),
            url: url.to_owned(),
            headers,
            timeout: u64::try_from(timeout).unwrap_or(30).max(1),
            follow: Follow::Safe,
            validate_certificates: self.validate_certs,
            ca: path(&self.ca_path)?,
            client_certificate: path(&self.client_cert)?,
            client_key: path(&self.client_key)?,
            proxies: if self.use_proxy { Proxies::of(host) } else { Proxies::default() },
            limit: MOST_HELD,
            ..Exchange::default()
        })
    }
}

impl Redirects {
    /// What is followed.
    pub fn follow(self) -> Follow {
        match self {
            Redirects::Safe | Redirects::Urllib => Follow::Safe,
            Redirects::All => Follow::All,
            Redirects::None => Follow::None,
        }
    }
}

/// The most bytes of an answer that are held in memory.
const MOST_HELD: u64 = 64 << 20;

/// What an address holds; a failure that says why where it cannot be had.
pub fn fetch(host: &dyn Probe, url: &str, validate: bool, patience: i64) -> Result<Vec<u8>, Failure> {
    ask(host, url, exchange(host, url, validate, patience)?).map(|answer| answer.body.0)
}

/// The same of what may be long.
pub fn fetch_stored(host: &dyn Probe, url: &str, validate: bool, patience: i64) -> Result<Stored, Failure> {
    let answer = ask(host, url, exchange(host, url, validate, patience)?.into_file())?;
    host.stored(&answer.content()?)
}

fn exchange(host: &dyn Probe, url: &str, validate: bool, patience: i64) -> Result<Exchange, Failure> {
    let fields = Fields::new().with("validate_certs", validate);
    let given = super::argument::Given(std::borrow::Cow::Owned(fields)).checked(WebArguments::ARGS.iter());
    let web = WebArguments::take(&given.map_err(|_| "the request is wrong")?);
    web.exchange(host, url, "GET", patience)
}

fn ask(host: &dyn Probe, url: &str, exchange: Exchange) -> Result<Answer, Failure> {
    let answer = host.fetch(&exchange);
    match answer.status {
        200 => Ok(answer),
        status => Err(Failure::new(format!("cannot fetch `{url}`: {}", answer.reason))
            .with("status_code", i64::from(status))),
    }
}

/// The name of a file that an address gives.
pub fn file_name(url: &str, headers: &Fields) -> String {
    let disposition =
        headers.get("content-disposition").and_then(|value| value.as_text()).unwrap_or_default();
    let named = disposition.split(';').find_map(|part| part.trim().strip_prefix("filename="));
    let named = named.map(|name| name.trim_matches('"').rsplit('/').next().unwrap_or_default().to_owned());
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let last = path.split_once("://").map_or(path, |(_, rest)| rest);
    let last = last.split_once('/').map_or("", |(_, path)| path.rsplit('/').next().unwrap_or_default());
    let name = named.filter(|name| !name.is_empty()).unwrap_or_else(|| last.to_owned());
    if name.is_empty() || name == ".." { "index.html".to_owned() } else { name }
}
