//! Load balancers, names, gateways and edges.

use super::{Service, service};
use crate::resource::rule::{field, request, response};

pub(super) const SERVICES: &[Service] = &[
    service(
        "elasticloadbalancing",
        &[
            field(
                "loadBalancerName",
                "AWS::ElasticLoadBalancing::LoadBalancer",
            ),
            field(
                "loadBalancerNames",
                "AWS::ElasticLoadBalancing::LoadBalancer",
            ),
            field(
                "loadBalancerArn",
                "AWS::ElasticLoadBalancingV2::LoadBalancer",
            ),
            field("targetGroupArn", "AWS::ElasticLoadBalancingV2::TargetGroup"),
            field(
                "targetGroupName",
                "AWS::ElasticLoadBalancingV2::TargetGroup",
            ),
            field("listenerArn", "AWS::ElasticLoadBalancingV2::Listener"),
            field("ruleArn", "AWS::ElasticLoadBalancingV2::ListenerRule"),
            field("trustStoreArn", "AWS::ElasticLoadBalancingV2::TrustStore"),
            request("name", "AWS::ElasticLoadBalancingV2::LoadBalancer").on("CreateLoadBalancer"),
            request("names", "AWS::ElasticLoadBalancingV2::LoadBalancer")
                .on("DescribeLoadBalancers"),
            request("name", "AWS::ElasticLoadBalancingV2::TargetGroup").on("CreateTargetGroup"),
            request("names", "AWS::ElasticLoadBalancingV2::TargetGroup").on("DescribeTargetGroups"),
            request("targets.id", ""),
            request("policyName", "AWS::ElasticLoadBalancing::Policy"),
        ],
    ),
    service(
        "route53",
        &[
            field("hostedZoneId", "AWS::Route53::HostedZone"),
            field("hostedZone.id", "AWS::Route53::HostedZone"),
            field("hostedZone.name", "AWS::Route53::HostedZone"),
            request("id", "AWS::Route53::HostedZone")
                .on("DeleteHostedZone GetHostedZone UpdateHostedZoneComment"),
            request("name", "AWS::Route53::HostedZone").on("CreateHostedZone"),
            field("healthCheckId", "AWS::Route53::HealthCheck"),
            field("healthCheck.id", "AWS::Route53::HealthCheck"),
            field("delegationSetId", "AWS::Route53::DelegationSet"),
            field("resourceRecordSet.name", "AWS::Route53::RecordSet"),
            field("cidrCollection.name", "AWS::Route53::CidrCollection"),
            field("queryLoggingConfig.id", "AWS::Route53::QueryLoggingConfig"),
            field("keySigningKey.name", "AWS::Route53::KeySigningKey"),
        ],
    ),
    service(
        "route53domains",
        &[field("domainName", "AWS::Route53Domains::Domain")],
    ),
    service(
        "route53resolver",
        &[
            field(
                "resolverEndpointId",
                "AWS::Route53Resolver::ResolverEndpoint",
            ),
            field("resolverRuleId", "AWS::Route53Resolver::ResolverRule"),
            field("resolverRule.id", "AWS::Route53Resolver::ResolverRule"),
            field(
                "resolverQueryLogConfigId",
                "AWS::Route53Resolver::ResolverQueryLoggingConfig",
            ),
            field(
                "resolverQueryLogConfig.id",
                "AWS::Route53Resolver::ResolverQueryLoggingConfig",
            ),
            field(
                "resolverQueryLogConfig.name",
                "AWS::Route53Resolver::ResolverQueryLoggingConfig",
            ),
            field(
                "firewallRuleGroupId",
                "AWS::Route53Resolver::FirewallRuleGroup",
            ),
            field(
                "firewallDomainListId",
                "AWS::Route53Resolver::FirewallDomainList",
            ),
            request("name", "AWS::Route53Resolver::ResolverEndpoint").on("CreateResolverEndpoint"),
            request("name", "AWS::Route53Resolver::ResolverRule").on("CreateResolverRule"),
            request("name", "AWS::Route53Resolver::ResolverQueryLoggingConfig")
                .on("CreateResolverQueryLogConfig"),
        ],
    ),
    service(
        "cloudfront",
        &[
            request("id", "AWS::CloudFront::Distribution")
                .on("GetDistribution* UpdateDistribution* DeleteDistribution*"),
            field("distribution.id", "AWS::CloudFront::Distribution"),
            field("distributionId", "AWS::CloudFront::Distribution"),
            request("name", "AWS::CloudFront::Function")
                .on("CreateFunction UpdateFunction PublishFunction DeleteFunction"),
            field("functionSummary.name", "AWS::CloudFront::Function"),
            field(
                "originAccessControl.id",
                "AWS::CloudFront::OriginAccessControl",
            ),
            field("keyGroup.id", "AWS::CloudFront::KeyGroup"),
            field("publicKey.id", "AWS::CloudFront::PublicKey"),
            field("cachePolicy.id", "AWS::CloudFront::CachePolicy"),
            field(
                "responseHeadersPolicy.id",
                "AWS::CloudFront::ResponseHeadersPolicy",
            ),
            field("invalidation.id", "AWS::CloudFront::Invalidation"),
        ],
    ),
    service(
        "apigateway",
        &[
            field("restApiId", "AWS::ApiGateway::RestApi"),
            field("apiId", "AWS::ApiGatewayV2::Api"),
            request("createRestApiInput.name", "AWS::ApiGateway::RestApi"),
            request("createApiInput.name", "AWS::ApiGatewayV2::Api"),
            request("name", "AWS::ApiGatewayV2::Api").on("CreateApi UpdateApi"),
            response("id", "AWS::ApiGateway::RestApi").on("CreateRestApi"),
            field("stageName", "AWS::ApiGateway::Stage"),
            field("deploymentId", "AWS::ApiGateway::Deployment"),
            field("authorizerId", "AWS::ApiGateway::Authorizer"),
            field("domainName", "AWS::ApiGateway::DomainName"),
            field("apiKey", "AWS::ApiGateway::ApiKey"),
            field("usagePlanId", "AWS::ApiGateway::UsagePlan"),
            field("usageplanId", "AWS::ApiGateway::UsagePlan"),
            field("vpcLinkId", "AWS::ApiGateway::VpcLink"),
            field("clientCertificateId", "AWS::ApiGateway::ClientCertificate"),
        ],
    ),
    service(
        "directconnect",
        &[
            field("connectionId", "AWS::DirectConnect::Connection"),
            field("virtualInterfaceId", "AWS::DirectConnect::VirtualInterface"),
            field("directConnectGatewayId", "AWS::DirectConnect::Gateway"),
            field("lagId", "AWS::DirectConnect::Lag"),
        ],
    ),
    service(
        "globalaccelerator",
        &[
            field("acceleratorArn", "AWS::GlobalAccelerator::Accelerator"),
            request("name", "AWS::GlobalAccelerator::Accelerator").on("CreateAccelerator"),
            field("listenerArn", "AWS::GlobalAccelerator::Listener"),
            field("endpointGroupArn", "AWS::GlobalAccelerator::EndpointGroup"),
        ],
    ),
    service(
        "networkmanager",
        &[
            field("globalNetworkId", "AWS::NetworkManager::GlobalNetwork"),
            field("coreNetworkId", "AWS::NetworkManager::CoreNetwork"),
            field("attachmentId", "AWS::NetworkManager::Attachment"),
        ],
    ),
    service(
        "servicediscovery",
        &[
            field("namespaceId", "AWS::ServiceDiscovery::Namespace"),
            field("serviceId", "AWS::ServiceDiscovery::Service"),
            request("instanceId", "AWS::ServiceDiscovery::Instance"),
            request("name", "AWS::ServiceDiscovery::Namespace")
                .on("CreateHttpNamespace CreatePrivateDnsNamespace CreatePublicDnsNamespace"),
            request("name", "AWS::ServiceDiscovery::Service").on("CreateService"),
            request("id", "AWS::ServiceDiscovery::Service").on("DeleteService UpdateService"),
            request("id", "AWS::ServiceDiscovery::Namespace").on(
                "DeleteNamespace UpdateHttpNamespace UpdatePrivateDnsNamespace \
                 UpdatePublicDnsNamespace",
            ),
        ],
    ),
    service(
        "vpc-lattice",
        &[
            field("serviceIdentifier", "AWS::VpcLattice::Service"),
            field(
                "serviceNetworkIdentifier",
                "AWS::VpcLattice::ServiceNetwork",
            ),
            field("targetGroupIdentifier", "AWS::VpcLattice::TargetGroup"),
        ],
    ),
];
