//! Database Monitoring: plans that cannot have it, credentials that should not be used for it.

use super::{Finding, config};
use crate::app::booleans::is_on;
use crate::app::codes;
use crate::app::database_urls::Database;
use crate::app::facts::{Attachment, Facts};
use crate::env;
use crate::platform::postgres;

pub(super) fn find(facts: &Facts) -> Vec<Finding> {
    let (Some(vars), Some(addons), Some(attachments)) = (&facts.config, &facts.addons, &facts.attachments)
    else {
        return Vec::new();
    };
    if !is_on(facts, env::DD_ENABLE_DBM) {
        return Vec::new();
    }
    let database = Database::Postgres;
    let named = vars.get(database.url_var()).unwrap_or(database.default_var());
    let watched: Vec<_> = named
        .split(',')
        .map(str::trim)
        .filter_map(|name| {
            attachments
                .iter()
                .find(|attachment| variable(attachment) == name)
                .map(|attachment| (name, attachment))
        })
        .collect();
    let plan_of = |attachment: &Attachment| {
        let addon = addons.iter().find(|addon| addon.id == attachment.addon_id)?;
        addon.plan.starts_with("heroku-postgresql:").then_some(addon.plan.as_str())
    };
    let mut findings = Vec::new();
    for (name, attachment) in &watched {
        let Some(plan) = plan_of(attachment) else { continue };
        if postgres::has_one_user_only(plan) {
            let tier = plan.trim_start_matches("heroku-postgresql:");
            let evidence = format!("{name} is {} on {tier}", attachment.addon);
            let fix = config([(env::DD_ENABLE_DBM, None)]);
            findings
                .extend(Finding::new(codes::DBM_ESSENTIAL, evidence).map(|finding| finding.fixed_by(fix)));
        } else if attachment
            .namespace
            .as_deref()
            .is_none_or(|namespace| !namespace.starts_with("credential:"))
        {
            let evidence = format!("{name} is the default credential of {}", attachment.addon);
            findings.extend(Finding::new(codes::DBM_OWN_CREDENTIAL, evidence));
        }
    }
    findings
}

/// The config var of an attachment.
fn variable(attachment: &Attachment) -> String {
    format!("{}_URL", attachment.name)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{codes, diagnose, left, with};
    use crate::app::codes;
    use crate::app::facts::{Addon, Attachment, Facts};

    fn app(plan: &str, namespace: Option<&str>, vars: &[(&str, &str)]) -> Facts {
        let mut facts = with(&[&[("DATABASE_URL", "postgres://u:p@h/d")], vars].concat());
        facts.addons = Some(vec![Addon {
            id: "a".into(),
            name: "postgresql-x".into(),
            plan: plan.into(),
            config_vars: vec!["DATABASE_URL".into()],
            state: "provisioned".into(),
        }]);
        facts.attachments = Some(vec![Attachment {
            id: "b".into(),
            name: "DATABASE".into(),
            addon_id: "a".into(),
            addon: "postgresql-x".into(),
            owner: "shop".into(),
            namespace: namespace.map(Into::into),
        }]);
        facts
    }

    #[test]
    fn database_monitoring_that_cannot_work_is_found() {
        let on = &[("DD_ENABLE_DBM", "true")][..];
        for (plan, namespace, vars, expected) in [
            ("heroku-postgresql:essential-2", None, on, vec![codes::DBM_ESSENTIAL]),
            ("heroku-postgresql:hobby-dev", None, on, vec![codes::DBM_ESSENTIAL]),
            ("heroku-postgresql:standard-0", None, on, vec![codes::DBM_OWN_CREDENTIAL]),
            ("heroku-postgresql:standard-0", Some("credential:datadog"), on, vec![]),
            ("heroku-postgresql:essential-2", None, &[], vec![]),
            ("heroku-postgresql:standard-0", None, &[], vec![]),
        ] {
            assert_eq!(codes(&diagnose(&app(plan, namespace, vars))), expected, "{plan} {namespace:?}");
        }
        assert_eq!(left(app("heroku-postgresql:essential-2", None, on)), [""; 0]);
        assert_eq!(left(app("heroku-postgresql:standard-0", None, on)), [codes::DBM_OWN_CREDENTIAL]);
    }
}
