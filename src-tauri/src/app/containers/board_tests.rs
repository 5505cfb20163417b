//! What the board says, without any engine.

use super::{super::trouble::tests::container, *};
use crate::domain::container::FiguresSource;

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
    assert!(board.remove(web.server_id, &web.engine, &web.id) && !board.remove(web.server_id, &web.engine, &web.id));
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
