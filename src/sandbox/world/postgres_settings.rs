//! The settings of a Postgres database as the data API shows them, at their defaults.

use serde_json::{Map, Value, json};

/// Name, value, the values it may have (none: true or false, or a number), what it does.
const SETTINGS: [(&str, &str, &[&str], &str); 7] = [
    ("log_lock_waits", "true", &[], "Logs sessions that wait longer than deadlock_timeout for a lock"),
    ("log_connections", "true", &[], "Logs attempted connections"),
    ("log_min_duration_statement", "2000", &[], "Logs statements that run at least so many milliseconds"),
    (
        "log_min_error_statement",
        "error",
        &["error", "log", "fatal", "panic"],
        "Which statements that caused an error are logged",
    ),
    ("log_statement", "ddl", &["none", "ddl", "mod", "all"], "Which statements are logged"),
    ("track_functions", "pl", &["none", "pl", "all"], "Which functions are counted"),
    ("auto_explain", "false", &[], "Logs execution plans"),
];

pub(crate) fn postgres_settings() -> Value {
    let setting = |(name, value, values, description): &(&str, &str, &[&str], &str)| {
        let value = match value.parse::<u64>() {
            Ok(number) => json!(number),
            Err(_) if values.is_empty() => json!(*value == "true"),
            Err(_) => json!(value),
        };
        let known: Map<String, Value> = values
            .iter()
            .map(|known| ((*known).to_owned(), json!(format!("{description}: {known}"))))
            .collect();
        ((*name).to_owned(), json!({"desc": description, "value": value, "values": known}))
    };
    Value::Object(SETTINGS.iter().map(setting).collect())
}
