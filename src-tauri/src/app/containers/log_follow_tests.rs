use super::*;
use crate::{
    app::Options,
    domain::{id::ServerId, session::Door},
    vault::Keychain,
};

/// How long a follow of these tests goes on unwatched.
const UNWATCHED: Duration = Duration::from_millis(400);
/// Longer than anything here takes, on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(60);

async fn tomo(folder: &std::path::Path) -> Tomo {
    let options = Options {
        data_dir: folder.to_owned(),
        door: Door::Window,
        keychain: Keychain::disabled(),
        passphrase: None,
        choose_file: None,
        login_entry: None,
    };
    Tomo::open(options).await.expect("Tomo opens")
}

fn follow(unwatched: Duration) -> Follow {
    let container = ContainerRef { server_id: ServerId::new(), container_id: "c".into() };
    let source = LogSource { container, name: "c".into(), is_following: true, error: None };
    let wanted = Wanted { tail: 1, since_ns: None, unwatched };
    Follow::new("f".into(), "s".into(), vec![source], wanted)
}

/// What nobody looks at ends, and not before; the status that pages are told is no look.
#[tokio::test]
async fn it_goes_on_while_somebody_looks() {
    let folder = tempfile::tempdir().expect("a folder");
    let tomo = tomo(folder.path()).await;
    let follow = follow(UNWATCHED);
    let started = Instant::now();
    let looking = async {
        let mut often = tokio::time::interval(UNWATCHED / 8);
        while started.elapsed() < UNWATCHED * 3 {
            often.tick().await;
            follow.view();
        }
        Instant::now()
    };
    let asking = async {
        let mut often = tokio::time::interval(UNWATCHED / 8);
        loop {
            often.tick().await;
            follow.status();
        }
    };
    let run = async {
        tokio::select! {
            () = follow.run(&tomo) => Instant::now(),
            () = asking => unreachable!("it asks for ever"),
        }
    };
    let both = tokio::time::timeout(PATIENCE, async { tokio::join!(run, looking) });
    let (ended, last_look) = both.await.expect("it ends");
    assert!(ended >= last_look + UNWATCHED / 2, "{:?}", ended - started);
    assert!(follow.ended.is_cancelled());
    tomo.shutdown().await;
}

/// Whoever signs out ends it at once, however long somebody could still have looked.
#[tokio::test]
async fn it_ends_when_the_session_does() {
    let folder = tempfile::tempdir().expect("a folder");
    let tomo = tomo(folder.path()).await;
    let follow = follow(PATIENCE * 10);
    let started = Instant::now();
    let told = async {
        let mut often = tokio::time::interval(TURN);
        loop {
            often.tick().await;
            tomo.inner.hub.announce(Change::Session);
        }
    };
    let run = async {
        tokio::select! {
            () = follow.run(&tomo) => {}
            () = told => unreachable!("it tells for ever"),
        }
    };
    tokio::time::timeout(PATIENCE, run).await.expect("it ends");
    assert!(started.elapsed() < SESSION_EVERY, "it was told");
    tomo.shutdown().await;
}
