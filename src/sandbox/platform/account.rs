//! The account, its teams and spaces, and the small lists that are the same for everyone.

use serde_json::{Value, json};

use crate::platform::stack;
use crate::sandbox::exchange::{Answer, Refusal, Reply};
use crate::sandbox::world::{EMAIL, Space, World, reference, user};

/// When the things were made that are older than every app.
const LONG_AGO: &str = "2020-01-01T00:00:00Z";

pub(crate) fn info() -> Reply {
    Ok(Answer::ok(json!({
        "allow_tracking": false,
        "beta": false,
        "country_of_residence": null,
        "created_at": LONG_AGO,
        "default_organization": null,
        "default_team": null,
        "delinquent_at": null,
        "email": EMAIL,
        "federated": false,
        "id": user()["id"],
        "identity_provider": null,
        "last_login": LONG_AGO,
        "name": "Sandbox Developer",
        "sms_number": null,
        "suspended_at": null,
        "two_factor_authentication": true,
        "updated_at": LONG_AGO,
        "verified": true,
    })))
}

pub(crate) fn teams(world: &World) -> Reply {
    Ok(Answer::list_by("name", world.teams.iter().map(|team| team_object(team))))
}

pub(crate) fn team(world: &World, identity: &str) -> Reply {
    let team = team_name(world, identity).ok_or_else(|| Refusal::not_found("team"))?;
    Ok(Answer::ok(team_object(team)))
}

/// The name of the team with this name or id.
pub(crate) fn team_name<'a>(world: &'a World, identity: &str) -> Option<&'a str> {
    let is = |team: &&String| *team == identity || reference("team", team)["id"] == identity;
    world.teams.iter().find(is).map(String::as_str)
}

fn team_object(team: &str) -> Value {
    json!({
        "created_at": LONG_AGO,
        "credit_card_collections": true,
        "default": false,
        "enterprise_account": null,
        "id": reference("team", team)["id"],
        "identity_provider": null,
        "membership_limit": 25,
        "name": team,
        "provisioned_licenses": false,
        "role": "admin",
        "type": "team",
        "updated_at": LONG_AGO,
    })
}

pub(crate) fn spaces(world: &World) -> Reply {
    Ok(Answer::list_by("name", world.spaces.iter().map(space_object)))
}

pub(crate) fn space(world: &World, identity: &str) -> Reply {
    Ok(Answer::ok(space_object(find_space(world, identity)?)))
}

/// The space with this name or id.
pub(crate) fn find_space<'a>(world: &'a World, identity: &str) -> Result<&'a Space, Refusal> {
    let is = |space: &&Space| space.name == identity || reference("space", &space.name)["id"] == identity;
    world.spaces.iter().find(is).ok_or_else(|| Refusal::not_found("space"))
}

fn space_object(space: &Space) -> Value {
    json!({
        "cidr": "10.0.0.0/16",
        "created_at": space.created_at.as_deref().unwrap_or(LONG_AGO),
        "data_cidr": "10.1.0.0/16",
        "generation": reference("generation", &space.generation),
        "id": reference("space", &space.name)["id"],
        "name": space.name,
        "organization": {"name": space.team},
        "region": reference("region", &space.region),
        "shield": false,
        "state": "allocated",
        "team": reference("team", &space.team),
        "updated_at": space.created_at.as_deref().unwrap_or(LONG_AGO),
    })
}

pub(crate) fn stacks() -> Reply {
    let object = |name: &str| {
        json!({
            "created_at": LONG_AGO,
            "default": name == stack::DEFAULT,
            "id": reference("stack", name)["id"],
            "name": name,
            "state": "public",
            "updated_at": LONG_AGO,
        })
    };
    Ok(Answer::list_by("name", known_stacks().map(object)))
}

/// The names of all stacks.
pub(crate) fn known_stacks() -> impl Iterator<Item = &'static str> {
    [stack::CNB, stack::CONTAINER].into_iter().chain(stack::CLASSIC)
}

/// Name, country, locale, provider's name, whether Private Spaces can be there.
pub(crate) const REGIONS: [(&str, &str, &str, &str, bool); 3] = [
    ("eu", "Ireland", "Dublin", "eu-west-1", false),
    ("us", "United States", "Virginia", "us-east-1", false),
    ("virginia", "United States", "Virginia", "us-east-1", true),
];

pub(crate) fn regions() -> Reply {
    let region = |(name, country, locale, provider, private): (&str, &str, &str, &str, bool)| {
        json!({
            "country": country,
            "created_at": LONG_AGO,
            "description": format!("{locale}, {country}"),
            "id": reference("region", name)["id"],
            "locale": locale,
            "name": name,
            "private_capable": private,
            "provider": {"name": "amazon-web-services", "region": provider},
            "updated_at": LONG_AGO,
        })
    };
    Ok(Answer::list_by("name", REGIONS.map(region)))
}
