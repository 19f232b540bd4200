//! The bash of the managed block, and back. It is sourced by the shell that becomes the app: every line must be right
//! under `set -eu`, print nothing to stdout, and leave no function or variable behind that the app could see.
//!
//! Each part begins with a comment that says it in one line, from which it is read back.

use std::fmt::Write as _;

use super::{Block, Version};

/// The lines between the markers; empty when there is nothing to do.
pub(super) fn body(block: &Block) -> String {
    let mut body = String::new();
    if !block.skip.is_empty() {
        let _ = write!(
            body,
            "# skip: {}\ncase ${{DYNO-}} in\n  {}) DISABLE_DATADOG_AGENT=true ;;\nesac\n{TRACER_OFF}",
            block.skip.join(" "),
            block.skip.iter().map(|kind| pattern(kind)).collect::<Vec<_>>().join(" | "),
        );
    }
    if let Some(version) = block.version {
        body.push_str(version_lines(version));
    }
    if block.fill {
        body.push_str(include_str!("fill.sh"));
    }
    for (check, dynos) in &block.limits {
        let patterns: Vec<_> = dynos.iter().map(|dyno| pattern(dyno)).collect();
        let _ = write!(
            body,
            "# limit: {check} {}\n\
             case ${{DYNO-}} in '' | {}) ;; *) rm -rf \"${{DD_CONF_DIR:-/nowhere}}/conf.d/{check}.d\" ;; esac\n",
            dynos.join(" "),
            patterns.join(" | "),
        );
    }
    for (check, version) in &block.installs {
        let _ = write!(
            body,
            "# install: {check} {version}\n\
             if [ -z \"${{DISABLE_DATADOG_AGENT-}}\" ] && ! compgen -G \"${{DD_DIR-}}/embedded/lib/python3*/site-packages/datadog_{check}-{version}.dist-info\" >/dev/null; then\n  \
             agent-wrapper integration install -t datadog-{check}=={version} >/dev/null 2>&1 ||\n    \
             echo 'dd-heroku: the check {check} {version} could not be installed' >&2\n\
             fi\n"
        );
    }
    body
}

/// A tracer without an Agent would fill the log with refused connections.
const TRACER_OFF: &str = "\
if [ -n \"${DISABLE_DATADOG_AGENT-}\" ]; then
  export DD_TRACE_ENABLED=false DD_PROFILING_ENABLED=false DD_INSTRUMENTATION_TELEMETRY_ENABLED=false
fi
";

fn version_lines(version: Version) -> &'static str {
    match version {
        Version::Slug => {
            "\
# version: slug
if [ -n \"${HEROKU_BUILD_COMMIT:-${HEROKU_SLUG_COMMIT-}}\" ]; then
  export DD_VERSION=\"${HEROKU_BUILD_COMMIT:-${HEROKU_SLUG_COMMIT-}}\"
  export DD_GIT_COMMIT_SHA=\"${DD_GIT_COMMIT_SHA:-$DD_VERSION}\"
fi
"
        }
        Version::Release => {
            "\
# version: release
if [ -n \"${HEROKU_RELEASE_VERSION-}\" ]; then
  export DD_VERSION=\"$HEROKU_RELEASE_VERSION\"
fi
"
        }
    }
}

/// The shell pattern of a dyno (`web.1`) or of a type's dynos (`web`, `crontogo*`).
fn pattern(dyno: &str) -> String {
    if dyno.contains('.') { dyno.to_owned() } else { format!("{dyno}.*") }
}

/// The block that such lines came from.
pub(super) fn read(body: &str) -> Block {
    let mut block = Block::default();
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    for line in body.lines() {
        let Some((what, how)) =
            line.strip_prefix("# ").map(|line| line.split_once(": ").unwrap_or((line, "")))
        else {
            continue;
        };
        match (what.trim(), words(how).as_slice()) {
            ("fill", []) => block.fill = true,
            ("version", [version]) => block.version = Version::parse(version),
            ("skip", types) => block.skip = types.to_vec(),
            ("limit", [check, dynos @ ..]) => drop(block.limits.insert(check.clone(), dynos.to_vec())),
            ("install", [check, version]) => drop(block.installs.insert(check.clone(), version.clone())),
            _ => {}
        }
    }
    block
}

impl Version {
    /// `slug` or `release`.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "slug" => Some(Self::Slug),
            "release" => Some(Self::Release),
            _ => None,
        }
    }

    /// `slug` or `release`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Slug => "slug",
            Self::Release => "release",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let all = Block {
            skip: vec!["run".into(), "crontogo*".into()],
            version: Some(Version::Release),
            limits: [
                ("redisdb".into(), vec!["web.1".into()]),
                ("gunicorn".into(), vec!["web".into(), "api".into()]),
            ]
            .into(),
            installs: [("ping".into(), "1.0.2".into())].into(),
            fill: true,
        };
        let parts = [
            Block::default(),
            Block { skip: all.skip.clone(), ..Block::default() },
            Block { version: Some(Version::Slug), ..Block::default() },
            Block { limits: all.limits.clone(), ..Block::default() },
            Block { installs: all.installs.clone(), ..Block::default() },
            Block { fill: true, ..Block::default() },
            all,
        ];
        for block in parts {
            assert_eq!(read(&body(&block)), block);
            assert!(body(&block).is_ascii());
        }
        assert_eq!(body(&Block::default()), "");
    }
}
