//! The Unix sockets of the agents. The Agent's own defaults are in `/var/run/datadog`, which no dyno can write to: they go
//! to `/tmp`. So do those of the app's variables that cannot be made where they should be, with the addresses of their
//! clients. Apps that set none keep sending to the ports: their environment stays as it is.

use std::fs;
use std::path::{Path, PathBuf};

use crate::env::{
    DD_APM_RECEIVER_SOCKET, DD_DOGSTATSD_SOCKET, DD_DOGSTATSD_URL, DD_TRACE_AGENT_URL, Environment,
};

use super::layout::Layout;
use super::notice::{Level, Notices};
use super::template::Template;
use super::text;
use crate::datadog::service_url::decode;

/// Where the Agent's own defaults are.
const OF_SYSTEM: &str = "/var/run/datadog";
/// Where a dyno can always write.
const FOLDER: &str = "/tmp";
/// The longest path that Linux takes for a socket.
const LONGEST: usize = 107;

/// One of the sockets.
struct Socket {
    variable: &'static str,
    /// Where its clients are given its address.
    clients: &'static str,
    /// Its keys in `datadog.yaml`.
    key: (Option<&'static str>, &'static str),
    file: &'static str,
}

const SOCKETS: [Socket; 2] = [
    Socket {
        variable: DD_APM_RECEIVER_SOCKET,
        clients: DD_TRACE_AGENT_URL,
        key: (Some("apm_config"), "receiver_socket"),
        file: "apm.socket",
    },
    Socket {
        variable: DD_DOGSTATSD_SOCKET,
        clients: DD_DOGSTATSD_URL,
        key: (None, "dogstatsd_socket"),
        file: "dsd.socket",
    },
];

impl Socket {
    /// The socket that its clients get as their address.
    fn client(&self, env: &Environment) -> Option<PathBuf> {
        let address = text(env, self.clients);
        path_of(&address).filter(|_| names_socket(&address))
    }

    /// Where it goes when `path` is a folder or too long, or its folder can neither be written nor made: to `/tmp`, by its
    /// name unless that cannot be a socket's, or is `taken`.
    fn elsewhere(&self, path: &Path, taken: &[PathBuf]) -> Option<PathBuf> {
        let folder = path.parent();
        if folder.is_some_and(|folder| folder.as_os_str().is_empty()) {
            return None;
        }
        let is_usable =
            |folder: &Path| is_writable(folder) || (!folder.exists() && fs::create_dir_all(folder).is_ok());
        if fits(path) && folder.is_some_and(is_usable) {
            return None;
        }
        let by_name = path.file_name().map(|name| Path::new(FOLDER).join(name));
        let by_name = by_name.filter(|new| !path.is_dir() && fits(new) && !taken.contains(new));
        Some(by_name.unwrap_or_else(|| Path::new(FOLDER).join(self.file)))
    }
}

/// What changes for app and Agent: the sockets and the addresses of clients that the app's variables name.
pub(super) fn changes(env: &Environment, notices: Notices) -> Vec<(&'static str, String)> {
    let mut changes = Vec::new();
    let mut taken = Vec::new();
    for socket in &SOCKETS {
        let given = text(env, socket.variable);
        let client = socket.client(env);
        let path = if given.is_empty() { client.clone() } else { path_of(&given) };
        let Some(path) = path else {
            if !given.is_empty() {
                let text = format!("{} is not the path of a socket: it is not used", socket.variable);
                notices.say(Level::Warn, &text);
            }
            continue;
        };
        let new = socket.elsewhere(&path, &taken);
        if let Some(new) = &new {
            let name = if given.is_empty() { socket.clients } else { socket.variable };
            let text =
                format!("{name} is `{}`: `{}` cannot be made in a dyno", new.display(), path.display());
            notices.say(Level::Info, &text);
            if client.as_ref() == Some(&path) {
                changes.push((socket.clients, format!("unix://{}", new.display())));
            }
        }
        let socket_path = new.unwrap_or(path);
        taken.push(socket_path.clone());
        let socket_path = socket_path.to_string_lossy().into_owned();
        if !given.is_empty() && given != socket_path {
            changes.push((socket.variable, socket_path));
        }
    }
    changes
}

/// What the agents alone get: the sockets that the app has no variable for, unless the Agent's configuration names one.
pub(super) fn of_agents(env: &Environment, layout: &Layout) -> Vec<(&'static str, String)> {
    let conf = layout.agent_conf(env);
    let conf = Template::new(&String::from_utf8_lossy(&fs::read(conf).unwrap_or_default()));
    let is_usual = !layout.is_home() && is_writable(Path::new(OF_SYSTEM));
    let mut all = Vec::new();
    for socket in &SOCKETS {
        let given = env.raw(socket.variable);
        // Set to nothing: the app wants none.
        if given.is_some_and(|given| given.is_empty() || path_of(&given.to_string_lossy()).is_some()) {
            continue;
        }
        let client = socket.client(env);
        let is_configured = match socket.key {
            (Some(section), key) => conf.has_in(section, key),
            (None, key) => conf.has(key),
        };
        if let Some(path) = client {
            all.push((socket.variable, path.to_string_lossy().into_owned()));
        } else if !is_configured && !is_usual {
            all.push((socket.variable, format!("{FOLDER}/{}", socket.file)));
        }
    }
    all
}

/// Whether an address of a client is that of a socket.
fn names_socket(address: &str) -> bool {
    address.split_once(':').is_some_and(|(scheme, _)| is_of_sockets(scheme))
}

fn is_of_sockets(scheme: &str) -> bool {
    ["unix", "unixgram", "unixstream", "http+unix"].contains(&scheme.to_ascii_lowercase().as_str())
}

/// The path that a variable means: as it is, or behind the scheme of a socket (`unix:///tmp/apm.socket`). None of the
/// address of something else.
fn path_of(text: &str) -> Option<PathBuf> {
    let text = text.trim();
    let path = match text.split_once(':') {
        Some((scheme, rest)) if is_of_sockets(scheme) => decode(rest.strip_prefix("//").unwrap_or(rest)),
        _ if text.contains("://") => return None,
        _ => text.to_owned(),
    };
    (!path.is_empty()).then(|| path.into())
}

/// Whether a socket can have this path.
fn fits(path: &Path) -> bool {
    path.as_os_str().len() <= LONGEST && !path.is_dir()
}

fn is_writable(folder: &Path) -> bool {
    folder.is_dir() && rustix::fs::access(folder, rustix::fs::Access::WRITE_OK).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_read_with_and_without_a_scheme() {
        for (text, path) in [
            ("/tmp/apm.socket", Some("/tmp/apm.socket")),
            (" unix:///tmp/apm.socket", Some("/tmp/apm.socket")),
            ("UNIX:/tmp/apm.socket", Some("/tmp/apm.socket")),
            ("unixgram:///tmp/dsd.socket", Some("/tmp/dsd.socket")),
            ("http+unix://%2Ftmp%2Fapm.socket", Some("/tmp/apm.socket")),
            ("apm.socket", Some("apm.socket")),
            ("unix://", None),
            ("", None),
            ("http://localhost:8126", None),
        ] {
            assert_eq!(path_of(text).as_deref(), path.map(Path::new), "{text}");
        }
    }

    #[test]
    fn a_socket_that_cannot_be_made_goes_to_tmp_with_the_address_of_its_clients() {
        let changed = |vars: &[(&str, &str)]| {
            let env = vars.iter().fold(Environment::default(), |env, (name, value)| env.with(name, *value));
            changes(&env, Notices::silent())
        };
        let (apm, url) = (DD_APM_RECEIVER_SOCKET, DD_TRACE_AGENT_URL);
        let moved = |name| (name, "/tmp/apm.socket".to_owned());
        let moved_url = || (url, "unix:///tmp/apm.socket".to_owned());
        let nowhere = "/proc/nowhere/apm.socket";
        assert_eq!(changed(&[(apm, nowhere)]), [moved(apm)]);
        assert_eq!(
            changed(&[(apm, nowhere), (url, "unix:///proc/nowhere/apm.socket")]),
            [moved_url(), moved(apm)]
        );
        assert_eq!(changed(&[(url, "unix:///proc/nowhere/apm.socket")]), [moved_url()]);
        assert_eq!(changed(&[(apm, "unix:///tmp/apm.socket")]), [moved(apm)]);
        let long = format!("/tmp/{}/apm.socket", "x".repeat(100));
        assert_eq!(changed(&[(apm, &long)]), [moved(apm)]);
        assert_eq!(changed(&[(apm, "/tmp/apm.socket"), (url, "http://localhost:8126")]), []);
        let named = format!("/tmp/{}", "x".repeat(110));
        for no_socket in [named.as_str(), "/tmp", "/tmp/", "/", "/etc/passwd/apm.socket"] {
            assert_eq!(changed(&[(apm, no_socket)]), [moved(apm)], "{no_socket}");
        }
        let both = [(apm, "/proc/a/datadog.socket"), (DD_DOGSTATSD_SOCKET, "/proc/b/datadog.socket")];
        let two = [(apm, "/tmp/datadog.socket".into()), (DD_DOGSTATSD_SOCKET, "/tmp/dsd.socket".into())];
        assert_eq!(changed(&both), two);
    }
}
