//! The types of options, and the options that many checks share.

use std::fmt;

use serde::Deserialize;
use serde_json::Value;

/// What an option takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub enum Type {
    /// Text.
    #[serde(rename = "string")]
    Text,
    /// A whole number.
    #[serde(rename = "int")]
    Int,
    /// A number.
    #[serde(rename = "float")]
    Float,
    /// `true` or `false`.
    #[serde(rename = "bool")]
    Bool,
    /// Several texts.
    #[serde(rename = "list[string]")]
    Texts,
    /// Several groups of options.
    #[serde(rename = "list[map]")]
    Maps,
    /// A group of options.
    #[serde(rename = "map")]
    Map,
    /// One text or several.
    #[serde(rename = "string|list[string]")]
    TextOrTexts,
}

/// A value of another type than the option takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrongType(pub Type);

impl fmt::Display for WrongType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Type::Text => "expected text",
            Type::Int => "expected a whole number",
            Type::Float => "expected a number",
            Type::Bool => "expected true or false",
            Type::Texts => "expected a list of texts, such as [a, b]",
            Type::Maps => "expected a list of mappings, such as [{a: 1}]",
            Type::Map => "expected a mapping, such as {a: 1}",
            Type::TextOrTexts => "expected text, or a list of texts such as [a, b]",
        })
    }
}

impl Type {
    /// As the catalogue names it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "string",
            Self::Int => "int",
            Self::Float => "float",
            Self::Bool => "bool",
            Self::Texts => "list[string]",
            Self::Maps => "list[map]",
            Self::Map => "map",
            Self::TextOrTexts => "string|list[string]",
        }
    }

    /// Whether a value is of this type. A `${…}` that is put in at boot may become any scalar.
    pub fn accepts(self, value: &Value) -> bool {
        let texts = |value: &Value| {
            value.as_array().is_some_and(|all| {
                all.iter().all(|item| item.is_string() || item.is_number() || item.is_boolean())
            })
        };
        if value.as_str().is_some_and(|text| text.starts_with("${") && text.ends_with('}')) {
            return !matches!(self, Self::Maps | Self::Map);
        }
        match self {
            Self::Text => value.is_string() || value.is_number(),
            Self::Int => value.is_i64() || value.is_u64(),
            Self::Float => value.is_number(),
            Self::Bool => value.is_boolean(),
            Self::Texts => texts(value),
            Self::Maps => value.as_array().is_some_and(|all| all.iter().all(Value::is_object)),
            Self::Map => value.is_object(),
            Self::TextOrTexts => value.is_string() || texts(value),
        }
    }

    /// The value that someone wrote on a command line.
    pub fn parse(self, text: &str) -> Result<Value, WrongType> {
        let wrong = WrongType(self);
        let read = || serde_saphyr::from_str::<Value>(text).map_err(|_| wrong);
        let value = match self {
            Self::Text => return Ok(text.into()),
            Self::TextOrTexts if !text.starts_with('[') => return Ok(text.into()),
            Self::Texts if !text.starts_with('[') => {
                text.split(',').map(|part| part.trim().to_owned()).collect()
            }
            _ if text.starts_with("${") => text.into(),
            _ => read()?,
        };
        if self.accepts(&value) { Ok(value) } else { Err(wrong) }
    }
}

/// Options that every check takes.
pub(super) static COMMON: &[(&str, Type)] = &[
    ("tags", Type::Texts),
    ("service", Type::Text),
    ("min_collection_interval", Type::Float),
    ("empty_default_hostname", Type::Bool),
    ("disable_generic_tags", Type::Bool),
    ("metric_patterns", Type::Map),
    ("enable_legacy_tags_normalization", Type::Bool),
    ("max_returned_metrics", Type::Int),
];

/// Options of the checks that ask over HTTP.
pub(super) static HTTP: &[(&str, Type)] = &[
    ("username", Type::Text),
    ("password", Type::Text),
    ("timeout", Type::Float),
    ("connect_timeout", Type::Float),
    ("read_timeout", Type::Float),
    ("headers", Type::Map),
    ("extra_headers", Type::Map),
    ("auth_type", Type::Text),
    ("auth_token", Type::Map),
    ("allow_redirects", Type::Bool),
    ("log_requests", Type::Bool),
    ("persist_connections", Type::Bool),
    ("proxy", Type::Map),
    ("skip_proxy", Type::Bool),
    ("request_size", Type::Float),
    ("tls_verify", Type::Bool),
    ("tls_ca_cert", Type::Text),
    ("tls_cert", Type::Text),
    ("tls_private_key", Type::Text),
    ("tls_ignore_warning", Type::Bool),
    ("tls_use_host_header", Type::Bool),
    ("tls_ciphers", Type::Texts),
    ("tls_protocols_allowed", Type::Texts),
    ("use_legacy_auth_encoding", Type::Bool),
    ("aws_host", Type::Text),
    ("aws_region", Type::Text),
    ("aws_service", Type::Text),
    ("ntlm_domain", Type::Text),
    ("kerberos_auth", Type::Text),
    ("kerberos_cache", Type::Text),
    ("kerberos_delegate", Type::Bool),
    ("kerberos_force_initiate", Type::Bool),
    ("kerberos_hostname", Type::Text),
    ("kerberos_keytab", Type::Text),
    ("kerberos_principal", Type::Text),
];

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_written_on_a_command_line_becomes_a_value_of_the_type() {
        for (kind, text, value) in [
            (Type::Text, "yes", json!("yes")),
            (Type::Text, "5", json!("5")),
            (Type::Int, "6379", json!(6379)),
            (Type::Float, "0.5", json!(0.5)),
            (Type::Float, "5", json!(5)),
            (Type::Bool, "true", json!(true)),
            (Type::Texts, "a, b", json!(["a", "b"])),
            (Type::Texts, "[a, 'b,c']", json!(["a", "b,c"])),
            (Type::Map, "{check_hostname: false}", json!({"check_hostname": false})),
            (Type::Maps, "[{path: x}]", json!([{"path": "x"}])),
            (Type::TextOrTexts, "a,b", json!("a,b")),
            (Type::Int, "${X.port}", json!("${X.port}")),
        ] {
            assert_eq!(kind.parse(text), Ok(value), "{text}");
        }
    }

    #[test]
    fn a_value_of_another_type_is_refused() {
        for (kind, text) in [
            (Type::Int, "many"),
            (Type::Int, "1.5"),
            (Type::Bool, "perhaps"),
            (Type::Map, "a"),
            (Type::Map, "${X}"),
            (Type::Maps, "[a]"),
            (Type::Float, "[1]"),
            (Type::Int, "{"),
        ] {
            assert_eq!(kind.parse(text), Err(WrongType(kind)), "{text}");
        }
    }
}
