//! A sign-in as a person makes it, through the command table with the session kept, against nothing
//! but the comparison of its password, one after the other.

use crate::report::{Done, Report, Target, Unit};
use serde_json::json;
use std::time::Instant;
use tomo::{
    api,
    app::{Options, Tomo},
    domain::session::Door,
    vault::Keychain,
};

/// Sign-ins on each side.
const RUNS: usize = 40;
/// What a sign-in may take besides bcrypt, milliseconds.
const MOST: f64 = 10.0;
/// The cost of Tomo's hashes.
const COST: u32 = 12;
const NAME: &str = "bench";
const PASSWORD: &str = "a password of the bench";

pub fn measure(report: &mut Report) -> Done {
    tokio::runtime::Runtime::new()?.block_on(run(report))
}

async fn run(report: &mut Report) -> Done {
    let folder = tempfile::tempdir()?;
    let tomo = Tomo::open(Options {
        data_dir: folder.path().to_owned(),
        door: Door::CommandLine,
        keychain: Keychain::disabled(),
        passphrase: Some("a passphrase of the bench".to_owned().into()),
        choose_file: None,
    })
    .await?;
    let given = json!({ "username": NAME, "password": PASSWORD, "stay_signed_in": true });
    api::call(&tomo, "setup.create", given.clone()).await?;
    let hash = bcrypt::hash(PASSWORD, COST)?;
    let mut pairs = Vec::new();
    for _ in 0..RUNS {
        let started = Instant::now();
        api::call(&tomo, "session.sign_in", given.clone()).await?;
        let ours = ms_since(started);
        let hash = hash.clone();
        let started = Instant::now();
        let right = tokio::task::spawn_blocking(move || bcrypt::verify(PASSWORD, &hash)).await??;
        if !right {
            return Err("the password of the bench is not right".into());
        }
        pairs.push((ours, ms_since(started)));
    }
    tomo.shutdown().await;
    let besides: Vec<_> = pairs.iter().map(|(ours, theirs)| ours - theirs).collect();
    report.compare("sign-in: against bcrypt alone", Unit::Milliseconds, &pairs, Target::Nothing);
    report.figure(
        "sign-in: besides bcrypt",
        Unit::Milliseconds,
        crate::report::median(besides),
        Target::AtMost(MOST),
    );
    Ok(())
}

fn ms_since(started: Instant) -> f64 {
    started.elapsed().as_secs_f64() * 1_000.0
}
