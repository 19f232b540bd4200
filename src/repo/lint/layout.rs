//! Files that are where nothing reads them, or where only older buildpacks did.

use super::placeholders::Prerun;
use super::{File, Finding};

/// Folders whose files are kept, and not meant to be read.
const KEPT: [&str; 16] = [
    "disabled", "off", "unused", "inactive", "old", "archive", "archived", "backup", "example", "examples",
    "sample", "samples", "docs", "test", "tests", "spec",
];
/// Endings that switch a file or a folder off, or name an example.
const OFF: [&str; 13] = [
    "disabled", "off", "unused", "inactive", "bak", "old", "orig", "example", "sample", "dist", "md", "txt",
    "swp",
];
/// Endings of templates and of other formats, which the Agent does not read.
const TEMPLATES: [&str; 16] = [
    "erb", "j2", "jinja", "jinja2", "tmpl", "tpl", "template", "tt", "mustache", "hbs", "liquid", "in",
    "ejs", "json", "toml", "ini",
];

/// Settings of the Agent's processes that need privileges.
const PRIVILEGED: &str = "system-probe.yaml";
const SECURITY: &str = "security-agent.yaml";

/// The problems of where files are.
pub(super) fn lint(files: &[File], prerun: &Prerun) -> Vec<Finding> {
    let has = |path: &str| files.iter().any(|file| file.path == path);
    let in_folder = |file: &&File| file.path.starts_with("datadog/") && !is_kept(&file.path);
    files.iter().filter(in_folder).filter_map(|file| misplaced(file, prerun, &has)).collect()
}

fn is_kept(path: &str) -> bool {
    path.split('/').skip(1).any(|part| {
        let name = part.to_ascii_lowercase();
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending.trim_end_matches('~'));
        name.starts_with(['_', '.'])
            || name.ends_with('~')
            || KEPT.contains(&name.as_str())
            || OFF.contains(&ending)
    })
}

fn misplaced(file: &File, prerun: &Prerun, has: &dyn Fn(&str) -> bool) -> Option<Finding> {
    let parts: Vec<_> = file.path.split('/').skip(1).collect();
    let finding = match parts.as_slice() {
        ["conf.d", PRIVILEGED | SECURITY] | [PRIVILEGED | SECURITY] => {
            return Some(
                unread(file, "it configures a process that needs privileges, which dynos do not have")
                    .fix(format!("git rm {}", file.path)),
            );
        }
        ["conf.d", name] if ending(name) == "yaml" => return old_form(file, name, has),
        ["datadog.yaml" | "datadog.yml"] => {
            return Some(
                unread(file, "the Agent's settings come from config vars")
                    .fix("set each of them as DD_… with `dd-heroku config set`"),
            );
        }
        ["datadog.conf"] => {
            return Some(unread(file, "it belongs to Agent 5").fix("set what it holds as DD_… config vars"));
        }
        ["prerun.sh"] => return None,
        [.., name] if is_prerun(name, parts.len() == 1) => Some(
            unread(file, "the boot looks for `datadog/prerun.sh`")
                .fix(format!("git mv {} datadog/prerun.sh", file.path)),
        ),
        ["conf.d", rest @ ..] => in_conf_d(file, rest),
        ["checks.d", rest @ ..] => in_checks_d(file, rest),
        _ => elsewhere(file, &parts),
    };
    // The script may copy or render what nothing else reads.
    finding.filter(|_| !is_named(prerun, &parts))
}

/// Whether `prerun.sh` names a file, its folder, or its kind of template.
fn is_named(prerun: &Prerun, parts: &[&str]) -> bool {
    let is_telling =
        |part: &&&str| !["conf.d", "checks.d", "conf.yaml", "conf.yml", "prerun.sh"].contains(*part);
    let ending = parts.last().and_then(|name| name.rsplit_once('.')).map_or("", |(_, ending)| ending);
    parts.iter().filter(is_telling).any(|part| prerun.names(part))
        || (TEMPLATES.contains(&ending) && prerun.names(&format!(".{ending}")))
}

fn is_prerun(name: &str, at_top: bool) -> bool {
    let plain = name.to_ascii_lowercase().replace(['-', '_'], "");
    let stem = plain.split('.').next().unwrap_or_default();
    stem == "prerun" || (at_top && plain.contains("prerun"))
}

fn in_conf_d(file: &File, rest: &[&str]) -> Option<Finding> {
    match rest {
        [name] => {
            let (check, ending) = name.split_once('.')?;
            let new = format!("datadog/conf.d/{check}.d/conf.yaml");
            let moved = format!("mkdir -p datadog/conf.d/{check}.d && git mv {} {new}", file.path);
            if ending == "yml" {
                return Some(unread(file, "its name does not end in `.yaml`").fix(moved));
            }
            other_format(file, name).map(|finding| finding.fix(format!("write {new}")))
        }
        [folder, ..] if folder.rsplit_once('.').is_none_or(|(_, end)| end != "d") => Some(
            unread(file, "the Agent reads folders of conf.d that end in `.d`")
                .fix(format!("git mv datadog/conf.d/{folder} datadog/conf.d/{folder}.d")),
        ),
        [_, name] => other_format(file, name),
        [folder, .., name] if is_configuration(file) => Some(
            unread(file, "the Agent does not read folders inside of a check's folder")
                .fix(format!("git mv {} datadog/conf.d/{folder}/{name}", file.path)),
        ),
        _ => None,
    }
}

/// A file of `conf.d` that is not YAML, though it looks like configuration or code.
fn other_format(file: &File, name: &str) -> Option<Finding> {
    let (stem, ending) = name.rsplit_once('.')?;
    if ending == "py" {
        return Some(
            unread(file, "the code of checks belongs in checks.d")
                .fix(format!("git mv {} datadog/checks.d/{name}", file.path)),
        );
    }
    let is_format = TEMPLATES.contains(&ending) || ["yaml", "yml"].contains(&self::ending(stem));
    (is_format && ending != "default").then(|| {
        unread(file, "the Agent reads files that end in `.yaml`")
            .fix("write it as `.yaml` with `${NAME}` for config vars, or render it in prerun.sh")
    })
}

fn in_checks_d(file: &File, rest: &[&str]) -> Option<Finding> {
    match rest {
        [name] => {
            let (check, ending) = name.split_once('.')?;
            let is_unread = ending == "yml" || ending.split('.').any(|part| TEMPLATES.contains(&part));
            is_unread.then(|| {
                unread(file, "the boot reads `.py` and `.yaml` files of checks.d")
                    .fix(format!("write datadog/conf.d/{check}.d/conf.yaml"))
            })
        }
        [.., name] if is_check(file) => Some(
            unread(file, "the Agent does not read folders inside of checks.d")
                .fix(format!("git mv {} datadog/checks.d/{name}", file.path)),
        ),
        _ => None,
    }
}

fn elsewhere(file: &File, parts: &[&str]) -> Option<Finding> {
    let name = parts.last()?;
    let folder = (parts.len() > 1).then(|| parts[parts.len() - 2]);
    if is_check(file) {
        return Some(
            unread(file, "the boot reads prerun.sh, conf.d and checks.d only")
                .fix(format!("git mv {} datadog/checks.d/{name}", file.path)),
        );
    }
    let is_yaml = name.contains(".yaml") || name.contains(".yml");
    let of_check = folder.and_then(|folder| folder.strip_suffix(".d"));
    if !is_yaml || !(is_configuration(file) || of_check.is_some()) {
        return None;
    }
    let check = of_check.or(folder).or(name.split('.').next()).unwrap_or_default();
    let fix = format!(
        "mkdir -p datadog/conf.d/{check}.d && git mv {} datadog/conf.d/{check}.d/conf.yaml",
        file.path
    );
    Some(unread(file, "the boot reads prerun.sh, conf.d and checks.d only").fix(fix))
}

/// Whether a file holds the configuration of a check, as far as its top-level keys show it.
fn is_configuration(file: &File) -> bool {
    let keys = ["instances:", "logs:", "init_config:"];
    let is_yaml = file.path.contains(".yaml") || file.path.contains(".yml");
    is_yaml && file.text.lines().any(|line| keys.iter().any(|key| line.starts_with(key)))
}

fn is_check(file: &File) -> bool {
    ending(&file.path) == "py" && file.text.contains("AgentCheck")
}

fn ending(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(_, ending)| ending)
}

fn unread(file: &File, why: &str) -> Finding {
    Finding::warning(file, None, format!("nothing reads this file: {why}"))
}

fn old_form(file: &File, name: &str, has: &dyn Fn(&str) -> bool) -> Option<Finding> {
    let check = name.strip_suffix(".yaml")?;
    if matches!(check, "conf" | "config") {
        let why = "the folder or file of a check has its name, as in conf.d/redisdb.d/conf.yaml";
        return Some(unread(file, why));
    }
    let new = format!("datadog/conf.d/{check}.d/conf.yaml");
    Some(if has(&new) {
        Finding::error(file, None, format!("takes the place of {new} when a dyno boots"))
            .fix(format!("git rm {}", file.path))
    } else {
        Finding::info(file, None, "is in the form of Agent 5, which still works")
            .fix(format!("mkdir -p datadog/conf.d/{check}.d && git mv {} {new}", file.path))
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::messages;

    const CONF: &str = "instances:\n  - {proc_name: a}\n";

    #[test]
    fn files_that_nothing_reads_are_named() {
        for (path, expected) in [
            ("datadog/conf.d/gunicorn.yml", "its name does not end in `.yaml`"),
            ("datadog/conf.d/gunicorn/conf.yaml", "end in `.d`"),
            ("datadog/datadog.yaml", "config vars"),
            ("datadog/datadog.conf", "Agent 5"),
            ("datadog/system-probe.yaml", "needs privileges"),
            ("datadog/conf.d/system-probe.yaml", "needs privileges"),
            ("datadog/gunicorn.yaml", "conf.d and checks.d only"),
            ("datadog/pre-prerun.sh", "datadog/prerun.sh"),
            ("datadog/conf.d/prerun.sh", "datadog/prerun.sh"),
            ("datadog/scripts/pre_run.sh", "datadog/prerun.sh"),
            ("datadog/gunicorn.d/conf.yaml", "conf.d and checks.d only"),
            ("datadog/conf/gunicorn.d/conf.yml", "conf.d and checks.d only"),
            ("datadog/conf.d/gunicorn.d/conf.yaml.erb", "end in `.yaml`"),
            ("datadog/conf.d/gunicorn.yaml.tmpl", "end in `.yaml`"),
            ("datadog/conf.d/gunicorn.d/conf.json", "end in `.yaml`"),
            ("datadog/conf.d/gunicorn.d/web/conf.yaml", "inside of a check's folder"),
            ("datadog/conf.d/conf.yaml", "as in conf.d/redisdb.d/conf.yaml"),
            ("datadog/checks.d/gunicorn.yml", "`.py` and `.yaml` files of checks.d"),
        ] {
            let findings = messages(&[(path, CONF)]);
            assert!(
                findings.len() == 1 && findings[0].contains(expected) && findings[0].contains(" warning "),
                "{findings:?}"
            );
        }
        let code = "from datadog_checks.base import AgentCheck\n";
        for path in
            ["datadog/checks/a.py", "datadog/a.py", "datadog/checks.d/a/a.py", "datadog/conf.d/a.d/a.py"]
        {
            assert!(messages(&[(path, code)])[0].contains("nothing reads this file"), "{path}");
        }
    }

    #[test]
    fn files_that_are_kept_or_named_by_the_script_are_left_alone() {
        for path in [
            "datadog/conf.d/gunicorn.d/conf.yaml",
            "datadog/README.md",
            "datadog/conf.d/disabled/gunicorn.d/conf.yaml",
            "datadog/disabled/gunicorn.yaml",
            "datadog/conf.d/gunicorn.d.disabled/conf.yaml",
            "datadog/conf.d/gunicorn.d/conf.yaml.example",
            "datadog/conf.d/gunicorn.yaml.bak",
            "datadog/conf.d/gunicorn.d/ca.pem",
        ] {
            assert_eq!(messages(&[(path, CONF)]), [""; 0], "{path}");
        }
        for (path, script) in [
            ("datadog/conf.d/gunicorn.d/conf.yaml.erb", "erb a.erb >b\n"),
            ("datadog/extra.d/conf.yaml", "cp -R \"$APP_DATADOG/extra.d\" \"$DD_CONF_DIR/conf.d\"\n"),
            ("datadog/gunicorn.yaml", "cp \"$APP_DATADOG/gunicorn.yaml\" x\n"),
        ] {
            assert_eq!(messages(&[(path, CONF), ("datadog/prerun.sh", script)]), [""; 0], "{path}");
        }
        assert_eq!(messages(&[("datadog/service.datadog.yaml", "schema-version: v2\n")]), [""; 0]);
    }

    #[test]
    fn the_old_form_works_unless_the_new_one_is_there_too() {
        assert!(messages(&[("datadog/conf.d/gunicorn.yaml", CONF)])[0].contains(" info "));
        assert!(
            messages(&[
                ("datadog/conf.d/gunicorn.yaml", CONF),
                ("datadog/conf.d/gunicorn.d/conf.yaml", CONF)
            ])[0]
                .contains(" error takes the place of")
        );
    }
}
