//! Where packages and keys come from, and whose signatures count.

use url::Url;

use crate::buildpack::error::{Error, Kind, Result};
use crate::datadog::fingerprints;
use crate::{env, transport};

const REPOSITORY: &str = "https://apt.datadoghq.com/";
const KEYS: &str = "https://keys.datadoghq.com/";

/// The keys that Datadog signs its repository with; the last one expired in 2022 and signed what is older.
/// Source: <https://docs.datadoghq.com/agent/guide/linux-key-rotation-2024/>.
const PINNED: [&str; 4] = [
    "5F1E256061D813B125E156E8E6266D4AC0962C7D",
    "D18886567EABAD8B2D2526900D826EB906462314",
    "D75CEA17048B9ACBF186794B32637D44F14F620E",
    "A2923DFF56EDA6E76E55E492D3A80E30382E94DE",
];

/// Where packages and keys come from, and whose signatures count.
#[derive(Clone, Debug)]
pub struct Endpoints {
    /// Base of the package repository; its path ends with a slash.
    pub repository: Url,
    /// Base of the repository's keys; its path ends with a slash.
    pub keys: Url,
    /// Fingerprints of the primary keys whose signatures count, 40 upper-case hex digits each.
    pub trusted: Vec<String>,
}

impl Endpoints {
    /// Datadog's own, with what `DD_HEROKU_APT_URL`, `DD_HEROKU_APT_KEYS_URL` and
    /// `DD_HEROKU_APT_KEY_FINGERPRINTS` change about them. `lookup` gives a variable's value.
    pub fn from_variables(lookup: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let base = |name: &str, default: &str| match lookup(name) {
            Some(value) => parse_base(name, &value),
            None => parse_base(name, default),
        };
        let extra = lookup(env::DD_HEROKU_APT_KEY_FINGERPRINTS).unwrap_or_default();
        let mut trusted: Vec<String> = PINNED.map(String::from).into();
        trusted.extend(fingerprints::parse(&extra).map_err(bad_fingerprint)?);
        Ok(Self {
            repository: base(env::DD_HEROKU_APT_URL, REPOSITORY)?,
            keys: base(env::DD_HEROKU_APT_KEYS_URL, KEYS)?,
            trusted,
        })
    }

    /// The files that may hold a trusted key. Datadog names them by the last eight digits of the fingerprint and
    /// puts the one in use under a name of its own.
    pub(crate) fn key_files(&self) -> Vec<String> {
        let mut digits: Vec<&str> = vec!["CURRENT"];
        digits.extend(self.trusted.iter().map(|fingerprint| &fingerprint[32..]));
        digits.into_iter().map(|digits| format!("DATADOG_APT_KEY_{digits}.public")).collect()
    }
}

fn parse_base(name: &str, value: &str) -> Result<Url> {
    let bad = |cause: anyhow::Error| {
        Error::because(Kind::Options, format!("{name} is not a usable URL"), cause)
            .remedy(format!("Set {name} to an https URL, or unset it to use Datadog's own."))
    };
    let mut url = Url::parse(value.trim()).map_err(|error| bad(error.into()))?;
    transport::require_safe(&url).map_err(|error| bad(error.into()))?;
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    url.set_query(None);
    url.set_fragment(None);
    Ok(url)
}

fn bad_fingerprint(text: &str) -> Error {
    let name = env::DD_HEROKU_APT_KEY_FINGERPRINTS;
    Error::new(Kind::Options, format!("{name} holds `{text}`, which is not a fingerprint")).remedy(
        "Give full fingerprints of 40 hex digits (`gpg --show-keys FILE` prints them), separated by commas.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: &'static str, value: &'static str) -> Result<Endpoints> {
        Endpoints::from_variables(|asked| (asked == name).then(|| value.to_owned()))
    }

    #[test]
    fn datadogs_own_are_the_default() {
        let endpoints = Endpoints::from_variables(|_| None).unwrap();
        assert_eq!(endpoints.repository.as_str(), "https://apt.datadoghq.com/");
        assert_eq!(
            endpoints.key_files(),
            ["CURRENT", "C0962C7D", "06462314", "F14F620E", "382E94DE"]
                .map(|id| format!("DATADOG_APT_KEY_{id}.public"))
        );
    }

    #[test]
    fn a_base_gets_its_slash_and_plain_http_is_refused() {
        let mirror = with(env::DD_HEROKU_APT_URL, "https://mirror.example/apt?x#y").unwrap();
        assert_eq!(mirror.repository.as_str(), "https://mirror.example/apt/");
        assert!(with(env::DD_HEROKU_APT_URL, "http://mirror.example/apt").is_err());
        assert!(with(env::DD_HEROKU_APT_KEYS_URL, "mirror.example").is_err());
        assert!(with(env::DD_HEROKU_APT_KEYS_URL, "http://127.0.0.1:80").is_ok());
    }

    #[test]
    fn further_fingerprints_are_trusted() {
        let given =
            "5f1e 2560 61d8 13b1 25e1  56e8 e626 6d4a c096 0000 0xD18886567EABAD8B2D2526900D826EB906460000";
        let endpoints = with(env::DD_HEROKU_APT_KEY_FINGERPRINTS, given).unwrap();
        assert_eq!(
            endpoints.trusted[4..],
            ["5F1E256061D813B125E156E8E6266D4AC0960000", "D18886567EABAD8B2D2526900D826EB906460000"]
        );
        assert!(with(env::DD_HEROKU_APT_KEY_FINGERPRINTS, "C0962C7D").is_err());
    }
}
