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
    /// Several texts, groups of options among them.
    #[serde(rename = "list[string|map]")]
    TextsOrMaps,
    /// `true`, `false` or text.
    #[serde(rename = "bool|string")]
    BoolOrText,
    /// Text or a whole number.
    #[serde(rename = "string|int")]
    TextOrInt,
    /// Text or a group of options.
    #[serde(rename = "string|map")]
    TextOrMap,
    /// Several texts or a group of options.
    #[serde(rename = "list[string]|map")]
    TextsOrMap,
    /// Several whole numbers.
    #[serde(rename = "list[int]")]
    Ints,
    /// Several lists of texts.
    #[serde(rename = "list[list[string]]")]
    Lists,
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
            Type::TextsOrMaps => "expected a list of texts or mappings, such as [a, {b: 1}]",
            Type::BoolOrText => "expected true, false or text",
            Type::TextOrInt => "expected text or a whole number",
            Type::TextOrMap => "expected text, or a mapping such as {a: 1}",
            Type::TextsOrMap => "expected a list of texts such as [a, b], or a mapping such as {a: 1}",
            Type::Ints => "expected a list of whole numbers, such as [1, 2]",
            Type::Lists => "expected a list of lists, such as [[a, b]]",
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
            Self::TextsOrMaps => "list[string|map]",
            Self::BoolOrText => "bool|string",
            Self::TextOrInt => "string|int",
            Self::TextOrMap => "string|map",
            Self::TextsOrMap => "list[string]|map",
            Self::Ints => "list[int]",
            Self::Lists => "list[list[string]]",
        }
    }

    /// Whether the Agent takes a value for this type, as its models (pydantic) convert it: text that reads as a number
    /// for a number, but never a number for text. What is put in at boot may become anything but a mapping.
    pub fn accepts(self, value: &Value) -> bool {
        if let Some(text) = value.as_str() {
            if is_agent_template(text) {
                return true;
            }
            if text.contains("${") {
                return !matches!(self, Self::Maps | Self::Map | Self::Lists);
            }
        }
        let each = |kind: &dyn Fn(&Value) -> bool| value.as_array().is_some_and(|all| all.iter().all(kind));
        let texts = || each(&Value::is_string);
        match self {
            Self::Text => value.is_string(),
            Self::Int => is_int(value),
            Self::Float => value.is_boolean() || number(value).is_some(),
            Self::Bool => is_bool(value),
            Self::Texts => texts(),
            Self::Maps => each(&Value::is_object),
            Self::Map => value.is_object(),
            Self::TextOrTexts => value.is_string() || texts(),
            Self::TextsOrMaps => each(&|item| item.is_string() || item.is_object()),
            Self::BoolOrText => value.is_string() || is_bool(value),
            Self::TextOrInt => value.is_string() || is_int(value),
            Self::TextOrMap => value.is_string() || value.is_object(),
            Self::TextsOrMap => texts() || value.is_object(),
            Self::Ints => each(&is_int),
            Self::Lists => each(&|item| item.as_array().is_some_and(|all| all.iter().all(Value::is_string))),
        }
    }

    /// The value that someone wrote on a command line.
    pub fn parse(self, text: &str) -> Result<Value, WrongType> {
        let wrong = WrongType(self);
        let read = || serde_saphyr::from_str::<Value>(text).map_err(|_| wrong);
        let value = match self {
            Self::Text | Self::TextOrInt => return Ok(text.into()),
            Self::TextOrTexts if !text.starts_with('[') => return Ok(text.into()),
            Self::TextOrMap if !text.starts_with('{') => return Ok(text.into()),
            Self::Texts | Self::TextsOrMaps | Self::TextsOrMap if !text.starts_with(['[', '{']) => {
                text.split(',').map(|part| part.trim().to_owned()).collect()
            }
            _ if text.starts_with("${") => text.into(),
            _ => read()?,
        };
        if self.accepts(&value) { Ok(value) } else { Err(wrong) }
    }
}

/// Whether the Agent replaces a value itself: `%%env_NAME%%`, or `ENC[name]` for a secret.
fn is_agent_template(text: &str) -> bool {
    let template = text.split_once("%%").is_some_and(|(_, rest)| rest.contains("%%"));
    template || (text.starts_with("ENC[") && text.ends_with(']'))
}

fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())
}

fn is_int(value: &Value) -> bool {
    value.is_boolean() || number(value).is_some_and(|number| number.fract() == 0.0)
}

fn is_bool(value: &Value) -> bool {
    let names = ["true", "false", "yes", "no", "on", "off", "y", "n", "t", "f", "1", "0"];
    match value {
        Value::Bool(_) => true,
        Value::String(text) => names.contains(&text.to_ascii_lowercase().as_str()),
        _ => matches!(number(value), Some(0.0 | 1.0)),
    }
}

/// The type of an option that every check takes.
pub(super) fn common(name: &str) -> Option<Type> {
    COMMON.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind)
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
            (Type::TextsOrMaps, "a, b", json!(["a", "b"])),
            (Type::TextsOrMaps, "[{relation_regex: .*}]", json!([{"relation_regex": ".*"}])),
            (Type::TextOrMap, "{a: 1}", json!({"a": 1})),
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

    #[test]
    fn values_are_taken_as_the_models_of_the_agent_convert_them() {
        for (kind, value, is_taken) in [
            (Type::Int, json!("6379"), true),
            (Type::Int, json!(6379.0), true),
            (Type::Int, json!("6379a"), false),
            (Type::Int, json!(1.5), false),
            (Type::Float, json!("0.5"), true),
            (Type::Bool, json!("yes"), true),
            (Type::Bool, json!(1), true),
            (Type::Bool, json!(2), false),
            (Type::Bool, json!("perhaps"), false),
            (Type::Text, json!(12345), false),
            (Type::Text, json!(true), false),
            (Type::Texts, json!([1, 2]), false),
            (Type::Texts, json!(["a", true]), false),
            (Type::TextsOrMaps, json!(["a", {"b": 1}]), true),
            (Type::TextsOrMaps, json!([1]), false),
            (Type::TextOrInt, json!(200), true),
            (Type::Int, json!("%%env_PORT%%"), true),
            (Type::Map, json!("%%env_TAGS%%"), true),
            (Type::Int, json!("ENC[port]"), true),
            (Type::Lists, json!([["a"]]), true),
        ] {
            assert_eq!(kind.accepts(&value), is_taken, "{} {value}", kind.as_str());
        }
    }
}
