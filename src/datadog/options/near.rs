//! Names of options that are near to a mistyped one.

use super::{Standing, VARIABLES, Variable, find};

/// Names of the catalogue that someone who wrote `name` may have meant, the likeliest first.
pub fn near(name: &str) -> Vec<&'static str> {
    let name = name.to_ascii_uppercase();
    let bare = |name: &str| name.trim_start_matches("DATADOG_").trim_start_matches("DD_").to_owned();
    let mut likely: Vec<(f64, &'static str)> = current()
        .map(|known| (strsim::normalized_damerau_levenshtein(&bare(&name), &bare(known.name)), known.name))
        .filter(|(likeness, _)| *likeness > 0.6)
        .collect();
    likely.sort_by(|a, b| b.0.total_cmp(&a.0));
    likely.into_iter().take(3).map(|(_, known)| known).collect()
}

/// The option that `name` is a slip of the keyboard away from: one part of the name with a letter too many, too few, another
/// or two in the wrong order, a part that misses its `_`, or small letters. None for an option, and for what may be
/// another option.
pub fn typo_of(name: &str) -> Option<&'static str> {
    if find(name).is_some() {
        return None;
    }
    let upper = name.to_ascii_uppercase();
    current().map(|known| known.name).find(|known| is_slip(&upper, known))
}

/// The names that are not replaced by others.
fn current() -> impl Iterator<Item = &'static Variable> {
    VARIABLES.iter().filter(|known| !matches!(known.standing, Standing::Replaced(_)))
}

fn is_slip(name: &str, known: &str) -> bool {
    let plain = |text: &str| text.replace('_', "");
    if plain(name) == plain(known) {
        return true;
    }
    let (parts, known): (Vec<_>, Vec<_>) = (name.split('_').collect(), known.split('_').collect());
    if parts.len() != known.len() || parts[0] != known[0] {
        return false;
    }
    let different = || parts.iter().zip(&known).filter(|(part, known)| part != known);
    // Two letters off is another word, unless the word is long: HOST and PORT.
    let is_near = |part: &str, known: &str| {
        let shortest = part.len().min(known.len());
        strsim::osa_distance(part, known) <= if shortest > 6 { 2 } else { 1 } && shortest > 2
    };
    different().count() <= 2 && different().all(|(part, known)| is_near(part, known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_name_brings_its_neighbors() {
        for (name, meant) in [
            ("DD_SIT", "DD_SITE"),
            ("dd_api_key", "DD_API_KEY"),
            ("DD_APIKEY", "DD_API_KEY"),
            ("DD_LOGLEVEL", "DD_LOG_LEVEL"),
            ("DD_PROCESS_AGENT_ENABLED", "DD_PROCESS_AGENT"),
            ("DD_REDIS_URL_VARS", "DD_REDIS_URL_VAR"),
            ("DATADOG_API_KEY", "DD_API_KEY"),
        ] {
            assert_eq!(near(name).first(), Some(&meant), "{name}: {:?}", near(name));
        }
        assert!(near("RAILS_ENV").is_empty() && near("PATH").is_empty());
    }

    #[test]
    fn a_slip_is_one_and_another_option_is_not() {
        for (name, known) in [
            ("DD_ENVV", "DD_ENV"),
            ("DD_SIET", "DD_SITE"),
            ("dd_env", "DD_ENV"),
            ("DD_LOGLEVEL", "DD_LOG_LEVEL"),
            ("DD_SERVCE", "DD_SERVICE"),
            ("DD_TAG", "DD_TAGS"),
            ("DD_APIKEY", "DD_API_KEY"),
            ("DD_POSTGRES_URL_VARS", "DD_POSTGRES_URL_VAR"),
            ("DD_PROCES_AGETN", "DD_PROCESS_AGENT"),
            ("DD_TRACE_ENABELD", "DD_TRACE_ENABLED"),
            ("DD_OTLP_CONFIG_METRICS_ENABLE", "DD_OTLP_CONFIG_METRICS_ENABLED"),
        ] {
            assert_eq!(typo_of(name), Some(known), "{name}");
        }
        for name in [
            "DD_ENV",
            "DD_AGENT_PORT",
            "DD_TRACE_RAILS_ENABLED",
            "DD_ENVIRONMENT",
            "DD_MY_SETTING",
            "RAILS_ENV",
        ] {
            assert_eq!(typo_of(name), None, "{name}");
        }
    }
}
