//! Authorizations, clients and sessions of the account, and its SSH keys.

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD};
use ring::digest::{SHA256, digest};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::sandbox::exchange::{Answer, Refusal, Reply, Request};
use crate::sandbox::world::records::Kind;
use crate::sandbox::world::{EMAIL, World, user};
use crate::sandbox::{TOKEN, ids};

const AUTHORIZATION: Kind = Kind { resource: "authorization", known_by: &["id"] };
const CLIENT: Kind = Kind { resource: "client", known_by: &["id"] };
const KEY: Kind = Kind { resource: "key", known_by: &["id", "fingerprint"] };
const SCOPES: [&str; 6] = ["global", "identity", "read", "write", "read-protected", "write-protected"];
/// Who owns what belongs to the account.
const ACCOUNT: &str = "account";

#[derive(Deserialize)]
struct NewAuthorization {
    #[serde(default)]
    scope: Vec<String>,
    description: Option<String>,
    expires_in: Option<u64>,
    #[serde(rename = "client")]
    _client: Option<ClientIdentity>,
}

/// The client that an authorization is made for: its id, or an object with its id and secret.
#[derive(Deserialize)]
#[serde(untagged)]
enum ClientIdentity {
    #[expect(dead_code, reason = "authorizations here have no client")]
    Id(String),
    Object {
        #[serde(rename = "id")]
        _id: Option<String>,
        #[serde(rename = "secret")]
        _secret: Option<String>,
    },
}

#[derive(Deserialize)]
struct Client {
    name: Option<String>,
    redirect_uri: Option<String>,
}

#[derive(Deserialize)]
struct NewKey {
    public_key: String,
}

/// The token that everyone has who works on the sandbox is the first authorization.
fn first() -> Value {
    let made = "2020-01-01T00:00:00Z";
    authorization(&ids::named("authorization", TOKEN), TOKEN, "Sandbox", &["global".to_owned()], None, made)
}

fn authorization(
    id: &str,
    token: &str,
    description: &str,
    scope: &[String],
    expires_in: Option<u64>,
    made: &str,
) -> Value {
    let mut owner = user();
    owner["full_name"] = json!("Sandbox Developer");
    json!({
        "access_token": {"expires_in": expires_in, "id": ids::named("token", token), "token": token},
        "client": null,
        "created_at": made,
        "description": description,
        "grant": null,
        "id": id,
        "refresh_token": null,
        "scope": scope,
        "session": null,
        "updated_at": made,
        "user": owner,
    })
}

pub(crate) fn authorizations(world: &World) -> Reply {
    let all = std::iter::once(first()).chain(world.records.of(&AUTHORIZATION, ACCOUNT).cloned());
    Ok(Answer::list(all))
}

pub(crate) fn authorize(world: &mut World, request: &Request) -> Reply {
    let NewAuthorization { scope, description, expires_in, .. } = request.json()?;
    let scope = if scope.is_empty() { vec!["global".to_owned()] } else { scope };
    if let Some(unknown) = scope.iter().find(|name| !SCOPES.contains(&name.as_str())) {
        return Err(Refusal::invalid(format!("Invalid scope {unknown}.")));
    }
    let description = description.unwrap_or_else(|| "Long-lived user authorization".to_owned());
    let object = authorization(&ids::fresh(), &token(), &description, &scope, expires_in, &ids::now());
    Ok(Answer::with(201, world.records.add(&AUTHORIZATION, ACCOUNT, object)))
}

fn token() -> String {
    format!("HRKU-{}", ids::fresh())
}

/// `GET`, `PATCH` and `DELETE` of one authorization.
pub(crate) fn authorization_with(world: &mut World, id: &str, request: &Request) -> Reply {
    let first = first();
    if first["id"] == id && request.method == "GET" {
        return Ok(Answer::ok(first));
    }
    if request.method == "DELETE" {
        return Ok(Answer::ok(world.records.remove(&AUTHORIZATION, ACCOUNT, id)?));
    }
    let record = world.records.find_mut(&AUTHORIZATION, ACCOUNT, id)?;
    if request.method == "PATCH" {
        let NewAuthorization { description, .. } = request.json()?;
        if let Some(description) = description {
            record["description"] = json!(description);
        }
        record["updated_at"] = json!(ids::now());
    }
    Ok(Answer::ok(record.clone()))
}

/// Gives an authorization another token; the one before is no longer good.
pub(crate) fn regenerate(world: &mut World, id: &str) -> Reply {
    let record = world.records.find_mut(&AUTHORIZATION, ACCOUNT, id)?;
    let token = token();
    record["access_token"]["token"] = json!(token);
    record["access_token"]["id"] = json!(ids::named("token", &token));
    record["updated_at"] = json!(ids::now());
    Ok(Answer::ok(record.clone()))
}

pub(crate) fn clients(world: &World) -> Reply {
    Ok(Answer::list(world.records.of(&CLIENT, ACCOUNT).cloned()))
}

pub(crate) fn add_client(world: &mut World, request: &Request) -> Reply {
    let Client { name: Some(name), redirect_uri: Some(redirect_uri) } = request.json()? else {
        return Err(Refusal::invalid("name and redirect_uri are required."));
    };
    check_uri(&redirect_uri)?;
    let now = ids::now();
    let client = json!({
        "created_at": now,
        "id": ids::fresh(),
        "ignores_delinquent": null,
        "name": name,
        "redirect_uri": redirect_uri,
        "secret": ids::fresh(),
        "updated_at": now,
    });
    Ok(Answer::with(201, world.records.add(&CLIENT, ACCOUNT, client)))
}

fn check_uri(uri: &str) -> Result<(), Refusal> {
    let is_local = |url: &url::Url| matches!(url.host_str(), Some("localhost" | "127.0.0.1"));
    let is_good = url::Url::parse(uri).is_ok_and(|url| url.scheme() == "https" || is_local(&url));
    if is_good { Ok(()) } else { Err(Refusal::invalid("Redirect URI must use HTTPS.")) }
}

/// `GET`, `PATCH` and `DELETE` of one client.
pub(crate) fn client(world: &mut World, id: &str, request: &Request) -> Reply {
    if request.method == "DELETE" {
        return Ok(Answer::ok(world.records.remove(&CLIENT, ACCOUNT, id)?));
    }
    let record = world.records.find_mut(&CLIENT, ACCOUNT, id)?;
    if request.method == "PATCH" {
        let Client { name, redirect_uri } = request.json()?;
        if let Some(uri) = redirect_uri {
            check_uri(&uri)?;
            record["redirect_uri"] = json!(uri);
        }
        if let Some(name) = name {
            record["name"] = json!(name);
        }
        record["updated_at"] = json!(ids::now());
    }
    Ok(Answer::ok(record.clone()))
}

/// Gives a client another secret.
pub(crate) fn rotate_client(world: &mut World, id: &str) -> Reply {
    let record = world.records.find_mut(&CLIENT, ACCOUNT, id)?;
    record["secret"] = json!(ids::fresh());
    record["updated_at"] = json!(ids::now());
    Ok(Answer::ok(record.clone()))
}

/// The scopes of an authorization that was made here, by its token.
pub(crate) fn scope(world: &World, token: &str) -> Option<String> {
    let mut authorizations = world.records.of(&AUTHORIZATION, ACCOUNT);
    let authorization = authorizations.find(|known| known["access_token"]["token"] == token)?;
    let scopes = authorization["scope"].as_array()?.iter().filter_map(Value::as_str);
    Some(scopes.collect::<Vec<_>>().join(" "))
}

pub(crate) fn keys(world: &World) -> Reply {
    Ok(Answer::list(world.records.of(&KEY, ACCOUNT).cloned()))
}

pub(crate) fn key(world: &World, identity: &str) -> Reply {
    Ok(Answer::ok(world.records.find(&KEY, ACCOUNT, identity)?.clone()))
}

pub(crate) fn add_key(world: &mut World, request: &Request) -> Reply {
    let NewKey { public_key } = request.json()?;
    let mut parts = public_key.trim().splitn(3, ' ');
    let (kind, blob, comment) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
    let blob = blob.and_then(|blob| BASE64_STANDARD.decode(blob).ok());
    let (Some(blob), true) = (blob, kind.starts_with("ssh-") || kind.starts_with("ecdsa-")) else {
        return Err(Refusal::invalid("Key is not a valid ssh public key."));
    };
    let fingerprint = format!("SHA256:{}", BASE64_STANDARD_NO_PAD.encode(digest(&SHA256, &blob)));
    if world.records.find(&KEY, ACCOUNT, &fingerprint).is_ok() {
        return Err(Refusal::invalid("Fingerprint already exists."));
    }
    let now = ids::now();
    let key = json!({
        "comment": comment.unwrap_or_default(),
        "created_at": now,
        "email": EMAIL,
        "fingerprint": fingerprint,
        "id": ids::fresh(),
        "public_key": public_key.trim(),
        "updated_at": now,
    });
    Ok(Answer::with(201, world.records.add(&KEY, ACCOUNT, key)))
}

pub(crate) fn remove_key(world: &mut World, identity: &str) -> Reply {
    Ok(Answer::ok(world.records.remove(&KEY, ACCOUNT, identity)?))
}
