//! Machines, containers, functions and what places them.

use super::{Service, service};
use crate::resource::rule::{Rule, field, request, response};

pub(super) const SERVICES: &[Service] = &[
    // Ids of EC2 tell their type themselves; these are the names.
    service(
        "ec2",
        &[
            field("keyName", "AWS::EC2::KeyPair"),
            field("groupSet.items.groupName", "AWS::EC2::SecurityGroup"),
            request("groupName", "AWS::EC2::SecurityGroup")
                .on("CreateSecurityGroup DeleteSecurityGroup Authorize* Revoke*"),
            request("groupName", "AWS::EC2::PlacementGroup")
                .on("CreatePlacementGroup DeletePlacementGroup"),
            field("securityGroup", "AWS::EC2::SecurityGroup"),
            field("iamInstanceProfile.name", "AWS::IAM::InstanceProfile"),
            field("publicIp", "AWS::EC2::EIP").on(
                "AllocateAddress AssociateAddress DisassociateAddress ReleaseAddress \
                 MoveAddressToVpc RestoreAddressToClassic",
            ),
            field("serviceName", "AWS::EC2::VPCEndpointService"),
            field("prefixListName", "AWS::EC2::PrefixList"),
            field("iamInstanceProfile.arn", "AWS::IAM::InstanceProfile"),
            field("logDestination", ""),
            field("reservedInstancesId", "AWS::EC2::ReservedInstances"),
            request("name", "AWS::EC2::Ami").on("CreateImage RegisterImage CopyImage"),
        ],
    ),
    service(
        "autoscaling",
        &[
            field("autoScalingGroupName", "AWS::AutoScaling::AutoScalingGroup"),
            field(
                "autoScalingGroupNames",
                "AWS::AutoScaling::AutoScalingGroup",
            ),
            field(
                "launchConfigurationName",
                "AWS::AutoScaling::LaunchConfiguration",
            ),
            field(
                "launchConfigurationNames",
                "AWS::AutoScaling::LaunchConfiguration",
            ),
            field("policyName", "AWS::AutoScaling::ScalingPolicy"),
            field("policyARN", "AWS::AutoScaling::ScalingPolicy"),
            field("scheduledActionName", "AWS::AutoScaling::ScheduledAction"),
            field("lifecycleHookName", "AWS::AutoScaling::LifecycleHook"),
            field(
                "loadBalancerNames",
                "AWS::ElasticLoadBalancing::LoadBalancer",
            ),
            field(
                "targetGroupARNs",
                "AWS::ElasticLoadBalancingV2::TargetGroup",
            ),
            field("keyName", "AWS::EC2::KeyPair"),
            field("iamInstanceProfile", "AWS::IAM::InstanceProfile"),
            field("resourceId", "AWS::AutoScaling::AutoScalingGroup")
                .on("CreateOrUpdateTags DeleteTags"),
            request("resourceId", "AWS::ApplicationAutoScaling::ScalableTarget").on(
                "RegisterScalableTarget DeregisterScalableTarget PutScalingPolicy \
                 DeleteScalingPolicy PutScheduledAction DeleteScheduledAction",
            ),
        ],
    ),
    service(
        "lambda",
        &[
            field("functionName", "AWS::Lambda::Function"),
            field("functionArn", "AWS::Lambda::Function"),
            request("resource", "AWS::Lambda::Function"),
            field("layerName", "AWS::Lambda::LayerVersion"),
            field("layerVersionArn", "AWS::Lambda::LayerVersion"),
            field("uUID", "AWS::Lambda::EventSourceMapping"),
            field("codeSigningConfigArn", "AWS::Lambda::CodeSigningConfig"),
            request("role", "AWS::IAM::Role"),
            response("role", "AWS::IAM::Role"),
        ],
    ),
    service(
        "ecs",
        &[
            field("clusterName", "AWS::ECS::Cluster"),
            field("clusterArn", "AWS::ECS::Cluster"),
            request("cluster", "AWS::ECS::Cluster"),
            request("clusters", "AWS::ECS::Cluster"),
            field("serviceName", "AWS::ECS::Service"),
            field("serviceArn", "AWS::ECS::Service"),
            request("service", "AWS::ECS::Service"),
            request("services", "AWS::ECS::Service"),
            field("taskDefinition", "AWS::ECS::TaskDefinition"),
            field("taskDefinitionArn", "AWS::ECS::TaskDefinition"),
            request("taskDefinitions", "AWS::ECS::TaskDefinition"),
            request("family", "AWS::ECS::TaskDefinition"),
            field("taskArn", "AWS::ECS::Task"),
            request("task", "AWS::ECS::Task"),
            request("tasks", "AWS::ECS::Task"),
            field("containerInstanceArn", "AWS::ECS::ContainerInstance"),
            request("containerInstance", "AWS::ECS::ContainerInstance"),
            request("containerInstances", "AWS::ECS::ContainerInstance"),
            field("capacityProvider", "AWS::ECS::CapacityProvider"),
            field("capacityProviders", "AWS::ECS::CapacityProvider"),
            request("name", "AWS::ECS::CapacityProvider")
                .on("CreateCapacityProvider UpdateCapacityProvider"),
            field("taskRoleArn", "AWS::IAM::Role"),
            field("executionRoleArn", "AWS::IAM::Role"),
        ],
    ),
    service(
        "eks",
        &[
            request("name", "AWS::EKS::Cluster").on(
                "CreateCluster DeleteCluster DescribeCluster UpdateCluster* \
                 AssociateEncryptionConfig RegisterCluster DeregisterCluster",
            ),
            field("clusterName", "AWS::EKS::Cluster"),
            field("cluster.name", "AWS::EKS::Cluster"),
            field("nodegroupName", "AWS::EKS::Nodegroup"),
            field("fargateProfileName", "AWS::EKS::FargateProfile"),
            field("addonName", "AWS::EKS::Addon"),
            field("accessEntryArn", "AWS::EKS::AccessEntry"),
            field("principalArn", "AWS::EKS::AccessEntry"),
            field(
                "identityProviderConfigName",
                "AWS::EKS::IdentityProviderConfig",
            ),
            field("associationId", "AWS::EKS::PodIdentityAssociation"),
        ],
    ),
    service("ecr", REPOSITORIES),
    service("ecr-public", REPOSITORIES),
    service(
        "batch",
        &[
            field("jobName", "AWS::Batch::Job"),
            field("jobId", "AWS::Batch::Job"),
            field("jobQueue", "AWS::Batch::JobQueue"),
            field("jobQueueName", "AWS::Batch::JobQueue"),
            field("jobDefinition", "AWS::Batch::JobDefinition"),
            field("jobDefinitionName", "AWS::Batch::JobDefinition"),
            field("computeEnvironment", "AWS::Batch::ComputeEnvironment"),
            field("computeEnvironmentName", "AWS::Batch::ComputeEnvironment"),
            field("schedulingPolicyArn", "AWS::Batch::SchedulingPolicy"),
        ],
    ),
    service(
        "lightsail",
        &[
            field("instanceName", "AWS::Lightsail::Instance"),
            field("instanceNames", "AWS::Lightsail::Instance"),
            field("instanceSnapshotName", "AWS::Lightsail::InstanceSnapshot"),
            field("diskName", "AWS::Lightsail::Disk"),
            field("keyPairName", "AWS::Lightsail::KeyPair"),
            field("staticIpName", "AWS::Lightsail::StaticIp"),
            field("loadBalancerName", "AWS::Lightsail::LoadBalancer"),
            field("relationalDatabaseName", "AWS::Lightsail::Database"),
            field("bucketName", "AWS::Lightsail::Bucket"),
            field("domainName", "AWS::Lightsail::Domain"),
            field(
                "containerService.containerServiceName",
                "AWS::Lightsail::Container",
            ),
            request("serviceName", "AWS::Lightsail::Container"),
            field("resourceName", ""),
        ],
    ),
    service(
        "elasticbeanstalk",
        &[
            field("applicationName", "AWS::ElasticBeanstalk::Application"),
            field("environmentName", "AWS::ElasticBeanstalk::Environment"),
            field("environmentId", "AWS::ElasticBeanstalk::Environment"),
            field("versionLabel", "AWS::ElasticBeanstalk::ApplicationVersion"),
            field(
                "templateName",
                "AWS::ElasticBeanstalk::ConfigurationTemplate",
            ),
        ],
    ),
    service(
        "apprunner",
        &[field("serviceName", "AWS::AppRunner::Service")],
    ),
    service(
        "imagebuilder",
        &[
            request("name", "AWS::ImageBuilder::Component").on("CreateComponent"),
            request("name", "AWS::ImageBuilder::ImageRecipe").on("CreateImageRecipe"),
            request("name", "AWS::ImageBuilder::ImagePipeline").on("CreateImagePipeline"),
        ],
    ),
    service(
        "workspaces",
        &[
            field("workspaceId", "AWS::WorkSpaces::Workspace"),
            field("directoryId", "AWS::DirectoryService::Directory"),
            field("bundleId", "AWS::WorkSpaces::Bundle"),
            field("groupId", "AWS::WorkSpaces::IpGroup"),
            field("aliasId", "AWS::WorkSpaces::ConnectionAlias"),
            request("resourceId", ""),
        ],
    ),
];

const REPOSITORIES: &[Rule] = &[
    field("repositoryName", "AWS::ECR::Repository"),
    field("repositoryNames", "AWS::ECR::Repository"),
    field("repositoryArn", "AWS::ECR::Repository"),
    field("image.imageId.imageDigest", "AWS::ECR::Image"),
];
