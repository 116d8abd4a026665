//! Pages for `lookup('url')`, fetched by the controller.

use crate::host::base64;
use crate::host::http::{Exchange, Follow, Proxies, send_from_here};
use crate::template::Fetch;

/// The most bytes of a page that are taken.
const LARGEST: u64 = 256 << 20;

/// The body of a page, or why there is none.
pub fn page(request: &Fetch) -> Result<Vec<u8>, String> {
    let mut headers = request.headers.clone();
    if let Some(user) = &request.username {
        let password = request.password.as_deref().unwrap_or_default();
        let word = base64::encode(format!("{user}:{password}").as_bytes());
        headers.push(("Authorization".into(), format!("Basic {word}")));
    }
    if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("user-agent")) {
        headers.push(("User-Agent".into(), request.agent.clone()));
    }
    let answer = send_from_here(&Exchange {
        method: "GET".into(),
        url: request.url.clone(),
        headers,
        timeout: request.timeout.max(1.0) as u64,
        follow: if request.follows { Follow::Safe } else { Follow::None },
        validate_certificates: request.validate_certs,
        ca: request.ca_path.clone(),
        proxies: if request.use_proxy { proxies() } else { Proxies::default() },
        limit: LARGEST,
        ..Exchange::default()
    });
    match answer.status {
        200..300 => Ok(answer.body.0),
        0 => Err(answer.reason),
        status => Err(format!("the answer is {status} {}", answer.reason)),
    }
}

fn proxies() -> Proxies {
    let variable = |name: &str| {
        let value = std::env::var(name).or_else(|_| std::env::var(name.to_uppercase()));
        value.ok().filter(|value| !value.is_empty())
    };
    Proxies {
        http: variable("http_proxy"),
        https: variable("https_proxy"),
        except: variable("no_proxy").unwrap_or_default(),
    }
}
