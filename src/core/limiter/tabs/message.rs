//! Reads and writes the messages between tabs. A message is a list of non-negative numbers. Messages of another
//! version and malformed messages are ignored.
//!
//! Times are durations: each tab has a clock of its own. The way of a message makes them a little longer, never
//! shorter.

use crate::core::limiter::permits::News;

/// Version of the messages. Tabs of different versions do not share their limiters.
const VERSION: f64 = 2.0;

/// Above all numbers of a message: durations and ids of tabs.
const MOST: f64 = 1e16;

/// Kinds of messages. The last asks all tabs to report, and has the window of starts.
pub const REPORT: f64 = 0.0;
pub const STATE: f64 = 1.0;
pub const WHOLE: f64 = 2.0;

/// Holds the report of a tab, in this order: the leader that the tab answers (0 if unknown) and the round of that
/// leader; permits received; permits unused; attempts in flight; permits received and wanted, together; the priority of
/// its first run; starts since the last report; the remaining time of a new cooldown; a limit that was set (0 if none);
/// an epoch, and the successes and refusals in it.
pub type Report = [f64; 13];

/// Holds the state of the leader, in this order: the round, the limit, the epoch, the remaining time of the cooldown,
/// the time since the last start, the adaptive state of the limit, starts since the last message, the number of tabs.
/// The tabs follow, then the times since the starts in the window, the earliest first.
pub type State = [f64; 11];

/// Number of fields of a tab in the state of the leader: id, permits granted, permits unused, attempts in flight.
pub const MEMBER: usize = 4;

#[derive(Debug, PartialEq)]
pub enum Message<'a> {
    Report(&'a Report),
    State { is_whole: bool, state: &'a State, members: &'a [f64], window: &'a [f64] },
}

/// Returns the beginning of a message.
pub fn begin(from: f64, kind: f64, head: &[f64]) -> Vec<f64> {
    let mut numbers = vec![VERSION, from, kind];
    numbers.extend_from_slice(head);
    numbers
}

/// Returns the report of a tab. `holdings` are the permits received and unused, the attempts in flight, the permits
/// received and wanted, and the priority.
pub fn report([leader, round]: [f64; 2], holdings: [f64; 5], cool: f64, news: &News, epoch: u32) -> Report {
    let [received, stock, in_flight, asks, priority] = holdings;
    let [starts, limit, epoch, successes, refusals] =
        [news.starts, news.limit, epoch, news.successes, news.refusals].map(f64::from);
    [leader, round, received, stock, in_flight, asks, priority, starts, cool, limit, epoch, successes, refusals]
}

/// Returns a duration that a message can hold.
pub fn finite(duration: f64) -> f64 {
    duration.clamp(0.0, MOST)
}

/// Reads a message and who sent it.
pub fn read(numbers: &[f64]) -> Option<(f64, Message<'_>)> {
    if !numbers.iter().all(|number| (0.0..=MOST).contains(number)) {
        return None;
    }
    let (&[version, from, kind], numbers) = numbers.split_first_chunk()?;
    if version != VERSION {
        return None;
    }
    if kind == REPORT {
        let (report, _) = numbers.split_first_chunk()?;
        return Some((from, Message::Report(report)));
    }
    let (state, numbers) = numbers.split_first_chunk::<11>()?;
    let &[_, limit, .., count] = state;
    let (members, window) = numbers.split_at_checked((count as usize).checked_mul(MEMBER)?)?;
    let is_whole = kind == WHOLE;
    if limit < 1.0 || !(is_whole || kind == STATE) {
        return None;
    }
    Some((from, Message::State { is_whole, state, members, window }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: Report = [8.0, 2.0, 3.0, 1.0, 2.0, 5.0, 7.0, 1.0, 20.5, 7.0, 1.0, 3.0, 2.0];
    const STATE_HEAD: State = [1.0, 4.0, 2.0, 3.0, 1e15, 1.0, 2.0, 3.0, 4.0, 5.0, 2.0];

    fn report() -> Vec<f64> {
        begin(7.0, REPORT, &HEAD)
    }

    fn state() -> Vec<f64> {
        [begin(7.0, WHOLE, &STATE_HEAD), vec![7.0, 1.0, 2.0, 3.0, 9e15, 4.0, 5.0, 6.0], vec![30.0, 20.0]].concat()
    }

    #[test]
    fn a_message_is_read_as_it_was_written_r23() {
        assert_eq!(read(&report()), Some((7.0, Message::Report(&HEAD))));
        let members = &[7.0, 1.0, 2.0, 3.0, 9e15, 4.0, 5.0, 6.0];
        let expected = Message::State { is_whole: true, state: &STATE_HEAD, members, window: &[30.0, 20.0] };
        assert_eq!(read(&state()), Some((7.0, expected)));
    }

    #[test]
    fn messages_of_another_version_and_malformed_ones_are_ignored_r23() {
        for good in [report(), state()] {
            for (at, bad) in [(0, VERSION + 1.0), (0, 0.0), (2, 3.0), (3, -1.0), (4, f64::NAN), (5, f64::INFINITY)] {
                let mut numbers = good.clone();
                numbers[at] = bad;
                assert_eq!(read(&numbers), None, "{at}: {bad}");
            }
        }
        (0..16).for_each(|length| assert_eq!(read(&report()[..length]), None, "{length}"));
        (0..22).for_each(|length| assert_eq!(read(&state()[..length]), None, "{length}"));
        let mut no_place = state();
        no_place[4] = 0.0;
        assert_eq!(read(&no_place), None);
        let mut too_many = state();
        too_many[13] = 1e16;
        assert_eq!(read(&too_many), None);
    }
}
