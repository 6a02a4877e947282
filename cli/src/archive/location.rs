//! Where log files are: a bucket and a folder in it.

use std::fmt;
use std::str::FromStr;

/// A folder of a bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Location {
    /// The bucket's name.
    pub(crate) bucket: String,
    /// What keys begin with; empty, or ending in a slash unless it names one object.
    pub(crate) folder: String,
}

/// Says that a text is no location.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("expected s3://BUCKET or s3://BUCKET/PREFIX")]
pub(crate) struct NoLocation;

impl FromStr for Location {
    type Err = NoLocation;

    fn from_str(text: &str) -> Result<Self, NoLocation> {
        let rest = text.strip_prefix("s3://").ok_or(NoLocation)?;
        let (bucket, folder) = rest.split_once('/').unwrap_or((rest, ""));
        if bucket.is_empty() {
            return Err(NoLocation);
        }
        let mut folder = folder.to_owned();
        if !folder.is_empty() && !folder.ends_with('/') && !folder.ends_with(".json.gz") {
            // Or `logs` would be `logs-of-others` too.
            folder.push('/');
        }
        Ok(Self {
            bucket: bucket.to_owned(),
            folder,
        })
    }
}

impl fmt::Display for Location {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "s3://{}/{}", self.bucket, self.folder)
    }
}

#[cfg(test)]
mod tests {
    use super::Location;

    #[test]
    fn a_location_is_a_bucket_and_a_folder() {
        for (text, bucket, folder) in [
            ("s3://logs", "logs", ""),
            ("s3://logs/", "logs", ""),
            ("s3://logs/a/b", "logs", "a/b/"),
            ("s3://logs/a/b/", "logs", "a/b/"),
            ("s3://logs/a/b.json.gz", "logs", "a/b.json.gz"),
        ] {
            let location: Location = text.parse().expect(text);
            assert_eq!(
                (location.bucket.as_str(), location.folder.as_str()),
                (bucket, folder)
            );
        }
        for text in ["logs", "s3://", "s3:///a", "https://logs.s3.amazonaws.com"] {
            assert!(text.parse::<Location>().is_err(), "{text}");
        }
    }
}
