//! The first list of five hundred containers over a connection whose way back and forth takes 50 ms,
//! from knowing nothing of an engine to having the list.
//!
//! What the link adds is the time over it less the time without it, in its own round trips, which are
//! measured. The quickest of several counts on each side: whatever else the machine does only adds.

use super::{ALL, Lab, link::Link};
use crate::{
    house::ms_since,
    report::{Done, Report, Target, Unit},
};
use std::time::{Duration, Instant};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};
use tomo::{docker::find, domain::id::ServerId, ssh::Connection};

const TIMES: usize = 15;
const ONE_WAY: Duration = Duration::from_millis(25);
const ROUND_TRIPS: f64 = 4.0;

pub async fn measure(report: &mut Report, lab: &Lab) -> Done {
    let link = Link::to(lab.sshd.port(), ONE_WAY).await?;
    let far = lab.connect(link.port).await?;
    let near = lab.connect(lab.sshd.port()).await?;
    let (mut engine, mut without, mut with) =
        (Quickest::default(), Quickest::default(), Quickest::default());
    for _ in 0..TIMES {
        engine.take(engine_ms(lab).await?);
        without.take(list_ms(&near).await?);
        with.take(list_ms(&far).await?);
    }
    far.disconnect().await;
    near.disconnect().await;
    let round_trip = round_trip_ms().await?;
    report.compare(
        &format!("containers: first list of {ALL} at 50 ms; 4 round trips and the engine's time"),
        Unit::Milliseconds,
        &[(with.0, ROUND_TRIPS * round_trip + engine.0)],
        Target::Ratio(1.0),
    );
    report.compare(
        &format!("containers: first list of {ALL}, without the link; the engine's time"),
        Unit::Milliseconds,
        &[(without.0, engine.0)],
        Target::Nothing,
    );
    report.figure(
        &format!("containers: first list of {ALL}, what the link adds"),
        Unit::RoundTrips,
        (with.0 - without.0) / round_trip,
        Target::AtMost(ROUND_TRIPS),
    );
    Ok(())
}

/// The least of some times, milliseconds.
struct Quickest(f64);

impl Default for Quickest {
    fn default() -> Self {
        Self(f64::INFINITY)
    }
}

impl Quickest {
    fn take(&mut self, ms: f64) {
        self.0 = self.0.min(ms);
    }
}

/// How long a byte takes over such a link and back.
async fn round_trip_ms() -> Done<f64> {
    let echo = TcpListener::bind(("127.0.0.1", 0)).await?;
    let link = Link::to(echo.local_addr()?.port(), ONE_WAY).await?;
    let mut near = TcpStream::connect(("127.0.0.1", link.port)).await?;
    let (mut far, _) = echo.accept().await?;
    near.set_nodelay(true)?;
    far.set_nodelay(true)?;
    let mut quickest = Quickest::default();
    for _ in 0..TIMES {
        let started = Instant::now();
        near.write_u8(1).await?;
        far.read_u8().await?;
        far.write_u8(1).await?;
        near.read_u8().await?;
        quickest.take(ms_since(started));
    }
    Ok(quickest.0)
}

/// How long a connection takes to the list.
async fn list_ms(connection: &Connection) -> Done<f64> {
    let started = Instant::now();
    let (engine, listed) =
        find::on_server(connection).await.first().map_err(|trouble| trouble.message.clone())?;
    let count = listed.containers(ServerId::LOCAL, &engine).len();
    if count < ALL {
        return Err(format!("the list holds {count} containers").into());
    }
    Ok(ms_since(started))
}

/// How long the engine takes for its list, asked on its own socket.
async fn engine_ms(lab: &Lab) -> Done<f64> {
    let engine = find::at(&lab.docker.socket()).await?;
    let started = Instant::now();
    let listed = engine.list(ServerId::LOCAL).await?.len();
    if listed < ALL {
        return Err("the engine does not list all containers".into());
    }
    Ok(ms_since(started))
}
