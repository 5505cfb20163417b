//! What the board says, without any engine.

use super::{super::trouble::tests::container, entry::GONE_KEPT, *};
use crate::domain::container::FiguresSource;
use chrono::TimeDelta;

fn figures(cpu: f64) -> ContainerFigures {
    ContainerFigures {
        at: Utc::now(),
        source: FiguresSource::Cgroup,
        cpu_percent: Some(cpu),
        cpu_host_percent: None,
        cpu_limit_cores: None,
        memory_bytes: None,
        memory_limit_bytes: None,
        network_rx: None,
        network_tx: None,
    }
}

/// A window that looks again gets what changed, and nothing twice.
#[test]
fn changes_are_told_once_and_departures_too() {
    let board = Board::default();
    let web = container(ContainerState::Running);
    assert!(board.put(web.clone()) && !board.put(web.clone()), "nothing new");
    let first = board.changed_since(0);
    assert_eq!((first.rows.len(), first.gone.len()), (1, 0));
    assert!(board.figures(web.server_id, &[(web.id.clone(), figures(1.0))]));
    let second = board.changed_since(first.revision);
    assert_eq!(second.rows.len(), 1);
    assert!(
        board.remove(web.server_id, &web.engine, &web.id)
            && !board.remove(web.server_id, &web.engine, &web.id)
    );
    let third = board.changed_since(second.revision);
    assert_eq!((third.rows.len(), third.gone), (0, vec![web.reference()]));
    assert!(board.changed_since(third.revision).gone.is_empty());
}

/// A container that does not run uses nothing, and must not keep its last figures.
#[test]
fn figures_end_with_the_run() {
    let board = Board::default();
    let web = container(ContainerState::Running);
    board.put(web.clone());
    board.figures(web.server_id, &[(web.id.clone(), figures(1.0))]);
    board.put(container(ContainerState::Exited));
    assert_eq!(board.row(&web.reference()).and_then(|row| row.figures), None);
}

/// More departures than are remembered make a window read everything anew.
#[test]
fn a_window_that_fell_behind_is_told_so() {
    let board = Board::default();
    for number in 0..=GONE_KEPT {
        let one = Container { id: format!("{number}"), ..container(ContainerState::Running) };
        board.put(one.clone());
        board.remove(one.server_id, &one.engine, &one.id);
    }
    assert!(board.changed_since(0).is_partial);
    assert!(!board.changed_since(board.revision()).is_partial);
}

/// What passes with time changes a row although nothing happened, and a window has to be told.
#[test]
fn a_container_that_came_to_rest_is_told_once() {
    let board = Board::default();
    let restless = Container {
        restart_count: Some(4),
        started_at: Some(Utc::now()),
        ..container(ContainerState::Running)
    };
    board.put(restless.clone());
    let before = board.revision();
    assert!(!board.judge(restless.server_id, Utc::now()), "it is as it was");
    let later = Utc::now() + TimeDelta::minutes(11);
    assert!(board.judge(restless.server_id, later));
    assert_eq!(board.changed_since(before).rows.len(), 1);
    assert!(!board.judge(restless.server_id, later), "once");
}

/// An engine that speaks of another's container must not take it away.
#[test]
fn only_its_own_engine_takes_a_container_away() {
    let board = Board::default();
    let web = container(ContainerState::Running);
    board.put(web.clone());
    assert!(!board.remove(web.server_id, "/run/podman/podman.sock", &web.id));
    assert!(!board.drop_engine(web.server_id, "/run/podman/podman.sock"));
    assert!(board.container(&web.reference()).is_some());
    board.drop_engine(web.server_id, &web.engine);
    assert!(board.container(&web.reference()).is_none());
}
