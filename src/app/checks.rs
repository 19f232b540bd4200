//! A custom check to begin with: the code, its configuration, and a test of it that runs without an Agent. Pure.

use crate::datadog::integrations;

/// The files of a new check, by their paths in the checkout.
pub type Files = [(String, String); 3];

/// Why a check cannot be called so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadName {
    /// Python could not import it.
    #[error("a check's name is a Python module's: small letters, digits and `_`, a letter first; not `{0}`")]
    NotAModule(String),
    /// The Agent has one of that name.
    #[error("the Agent has a check `{0}` ({1}); yours would take its place")]
    Taken(String, String),
    /// A module of that name would hide one of the Agent's Python.
    #[error("the Agent's Python has a module `{0}`; yours would take its place in every check")]
    Pythons(String),
}

/// The files of a new check called `name`.
pub fn new(name: &str) -> Result<Files, BadName> {
    let begins = name.starts_with(|c: char| c.is_ascii_lowercase());
    if !begins || !name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_') {
        return Err(BadName::NotAModule(name.to_owned()));
    }
    if let Some(title) = integrations::title_of_check(name) {
        return Err(BadName::Taken(name.to_owned(), title));
    }
    if integrations::is_python_module(name) {
        return Err(BadName::Pythons(name.to_owned()));
    }
    let class: String = name.split('_').map(capital).collect();
    let fill = |text: &str| text.replace("CLASS", &class).replace("NAME", name);
    Ok([
        (format!("datadog/checks.d/{name}.py"), fill(CODE)),
        (format!("datadog/conf.d/{name}.d/conf.yaml"), fill(CONF)),
        (format!("datadog/tests/test_{name}.py"), fill(TEST)),
    ])
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

const CODE: &str = r#""""NAME: reports NAME.value every 15 seconds, from every dyno."""

from datadog_checks.base import AgentCheck


class CLASSCheck(AgentCheck):
    def check(self, instance):
        tags = instance.get("tags", [])
        value = self.measure(instance)
        self.gauge("NAME.value", value, tags=tags)
        self.service_check("NAME.up", AgentCheck.OK, tags=tags)

    def measure(self, instance):
        """What is reported. Raise an exception when it cannot be known: the Agent shows it in its status."""
        return 1
"#;

const CONF: &str = "\
# NAME: a check of your own, datadog/checks.d/NAME.py.
init_config:

instances:
  - tags: [check:NAME]
    # Seconds between two runs
    # min_collection_interval: 60
";

const TEST: &str = r#""""Tests NAME without an Agent: python3 datadog/tests/test_NAME.py"""

import os
import sys
import types
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "checks.d"))


class AgentCheck:
    """Stands in for the Agent's: records what the check reports."""

    OK, WARNING, CRITICAL, UNKNOWN = range(4)

    def __init__(self):
        self.gauges = {}
        self.states = {}

    def gauge(self, name, value, tags=None):
        self.gauges[name] = value

    def service_check(self, name, status, tags=None):
        self.states[name] = status


sys.modules["datadog_checks"] = types.ModuleType("datadog_checks")
sys.modules["datadog_checks.base"] = types.ModuleType("datadog_checks.base")
sys.modules["datadog_checks.base"].AgentCheck = AgentCheck

from NAME import CLASSCheck  # noqa: E402


class Test(unittest.TestCase):
    def test_it_reports_a_value(self):
        check = CLASSCheck()
        check.check({"tags": []})
        self.assertEqual(check.gauges["NAME.value"], 1)
        self.assertEqual(check.states["NAME.up"], AgentCheck.OK)


if __name__ == "__main__":
    unittest.main()
"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_has_the_name_of_a_python_module() {
        let files = new("queue_depth").expect("a good name");
        assert!(files[0].1.contains("class QueueDepthCheck(AgentCheck)"));
        assert!(files.iter().all(|(_, text)| !text.contains("NAME") && !text.contains("CLASS")));
        for (name, why) in [
            ("Queue", "small letters"),
            ("queue-depth", "small letters"),
            ("1queue", "small letters"),
            ("", "small letters"),
            ("nginx", "the Agent has a check"),
            ("json", "a module `json`"),
            ("yaml", "a module"),
            ("redis", "a module"),
            ("statsd", "the Agent has a check"),
            ("psycopg", "a module"),
            ("class", "a module"),
        ] {
            assert!(new(name).expect_err(name).to_string().contains(why), "{name}");
        }
    }
}
