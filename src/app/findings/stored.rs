//! Stored values of options that what reads them does not take as they are. People may type `yes` or `EU`; the Agent, the
//! build and the dyno script understand less. Options with findings of their own are left to those.

use super::{Finding, compiled};
use crate::app::booleans::is_understood;
use crate::app::codes;
use crate::app::desired::Desired;
use crate::app::facts::{ConfigVars, Facts};
use crate::app::findings::explanations::Severity;
use crate::datadog::options::{self, Kind, Standing, VARIABLES, Variable};
use crate::datadog::{boolean, tags};
use crate::env;
use crate::secret::{Secret, mask};

pub(super) fn find(facts: &Facts) -> Vec<Finding> {
    let Some(vars) = &facts.config else { return Vec::new() };
    let of_option = |option: &Variable| {
        let value = vars.get(option.name).filter(|_| !matches!(option.standing, Standing::Replaced(_)))?;
        let better = judged(facts, vars, option, value)?;
        let shown = match options::is_secret(option.name, value) {
            true => mask(value),
            false => value.to_owned(),
        };
        let why = match (&better, options::check(option.name, value)) {
            (Better::Value(better), _) => format!("; write `{better}`"),
            (_, Err(problem)) => format!(": {problem}"),
            (Better::Unset | Better::Unknown, Ok(_)) => String::new(),
        };
        let finding = Finding::new(codes::BAD_VALUE, format!("{} is `{shown}`{why}", option.name))?;
        let severity = if option.recompile { Severity::Error } else { finding.severity };
        let finding = Finding { severity, ..finding };
        Some(match better {
            Better::Unknown => finding,
            Better::Unset => finding.fixed_by(fix(option, None)),
            Better::Value(value) => finding.fixed_by(fix(option, Some(value))),
        })
    };
    VARIABLES.iter().filter_map(of_option).collect()
}

/// What an option should hold instead.
enum Better {
    Value(String),
    /// Nothing: the default holds.
    Unset,
    /// Only a person can say.
    Unknown,
}

/// What an option should hold instead of `value`; `None` where the value is taken as it is.
fn judged(facts: &Facts, vars: &ConfigVars, option: &Variable, value: &str) -> Option<Better> {
    let name = option.name;
    let checked = options::check(name, value);
    match option.kind {
        Kind::ApiKey
        | Kind::Secret
        | Kind::AnyValue
        | Kind::Site
        | Kind::Level
        | Kind::Tags
        | Kind::HostName => None,
        // One that is not on has a finding already.
        Kind::Bool if name == env::DD_DYNO_HOST || is_understood(facts, name, value) => None,
        // Quotes that a shell was to take away: the boolean within is meant.
        Kind::Bool => Some(
            boolean::parse_input(value.trim().trim_matches(['"', '\'']))
                .map_or(Better::Unknown, |on| Better::Value(boolean::text(on).to_owned())),
        ),
        Kind::AgentVersion => (facts.takes_any_version() && checked.is_err()).then_some(Better::Unset),
        Kind::AgentMajor | Kind::PythonMajor => match checked {
            Ok(checked) if checked == value.trim_end() => None,
            Ok(checked) => Some(Better::Value(checked.into_owned())),
            Err(_) => Some(Better::Unset),
        },
        Kind::TagValue => value.contains([' ', '\t', '\n', ',', '"', '\'']).then(|| tag_value(value)),
        Kind::VarNames => var_names(facts, vars, value),
        Kind::Leader => match checked {
            Ok(checked) if checked.eq_ignore_ascii_case(value.trim()) || boolean::parse(value).is_some() => {
                None
            }
            Ok(checked) => Some(Better::Value(checked.into_owned())),
            Err(_) => Some(Better::Unknown),
        },
        _ => checked.err().map(|problem| problem.instead().map_or(Better::Unknown, Better::Value)),
    }
}

fn tag_value(value: &str) -> Better {
    let value = value.trim_matches([' ', '\t', '\n', '"', '\'']);
    // A tag of a key and this value, for the rules are those of tags.
    match tags::normalized(&format!("t:{value}")).strip_prefix("t:") {
        Some(_) if tags::check(&format!("t:{value}")).is_ok() && !value.contains(',') => {
            Better::Value(value.to_owned())
        }
        Some(good) => Better::Value(good.to_owned()),
        None => Better::Unset,
    }
}

/// Datadog's script takes the blanks around a comma for a part of the name. Names of what is not set have a finding already.
fn var_names(facts: &Facts, vars: &ConfigVars, value: &str) -> Option<Better> {
    let names: Vec<_> = value.split(',').map(str::trim).collect();
    let has_blanks = names.iter().map(|name| name.len() + 1).sum::<usize>() != value.len() + 1;
    let all_set = names.iter().all(|name| vars.get(name).is_some());
    (has_blanks && all_set && !facts.takes_any_version()).then(|| Better::Value(names.join(",")))
}

fn fix(option: &Variable, value: Option<String>) -> Desired {
    let vars = [(option.name.to_owned(), value.map(Secret::new))].into();
    if option.recompile { compiled(vars) } else { Desired { config: vars, ..Desired::default() } }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{codes, diagnose, left, with};
    use crate::app::codes;

    #[test]
    fn what_is_not_read_as_meant_is_found_and_fixed_where_it_can_be_told() {
        const URL: &str = "redis://:pass@host:1";
        for (name, value, fixed) in [
            ("DD_APM_ENABLED", "yes", Some(Some("true"))),
            ("DD_PROCESS_AGENT", "1", Some(Some("true"))),
            ("DD_ENABLE_DBM", "off", Some(Some("false"))),
            ("DD_APM_ENABLED", "\"true\"", Some(Some("true"))),
            ("DD_PROCESS_AGENT", "'no'", Some(Some("false"))),
            ("DD_TRACE_ENABLED", "\"maybe\"", Some(None)),
            ("DD_ENV", "my env", Some(Some("my_env"))),
            ("DD_SERVICE", "\"shop\"", Some(Some("shop"))),
            ("DD_AGENT_MAJOR_VERSION", "7.81", Some(None)),
            ("DD_PYTHON_VERSION", "3.11", Some(None)),
            ("DD_HEROKU_LEADER", "yes", Some(Some("true"))),
            ("DD_REDIS_URL_VAR", "REDIS_URL, REDIS_URL", Some(Some("REDIS_URL,REDIS_URL"))),
            ("DD_CMD_PORT", "http", Some(None)),
            ("DD_APM_ENABLED", "True", None),
            ("DD_TRACE_ENABLED", "1", None),
            ("DD_ENV", "Production", None),
            ("DD_VERSION", "1.2.3+build.5", None),
            ("DD_AGENT_MAJOR_VERSION", "7", None),
            ("DD_HEROKU_LEADER", "web.1", None),
            ("DD_HEROKU_LEADER", "True", None),
            ("DD_REDIS_URL_VAR", "REDIS_URL", None),
        ] {
            let facts = with(&[("REDIS_URL", URL), (name, value)]);
            let findings = diagnose(&facts);
            let expected = if fixed.is_some() { vec![codes::BAD_VALUE] } else { Vec::new() };
            assert_eq!(codes(&findings), expected, "{name}={value}");
            let Some(fixed) = fixed else { continue };
            let fix = findings[0].fix.as_ref();
            let set = fix.and_then(|fix| fix.config[name].as_ref()).map(crate::secret::Secret::expose);
            assert_eq!(set, fixed, "{name}={value}");
            if fix.is_some() {
                assert_eq!(left(facts), [""; 0], "{name}={value}");
            }
        }
    }
}
