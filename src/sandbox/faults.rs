//! Faults on purpose: a list of rules, each naming a request by method, path and count, and what becomes of it.
//! The form of the file is in `docs/sandbox.md`.

use std::path::Path;

use anyhow::{Context, bail};
use serde::Deserialize;

/// A rule: which request, and what becomes of it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// The method; any where it is not given.
    method: Option<String>,
    /// The path, with `*` for any run of characters; any where it is not given.
    path: Option<String>,
    /// Which of the matching requests, from 1.
    nth: Option<u64>,
    /// All of the matching requests.
    #[serde(default)]
    every: bool,
    /// What becomes of it.
    #[serde(rename = "fault")]
    kind: Kind,
    /// The status answered by [`Kind::Status`].
    status: Option<u16>,
    /// The body answered by [`Kind::Status`] instead of Heroku's error object.
    body: Option<String>,
    /// Seconds in the header `Retry-After`.
    retry_after: Option<u64>,
    /// The moment of [`Kind::Die`] and [`Kind::Status`].
    #[serde(default)]
    when: When,
}

/// What becomes of the request.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// This status is answered; nothing is done, or it was done before.
    Status,
    /// Nothing is done, and the connection is reset.
    Reset,
    /// It is done, and the connection is reset before the answer.
    Lost,
    /// Nothing is done, and no answer ever comes.
    Hang,
    /// It is done, and the answer breaks off in the middle of its body.
    Truncate,
    /// Nothing is done, and a web page is answered with 200, as a captive proxy would.
    Html,
    /// The process the sandbox runs in is killed.
    Die,
    /// The process the sandbox runs in gets a SIGINT, as from Ctrl-C, and the request is answered as ever.
    Interrupt,
    /// The same with a SIGTERM.
    Terminate,
    /// The same with a SIGHUP, as from a terminal that is closed.
    HangUp,
    /// The build that the request begins fails.
    FailBuild,
}

/// When the process dies, or the status is decided.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum When {
    /// Before the request is looked at.
    #[default]
    Before,
    /// After its effect is in the state file, before the answer.
    After,
}

/// A fault that hit a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Hit {
    Status { status: u16, body: Option<String>, retry_after: Option<u64>, when: When },
    Reset,
    Lost,
    Hang,
    Truncate,
    Html,
    Die(When),
    Interrupt,
    Terminate,
    HangUp,
    FailBuild,
}

impl Hit {
    /// The word for it in the journal.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Status { .. } => "status",
            Self::Reset => "reset",
            Self::Lost => "lost",
            Self::Hang => "hang",
            Self::Truncate => "truncate",
            Self::Html => "html",
            Self::Die(_) => "die",
            Self::Interrupt => "interrupt",
            Self::Terminate => "terminate",
            Self::HangUp => "hang_up",
            Self::FailBuild => "fail_build",
        }
    }
}

impl Fault {
    /// Reads the faults of a file.
    pub fn read(path: &Path) -> anyhow::Result<Vec<Self>> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("the file of faults `{}` cannot be read", path.display()))?;
        Self::parse(&text).with_context(|| format!("the file of faults `{}` is not right", path.display()))
    }

    /// Reads a JSON list of faults.
    pub fn parse(text: &str) -> anyhow::Result<Vec<Self>> {
        let faults: Vec<Self> = serde_json::from_str(text)?;
        for (at, fault) in faults.iter().enumerate() {
            fault.check().with_context(|| format!("fault {}", at + 1))?;
        }
        Ok(faults)
    }

    fn check(&self) -> anyhow::Result<()> {
        if self.nth == Some(0) {
            bail!("`nth` counts from 1");
        }
        if self.nth.is_some() && self.every {
            bail!("`nth` and `every` exclude each other");
        }
        match (self.kind, self.status) {
            (Kind::Status, None) => bail!("`\"fault\": \"status\"` needs a `status`"),
            (Kind::Status, Some(status)) if !(200..600).contains(&status) => {
                bail!("{status} is not a status that can be answered (200 to 599)")
            }
            (Kind::Status, Some(_)) | (_, None) => Ok(()),
            (_, Some(_)) => bail!("`status` goes with `\"fault\": \"status\"` only"),
        }
    }

    fn matches(&self, method: &str, path: &str) -> bool {
        self.method.as_deref().is_none_or(|expected| expected.eq_ignore_ascii_case(method))
            && self.path.as_deref().is_none_or(|pattern| glob(pattern, path))
    }

    fn hit(&self) -> Hit {
        match self.kind {
            Kind::Status => Hit::Status {
                status: self.status.unwrap_or(500),
                body: self.body.clone(),
                retry_after: self.retry_after,
                when: self.when,
            },
            Kind::Reset => Hit::Reset,
            Kind::Lost => Hit::Lost,
            Kind::Hang => Hit::Hang,
            Kind::Truncate => Hit::Truncate,
            Kind::Html => Hit::Html,
            Kind::Die => Hit::Die(self.when),
            Kind::Interrupt => Hit::Interrupt,
            Kind::Terminate => Hit::Terminate,
            Kind::HangUp => Hit::HangUp,
            Kind::FailBuild => Hit::FailBuild,
        }
    }
}

/// The faults of a running server, each with the number of requests that matched it so far.
pub(crate) struct Plan(Vec<(Fault, u64)>);

impl Plan {
    pub(crate) fn new(faults: Vec<Fault>) -> Self {
        Self(faults.into_iter().map(|fault| (fault, 0)).collect())
    }

    /// Counts a request, and gives the first fault that hits it.
    pub(crate) fn meet(&mut self, method: &str, path: &str) -> Option<Hit> {
        let mut hit = None;
        for (fault, seen) in &mut self.0 {
            if fault.matches(method, path) {
                *seen += 1;
                if hit.is_none() && (fault.every || *seen == fault.nth.unwrap_or(1)) {
                    hit = Some(fault.hit());
                }
            }
        }
        hit
    }
}

/// Whether `text` has the form of `pattern`, where `*` matches any run of characters.
fn glob(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((head, rest)) => text.strip_prefix(head).is_some_and(|tail| {
            tail.char_indices().map(|(at, _)| at).chain([tail.len()]).any(|at| glob(rest, &tail[at..]))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_counts_the_requests_that_match_it() {
        let faults =
            r#"[{"method":"post","path":"/apps/*/builds","nth":2,"fault":"lost"},{"nth":4,"fault":"reset"}]"#;
        let mut plan = Plan::new(Fault::parse(faults).unwrap());
        let requests = [
            ("POST", "/apps/shop/builds", None),
            ("GET", "/apps/shop/builds", None),
            ("POST", "/apps/shop/builds", Some(Hit::Lost)),
            ("GET", "/apps/shop", Some(Hit::Reset)),
            ("POST", "/apps/shop/builds", None),
        ];
        for (method, path, expected) in requests {
            assert_eq!(plan.meet(method, path), expected, "{method} {path}");
        }
    }

    #[test]
    fn a_rule_for_every_request_hits_all_of_them() {
        let mut plan = Plan::new(Fault::parse(r#"[{"every":true,"fault":"html"}]"#).unwrap());
        assert_eq!(plan.meet("GET", "/"), Some(Hit::Html));
        assert_eq!(plan.meet("GET", "/apps"), Some(Hit::Html));
    }

    #[test]
    fn a_file_that_is_not_right_is_refused_with_the_reason() {
        for (text, reason) in [
            (r#"[{"fault":"explode"}]"#, "unknown variant `explode`"),
            (r#"[{"fault":"status"}]"#, "needs a `status`"),
            (r#"[{"fault":"status","status":42}]"#, "42 is not a status"),
            (r#"[{"fault":"reset","nth":0}]"#, "counts from 1"),
            (r#"[{"fault":"reset","nth":1,"every":true}]"#, "exclude each other"),
            (r#"[{"fault":"reset","pth":"/"}]"#, "unknown field `pth`"),
            (r#"{"fault":"reset"}"#, "invalid type"),
        ] {
            let error = format!("{:#}", Fault::parse(text).unwrap_err());
            assert!(error.contains(reason), "{text}: {error}");
        }
    }

    #[test]
    fn a_star_stands_for_any_run_of_characters() {
        assert!(glob("/apps/*/builds", "/apps/shop/builds"));
        assert!(!glob("/apps/*/builds", "/apps/shop/builds/1"));
        assert!(glob("*config*", "/apps/shop/config-vars"));
        assert!(glob("*", ""));
    }
}
