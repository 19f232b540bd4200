//! Which Datadog key and site are meant for an app, and the refusal of a key that its site does not accept.

use super::{Context, key};
use crate::app::Facts;
use crate::app::desired::init::Destination;
use crate::app::facts::{Key, KeyQuery, KeyVerdict};
use crate::datadog::Site;
use crate::datadog::site::SITES;
use crate::failure::{Code, Failure, Result};

/// The key that was given, by standard input, environment or keyring; in the sandbox, where none was, its own.
pub fn query(context: &Context, from_stdin: bool, site: Option<Site>, no_verify: bool) -> Result<KeyQuery> {
    let given = key::given(context, from_stdin)?;
    let fallback = context.demonstration_key().filter(|_| given.is_none());
    Ok(KeyQuery { given, fallback, site, verify: !no_verify, is_strict: true })
}

/// The app's site, and the key that it accepts.
pub fn accepted(facts: &Facts) -> Result<Destination> {
    let Some(key) = &facts.key else { return Err(missing(Site::default())) };
    let site = site(facts, key)?;
    let source = match &key.source {
        Ok(Some(source)) => source,
        Ok(None) => return Err(missing(site)),
        Err(why) => return Err(key::malformed(why, "the app's own DD_API_KEY")),
    };
    match key.verdict {
        KeyVerdict::Accepted | KeyVerdict::Unknown => {
            Ok(Destination { site, key: source.key.clone(), is_demo: source.is_demo })
        }
        verdict => Err(key::refused(source, site, verdict)),
    }
}

/// The app's site; fails when its `DD_SITE` is not one.
pub fn site(facts: &Facts, key: &Key) -> Result<Site> {
    match &key.site {
        Ok(site) => Ok(*site),
        Err(text) => known_site(text, &format!("DD_SITE of `{}`", facts.app.name)),
    }
}

fn missing(site: Site) -> Failure {
    Failure::new(Code::KeyRefused, "no Datadog API key was given")
        .hint("set DD_API_KEY, or pipe it: `… | dd-heroku init --api-key-stdin`")
        .hint(format_args!("create one at {}/organization-settings/api-keys", site.web()))
}

/// The site that `text` names; `place` says where the text was found.
pub fn known_site(text: &str, place: &str) -> Result<Site> {
    Site::parse(text).ok_or_else(|| {
        let sites: Vec<_> = SITES.iter().map(ToString::to_string).collect();
        // By the name that distinguishes sites: `us3` of us3.datadoghq.com, `eu` of datadoghq.eu.
        let likeness = |site: &Site| {
            let words = site.domain().split('.').chain([site.domain()]);
            words.map(|word| strsim::normalized_damerau_levenshtein(word, text)).fold(0.0, f64::max)
        };
        let near = SITES
            .iter()
            .filter(|site| likeness(site) > 0.6)
            .max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
        let message = format!("{place}: `{text}` is not a Datadog site; the sites are {}", sites.join(", "));
        match near {
            Some(near) => Failure::usage(message).hint(format_args!("did you mean `{near}`?")),
            None => Failure::usage(message),
        }
    })
}
