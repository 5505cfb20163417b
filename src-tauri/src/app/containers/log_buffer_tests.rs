use super::*;
use proptest::prelude::*;

fn line(at_ms: i64, text: &str) -> Line {
    let stream = if text.contains("err") { LogStream::Stderr } else { LogStream::Stdout };
    Line { at_ns: at_ms * 1_000_000, stream, text: text.to_owned(), cut_bytes: 0 }
}

fn filled(most: usize, texts: &[String]) -> LogBuffer {
    let mut buffer = LogBuffer::keeping(most);
    for (at, text) in texts.iter().enumerate() {
        buffer.push([(0, line(i64::try_from(at).expect("small") * 10, text))]);
    }
    buffer
}

fn numbers(lines: &[LogLine]) -> Vec<u64> {
    lines.iter().map(|line| line.number).collect()
}

/// Lines that were let go keep their numbers, so a page that was drawn stays where it is.
#[test]
fn the_oldest_go_first_and_numbers_stay() {
    let texts: Vec<_> = (0..20_000).map(|at| format!("line {at}")).collect();
    let buffer = filled(7_000, &texts);
    assert_eq!((buffer.first(), buffer.end()), (13_000, 20_000));
    let view = buffer.view();
    let all = LogFilter::default();
    let page = view.page(Some(0), 3, &all);
    assert_eq!(numbers(&page), [13_000, 13_001, 13_002]);
    assert_eq!(page[0].text, "line 13000");
    assert_eq!(numbers(&view.page(None, 2, &all)), [19_998, 19_999]);
    assert!(view.page(Some(20_000), 10, &all).is_empty());
}

/// Text is bounded as well as lines: a million lines of 16 KiB would be 16 GB.
#[test]
fn text_is_bounded() {
    let mut buffer = LogBuffer::default();
    let long = "x".repeat(16 << 10);
    for at in 0..30_000 {
        buffer.push([(0, line(at, &long))]);
    }
    assert!(buffer.bytes <= MOST_BYTES && buffer.end() == 30_000);
    assert!(buffer.end() - buffer.first() > 10_000);
    assert_eq!(buffer.view().page(Some(0), 1, &LogFilter::default())[0].number, buffer.first());
}

/// A million lines must fit beside everything else that a computer does.
#[test]
fn a_million_lines_cost_little_more_than_their_text() {
    let mut buffer = LogBuffer::default();
    let text = "a line of eighty characters, as many a program writes one at each of its requests";
    for round in 0..101 {
        buffer.push((0..10_000).map(|at| (3, line(round * 10_000 + at, text))));
    }
    assert_eq!(buffer.end() - buffer.first(), MOST_LINES as u64);
    let held: usize = buffer
        .pieces
        .iter()
        .map(|piece| piece.text.capacity() + piece.heads.capacity() * size_of::<Head>())
        .sum();
    assert!(held < MOST_LINES * (text.len() + 26), "{held} bytes");
}

/// Searching ignores case and colours, and counts beyond what it names.
#[test]
fn searches_find_whatever_the_case() {
    let texts = ["An ERROR", "fine", "e\u{1b}[31mrr\u{1b}[0mor: ÄPFEL", "äpfel"].map(String::from);
    let view = filled(100, &texts).view();
    let found =
        |text: &str| view.search(&LogFilter { text: Some(text.into()), stream: None }, 10_000).1;
    assert_eq!(found("Error"), [0, 2]);
    assert_eq!(found("äPFEL"), [2, 3]);
    assert_eq!(found("31m"), Vec::<u64>::new());
    let all = LogFilter::default();
    assert_eq!(view.search(&all, 2), (4, vec![2, 3]));
    let errors = LogFilter { stream: Some(LogStream::Stderr), text: None };
    assert_eq!(numbers(&view.page(None, 10, &errors)), Vec::<u64>::new());
}

/// Jumping to a time lands on the first line that is not older, also among lines that came late.
#[test]
fn a_moment_is_found() {
    let mut buffer = LogBuffer::keeping(100);
    buffer.push([10, 30, 20, 40].map(|at| (0, line(at, "x"))));
    let view = buffer.view();
    let at = [0, 10, 11, 31, 41].map(|at| view.seek(at));
    assert_eq!(at, [0, 0, 1, 3, 4]);
}

proptest! {
    /// Pages put together are the whole, whatever their size, and agree with a plain list.
    #[test]
    fn pages_agree_with_a_list(
        texts in proptest::collection::vec("[abAB]{0,6}", 0..200),
        most in 1_usize..150, limit in 1_usize..40, wanted in "[abAB]{0,2}",
    ) {
        let buffer = filled(most, &texts);
        let first = texts.len().saturating_sub(most);
        let filter = LogFilter { stream: None, text: Some(wanted.clone()) };
        let expected: Vec<u64> = texts.iter().enumerate().skip(first)
            .filter(|(_, text)| text.to_lowercase().contains(&wanted.to_lowercase()))
            .map(|(at, _)| at as u64)
            .collect();
        let (view, mut from, mut seen) = (buffer.view(), 0, Vec::new());
        loop {
            let page = view.page(Some(from), limit, &filter);
            let Some(last) = page.last() else { break };
            from = last.number + 1;
            seen.extend(numbers(&page));
        }
        prop_assert_eq!(&seen, &expected);
        prop_assert_eq!(view.search(&filter, 10_000), (expected.len() as u64, expected.clone()));
        let newest = numbers(&view.page(None, limit, &filter));
        prop_assert_eq!(newest, expected[expected.len().saturating_sub(limit)..].to_vec());
    }
}
