//! On which dynos a check runs that asks a service elsewhere. Every dyno has its own Agent: with several of them the
//! service is asked several times, and Database Monitoring counts every query as often.

use std::path::Path;

use super::{Folder, databases, files};
use crate::app::booleans;
use crate::app::codes;
use crate::app::database_urls::Database;
use crate::app::desired::{Desired, Note};
use crate::app::facts::Facts;
use crate::app::prerun::Block;
use crate::env;
use crate::secret::Secret;

/// The dynos that were asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// None: one dyno, unless it is said already where the check runs.
    #[default]
    Leader,
    /// These process types (`web`) or dynos (`web.1`).
    Dynos(Vec<String>),
    /// Every dyno.
    All,
}

impl Place {
    /// As `--on` has it: nothing, `all`, or dynos.
    pub fn of(dynos: Vec<String>) -> Self {
        match dynos.as_slice() {
            [] => Self::Leader,
            [all] if all == "all" => Self::All,
            _ => Self::Dynos(dynos),
        }
    }
}

/// Puts a check with a file where it was asked for; one that is turned on now, on one dyno.
pub(super) fn put_check(place: &Place, check: &str, facts: &Facts, block: &mut Block, is_new: bool) {
    match place {
        Place::All => drop(block.limits.remove(check)),
        Place::Dynos(dynos) => drop(block.limits.insert(check.to_owned(), dynos.clone())),
        Place::Leader if is_new => {
            block.limits.entry(check.to_owned()).or_insert_with(|| vec![leader(facts)]);
        }
        Place::Leader => {}
    }
}

/// Puts the check of a database that config vars turn on where it was asked for, else on one dyno: our buildpack is told
/// by a config var, Datadog's by the managed block.
pub(super) fn put_database(
    place: &Place,
    check: &str,
    facts: &Facts,
    folder: Option<&Folder>,
    block: &mut Block,
    desired: &mut Desired,
) {
    let is_ours = facts.has_our_buildpack();
    let has_leader = facts.config.as_ref().is_some_and(|config| config.get(env::DD_HEROKU_LEADER).is_some());
    let mut lead = |dyno: Option<&str>| {
        desired.config.insert(env::DD_HEROKU_LEADER.to_owned(), dyno.map(Secret::new));
    };
    let dynos = match place {
        Place::All => {
            if has_leader {
                lead(None);
            }
            block.limits.remove(check);
            return;
        }
        Place::Leader if has_leader && is_ours || block.limits.contains_key(check) => return,
        Place::Leader => vec![leader(facts)],
        Place::Dynos(dynos) => dynos.clone(),
    };
    match dynos.as_slice() {
        [dyno] if is_ours && dyno.contains('.') => lead(Some(dyno)),
        _ if folder.is_some() => drop(block.limits.insert(check.to_owned(), dynos)),
        _ => {
            let message = format!(
                "the Agent of every dyno queries the database; in the app's checkout, `dd-heroku integrations limit {check} \
                 --to {} -a {}` leaves one",
                dynos.join(","),
                facts.app.name
            );
            desired.notes.push(Note::new(codes::DBM_ON_SEVERAL_DYNOS, message));
        }
    }
}

/// The checks with Database Monitoring that run on every dyno, of an app with several.
pub(in crate::app) fn everywhere(facts: &Facts) -> Vec<String> {
    let config = |name: &str| facts.config.as_ref().and_then(|config| config.get(name));
    let is_ours = facts.has_our_buildpack();
    let folder = facts.matching_checkout().map(|checkout| Folder(checkout.files.clone()));
    let block = folder.as_ref().map(Folder::block).unwrap_or_default();
    let mut checks = Vec::new();
    // Without a checkout it is not known what the managed block limits.
    let is_known = folder.is_some() || is_ours;
    if is_known
        && databases::is_on(Database::Postgres, facts)
        && booleans::is_on(facts, env::DD_ENABLE_DBM)
        && !(is_ours && config(env::DD_HEROKU_LEADER).is_some())
    {
        checks.push("postgres".to_owned());
    }
    for (path, text) in folder.iter().flat_map(|folder| &folder.0) {
        let file = path.strip_prefix("datadog/conf.d/").and_then(|path| path.split_once(".d/"));
        if let Some((check, name)) = file
            && Path::new(name).extension().is_some_and(|extension| extension == "yaml")
            && files::read(text)
                .is_some_and(|all| all.iter().any(|instance| instance.get("dbm") == Some(&true.into())))
        {
            checks.push(check.to_owned());
        }
    }
    checks.retain(|check| !block.limits.contains_key(check));
    checks.dedup();
    checks
}

/// What limits these checks to one dyno.
pub(in crate::app) fn limited(checks: &[String], facts: &Facts) -> Desired {
    let folder = facts.matching_checkout().map(|checkout| Folder(checkout.files.clone()));
    let mut block = folder.as_ref().map(Folder::block).unwrap_or_default();
    let mut desired = Desired::default();
    for check in checks {
        if check == "postgres" {
            put_database(&Place::Leader, check, facts, folder.as_ref(), &mut block, &mut desired);
        } else {
            put_check(&Place::Leader, check, facts, &mut block, true);
        }
    }
    desired.files.extend(folder.and_then(|folder| folder.with_block(block)));
    desired
}

/// The first dyno of the app that answers requests, else of its first process type.
fn leader(facts: &Facts) -> String {
    let mut kinds = facts.formation.iter().flatten().filter(|process| process.quantity > 0);
    let first = kinds.clone().next();
    let kind = kinds.find(|process| process.kind == "web").or(first).map_or("web", |process| &process.kind);
    format!("{kind}.1")
}

#[cfg(test)]
mod tests {
    use super::super::tests::{app, asked, vars, written};
    use super::super::{Add, Folder, add};
    use super::*;
    use crate::app::Buildpack;
    use crate::app::facts::Checkout;

    const DATABASE: (&str, &str) = ("DATABASE_URL", "postgres://u:p@h/d");

    fn monitored(place: Place) -> Add {
        Add { dbm: true, place, ..asked("postgres", &[]) }
    }

    #[test]
    fn database_monitoring_runs_on_one_dyno_unless_more_are_asked_for() {
        let facts = app(&[DATABASE], &[("heroku-postgresql:standard-0", "DATABASE")]);
        let folder = Folder::default();
        let limits = |place: Place, folder: &Folder| {
            let desired = add(&[monitored(place)], &facts, Some(folder)).unwrap();
            (written(folder, &desired).block().limits.remove("postgres"), desired)
        };
        assert_eq!(limits(Place::Leader, &folder).0, Some(vec!["web.1".to_owned()]));
        let worker = Place::of(vec!["worker".into()]);
        assert_eq!(limits(worker.clone(), &folder).0, Some(vec!["worker".to_owned()]));
        assert_eq!(limits(Place::All, &folder).0, None);
        let limited = written(&folder, &limits(worker.clone(), &folder).1);
        assert_eq!(limits(Place::Leader, &limited).0, Some(vec!["worker".to_owned()]), "what is said stays");
        assert_eq!(limits(Place::of(vec!["all".into()]), &limited).0, None);
        let notes = add(&[monitored(Place::Leader)], &facts, None).unwrap().notes;
        assert_eq!(notes.last().map(|note| note.code), Some(codes::DBM_ON_SEVERAL_DYNOS), "{notes:?}");
    }

    #[test]
    fn our_buildpack_is_told_by_a_config_var() {
        let ours = |config: &[(&str, &str)]| Facts {
            buildpacks: Some(vec![Buildpack::of("dd-heroku/dd-heroku")]),
            ..app(config, &[("heroku-postgresql:standard-0", "DATABASE")])
        };
        let leader = |facts: &Facts, place: Place| {
            let desired = add(&[monitored(place)], facts, None).unwrap();
            vars(&desired).into_iter().find(|var| var.starts_with(env::DD_HEROKU_LEADER))
        };
        let facts = ours(&[DATABASE]);
        assert!(facts.agent_buildpack().is_some());
        assert_eq!(leader(&facts, Place::Leader).as_deref(), Some("DD_HEROKU_LEADER=web.1"));
        let worker = Place::of(vec!["worker.1".into()]);
        assert_eq!(leader(&facts, worker).as_deref(), Some("DD_HEROKU_LEADER=worker.1"));
        assert_eq!(leader(&facts, Place::All), None);
        let led = ours(&[DATABASE, ("DD_HEROKU_LEADER", "worker.1")]);
        assert_eq!(leader(&led, Place::Leader), None);
        assert_eq!(leader(&led, Place::All).as_deref(), Some("DD_HEROKU_LEADER"));
    }

    #[test]
    fn a_check_that_asks_a_service_elsewhere_begins_on_one_dyno() {
        let facts = app(&[("CLOUDAMQP_URL", "amqps://u:p@h/v")], &[]);
        let folder = Folder::default();
        let limits = |add: Add, folder: &Folder| {
            let after = written(folder, &super::super::add(&[add], &facts, Some(folder)).unwrap());
            (after.block().limits, after)
        };
        let (first, after) = limits(asked("rabbitmq", &[]), &folder);
        assert_eq!(first["rabbitmq"], ["web.1"]);
        let everywhere = Add { place: Place::All, ..asked("rabbitmq", &[]) };
        let (none, after) = limits(everywhere, &after);
        assert!(none.is_empty(), "{none:?}");
        assert!(
            limits(asked("rabbitmq", &[]), &after).0.is_empty(),
            "a limit that was lifted does not come back"
        );
        assert!(
            limits(asked("gunicorn", &["proc_name=x"]), &folder).0.is_empty(),
            "a check of the dyno itself"
        );
        let local = asked("mysql", &["host=localhost", "username=u"]);
        assert!(limits(local, &folder).0.is_empty(), "a server in the dyno");
    }

    #[test]
    fn checks_with_database_monitoring_on_every_dyno_are_known() {
        let on = [DATABASE, ("DD_ENABLE_DBM", "true"), ("DD_ENABLE_HEROKU_POSTGRES", "true")];
        let files = |files: &[(&str, &str)]| {
            let files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
            Facts {
                checkout: Some(Checkout { files: files.collect(), ..Checkout::default() }),
                ..app(&on, &[])
            }
        };
        assert_eq!(everywhere(&app(&on, &[])), [""; 0], "not known");
        let mysql = ("datadog/conf.d/mysql.d/conf.yaml", "instances:\n  - host: h\n    dbm: true\n");
        let plain = ("datadog/conf.d/sqlserver.d/conf.yaml", "instances:\n  - host: h\n");
        let facts = files(&[mysql, plain]);
        assert_eq!(everywhere(&facts), ["postgres", "mysql"]);
        let desired = limited(&everywhere(&facts), &facts);
        let after = written(&Folder(facts.checkout.unwrap().files), &desired);
        assert_eq!(after.block().limits.len(), 2);
    }
}
