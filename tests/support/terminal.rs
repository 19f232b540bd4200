//! A person at a terminal: `dd-heroku` in a pseudo-terminal of 80 columns, and everything it ever showed.

use std::io::Read;
use std::process::Command;
use std::time::{Duration, Instant};

use expectrl::process::unix::WaitStatus;
use expectrl::session::OsSession;
use expectrl::{ControlCode, Expect, Session};

use super::program::{CANARY, assert_no_canary};
use super::sandbox::{Sandbox, TOKEN, path};

/// How long a person waits before giving up: long enough for a busy machine, no measure of anything.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Terminal {
    session: OsSession,
    shown: String,
}

impl Terminal {
    /// Runs `dd-heroku` against a sandbox. No key is in its environment.
    pub(crate) fn open(sandbox: &Sandbox, arguments: &[&str]) -> Self {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin("dd-heroku"));
        command
            .args(arguments)
            .env_clear()
            .env("PATH", path())
            .env("HOME", sandbox.home())
            .env("NO_COLOR", "1");
        command.env("TERM", "xterm").env("HEROKU_API_URL", sandbox.url()).env("HEROKU_API_KEY", TOKEN);
        command
            .env("DD_HEROKU_DATADOG_URL", format!("{}/datadog", sandbox.url()))
            .env("DD_HEROKU_APT_URL", format!("{}/apt", sandbox.url()))
            .env("DD_HEROKU_APT_KEYS_URL", format!("{}/keys", sandbox.url()))
            .env("DD_HEROKU_APT_KEY_FINGERPRINTS", dd_heroku::sandbox::fingerprint())
            .current_dir(sandbox.home());
        let mut session = Session::spawn(command).unwrap();
        session.get_process_mut().set_window_size(80, 50).unwrap();
        // As a person's terminal has it: then no echo means that the program reads keys.
        session.get_process_mut().set_echo(true, None).unwrap();
        session.set_expect_timeout(Some(PATIENCE));
        Self { session, shown: String::new() }
    }

    /// Waits until this is shown.
    pub(crate) fn sees(&mut self, text: &str) -> &mut Self {
        match self.session.expect(text) {
            Ok(matched) => {
                self.shown.push_str(&String::from_utf8_lossy(matched.before()));
                self.shown.push_str(text);
            }
            Err(error) => {
                let mut more = [0; 8192];
                let length = self.session.try_read(&mut more).unwrap_or(0);
                let more = String::from_utf8_lossy(&more[..length]);
                panic!("`{text}` never came: {error}\nshown so far:\n{}\n{more}", self.shown)
            }
        }
        self
    }

    pub(crate) fn types(&mut self, text: &str) -> &mut Self {
        self.session.send(text).unwrap();
        self
    }

    /// Types at a question. Keys that edit mean something else to the terminal before the program reads keys.
    pub(crate) fn answers(&mut self, text: &str) -> &mut Self {
        self.waits_for_a_question();
        self.types(text)
    }

    pub(crate) fn enters(&mut self) -> &mut Self {
        self.types("\r")
    }

    pub(crate) fn types_the_key(&mut self) -> &mut Self {
        self.waits_for_a_question();
        self.types(CANARY).enters()
    }

    pub(crate) fn presses_ctrl_c(&mut self) -> &mut Self {
        self.session.send(ControlCode::EndOfText).unwrap();
        self
    }

    /// Presses Ctrl-C at a question. Earlier it would be a signal.
    pub(crate) fn interrupts_the_question(&mut self) -> &mut Self {
        self.waits_for_a_question();
        self.presses_ctrl_c()
    }

    /// Waits until the program reads keys: then the terminal does not echo them. A hidden question discards what came before.
    fn waits_for_a_question(&self) {
        let until = Instant::now() + PATIENCE;
        while self.session.get_process().get_echo().unwrap() {
            assert!(Instant::now() < until, "no question: {}", self.shown);
            std::thread::yield_now();
        }
    }

    /// Waits for the end: the exit code, and everything that was shown. The canary never was.
    pub(crate) fn ends(mut self) -> (i32, String) {
        let rest = self.rest();
        self.shown.push_str(&rest);
        assert_no_canary("the terminal", self.shown.as_bytes());
        match self.session.get_process().wait().unwrap() {
            WaitStatus::Exited(_, code) => (code, self.shown),
            other => panic!("{other:?}\n{}", self.shown),
        }
    }

    fn rest(&mut self) -> String {
        let mut rest = Vec::new();
        // A terminal whose other side is gone ends in an error.
        let _ = self.session.read_to_end(&mut rest);
        String::from_utf8_lossy(&rest).into_owned()
    }
}
