//! The object that a notification is about.

use percent_encoding::percent_decode;
use serde_json::Value;

use super::Refusal;

/// Names one version of one S3 object, as the notification of it does.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Object {
    /// The bucket.
    pub bucket: String,
    /// The key, decoded: what `GetObject` is called with.
    pub key: String,
    /// The version, where the bucket has versions.
    ///
    /// A reader pins it: a later write under the same key cannot then pass for
    /// the delivery.
    pub version: Option<String>,
    /// The entity tag, without quotes.
    pub etag: Option<String>,
    /// The size in bytes.
    pub size: Option<u64>,
    /// A hexadecimal number of varying length that orders events of one key.
    pub sequencer: Option<String>,
}

impl Object {
    /// Reads the `s3` member of a record of an S3 event, whose key is form-url-encoded.
    pub(super) fn of_s3(record: &Value) -> Result<Self, Refusal> {
        let s3 = &record["s3"];
        let object = &s3["object"];
        let key = text(&object["key"], "s3.object.key")?;
        Ok(Self {
            bucket: text(&s3["bucket"]["name"], "s3.bucket.name")?.to_owned(),
            key: decode(key)?,
            version: hint(&object["versionId"]).map(str::to_owned),
            etag: hint(&object["eTag"]).map(unquote),
            size: object["size"].as_u64(),
            sequencer: hint(&object["sequencer"]).map(str::to_owned),
        })
    }

    /// Reads the `detail` member of an EventBridge event, whose key is not encoded.
    pub(super) fn of_detail(detail: &Value) -> Result<Self, Refusal> {
        let object = &detail["object"];
        Ok(Self {
            bucket: text(&detail["bucket"]["name"], "detail.bucket.name")?.to_owned(),
            key: text(&object["key"], "detail.object.key")?.to_owned(),
            version: hint(&object["version-id"]).map(str::to_owned),
            etag: hint(&object["etag"]).map(unquote),
            size: object["size"].as_u64(),
            sequencer: hint(&object["sequencer"]).map(str::to_owned),
        })
    }

    /// Names an object of which a bucket and a key is all that is known.
    pub(super) fn plain(bucket: &str, key: &str) -> Self {
        Self {
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            version: None,
            etag: None,
            size: None,
            sequencer: None,
        }
    }
}

/// Returns the text of a field without which there is no notification.
pub(super) fn text<'a>(field: &'a Value, name: &'static str) -> Result<&'a str, Refusal> {
    match field {
        Value::Null => Err(Refusal::Missing(name)),
        Value::String(text) if text.is_empty() => Err(Refusal::Missing(name)),
        Value::String(text) => Ok(text),
        _ => Err(Refusal::Malformed(name)),
    }
}

/// Returns the text of a field that only adds to a notification, so that
/// nothing which it might hold is a reason to refuse.
fn hint(field: &Value) -> Option<&str> {
    field.as_str().filter(|text| !text.is_empty())
}

/// Takes off the quotes that HTTP puts around an entity tag.
fn unquote(etag: &str) -> String {
    etag.strip_prefix('"')
        .and_then(|etag| etag.strip_suffix('"'))
        .unwrap_or(etag)
        .to_owned()
}

/// Decodes a form-url-encoded key: first '+' to a space, then the escapes, so
/// that an escaped '+' stays one.
///
/// A '%' that begins no escape stands for itself. S3 sends none, and whoever
/// else does has not encoded the key.
fn decode(key: &str) -> Result<String, Refusal> {
    let spaced = key.replace('+', " ");
    percent_decode(spaced.as_bytes())
        .decode_utf8()
        .map(std::borrow::Cow::into_owned)
        .map_err(|_| Refusal::Key("s3.object.key"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plus_is_a_space_and_an_escaped_plus_is_a_plus() {
        assert_eq!(decode("a+b%2Bc%20d"), Ok("a b+c d".to_owned()));
    }

    #[test]
    fn escapes_are_decoded_once_and_a_stray_percent_sign_stands_for_itself() {
        assert_eq!(decode("%2525"), Ok("%25".to_owned()));
        assert_eq!(decode("100%"), Ok("100%".to_owned()));
        assert_eq!(decode("%zz"), Ok("%zz".to_owned()));
    }

    #[test]
    fn a_key_that_is_not_utf8_is_refused() {
        assert_eq!(decode("%C3%28"), Err(Refusal::Key("s3.object.key")));
        assert_eq!(decode("%C3%A9"), Ok("é".to_owned()));
    }

    #[test]
    fn only_a_pair_of_quotes_is_taken_off() {
        assert_eq!(unquote("\"ab\""), "ab");
        assert_eq!(unquote("\"ab"), "\"ab");
        assert_eq!(unquote("ab"), "ab");
    }
}
