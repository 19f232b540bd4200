//! Who this dyno is: its type, its host name, its tags, whether it is skipped, whether it leads. Pure.

use crate::datadog::{boolean, skip_dynos, tags};
use crate::platform::dyno::{self, FIRST_WEB, process_type};

/// The longest label and the longest name of RFC 1123.
const LABEL: usize = 63;
const NAME: usize = 253;

/// What a host name can be made of.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Host<'a> {
    /// The user's own.
    pub(super) given: &'a str,
    /// Whether it is to be made of app and dyno.
    pub(super) by_dyno: bool,
    /// The app's name, where dynos can see it.
    pub(super) app: &'a str,
    /// The service, which stands for an app whose name is unknown.
    pub(super) service: &'a str,
    /// The dyno's name.
    pub(super) dyno: &'a str,
    /// The machine's name, which is another one after each restart.
    pub(super) machine: &'a str,
}

impl Host<'_> {
    /// The host name to report: the user's own; where that is asked for, `<app>.<dyno>`, else `<service>.<dyno>`, else
    /// the dyno's name; else the name of the machine. Always one that RFC 1123 allows, unless it is the user's own.
    pub(super) fn name(&self) -> String {
        if !self.given.is_empty() {
            return self.given.into();
        }
        let dyno: Vec<_> = self.dyno.split('.').map(label).filter(|part| !part.is_empty()).collect();
        if self.by_dyno && !dyno.is_empty() {
            let app = [self.app, self.service].map(label).into_iter().find(|name| !name.is_empty());
            let parts: Vec<_> = app.into_iter().chain(dyno).collect();
            return shorten(&parts.join("."), NAME);
        }
        match label(self.machine) {
            name if name.is_empty() => "dyno".into(),
            name => name,
        }
    }

    /// Whether the dyno's name is missing from the host name.
    pub(super) fn lacks_dyno(&self) -> bool {
        self.given.is_empty() && self.by_dyno && self.dyno.split('.').all(|part| label(part).is_empty())
    }

    /// Whether the app's name is missing from the host name.
    pub(super) fn lacks_app(&self) -> bool {
        self.given.is_empty() && self.by_dyno && label(self.app).is_empty()
    }
}

/// `text` as one label: letters, digits and dashes, no dash at either end.
fn label(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    shorten(plain.trim_matches('-'), LABEL)
}

fn shorten(text: &str, length: usize) -> String {
    text.get(..length).unwrap_or(text).trim_matches(['-', '.']).into()
}

/// The tags that describe the dyno, separated by spaces; none without a value.
pub(super) fn dyno_tags(dyno: &str, app: &str, version: &str) -> String {
    let tags =
        [("dyno", dyno), ("dynotype", process_type(dyno)), ("buildpackversion", version), ("appname", app)];
    let word = |text: &str| {
        text.split([' ', ',', '\t', '\r', '\n']).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("_")
    };
    let tags = tags.map(|(key, value)| (key, word(value)));
    let tags =
        tags.iter().filter(|(_, value)| !value.is_empty()).map(|(key, value)| format!("{key}:{value}"));
    tags.collect::<Vec<_>>().join(" ")
}

/// All tags, as the Agent reads them: separated by spaces, each once, none empty or without a value.
pub fn all_tags(dyno: &str, given: &str) -> String {
    let mut all: Vec<&str> = Vec::new();
    for tag in tags::split(dyno).chain(tags::split(given)) {
        if !tag.ends_with(':') && !all.contains(&tag) {
            all.push(tag);
        }
    }
    all.join(" ")
}

/// Whether `DD_HEROKU_SKIP_DYNOS` names this dyno or its type.
pub(super) fn is_skipped(value: &str, dyno: &str) -> bool {
    let kind = process_type(dyno);
    let patterns = skip_dynos::patterns(value, &dyno::ONE_OFF);
    !kind.is_empty() && patterns.iter().any(|pattern| dyno::matches(pattern, kind) || dyno == *pattern)
}

/// Whether this dyno runs the checks of databases: it does without `DD_HEROKU_LEADER`. Fir's dynos have no numbers, so
/// there every dyno of the leader's type does.
pub(super) fn leads(leader: &str, dyno: &str) -> bool {
    let leader = leader.trim();
    match boolean::parse(leader) {
        Some(true) => leads(FIRST_WEB, dyno),
        Some(false) => true,
        None if leader.is_empty() => true,
        None => dyno == leader || (!dyno.contains('.') && process_type(dyno) == process_type(leader)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn host_names_are_made_of_app_and_dyno_where_that_is_asked_for() {
        for (given, by_dyno, app, service, dyno, expected) in [
            ("my.own_host", true, "shop", "", "web.1", "my.own_host"),
            ("", true, "my_shop", "checkout", "web.1", "my-shop.web.1"),
            ("", true, "-_shop_-", "", "web.1", "shop.web.1"),
            ("", true, "", "checkout", "web.1", "checkout.web.1"),
            ("", true, "", "", "web.1", "web.1"),
            ("", true, "shop", "", "", "machine-1-eu"),
            ("", false, "shop", "", "web.1", "machine-1-eu"),
            ("", true, "fjord", "", "web-12a34b56d-e78f9", "fjord.web-12a34b56d-e78f9"),
        ] {
            let host = Host { given, by_dyno, app, service, dyno, machine: "machine-1.eu" };
            assert_eq!(host.name(), expected, "{host:?}");
        }
    }

    #[test]
    fn tags_are_separated_by_spaces_and_none_is_empty_or_twice() {
        assert_eq!(dyno_tags("", "", "1"), "buildpackversion:1");
        assert_eq!(
            dyno_tags("web.1", "my shop", "1"),
            "dyno:web.1 dynotype:web buildpackversion:1 appname:my_shop"
        );
        assert_eq!(
            all_tags("dyno:web.1", " env:prod,, team:core ,a,dyno:web.1,empty:,a"),
            "dyno:web.1 env:prod team:core a"
        );
    }

    #[test]
    fn dynos_are_skipped_by_type_and_pattern() {
        for (patterns, dyno, skipped) in [
            ("run,release", "run.1", true),
            ("run release", "release.1", true),
            ("run", "runner.1", false),
            ("crontogo*", "crontogo-x.1", true),
            ("true", "scheduler.7", true),
            ("True", "advanced-scheduler-a.7", true),
            ("true", "web.1", false),
            ("", "run.1", false),
            ("*", "", false),
            ("worker.2", "worker.2", true),
        ] {
            assert_eq!(is_skipped(patterns, dyno), skipped, "{patterns} {dyno}");
        }
    }

    #[test]
    fn one_dyno_leads() {
        for (leader, dyno, leading) in [
            ("", "worker.3", true),
            ("false", "worker.3", true),
            ("true", "web.1", true),
            ("true", "web.2", false),
            ("true", "run.1", false),
            ("worker.1", "worker.1", true),
            ("worker.1", "web.1", false),
            ("true", "web-12a34b56d-e78f9", true),
            ("true", "mail-12a34b56d-e78f9", false),
        ] {
            assert_eq!(leads(leader, dyno), leading, "{leader} {dyno}");
        }
    }

    proptest! {
        #[test]
        fn host_names_always_match_rfc_1123(by_dyno: bool, app in ".*", dyno in ".*", machine in ".*") {
            let (app, dyno, machine) = (app.as_str(), dyno.as_str(), machine.as_str());
            let name = Host { by_dyno, app, service: dyno, dyno, machine, given: "" }.name();
            prop_assert!(name.len() <= 253);
            for label in name.split('.') {
                prop_assert!(!label.is_empty() && label.len() <= 63, "{name}");
                prop_assert!(label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'), "{name}");
                prop_assert!(!label.starts_with('-') && !label.ends_with('-'), "{name}");
            }
        }

        #[test]
        fn any_tags_give_single_words(dyno in ".*", app in ".*", given in ".*") {
            for tag in all_tags(&dyno_tags(&dyno, &app, "1"), &given).split(' ') {
                prop_assert!(!tag.is_empty() && !tag.contains(',') && !tag.ends_with(':'));
            }
        }
    }
}
