//! `url`: a page, by lines or whole.

use super::{Settings, Table, dict_term, texts};
use crate::template::context::Fetch;
use crate::template::eval::Call;
use crate::template::python::number;
use crate::template::{Answer, Error};
use crate::vars::Value;

pub const TABLE: Table = &[("url", pages)];

fn pages(call: &mut Call) -> Answer<Vec<Value>> {
    let settings = Settings::of(&call.args);
    let split = settings.bool("split_lines", true);
    let mut found = Vec::new();
    for url in texts(call)? {
        let request = request(url, &settings)?;
        let services = call.ev.context.surroundings.services.clone();
        let part = call.part;
        let page = call.ev.once(part, || {
            let body = services.fetch(&request);
            let body =
                body.map_err(|error| Error::failed(format!("`{}` cannot be fetched: {error}", request.url)))?;
            Ok(String::from_utf8_lossy(&body).into_owned().into())
        })?;
        let text = page.as_str().unwrap_or_default();
        match split {
            true => found.extend(text.lines().map(Value::from)),
            false => found.push(text.into()),
        }
    }
    Ok(found)
}

fn request(url: String, settings: &Settings) -> Answer<Fetch> {
    let text = |name: &str| settings.value(name).map(ToString::to_string);
    let headers = match settings.value("headers") {
        Some(headers) => {
            dict_term(headers, "url")?.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect()
        }
        None => Vec::new(),
    };
    Ok(Fetch {
        url,
        headers,
        username: text("username"),
        password: text("password"),
        agent: text("http_agent").unwrap_or_else(|| "ansible-httpget".into()),
        validate_certs: settings.bool("validate_certs", true),
        ca_path: text("ca_path").map(Into::into),
        use_proxy: settings.bool("use_proxy", true),
        follows: settings.text("follow_redirects", "urllib2")? != "none",
        timeout: settings.value("timeout").and_then(number::number).map_or(10.0, |seconds| seconds.float()),
    })
}
