//! The Regions that AWS's host names tell.

/// The Region of a host of API Gateway's: `ID.execute-api.REGION.amazonaws.com` and its
/// kin of other partitions and of VPC endpoints.
pub(super) fn region_of_api(host: &str) -> Option<&str> {
    let mut labels = host
        .split('.')
        .skip(1)
        .skip_while(|label| *label != "execute-api");
    labels.next()?;
    labels.next().filter(|label| is_region(label))
}

/// The Region of a queue's host, `sqs.REGION.amazonaws.com` or `REGION.queue.amazonaws.com`.
pub(crate) fn region_of_queue(host: &str) -> Option<&str> {
    let (first, rest) = host.split_once('.')?;
    let (second, _) = rest.split_once('.')?;
    let (("sqs" | "sqs-fips", region) | (region, "queue")) = (first, second) else {
        return None;
    };
    Some(region).filter(|region| is_region(region) && host.contains(".amazonaws."))
}

/// Tells whether a label looks like `eu-west-1` or `us-gov-east-1`.
fn is_region(label: &str) -> bool {
    let Some((name, number)) = label.rsplit_once('-') else {
        return false;
    };
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let is_name =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    is_number && name.contains('-') && name.split('-').all(is_name)
}

#[cfg(test)]
mod tests {
    use super::{region_of_api, region_of_queue};

    #[test]
    fn a_host_of_api_gateway_names_its_region() {
        for (host, region) in [
            (
                "abc123.execute-api.eu-west-1.amazonaws.com",
                Some("eu-west-1"),
            ),
            (
                "abc123.execute-api.cn-north-1.amazonaws.com.cn",
                Some("cn-north-1"),
            ),
            (
                "abc123.execute-api.us-gov-east-1.amazonaws.com",
                Some("us-gov-east-1"),
            ),
            (
                "vpce-1.execute-api.ap-southeast-2.vpce.amazonaws.com",
                Some("ap-southeast-2"),
            ),
            ("trail.example.com", None),
            ("execute-api.eu-west-1.amazonaws.com", None),
            ("abc.execute-api", None),
            ("abc.execute-api.example.com", None),
            ("127.0.0.1", None),
        ] {
            assert_eq!(region_of_api(host), region, "{host}");
        }
    }

    #[test]
    fn a_host_of_a_queue_names_its_region() {
        for (host, region) in [
            ("sqs.eu-west-1.amazonaws.com", Some("eu-west-1")),
            ("sqs.cn-north-1.amazonaws.com.cn", Some("cn-north-1")),
            ("us-east-1.queue.amazonaws.com", Some("us-east-1")),
            ("sqs.eu-west-1.example.com", None),
            ("127.0.0.1", None),
            ("localhost", None),
        ] {
            assert_eq!(region_of_queue(host), region, "{host}");
        }
    }
}
