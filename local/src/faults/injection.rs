//! Which calls a fault strikes.

use std::time::Duration;

/// What goes wrong with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// DynamoDB answers `ProvisionedThroughputExceededException`, S3
    /// `SlowDown`; nothing takes effect.
    ThroughputExceeded,
    /// DynamoDB answers `ThrottlingException`, S3 `SlowDown`; nothing takes
    /// effect.
    Throttled,
    /// The later half of a `BatchWriteItem` or `BatchGetItem` comes back as
    /// unprocessed; a batch of one, and any other call, passes.
    Unprocessed,
    /// The connection is dropped, and nothing takes effect.
    DropBefore,
    /// The call takes effect, and the connection is dropped instead of an
    /// answer.
    DropAfter,
    /// Nothing takes effect, and the connection is dropped after this time: a
    /// time-out, for a client that waits less.
    StallBefore(Duration),
    /// The call takes effect, and the connection is dropped after this time.
    StallAfter(Duration),
}

/// Which of the calls that an injection looks at are struck.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum When {
    /// All of them.
    Always,
    /// The n-th, the 2n-th and so on; zero is never.
    Every(u64),
    /// The n-th and no other, counted from one.
    Nth(u64),
    /// The first n.
    First(u64),
    /// Each with this probability, by the seeded generator.
    Probability(f64),
}

/// A fault, when it strikes, and which operation it looks at.
#[derive(Debug, Clone, PartialEq)]
pub struct Injection {
    fault: Fault,
    when: When,
    operation: Option<String>,
}

impl Injection {
    /// Creates a fault that looks at every call to DynamoDB and S3.
    pub fn new(fault: Fault, when: When) -> Injection {
        Injection {
            fault,
            when,
            operation: None,
        }
    }

    /// Restricts it to one operation, such as `PutItem` or `GetObject`.
    #[must_use]
    pub fn of(self, operation: &str) -> Injection {
        Injection {
            operation: Some(operation.to_owned()),
            ..self
        }
    }
}

/// The injections in force, in the order in which they were added.
#[derive(Debug, Default)]
pub(super) struct Rules {
    list: Vec<Rule>,
    seed: u64,
    added: u64,
}

#[derive(Debug)]
struct Rule {
    injection: Injection,
    seen: u64,
    random: u64,
}

impl Rules {
    pub(super) fn add(&mut self, injection: Injection) {
        self.added += 1;
        self.list.push(Rule {
            injection,
            seen: 0,
            // Each rule draws from a sequence of its own, so that adding one
            // does not change what the others decide.
            random: mix(self.seed.wrapping_add(self.added)),
        });
    }

    pub(super) fn seed(&mut self, seed: u64) {
        self.seed = seed;
        self.added = 0;
    }

    pub(super) fn clear(&mut self) {
        self.list.clear();
    }

    /// Decides the fate of the next call of this operation.
    pub(super) fn decide(&mut self, operation: &str) -> Option<Fault> {
        let mut struck = None;
        for rule in &mut self.list {
            let wanted = rule.injection.operation.as_deref();
            if wanted.is_none_or(|wanted| wanted == operation) && rule.strikes() {
                struck = struck.or(Some(rule.injection.fault));
            }
        }
        struck
    }
}

impl Rule {
    fn strikes(&mut self) -> bool {
        self.seen += 1;
        match self.injection.when {
            When::Always => true,
            When::Every(n) => n > 0 && self.seen.is_multiple_of(n),
            When::Nth(n) => self.seen == n,
            When::First(n) => self.seen <= n,
            When::Probability(probability) => {
                self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
                unit(mix(self.random)) < probability
            }
        }
    }
}

/// The finalizer of `SplitMix64`.
fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// Maps 32 of the bits to [0, 1).
fn unit(value: u64) -> f64 {
    let bits = u32::try_from(value >> 32).unwrap_or(u32::MAX);
    f64::from(bits) / (f64::from(u32::MAX) + 1.0)
}

#[cfg(test)]
mod tests {
    use super::{Fault, Injection, Rules, When};

    fn struck(when: When, calls: usize) -> Vec<usize> {
        let mut rules = Rules::default();
        rules.seed(7);
        rules.add(Injection::new(Fault::Throttled, when).of("PutItem"));
        (1..=calls)
            .filter(|_| {
                assert_eq!(rules.decide("GetItem"), None);
                rules.decide("PutItem").is_some()
            })
            .collect()
    }

    #[test]
    fn faults_strike_by_count_of_their_own_operation() {
        assert_eq!(struck(When::Every(3), 7), [3, 6]);
        assert_eq!(struck(When::Nth(2), 7), [2]);
        assert_eq!(struck(When::First(2), 7), [1, 2]);
        assert_eq!(struck(When::Every(0), 7), [0_usize; 0]);
        assert_eq!(struck(When::Always, 2), [1, 2]);
    }

    #[test]
    fn a_seed_decides_the_same_way_every_time() {
        let first = struck(When::Probability(0.25), 1_000);
        assert_eq!(first, struck(When::Probability(0.25), 1_000));
        assert!((200..300).contains(&first.len()), "{}", first.len());
        assert!(struck(When::Probability(0.0), 1_000).is_empty());
        assert_eq!(struck(When::Probability(1.0), 100).len(), 100);
    }
}
