//! The form of a curated extractor, and the matching of one.

use super::walk::Keys;

/// Which part of a record a rule reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// `requestParameters`, from its root.
    Request,
    /// `responseElements`, from its root.
    Response,
    /// Either of the two, and a service event's details, at any depth.
    Anywhere,
}

/// What a rule makes of the text that it finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Take {
    /// The text is the name.
    Whole,
    /// The name follows the text's last colon.
    Session,
    /// The text is the name of a bucket, which is also half of an object's name.
    Bucket,
    /// The text is an object's key, the other half.
    ObjectKey,
    /// The text is the id of an access key that the call issued.
    IssuedKey,
}

/// Says where the records of a service name a resource.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rule {
    pub(super) place: Place,
    /// The keys that lead to the name; for [`Place::Anywhere`] only the last of them.
    path: &'static str,
    /// The type; empty where only the name itself can tell it.
    pub(super) kind: &'static str,
    /// Names of events, or their beginnings with a star; empty for every event.
    events: &'static str,
    pub(super) take: Take,
}

/// Finds a key anywhere in request and response.
///
/// Of a path with dots, the last keys must be these.
pub(super) const fn field(path: &'static str, kind: &'static str) -> Rule {
    Rule {
        place: Place::Anywhere,
        path,
        kind,
        events: "",
        take: Take::Whole,
    }
}

/// Finds a path from the root of the request.
pub(super) const fn request(path: &'static str, kind: &'static str) -> Rule {
    Rule {
        place: Place::Request,
        path,
        kind,
        events: "",
        take: Take::Whole,
    }
}

/// Finds a path from the root of the response.
pub(super) const fn response(path: &'static str, kind: &'static str) -> Rule {
    Rule {
        place: Place::Response,
        path,
        kind,
        events: "",
        take: Take::Whole,
    }
}

impl Rule {
    /// Restricts the rule to events of these names.
    ///
    /// Names are set apart by spaces; a star at the end stands for any ending.
    pub(super) const fn on(mut self, events: &'static str) -> Self {
        self.events = events;
        self
    }

    /// Changes what the rule makes of the text.
    pub(super) const fn take(mut self, take: Take) -> Self {
        self.take = take;
        self
    }

    /// The innermost key of the path.
    pub(super) fn key(&self) -> &'static str {
        self.path.rsplit('.').next().unwrap_or(self.path)
    }

    /// Tells whether the rule is about events of this name.
    pub(super) fn is_about(&self, event: &str) -> bool {
        self.events.is_empty()
            || self
                .events
                .split(' ')
                .any(|name| match name.strip_suffix('*') {
                    Some(beginning) => event.starts_with(beginning),
                    None => event == name,
                })
    }

    /// Tells whether these keys, in this part of a record, are what the rule names.
    ///
    /// The case of letters does not matter: the same field is written `vpcId`
    /// and `VpcId` depending on the age of the API.
    pub(super) fn is_at(&self, place: Place, keys: &Keys<'_>) -> bool {
        let mut parents = keys.parents();
        let mut path = self.path.rsplit('.');
        path.next()
            .is_some_and(|key| key.eq_ignore_ascii_case(keys.last()))
            && path.all(|key| {
                parents
                    .next()
                    .is_some_and(|at| key.eq_ignore_ascii_case(at))
            })
            && match self.place {
                Place::Anywhere => true,
                from_root => from_root == place && parents.next().is_none(),
            }
    }
}

/// The rules of one service, ready to be asked by key.
#[derive(Debug)]
pub(super) struct Rules {
    /// Ordered by the length of the key, then by the table's order.
    by_length: Vec<(usize, Rule)>,
    issue_keys: bool,
}

impl Rules {
    /// Gathers rules from several lists.
    pub(super) fn gather<'r>(lists: impl IntoIterator<Item = &'r [Rule]>) -> Self {
        let mut by_length: Vec<_> = lists
            .into_iter()
            .flatten()
            .map(|rule| (rule.key().len(), *rule))
            .collect();
        by_length.sort_by_key(|(length, _)| *length);
        let issue_keys = by_length
            .iter()
            .any(|(_, rule)| rule.take == Take::IssuedKey);
        Self {
            by_length,
            issue_keys,
        }
    }

    /// Tells whether some call of the service issues access keys.
    pub(super) const fn issue_keys(&self) -> bool {
        self.issue_keys
    }

    /// Finds the rules that name a string of an event.
    pub(super) fn find<'r>(
        &'r self,
        event: &'r str,
        place: Place,
        keys: &'r Keys<'_>,
    ) -> impl Iterator<Item = &'r Rule> {
        let length = keys.last().len();
        let start = self.by_length.partition_point(|(other, _)| *other < length);
        self.by_length[start..]
            .iter()
            .take_while(move |(other, _)| *other == length)
            .map(|(_, rule)| rule)
            .filter(move |rule| rule.is_at(place, keys) && rule.is_about(event))
    }
}
