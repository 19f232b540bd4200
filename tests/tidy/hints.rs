//! Commands in messages name their app: they can be pasted as they are, in any folder.

use super::source::Source;

/// Commands that work on an app.
const OF_AN_APP: [&str; 45] = [
    "dd-heroku agent exec",
    "dd-heroku agent restart",
    "dd-heroku agent start",
    "dd-heroku agent status",
    "dd-heroku agent stop",
    "dd-heroku buildpacks fix",
    "dd-heroku buildpacks pin",
    "dd-heroku buildpacks show",
    "dd-heroku config list",
    "dd-heroku config set",
    "dd-heroku config unset",
    "dd-heroku dbm check",
    "dd-heroku dbm setup",
    "dd-heroku docker init",
    "dd-heroku doctor",
    "dd-heroku init",
    "dd-heroku integrations add",
    "dd-heroku logs disable",
    "dd-heroku logs enable",
    "dd-heroku logs status",
    "dd-heroku metrics disable",
    "dd-heroku prerun skip",
    "dd-heroku rebuild",
    "dd-heroku remove",
    "dd-heroku rotate-key",
    "dd-heroku status",
    "dd-heroku upgrade",
    "heroku addons:attach",
    "heroku addons:create",
    "heroku addons:detach",
    "heroku addons:upgrade",
    "heroku buildpacks:set",
    "heroku config:set",
    "heroku config:unset",
    "heroku data:pg:credentials:create",
    "heroku features:enable",
    "heroku git:clone",
    "heroku git:remote",
    "heroku pg:credentials",
    "heroku pg:psql",
    "heroku pipelines:add",
    "heroku ps:restart",
    "heroku ps:scale",
    "heroku ps:type",
    "heroku releases:output",
];

/// Where no app is known: at build time, in the lint of a folder, in a script that the checkout keeps, before an app was
/// chosen.
const WITHOUT_AN_APP: [&str; 12] = [
    "src/app/integrations/refused.rs",
    "src/app/metrics/dashboard.rs",
    "src/buildpack/",
    "src/cli/keys.rs",
    "src/cli/messages/database.rs",
    "src/cli/usage.rs",
    "src/commands/init/answers.rs",
    "src/commands/config/assignment.rs",
    "src/commands/prerun/",
    "src/repo/lint/",
    "src/runtime/",
    "src/sandbox/",
];

#[test]
fn commands_in_messages_name_the_app() {
    let mut wrong = Vec::new();
    for module in Source::get().program() {
        let file = module.file.display().to_string();
        if WITHOUT_AN_APP.iter().any(|start| file.starts_with(start)) {
            continue;
        }
        for (line, text) in module.texts.iter().filter(|(_, text)| !text.starts_with("Examples:")) {
            let lacking = commands(text).filter(|command| !command.contains(" -a "));
            wrong.extend(lacking.map(|command| format!("{file}:{line}: {command}")));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// The commands in a text that work on an app, each up to the end of its clause.
fn commands(text: &str) -> impl Iterator<Item = &str> {
    OF_AN_APP.iter().flat_map(move |command| {
        text.match_indices(command).filter_map(|(at, _)| {
            let is_start = !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '-');
            let is_whole = !text[at + command.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '-');
            let rest = &text[at..];
            let end = rest.find(['`', ';', ',', ')', '\n']).unwrap_or(rest.len());
            (is_start && is_whole).then(|| &rest[..end])
        })
    })
}

#[test]
fn a_command_without_an_app_is_found() {
    let all: Vec<_> =
        commands("see (heroku git:clone -a A), or `dd-heroku rebuild`: dd-heroku init").collect();
    assert_eq!(all, ["dd-heroku init", "dd-heroku rebuild", "heroku git:clone -a A"]);
}
