//! Add-ons, what they are attached as, and the credentials of their databases.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::World;
use super::data::Data;
use crate::platform::postgres;
use crate::sandbox::exchange::Refusal;
use crate::sandbox::ids;

/// An add-on; `app` is the id of the app that pays for it.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Addon {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) plan: String,
    pub(crate) app: String,
    pub(crate) created_at: String,
    /// The name it was created with, where it has another one now.
    #[serde(default)]
    pub(crate) first_name: Option<String>,
    #[serde(default)]
    pub(crate) data: Data,
}

/// An add-on's place in an app: config var `<name>_URL`.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Attachment {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) addon: String,
    pub(crate) app: String,
    pub(crate) namespace: Option<String>,
    pub(crate) created_at: String,
}

/// A user of a database, other than the default one.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Credential {
    /// The add-on's id.
    pub(crate) addon: String,
    pub(crate) name: String,
    /// When it was made, in milliseconds since 1970.
    #[serde(default)]
    pub(crate) made: i64,
}

impl Credential {
    /// A new one.
    pub(crate) fn new(addon: &str, name: &str) -> Self {
        Self { addon: addon.to_owned(), name: name.to_owned(), made: jiff::Timestamp::now().as_millisecond() }
    }

    /// Heroku's word for how far it is; minutes there are moments here.
    pub(crate) fn state(&self) -> &'static str {
        match jiff::Timestamp::now().as_millisecond() - self.made {
            ..150 => "wait_for_provisioning",
            150..300 => "provisioning",
            _ => ACTIVE,
        }
    }

    /// Whether it can be attached.
    pub(crate) fn is_active(&self) -> bool {
        self.state() == ACTIVE
    }
}

/// The state of a credential that can be used.
pub(crate) const ACTIVE: &str = "active";

impl Addon {
    /// The service's name: `heroku-redis` of `heroku-redis:premium-0`.
    pub(crate) fn service(&self) -> &str {
        self.plan.split(':').next().unwrap_or_default()
    }

    /// Whether it is a Postgres plan that has the default credential only.
    pub(crate) fn is_essential(&self) -> bool {
        postgres::has_one_user_only(&self.plan)
    }

    /// The name it was created with: what is made of it stays when it is renamed.
    pub(crate) fn first_name(&self) -> &str {
        self.first_name.as_deref().unwrap_or(&self.name)
    }

    /// The URL for the user of `credential`: the same until its password is rotated.
    pub(crate) fn url(&self, credential: &str) -> String {
        let name = self.first_name();
        let user = match self.data.rotations.get(credential) {
            Some(count) => format!("{name}/{credential}/{count}"),
            None => format!("{name}/{credential}"),
        };
        let password = ids::named_hex("password", &user, 40);
        let host = format!("ec2-{}.compute-1.amazonaws.com", ids::named_hex("host", name, 8));
        match self.service() {
            "heroku-postgresql" => {
                let user = if credential == "default" {
                    format!("u{}", ids::named_hex("user", name, 13))
                } else {
                    credential.to_owned()
                };
                let database = ids::named_hex("database", name, 13);
                format!("postgres://{user}:p{password}@{host}:5432/d{database}")
            }
            "heroku-redis" => format!("rediss://:p{password}@{host}:25459"),
            service => format!("https://{service}.example.com/{password}"),
        }
    }
}

impl Attachment {
    /// The config var it brings.
    pub(crate) fn variable(&self) -> String {
        format!("{}_URL", self.name)
    }

    /// The credential it is attached with.
    pub(crate) fn credential(&self) -> &str {
        self.namespace.as_deref().and_then(|space| space.strip_prefix("credential:")).unwrap_or("default")
    }
}

impl World {
    /// The add-on with this name or id, or the one attached to `app` under this name.
    pub(crate) fn addon(&self, identity: &str, app: Option<&str>) -> Result<&Addon, Refusal> {
        let attached = || {
            let app = self.app(app?).ok()?;
            let name = identity.strip_suffix("_URL").unwrap_or(identity);
            let attachment = self.attachments.iter().find(|a| a.app == app.id && a.name == name)?;
            self.addons.iter().find(|addon| addon.id == attachment.addon)
        };
        self.addons
            .iter()
            .find(|addon| addon.name == identity || addon.id == identity)
            .or_else(attached)
            .ok_or_else(|| Refusal::not_found("add_on"))
    }

    /// An add-on as the API shows it.
    pub(crate) fn addon_json(&self, addon: &Addon) -> Value {
        let config_vars: Vec<String> = self
            .attachments
            .iter()
            .filter(|attachment| attachment.addon == addon.id && attachment.app == addon.app)
            .map(Attachment::variable)
            .collect();
        json!({
            "actions": [],
            "addon_service": super::reference("addon_service", addon.service()),
            "app": self.app_reference(&addon.app),
            "billing_entity": {"id": addon.app, "name": self.app_reference(&addon.app)["name"], "type": "app"},
            "billed_price": {"cents": super::plans::price(&addon.plan), "contract": false, "unit": "month"},
            "config_vars": config_vars,
            "created_at": addon.created_at,
            "id": addon.id,
            "name": addon.name,
            "plan": super::reference("plan", &addon.plan),
            "provision_message": "",
            "provider_id": ids::named("provider", &addon.name),
            "state": "provisioned",
            "updated_at": addon.created_at,
            "web_url": format!("https://addons-sso.heroku.com/apps/{}/addons/{}", addon.app, addon.id),
        })
    }

    /// An attachment as the API shows it.
    pub(crate) fn attachment_json(&self, attachment: &Attachment) -> Value {
        let addon = self.addons.iter().find(|addon| addon.id == attachment.addon);
        json!({
            "addon": addon.map(|addon| json!({
                "id": addon.id,
                "name": addon.name,
                "app": self.app_reference(&addon.app),
            })),
            "app": self.app_reference(&attachment.app),
            "created_at": attachment.created_at,
            "id": attachment.id,
            "log_input_url": null,
            "name": attachment.name,
            "namespace": attachment.namespace,
            "updated_at": attachment.created_at,
            "web_url": null,
        })
    }
}
