//! Where Heroku is: the API, the data API and the git hosts, as the official CLI's variables say.

use std::collections::BTreeMap;

use url::Url;

use crate::env::{self, Environment};
use crate::transport::{self, Unencrypted};

const API: &str = "https://api.heroku.com";
const DATA: &str = "https://api.data.heroku.com";
const GIT: &str = "heroku.com";

/// The addresses of one Heroku installation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoints {
    /// Base URL of the Platform API.
    pub api: Url,
    /// Base URL of the data API (Postgres credentials).
    pub data: Url,
    /// Hosts whose git remotes name apps; `git.` in front of one counts too.
    pub git: Vec<String>,
    /// Headers that `HEROKU_HEADERS` adds to every request to the APIs. Their values may be secrets.
    pub headers: Headers,
}

/// Extra request headers. `Debug` shows the names only.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Headers(pub Vec<(String, String)>);

impl std::fmt::Debug for Headers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

/// A variable that cannot be used. Never its value, which may hold a password.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadEndpoint {
    /// It holds neither a host nor a URL.
    #[error("`{variable}` is neither a host nor a URL")]
    NotAUrl {
        /// Its name.
        variable: &'static str,
    },
    /// It holds a URL that requests must not go to.
    #[error("`{variable}` cannot be used")]
    NotAllowed {
        /// Its name.
        variable: &'static str,
        /// Why.
        #[source]
        cause: Unencrypted,
    },
    /// `HEROKU_HEADERS` is not an object of strings.
    #[error("`HEROKU_HEADERS` is not a JSON object of strings")]
    Headers,
}

impl Endpoints {
    /// Reads `HEROKU_HOST`, `HEROKU_API_URL`, `HEROKU_DATA_HOST`, `HEROKU_GIT_HOST` and `HEROKU_HEADERS`.
    ///
    /// `HEROKU_HOST` is the official CLI's and goes first: a value that begins with `http` is the API's URL as it
    /// is, any other is the host that `api.` is put in front of. Fails on what is not a URL, and on a URL that is
    /// neither https nor loopback.
    pub fn from_env(env: &Environment) -> Result<Self, BadEndpoint> {
        let host = env.get(env::HEROKU_HOST);
        let api = match host {
            Some(url) if url.starts_with("http") => parse(env::HEROKU_HOST, url)?,
            Some(host) => parse(env::HEROKU_HOST, &format!("https://api.{host}"))?,
            None => match env.get(env::HEROKU_API_URL) {
                Some(url) => parse(env::HEROKU_API_URL, url)?,
                None => parse(env::HEROKU_API_URL, API)?,
            },
        };
        let data = data_url(&api, env.get(env::HEROKU_DATA_HOST))?;
        let git = env
            .get(env::HEROKU_GIT_HOST)
            .or(host.filter(|host| !host.starts_with("http")))
            .map_or_else(|| vec![GIT.to_owned()], |host| vec![host.to_ascii_lowercase()]);
        let headers = env.get(env::HEROKU_HEADERS).map(headers).transpose()?.unwrap_or_default();
        Ok(Self { api, data, git, headers })
    }

    /// The endpoints of a stand-in that serves everything at one URL.
    pub fn at(base: Url) -> Self {
        Self { data: base.clone(), api: base, git: vec![GIT.to_owned()], headers: Headers::default() }
    }

    /// Whether requests go to a stand-in on this machine.
    pub fn is_loopback(&self) -> bool {
        self.api.scheme() == "http"
    }

    /// The name of the API in netrc: its host, and its port where the URL has one.
    pub fn netrc_machine(&self) -> String {
        let host = self.api.host_str().unwrap_or_default();
        self.api.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }
}

/// `HEROKU_DATA_HOST` replaces the host name only; scheme and port stay the API's. Without it a stand-in on
/// loopback serves the data API too, so that a test's token never leaves for the real one.
fn data_url(api: &Url, host: Option<&str>) -> Result<Url, BadEndpoint> {
    let Some(host) = host else {
        return if api.scheme() == "http" { Ok(api.clone()) } else { parse(env::HEROKU_DATA_HOST, DATA) };
    };
    let port = api.port().map(|port| format!(":{port}")).unwrap_or_default();
    parse(env::HEROKU_DATA_HOST, &format!("{}://{host}{port}", api.scheme()))
}

fn parse(variable: &'static str, text: &str) -> Result<Url, BadEndpoint> {
    let url = Url::parse(text.trim_end_matches('/'))
        .ok()
        .filter(Url::has_host)
        .ok_or(BadEndpoint::NotAUrl { variable })?;
    transport::require_safe(&url).map_err(|cause| BadEndpoint::NotAllowed { variable, cause })?;
    Ok(url)
}

fn headers(json: &str) -> Result<Headers, BadEndpoint> {
    // What is wrong with it is not kept: the values may be secrets.
    let map: BTreeMap<String, String> = serde_json::from_str(json).map_err(|_| BadEndpoint::Headers)?;
    Ok(Headers(map.into_iter().collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(vars: &[(&str, &str)]) -> Result<Endpoints, BadEndpoint> {
        let vars = vars.iter().map(|(name, value)| ((*name).into(), (*value).into()));
        Endpoints::from_env(&Environment::new(vars, Vec::new(), "/".into()))
    }

    #[test]
    fn the_api_is_where_the_official_cli_looks_for_it() {
        for (vars, api, data) in [
            (&[][..], "https://api.heroku.com/", "https://api.data.heroku.com/"),
            (&[("HEROKU_HOST", "example.org")], "https://api.example.org/", "https://api.data.heroku.com/"),
            (&[("HEROKU_HOST", "http://localhost:5001")], "http://localhost:5001/", "http://localhost:5001/"),
            (
                &[("HEROKU_HOST", "http://localhost:5001"), ("HEROKU_DATA_HOST", "127.0.0.1")],
                "http://localhost:5001/",
                "http://127.0.0.1:5001/",
            ),
            (
                &[
                    ("HEROKU_API_URL", "https://heroku.corp.example/"),
                    ("HEROKU_DATA_HOST", "data.corp.example"),
                ],
                "https://heroku.corp.example/",
                "https://data.corp.example/",
            ),
            (
                &[("HEROKU_HOST", "http://127.0.0.1:1"), ("HEROKU_API_URL", "https://heroku.corp.example")],
                "http://127.0.0.1:1/",
                "http://127.0.0.1:1/",
            ),
        ] {
            let endpoints = with(vars).unwrap();
            assert_eq!((endpoints.api.as_str(), endpoints.data.as_str()), (api, data), "{vars:?}");
        }
    }

    #[test]
    fn an_address_in_the_clear_is_refused() {
        for vars in [
            [("HEROKU_HOST", "http://api.heroku.com")],
            [("HEROKU_API_URL", "http://10.0.0.1:80")],
            [("HEROKU_API_URL", "not a url")],
            [("HEROKU_HEADERS", "[1]")],
        ] {
            assert!(with(&vars).is_err(), "{vars:?}");
        }
    }

    #[test]
    fn netrc_knows_a_stand_in_by_host_and_port() {
        assert_eq!(with(&[]).unwrap().netrc_machine(), "api.heroku.com");
        let local = with(&[("HEROKU_HOST", "http://localhost:5001")]).unwrap();
        assert_eq!(local.netrc_machine(), "localhost:5001");
    }

    #[test]
    fn git_remotes_of_another_installation_are_known_by_its_host() {
        assert_eq!(with(&[]).unwrap().git, ["heroku.com"]);
        assert_eq!(with(&[("HEROKU_HOST", "http://localhost:1")]).unwrap().git, ["heroku.com"]);
        assert_eq!(with(&[("HEROKU_HOST", "corp.example")]).unwrap().git, ["corp.example"]);
        assert_eq!(with(&[("HEROKU_GIT_HOST", "Git.Corp.Example")]).unwrap().git, ["git.corp.example"]);
    }

    #[test]
    fn extra_headers_show_their_names_only() {
        let endpoints = with(&[("HEROKU_HEADERS", r#"{"X-Secret": "hunter2"}"#)]).unwrap();
        assert_eq!(endpoints.headers.0, [("X-Secret".to_owned(), "hunter2".to_owned())]);
        assert_eq!(format!("{:?}", endpoints.headers), r#"["X-Secret"]"#);
    }
}
