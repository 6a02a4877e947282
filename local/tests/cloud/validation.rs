//! The stock command line, unmodified: its validator against digests that
//! openssl signed, and its copies.
//!
//! It needs `aws` and `openssl`; without them a test says so and passes.

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use flate2::Compression;
use flate2::write::GzEncoder;
use local::{Cloud, Storage, Trail, Upload};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

const ARN: &str = "arn:aws:cloudtrail:us-east-1:111122223333:trail/main";
const BUCKET: &str = "logs";

/// 2026-10-13T00:00:00Z
const DAY: i64 = 1_791_849_600;

fn is_installed(program: &str, version: &str) -> bool {
    let found = Command::new(program).arg(version).output();
    let is_installed = found.is_ok_and(|output| output.status.success());
    if !is_installed {
        let line = format!("skipped: {program} is not installed\n");
        let _ = std::io::stderr().write_all(line.as_bytes());
    }
    is_installed
}

fn openssl<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>, input: &[u8]) -> Vec<u8> {
    let mut running = Command::new("openssl")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("openssl starts");
    let mut standard_input = running.stdin.take().expect("an input");
    standard_input.write_all(input).expect("openssl reads");
    drop(standard_input);
    let output = running.wait_with_output().expect("openssl ends");
    assert!(output.status.success(), "openssl refused");
    output.stdout
}

/// The stock command line, pointed at a cloud.
fn aws(cloud: &Cloud, region: &str) -> Command {
    let mut aws = Command::new("aws");
    aws.args(["--region", region])
        .env("AWS_ENDPOINT_URL_S3", cloud.s3())
        .env("AWS_ENDPOINT_URL_CLOUDTRAIL", cloud.cloudtrail())
        .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "local")
        .env("AWS_CONFIG_FILE", "/dev/null")
        .env("AWS_EC2_METADATA_DISABLED", "true");
    aws
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).expect("memory");
    encoder.finish().expect("memory")
}

fn sha256(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}

/// A Region of the trail, whose digests are signed with its own key.
struct Region<'a> {
    cloud: &'a Cloud,
    name: &'static str,
    key: &'a Path,
    fingerprint: String,
    /// The latest digest's key, hash and signature.
    latest: Option<(String, String, String)>,
}

impl<'a> Region<'a> {
    fn new(cloud: &'a Cloud, name: &'static str, key: &'a Path) -> Region<'a> {
        let pem = openssl(["genrsa", "-traditional", "2048"], b"");
        std::fs::write(key, &pem).expect("a key file");
        let public = openssl(["rsa", "-RSAPublicKey_out", "-outform", "DER"], &pem);
        let fingerprint = cloud
            .register_public_key(name, &public, DAY - 86_400, DAY + 29 * 86_400)
            .expect("a key");
        Region {
            cloud,
            name,
            key,
            fingerprint,
            latest: None,
        }
    }

    /// Delivers the log file and the digest of an hour, and answers the log
    /// file's key.
    fn deliver(&mut self, hour: i64) -> String {
        let (name, day) = (self.name, "2026/10/13");
        let log_key = format!(
            "AWSLogs/111122223333/CloudTrail/{name}/{day}/111122223333_CloudTrail_{name}_\
             20261013T{hour:02}20Z_AAAAAAAAEXAMPLE{hour}.json.gz"
        );
        let log = json!({"Records": [{"eventID": format!("{name}-{hour}")}]}).to_string();
        let put = self.cloud.put_object(BUCKET, &log_key, gzip(&log));
        put.expect("a log file");
        let end = format!("2026-10-13T{:02}:00:00Z", hour + 1);
        let key = format!(
            "AWSLogs/111122223333/CloudTrail-Digest/{name}/{day}/111122223333_CloudTrail-Digest_\
             {name}_main_us-east-1_20261013T{:02}0000Z.json.gz",
            hour + 1
        );
        let (before, hash, signature) = match self.latest.take() {
            Some((key, hash, signature)) => (json!(key), json!(hash), json!(signature)),
            None => (Value::Null, Value::Null, Value::Null),
        };
        let bucket = |key: &Value| match key {
            Value::Null => Value::Null,
            _ => json!(BUCKET),
        };
        let digest = json!({
            "awsAccountId": "111122223333",
            "digestStartTime": format!("2026-10-13T{hour:02}:00:00Z"),
            "digestEndTime": end,
            "digestS3Bucket": BUCKET,
            "digestS3Object": key,
            "digestPublicKeyFingerprint": self.fingerprint,
            "digestSignatureAlgorithm": "SHA256withRSA",
            "newestEventTime": format!("2026-10-13T{hour:02}:10:00Z"),
            "oldestEventTime": format!("2026-10-13T{hour:02}:10:00Z"),
            "previousDigestS3Bucket": bucket(&before),
            "previousDigestS3Object": before,
            "previousDigestHashValue": hash,
            "previousDigestHashAlgorithm": "SHA-256",
            "previousDigestSignature": signature,
            "logFiles": [{
                "s3Bucket": BUCKET,
                "s3Object": log_key,
                "hashValue": sha256(&log),
                "hashAlgorithm": "SHA-256",
                "newestEventTime": format!("2026-10-13T{hour:02}:10:00Z"),
                "oldestEventTime": format!("2026-10-13T{hour:02}:10:00Z"),
            }],
        })
        .to_string();
        let signed = format!(
            "{end}\n{BUCKET}/{key}\n{}\n{}",
            sha256(&digest),
            signature.as_str().unwrap_or("null")
        );
        let arguments = ["dgst", "-sha256", "-sign"].map(OsStr::new);
        let arguments = arguments.into_iter().chain([self.key.as_os_str()]);
        let signature = hex::encode(openssl(arguments, signed.as_bytes()));
        let upload = Upload::new(gzip(&digest))
            .metadata("signature", &signature)
            .metadata("signature-algorithm", "SHA256withRSA")
            .modified(DAY + 3_600 * (hour + 1));
        let put = self.cloud.upload(BUCKET, &key, upload);
        put.expect("a digest");
        self.latest = Some((key, sha256(&digest), signature));
        log_key
    }

    /// Runs the validator over the day.
    fn validate(&self) -> (String, Output) {
        let output = aws(self.cloud, self.name)
            .args(["cloudtrail", "validate-logs", "--verbose"])
            .args(["--trail-arn", ARN])
            .args(["--start-time", "2026-10-13T00:00:00Z"])
            .args(["--end-time", "2026-10-14T00:00:00Z"])
            .output()
            .expect("aws runs");
        let text = String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr);
        (text, output)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stock_validator_validates_what_is_here() {
    if !is_installed("openssl", "version") || !is_installed("aws", "--version") {
        return;
    }
    let folder = tempfile::tempdir().expect("a directory");
    let cloud = Cloud::start(Storage::Memory).await.expect("a cloud");
    cloud.create_bucket(BUCKET).expect("a bucket");
    cloud.put_trail(&Trail::new(ARN, BUCKET)).expect("a trail");
    let keys = ["home.pem", "other.pem"].map(|name| folder.path().join(name));
    let mut home = Region::new(&cloud, "us-east-1", &keys[0]);
    let mut other = Region::new(&cloud, "eu-west-1", &keys[1]);
    let mut logs = Vec::new();
    for hour in 8..11 {
        logs.push(home.deliver(hour));
        other.deliver(hour);
    }
    for region in [&home, &other] {
        let (text, output) = region.validate();
        assert!(output.status.success(), "{text}");
        assert!(text.contains("3/3 digest files valid"), "{text}");
        assert!(text.contains("3/3 log files valid"), "{text}");
    }

    let forged = gzip(r#"{"Records":[]}"#);
    cloud
        .overwrite_object(BUCKET, &logs[0], forged)
        .expect("a change");
    cloud.remove_object(BUCKET, &logs[2]).expect("a removal");
    let (text, output) = home.validate();
    assert_eq!(output.status.code(), Some(1), "{text}");
    let forged = format!(
        "s3://{BUCKET}/{}\tINVALID: hash value doesn't match",
        logs[0]
    );
    assert!(text.contains(&forged), "{text}");
    let missing = format!("s3://{BUCKET}/{}\tINVALID: not found", logs[2]);
    assert!(text.contains(&missing), "{text}");

    let (latest, ..) = other.latest.as_ref().expect("a digest");
    cloud
        .rewrite_metadata(BUCKET, latest, &[("signature", "00")])
        .expect("a change");
    let (text, output) = other.validate();
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(
        text.contains("INVALID: signature verification failed"),
        "{text}"
    );
    assert!(
        cloud
            .remove_public_key("us-east-1", &home.fingerprint)
            .expect("a removal")
    );
    let (text, output) = home.validate();
    assert!(!output.status.success(), "{text}");
    assert!(text.contains("No public keys found"), "{text}");
    cloud.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stock_client_copies_files_long_and_short() {
    if !is_installed("aws", "--version") {
        return;
    }
    let folder = tempfile::tempdir().expect("a directory");
    let cloud = Cloud::start(Storage::Memory).await.expect("a cloud");
    cloud.create_bucket(BUCKET).expect("a bucket");
    let from = folder.path().join("from");
    std::fs::create_dir_all(from.join("a")).expect("a directory");
    let long: Vec<u8> = (0..9_000_000_u32).map(|it| it.to_le_bytes()[1]).collect();
    std::fs::write(from.join("long"), &long).expect("a file");
    std::fs::write(from.join("a/short +"), b"short").expect("a file");
    let sync = |from: &OsStr, to: &OsStr| {
        let output = aws(&cloud, "us-east-1")
            .args(["s3", "sync", "--only-show-errors"])
            .args([from, to])
            .output()
            .expect("aws runs");
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{errors}");
    };
    sync(from.as_os_str(), OsStr::new("s3://logs/x"));
    let keys = cloud.object_keys(BUCKET, "").expect("keys");
    assert_eq!(keys, ["x/a/short +", "x/long"]);
    let stored = cloud.object(BUCKET, "x/long", None).expect("a read");
    let stored = stored.expect("an object");
    assert!(stored.etag.ends_with("-2"), "{}", stored.etag);
    assert!(stored.body == long, "the parts are not the file");
    let to = folder.path().join("to");
    sync(OsStr::new("s3://logs/x"), to.as_os_str());
    assert!(std::fs::read(to.join("long")).expect("a file") == long);
    let short = std::fs::read(to.join("a/short +")).expect("a file");
    assert_eq!(short, b"short");
    cloud.stop().await;
}
