//! Runs the targets on stable Rust: every seed as it is, then seeds with a few changes, until the time is over. What fails is
//! made smaller by proptest before it is shown. The same inputs are tried in every run, but with
//! `DD_HEROKU_TEST_FUZZ_SECONDS`, how long each target is run: then new ones are.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::{CANARY, TARGETS, Target};
use crate::env::Environment;

const SECONDS: &str = "DD_HEROKU_TEST_FUZZ_SECONDS";
/// For each target where that is not set.
const USUAL: Duration = Duration::from_millis(200);
/// No input takes longer, on a busy machine in a debug build.
const LONGEST: Duration = Duration::from_secs(10);
/// Inputs between two looks at the clock.
const BATCH: u32 = 16;

/// What many formats have a meaning for.
const TOKENS: [&str; 16] = [
    "\n",
    "\r\n",
    "\0",
    "\u{feff}",
    "{",
    "}",
    "[",
    "]",
    "\"",
    "'",
    ": ",
    "99999999999999999999",
    "-1",
    "\u{e9}",
    "\u{130}",
    CANARY,
];

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(name)
}

fn seeds(name: &str) -> Vec<Vec<u8>> {
    let mut paths: Vec<_> = fs::read_dir(folder(name)).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.into_iter().map(|path| fs::read(path).unwrap()).collect()
}

#[derive(Clone, Debug)]
enum Edit {
    Set(Index, u8),
    Cut(Index, Index),
    Repeat(Index, Index, u8),
    Insert(Index, Vec<u8>),
}

impl Edit {
    fn apply(&self, bytes: &mut Vec<u8>) {
        let part = |from: &Index, to: &Index| {
            let (from, to) = (from.index(bytes.len() + 1), to.index(bytes.len() + 1));
            from.min(to)..from.max(to)
        };
        match self {
            Self::Set(at, byte) if !bytes.is_empty() => {
                let at = at.index(bytes.len());
                bytes[at] = *byte;
            }
            Self::Set(..) => {}
            Self::Cut(from, to) => drop(bytes.drain(part(from, to))),
            Self::Repeat(from, to, times) => {
                let part = part(from, to);
                let (end, copy) = (part.end, bytes[part].repeat(usize::from(*times)));
                if bytes.len() + copy.len() < 64 << 10 {
                    bytes.splice(end..end, copy);
                }
            }
            Self::Insert(at, text) => {
                let at = at.index(bytes.len() + 1);
                bytes.splice(at..at, text.iter().copied());
            }
        }
    }
}

fn inputs(target: &Target, seeds: &[Vec<u8>]) -> impl Strategy<Value = Vec<u8>> + use<> {
    let tokens: Vec<_> = TOKENS.iter().chain(target.tokens).map(|token| token.as_bytes().to_vec()).collect();
    let at = any::<Index>;
    let edit = prop_oneof![
        1 => (at(), any::<u8>()).prop_map(|(at, byte)| Edit::Set(at, byte)),
        1 => (at(), at()).prop_map(|(from, to)| Edit::Cut(from, to)),
        1 => (at(), at(), 1..9u8).prop_map(|(from, to, times)| Edit::Repeat(from, to, times)),
        4 => (at(), select(tokens)).prop_map(|(at, token)| Edit::Insert(at, token)),
        1 => (at(), select(seeds.to_vec())).prop_map(|(at, seed)| Edit::Insert(at, seed)),
    ];
    (select(seeds.to_vec()), prop::collection::vec(edit, 0..8)).prop_map(|(mut bytes, edits)| {
        for edit in &edits {
            edit.apply(&mut bytes);
        }
        bytes
    })
}

fn timed(target: &Target, bytes: &[u8]) {
    let start = Instant::now();
    (target.run)(bytes);
    assert!(start.elapsed() < LONGEST, "it took {:?}", start.elapsed());
}

fn drive(name: &str) {
    let target = TARGETS.iter().find(|target| target.name == name).unwrap();
    let seeds = seeds(name);
    for seed in &seeds {
        timed(target, seed);
    }
    let asked: Option<f64> = Environment::capture().get(SECONDS).map(|seconds| seconds.parse().unwrap());
    let mut rng = match asked {
        Some(_) => TestRng::from_seed(RngAlgorithm::ChaCha, &rand_seed()),
        None => TestRng::deterministic_rng(RngAlgorithm::ChaCha),
    };
    let config =
        Config { cases: BATCH, failure_persistence: None, max_shrink_time: 20_000, ..Config::default() };
    let strategy = inputs(target, &seeds);
    let (start, within) = (Instant::now(), asked.map_or(USUAL, Duration::from_secs_f64));
    let mut executions = seeds.len();
    while start.elapsed() < within {
        let mut runner = TestRunner::new_with_rng(config.clone(), rng);
        let ran = runner.run(&strategy, |bytes| {
            timed(target, &bytes);
            Ok(())
        });
        if let Err(proptest::test_runner::TestError::Fail(why, bytes)) = ran {
            panic!("{name}: {why}\nseed it in fuzz/seeds/{name}: b\"{}\"", bytes.escape_ascii());
        }
        executions += BATCH as usize;
        rng = runner.new_rng();
    }
    // Not captured: how much was tried is part of every run's output.
    let _ = writeln!(std::io::stderr(), "fuzz {name}: {} seeds, {executions} executions", seeds.len());
}

fn rand_seed() -> [u8; 32] {
    let mut seed = [0; 32];
    ring::rand::SecureRandom::fill(&ring::rand::SystemRandom::new(), &mut seed).unwrap();
    seed
}

macro_rules! targets {
    ($($name:ident)*) => {
        const RUN: &[&str] = &[$(stringify!($name)),*];
        $(#[test] fn $name() { drive(stringify!($name)) })*
    };
}

targets! {
    agent_status app_json config_value control datadog_answer dockerfile drain_url fill foreign_text git_remote
    heroku_answer integration_conf keys lint list_of_buildpacks log_line masking netrc package prerun_block
    prerun_script service_url slugignore tags tree version xz
}

#[test]
fn every_target_is_run_has_seeds_and_a_binary_for_cargo_fuzz() {
    let names: Vec<_> = TARGETS.iter().map(|target| target.name).collect();
    assert_eq!(RUN, names);
    let manifest = fs::read_to_string(folder("../Cargo.toml")).unwrap();
    for name in &names {
        assert!(seeds(name).len() >= 2, "{name} has too few seeds");
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name} is not in fuzz/Cargo.toml");
    }
    assert_eq!(fs::read_dir(folder("")).unwrap().count(), names.len());
}
