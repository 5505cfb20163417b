//! The first list of five hundred containers over a connection whose way back and forth takes 50 ms,
//! from knowing nothing of an engine to having the list.

use super::{ALL, Lab, link::Link};
use crate::{
    house::ms_since,
    report::{Done, Report, Target, Unit, median},
};
use std::time::{Duration, Instant};
use tomo::{docker::find, domain::id::ServerId, ssh::Connection};

const PAIRS: usize = 9;
const ONE_WAY: Duration = Duration::from_millis(25);
const ROUND_TRIP_MS: f64 = 50.0;
const ROUND_TRIPS: f64 = 4.0;

pub async fn measure(report: &mut Report, lab: &Lab) -> Done {
    let link = Link::to(lab.sshd.port(), ONE_WAY).await?;
    let far = lab.connect(link.port).await?;
    let near = lab.connect(lab.sshd.port()).await?;
    let (mut pairs, mut trips) = (Vec::new(), Vec::new());
    for _ in 0..PAIRS {
        let engine = engine_ms(lab).await?;
        let (without, with) = (list_ms(&near).await?, list_ms(&far).await?);
        pairs.push((with, ROUND_TRIPS * ROUND_TRIP_MS + engine));
        trips.push((with - without) / ROUND_TRIP_MS);
    }
    far.disconnect().await;
    near.disconnect().await;
    report.compare(
        &format!("containers: first list of {ALL} at 50 ms; 4 round trips and the engine's time"),
        Unit::Milliseconds,
        &pairs,
        Target::Ratio(1.0),
    );
    report.figure(
        &format!("containers: first list of {ALL}, what the link adds"),
        Unit::RoundTrips,
        median(trips),
        Target::AtMost(ROUND_TRIPS),
    );
    Ok(())
}

/// How long a connection takes to the list.
async fn list_ms(connection: &Connection) -> Done<f64> {
    let started = Instant::now();
    let (_, listed) =
        find::on_server(connection).await.map_err(|trouble| trouble.message.clone())?;
    let count = listed.containers(ServerId::LOCAL).len();
    if count < ALL {
        return Err(format!("the list holds {count} containers").into());
    }
    Ok(ms_since(started))
}

/// How long the engine takes for its answers, asked on its own socket: what it is, and the list.
async fn engine_ms(lab: &Lab) -> Done<f64> {
    let engine = find::at(&lab.docker.socket()).await?;
    let started = Instant::now();
    let listed = engine.list(ServerId::LOCAL).await?.len();
    if listed < ALL {
        return Err("the engine does not list all containers".into());
    }
    Ok(ms_since(started))
}
