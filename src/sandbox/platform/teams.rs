//! Members of a team, and those who are invited.

use serde::Deserialize;
use serde_json::{Value, json};

use super::account::team_name;
use crate::sandbox::exchange::{Answer, Refusal, Reply, Request};
use crate::sandbox::ids;
use crate::sandbox::world::records::Kind;
use crate::sandbox::world::{EMAIL, World, person, reference};

const MEMBER: Kind = Kind { resource: "team_member", known_by: &["id", "email"] };
const INVITATION: Kind = Kind { resource: "team_invitation", known_by: &["id", "email"] };
const ROLES: [&str; 4] = ["admin", "collaborator", "member", "viewer"];

#[derive(Deserialize)]
struct New {
    email: String,
    role: String,
    #[serde(rename = "federated")]
    _federated: Option<bool>,
}

/// The feature by which people are invited and join when they accept; every team has it.
pub(crate) fn features(world: &World, team: &str) -> Reply {
    let team = known(world, team)?;
    Ok(Answer::list_by(
        "name",
        [json!({
            "created_at": "2020-01-01T00:00:00Z",
            "description": "Invited people become members when they accept",
            "display_name": "Team Invite Acceptance",
            "doc_url": "https://devcenter.heroku.com/articles/heroku-teams",
            "enabled": true,
            "feedback_email": "labs@example.com",
            "id": ids::named("team-feature", &team),
            "name": "team-invite-acceptance",
            "state": "general",
            "updated_at": "2020-01-01T00:00:00Z",
        })],
    ))
}

pub(crate) fn members(world: &World, team: &str) -> Reply {
    let team = known(world, team)?;
    Ok(Answer::list_by(
        "email",
        std::iter::once(account(&team)).chain(world.records.of(&MEMBER, &team).cloned()),
    ))
}

/// The sandbox's account is an admin of every team.
fn account(team: &str) -> Value {
    let mut account = member(EMAIL, "admin");
    account["id"] = json!(ids::named("team-member", team));
    account["two_factor_authentication"] = json!(true);
    account
}

/// `PUT` and `POST` of a member; `PATCH` for one that is a member already.
pub(crate) fn put_member(world: &mut World, team: &str, request: &Request) -> Reply {
    let New { email, role, .. } = request.json()?;
    let team = known(world, team)?;
    check_role(&role)?;
    if email == EMAIL {
        let stays = role == "admin";
        let refusal = || Refusal::invalid("A team needs an admin.");
        return stays.then(|| Answer::ok(account(&team))).ok_or_else(refusal);
    }
    if let Ok(record) = world.records.find_mut(&MEMBER, &team, &email) {
        record["role"] = json!(role);
        return Ok(Answer::ok(record.clone()));
    }
    if request.method == "PATCH" {
        return Err(Refusal::not_found("team_member"));
    }
    let member = member(&email, &role);
    Ok(Answer::with(201, world.records.add(&MEMBER, &team, member)))
}

pub(crate) fn remove_member(world: &mut World, team: &str, identity: &str) -> Reply {
    let team = known(world, team)?;
    if identity == EMAIL {
        return Err(Refusal::invalid("The last admin of a team cannot be removed."));
    }
    Ok(Answer::ok(world.records.remove(&MEMBER, &team, identity)?))
}

pub(crate) fn invitations(world: &World, team: &str) -> Reply {
    let team = known(world, team)?;
    Ok(Answer::list(world.records.of(&INVITATION, &team).map(shown)))
}

pub(crate) fn invite(world: &mut World, team: &str, request: &Request) -> Reply {
    let New { email, role, .. } = request.json()?;
    let team = known(world, team)?;
    check_role(&role)?;
    if let Ok(record) = world.records.find_mut(&INVITATION, &team, &email) {
        record["role"] = json!(role);
        return Ok(Answer::ok(shown(record)));
    }
    let (now, mut user, mut inviter) = (ids::now(), person(&email), person(EMAIL));
    (user["name"], inviter["name"]) = (Value::Null, json!("Sandbox Developer"));
    let invitation = json!({
        "created_at": now,
        "email": email,
        "id": ids::fresh(),
        "invited_by": inviter,
        "role": role,
        "team": reference("team", &team),
        "updated_at": now,
        "user": user,
    });
    Ok(Answer::with(201, shown(&world.records.add(&INVITATION, &team, invitation))))
}

pub(crate) fn revoke(world: &mut World, team: &str, identity: &str) -> Reply {
    let team = known(world, team)?;
    Ok(Answer::ok(shown(&world.records.remove(&INVITATION, &team, identity)?)))
}

/// An invitation without the attribute that it is found by.
fn shown(invitation: &Value) -> Value {
    let mut invitation = invitation.clone();
    if let Some(object) = invitation.as_object_mut() {
        object.shift_remove("email");
    }
    invitation
}

fn known(world: &World, team: &str) -> Result<String, Refusal> {
    team_name(world, team).map(str::to_owned).ok_or_else(|| Refusal::not_found("team"))
}

fn check_role(role: &str) -> Result<(), Refusal> {
    if ROLES.contains(&role) { Ok(()) } else { Err(Refusal::invalid(format!("Invalid role {role}."))) }
}

fn member(email: &str, role: &str) -> Value {
    let (now, mut user) = (ids::now(), person(email));
    user["name"] = Value::Null;
    json!({
        "created_at": now,
        "email": email,
        "federated": false,
        "id": ids::fresh(),
        "identity_provider": null,
        "role": role,
        "two_factor_authentication": false,
        "updated_at": now,
        "user": user,
    })
}
