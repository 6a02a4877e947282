//! Holds: what must not go, whatever the retention policy says.

use serde::{Deserialize, Serialize};
use trail::Record;

use crate::attribute::Attribute;
use crate::item::Item;
use crate::table;

/// What a hold is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Every event.
    Everything,
    /// The events in the history of an account, by its id.
    Account(String),
    /// What somebody did, by the ARN or the name that lookups know: of the caller, its
    /// role or its session.
    Principal(String),
}

/// A hold: events that are kept until it is lifted.
///
/// A hold is never deleted: lifting one notes by whom and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// Its id, by which it is lifted.
    pub id: String,
    /// What it is about.
    pub scope: Scope,
    /// The first second whose events are held.
    pub start: i64,
    /// The last second whose events are held; absent where those to come are held, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<i64>,
    /// Why, in the words of whoever set it.
    pub reason: String,
    /// Who set it.
    pub set_by: String,
    /// When it was set.
    pub set_at: i64,
    /// Who lifted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifted_by: Option<String>,
    /// When it was lifted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifted_at: Option<i64>,
}

/// Says that an item of the holds' partition is none.
///
/// It is an error wherever it is met: what it held would go unseen.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("hold {id} is damaged")]
pub struct DamagedHold {
    /// The hold's id.
    pub id: String,
}

impl Hold {
    /// Makes the hold's item, which never expires.
    pub fn item(&self) -> Item {
        Item {
            partition: table::retention::HOLDS.to_owned(),
            sort: table::retention::hold(&self.id),
            body: serde_json::to_vec(self).unwrap_or_default(),
            expires: None,
        }
    }

    /// Reads a hold's item.
    pub fn from_item(item: &Item) -> Result<Self, DamagedHold> {
        serde_json::from_slice(&item.body)
            .ok()
            .filter(|hold: &Self| hold.id == item.sort)
            .ok_or_else(|| DamagedHold {
                id: item.sort.clone(),
            })
    }

    /// Reads the holds' partition.
    pub fn from_items(items: &[Item]) -> Result<Vec<Self>, DamagedHold> {
        items.iter().map(Self::from_item).collect()
    }

    /// Tells whether it was not lifted.
    pub const fn is_active(&self) -> bool {
        self.lifted_at.is_none() && self.lifted_by.is_none()
    }

    /// Tells whether it holds any time of a stretch.
    pub fn overlaps(&self, oldest: i64, newest: i64) -> bool {
        self.start <= newest && self.end.is_none_or(|end| oldest <= end)
    }

    /// Tells whether it may hold events of these accounts in a stretch of time.
    ///
    /// What somebody did may be in the files of any account.
    pub fn touches<'a>(
        &self,
        oldest: i64,
        newest: i64,
        mut accounts: impl Iterator<Item = &'a str>,
    ) -> bool {
        self.is_active()
            && self.overlaps(oldest, newest)
            && match &self.scope {
                Scope::Everything | Scope::Principal(_) => true,
                Scope::Account(held) => accounts.any(|account| account == held),
            }
    }

    /// Tells whether it holds an event.
    pub fn covers(&self, record: &Record<'_>) -> bool {
        self.is_active()
            && self.overlaps(record.time(), record.time())
            && match &self.scope {
                Scope::Everything => true,
                Scope::Account(held) => record.account() == Some(held),
                Scope::Principal(held) => is_by(record, held),
            }
    }
}

/// The attributes that know somebody by an ARN or a name.
const PRINCIPAL: [Attribute; 4] = [
    Attribute::Principal,
    Attribute::Username,
    Attribute::Session,
    Attribute::Role,
];

fn is_by(record: &Record<'_>, principal: &str) -> bool {
    let mut is_by = false;
    for attribute in PRINCIPAL {
        attribute.values(record, |value| is_by = is_by || value == principal);
    }
    is_by
}
