//! Ids of EC2, which tell their type by themselves.
//!
//! They stand in the requests of most services, under hundreds of keys
//! (`resourceId`, `target`, `subnets`), so the value is what they are known by.

/// The letters before the dash, in order, and the type that they stand for.
///
/// CloudTrail's lookup has names of its own for some, older than
/// CloudFormation's: `Ami` and `VPC` (facts section 1.7).
const PREFIXES: [(&str, &str); 63] = [
    ("acl", "AWS::EC2::NetworkAcl"),
    ("aclassoc", "AWS::EC2::SubnetNetworkAclAssociation"),
    ("aki", "AWS::EC2::Ami"),
    ("ami", "AWS::EC2::Ami"),
    ("ari", "AWS::EC2::Ami"),
    ("cagw", "AWS::EC2::CarrierGateway"),
    ("cgw", "AWS::EC2::CustomerGateway"),
    ("cr", "AWS::EC2::CapacityReservation"),
    ("crf", "AWS::EC2::CapacityReservationFleet"),
    ("cvpn-endpoint", "AWS::EC2::ClientVpnEndpoint"),
    ("dopt", "AWS::EC2::DHCPOptions"),
    ("eice", "AWS::EC2::InstanceConnectEndpoint"),
    ("eigw", "AWS::EC2::EgressOnlyInternetGateway"),
    ("eipalloc", "AWS::EC2::EIP"),
    ("eipassoc", "AWS::EC2::EIPAssociation"),
    ("eni", "AWS::EC2::NetworkInterface"),
    ("eni-attach", "AWS::EC2::NetworkInterfaceAttachment"),
    ("export-i", "AWS::EC2::ExportTask"),
    ("fl", "AWS::EC2::FlowLog"),
    ("fleet", "AWS::EC2::EC2Fleet"),
    ("h", "AWS::EC2::Host"),
    ("i", "AWS::EC2::Instance"),
    ("igw", "AWS::EC2::InternetGateway"),
    ("import-ami", "AWS::EC2::ImportTask"),
    ("import-i", "AWS::EC2::ImportTask"),
    ("import-snap", "AWS::EC2::ImportTask"),
    ("ipam", "AWS::EC2::IPAM"),
    ("ipam-pool", "AWS::EC2::IPAMPool"),
    ("ipam-scope", "AWS::EC2::IPAMScope"),
    ("key", "AWS::EC2::KeyPair"),
    ("lgw", "AWS::EC2::LocalGateway"),
    ("lt", "AWS::EC2::LaunchTemplate"),
    ("mi", "AWS::SSM::ManagedInstance"),
    ("nat", "AWS::EC2::NatGateway"),
    ("nia", "AWS::EC2::NetworkInsightsAnalysis"),
    ("nip", "AWS::EC2::NetworkInsightsPath"),
    ("pcx", "AWS::EC2::VPCPeeringConnection"),
    ("pg", "AWS::EC2::PlacementGroup"),
    ("pl", "AWS::EC2::PrefixList"),
    ("r", "AWS::EC2::Reservation"),
    ("rtb", "AWS::EC2::RouteTable"),
    ("rtbassoc", "AWS::EC2::SubnetRouteTableAssociation"),
    ("sfr", "AWS::EC2::SpotFleet"),
    ("sg", "AWS::EC2::SecurityGroup"),
    ("sgr", "AWS::EC2::SecurityGroupRule"),
    ("sir", "AWS::EC2::SpotInstanceRequest"),
    ("snap", "AWS::EC2::Snapshot"),
    ("subnet", "AWS::EC2::Subnet"),
    ("tgw", "AWS::EC2::TransitGateway"),
    ("tgw-attach", "AWS::EC2::TransitGatewayAttachment"),
    ("tgw-rtb", "AWS::EC2::TransitGatewayRouteTable"),
    ("tmf", "AWS::EC2::TrafficMirrorFilter"),
    ("tms", "AWS::EC2::TrafficMirrorSession"),
    ("tmt", "AWS::EC2::TrafficMirrorTarget"),
    ("vai", "AWS::EC2::VerifiedAccessInstance"),
    ("vgw", "AWS::EC2::VPNGateway"),
    ("vol", "AWS::EC2::Volume"),
    ("vpc", "AWS::EC2::VPC"),
    ("vpc-cidr-assoc", "AWS::EC2::VPCCidrBlock"),
    ("vpce", "AWS::EC2::VPCEndpoint"),
    ("vpce-svc", "AWS::EC2::VPCEndpointService"),
    ("vpn", "AWS::EC2::VPNConnection"),
    ("vpn-conn", "AWS::EC2::VPNConnection"),
];

/// The type of the resource that an EC2 id names; nothing for any other text.
pub(super) fn kind_of(text: &str) -> Option<&'static str> {
    // From `i-1a2b3c4d` to `fleet-` and a UUID.
    if !(10..=42).contains(&text.len()) {
        return None;
    }
    let is_hex = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let (prefix, digits) = match text.split_once('-')? {
        // Fleets are numbered by UUIDs.
        (prefix @ ("fleet" | "sfr"), uuid) if uuid.len() == 36 => (prefix, uuid.get(..8)?),
        _ => text.rsplit_once('-')?,
    };
    if !matches!(digits.len(), 8 | 17) || !is_hex(digits) {
        return None;
    }
    let at = PREFIXES
        .binary_search_by(|(known, _)| (*known).cmp(prefix))
        .ok()?;
    Some(PREFIXES[at].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prefixes_are_in_order() {
        assert!(PREFIXES.is_sorted_by(|one, other| one.0 < other.0));
    }

    #[test]
    fn ids_of_both_lengths_tell_their_type() {
        assert_eq!(kind_of("i-1a2b3c4d"), Some("AWS::EC2::Instance"));
        assert_eq!(kind_of("vpc-0a1b2c3d4e5f60718"), Some("AWS::EC2::VPC"));
        assert_eq!(
            kind_of("eni-attach-0a1b2c3d4e5f60718"),
            Some("AWS::EC2::NetworkInterfaceAttachment")
        );
    }

    #[test]
    fn fleets_are_numbered_by_uuids() {
        let fleet = "fleet-3f1a2b3c-0a1b-4c3d-8e4f-60718293a4b5";
        assert_eq!(kind_of(fleet), Some("AWS::EC2::EC2Fleet"));
    }

    #[test]
    fn other_texts_are_no_ids() {
        for text in [
            "",
            "i-",
            "vpc",
            "vpc-main-network",
            "i-1a2b3c4",
            "i-1a2b3c4dg",
            "x-1a2b3c4d",
        ] {
            assert_eq!(kind_of(text), None, "{text}");
        }
        assert_eq!(kind_of("3f1a2b3c-0a1b-4c3d-8e4f-60718293a4b5"), None);
    }
}
