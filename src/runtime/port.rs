//! Whether the app listens yet: on a web dyno it does on `$PORT`.

use std::fs;

use crate::env::{DYNO, Environment, PORT};
use crate::platform::dyno::{WEB, process_type};

use super::text;

/// The kernel's tables of TCP sockets.
const TABLES: [&str; 2] = ["/proc/net/tcp", "/proc/net/tcp6"];
/// The state of a socket that listens.
const LISTENS: &str = "0A";

/// The port that the app is to listen on: none on dynos that take no requests.
pub(super) fn of_app(env: &Environment) -> Option<u16> {
    let is_web = process_type(&text(env, DYNO)) == WEB;
    env.get(PORT).filter(|_| is_web)?.trim().parse().ok()
}

/// Whether a process of this dyno listens on a port. No where there is no `/proc`.
pub(super) fn has_listener(port: u16) -> bool {
    TABLES.iter().any(|table| fs::read_to_string(table).is_ok_and(|table| lists(&table, port)))
}

/// Whether a table has a socket that listens on the port. A line is: number, local address, remote address, state, …
fn lists(table: &str, port: u16) -> bool {
    let end = format!(":{port:04X}");
    table.lines().any(|line| {
        let mut fields = line.split_whitespace().skip(1);
        fields.next().is_some_and(|local| local.ends_with(&end)) && fields.nth(1) == Some(LISTENS)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listener_is_known_by_its_port_and_state() {
        let table = "  sl  local_address rem_address   st tx_queue\n   0: 00000000:1388 00000000:0000 0A 0:0\n   1: 0100007F:1F90 0100007F:1388 01 0:0\n";
        assert!(lists(table, 5000));
        assert!(!lists(table, 8080) && !lists(table, 388) && !lists("", 5000));
    }

    #[test]
    fn only_web_dynos_have_a_port() {
        let env = |dyno: &str| Environment::default().with(DYNO, dyno).with(PORT, "5000");
        assert_eq!(of_app(&env("web.1")), Some(5000));
        assert_eq!(of_app(&env("web-5f8d9c7b4-x2x7z")), Some(5000));
        assert_eq!(of_app(&env("worker.1")), None);
        assert_eq!(of_app(&Environment::default().with(DYNO, "web.1")), None);
    }
}
