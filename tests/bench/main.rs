//! What Tomo costs, as ratios taken in one run: `cargo xtask bench [NAME…]`.
//!
//! It measures and never fails because of a figure, only when it cannot run. docs/performance.md
//! says how to read what it prints. Each part is a module; parts that need a process of their own
//! (one on a processor of its own, one on a session bus of its own) run this binary again.

#[cfg(target_os = "linux")]
#[path = "../lab/mod.rs"]
mod lab;

#[cfg(target_os = "linux")]
mod activity;
#[cfg(target_os = "linux")]
mod apps;
#[cfg(target_os = "linux")]
mod backup;
#[cfg(target_os = "linux")]
mod child;
#[cfg(target_os = "linux")]
mod containers;
#[cfg(target_os = "linux")]
mod deploy;
#[cfg(target_os = "linux")]
mod fleet;
#[cfg(target_os = "linux")]
mod house;
#[cfg(target_os = "linux")]
mod metrics;
#[cfg(target_os = "linux")]
mod process;
#[cfg(target_os = "linux")]
mod report;
#[cfg(target_os = "linux")]
mod retention;
#[cfg(target_os = "linux")]
mod sign_in;
#[cfg(target_os = "linux")]
mod ssh;
#[cfg(target_os = "linux")]
mod store;
#[cfg(target_os = "linux")]
mod window;

use std::process::ExitCode;

#[cfg(target_os = "linux")]
fn main() -> ExitCode {
    let mut words: Vec<String> = std::env::args().skip(1).collect();
    // Cargo says this to every benchmark.
    words.retain(|word| word != "--bench");
    let done = match words.split_first() {
        Some((flag, rest)) if flag == child::FLAG => child::run(rest),
        _ => parts(&words),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report::say(&format!("The benchmark cannot run: {error}"));
            ExitCode::FAILURE
        }
    }
}

#[cfg(target_os = "linux")]
fn parts(wanted: &[String]) -> report::Done {
    type Part = (&'static str, fn(&mut report::Report) -> report::Done);
    const PARTS: [Part; 11] = [
        ("ssh", ssh::measure),
        ("fleet", fleet::measure),
        ("store", store::measure),
        ("sign-in", sign_in::measure),
        ("activity", activity::measure),
        ("retention", retention::measure),
        ("backup", backup::measure),
        ("containers", containers::measure),
        ("apps", apps::measure),
        ("deploy", deploy::measure),
        ("window", window::measure),
    ];
    if let Some(word) = wanted.iter().find(|word| PARTS.iter().all(|(name, _)| name != word)) {
        let names = PARTS.map(|(name, _)| name).join(", ");
        return Err(format!("there is no part '{word}', only {names}").into());
    }
    let mut report = report::Report::default();
    for (name, measure) in PARTS {
        if wanted.is_empty() || wanted.iter().any(|word| word == name) {
            report::say(&format!("Measuring: {name}"));
            measure(&mut report)?;
        }
    }
    report.print();
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn main() -> ExitCode {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "The benchmark reads /proc, and runs on Linux only.");
    ExitCode::FAILURE
}
