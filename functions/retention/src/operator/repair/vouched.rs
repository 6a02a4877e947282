//! What CloudTrail's digests say of an object, where the index and the archive disagree.

use aws::Error;
use aws::table::Range;
use index::file::{Delivery, FileVersion};
use index::table::integrity as places;
use integrity::DigestRecord;
use integrity::record::content_mark;
use trail::ObjectKey;
use trail::digest::Hash;

use crate::Custodian;

/// How long before its delivery, as its name tells it, the digest that lists a file may end.
const BEFORE: i64 = 3_600;

/// How long after it such a digest may end: one of a backfill comes late.
const AFTER: i64 = 3 * 86_400;

impl Custodian {
    /// Tells whether digests contradict an object: they list it, and with another content.
    ///
    /// Then it is the archive that was changed, and the index may hold what is left of the
    /// truth: nothing may be taken away for it, nor be indexed from it.
    pub(super) async fn is_contradicted(
        &self,
        version: &FileVersion,
        content: &Hash,
    ) -> Result<bool, Error> {
        let Ok(key) = ObjectKey::parse(&version.key) else {
            return Ok(false);
        };
        let Delivery {
            account,
            region,
            time,
            ..
        } = Delivery::from(&key);
        let range = Range {
            partition: &places::digests(&account, &region),
            from: &places::digest_from(time - BEFORE),
            until: &places::digest_until(time + AFTER),
            consistent: true,
        };
        let records = self.table.query(range).await?.items;
        let mut is_contradicted = false;
        for record in records {
            let Some(record) = DigestRecord::decode(&record.body) else {
                tracing::error!(sort = record.sort, "a digest record cannot be read");
                continue;
            };
            let listed = record.files.find(&version.bucket, &version.key);
            let Some(listed) = listed.filter(|_| record.is_trusted()) else {
                continue;
            };
            if listed.content == content_mark(content) {
                return Ok(false);
            }
            is_contradicted = true;
        }
        Ok(is_contradicted)
    }
}
