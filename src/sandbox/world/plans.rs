//! The plans of add-ons, and what they cost.

/// Name and cents a month; the first plan of a service is its default.
pub(crate) const PLANS: [(&str, u32); 19] = [
    ("heroku-postgresql:essential-0", 500),
    ("heroku-postgresql:essential-1", 900),
    ("heroku-postgresql:essential-2", 2_000),
    ("heroku-postgresql:standard-0", 5_000),
    ("heroku-postgresql:standard-2", 20_000),
    ("heroku-postgresql:premium-0", 20_000),
    ("heroku-postgresql:premium-2", 35_000),
    ("heroku-postgresql:private-0", 30_000),
    ("heroku-redis:mini", 300),
    ("heroku-redis:premium-0", 1_500),
    ("heroku-redis:premium-1", 3_000),
    ("heroku-redis:private-3", 40_000),
    ("heroku-kafka:basic-0", 10_000),
    ("heroku-kafka:standard-0", 150_000),
    ("memcachier:dev", 0),
    ("memcachier:100", 1_500),
    ("papertrail:choklad", 0),
    ("papertrail:fixa", 700),
    ("scheduler:standard", 0),
];

/// Cents a month.
pub(crate) fn price(plan: &str) -> u32 {
    PLANS.iter().find(|known| known.0 == plan).map_or(500, |plan| plan.1)
}
