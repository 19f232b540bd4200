//! The account, its authorizations, teams and Private Spaces.

use serde_json::json;

use super::Situation;
use crate::sandbox::exchange::{Answer, Refusal, Reply, Request};
use crate::sandbox::platform::{
    account, addons, apps, collaborators, creation, oauth, pipelines, spaces, teams, telemetry, transfers,
};
use crate::sandbox::world::World;

pub(super) fn answer(world: &mut World, request: &Request, situation: &Situation, path: &[&str]) -> Reply {
    match (request.method.as_str(), path) {
        ("GET", ["account"] | ["users", "~"]) => account::info(),
        ("GET", ["account", "rate-limits"]) => Ok(Answer::ok(json!({"remaining": situation.remaining}))),
        // A token is no session: there are those of browsers only.
        ("GET", ["account", "features"] | ["oauth", "sessions"]) => Ok(Answer::list([])),
        (_, ["account", "features", _]) => Err(Refusal::not_found("account_feature")),
        ("GET", ["account", "keys"]) => oauth::keys(world),
        ("POST", ["account", "keys"]) => oauth::add_key(world, request),
        ("GET", ["account", "keys", key]) => oauth::key(world, key),
        ("DELETE", ["account", "keys", key]) => oauth::remove_key(world, key),
        ("GET", ["account", "app-transfers"]) => transfers::list(world),
        ("POST", ["account", "app-transfers"]) => transfers::offer(world, request),
        ("GET", ["account", "app-transfers", id]) => transfers::info(world, id),
        ("DELETE", ["account", "app-transfers", id]) => transfers::withdraw(world, id),
        ("GET", ["users", "~", "apps"]) => creation::of_user(world),
        ("GET", ["users", "~", "addons"]) => addons::list(world, None),
        ("GET", ["users", "~", "pipeline-couplings"]) => pipelines::couplings(world, None),

        ("GET", ["oauth", "authorizations"]) => oauth::authorizations(world),
        ("POST", ["oauth", "authorizations"]) => oauth::authorize(world, request),
        ("GET" | "PATCH" | "DELETE", ["oauth", "authorizations", id]) => {
            oauth::authorization_with(world, id, request)
        }
        ("POST", ["oauth", "authorizations", id, "actions", "regenerate-tokens"]) => {
            oauth::regenerate(world, id)
        }
        ("GET", ["oauth", "clients"]) => oauth::clients(world),
        ("POST", ["oauth", "clients"]) => oauth::add_client(world, request),
        ("GET" | "PATCH" | "DELETE", ["oauth", "clients", id]) => oauth::client(world, id, request),
        ("POST", ["oauth", "clients", id, "actions", "rotate-credentials"]) => {
            oauth::rotate_client(world, id)
        }
        ("DELETE", ["oauth", "sessions", _]) => Err(Refusal::not_found("session")),

        ("GET", ["teams"]) => account::teams(world),
        ("GET", ["teams", "permissions"]) => collaborators::permissions(),
        ("POST", ["teams", "apps"]) => creation::create_in_team(world, request),
        ("GET", ["teams", "apps", app]) => apps::info_of_team(world, app),
        ("PATCH", ["teams", "apps", app]) => creation::update_team_app(world, app, request),
        ("GET", ["teams", "apps", app, "collaborators"]) => collaborators::list(world, app),
        ("POST", ["teams", "apps", app, "collaborators"]) => collaborators::join(world, app, request),
        ("GET", ["teams", "apps", app, "collaborators", user]) => collaborators::info(world, app, user),
        ("PATCH", ["teams", "apps", app, "collaborators", user]) => {
            collaborators::permit(world, app, user, request)
        }
        ("DELETE", ["teams", "apps", app, "collaborators", user]) => collaborators::remove(world, app, user),
        ("GET", ["teams", team]) => account::team(world, team),
        ("GET", ["teams", team, "apps"]) => apps::of_team(world, team),
        ("GET", ["teams", team, "features"]) => teams::features(world, team),
        ("GET", ["teams", team, "members"]) => teams::members(world, team),
        ("PUT" | "POST" | "PATCH", ["teams", team, "members"]) => teams::put_member(world, team, request),
        ("DELETE", ["teams", team, "members", member]) => teams::remove_member(world, team, member),
        ("GET", ["teams", team, "invitations"]) => teams::invitations(world, team),
        ("PUT", ["teams", team, "invitations"]) => teams::invite(world, team, request),
        ("DELETE", ["teams", team, "invitations", person]) => teams::revoke(world, team, person),

        ("GET", ["spaces"]) => account::spaces(world),
        ("POST", ["spaces"]) => spaces::create(world, request),
        ("DELETE", ["spaces", space]) => spaces::destroy(world, space),
        ("GET", ["spaces", space]) => account::space(world, space),
        ("GET", ["spaces", space, "telemetry-drains"]) => telemetry::of_space(world, space),
        ("GET", ["spaces", space, "nat"]) => spaces::nat(world, space),
        ("GET", ["spaces", space, "peerings" | "vpn-connections"]) => spaces::none(world, space),
        ("GET", ["spaces", space, "inbound-ruleset"]) => spaces::inbound_ruleset(world, space),
        ("GET", ["spaces", space, "log-drain"]) => spaces::log_drain(world, space),
        ("GET", ["spaces", space, "topology"]) => spaces::topology(world, space),
        ("GET", ["spaces", space, "dynos"]) => spaces::dynos_of(world, space),
        _ => Err(Refusal::no_route()),
    }
}
