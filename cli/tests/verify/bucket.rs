//! Buckets, beside `aws cloudtrail validate-logs`.

use std::collections::BTreeSet;
use std::process::Output;

use local::{Cloud, Storage, Trail, Upload};
use sample::tamper::TAMPERINGS;
use sample::{Archive, Object};
use tokio::process::Command;

use crate::archive::{archive, json, kinds, range};
use crate::command;

const TRAIL: &str = "arn:aws:cloudtrail:us-east-1:111122223333:trail/management-events";
const REGIONS: [&str; 2] = ["us-east-1", "eu-west-1"];

/// What lets the installed `aws cloudtrail validate-logs` pass: it only hashes the first gzip
/// member and only follows the digests that are there. Newer ones refuse what is appended.
const APPENDED: [&str; 4] = [
    "log-member-appended",
    "log-bytes-appended",
    "digest-member-appended",
    "digest-bytes-appended",
];

/// A bucket in the local cloud that holds an archive.
struct Bucket {
    cloud: Cloud,
    name: String,
}

impl Bucket {
    async fn new(archive: &Archive) -> Self {
        let cloud = Cloud::start(Storage::Memory).await.expect("a cloud");
        let bucket = Self {
            cloud,
            name: archive.bucket.clone(),
        };
        bucket.cloud.create_bucket(&bucket.name).expect("a bucket");
        for region in REGIONS {
            for key in &archive.public_keys {
                let registered = bucket
                    .cloud
                    .register_public_key(region, &key.value, key.start, key.end);
                registered.expect("a key");
            }
        }
        bucket
            .cloud
            .put_trail(&Trail::new(TRAIL, &bucket.name))
            .expect("a trail");
        for (key, object) in &archive.objects {
            bucket.put(key, object);
        }
        bucket
    }

    fn put(&self, key: &str, object: &Object) {
        let mut upload = Upload::new(object.bytes.clone()).unannounced();
        for (name, value) in &object.metadata {
            upload = upload.metadata(name, value);
        }
        self.cloud
            .upload(&self.name, key, upload)
            .expect("an object");
    }

    /// Makes the bucket hold another archive's objects.
    fn become_like(&self, before: &Archive, after: &Archive) {
        for key in before.objects.keys() {
            if !after.objects.contains_key(key) {
                self.cloud.remove_object(&self.name, key).expect("removed");
            }
        }
        for (key, object) in &after.objects {
            if before.objects.get(key) != Some(object) {
                self.put(key, object);
            }
        }
    }

    async fn verify(&self, range: &[String]) -> Output {
        let home = tempfile::tempdir().expect("a folder");
        let mut command = command::trailkeep(home.path());
        command
            .args(["verify", &format!("s3://{}", self.name), "--output", "json"])
            .args(range)
            .args(["--endpoint-url", self.cloud.s3()])
            .env("AWS_ENDPOINT_URL_CLOUDTRAIL", self.cloud.cloudtrail())
            .env("AWS_ACCESS_KEY_ID", "local")
            .env("AWS_SECRET_ACCESS_KEY", "local")
            .env("AWS_REGION", "us-east-1");
        command.output().await.expect("the command ran")
    }

    /// What the aws cli says of a Region; nothing where it is not installed.
    async fn validate(&self, region: &str, range: &[String]) -> Option<String> {
        let nowhere = concat!(env!("CARGO_TARGET_TMPDIR"), "/no-such-file");
        let times = [&range[1], &range[3]];
        let output = Command::new("aws")
            .args([
                "cloudtrail",
                "validate-logs",
                "--verbose",
                "--region",
                region,
            ])
            .args([
                "--trail-arn",
                TRAIL,
                "--start-time",
                times[0],
                "--end-time",
                times[1],
            ])
            .env("AWS_ENDPOINT_URL_S3", self.cloud.s3())
            .env("AWS_ENDPOINT_URL_CLOUDTRAIL", self.cloud.cloudtrail())
            .env("AWS_ACCESS_KEY_ID", "local")
            .env("AWS_SECRET_ACCESS_KEY", "local")
            .env("AWS_CONFIG_FILE", nowhere)
            .env("AWS_SHARED_CREDENTIALS_FILE", nowhere)
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_PAGER", "")
            .env("NO_PROXY", "127.0.0.1")
            .output()
            .await;
        let output = match output {
            Ok(output) => output,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                eprintln!("skipped: the aws cli is not installed");
                return None;
            }
            Err(error) => panic!("aws: {error}"),
        };
        let text = String::from_utf8_lossy(&output.stdout);
        let said = String::from_utf8_lossy(&output.stderr);
        Some(format!("{text}{said}"))
    }
}

/// The Regions that some keys are of.
fn regions(keys: &BTreeSet<String>) -> BTreeSet<&'static str> {
    let is_of = |region: &&str| keys.iter().any(|key| key.contains(&format!("/{region}/")));
    REGIONS.into_iter().filter(is_of).collect()
}

#[tokio::test]
async fn both_verifiers_say_of_a_clean_trail_that_it_is_valid() {
    let archive = archive();
    let (bucket, range) = (Bucket::new(&archive).await, range(&archive));
    let output = bucket.verify(&range).await;
    let answer = json(&output);
    assert_eq!(output.status.code(), Some(0), "{answer}");
    let (mut digests, mut logs) = (0, 0);
    for region in REGIONS {
        let Some(said) = bucket.validate(region, &range).await else {
            return;
        };
        assert!(!said.contains("INVALID"), "{said}");
        assert!(said.contains("valid"), "{said}");
        let valid = |what: &str| {
            said.lines()
                .filter(|line| line.starts_with(what) && line.ends_with("\tvalid"))
                .count()
        };
        digests += valid("Digest file\t");
        logs += valid("Log file\t");
    }
    assert_eq!(digests, archive.digests().count());
    assert_eq!(logs, archive.logs().count());
}

#[tokio::test]
async fn whatever_the_stock_validator_finds_is_found_and_more() {
    let clean = archive();
    let (bucket, range) = (Bucket::new(&clean).await, range(&clean));
    let mut before = clean.clone();
    let mut passed = BTreeSet::new();
    for tampering in TAMPERINGS {
        let mut after = clean.clone();
        let changed = tampering.apply(&mut after.objects).expect("enough objects");
        bucket.become_like(&before, &after);
        before = after;
        let output = bucket.verify(&range).await;
        let answer = json(&output);
        assert_eq!(output.status.code(), Some(1), "{}", tampering.name);
        // What was moved to another day is not looked for in a bucket.
        let must = match tampering.name {
            "log-moved" => &["log-missing"],
            _ => tampering.must,
        };
        let expected: BTreeSet<String> = must.iter().map(ToString::to_string).collect();
        assert_eq!(kinds(&answer), expected, "{}: {answer}", tampering.name);
        let mut is_found = false;
        for region in regions(&changed) {
            let Some(said) = bucket.validate(region, &range).await else {
                return;
            };
            is_found |= said.contains("INVALID") || said.contains("No digests found");
        }
        let stock = if is_found { "found" } else { "passed" };
        eprintln!(
            "{:32} stock {stock}, trailkeep {}",
            tampering.name,
            tampering.must.join(", ")
        );
        if !is_found {
            passed.insert(tampering.name);
        }
    }
    for name in [
        "digests-removed-newest",
        "log-added",
        "log-replayed",
        "chain-restarted",
    ] {
        assert!(
            passed.contains(name),
            "the stock validator has learned to find {name}"
        );
    }
    let appended: BTreeSet<_> = APPENDED
        .iter()
        .filter(|name| passed.contains(*name))
        .collect();
    eprintln!(
        "the stock validator passed {} of {}, {} of them appended",
        passed.len(),
        TAMPERINGS.len(),
        appended.len()
    );
}
