//! What the API shows whole: domains, webhooks, keys and the like are kept as they are shown, by kind and owner.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::sandbox::exchange::Refusal;

/// A kind of record: the resource that a refusal names, and the attributes that a record is known by.
pub(crate) struct Kind {
    pub(crate) resource: &'static str,
    pub(crate) known_by: &'static [&'static str],
}

/// A custom host name of an app.
pub(crate) const DOMAIN: Kind = Kind { resource: "domain", known_by: &["id", "hostname"] };

/// All records, by the resource they are.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(transparent)]
pub(crate) struct Records(BTreeMap<String, Vec<Record>>);

#[derive(Clone, Debug, Deserialize, Serialize)]
struct Record {
    /// The id of the app, team, space or pipeline that it belongs to.
    owner: String,
    object: Value,
}

impl Records {
    /// The records of one owner.
    pub(crate) fn of<'a>(&'a self, kind: &Kind, owner: &'a str) -> impl Iterator<Item = &'a Value> {
        let records = self.0.get(kind.resource).into_iter().flatten();
        records.filter(move |record| record.owner == owner).map(|record| &record.object)
    }

    /// The same, to be changed.
    pub(crate) fn of_mut(&mut self, kind: &Kind, owner: &str) -> impl Iterator<Item = &mut Value> {
        let records = self.0.get_mut(kind.resource).into_iter().flatten();
        records.filter(move |record| record.owner == owner).map(|record| &mut record.object)
    }

    /// The records of one kind, of all owners.
    pub(crate) fn all(&self, kind: &Kind) -> impl Iterator<Item = &Value> {
        self.0.get(kind.resource).into_iter().flatten().map(|record| &record.object)
    }

    /// The record of an owner that is known as `identity`.
    pub(crate) fn find<'a>(
        &'a self,
        kind: &Kind,
        owner: &'a str,
        identity: &str,
    ) -> Result<&'a Value, Refusal> {
        let matching = self.of(kind, owner).find(|object| kind.is(object, identity));
        matching.ok_or_else(|| Refusal::not_found(kind.resource))
    }

    /// The same, to be changed.
    pub(crate) fn find_mut(
        &mut self,
        kind: &Kind,
        owner: &str,
        identity: &str,
    ) -> Result<&mut Value, Refusal> {
        let mut records = self.0.get_mut(kind.resource).into_iter().flatten();
        let matching = records.find(|record| record.owner == owner && kind.is(&record.object, identity));
        matching.map(|record| &mut record.object).ok_or_else(|| Refusal::not_found(kind.resource))
    }

    /// Keeps a record, and gives it back.
    pub(crate) fn add(&mut self, kind: &Kind, owner: &str, object: Value) -> Value {
        let record = Record { owner: owner.to_owned(), object: object.clone() };
        self.0.entry(kind.resource.to_owned()).or_default().push(record);
        object
    }

    /// Takes a record away, and gives it back.
    pub(crate) fn remove(&mut self, kind: &Kind, owner: &str, identity: &str) -> Result<Value, Refusal> {
        let records = self.0.entry(kind.resource.to_owned()).or_default();
        let place =
            records.iter().position(|record| record.owner == owner && kind.is(&record.object, identity));
        place.map(|place| records.remove(place).object).ok_or_else(|| Refusal::not_found(kind.resource))
    }

    /// Takes everything away that an owner has.
    pub(crate) fn forget(&mut self, owner: &str) {
        for records in self.0.values_mut() {
            records.retain(|record| record.owner != owner);
        }
    }
}

impl Kind {
    fn is(&self, object: &Value, identity: &str) -> bool {
        self.known_by.iter().any(|attribute| match &object[*attribute] {
            Value::String(text) => text == identity,
            other => other.as_u64().is_some_and(|number| identity.parse() == Ok(number)),
        })
    }
}
