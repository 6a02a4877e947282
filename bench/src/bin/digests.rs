//! Prints how fast digests are verified, and whole archives, on one core.
//!
//! `cargo run --release -p bench --bin digests [EVENTS] [SECONDS]`
//!
//! First single digests, with 0, 10 and 100 log files listed: inflated, hashed, parsed,
//! and their signature verified. Then everything of a generated archive (200,000 events by
//! default) as `trailkeep verify` checks it: digests, chains, log files and coverage. In
//! processor time, each for so many seconds (3 by default). What cannot be avoided is
//! inflating every object and hashing its content: the ratio to that compares.

use bench::{Outcome, processor_seconds, say};
use integrity::audit::{Audit, Scope, Verdict, examine};
use integrity::stored::{Metadata, StoredDigest, check};
use integrity::{KeyRing, Location};
use sample::digest::{Digest, Listed};
use sample::{Archive, Delivery, Object, Signer, Trail, list_public_keys};

fn main() -> Outcome {
    let events: u64 = argument(1)?.unwrap_or(200_000);
    let seconds: f64 = argument(2)?.unwrap_or(3.0);
    single(seconds)?;
    whole(events, seconds)
}

fn argument<T: std::str::FromStr>(number: usize) -> Result<Option<T>, T::Err> {
    std::env::args()
        .nth(number)
        .map(|text| text.parse())
        .transpose()
}

/// Repeats something for some seconds of processor time; answers how often a second.
fn rate(seconds: f64, mut run: impl FnMut() -> Outcome) -> Result<f64, Box<dyn std::error::Error>> {
    let start = processor_seconds();
    let mut count = 0_u32;
    loop {
        run()?;
        count += 1;
        let passed = processor_seconds() - start;
        if passed >= seconds {
            return Ok(f64::from(count) / passed);
        }
    }
}

/// Measures digests by themselves.
fn single(seconds: f64) -> Outcome {
    let keys = ring(&[Signer::cloudtrail().valid(0, 4_102_444_800)])?;
    say!(
        "{:<28} {:>10} {:>12} {:>12} {:>8}",
        "digests that list",
        "bytes",
        "a second",
        "unavoidable",
        "ratio"
    );
    for files in [0, 10, 100] {
        let (digest, object) = digest(files);
        let location = Location::new(digest.bucket.as_str(), digest.key.as_str());
        let metadata = metadata(&object);
        let verified = rate(seconds, || {
            let stored = StoredDigest {
                location: &location,
                object: &object.bytes,
                metadata: &metadata,
            };
            let checked = check(&stored, &keys);
            if !checked.record.is_trusted() || checked.record.files.0.len() != files {
                return Err(format!("not verified: {:?}", checked.findings).into());
            }
            Ok(())
        })?;
        let mut content = Vec::new();
        let unavoidable = rate(seconds, || inflate_and_hash(&object.bytes, &mut content))?;
        say!(
            "{files:>4} log files               {:>10} {verified:>12.0} {unavoidable:>12.0} {:>8.2}",
            content.len(),
            unavoidable / verified
        );
    }
    Ok(())
}

/// A digest in the middle of its stream, with so many log files.
fn digest(files: usize) -> (Digest, Object) {
    let archive = Archive::new(
        &Trail {
            events: 100,
            ..Trail::hours(3)
        },
        Delivery::default(),
    );
    let digests = archive.digests().filter_map(|(key, object)| {
        let digest = Digest::read(&object.bytes)?;
        (digest.previous.is_some() && key.contains("/us-east-1/")).then_some(digest)
    });
    let mut digest = digests.last().expect("a trail of three hours has digests");
    let folder = format!(
        "AWSLogs/{0}/CloudTrail/us-east-1/2026/07/15/{0}_CloudTrail_us-east-1_20260715T0205Z_",
        digest.account
    );
    digest.files = (0..files)
        .map(|number| Listed {
            bucket: digest.bucket.clone(),
            key: format!("{folder}EXAMPLE{number:09}.json.gz"),
            sha256: format!("{number:064x}"),
            newest: digest.end - 60,
            oldest: digest.start,
        })
        .collect();
    let object = digest.object(Signer::cloudtrail(), digest.end + 300);
    (digest, object)
}

/// Measures everything of an archive.
fn whole(events: u64, seconds: f64) -> Outcome {
    let usual = Trail::default();
    let trail = Trail {
        events,
        accounts: usual.accounts[..2].to_vec(),
        regions: usual.regions[..2].to_vec(),
        end: usual.start + jiff::Span::new().hours(12),
        ..usual
    };
    let archive = Archive::new(&trail, Delivery::default());
    let keys = ring(&archive.public_keys)?;
    let ends = archive
        .digests()
        .filter_map(|(_, object)| Digest::read(&object.bytes));
    let end = ends.map(|digest| digest.end).max();
    let scope = Scope {
        end,
        ..Scope::default()
    };
    let (digests, logs) = (archive.digests().count(), archive.logs().count());
    let mut content = Vec::new();
    let mut inflated = 0;
    for object in archive.objects.values() {
        inflate_and_hash(&object.bytes, &mut content)?;
        inflated += content.len();
    }
    #[expect(clippy::cast_precision_loss, reason = "printed figures")]
    let (megabytes, events_of, objects) = (
        inflated as f64 / 1e6,
        events as f64,
        (digests + logs) as f64,
    );
    say!("");
    say!(
        "an archive of {events} events: {logs} log files and {digests} digests, {megabytes:.0} MB inflated"
    );
    let audited = rate(seconds, || {
        let mut audit = Audit::new(scope.clone());
        for (key, object) in &archive.objects {
            let location = Location::new(archive.bucket.as_str(), key.as_str());
            audit.take(examine(location, &object.bytes, &metadata(object), &keys));
        }
        let report = audit.finish();
        if report.verdict != Verdict::Proven || report.files_valid != logs as u64 {
            return Err(format!("{:?}: {:?}", report.verdict, report.findings).into());
        }
        Ok(())
    })?;
    let unavoidable = rate(seconds, || {
        for object in archive.objects.values() {
            inflate_and_hash(&object.bytes, &mut content)?;
        }
        Ok(())
    })?;
    for (step, rate) in [("audited", audited), ("inflated and hashed", unavoidable)] {
        say!(
            "{step:<20} {:>8.0} MB/s {:>10.0} events/s {:>8.0} objects/s a core",
            rate * megabytes,
            rate * events_of,
            rate * objects
        );
    }
    say!("ratio to that        {:>8.2}", unavoidable / audited);
    Ok(())
}

fn inflate_and_hash(object: &[u8], content: &mut Vec<u8>) -> Outcome {
    content.clear();
    let mut member = flate2::bufread::GzDecoder::new(object);
    std::io::Read::read_to_end(&mut member, content)?;
    std::hint::black_box(trail::digest::sha256(content));
    Ok(())
}

fn metadata(object: &Object) -> Metadata {
    let pairs = object.metadata.iter();
    Metadata::from_pairs(pairs.map(|(name, value)| (name.as_str(), value.as_str())))
}

fn ring(keys: &[sample::PublicKey]) -> Result<KeyRing, Box<dyn std::error::Error>> {
    let mut ring = KeyRing::new();
    ring.import(None, list_public_keys(keys).as_bytes())?;
    Ok(ring)
}
