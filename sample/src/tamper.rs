//! What can be done to a bucket by somebody who may write it, one deed at a time.
//!
//! Each [`Tampering`] changes a set of objects the way that a deed would, and
//! names the findings of an integrity check that must tell of it. Most need no
//! key; those that CloudTrail's key is needed for (it signs whatever it is told
//! to here) show a single defect that an honest signature would otherwise hide.

use std::collections::BTreeSet;

use crate::archive::Objects;

mod chain;
mod digests;
mod logs;
mod scene;

use scene::Scene;

/// A deed, and how it must be found.
///
/// ```
/// use sample::tamper::TAMPERINGS;
/// use sample::{Archive, Delivery, Trail};
///
/// let archive = Archive::new(&Trail::hours(8), Delivery::default());
/// for tampering in TAMPERINGS {
///     let mut objects = archive.objects.clone();
///     let changed = tampering.apply(&mut objects).expect("eight hours are enough");
///     assert!(!changed.is_empty(), "{}", tampering.name);
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Tampering {
    /// Its name, in kebab case.
    pub name: &'static str,
    /// What is done, in one line.
    pub deed: &'static str,
    /// The kinds of findings that must all be there. A check of the whole bucket has no others.
    pub must: &'static [&'static str],
    /// The kinds that may be there too where digests and log files are checked
    /// one by one, as consequences; any other is wrong.
    pub may: &'static [&'static str],
    apply: fn(&mut Scene<'_>) -> Option<()>,
}

impl Tampering {
    /// Does it to some objects, and answers the keys of all that were written or removed.
    ///
    /// Answers nothing and changes nothing where the objects are too few: a
    /// stream of at least six digests is needed, one of which lists two log
    /// files, as eight busy hours have it.
    pub fn apply(&self, objects: &mut Objects) -> Option<BTreeSet<String>> {
        let before = objects.clone();
        let done = Scene::new(objects).and_then(|mut scene| (self.apply)(&mut scene));
        if done.is_none() {
            *objects = before;
            return None;
        }
        let keys = before.keys().chain(objects.keys());
        let changed = keys.filter(|key| before.get(*key) != objects.get(*key));
        Some(changed.cloned().collect())
    }
}

/// Shortens the table.
const fn of(
    name: &'static str,
    deed: &'static str,
    must: &'static [&'static str],
    may: &'static [&'static str],
    apply: fn(&mut Scene<'_>) -> Option<()>,
) -> Tampering {
    Tampering {
        name,
        deed,
        must,
        may,
        apply,
    }
}

/// Every deed, logs first.
#[rustfmt::skip]
pub const TAMPERINGS: &[Tampering] = &[
    of("log-record-changed", "An event in a log file gets another name; the file is compressed anew.",
        &["log-changed"], &[], logs::change_record),
    of("log-record-removed", "An event is taken out of a log file.",
        &["log-changed"], &[], logs::remove_record),
    of("log-record-added", "A forged event is put into a log file.",
        &["log-changed"], &[], logs::add_record),
    of("log-records-reordered", "The events of a log file are put into another order.",
        &["log-changed"], &[], logs::reverse_records),
    of("log-member-appended", "A second gzip member with a forged event is appended to a log file.",
        &["log-appended"], &[], logs::append_member),
    of("log-bytes-appended", "Bytes that are no gzip are appended to a log file.",
        &["log-appended"], &[], logs::append_bytes),
    of("log-trailer-cut", "A log file loses its gzip trailer, the checksum and size; all events are still readable.",
        &["log-truncated"], &[], logs::cut_trailer),
    of("log-cut-in-half", "A log file loses its second half.",
        &["log-truncated"], &[], logs::cut_half),
    of("log-inflated", "A log file is replaced by its own content, not compressed.",
        &["log-invalid"], &[], logs::inflate_in_place),
    of("log-removed", "A log file is deleted.",
        &["log-missing"], &[], logs::remove),
    of("log-added", "A log file with a forged event is put beside the others.",
        &["log-unlisted"], &[], logs::add),
    of("log-replayed", "A log file is copied to a new key.",
        &["log-unlisted"], &["log-moved"], logs::copy),
    of("logs-exchanged", "Two log files exchange their contents.",
        &["log-changed"], &["log-moved"], logs::exchange),
    of("log-rolled-back", "A log file is overwritten with the content of an earlier one.",
        &["log-changed"], &["log-moved"], logs::roll_back),
    of("log-moved", "A log file is moved to a key of another day.",
        &["log-moved"], &["log-missing", "log-unlisted"], logs::move_to_other_day),
    of("log-moved-to-account", "A log file is moved to the keys of another account.",
        &["log-moved"], &["log-missing", "log-unlisted", "digests-missing"], logs::move_to_other_account),
    of("digest-removed", "A digest in the middle of its stream is deleted.",
        &["digest-missing"], &["digest-hash-chain-broken", "digest-signature-chain-broken", "log-unlisted"], digests::remove),
    of("digests-removed-newest", "The two newest digests of a stream are deleted.",
        &["digest-missing-newest"], &["log-unlisted"], digests::remove_newest),
    of("digests-removed-all", "All digests of a stream are deleted.",
        &["digests-missing"], &["log-unlisted"], digests::remove_all),
    of("digest-changed", "A log file is deleted, and taken off the list of its digest.",
        &["digest-signature-invalid"], &["digest-hash-chain-broken", "log-missing"], digests::drop_log),
    of("digest-member-appended", "A second gzip member is appended to a digest.",
        &["digest-appended"], &[], digests::append_member),
    of("digest-bytes-appended", "Bytes that are no gzip are appended to a digest.",
        &["digest-appended"], &[], digests::append_bytes),
    of("digest-trailer-cut", "A digest loses its gzip trailer.",
        &["digest-truncated"], &["log-unlisted", "digest-missing"], digests::cut_trailer),
    of("digest-inflated", "A digest is replaced by its own content, not compressed.",
        &["digest-invalid"], &["log-unlisted", "digest-missing"], digests::inflate_in_place),
    of("digest-not-json", "A digest is replaced by one gzip member that is no JSON.",
        &["digest-invalid"], &["log-unlisted", "digest-missing", "digest-hash-chain-broken"], digests::garble),
    of("digest-field-removed", "The end time is taken out of a digest.",
        &["digest-invalid"], &["log-unlisted", "digest-missing", "digest-hash-chain-broken"], digests::drop_field),
    of("digest-moved", "A digest is put into the place of the next one.",
        &["digest-missing", "digest-moved"], &["digest-overlap", "digest-hash-chain-broken", "digest-signature-chain-broken", "digest-signature-invalid", "log-unlisted", "log-listed-twice"], digests::move_on),
    of("digest-copied", "A digest is copied to a key of its own stream half an hour on.",
        &["digest-moved"], &["digest-overlap", "digest-signature-invalid", "log-listed-twice"], digests::copy),
    of("digest-signature-removed", "A digest is written anew without its metadata.",
        &["digest-signature-missing"], &["digest-signature-chain-broken"], digests::remove_signature),
    of("digest-signature-exchanged", "A digest gets the signature of another.",
        &["digest-signature-invalid"], &["digest-signature-chain-broken"], digests::exchange_signature),
    of("digest-resigned", "A log file is deleted and taken off its digest, which is signed with another key and says so.",
        &["digest-key-unknown"], &["digest-hash-chain-broken", "digest-signature-chain-broken", "log-missing"], chain::resign),
    of("digest-resigned-as-before", "A log file is deleted and taken off its digest, which is signed with another key and names CloudTrail's.",
        &["digest-signature-invalid"], &["digest-hash-chain-broken", "digest-signature-chain-broken", "log-missing"], chain::resign_as_before),
    of("chain-rebuilt", "A log file is deleted, and the chain from its digest on is rebuilt with another key.",
        &["digest-key-unknown"], &[], chain::rebuild),
    of("chain-rebuilt-as-before", "A log file is deleted, and the chain from its digest on is rebuilt with another key that calls itself CloudTrail's.",
        &["digest-signature-invalid"], &[], chain::rebuild_as_before),
    of("chain-cut-by-forger", "A digest becomes a starting digest, with nothing before it, signed with another key.",
        &["digest-key-unknown"], &["start-unexpected", "digest-hash-chain-broken", "digest-signature-chain-broken"], chain::start_forged),
    of("chain-restarted", "The stream starts anew in the middle, with CloudTrail's key, as if the trail had been made anew.",
        &["start-unexpected"], &[], chain::restart),
    of("digest-hash-wrong", "A digest says another hash of the one before it; signed by CloudTrail's key.",
        &["digest-hash-chain-broken"], &[], chain::misstate_hash),
    of("digest-signature-wrong", "A digest says another signature of the one before it; signed by CloudTrail's key.",
        &["digest-signature-chain-broken"], &[], chain::misstate_signature),
    of("digest-begins-late", "A digest begins half an hour after the one before it ended; signed by CloudTrail's key.",
        &["digest-missing"], &[], chain::begin_late),
    of("digest-begins-early", "A digest begins half an hour before the one before it ended; signed by CloudTrail's key.",
        &["digest-overlap"], &[], chain::begin_early),
    of("log-listed-twice", "A digest lists a log file that the digest before it lists too; signed by CloudTrail's key.",
        &["log-listed-twice"], &[], chain::list_twice),
    of("log-of-other-account-listed", "A digest lists a log file under the keys of another account; signed by CloudTrail's key.",
        &["log-foreign", "log-missing"], &[], chain::list_foreign),
    of("digest-of-other-account", "A digest says that it is of another account; signed by CloudTrail's key.",
        &["digest-foreign"], &[], chain::name_other_account),
];
