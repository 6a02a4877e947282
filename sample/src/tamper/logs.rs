//! Deeds to log files. None of them touches a digest.

use crate::deliver::inflate;
use crate::tamper::scene::{Scene, with_records};

/// How the name of an event begins in a record.
const NAME: &str = "\"eventName\":\"";

/// How the id of an event begins in a record.
const ID: &str = "\"eventID\":\"";

/// Stands in the place of the first digits of a forged event's id.
const FORGED: &str = "f0f0f0f0";

/// An account of the documentation's that no trail of the sample covers.
const OTHER_ACCOUNT: &str = "210987654321";

/// Changes the first log file that the digest lists.
fn change(scene: &mut Scene<'_>, change: impl FnOnce(&[u8]) -> Option<Vec<u8>>) -> Option<()> {
    let key = scene.log(0)?;
    scene.change(&key, change)
}

/// Changes the records of the first log file that the digest lists.
fn change_records(
    scene: &mut Scene<'_>,
    changed: impl FnOnce(&mut Vec<String>) -> Option<()>,
) -> Option<()> {
    change(scene, |bytes| with_records(bytes, changed))
}

/// Makes another event of a record: the same, with another id.
fn forge(record: &str) -> Option<String> {
    let at = record.find(ID)? + ID.len();
    let end = at + FORGED.len();
    let (before, after) = (record.get(..at)?, record.get(end..)?);
    Some([before, FORGED, after].concat())
}

/// Makes a log file with a forged event after the first one of a log file.
fn forged_log(bytes: &[u8]) -> Option<Vec<u8>> {
    with_records(bytes, |records| {
        *records = vec![forge(records.first()?)?];
        Some(())
    })
}

/// Makes a key of the same stream that no log file has, after one that has a file.
fn new_key(key: &str) -> Option<String> {
    let (before, _) = key.rsplit_once('_')?;
    Some(format!("{before}_EXAMPLEf0rgedLog.json.gz"))
}

pub(super) fn change_record(scene: &mut Scene<'_>) -> Option<()> {
    change_records(scene, |records| {
        let record = records.first_mut()?;
        record.insert_str(record.find(NAME)? + NAME.len(), "Describe");
        Some(())
    })
}

pub(super) fn remove_record(scene: &mut Scene<'_>) -> Option<()> {
    change_records(scene, |records| records.pop().map(drop))
}

pub(super) fn add_record(scene: &mut Scene<'_>) -> Option<()> {
    change_records(scene, |records| {
        records.push(forge(records.first()?)?);
        Some(())
    })
}

/// Needs a log file of two events.
pub(super) fn reverse_records(scene: &mut Scene<'_>) -> Option<()> {
    for place in 0..scene.digest().files.len() {
        let key = scene.log(place)?;
        let reversed = scene.change(&key, |bytes| {
            with_records(bytes, |records| {
                records.reverse();
                (records.len() > 1).then_some(())
            })
        });
        if reversed.is_some() {
            return reversed;
        }
    }
    None
}

pub(super) fn append_member(scene: &mut Scene<'_>) -> Option<()> {
    change(scene, |bytes| Some([bytes, &forged_log(bytes)?].concat()))
}

pub(super) fn append_bytes(scene: &mut Scene<'_>) -> Option<()> {
    change(scene, |bytes| Some([bytes, b"EXAMPLE"].concat()))
}

pub(super) fn cut_trailer(scene: &mut Scene<'_>) -> Option<()> {
    change(scene, |bytes| {
        Some(bytes[..bytes.len().checked_sub(8)?].to_vec())
    })
}

pub(super) fn cut_half(scene: &mut Scene<'_>) -> Option<()> {
    change(scene, |bytes| Some(bytes[..bytes.len() / 2].to_vec()))
}

pub(super) fn inflate_in_place(scene: &mut Scene<'_>) -> Option<()> {
    change(scene, inflate)
}

pub(super) fn remove(scene: &mut Scene<'_>) -> Option<()> {
    let key = scene.log(0)?;
    scene.objects.remove(&key).map(drop)
}

pub(super) fn add(scene: &mut Scene<'_>) -> Option<()> {
    let key = scene.log(0)?;
    let mut object = scene.objects.get(&key)?.clone();
    object.bytes = forged_log(&object.bytes)?;
    scene.put(new_key(&key)?, object);
    Some(())
}

pub(super) fn copy(scene: &mut Scene<'_>) -> Option<()> {
    let key = scene.log(0)?;
    let object = scene.objects.get(&key)?.clone();
    scene.put(new_key(&key)?, object);
    Some(())
}

pub(super) fn exchange(scene: &mut Scene<'_>) -> Option<()> {
    let (one, other) = (scene.log(0)?, scene.log(1)?);
    let bytes = scene.objects.get(&one)?.bytes.clone();
    let others = std::mem::replace(&mut scene.objects.get_mut(&other)?.bytes, bytes);
    scene.objects.get_mut(&one)?.bytes = others;
    Some(())
}

pub(super) fn roll_back(scene: &mut Scene<'_>) -> Option<()> {
    let (earlier, later) = (scene.log(0)?, scene.log(1)?);
    let bytes = scene.objects.get(&earlier)?.bytes.clone();
    scene.change(&later, |_| Some(bytes))
}

pub(super) fn move_to_other_day(scene: &mut Scene<'_>) -> Option<()> {
    let key = scene.log(0)?;
    let object = scene.objects.remove(&key)?;
    // The 28th, which every month has, or the day before it.
    let mut parts: Vec<&str> = key.split('/').collect();
    let day = parts.len().checked_sub(2)?;
    parts[day] = if parts[day] == "28" { "27" } else { "28" };
    scene.put(parts.join("/"), object);
    Some(())
}

pub(super) fn move_to_other_account(scene: &mut Scene<'_>) -> Option<()> {
    let key = scene.log(0)?;
    let object = scene.objects.remove(&key)?;
    let account = scene.digest().account.clone();
    scene.put(key.replace(&account, OTHER_ACCOUNT), object);
    Some(())
}
