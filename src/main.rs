//! The binary: captures the environment, runs, gives back the exit code.

fn main() -> std::process::ExitCode {
    dd_heroku::run(&dd_heroku::env::Environment::capture())
}
