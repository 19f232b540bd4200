//! What may become of a request.

use serde_json::{Value, json};

/// What may become of a request, under its name.
pub(super) struct Kind {
    pub(super) name: &'static str,
    /// The fault without the request that it hits.
    fault: fn() -> Value,
    /// How many times in a row the request meets it.
    times: u64,
    /// Whether the request is done all the same.
    pub(super) has_effect: bool,
}

const fn kind(name: &'static str, fault: fn() -> Value) -> Kind {
    Kind { name, fault, times: 1, has_effect: false }
}

const fn with_effect(name: &'static str, fault: fn() -> Value) -> Kind {
    Kind { has_effect: true, ..kind(name, fault) }
}

const fn twice(kind: Kind) -> Kind {
    Kind { times: 2, ..kind }
}

/// Of a read.
pub(super) const READS: &[Kind] = &[
    kind("reset", || json!({"fault": "reset"})),
    kind("truncated", || json!({"fault": "truncate"})),
    kind("captive portal", || json!({"fault": "html"})),
    kind("empty answer", || json!({"fault": "status", "status": 200, "body": ""})),
    kind("answer of another shape", || json!({"fault": "status", "status": 200, "body": "\"no\""})),
    kind("401", || json!({"fault": "status", "status": 401})),
    kind("403", || json!({"fault": "status", "status": 403})),
    kind("404", || json!({"fault": "status", "status": 404})),
    kind("422", || json!({"fault": "status", "status": 422})),
    kind("429", || json!({"fault": "status", "status": 429, "retry_after": 0})),
    kind("500", || json!({"fault": "status", "status": 500})),
    kind("503 page", || json!({"fault": "status", "status": 503, "body": "<h1>Application error</h1>"})),
    kind("killed", || json!({"fault": "die"})),
    kind("Ctrl-C", || json!({"fault": "interrupt"})),
    kind("SIGTERM", || json!({"fault": "terminate"})),
    kind("SIGHUP", || json!({"fault": "hang_up"})),
];

/// Of a write.
pub(super) const WRITES: &[Kind] = &[
    kind("killed", || json!({"fault": "die"})),
    with_effect("killed after", || json!({"fault": "die", "when": "after"})),
    with_effect("answer lost", || json!({"fault": "lost"})),
    with_effect("Ctrl-C", || json!({"fault": "interrupt"})),
    with_effect("SIGTERM", || json!({"fault": "terminate"})),
    with_effect("SIGHUP", || json!({"fault": "hang_up"})),
    kind("500", || json!({"fault": "status", "status": 500})),
    with_effect("500 after", || json!({"fault": "status", "status": 500, "when": "after"})),
    with_effect("truncated", || json!({"fault": "truncate"})),
    kind("reset", || json!({"fault": "reset"})),
    kind("422", || json!({"fault": "status", "status": 422})),
    kind("429", || json!({"fault": "status", "status": 429, "retry_after": 0})),
    with_effect("empty answer", || json!({"fault": "status", "status": 200, "body": "", "when": "after"})),
    kind("captive portal", || json!({"fault": "html"})),
    kind("403", || json!({"fault": "status", "status": 403})),
    kind("503 page", || json!({"fault": "status", "status": 503, "body": "<h1>Application error</h1>"})),
    with_effect("503 after", || json!({"fault": "status", "status": 503, "body": "<p>", "when": "after"})),
    twice(kind("reset twice", || json!({"fault": "reset"}))),
    twice(with_effect("answer lost twice", || json!({"fault": "lost"}))),
    kind("401", || json!({"fault": "status", "status": 401})),
    kind("402", || json!({"fault": "status", "status": 402})),
    kind("404", || json!({"fault": "status", "status": 404})),
    kind("409", || json!({"fault": "status", "status": 409})),
    kind("423", || json!({"fault": "status", "status": 423})),
    kind("answer of another shape", || json!({"fault": "status", "status": 200, "body": "\"no\""})),
];

/// Of a request that begins a build.
pub(super) const FAILING_BUILD: Kind = with_effect("failing build", || json!({"fault": "fail_build"}));

/// Of any request, when there is time: it waits until the client gives up.
pub(super) const HANG: Kind = kind("no answer", || json!({"fault": "hang"}));

impl Kind {
    /// The sandbox's faults that let a request meet it.
    pub(super) fn faults(&self, method: &str, path: &str, nth: u64) -> Value {
        let fault = |nth: u64| {
            let mut fault = (self.fault)();
            fault["method"] = json!(method);
            fault["path"] = json!(path);
            fault["nth"] = json!(nth);
            fault
        };
        (0..self.times).map(|more| fault(nth + more)).collect()
    }
}
