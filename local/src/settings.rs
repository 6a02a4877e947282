//! Settings of resources: what is stored whole and answered whole.
//!
//! One table for all services, so that a setting more needs no schema: a
//! directory that an older version wrote is opened as it is.

use rusqlite::{Connection, OptionalExtension, Transaction, params};

/// Whose setting it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    Buckets,
    Tables,
    /// The resource is a Region, the name a key's fingerprint.
    PublicKeys,
    /// The resource is a Region.
    Regions,
    /// The resource is a trail's ARN.
    Trails,
    /// The resource is a key's ARN.
    Keys,
}

impl Service {
    fn as_str(self) -> &'static str {
        match self {
            Service::Buckets => "buckets",
            Service::Tables => "tables",
            Service::PublicKeys => "public-keys",
            Service::Regions => "regions",
            Service::Trails => "trails",
            Service::Keys => "keys",
        }
    }
}

/// Reads a setting.
pub(crate) fn find(
    connection: &Connection,
    service: Service,
    resource: &str,
    name: &str,
) -> rusqlite::Result<Option<String>> {
    connection
        .prepare_cached(
            "SELECT value FROM settings WHERE service = ?1 AND resource = ?2 AND name = ?3",
        )?
        .query_row(params![service.as_str(), resource, name], |row| row.get(0))
        .optional()
}

/// Writes a setting, in place of the one before.
pub(crate) fn put(
    transaction: &Transaction<'_>,
    service: Service,
    resource: &str,
    name: &str,
    value: &str,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "INSERT OR REPLACE INTO settings (service, resource, name, value)
             VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![service.as_str(), resource, name, value])?;
    Ok(())
}

/// Forgets a setting, and answers whether there was one.
pub(crate) fn remove(
    transaction: &Transaction<'_>,
    service: Service,
    resource: &str,
    name: &str,
) -> rusqlite::Result<bool> {
    let removed = transaction
        .prepare_cached("DELETE FROM settings WHERE service = ?1 AND resource = ?2 AND name = ?3")?
        .execute(params![service.as_str(), resource, name])?;
    Ok(removed > 0)
}

/// Writes a setting, or forgets it where there is no `value`.
pub(crate) fn set(
    transaction: &Transaction<'_>,
    service: Service,
    resource: &str,
    name: &str,
    value: Option<&str>,
) -> rusqlite::Result<()> {
    match value {
        Some(value) => put(transaction, service, resource, name, value),
        None => remove(transaction, service, resource, name).map(|_| ()),
    }
}

/// Reads all settings of a service in the order of resource and name, or only
/// those of one `resource`.
pub(crate) fn all(
    connection: &Connection,
    service: Service,
    resource: Option<&str>,
) -> rusqlite::Result<Vec<String>> {
    connection
        .prepare_cached(
            "SELECT value FROM settings
             WHERE service = ?1 AND (?2 IS NULL OR resource = ?2) ORDER BY resource, name",
        )?
        .query_map(params![service.as_str(), resource], |row| row.get(0))?
        .collect()
}

/// Forgets all settings of a resource.
pub(crate) fn forget(
    transaction: &Transaction<'_>,
    service: Service,
    resource: &str,
) -> rusqlite::Result<()> {
    transaction.execute(
        "DELETE FROM settings WHERE service = ?1 AND resource = ?2",
        params![service.as_str(), resource],
    )?;
    Ok(())
}
