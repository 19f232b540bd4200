//! What bash is given to evaluate: assignments whose values it takes exactly as they are.

use std::fmt::Write as _;

/// A script of assignments.
#[derive(Debug, Default)]
pub(super) struct Script(String);

impl Script {
    /// Sets a variable and exports it.
    pub(super) fn export(&mut self, name: &str, value: &str) {
        let _ = writeln!(self.0, "export {name}={}", quote(value));
    }

    /// Sets a variable that only the shell knows (unless it was exported before).
    pub(super) fn set(&mut self, name: &str, value: &str) {
        let _ = writeln!(self.0, "{name}={}", quote(value));
    }

    /// Takes a variable away.
    pub(super) fn unset(&mut self, name: &str) {
        let _ = writeln!(self.0, "unset {name}");
    }

    /// The text to evaluate.
    pub(super) fn text(&self) -> &str {
        &self.0
    }
}

/// `value` as one word of the shell. Within single quotes every character but the quote itself is literal.
fn quote(value: &str) -> String {
    format!("'{}'", value.replace('\0', "").replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::process::Command;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn bash_reads_back_any_value(value in "[^\0]*") {
            let mut script = Script::default();
            script.export("VALUE", &value);
            let text = format!("{}printf %s \"$VALUE\"", script.text());
            let output = Command::new("bash").arg("-c").arg(text).output().unwrap();
            prop_assert_eq!(String::from_utf8_lossy(&output.stdout), value);
        }
    }
}
