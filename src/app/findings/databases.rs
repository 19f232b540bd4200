//! Database Monitoring: plans that cannot have it, credentials that should not be used for it.

use super::{Finding, config};
use crate::app::booleans::is_on;
use crate::app::codes;
use crate::app::database_urls::Database;
use crate::app::facts::{Attachment, Facts};
use crate::app::integrations::leader;
use crate::env;
use crate::platform::postgres;

pub(super) fn find(facts: &Facts) -> Vec<Finding> {
    let mut findings = credentials(facts);
    findings.extend(several_dynos(facts));
    findings
}

fn credentials(facts: &Facts) -> Vec<Finding> {
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

fn several_dynos(facts: &Facts) -> Option<Finding> {
    let dynos: u32 = facts.formation.iter().flatten().map(|process| process.quantity).sum();
    // The files of the checkout are read only where it matters.
    let checks = if dynos < 2 { Vec::new() } else { leader::everywhere(facts) };
    if checks.is_empty() {
        return None;
    }
    let evidence =
        format!("{} runs on {dynos} dynos: each query is counted {dynos} times", checks.join(", "));
    let fix = leader::limited(&checks, facts);
    Finding::new(codes::DBM_ON_SEVERAL_DYNOS, evidence).map(|finding| finding.fixed_by(fix))
}

/// The config var of an attachment.
fn variable(attachment: &Attachment) -> String {
    format!("{}_URL", attachment.name)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{codes, diagnose, left, with};
    use crate::app::codes;
    use crate::app::facts::{Addon, Attachment, Checkout, Facts, Process};

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

    #[test]
    fn database_monitoring_on_several_dynos_is_found_where_it_is_known() {
        let on = &[("DD_ENABLE_DBM", "true"), ("DD_ENABLE_HEROKU_POSTGRES", "true")][..];
        let running = |quantity| {
            let mut facts = app("heroku-postgresql:standard-0", Some("credential:datadog"), on);
            facts.formation =
                Some(vec![Process { kind: "web".into(), quantity, size: "Standard-1X".into() }]);
            facts
        };
        assert_eq!(codes(&diagnose(&running(2))), [""; 0], "the managed block is not known");
        let known = |quantity| Facts { checkout: Some(Checkout::default()), ..running(quantity) };
        assert_eq!(codes(&diagnose(&known(1))), [codes::ONE_OFF_DYNOS]);
        assert_eq!(codes(&diagnose(&known(2))), [codes::ONE_OFF_DYNOS, codes::DBM_ON_SEVERAL_DYNOS]);
        assert_eq!(left(known(2)), [""; 0], "it is fixed");
    }
}
