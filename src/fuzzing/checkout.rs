//! Files of a checkout and of a home folder.

use crate::app::conf_folder::ConfFolder;
use crate::app::docker::Existing;
use crate::app::facts::{App, Checkout, Facts};
use crate::app::findings;
use crate::app::integrations::fuzzing as integrations;
use crate::app::prerun::{Block, Unmanageable, Version};
use crate::app::{Buildpack, nested};
use crate::heroku::{fuzzing as heroku, remotes};
use crate::repo::{lint as linter, yaml};
use crate::runtime;

use super::text;

/// Facts of an app whose checkout has one file.
fn facts(path: &str, text: String) -> Facts {
    let checkout = Checkout { files: [(path.to_owned(), text)].into(), ..Checkout::default() };
    let buildpacks =
        ["heroku/ruby", "https://github.com/DataDog/heroku-buildpack-datadog.git"].map(Buildpack::of);
    Facts {
        app: App::default(),
        buildpacks: Some(buildpacks.into()),
        checkout: Some(checkout),
        ..Facts::default()
    }
}

pub(super) fn app_json(bytes: &[u8]) {
    let text = text(bytes);
    let length = text.len();
    for finding in findings::find(&facts(findings::app_json::PATH, text)) {
        assert!(finding.evidence.len() <= length + 1000);
    }
}

pub(super) fn list_of_buildpacks(bytes: &[u8]) {
    let mut facts = facts(nested::LIST, text(bytes));
    facts.buildpacks = Some(vec![Buildpack::of("https://github.com/heroku/heroku-buildpack-multi.git")]);
    let _ = (facts.nested_agent(), facts.order_faults(), findings::find(&facts));
}

/// What the file is not filled with stays as it was; no variable is asked for that the text does not name.
pub(super) fn fill(bytes: &[u8]) {
    let text = text(bytes);
    let variable = |name: &str| {
        assert!(text.contains(name.strip_suffix(".file").unwrap_or(name)));
        name.len()
            .is_multiple_of(2)
            .then(|| "redis://u:v4lue-in-var@host.example:6379/0?x=\"'{}\n#".to_owned())
    };
    let filled = runtime::fill(&text, variable);
    assert!(filled.missing.iter().all(|name| !name.contains("v4lue-in-var")));
    if let (Some(filled), false) = (&filled.text, text.contains("${")) {
        assert_eq!(filled.lines().collect::<Vec<_>>(), text.lines().collect::<Vec<_>>());
    }
    let holders = text.matches("${").count() + 1;
    assert!(filled.text.unwrap_or_default().len() <= 2 * text.len() + 500 * holders);
}

/// An app is named by one part of a path.
pub(super) fn git_remote(bytes: &[u8]) {
    let list: Vec<_> = text(bytes).lines().map(|line| ("heroku".to_owned(), line.to_owned())).collect();
    for remote in remotes::of_heroku(&list, &["heroku.com".to_owned()]) {
        assert!(!remote.app.is_empty() && !remote.app.contains('/'), "{remote:?}");
    }
}

/// What is written of a file's instances is read as the same instances.
pub(super) fn integration_conf(bytes: &[u8]) {
    integrations::read_and_render(&text(bytes));
}

/// Findings name lines of the file, and no complaint about YAML shows a value.
pub(super) fn lint(bytes: &[u8]) {
    let text = text(bytes);
    let lines = text.lines().count() + 1;
    if let Err(unreadable) = yaml::read(&text) {
        assert!(unreadable.what.len() <= text.len() + 200, "{unreadable:?}");
    }
    for path in
        ["datadog/conf.d/redisdb.yaml", "datadog/conf.d/custom.d/conf.yaml", "datadog/checks.d/own.py"]
    {
        let file = linter::File { path: path.to_owned(), text: text.clone() };
        for finding in linter::lint(&[file], &ConfFolder::default()) {
            assert!(finding.line.is_none_or(|line| (1..=lines).contains(&line)), "{finding:?}");
        }
    }
}

pub(super) fn prerun_script(bytes: &[u8]) {
    let script = linter::File { path: "datadog/prerun.sh".to_owned(), text: text(bytes) };
    let lines = script.text.lines().count() + 1;
    for finding in linter::lint(&[script], &ConfFolder::default()) {
        assert!(finding.line.is_none_or(|line| (1..=lines).contains(&line)), "{finding:?}");
    }
}

/// A block can be put into any script that has no broken one, twice is once, and what is around it stays byte for byte.
pub(super) fn prerun_block(bytes: &[u8]) {
    let text = text(bytes);
    let block =
        Block { skip: vec!["run".into()], version: Some(Version::Slug), fill: true, ..Block::default() };
    let with = match block.put_into(Some(&text)) {
        Ok(with) => with,
        Err(Unmanageable::Edited) => block.put_over(&text).expect("an edited block is replaced"),
        Err(Unmanageable::Broken) => return assert_eq!(block.put_over(&text), Err(Unmanageable::Broken)),
    };
    assert_eq!(Block::read(&with), Ok(Some(block.clone())));
    assert_eq!(block.put_into(Some(&with)), Ok(with.clone()));
    let rendered = block.render();
    let (before, after) = with.split_once(&rendered).expect("the block is in the file");
    assert!(text.starts_with(before.trim_end_matches('\n')) && text.ends_with(after));
    let without = Block::default().put_into(Some(&with)).expect("a file");
    assert_eq!(without, format!("{before}{after}"));
}

/// The time that a pattern takes does not explode, which the driver's clock shows.
pub(super) fn slugignore(bytes: &[u8]) {
    let files = [
        (".slugignore", text(bytes)),
        ("datadog/prerun.sh", String::new()),
        (
            "datadog/conf.d/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab.yaml",
            String::new(),
        ),
    ];
    let files = files.map(|(path, text)| linter::File { path: path.to_owned(), text });
    let _ = linter::lint(&files, &ConfFolder::default());
}

/// A password is a word of the file.
pub(super) fn netrc(bytes: &[u8]) {
    let text = text(bytes);
    if let Some(password) = heroku::netrc_password(&text, "api.heroku.com") {
        assert!(text.contains("api.heroku.com") && text.split_whitespace().any(|word| word == password));
    }
}

pub(super) fn dockerfile(bytes: &[u8]) {
    let text = text(bytes);
    if let Ok(image) = Existing::read(&text) {
        let length: usize = image.entrypoint.iter().chain(&image.command).map(String::len).sum();
        assert!(length <= text.len() + 100);
    }
}
