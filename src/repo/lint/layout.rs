//! Files that lie where nothing reads them, or where only older buildpacks did.

use super::{File, Finding};

/// The problems of where files lie.
pub(super) fn lint(files: &[File]) -> Vec<Finding> {
    let has = |path: &str| files.iter().any(|file| file.path == path);
    files
        .iter()
        .filter_map(|file| match file.path.split('/').collect::<Vec<_>>().as_slice() {
            ["datadog", "conf.d", name] => old_form(file, name, &has),
            ["datadog", "conf.d", folder, _] if folder.rsplit_once('.').is_none_or(|(_, end)| end != "d") => {
                Some(
                    unread(file, "the Agent reads folders of conf.d that end in `.d`")
                        .fix(format!("git mv datadog/conf.d/{folder} datadog/conf.d/{folder}.d")),
                )
            }
            ["datadog", "datadog.yaml"] => Some(
                unread(file, "the Agent's own settings come from config vars")
                    .fix("set each of them as DD_… with `dd-heroku config set`"),
            ),
            ["datadog", "datadog.conf"] => {
                Some(unread(file, "it belongs to Agent 5").fix("set what it holds as DD_… config vars"))
            }
            ["datadog", name]
                if ["yaml", "yml", "py"].iter().any(|kind| name.ends_with(&format!(".{kind}"))) =>
            {
                Some(unread(file, "the boot reads prerun.sh, conf.d and checks.d only"))
            }
            ["datadog", script] if *script != "prerun.sh" && script.contains("prerun") => Some(
                unread(file, "the boot looks for `datadog/prerun.sh`")
                    .fix(format!("git mv datadog/{script} datadog/prerun.sh")),
            ),
            _ => None,
        })
        .collect()
}

fn unread(file: &File, why: &str) -> Finding {
    Finding::warning(file, None, format!("nothing reads this file: {why}"))
}

fn old_form(file: &File, name: &str, has: &dyn Fn(&str) -> bool) -> Option<Finding> {
    let (check, ending) = name.split_once('.')?;
    let new = format!("datadog/conf.d/{check}.d/conf.yaml");
    let is_twice = has(&new);
    match ending {
        "yaml" if is_twice => Some(
            Finding::error(file, None, format!("takes the place of {new} when a dyno boots"))
                .fix(format!("git rm {}", file.path)),
        ),
        "yaml" => Some(
            Finding::info(file, None, "is in the form of Agent 5, which still works")
                .fix(format!("mkdir -p datadog/conf.d/{check}.d && git mv {} {new}", file.path)),
        ),
        "yml" => Some(
            unread(file, "its name does not end in `.yaml`")
                .fix(format!("mkdir -p datadog/conf.d/{check}.d && git mv {} {new}", file.path)),
        ),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::found;

    const CONF: &str = "instances:\n  - {proc_name: a}\n";

    #[test]
    fn files_that_nothing_reads_are_named() {
        for (path, expected) in [
            ("datadog/conf.d/gunicorn.yml", "its name does not end in `.yaml`"),
            ("datadog/conf.d/gunicorn/conf.yaml", "end in `.d`"),
            ("datadog/datadog.yaml", "config vars"),
            ("datadog/datadog.conf", "Agent 5"),
            ("datadog/gunicorn.yaml", "conf.d and checks.d only"),
            ("datadog/pre-prerun.sh", "datadog/prerun.sh"),
        ] {
            let findings = found(&[(path, CONF)]);
            assert!(
                findings.len() == 1 && findings[0].contains(expected) && findings[0].contains(" warning "),
                "{findings:?}"
            );
        }
        assert_eq!(
            found(&[("datadog/conf.d/gunicorn.d/conf.yaml", CONF), ("datadog/README.md", "hello")]),
            [""; 0]
        );
    }

    #[test]
    fn the_old_form_works_unless_the_new_one_is_there_too() {
        assert!(found(&[("datadog/conf.d/gunicorn.yaml", CONF)])[0].contains(" info "));
        assert!(
            found(&[("datadog/conf.d/gunicorn.yaml", CONF), ("datadog/conf.d/gunicorn.d/conf.yaml", CONF)])
                [0]
            .contains(" error takes the place of")
        );
    }
}
