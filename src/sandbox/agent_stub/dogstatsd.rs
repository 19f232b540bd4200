//! DogStatsD: every metric is noted.

use std::net::{Ipv4Addr, UdpSocket};
use std::os::unix::net::UnixDatagram;
use std::sync::atomic::Ordering;

use serde_json::json;

use super::notes::Notes;
use super::socket::free_path;
use super::{TICK, end_signal, port};
use crate::env::{self, Environment};

/// DogStatsD: a datagram holds metrics, one a line.
pub(super) fn run(env: &Environment, notes: &Notes) -> anyhow::Result<()> {
    let end = end_signal()?;
    let port = port(env, env::DD_DOGSTATSD_PORT, 8125);
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, port))?;
    socket.set_read_timeout(Some(TICK))?;
    notes.add(&json!({ "event": "started", "port": port, "host": env.get(env::DD_HOSTNAME), "tags": env.get(env::DD_TAGS) }))?;
    let unix = free_path(env, env::DD_DOGSTATSD_SOCKET).and_then(|path| UnixDatagram::bind(path).ok());
    unix.iter().try_for_each(|unix| unix.set_nonblocking(true))?;
    let (mut datagram, mut metrics) = (vec![0; 65_536], 0_u64);
    while !end.load(Ordering::SeqCst) {
        let of_socket = unix.as_ref().and_then(|unix| unix.recv(&mut datagram).ok());
        let through = if of_socket.is_some() { "socket" } else { "port" };
        let Some(length) = of_socket.or_else(|| socket.recv(&mut datagram).ok()) else { continue };
        for line in String::from_utf8_lossy(&datagram[..length]).lines() {
            metrics += 1;
            notes.add(&json!({ "event": "metric", "line": line, "through": through }))?;
        }
    }
    notes.add(&json!({ "event": "flushed", "metrics": metrics }))
}
