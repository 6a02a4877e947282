//! An item of the table, free of any client's types.

/// An item: its key, its content, and when it may go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The partition key, attribute `pk`.
    pub partition: String,
    /// The sort key, attribute `sk`.
    pub sort: String,
    /// The content, attribute `body`; empty where the key says it all.
    pub body: Vec<u8>,
    /// When the table may drop the item, in seconds since 1970, attribute
    /// `expires`; never without one.
    pub expires: Option<i64>,
}

/// What the attribute names and DynamoDB's number format add to an item's size.
const OVERHEAD: usize = "pk".len() + "sk".len() + "body".len() + "expires".len() + 7;

impl Item {
    /// The item's size as DynamoDB bills it: names and values.
    pub fn size(&self) -> usize {
        self.partition.len() + self.sort.len() + self.body.len() + OVERHEAD
    }

    /// Tells whether the table may have begun to drop it and what belongs to it.
    pub fn is_past(&self, now: i64) -> bool {
        self.expires.is_some_and(|expires| expires <= now)
    }

    /// The write units that putting the item consumes.
    pub fn write_units(&self) -> usize {
        self.size().div_ceil(1024)
    }
}
