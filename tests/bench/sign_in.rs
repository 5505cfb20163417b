//! A sign-in as a person makes it, through the command table with the session kept, against nothing
//! but the comparison of its password, one after the other. What it takes besides is measured on an
//! account whose hash is cheap: next to a real one it is lost in the noise.

use crate::{
    house::{self, PASSWORD, USERNAME, ms_since},
    report::{Done, Report, Target, Unit, median},
};
use serde_json::json;
use std::time::Instant;
use tomo::{
    api,
    app::Tomo,
    domain::{id::UserId, session::Door, user::Role},
    store::{AuditKeySlot, NewUser, Store},
};

/// Sign-ins on each side.
const RUNS: usize = 40;
/// What a sign-in may take besides bcrypt, milliseconds.
const MOST: f64 = 10.0;
/// The cost of Tomo's hashes.
const COST: u32 = 12;
/// The least that bcrypt takes.
const CHEAP: u32 = 4;
const CHEAP_NAME: &str = "cheap";

pub fn measure(report: &mut Report) -> Done {
    tokio::runtime::Runtime::new()?.block_on(run(report))
}

async fn run(report: &mut Report) -> Done {
    let folder = tempfile::tempdir()?;
    let tomo = house::open(folder.path(), Door::CommandLine).await?;
    let store = Store::open(folder.path(), AuditKeySlot::empty()).await?;
    let password_hash = &bcrypt::hash(PASSWORD, CHEAP)?;
    let (id, username, email, role) = (UserId::new(), CHEAP_NAME, "", Role::User);
    let user = NewUser { id, username, email, password_hash, role };
    store.insert_user(&user, chrono::Utc::now()).await?;
    store.close().await;

    let whole = pairs(&tomo, USERNAME, COST).await?;
    let cheap = pairs(&tomo, CHEAP_NAME, CHEAP).await?;
    tomo.shutdown().await;
    let besides = cheap.iter().map(|(ours, theirs)| ours - theirs).collect();
    report.compare("sign-in: against bcrypt alone", Unit::Milliseconds, &whole, Target::Nothing);
    report.figure(
        "sign-in: besides bcrypt",
        Unit::Milliseconds,
        median(besides),
        Target::AtMost(MOST),
    );
    Ok(())
}

/// Milliseconds of sign-ins, and of comparing such a password.
async fn pairs(tomo: &Tomo, username: &str, cost: u32) -> Done<Vec<(f64, f64)>> {
    let given = json!({ "username": username, "password": PASSWORD, "stay_signed_in": true });
    let hash = bcrypt::hash(PASSWORD, cost)?;
    let mut pairs = Vec::new();
    for _ in 0..RUNS {
        let started = Instant::now();
        api::call(tomo, "session.sign_in", given.clone()).await?;
        let ours = ms_since(started);
        let hash = hash.clone();
        let started = Instant::now();
        let right = tokio::task::spawn_blocking(move || bcrypt::verify(PASSWORD, &hash)).await??;
        if !right {
            return Err("the password of the bench is not right".into());
        }
        pairs.push((ours, ms_since(started)));
    }
    Ok(pairs)
}
