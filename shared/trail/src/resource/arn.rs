//! ARNs: their parts and the type of resource that they name.

use std::borrow::Cow;

mod kinds;

use kinds::KINDS;

/// The parts of an ARN that tell what it names.
pub(super) struct Arn<'a> {
    service: &'a str,
    region: &'a str,
    /// What follows the account: `role/path/Name`, `function:name:alias`, a bucket.
    pub(super) resource: &'a str,
}

impl<'a> Arn<'a> {
    /// Takes an ARN apart; any other text is none.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.strip_prefix("arn:")?.splitn(5, ':');
        let (_partition, service, region) = (parts.next()?, parts.next()?, parts.next()?);
        let (_account, resource) = (parts.next()?, parts.next()?);
        (!resource.is_empty()).then_some(Self {
            service,
            region,
            resource,
        })
    }

    /// What comes before the first `/` or `:` of the resource, and what after it.
    pub(super) fn type_and_name(&self) -> (&'a str, Option<&'a str>) {
        match self.resource.split_once(['/', ':']) {
            Some((kind, name)) => (kind, Some(name)),
            None => (self.resource, None),
        }
    }

    /// The type of the resource, where it is a known one.
    pub(super) fn kind(&self) -> Option<&'static str> {
        let (word, name) = self.type_and_name();
        let find = |word: &str| {
            let key = (self.service, word);
            KINDS
                .binary_search_by(|(service, word, _)| (*service, *word).cmp(&key))
                .ok()
        };
        let at = match name {
            Some(_) => find(word).or_else(|| find("*/")),
            None => find("*"),
        };
        // Access points and the like have a Region, buckets and objects none.
        if self.service == "s3" && self.region.is_empty() {
            return Some(if name.is_some() {
                "AWS::S3::Object"
            } else {
                "AWS::S3::Bucket"
            });
        }
        at.map(|at| KINDS[at].2)
    }
}

/// Undoes the percent encoding in which some services log the ARNs of their paths.
pub(super) fn decode(text: &str) -> Cow<'_, str> {
    let Some(encoded) = text
        .strip_prefix("arn%3A")
        .or_else(|| text.strip_prefix("arn%3a"))
    else {
        return Cow::Borrowed(text);
    };
    let mut bytes = b"arn:".to_vec();
    let mut rest = encoded.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let digit = |at: usize| char::from(*after.get(at)?).to_digit(16);
        let decoded = match (byte, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => u8::try_from(high * 16 + low).ok(),
            _ => None,
        };
        bytes.push(decoded.unwrap_or(*byte));
        rest = if decoded.is_some() {
            &after[2..]
        } else {
            after
        };
    }
    String::from_utf8(bytes).map_or(Cow::Borrowed(text), Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(arn: &str) -> Option<&'static str> {
        Arn::parse(arn).expect("an ARN").kind()
    }

    #[test]
    fn the_kinds_are_in_order() {
        assert!(KINDS.is_sorted_by(|one, other| (one.0, one.1) < (other.0, other.1)));
    }

    #[test]
    fn an_arn_tells_its_type() {
        for (arn, expected) in [
            (
                "arn:aws:iam::111122223333:role/service-role/Deploy",
                "AWS::IAM::Role",
            ),
            (
                "arn:aws:lambda:eu-west-1:111122223333:function:mail:live",
                "AWS::Lambda::Function",
            ),
            ("arn:aws:s3:::reports", "AWS::S3::Bucket"),
            ("arn:aws-cn:s3:::reports/2026/a.csv", "AWS::S3::Object"),
            (
                "arn:aws:s3:eu-west-1:111122223333:accesspoint/team",
                "AWS::S3::AccessPoint",
            ),
            (
                "arn:aws:sns:eu-west-1:111122223333:alerts",
                "AWS::SNS::Topic",
            ),
            (
                "arn:aws:sns:eu-west-1:111122223333:alerts:0d1f",
                "AWS::SNS::Subscription",
            ),
            (
                "arn:aws:apigateway:eu-west-1::/restapis/a1b2c3",
                "AWS::ApiGateway::RestApi",
            ),
        ] {
            assert_eq!(kind(arn), Some(expected), "{arn}");
        }
    }

    #[test]
    fn an_arn_of_an_unknown_service_has_no_type() {
        assert_eq!(kind("arn:aws:braket:eu-west-1:111122223333:job/1"), None);
        assert_eq!(kind("arn:aws:iam::111122223333:root"), None);
    }

    #[test]
    fn other_texts_are_no_arns() {
        for text in [
            "",
            "arn",
            "arn:aws:s3",
            "arn:aws:s3:::",
            "urn:aws:s3:::bucket",
        ] {
            assert!(Arn::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_percent_encoded_arn_is_decoded() {
        let decoded = "arn:aws:kafka:eu-west-1:111122223333:cluster/orders";
        let encoded = "arn%3Aaws%3Akafka%3Aeu-west-1%3A111122223333%3Acluster%2Forders";
        assert_eq!(decode(encoded), decoded);
        assert_eq!(decode(decoded), decoded);
        assert_eq!(decode("arn%3Aaws%zz%"), "arn:aws%zz%");
        assert_eq!(decode("50%25"), "50%25");
    }
}
