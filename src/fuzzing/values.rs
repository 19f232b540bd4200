//! Values of config vars: URLs, tags, versions, options.

use super::text;
use crate::buildpack::Version;
use crate::datadog::agent_request::AgentRequest;
use crate::datadog::options::{self, is_secret};
use crate::datadog::{
    AgentMemory, AgentVersion, ApiKey, DrainUrl, ServiceUrl, Site, boolean, drain, fingerprints,
    tags as tag_list,
};
use crate::env::DD_TAGS;
use crate::runtime::all_tags;

/// What is read as a URL has a host, shows nothing but its scheme, and its hosts are read again as they are.
pub(super) fn service_url(bytes: &[u8]) {
    let text = text(bytes);
    let Some(url) = ServiceUrl::parse(&text) else { return };
    assert!(!url.host.is_empty());
    assert_eq!(ServiceUrl::parse(&format!(" {text}\n")), Some(url.clone()));
    let shown = format!("{url:?}");
    assert!(shown.len() <= url.scheme.len() * 6 + 40, "{shown}");
    let length = url.host.len()
        + url.path.len()
        + url.user.iter().chain(&url.password).map(String::len).sum::<usize>();
    assert!(length <= 3 * text.len());
}

/// A drain is the same when its URL is read again, and is never shown with its key.
pub(super) fn drain_url(bytes: &[u8]) {
    let text = text(bytes);
    let masked = drain::masked(&text);
    assert!(masked.len() <= 12 * text.len() + 100);
    let _ = drain::host(&text);
    let Some(url) = DrainUrl::parse(&text) else { return };
    let exposed = url.expose();
    let again = DrainUrl::parse(&exposed).expect("what is exposed is a drain");
    assert_eq!((again.site, &again.key), (url.site, &url.key));
    assert_eq!(again.expose(), exposed);
    if let Some(key) = &url.key {
        for shown in [drain::masked(&exposed), format!("{url:?}")] {
            let label = shown.to_ascii_lowercase().matches(key.expose()).count();
            let labels = format!("{:?}", url.labels).to_ascii_lowercase().matches(key.expose()).count();
            assert!(label <= labels, "{shown}");
        }
    }
}

/// Tags are words with a value, each once; normalized ones are what Datadog keeps.
pub(super) fn tags(bytes: &[u8]) {
    let text = text(bytes);
    let all = all_tags("dyno:web.1", &text);
    assert!(all.split(' ').all(|tag| !tag.is_empty() && !tag.ends_with(':') && !tag.contains(',')));
    assert_eq!(all_tags("dyno:web.1", &all), all);
    for tag in tag_list::split(&text) {
        let normalized = tag_list::normalized(tag);
        assert!(normalized.is_empty() || tag_list::check(&normalized).is_ok(), "{normalized:?}");
        assert_eq!(tag_list::normalized(&normalized), normalized);
    }
}

/// A version is the same when what it prints is read again, and equals itself.
pub(super) fn version(bytes: &[u8]) {
    let text = text(bytes);
    if let Some(version) = AgentVersion::parse(&text) {
        assert_eq!(AgentVersion::parse(&version.to_string()), Some(version));
        assert_eq!(AgentVersion::reported(&text), Some(version));
    }
    if let Some(request) = AgentRequest::parse(&text) {
        assert_eq!(AgentRequest::parse(&request.to_string()), Some(request));
    }
    let mut versions: Vec<Version> = text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    for version in &versions {
        assert_eq!(version.to_string().parse::<Version>().ok().as_ref(), Some(version));
    }
    // Panics where the order is not one.
    versions.sort();
}

/// A name, a line end, a value: an accepted value is accepted again as it is, and no complaint holds a secret.
pub(super) fn config_value(bytes: &[u8]) {
    let text = text(bytes);
    let (name, value) = text.split_once('\n').unwrap_or((DD_TAGS, &text));
    match options::check(name, value) {
        Ok(sent) => assert_eq!(options::check(name, &sent), Ok(sent.clone()), "{name}"),
        Err(problem) => {
            let value = value.trim();
            let is_long = value.chars().count() >= 16;
            assert!(
                !(is_long && is_secret(name, value) && problem.to_string().contains(value)),
                "{name}: {problem}"
            );
        }
    }
    let _ = (boolean::parse_input(value), AgentMemory::parse(value), Site::parse(value));
    if let Ok(key) = ApiKey::parse(value) {
        assert!(!format!("{key:?}").contains(key.expose()));
    }
    if let Ok(all) = fingerprints::parse(value) {
        assert!(
            all.iter()
                .all(|digits| digits.len() == 40 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
        );
    }
}
