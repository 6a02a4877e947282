//! Files that are compared together, because segments hold records of several of them.

use std::collections::{BTreeMap, BTreeSet};

use index::file::{FileRecord, FileVersion};
use index::table::SegmentId;

use super::recorded::Recorded;
use crate::archive::Listed;

/// A file that is to be compared.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) version: FileVersion,
    /// The segments that its records name.
    pub(super) segments: BTreeSet<SegmentId>,
    /// Its record, but for those of restored ones.
    pub(super) record: Recording,
    /// Whether it is restored as well.
    pub(super) is_restored: bool,
}

/// What the index has recorded of a file.
#[derive(Debug)]
pub(super) enum Recording {
    /// Nothing.
    Nothing,
    /// What cannot be read.
    Damaged,
    /// That it is indexed.
    Record(FileRecord),
}

/// Files that share segments, and these.
#[derive(Debug, Default)]
pub(super) struct Group {
    pub(super) members: Vec<Member>,
    pub(super) segments: BTreeSet<SegmentId>,
}

impl Member {
    /// A file of which nothing is recorded.
    pub(super) const fn new(version: FileVersion) -> Self {
        Self {
            version,
            segments: BTreeSet::new(),
            record: Recording::Nothing,
            is_restored: false,
        }
    }

    fn note(&mut self, recorded: Recorded) {
        let names = recorded.record.iter().flat_map(|record| &record.segments);
        self.segments
            .extend(names.filter_map(|name| SegmentId::parse(name)));
        if recorded.restored_until.is_some() {
            self.is_restored = true;
        } else {
            self.record = recorded
                .record
                .map_or(Recording::Damaged, Recording::Record);
        }
    }
}

/// The files of a folder that the archive or the index has.
pub(super) fn members(bucket: &str, listed: Vec<Listed>, recorded: Vec<Recorded>) -> Vec<Member> {
    let mut members: BTreeMap<FileVersion, Member> = listed
        .into_iter()
        .map(|object| FileVersion {
            bucket: bucket.to_owned(),
            key: object.key,
            version: object.version,
        })
        .map(|version| (version.clone(), Member::new(version)))
        .collect();
    for recorded in recorded {
        let version = recorded.version.clone();
        let member = members.entry(version.clone());
        member
            .or_insert_with(|| Member::new(version))
            .note(recorded);
    }
    members.into_values().collect()
}

/// Puts files together that share a segment, in the order of their keys.
pub(super) fn groups(members: Vec<Member>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    // The group that a segment belongs to; groups that were joined are left empty.
    let mut owners: BTreeMap<SegmentId, usize> = BTreeMap::new();
    for member in members {
        let joined: BTreeSet<usize> = member
            .segments
            .iter()
            .filter_map(|segment| owners.get(segment).copied())
            .collect();
        let target = joined.first().copied().unwrap_or_else(|| {
            groups.push(Group::default());
            groups.len() - 1
        });
        for other in joined.into_iter().skip(1) {
            let other = std::mem::take(&mut groups[other]);
            groups[target].members.extend(other.members);
            groups[target].segments.extend(other.segments);
        }
        groups[target]
            .segments
            .extend(member.segments.iter().cloned());
        groups[target].members.push(member);
        for segment in &groups[target].segments {
            owners.insert(segment.clone(), target);
        }
    }
    groups.retain(|group| !group.members.is_empty());
    groups
}

#[cfg(test)]
mod tests {
    use index::Class;

    use super::*;

    fn member(name: &str, segments: &[u8]) -> Member {
        let class = Class::standard();
        let segments = segments
            .iter()
            .map(|number| SegmentId::new(&class, &[*number; 32]));
        Member {
            segments: segments.collect(),
            ..Member::new(FileVersion {
                bucket: "logs".to_owned(),
                key: name.to_owned(),
                version: None,
            })
        }
    }

    #[test]
    fn files_that_share_a_segment_are_compared_together() {
        let groups = groups(vec![
            member("a", &[1]),
            member("b", &[2, 3]),
            member("c", &[]),
            member("d", &[1, 4]),
            member("e", &[]),
            member("f", &[4, 3]),
            member("g", &[5]),
        ]);
        let names: Vec<(Vec<&str>, usize)> = groups
            .iter()
            .map(|group| {
                let members = group.members.iter();
                let names = members.map(|member| member.version.key.as_str());
                (names.collect(), group.segments.len())
            })
            .collect();
        assert_eq!(
            names,
            [
                (vec!["a", "d", "b", "f"], 4),
                (vec!["c"], 0),
                (vec!["e"], 0),
                (vec!["g"], 1),
            ]
        );
    }
}
