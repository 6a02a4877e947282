//! What is to be kept at present: the policy, and the holds as they are stored.

use aws::table::Range;
use index::file::FileRecord;
use index::hold::DamagedHold;
use index::table::retention::HOLDS;
use index::{Hold, Keeping, Policy};
use trail::digest::sha256;

use crate::Custodian;
use crate::job::JobError;

/// What is to be kept, and by what another state of it is told.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    /// What is to be kept.
    pub(crate) keeping: Keeping,
    /// Differs wherever policy or active holds do.
    pub(crate) fingerprint: String,
}

impl Kept {
    pub(crate) fn new(policy: Policy, holds: Vec<Hold>) -> Self {
        let keeping = Keeping::new(policy, holds);
        let fingerprint = fingerprint(&keeping);
        Self {
            keeping,
            fingerprint,
        }
    }
}

impl Custodian {
    /// Reads every hold that was ever set, with all writes that came before.
    pub(crate) async fn holds(&self) -> Result<Vec<Hold>, JobError> {
        let answer = self.table.query(Range::partition(HOLDS)).await?;
        let holds: Result<Vec<Hold>, DamagedHold> = Hold::from_items(&answer.items);
        Ok(holds?)
    }

    /// Reads what is to be kept.
    pub(crate) async fn kept(&self) -> Result<Kept, JobError> {
        let policy = self.settings.policy.clone();
        Ok(Kept::new(policy, self.holds().await?))
    }
}

fn fingerprint(keeping: &Keeping) -> String {
    let policy = keeping.policy();
    let mut text = format!("{policy}\n{}\n", policy.exceptions());
    // The table answers them in the order of their ids.
    for hold in keeping.holds() {
        text.push_str(&serde_json::to_string(hold).unwrap_or_default());
        text.push('\n');
    }
    FileRecord::hash_text(&sha256(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use index::Scope;

    use super::*;

    fn hold(id: &str) -> Hold {
        Hold {
            id: id.to_owned(),
            scope: Scope::Everything,
            start: 0,
            end: None,
            reason: "a case".to_owned(),
            set_by: "somebody".to_owned(),
            set_at: 1,
            lifted_by: None,
            lifted_at: None,
        }
    }

    #[test]
    fn a_fingerprint_tells_policies_and_holds_apart_and_forgets_lifted_ones() {
        let policy = |text: &str, exceptions: &str| Policy::parse(text, exceptions).expect("one");
        let of = |policy: Policy, holds: Vec<Hold>| Kept::new(policy, holds).fingerprint;
        let plain = of(policy("90", ""), vec![]);
        assert_eq!(plain, of(policy("90", ""), vec![]));
        assert_ne!(plain, of(policy("91", ""), vec![]));
        assert_ne!(plain, of(policy("90", "111122223333=90"), vec![]));
        assert_ne!(plain, of(policy("90", ""), vec![hold("a")]));
        let lifted = Hold {
            lifted_at: Some(9),
            lifted_by: Some("somebody".to_owned()),
            ..hold("a")
        };
        assert_eq!(plain, of(policy("90", ""), vec![lifted]));
    }
}
