//! Every target on its committed corpus, and on mutations of it: the fuzzers' proof where there is
//! no fuzzer.

mod mutation;

use std::env;
use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use mutation::Mutator;
use trunkline_fuzz::{TARGETS, Target};

/// How long all mutations may take; more by `TRUNKLINE_FUZZ_SECONDS`.
const SECONDS: u64 = 15;

/// How many mutations a target sees at the most; no limit but time where one is given.
const MUTATIONS: usize = 100_000;

#[test]
fn every_corpus_and_its_mutations_are_survived() {
    let (mut inputs, mut mutations) = (0, 0);
    let longer = env::var("TRUNKLINE_FUZZ_SECONDS").ok().map(|text| text.parse().expect("seconds"));
    let each = Duration::from_secs(longer.unwrap_or(SECONDS)) / TARGETS.len().try_into().unwrap();
    let most = if longer.is_some() { usize::MAX } else { MUTATIONS };
    for target in TARGETS {
        let corpus = corpus(target.0);
        assert!(!corpus.is_empty(), "the corpus of {} is empty", target.0);
        for input in &corpus {
            survives(target, input);
        }
        inputs += corpus.len();
        mutations += mutate(target, &corpus, most, each);
    }
    let count = TARGETS.len();
    println!("replayed {inputs} inputs of {count} targets, and {mutations} mutations of them");
}

#[test]
fn every_corpus_has_a_target_and_every_target_a_fuzzer() {
    let names = TARGETS.map(|(name, _)| name);
    for folder in files(&root().join("corpus")) {
        assert!(names.iter().any(|name| folder.ends_with(name)), "{}", folder.display());
    }
    let fuzzers = files(&root().join("fuzz_targets"));
    assert_eq!(fuzzers.len(), names.len());
    assert!(fuzzers.iter().all(|file| names.iter().any(|name| file.file_stem().unwrap() == *name)));
}

/// The seed is the target's name, so that a run finds what the run before it found.
fn mutate(target: Target, corpus: &[Vec<u8>], most: usize, limit: Duration) -> usize {
    let seed = target.0.bytes().fold(0, |seed: u64, byte| seed.rotate_left(8) ^ u64::from(byte));
    let mut mutator = Mutator::new(seed);
    let start = Instant::now();
    let mut count = 0;
    while count < most && start.elapsed() < limit {
        survives(target, &mutator.input(corpus));
        count += 1;
    }
    count
}

fn survives((name, run): Target, input: &[u8]) {
    if catch_unwind(|| run(input)).is_err() {
        let file = root().join("artifacts").join(format!("replay-{name}"));
        fs::create_dir_all(root().join("artifacts")).expect("a folder for what was found");
        fs::write(&file, input).expect("a file for what was found");
        panic!("{name} does not survive the {} bytes in {}", input.len(), file.display());
    }
}

fn corpus(target: &str) -> Vec<Vec<u8>> {
    let files = files(&root().join("corpus").join(target)).into_iter();
    files.map(|file| fs::read(file).expect("a file of the corpus")).collect()
}

/// What is in a folder, always in the same order; nothing where there is no folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
