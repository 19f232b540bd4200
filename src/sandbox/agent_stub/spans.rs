//! The spans of a request to the trace-agent, in the two forms that clients send
//! (<https://github.com/DataDog/datadog-agent/blob/main/pkg/trace/api/version.go>).

use rmpv::Value;
use serde::Serialize;

/// What a span says of itself.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Span {
    pub(super) service: String,
    pub(super) name: String,
    pub(super) resource: String,
    pub(super) env: Option<String>,
    pub(super) version: Option<String>,
}

/// The spans of a body that was sent to `path`; none where it holds no traces.
pub(super) fn read(path: &str, mut body: &[u8]) -> Vec<Span> {
    let read_span = match path {
        "/v0.3/traces" | "/v0.4/traces" => of_map,
        "/v0.5/traces" => of_list,
        _ => return Vec::new(),
    };
    let Ok(value) = rmpv::decode::read_value(&mut body) else { return Vec::new() };
    let empty = Vec::new();
    let (texts, traces) = match (path, value.as_array().map(Vec::as_slice)) {
        ("/v0.5/traces", Some([texts, traces])) => (texts.as_array(), traces.as_array()),
        (_, Some(_)) => (None, value.as_array()),
        (_, None) => (None, None),
    };
    let texts = texts.unwrap_or(&empty);
    let traces = traces.unwrap_or(&empty).iter().filter_map(Value::as_array);
    traces.flatten().filter_map(|span| read_span(span, texts)).collect()
}

/// A span of the version 0.4: a map by names.
fn of_map(span: &Value, _: &[Value]) -> Option<Span> {
    span.as_map()?;
    let text = |name: &str| span[name].as_str().unwrap_or_default().to_owned();
    let tag = |name: &str| span["meta"][name].as_str().map(str::to_owned);
    Some(Span {
        service: text("service"),
        name: text("name"),
        resource: text("resource"),
        env: tag("env"),
        version: tag("version"),
    })
}

/// A span of the version 0.5: a list, in which places of `texts` stand for texts.
fn of_list(span: &Value, texts: &[Value]) -> Option<Span> {
    let fields = span.as_array()?;
    let text = |place: &Value| texts.get(usize::try_from(place.as_u64()?).ok()?)?.as_str();
    let field = |at: usize| fields.get(at).and_then(text).unwrap_or_default().to_owned();
    let tags = fields.get(9)?.as_map()?;
    let tag = |name: &str| {
        tags.iter()
            .find(|(key, _)| text(key) == Some(name))
            .and_then(|(_, value)| text(value))
            .map(str::to_owned)
    };
    Some(Span {
        service: field(0),
        name: field(1),
        resource: field(2),
        env: tag("env"),
        version: tag("version"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(value: &Value) -> Vec<u8> {
        let mut bytes = Vec::new();
        rmpv::encode::write_value(&mut bytes, value).unwrap();
        bytes
    }

    fn expected() -> Vec<Span> {
        vec![Span {
            service: "shop".into(),
            name: "order.placed".into(),
            resource: "POST /orders".into(),
            env: Some("prod".into()),
            version: Some("v42".into()),
        }]
    }

    #[test]
    fn a_map_is_a_span_of_version_4() {
        let meta = Value::Map(vec![("env".into(), "prod".into()), ("version".into(), "v42".into())]);
        let span = Value::Map(vec![
            ("service".into(), "shop".into()),
            ("name".into(), "order.placed".into()),
            ("resource".into(), "POST /orders".into()),
            ("duration".into(), 12.into()),
            ("meta".into(), meta),
        ]);
        let body = packed(&Value::Array(vec![Value::Array(vec![span])]));
        assert_eq!(read("/v0.4/traces", &body), expected());
        assert_eq!(read("/telemetry/proxy", &body), []);
        assert_eq!(read("/v0.4/traces", &body[..9]), []);
    }

    #[test]
    fn a_list_is_a_span_of_version_5() {
        let texts = ["", "shop", "order.placed", "POST /orders", "env", "prod", "version", "v42"];
        let texts = Value::Array(texts.map(Value::from).to_vec());
        let meta = Value::Map(vec![(4.into(), 5.into()), (6.into(), 7.into())]);
        let mut span: Vec<Value> = [1, 2, 3, 9, 9, 0, 1, 1, 0].map(Value::from).to_vec();
        span.extend([meta, Value::Map(Vec::new()), 0.into()]);
        let traces = Value::Array(vec![Value::Array(vec![Value::Array(span)])]);
        assert_eq!(read("/v0.5/traces", &packed(&Value::Array(vec![texts, traces]))), expected());
    }
}
