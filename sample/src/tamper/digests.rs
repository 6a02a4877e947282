//! Deeds to digests that need no key.

use crate::deliver::{compress, inflate};
use crate::digest::SIGNATURE;
use crate::rhythm::push_second;
use crate::tamper::scene::Scene;

pub(super) fn remove(scene: &mut Scene<'_>) -> Option<()> {
    let key = scene.digest().key.clone();
    scene.objects.remove(&key).map(drop)
}

pub(super) fn remove_newest(scene: &mut Scene<'_>) -> Option<()> {
    for digest in scene.digests.iter().rev().take(2) {
        scene.objects.remove(&digest.key)?;
    }
    Some(())
}

pub(super) fn remove_all(scene: &mut Scene<'_>) -> Option<()> {
    for digest in &scene.digests {
        scene.objects.remove(&digest.key)?;
    }
    Some(())
}

pub(super) fn drop_log(scene: &mut Scene<'_>) -> Option<()> {
    scene.hide_log()?;
    let content = scene.digest().json();
    scene.change_digest(|_| Some(compress(content.as_bytes(), 9)))
}

pub(super) fn append_member(scene: &mut Scene<'_>) -> Option<()> {
    scene.change_digest(|bytes| Some([bytes, &compress(b"{\"logFiles\":[]}", 9)].concat()))
}

pub(super) fn append_bytes(scene: &mut Scene<'_>) -> Option<()> {
    scene.change_digest(|bytes| Some([bytes, b"EXAMPLE"].concat()))
}

pub(super) fn cut_trailer(scene: &mut Scene<'_>) -> Option<()> {
    scene.change_digest(|bytes| Some(bytes[..bytes.len().checked_sub(8)?].to_vec()))
}

pub(super) fn inflate_in_place(scene: &mut Scene<'_>) -> Option<()> {
    scene.change_digest(inflate)
}

pub(super) fn garble(scene: &mut Scene<'_>) -> Option<()> {
    scene.change_digest(|_| Some(compress(b"EXAMPLE", 9)))
}

pub(super) fn drop_field(scene: &mut Scene<'_>) -> Option<()> {
    let content = scene.digest().json();
    let start = content.find("\"digestEndTime\"")?;
    let end = start + content[start..].find(',')? + 1;
    let without = [&content[..start], &content[end..]].concat();
    scene.change_digest(|_| Some(compress(without.as_bytes(), 9)))
}

pub(super) fn move_on(scene: &mut Scene<'_>) -> Option<()> {
    let key = scene.digest().key.clone();
    let object = scene.objects.remove(&key)?;
    let next = scene.digests.get(scene.victim + 1)?.key.clone();
    scene.put(next, object);
    Some(())
}

pub(super) fn copy(scene: &mut Scene<'_>) -> Option<()> {
    let digest = scene.digest();
    let object = scene.objects.get(&digest.key)?.clone();
    let (mut end, mut later) = (String::new(), String::new());
    push_second(&mut end, digest.end);
    push_second(&mut later, digest.end + 1800);
    scene.put(digest.key.replace(&end, &later), object);
    Some(())
}

pub(super) fn remove_signature(scene: &mut Scene<'_>) -> Option<()> {
    let key = scene.digest().key.clone();
    scene.objects.get_mut(&key)?.metadata.clear();
    Some(())
}

pub(super) fn exchange_signature(scene: &mut Scene<'_>) -> Option<()> {
    let other = scene.digests.get(scene.victim + 1)?;
    let signature = scene.signature(&other.key)?.to_owned();
    let key = scene.digest().key.clone();
    let metadata = &mut scene.objects.get_mut(&key)?.metadata;
    metadata.insert(SIGNATURE.to_owned(), signature);
    Some(())
}
