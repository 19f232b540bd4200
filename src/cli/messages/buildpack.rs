//! Errors of the build step, for `buildpack compile` and for the verbs that read the package repository. Their texts are
//! the build step's own: a build's log has the same.

use crate::buildpack::{Error, Kind};
use crate::failure::{Code, Failure};

impl From<Error> for Failure {
    fn from(Error { kind, error, remedies }: Error) -> Self {
        let code = match kind {
            Kind::Options | Kind::UnknownVersion => Code::Usage,
            Kind::Unreachable => Code::Unreachable,
            Kind::Untrusted | Kind::Refused | Kind::Disk => Code::Failed,
        };
        Self { error, hints: remedies, ..Self::new(code, "") }
    }
}

#[cfg(test)]
mod tests {
    use snapbox::{assert_data_eq, str};

    use super::super::shown;
    use super::*;

    #[test]
    fn an_error_keeps_its_cause_and_its_remedies() {
        let cause = anyhow::anyhow!("connection refused");
        let unreachable = Error::because(Kind::Unreachable, "cannot read the package list", cause)
            .remedy("run the build again");
        let unknown = Error::new(Kind::UnknownVersion, "Agent 9.9.9 does not exist");
        assert_data_eq!(
            shown(unreachable) + &shown(unknown),
            str![[r#"
unreachable: cannot read the package list: connection refused
  hint: run the build again
usage: Agent 9.9.9 does not exist

"#]]
        );
    }
}
