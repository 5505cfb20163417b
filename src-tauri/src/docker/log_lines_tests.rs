use super::*;
use proptest::prelude::*;

fn frame(kind: u8, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("a short one").to_be_bytes();
    [&[kind, 0, 0, 0], &length[..], payload].concat()
}

fn read(tty: bool, bytes: &[u8], step: usize) -> Vec<Line> {
    let (mut reader, mut lines) = (Lines::new(tty), Vec::new());
    for piece in bytes.chunks(step) {
        reader.push(piece, &mut lines);
    }
    reader.finish(&mut lines);
    lines
}

const AT: &str = "2026-11-23T01:02:03.004005006Z";
const AT_NS: i64 = 1_795_395_723_004_005_006;

/// What reads as a time must be it to the nanosecond, as a follow is resumed by it.
#[test]
fn times_are_exact() {
    assert_eq!(time(AT.as_bytes()), Some(AT_NS));
    assert_eq!(time(b"2026-11-23T01:02:03Z"), Some(AT_NS - 4_005_006));
    assert_eq!(time(b"2026-11-23T01:02:03.5Z"), Some(AT_NS - 4_005_006 + 500_000_000));
    assert_eq!(time(b"2026-11-23T03:02:03.004005006+02:00"), Some(AT_NS));
    for wrong in [&b"2026-13-23T01:02:03Z"[..], b"", b"2026-11-23", b"x026-11-23T01:02:03.0Z"] {
        assert_eq!(time(wrong), None);
    }
}

/// The two outputs are told apart, whatever the pieces in which they come.
#[test]
fn frames_are_taken_apart_at_any_byte() {
    let mut bytes = frame(1, format!("{AT} out\n").as_bytes());
    bytes.extend(frame(2, format!("{AT} err\n").as_bytes()));
    bytes.extend(frame(1, b""));
    bytes.extend(frame(1, format!("{AT} \n").as_bytes()));
    bytes.extend(frame(1, format!("{AT} no end").as_bytes()));
    let whole = read(false, &bytes, bytes.len());
    let texts: Vec<_> = whole.iter().map(|line| (line.stream, line.text.as_str())).collect();
    let (out, err) = (LogStream::Stdout, LogStream::Stderr);
    assert_eq!(texts, [(out, "out"), (err, "err"), (out, ""), (out, "no end")]);
    assert!(whole.iter().all(|line| line.at_ns == AT_NS));
    for step in 1..40 {
        assert_eq!(read(false, &bytes, step), whole, "in steps of {step}");
    }
}

/// Docker hands out a long line in pieces with a time each; those times are no part of the text.
#[test]
fn a_long_line_is_put_together_and_cut() {
    let piece = vec![b'x'; PIECE];
    for tty in [false, true] {
        let mut bytes = Vec::new();
        for at in 0..640 {
            let end: &[u8] = if at == 639 { b"\n" } else { b"" };
            let payload = [AT.as_bytes(), b" ", &piece, end].concat();
            bytes.extend(if tty { payload } else { frame(1, &payload) });
        }
        let next = format!("{AT} next\n");
        bytes.extend(if tty { next.into_bytes() } else { frame(1, next.as_bytes()) });
        let lines = read(tty, &bytes, 4_093);
        assert_eq!(lines.len(), 2, "tty: {tty}");
        assert_eq!(lines[0].text.len(), LONGEST);
        assert_eq!(lines[0].cut_bytes, 639 * PIECE as u64, "tty: {tty}");
        assert_eq!((lines[1].text.as_str(), lines[1].cut_bytes), ("next", 0));
    }
}

/// A frame that claims 4 GB, or a line without an end, costs no more than what is kept of it.
#[test]
fn memory_stays_bounded() {
    let (mut reader, mut lines) = (Lines::new(false), Vec::new());
    reader.push(&[1, 0, 0, 0, 255, 255, 255, 255], &mut lines);
    for _ in 0..10_000 {
        reader.push(&[b'y'; 1_024], &mut lines);
    }
    assert!(lines.is_empty() && reader.stdout.text.capacity() <= 2 * LONGEST);
    reader.finish(&mut lines);
    assert_eq!(lines[0].text.len() as u64 + lines[0].cut_bytes, 10_000 * 1_024);
}

/// A character that the cut went through must not become a wrong one.
#[test]
fn the_cut_keeps_characters_whole() {
    let text = format!("{AT} x{}\n", "é".repeat(LONGEST));
    let lines = read(false, &frame(1, text.as_bytes()), 999);
    assert_eq!(lines[0].text.chars().filter(|char| *char == 'é').count(), LONGEST / 2 - 1);
    assert_eq!(lines[0].text.len() as u64 + lines[0].cut_bytes, 1 + 2 * LONGEST as u64);
}

/// What the engine itself says in the midst of a log is no line of the container.
#[test]
fn complaints_of_the_engine_are_kept_apart() {
    let (mut reader, mut lines) = (Lines::new(false), Vec::new());
    reader.push(&frame(3, b"the disk is gone\n"), &mut lines);
    assert!(lines.is_empty());
    assert_eq!(reader.complaint().as_deref(), Some("the disk is gone"));
}

proptest! {
    /// Bytes of any kind in pieces of any size give the same lines, and none of their text is lost.
    #[test]
    fn pieces_make_no_difference(
        bytes in proptest::collection::vec(any::<u8>(), 0..300), step in 1_usize..50, tty in any::<bool>(),
    ) {
        prop_assert_eq!(read(tty, &bytes, step), read(tty, &bytes, 1_000));
    }

    /// Lines come out as they went in.
    #[test]
    fn lines_survive(texts in proptest::collection::vec("[a-z é日]{0,40}", 0..20), step in 1_usize..99) {
        let texts: Vec<String> = texts.iter().map(|text| format!("|{text}")).collect();
        for tty in [false, true] {
            let bytes: Vec<u8> = texts.iter().flat_map(|text| {
                let line = format!("{AT} {text}\r\n");
                if tty { line.into_bytes() } else { frame(2, line.as_bytes()) }
            }).collect();
            let lines = read(tty, &bytes, step);
            let read: Vec<_> = lines.into_iter().map(|line| line.text).collect();
            prop_assert_eq!(&read, &texts);
        }
    }
}
