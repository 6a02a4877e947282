//! Deeds to digests that are signed anew: with a forger's key, or with
//! CloudTrail's own, so that only one thing is wrong.

use crate::digest::Digest;
use crate::signer::Signer;
use crate::tamper::scene::Scene;

/// How far a digest's start is shifted, in seconds.
const HALF_AN_HOUR: i64 = 1800;

/// An account of the documentation's that no trail of the sample covers.
const OTHER_ACCOUNT: &str = "210987654321";

fn name_forger(digests: &mut [Digest]) {
    for digest in digests {
        Signer::forger()
            .fingerprint()
            .clone_into(&mut digest.fingerprint);
    }
}

/// Writes the digest that suffers with a forger's signature, and the chain as it was.
pub(super) fn resign_as_before(scene: &mut Scene<'_>) -> Option<()> {
    scene.hide_log()?;
    scene.write(scene.victim, Signer::forger())
}

pub(super) fn resign(scene: &mut Scene<'_>) -> Option<()> {
    let at = scene.victim;
    name_forger(&mut scene.digests[at..=at]);
    resign_as_before(scene)
}

pub(super) fn rebuild_as_before(scene: &mut Scene<'_>) -> Option<()> {
    resign_as_before(scene)?;
    scene.chain_on(scene.victim, Signer::forger())
}

pub(super) fn rebuild(scene: &mut Scene<'_>) -> Option<()> {
    let at = scene.victim;
    name_forger(&mut scene.digests[at..]);
    rebuild_as_before(scene)
}

pub(super) fn start_forged(scene: &mut Scene<'_>) -> Option<()> {
    let at = scene.victim;
    name_forger(&mut scene.digests[at..=at]);
    scene.digests[at].previous = None;
    scene.write(at, Signer::forger())
}

/// Changes the digest that suffers, signs it with CloudTrail's key, and all behind it.
fn with_own_key(
    scene: &mut Scene<'_>,
    change: impl FnOnce(&mut Digest) -> Option<()>,
) -> Option<()> {
    let at = scene.victim;
    change(&mut scene.digests[at])?;
    scene.write(at, Signer::cloudtrail())?;
    scene.chain_on(at, Signer::cloudtrail())
}

pub(super) fn restart(scene: &mut Scene<'_>) -> Option<()> {
    with_own_key(scene, |digest| digest.previous.take().map(drop))
}

pub(super) fn misstate_hash(scene: &mut Scene<'_>) -> Option<()> {
    with_own_key(scene, |digest| {
        let previous = digest.previous.as_mut()?;
        previous.sha256 = previous.sha256.chars().rev().collect();
        Some(())
    })
}

pub(super) fn misstate_signature(scene: &mut Scene<'_>) -> Option<()> {
    with_own_key(scene, |digest| {
        let previous = digest.previous.as_mut()?;
        previous.signature = previous.signature.chars().rev().collect();
        Some(())
    })
}

pub(super) fn begin_late(scene: &mut Scene<'_>) -> Option<()> {
    with_own_key(scene, |digest| {
        digest.start += HALF_AN_HOUR;
        Some(())
    })
}

pub(super) fn begin_early(scene: &mut Scene<'_>) -> Option<()> {
    with_own_key(scene, |digest| {
        digest.start -= HALF_AN_HOUR;
        Some(())
    })
}

/// Lists in the next digest again what this one lists.
pub(super) fn list_twice(scene: &mut Scene<'_>) -> Option<()> {
    let file = scene.digest().files.first()?.clone();
    scene.victim += 1;
    with_own_key(scene, |digest| {
        digest.files.push(file);
        Some(())
    })
}

/// Lists what would be a log file of another account.
pub(super) fn list_foreign(scene: &mut Scene<'_>) -> Option<()> {
    let account = scene.digest().account.clone();
    let mut file = scene.digest().files.first()?.clone();
    file.key = file.key.replace(&account, OTHER_ACCOUNT);
    with_own_key(scene, |digest| {
        digest.files.push(file);
        Some(())
    })
}

pub(super) fn name_other_account(scene: &mut Scene<'_>) -> Option<()> {
    with_own_key(scene, |digest| {
        OTHER_ACCOUNT.clone_into(&mut digest.account);
        Some(())
    })
}
