//! Typed checks of the values that config vars are to hold.

use std::borrow::Cow;

use super::problem::{LEVELS, Problem};
use super::{Kind, find, has_credentials};
use crate::datadog::AgentMemory;
use crate::datadog::agent_request::AgentRequest;
use crate::datadog::boolean;
use crate::datadog::fingerprints;
use crate::datadog::key::ApiKey;
use crate::datadog::site::Site;
use crate::datadog::tags;

/// The value to send for what someone wrote: without white space around it, and in the one spelling that
/// everything which reads the variable understands. A name the catalogue does not know takes any value.
pub fn check<'v>(name: &str, value: &'v str) -> Result<Cow<'v, str>, Problem> {
    let Some(variable) = find(name) else { return Ok(value.into()) };
    let value = value.trim();
    if value.is_empty() {
        return Err(Problem::Empty);
    }
    match variable.kind {
        Kind::ApiKey => ApiKey::parse(value).map(|key| key.expose().to_owned().into()).map_err(Problem::Key),
        Kind::Secret => Ok(value.into()),
        Kind::Site => Site::parse(value).map(|site| site.domain().into()).ok_or(Problem::Site),
        Kind::Bool => boolean::parse_input(value).map(|on| boolean::text(on).into()).ok_or(Problem::Bool),
        Kind::AnyValue => match boolean::parse_input(value) {
            Some(false) => Err(Problem::MeansOn),
            _ => Ok(value.into()),
        },
        Kind::AgentVersion => agent_version(value),
        Kind::AgentMajor => one_of(value, &["6", "7"], Problem::AgentMajor),
        Kind::PythonMajor => one_of(value, &["2", "3"], Problem::Python),
        Kind::Percentiles => percentiles(value),
        Kind::Tags => tags::split(value)
            .find_map(|tag| tags::check(tag).err().map(|problem| Problem::tag(tag, problem)))
            .map_or(Ok(value.into()), Err),
        Kind::TagValue => match tags::check(&format!("t:{value}")) {
            Ok(()) if !value.contains(',') => Ok(value.into()),
            Ok(()) => Err(Problem::TagValue(',')),
            Err(tags::Problem::Character(odd)) => Err(Problem::TagValue(odd)),
            Err(problem) => Err(Problem::tag(value, problem)),
        },
        Kind::Level => level(value),
        Kind::VarNames => variable_names(value),
        Kind::HostName => is_host_name(value).then(|| value.into()).ok_or(Problem::HostName),
        Kind::DynoTypes => dyno_types(value),
        Kind::Leader => match boolean::parse_input(value) {
            Some(on) => Ok(boolean::text(on).into()),
            None => is_numbered_dyno(value).then(|| value.into()).ok_or(Problem::Leader),
        },
        Kind::Path => (!value.contains(char::is_control)).then(|| value.into()).ok_or(Problem::Path),
        Kind::Port => match value.parse::<u16>() {
            Ok(port) if port > 0 => Ok(value.into()),
            _ => Err(Problem::Port),
        },
        Kind::Bytes => value.parse::<u64>().map(|_| value.into()).map_err(|_| Problem::Bytes),
        Kind::Slim if value.eq_ignore_ascii_case("auto") => Ok("auto".into()),
        Kind::Slim => boolean::parse_input(value).map(|on| boolean::text(on).into()).ok_or(Problem::Slim),
        Kind::AgentMemory => AgentMemory::parse(value).map(|_| value.into()).ok_or(Problem::AgentMemory),
        Kind::Number => number(value, f64::INFINITY).ok_or(Problem::Number),
        Kind::Rate => number(value, 1.0).ok_or(Problem::Rate),
        Kind::Text => (!value.contains('\0')).then(|| value.into()).ok_or(Problem::Text),
        Kind::Fingerprints => match fingerprints::parse(value) {
            Ok(all) if !all.is_empty() => Ok(all.join(",").into()),
            _ => Err(Problem::Fingerprints),
        },
        Kind::Commit => {
            let hex = value.len() >= 7 && value.len() <= 64 && value.bytes().all(|b| b.is_ascii_hexdigit());
            hex.then(|| value.into()).ok_or(Problem::Commit)
        }
        Kind::Url => {
            let url = value.contains("://") || value.starts_with("git@");
            (url && !value.contains(char::is_whitespace)).then(|| value.into()).ok_or(Problem::Url)
        }
    }
}

fn number(value: &str, most: f64) -> Option<Cow<'_, str>> {
    let number = value.parse::<f64>().ok()?;
    (number.is_finite() && (0.0..=most).contains(&number)).then(|| value.into())
}

fn one_of<'v>(value: &'v str, allowed: &[&str], problem: Problem) -> Result<Cow<'v, str>, Problem> {
    if allowed.contains(&value) { Ok(value.into()) } else { Err(problem) }
}

/// `7.81.2`, `7.81.2-1`, `7.81`, `7`, `latest`; an epoch, a `v` and the old ending are dropped. What of it an app's
/// buildpack takes is for [`crate::app::versions`].
fn agent_version(value: &str) -> Result<Cow<'_, str>, Problem> {
    let request = AgentRequest::parse(value).ok_or(Problem::AgentVersion)?;
    match request {
        AgentRequest::Newest { major: 6 | 7, .. } | AgentRequest::Latest if !value.contains(':') => {}
        AgentRequest::Exactly(version) if matches!(version.major, 5..=7) => {}
        _ => return Err(Problem::AgentVersion),
    }
    Ok(request.to_string().into())
}

fn percentiles(value: &str) -> Result<Cow<'_, str>, Problem> {
    let written: Vec<_> = value
        .trim_matches(['[', ']'])
        .split([' ', ','])
        .map(|p| p.trim_matches(['"', '\'']))
        .filter(|p| !p.is_empty())
        .collect();
    let holds = |p: &str| p.parse::<f64>().is_ok_and(|p| p > 0.0 && p < 1.0) && p.len() <= 4;
    match written.iter().find(|p| !holds(p)) {
        None if written.is_empty() => Err(Problem::Percentile(value.to_owned())),
        None if written.len() == 1 && written[0] == value => Ok(value.into()),
        None => Ok(written.join(" ").into()),
        Some(odd) => Err(Problem::Percentile((*odd).to_owned())),
    }
}

/// The Agent takes a level in any case, but the shell script next to it compares with small letters.
fn level(value: &str) -> Result<Cow<'_, str>, Problem> {
    let small = value.to_ascii_lowercase();
    match small.as_str() {
        "warning" => Ok("warn".into()),
        known if LEVELS.contains(&known) => Ok(small.into()),
        _ => Err(Problem::Level),
    }
}

fn variable_names(value: &str) -> Result<Cow<'_, str>, Problem> {
    let names: Vec<_> = value.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
    for name in &names {
        if name.contains("://") || has_credentials(name) {
            return Err(Problem::HoldsUrl);
        }
        let starts_well = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        if !starts_well || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            return Err(Problem::VarName);
        }
    }
    if names.is_empty() { Err(Problem::Empty) } else { Ok(names.join(",").into()) }
}

fn dyno_types(value: &str) -> Result<Cow<'_, str>, Problem> {
    let types: Vec<_> = tags::split(value).collect();
    match types.iter().find(|kind| !is_process_type(kind.strip_suffix('*').unwrap_or(kind))) {
        None if types.is_empty() => Err(Problem::Empty),
        None => Ok(types.join(",").into()),
        Some(odd) => Err(Problem::DynoType((*odd).to_owned())),
    }
}

/// Heroku's process types: letters, digits, `-` and `_`.
fn is_process_type(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// A dyno of Cedar's; the names of Fir's are new with each start.
fn is_numbered_dyno(name: &str) -> bool {
    name.rsplit_once('.')
        .is_some_and(|(kind, number)| is_process_type(kind) && number.parse::<u32>().is_ok_and(|n| n > 0))
}

/// RFC 1123, and the underscore that the Agent lets pass.
fn is_host_name(name: &str) -> bool {
    name.len() <= 253
        && name.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ok(name: &str, value: &str) -> String {
        check(name, value).map_or_else(|problem| panic!("{name}={value}: {problem}"), Cow::into_owned)
    }

    fn refused(name: &str, value: &str) -> String {
        check(name, value).map_or_else(|problem| problem.to_string(), |v| panic!("{name}={value} became {v}"))
    }

    #[test]
    fn good_values_are_sent_in_one_spelling() {
        for (name, value, sent) in [
            ("DD_DYNO_HOST", " TRUE ", "true"),
            ("DD_APM_ENABLED", "0", "false"),
            ("DD_SITE", "eu", "datadoghq.eu"),
            ("DD_SITE", "https://us5.datadoghq.com/", "us5.datadoghq.com"),
            ("DD_AGENT_VERSION", "7.81.2", "7.81.2"),
            ("DD_AGENT_VERSION", "1:7.81.2-1", "7.81.2-1"),
            ("DD_AGENT_VERSION", "7.82.0~rc.3-1", "7.82.0~rc.3-1"),
            ("DD_AGENT_VERSION", "latest", "latest"),
            ("DD_AGENT_VERSION", "7", "7"),
            ("DD_AGENT_VERSION", "7.81", "7.81"),
            ("DD_AGENT_VERSION", "v7.60.1", "7.60.1"),
            ("DD_AGENT_VERSION", "1:6.14.0-1_amd64", "6.14.0-1"),
            ("DD_HISTOGRAM_PERCENTILES", "0.95", "0.95"),
            ("DD_HISTOGRAM_PERCENTILES", "0.95, 0.99", "0.95 0.99"),
            ("DD_HISTOGRAM_PERCENTILES", "[\"0.5\"]", "0.5"),
            ("DD_TAGS", "env:prod, team:core simple", "env:prod, team:core simple"),
            ("DD_LOG_LEVEL", "WARNING", "warn"),
            ("DD_LOG_LEVEL", "OFF", "off"),
            ("DD_REDIS_URL_VAR", "REDIS_URL , HEROKU_REDIS_PINK_URL,", "REDIS_URL,HEROKU_REDIS_PINK_URL"),
            ("DD_HEROKU_SKIP_DYNOS", "run, release,crontogo*", "run,release,crontogo*"),
            ("DD_HEROKU_SKIP_DYNOS", "run\trelease", "run,release"),
            (
                "DD_HEROKU_APT_KEY_FINGERPRINTS",
                "0x5f1e 2560 61d8 13b1 25e1  56e8 e626 6d4a c096 0000 D18886567EABAD8B2D2526900D826EB906460000",
                "5F1E256061D813B125E156E8E6266D4AC0960000,D18886567EABAD8B2D2526900D826EB906460000",
            ),
            ("DD_HEROKU_LEADER", "yes", "true"),
            ("DD_HEROKU_LEADER", "worker.2", "worker.2"),
            ("DD_HEROKU_CONF_FOLDER", "config/datadog", "config/datadog"),
            ("DD_CMD_PORT", "5001", "5001"),
            ("DD_HEROKU_AGENT_MEMORY", "200M", "200M"),
            ("DD_HEROKU_AGENT_MEMORY", "off", "off"),
            ("DD_VERSION", "v1.2.3", "v1.2.3"),
            ("DISABLE_DATADOG_AGENT", "1", "1"),
            ("RAILS_ENV", " as it is ", " as it is "),
        ] {
            assert_eq!(ok(name, value), sent, "{name}={value}");
        }
    }

    #[test]
    fn a_bad_value_is_told_what_was_expected() {
        for (name, value, message) in [
            ("DD_DYNO_HOST", "maybe", "true or false"),
            ("DD_SITE", "datadog.com", "us3.datadoghq.com"),
            ("DD_AGENT_VERSION", "8.1", "7.81.2"),
            ("DD_AGENT_VERSION", "9.9.9", "7.81.2"),
            ("DD_AGENT_VERSION", "1:latest", "7.81.2"),
            ("DD_AGENT_MAJOR_VERSION", "8", "7 or 6"),
            ("DD_PYTHON_VERSION", "3.11", "3 or 2"),
            ("DD_HISTOGRAM_PERCENTILES", "95", "`95`"),
            ("DD_HISTOGRAM_PERCENTILES", "0.5 0.999", "`0.999`"),
            ("DD_HISTOGRAM_PERCENTILES", "NaN", "`NaN`"),
            ("DD_TAGS", "env:prod team:", "`team:`: a tag has no value"),
            ("DD_ENV", "my env", "` `"),
            ("DD_LOG_LEVEL", "LOUD", "trace, debug, info, warn, error, critical, off"),
            ("DD_HOSTNAME", "a_b..c", "host name"),
            ("DD_HEROKU_SKIP_DYNOS", "run,we*b", "`we*b`"),
            ("DD_HEROKU_LEADER", "web", "web.1"),
            ("DD_HEROKU_APT_KEY_FINGERPRINTS", "C0962C7D", "40"),
            ("DD_CMD_PORT", "70000", "65535"),
            ("DD_HEROKU_AGENT_MEMORY", "200", "200M"),
            ("DISABLE_DATADOG_AGENT", "false", "unset"),
            ("DD_SERVICE", "", "empty"),
        ] {
            assert!(refused(name, value).contains(message), "{name}={value}: {}", refused(name, value));
        }
    }

    #[test]
    fn a_url_where_a_name_belongs_is_refused_without_showing_it() {
        let message = refused("DD_POSTGRES_URL_VAR", "DATABASE_URL,postgres://bob:hunter2@db.example/x");
        assert!(
            message.contains("holds a URL")
                && !message.contains("hunter2")
                && !message.contains("db.example"),
            "{message}"
        );
    }

    #[test]
    fn what_would_do_instead_is_offered() {
        assert_eq!(check("DD_TAGS", ":core").unwrap_err().instead().as_deref(), Some("core"));
        assert_eq!(check("DD_SITE", "x").unwrap_err().instead(), None);
    }
}
