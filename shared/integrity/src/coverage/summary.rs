//! All streams' hours in one item.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{HOUR, Hour, Hours, hour_of};
use crate::location::StreamId;

/// The most bytes that a summary is read from.
const LARGEST: usize = 400 << 10;
/// The most bytes that a summary inflates to.
const LARGEST_INFLATED: usize = 32 << 20;
const LEVEL: i32 = 9;

/// How many hours are in which state; an hour of an account and Region counts once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Proven complete.
    pub proven: u64,
    /// Not due yet, or log files still to be indexed.
    pub pending: u64,
    /// With findings.
    pub finding: u64,
    /// Nothing vouches for them.
    pub unknown: u64,
}

impl Counts {
    /// Counts hours in a state.
    pub const fn add(&mut self, state: Hour, hours: u64) {
        let count = match state {
            Hour::Proven => &mut self.proven,
            Hour::Pending => &mut self.pending,
            Hour::Finding => &mut self.finding,
            Hour::Unknown => &mut self.unknown,
        };
        *count = count.saturating_add(hours);
    }

    /// All of them together.
    pub const fn total(&self) -> u64 {
        self.proven + self.pending + self.finding + self.unknown
    }
}

/// A stream with its hours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamHours {
    /// The stream.
    #[serde(flatten)]
    pub stream: StreamId,
    /// Its hours.
    pub hours: Hours,
}

/// The hours of all streams, as they were found at a time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// When it was made, in seconds since 1970.
    #[serde(default)]
    pub made_at: i64,
    /// The streams, in order.
    #[serde(default)]
    streams: Vec<StreamHours>,
}

impl Summary {
    /// The streams with their hours, in order.
    pub fn streams(&self) -> &[StreamHours] {
        &self.streams
    }

    /// The hours of a stream.
    pub fn stream(&self, stream: &StreamId) -> Option<&Hours> {
        let at = self.place(stream).ok()?;
        Some(&self.streams[at].hours)
    }

    /// Sets the hours of a stream.
    pub fn set(&mut self, stream: StreamId, hours: Hours) {
        match self.place(&stream) {
            Ok(at) => self.streams[at].hours = hours,
            Err(at) => self.streams.insert(at, StreamHours { stream, hours }),
        }
    }

    /// Sets what was found of a stream between two times, and keeps its other hours.
    pub fn update(&mut self, stream: &StreamId, start: i64, end: i64, hours: &Hours) {
        let (first, behind) = (hour_of(start), hour_of(end.saturating_add(HOUR - 1)));
        match self.place(stream) {
            Ok(at) => self.streams[at].hours.replace(first, behind, hours),
            Err(at) => {
                let mut new = Hours::default();
                new.replace(first, behind, hours);
                self.streams.insert(
                    at,
                    StreamHours {
                        stream: stream.clone(),
                        hours: new,
                    },
                );
            }
        }
    }

    /// Takes over another summary's streams; where both have one, the other's counts.
    pub fn merge(&mut self, other: Self) {
        self.made_at = self.made_at.max(other.made_at);
        for one in other.streams {
            self.set(one.stream, one.hours);
        }
    }

    fn place(&self, stream: &StreamId) -> Result<usize, usize> {
        self.streams.binary_search_by(|one| one.stream.cmp(stream))
    }

    /// The hours by account and Region, several streams' joined.
    pub fn by_place(
        &self,
        account: Option<&str>,
        region: Option<&str>,
    ) -> BTreeMap<(&str, &str), Hours> {
        let mut places: BTreeMap<(&str, &str), Hours> = BTreeMap::new();
        for one in &self.streams {
            let stream = &one.stream;
            if account.is_some_and(|account| account != stream.account)
                || region.is_some_and(|region| region != stream.region)
            {
                continue;
            }
            places
                .entry((&stream.account, &stream.region))
                .and_modify(|hours| *hours = hours.joined(&one.hours))
                .or_insert_with(|| one.hours.clone());
        }
        places
    }

    /// Counts the hours that a time range touches, `start` to `end` exclusively, of the
    /// streams of an account and Region where these are given.
    ///
    /// Where no stream is known at all, each hour of the range counts as unknown once.
    pub fn over(
        &self,
        start: i64,
        end: i64,
        account: Option<&str>,
        region: Option<&str>,
    ) -> Counts {
        let mut counts = Counts::default();
        if start >= end {
            return counts;
        }
        let (first, behind) = (hour_of(start), hour_of(end.saturating_sub(1)) + 1);
        let whole = u64::try_from(behind - first).unwrap_or(0);
        let places = self.by_place(account, region);
        if places.is_empty() {
            counts.add(Hour::Unknown, whole);
        }
        for hours in places.values() {
            let mut known = 0;
            let at = hours.runs().partition_point(|run| run.end <= first);
            for run in hours.runs()[at..]
                .iter()
                .take_while(|run| run.first < behind)
            {
                let length = u64::try_from(run.end.min(behind) - run.first.max(first)).unwrap_or(0);
                counts.add(run.state, length);
                known += length;
            }
            counts.add(Hour::Unknown, whole.saturating_sub(known));
        }
        counts
    }

    /// Writes the summary as compressed JSON, for an item.
    pub fn encode(&self) -> std::io::Result<Vec<u8>> {
        zstd::bulk::compress(&serde_json::to_vec(self)?, LEVEL)
    }

    /// Reads a summary; none where the bytes are not one, or too many.
    pub fn decode(body: &[u8]) -> Option<Self> {
        if body.len() > LARGEST {
            return None;
        }
        let bound = zstd::zstd_safe::get_frame_content_size(body).ok()??;
        let bound = usize::try_from(bound)
            .ok()
            .filter(|bound| *bound <= LARGEST_INFLATED)?;
        let text = zstd::bulk::decompress(body, bound).ok()?;
        // A struct would also be read from an array, position by position.
        let text = text.as_slice();
        let mut summary: Self = text
            .starts_with(b"{")
            .then(|| serde_json::from_slice(text).ok())??;
        summary
            .streams
            .sort_by(|one, next| one.stream.cmp(&next.stream));
        summary
            .streams
            .iter()
            .all(|one| one.hours.is_sound())
            .then_some(summary)
    }
}
