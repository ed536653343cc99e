//! What waits to be written, bounded in spans, and what became of everything that was sent.

use std::collections::VecDeque;
use std::sync::Arc;

use super::{Branch, LateEvent};

/// Spans and late events that the writer takes at once, or a few more: a branch is not torn apart.
pub const CHUNK_ROWS: usize = 1024;

/// So many of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Branches.
    pub branches: u64,
    /// Spans of those branches.
    pub spans: u64,
    /// Events that came without their span.
    pub late_events: u64,
}

/// What became of everything that was sent: `sent = stored + dropped + queued`, always.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// All of it.
    pub sent: Tally,
    /// In the file.
    pub stored: Tally,
    /// Lost: there was no room, no time at the end, or the file could not be written.
    pub dropped: Tally,
    /// Waiting, or just being written.
    pub queued: Tally,
}

/// One thing to write.
#[derive(Debug)]
pub enum Item {
    Branch(Arc<Branch>),
    Late(LateEvent),
}

/// Two lines, each in order. The important one may push the other out.
///
/// Whoever holds its lock holds it briefly: the writer, whose thread may be of low priority, only
/// takes whole chunks.
#[derive(Debug, Default)]
pub struct Queue {
    important: Line,
    ordinary: Line,
    rows_max: usize,
    /// The number of the last item sent.
    last: u64,
    /// The lowest number among the items being written.
    writing: Option<u64>,
    counts: Counts,
}

/// Chunks in order; none is empty.
#[derive(Debug, Default)]
struct Line {
    chunks: VecDeque<Chunk>,
    rows: usize,
}

/// Items with their numbers, in order; never none.
#[derive(Debug, Default)]
pub struct Chunk {
    items: VecDeque<(u64, Item)>,
    rows: usize,
}

impl Item {
    /// Spans, or one event: what the bound counts.
    fn rows(&self) -> usize {
        match self {
            Item::Branch(branch) => branch.spans.len(),
            Item::Late(_) => 1,
        }
    }

    fn is_important(&self) -> bool {
        match self {
            Item::Branch(branch) => branch.is_important,
            Item::Late(_) => false,
        }
    }

    fn tally(&self) -> Tally {
        match self {
            Item::Branch(branch) => Tally {
                branches: 1,
                spans: branch.spans.len() as u64,
                late_events: 0,
            },
            Item::Late(_) => Tally {
                late_events: 1,
                ..Tally::default()
            },
        }
    }
}

impl Queue {
    /// Holds at most `rows_max` spans and late events, those being written not counted.
    pub fn new(rows_max: usize) -> Queue {
        Queue {
            rows_max,
            ..Queue::default()
        }
    }

    /// Takes `item`, if need be in the place of ordinary ones, or drops it. What was dropped comes
    /// back, so that the caller can free it outside its lock.
    pub fn push(&mut self, item: Item) -> Vec<Item> {
        let (rows, tally) = (item.rows(), item.tally());
        self.counts.sent.add(tally);
        let others = match item.is_important() {
            true => self.important.rows,
            false => self.rows(),
        };
        if others + rows > self.rows_max {
            self.counts.dropped.add(tally);
            return vec![item];
        }
        let mut evicted = Vec::new();
        while self.rows() + rows > self.rows_max {
            let Some(oldest) = self.ordinary.pop() else {
                break;
            };
            self.counts.queued.subtract(oldest.tally());
            self.counts.dropped.add(oldest.tally());
            evicted.push(oldest);
        }
        self.counts.queued.add(tally);
        self.last += 1;
        match item.is_important() {
            true => self.important.push(item, self.last),
            false => self.ordinary.push(item, self.last),
        }
        evicted
    }

    /// Counts `item` as sent and dropped.
    pub fn refuse(&mut self, item: &Item) {
        self.counts.sent.add(item.tally());
        self.counts.dropped.add(item.tally());
    }

    /// Moves chunks of `rows` rows or a few more to `batch`, if there are as many, important ones
    /// first. They count as queued until [`Queue::settle`].
    pub fn take(&mut self, rows: usize, batch: &mut Vec<Chunk>) {
        let mut taken = 0;
        while taken < rows {
            let next = self.important.take().or_else(|| self.ordinary.take());
            let Some(chunk) = next else {
                return;
            };
            taken += chunk.rows;
            let first = self.writing.into_iter().chain(chunk.first()).min();
            self.writing = first;
            batch.push(chunk);
        }
    }

    /// Says what became of the items taken, `tally` of them: all are stored, or all dropped.
    pub fn settle(&mut self, tally: Tally, is_stored: bool) {
        self.writing = None;
        self.counts.queued.subtract(tally);
        match is_stored {
            true => self.counts.stored.add(tally),
            false => self.counts.dropped.add(tally),
        }
    }

    /// Rows that wait.
    pub fn rows(&self) -> usize {
        self.important.rows + self.ordinary.rows
    }

    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// The number of the last item sent.
    pub fn last(&self) -> u64 {
        self.last
    }

    /// Whether nothing up to that number waits or is being written.
    pub fn is_settled(&self, number: u64) -> bool {
        let fronts = [self.important.chunks.front(), self.ordinary.chunks.front()];
        let waiting = fronts.into_iter().flatten().filter_map(Chunk::first);
        waiting.chain(self.writing).all(|first| first > number)
    }
}

impl Line {
    fn push(&mut self, item: Item, number: u64) {
        let rows = item.rows();
        self.rows += rows;
        match self.chunks.back_mut() {
            Some(chunk) if chunk.rows < CHUNK_ROWS => {
                chunk.rows += rows;
                chunk.items.push_back((number, item));
            }
            _ => self.chunks.push_back(Chunk {
                items: VecDeque::from([(number, item)]),
                rows,
            }),
        }
    }

    fn pop(&mut self) -> Option<Item> {
        let chunk = self.chunks.front_mut()?;
        let (_, item) = chunk.items.pop_front()?;
        chunk.rows -= item.rows();
        self.rows -= item.rows();
        if chunk.items.is_empty() {
            self.chunks.pop_front();
        }
        Some(item)
    }

    fn take(&mut self) -> Option<Chunk> {
        let chunk = self.chunks.pop_front()?;
        self.rows -= chunk.rows;
        Some(chunk)
    }
}

impl Chunk {
    pub fn items(&self) -> impl Iterator<Item = &Item> {
        self.items.iter().map(|(_, item)| item)
    }

    fn first(&self) -> Option<u64> {
        self.items.front().map(|(number, _)| *number)
    }

    /// Of all its items.
    pub fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        self.items().for_each(|item| tally.add(item.tally()));
        tally
    }
}

impl Tally {
    /// All of both.
    pub(super) fn add(&mut self, other: Tally) {
        self.branches += other.branches;
        self.spans += other.spans;
        self.late_events += other.late_events;
    }

    fn subtract(&mut self, other: Tally) {
        self.branches -= other.branches;
        self.spans -= other.spans;
        self.late_events -= other.late_events;
    }
}
