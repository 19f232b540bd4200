//! Certificates of an app: its own (SNI endpoints), and Heroku's (Automated Certificate Management).

use jiff::Timestamp;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use serde::Deserialize;
use serde_json::{Value, json};
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate, X509Name};

use crate::sandbox::exchange::{Answer, Refusal, Reply, Request};
use crate::sandbox::ids;
use crate::sandbox::world::World;
use crate::sandbox::world::app::App;
use crate::sandbox::world::records::{DOMAIN, Kind};

const ENDPOINT: Kind = Kind { resource: "sni_endpoint", known_by: &["id", "name"] };

#[derive(Deserialize)]
struct New {
    certificate_chain: String,
    private_key: String,
}

pub(crate) fn list(world: &World, app: &str) -> Reply {
    let app = world.app(app)?;
    let endpoints = world.records.of(&ENDPOINT, &app.id);
    Ok(Answer::list(endpoints.map(|endpoint| shown(world, app, endpoint))))
}

pub(crate) fn info(world: &World, app: &str, identity: &str) -> Reply {
    let app = world.app(app)?;
    Ok(Answer::ok(shown(world, app, world.records.find(&ENDPOINT, &app.id, identity)?)))
}

pub(crate) fn add(world: &mut World, app: &str, request: &Request) -> Reply {
    let new: New = request.json()?;
    let app = world.app(app)?.clone();
    let (now, id) = (ids::now(), ids::fresh());
    let endpoint = json!({
        "app": {"id": app.id, "name": app.name},
        "certificate_chain": new.certificate_chain,
        "created_at": now,
        "display_name": null,
        "domains": [],
        "id": id,
        "name": format!("{}-{}", ["crayfish", "ostrich", "tortoise", "walrus"][id.len() % 4], ids::named_hex("endpoint", &id, 5)),
        "ssl_cert": certificate(&new)?,
        "updated_at": now,
    });
    let endpoint = world.records.add(&ENDPOINT, &app.id, endpoint);
    Ok(Answer::with(201, shown(world, &app, &endpoint)))
}

pub(crate) fn update(world: &mut World, app: &str, identity: &str, request: &Request) -> Reply {
    let new: New = request.json()?;
    let app = world.app(app)?.clone();
    let certificate = certificate(&new)?;
    let record = world.records.find_mut(&ENDPOINT, &app.id, identity)?;
    record["ssl_cert"] = certificate;
    record["certificate_chain"] = json!(new.certificate_chain);
    record["updated_at"] = json!(ids::now());
    let record = record.clone();
    Ok(Answer::ok(shown(world, &app, &record)))
}

pub(crate) fn remove(world: &mut World, app: &str, identity: &str) -> Reply {
    let app = world.app(app)?.clone();
    let endpoint = world.records.remove(&ENDPOINT, &app.id, identity)?;
    let answer = shown(world, &app, &endpoint);
    for domain in answer["domains"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        world.records.find_mut(&DOMAIN, &app.id, domain)?["sni_endpoint"] = Value::Null;
    }
    Ok(Answer::ok(answer))
}

/// `{"id","name"}` of the endpoint with this name, for a domain that is served with it.
pub(super) fn reference(world: &World, app: &str, identity: &str) -> Result<Value, Refusal> {
    let endpoint = world.records.find(&ENDPOINT, app, identity)?;
    Ok(json!({"id": endpoint["id"], "name": endpoint["name"]}))
}

/// `POST`, `PATCH` and `DELETE` of `/apps/APP/acm`.
pub(crate) fn automatic(world: &mut World, app: &str, request: &Request) -> Reply {
    let app = world.app_mut(app)?;
    match request.method.as_str() {
        "POST" => app.acm = true,
        "DELETE" => app.acm = false,
        _ if !app.acm => {
            return Err(Refusal::invalid("Automated Certificate Management is not enabled on this app."));
        }
        _ => {}
    }
    let (id, is_on) = (app.id.clone(), app.acm);
    for domain in world.records.of_mut(&DOMAIN, &id) {
        // No authority issues certificates here.
        domain["acm_status"] = if is_on { json!("pending") } else { Value::Null };
    }
    super::apps::info(world, &id)
}

/// An endpoint with the domains that are served with it.
fn shown(world: &World, app: &App, endpoint: &Value) -> Value {
    let domains = world.records.of(&DOMAIN, &app.id);
    let with_it = domains.filter(|domain| domain["sni_endpoint"]["id"] == endpoint["id"]);
    let mut endpoint = endpoint.clone();
    endpoint["domains"] = with_it.map(|domain| domain["id"].clone()).collect();
    endpoint["app"]["name"] = json!(app.name);
    endpoint
}

/// What is in a certificate; the key must be the certificate's.
fn certificate(new: &New) -> Result<Value, Refusal> {
    let unusable = |what: &str| Refusal::invalid(format!("The {what} cannot be read."));
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(new.certificate_chain.as_bytes()).collect();
    let chain = chain.ok().filter(|chain| !chain.is_empty()).ok_or_else(|| unusable("certificate"))?;
    let key = PrivateKeyDer::from_pem_slice(new.private_key.as_bytes()).map_err(|_| unusable("key"))?;
    let provider = rustls::crypto::ring::default_provider();
    let key = CertifiedKey::from_der(chain.clone(), key, &provider);
    let key = key.map_err(|_| Refusal::invalid("Key doesn't match the PEM certificate"))?;
    let (_, leaf) = X509Certificate::from_der(&key.cert[0]).map_err(|_| unusable("certificate"))?;
    let names = leaf.subject_alternative_name().ok().flatten();
    let alternative = names.into_iter().flat_map(|names| &names.value.general_names);
    let mut domains: Vec<&str> = alternative
        .filter_map(|name| if let GeneralName::DNSName(name) = name { Some(*name) } else { None })
        .collect();
    if domains.is_empty() {
        domains = leaf.subject().iter_common_name().filter_map(|name| name.as_str().ok()).collect();
    }
    let at = |seconds: i64| Timestamp::from_second(seconds).map(ids::instant).unwrap_or_default();
    let is_self_signed = leaf.issuer() == leaf.subject();
    Ok(json!({
        "acm": false,
        "ca_signed?": false,
        "cert_domains": domains,
        "expires_at": at(leaf.validity().not_after.timestamp()),
        "id": ids::fresh(),
        "issuer": slashed(leaf.issuer()),
        "self_signed?": is_self_signed,
        "starts_at": at(leaf.validity().not_before.timestamp()),
        "subject": slashed(leaf.subject()),
    }))
}

/// `/C=US/CN=example.com`.
fn slashed(name: &X509Name) -> String {
    format!("/{}", name.to_string().replace(", ", "/"))
}
