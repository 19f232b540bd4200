//! The `conf.yaml` of a check: what it is to hold, and whether that may be written over what it holds.

use serde_json::Value;

use super::refused::Refused;
use super::{Add, Folder, path_of, sources, whole};
use crate::app::codes;
use crate::app::desired::{Desired, File, Note};
use crate::app::facts::Facts;
use crate::datadog::integrations::conf::{self, Instance};
use crate::datadog::integrations::{Integration, Kind};

/// What turns a check with a file on.
pub(super) fn add(
    add: &Add,
    facts: &Facts,
    folder: Option<&Folder>,
    desired: &mut Desired,
) -> Result<(), Refused> {
    let entry = add.entry;
    let (Some(folder), Some(path)) = (folder, path_of(entry)) else {
        return Err(Refused::NoCheckout(entry.name.clone()));
    };
    if let Some(needs) = &entry.needs {
        desired.notes.push(Note::new(codes::INTEGRATION_NEEDS, format!("{} needs: {needs}", entry.name)));
    }
    let existing = folder.text(&path);
    // The existing file stays, unless something else is requested.
    if existing.is_some() && add.values.is_empty() && add.variables.is_empty() {
        return Ok(());
    }
    let instances = match existing {
        None => fresh(add, facts)?,
        Some(text) => merged(entry, &path, text, fresh(add, facts)?)?,
    };
    for instance in &instances {
        Refused::missing(entry, instance).map_or(Ok(()), Err)?;
    }
    let after = conf::render(entry, &instances);
    let Some(before) = existing.filter(|before| *before != after) else {
        if existing.is_none() {
            desired.files.push(whole(&path, Some(after)));
        }
        return Ok(());
    };
    if !is_ours(entry, before) {
        if !add.force {
            return Err(Refused::Edited { diff: diff(before, &after), path });
        }
        let copy = format!("{path}.bak");
        desired.files.push(whole(&copy, Some(before.to_owned())));
    }
    desired.files.push(whole(&path, Some(after)));
    Ok(())
}

/// Whether the check has no file yet.
pub(super) fn is_absent(entry: &Integration, folder: Option<&Folder>) -> bool {
    path_of(entry).is_some_and(|path| folder.is_none_or(|folder| folder.text(&path).is_none()))
}

/// Whether a file asks a server in the dyno itself.
pub(super) fn asks_the_dyno(files: &[File]) -> bool {
    let is_local = |text: &str| {
        ["localhost", "127.0.0.1", "[::1]", "unix:", "/tmp/"].iter().any(|place| text.contains(place))
    };
    files.iter().any(|file| match file {
        File::Whole { after: Some(text), .. } => read(text).is_some_and(|instances| {
            instances.iter().flat_map(Instance::values).any(|value| conf::any_text(value, &is_local))
        }),
        _ => false,
    })
}

/// Whether a file is just as this program writes it.
pub(super) fn is_ours(entry: &Integration, text: &str) -> bool {
    read(text).is_some_and(|instances| conf::render(entry, &instances) == text)
}

/// The instances of a file.
pub(super) fn read(text: &str) -> Option<Vec<Instance>> {
    let document: Value = serde_saphyr::from_str(text).ok()?;
    match document.get("instances")? {
        Value::Array(all) => all.iter().map(|instance| instance.as_object().cloned()).collect(),
        _ => None,
    }
}

/// The instances to write where there is no file: one for each add-on, or the usual one, with what was given on top.
fn fresh(add: &Add, facts: &Facts) -> Result<Vec<Instance>, Refused> {
    let entry = add.entry;
    let instances = sources::instances(entry, facts, &add.variables)?;
    if instances.is_empty()
        && add.values.is_empty()
        && let Some(variable) = sources::usual_variable(entry)
    {
        return Err(Refused::NoSource {
            app: facts.app.name.clone(),
            integration: entry.name.clone(),
            variable,
        });
    }
    let instances = if instances.is_empty() { vec![Instance::new()] } else { instances };
    Ok(instances
        .into_iter()
        .map(|values| {
            let mut instance = conf::usual(entry);
            // Where another option replaces a required one, its default would be in the way.
            for option in &entry.options {
                if option.or.iter().any(|other| add.values.contains_key(other)) {
                    instance.remove(&option.name);
                }
            }
            instance.extend(values);
            instance.extend(add.values.clone());
            instance
        })
        .collect())
}

/// The instances of a file with the new ones among them: in the place of the one that is the same thing, else after it.
fn merged(entry: &Integration, path: &str, text: &str, new: Vec<Instance>) -> Result<Vec<Instance>, Refused> {
    let mut instances = read(text).ok_or_else(|| Refused::Unreadable { path: path.to_owned() })?;
    for instance in new {
        let is_same = |existing: &&mut Instance| {
            let id = identity(entry);
            existing.get(id) == instance.get(id)
        };
        match instances.iter_mut().find(is_same) {
            Some(existing) => existing.extend(instance),
            None => instances.push(instance),
        }
    }
    Ok(instances)
}

/// The option that distinguishes instances.
fn identity(entry: &Integration) -> &str {
    let name = entry.options.iter().find(|option| option.name == "name" && option.required);
    name.or(entry.options.first()).map_or("name", |option| option.name.as_str())
}

/// What of `before` is not in `after`, and the other way round, line by line.
fn diff(before: &str, after: &str) -> String {
    let (old, new): (Vec<_>, Vec<_>) = (before.lines().collect(), after.lines().collect());
    let same_start = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let rest = old.len().min(new.len()) - same_start;
    let same_end = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(|(a, b)| a == b).count();
    let gone = old[same_start..old.len() - same_end].iter().map(|line| format!("- {}", masked(line)));
    let come = new[same_start..new.len() - same_end].iter().map(|line| format!("+ {line}"));
    gone.chain(come).collect::<Vec<_>>().join("\n")
}

/// A line of a file as it may be shown: what a secret option holds is left out.
fn masked(line: &str) -> String {
    match line.split_once(':') {
        Some((name, value)) if !value.contains("${") => {
            let bare = name.trim_start_matches([' ', '-', '#', '{']);
            if crate::datadog::integrations::is_secret_option(bare)
                || crate::datadog::options::has_credentials(value.trim())
            {
                return format!("{name}: ••••");
            }
            line.to_owned()
        }
        _ => line.to_owned(),
    }
}

/// The version of a community check to install.
pub(super) fn version(add: &Add) -> Result<Option<String>, Refused> {
    match (add.entry.kind, &add.version) {
        (Kind::Community, Some(version)) => Ok(Some(version.clone())),
        (Kind::Community, None) => match &add.entry.version {
            Some(version) => Ok(Some(version.clone())),
            None => Err(Refused::NoVersion(add.entry.name.clone())),
        },
        (_, Some(_)) => Err(Refused::NoOwnVersion(add.entry.name.clone())),
        (_, None) => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{app, asked, written};
    use super::super::{Refused, add};
    use super::*;

    const PATH: &str = "datadog/conf.d/http_check.d/conf.yaml";

    fn with(folder: &Folder, set: &[&str], force: bool) -> Result<Folder, Refused> {
        let mut request = asked("http_check", set);
        request.force = force;
        add(&[request], &app(&[], &[]), Some(folder)).map(|desired| written(folder, &desired))
    }

    #[test]
    fn a_file_of_ours_grows_and_one_of_the_users_is_left_alone() {
        let instance = with(&Folder::default(), &["name=a", "url=http://a"], false).expect("a file");
        let two = with(&instance, &["name=b", "url=http://b"], false).expect("another instance");
        let changed = with(&two, &["name=b", "url=http://c"], false).expect("a changed instance");
        let urls = |folder: &Folder| {
            let instances = read(folder.text(PATH).expect("a file")).expect("instances");
            instances
                .iter()
                .map(|instance| instance["url"].as_str().unwrap_or_default().to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            (urls(&two), urls(&changed)),
            (vec!["http://a".into(), "http://b".into()], vec!["http://a".into(), "http://c".into()])
        );

        let mut edited = instance.clone();
        edited.0.insert(
            PATH.into(),
            instance.text(PATH).expect("a file").replace("# method: get", "method: head"),
        );
        assert_eq!(with(&edited, &[], false).as_ref(), Ok(&edited), "what is there serves");
        match with(&edited, &["name=b", "url=http://b"], false) {
            Err(Refused::Edited { diff, .. }) => {
                assert!(diff.contains("- ") && diff.contains("+   - name: b"), "{diff}");
            }
            other => panic!("{other:?}"),
        }
        let forced = with(&edited, &["name=b", "url=http://b"], true).expect("with force");
        assert_eq!(forced.text(&format!("{PATH}.bak")), edited.text(PATH));
        assert!(forced.text(PATH).expect("a file").contains("method: head"));
        let broken = Folder([(PATH.to_owned(), "instances: [".to_owned())].into());
        assert!(matches!(with(&broken, &["name=b", "url=u"], true), Err(Refused::Unreadable { .. })));
    }

    #[test]
    fn options_are_of_their_types_and_hold_no_secrets() {
        for (name, set, why) in [
            ("http_check", "name", "NAME=VALUE"),
            ("http_check", "timeout=soon", "expected a number"),
            ("http_check", "timeot=1", "no option `timeot`"),
            ("http_check", "url=https://u:hunter2@h", "would put a secret into a file"),
            ("mcache", "password=hunter2", "would put a secret into a file"),
            ("mcache@1.0.0", "", "comes with the Agent"),
        ] {
            let set: Vec<_> = Some(set.to_owned()).filter(|set| !set.is_empty()).into_iter().collect();
            let refused = Add::parse(name, &set).expect_err(name);
            assert!(refused.to_string().contains(why) && refused.is_usage(), "{refused}");
            assert!(!format!("{refused} {:?}", refused.hint(Some("shop"))).contains("hunter2"));
        }
        assert!(Add::parse("mcache", &["password=${MY_PASSWORD}".into()]).is_ok());
        let missing = with(&Folder::default(), &["name=a"], false).expect_err("no url");
        assert_eq!(missing.to_string(), "`http_check` requires `url`");
    }

    #[test]
    fn an_edit_is_shown_without_secrets() {
        assert_eq!(diff("a: 1\npassword: hunter2\nb: 1\n", "a: 1\nb: 1\n"), "- password: ••••");
        assert_eq!(diff("url: http://u:hunter2@h\n", "url: x\n"), "- url: ••••\n+ url: x");
    }

    #[test]
    fn values_come_from_the_add_ons_under_any_attachment_name() {
        let vars = [
            ("MEMCACHIER_SERVERS", "a:1"),
            ("MEMCACHIER_USERNAME", "u"),
            ("MEMCACHIER_PASSWORD", "p"),
            ("CACHE_SERVERS", "b:1"),
            ("CACHE_USERNAME", "u"),
            ("CACHE_PASSWORD", "p"),
        ];
        let facts = app(&vars, &[("memcachier:dev", "CACHE")]);
        let folder = Folder::default();
        let desired = add(&[asked("mcache", &[])], &facts, Some(&folder)).expect("two of them");
        let after = written(&folder, &desired);
        let text = after.text("datadog/conf.d/mcache.d/conf.yaml").expect("a file");
        let urls: Vec<_> =
            read(text).expect("instances").iter().map(|instance| instance["url"].clone()).collect();
        assert_eq!(urls, ["${CACHE_SERVERS.host}", "${MEMCACHIER_SERVERS.host}"]);
        assert!(after.block().fill && !text.contains(": p"));
    }
}
