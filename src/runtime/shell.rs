//! What bash evaluates: assignments whose values it takes exactly as they are.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use crate::env::Environment;

/// A script of assignments.
#[derive(Debug, Default)]
pub(super) struct Script {
    text: Vec<u8>,
    exported: Vec<(String, Option<OsString>)>,
}

impl Script {
    /// Sets a variable and exports it.
    pub(super) fn export(&mut self, name: &str, value: impl AsRef<OsStr>) {
        let value = value.as_ref();
        self.line(&[b"builtin export ", name.as_bytes(), b"=", &quote(value)]);
        self.exported.push((name.into(), Some(value.into())));
    }

    /// Sets a variable that only the shell knows (unless it was exported before).
    pub(super) fn set(&mut self, name: &str, value: impl AsRef<OsStr>) {
        self.line(&[name.as_bytes(), b"=", &quote(value.as_ref())]);
    }

    /// Removes a variable.
    pub(super) fn unset(&mut self, name: &str) {
        self.line(&[b"builtin unset ", name.as_bytes()]);
        self.exported.push((name.into(), None));
    }

    /// Adds a command, made of text of the shell and of values (see [`quote`]).
    pub(super) fn line(&mut self, parts: &[&[u8]]) {
        self.text.extend(parts.concat());
        self.text.push(b'\n');
    }

    /// Adds all of another script.
    pub(super) fn append(&mut self, other: Self) {
        self.text.extend(other.text);
        self.exported.extend(other.exported);
    }

    /// The environment of what the shell starts once it has evaluated this.
    pub(super) fn applied_to(&self, env: &Environment) -> Environment {
        self.exported.iter().fold(env.clone(), |env, (name, value)| match value {
            Some(value) => env.with(name, value),
            None => env.without(name),
        })
    }

    /// The text to evaluate.
    pub(super) fn into_text(self) -> Vec<u8> {
        self.text
    }
}

/// `value` as one word of the shell. Within single quotes every character but the quote itself is literal.
pub(super) fn quote(value: &OsStr) -> Vec<u8> {
    let mut word = vec![b'\''];
    for byte in value.as_bytes() {
        match byte {
            0 => {}
            b'\'' => word.extend(br"'\''"),
            byte => word.push(*byte),
        }
    }
    word.push(b'\'');
    word
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::os::unix::ffi::OsStringExt;
    use std::process::Command;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn bash_reads_back_any_value(value in prop::collection::vec(1_u8..=255, 0..40)) {
            let mut script = Script::default();
            script.export("VALUE", OsString::from_vec(value.clone()));
            script.line(&[b"printf %s \"$VALUE\""]);
            let text = OsString::from_vec(script.into_text());
            let output = Command::new("bash").arg("-c").arg(text).output().unwrap();
            prop_assert_eq!(output.stdout, value);
        }
    }
}
