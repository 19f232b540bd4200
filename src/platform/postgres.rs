//! Plans of Heroku Postgres.

/// The tiers that have the default user and no other
/// (<https://devcenter.heroku.com/articles/heroku-postgresql-credentials>).
const ONE_USER: [&str; 5] = ["essential", "mini", "basic", "hobby", "dev"];

/// Whether a plan (`heroku-postgresql:essential-0`) has the default user and no other.
pub fn has_one_user_only(plan: &str) -> bool {
    has_tier(plan, &ONE_USER)
}

/// The tiers whose credentials have an API of their own
/// (<https://devcenter.heroku.com/articles/heroku-postgres-advanced>).
const ADVANCED: [&str; 2] = ["advanced", "performance"];

/// Whether a plan is of the Advanced tier, whose credentials are not those of the other plans.
pub fn is_advanced(plan: &str) -> bool {
    has_tier(plan, &ADVANCED)
}

fn has_tier(plan: &str, tiers: &[&str]) -> bool {
    plan.split_once(':').is_some_and(|(_, tier)| tiers.iter().any(|name| tier.starts_with(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_plans_have_one_user() {
        for plan in ["essential-0", "mini", "basic", "hobby-dev", "dev"] {
            assert!(has_one_user_only(&format!("heroku-postgresql:{plan}")), "{plan}");
        }
        assert!(!has_one_user_only("heroku-postgresql:standard-0") && !has_one_user_only("essential-0"));
    }
}
