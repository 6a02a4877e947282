//! What each kind of caller calls, and how often: `service:Name=weight`.

/// Containers: secrets, keys, queues.
pub(super) const TASK: &str = "\
    kms:Decrypt=60 secretsmanager:GetSecretValue=50 sts:AssumeRole=34 kms:GenerateDataKey=24 \
    ssm:GetParameter=22 ssm:GetParametersByPath=12 dynamodb:DescribeTable=14 \
    sqs:GetQueueAttributes=20 kms:Sign=26 sts:GetCallerIdentity=14 glue:GetTable=8 \
    athena:StartQueryExecution=6 athena:GetQueryExecution=14 bedrock:InvokeModel=12 \
    logs:CreateLogStream=8 ecr:GetAuthorizationToken=6 ecr:BatchGetImage=6 \
    xray:GetSamplingRules=6 kms:Encrypt=8";

/// Instances and their agents.
pub(super) const INSTANCE: &str = "\
    ssm:UpdateInstanceInformation=60 ssm:GetParameter=14 ec2:DescribeInstances=14 \
    ec2:DescribeTags=20 ec2:DescribeVolumes=8 autoscaling:DescribeAutoScalingGroups=10 \
    ecr:GetAuthorizationToken=8 eks-auth:AssumeRoleForPodIdentity=16 sts:AssumeRole=6 \
    ec2:DescribeNetworkInterfaces=12 ec2:CreateNetworkInterface=3 ec2:DeleteNetworkInterface=3 \
    elasticloadbalancing:DescribeTargetHealth=6";

/// Functions: log streams, keys, parameters.
pub(super) const FUNCTION: &str = "\
    logs:CreateLogStream=60 logs:CreateLogGroup=8 kms:Decrypt=40 \
    secretsmanager:GetSecretValue=24 ssm:GetParameter=22 ec2:DescribeInstances=8 \
    ec2:CreateSnapshot=4 ec2:DeleteSnapshot=3 ssm:SendCommand=4 sts:AssumeRole=12 \
    cloudformation:DescribeStacks=4 config:PutEvaluations=8 secretsmanager:PutSecretValue=2 \
    rds:DescribeDBInstances=4 rds:CreateDBSnapshot=1 iam:UpdateAccessKey=1";

/// Pipelines: a plan reads everything, an apply changes a little.
pub(super) const PIPELINE: &str = "\
    iam:GetRole=30 iam:ListRolePolicies=22 iam:ListAttachedRolePolicies=24 iam:GetPolicy=14 \
    iam:GetPolicyVersion=14 s3:GetBucketAcl=10 s3:GetBucketPolicy=10 s3:GetBucketTagging=9 \
    s3:GetBucketEncryption=10 s3:GetBucketVersioning=10 s3:GetBucketLifecycle=10 \
    s3:GetBucketPublicAccessBlock=9 s3:GetBucketLogging=9 s3:HeadBucket=12 ec2:DescribeVpcs=10 \
    ec2:DescribeSubnets=12 ec2:DescribeSecurityGroups=16 ec2:DescribeRouteTables=10 \
    ec2:DescribeVpcEndpoints=5 lambda:GetFunction20150331v2=16 \
    lambda:UpdateFunctionCode20150331v2=6 lambda:CreateFunction20150331=1 \
    lambda:AddPermission20150331v2=2 logs:DescribeLogGroups=12 monitoring:DescribeAlarms=8 \
    monitoring:PutMetricAlarm=2 cloudformation:DescribeStacks=14 \
    cloudformation:DescribeStackEvents=14 cloudformation:CreateChangeSet=3 \
    cloudformation:ExecuteChangeSet=3 ecs:RegisterTaskDefinition=4 ecs:UpdateService=4 \
    ecs:DescribeServices=14 ecr:PutImage=5 ecr:GetAuthorizationToken=6 iam:CreateRole=1 \
    iam:PassRole=2 iam:PutRolePolicy=2 iam:AttachRolePolicy=2 iam:DetachRolePolicy=1 \
    iam:DeleteRole=1 iam:CreatePolicyVersion=1 s3:CreateBucket=1 s3:PutBucketPolicy=1 \
    s3:PutBucketEncryption=1 s3:PutBucketPublicAccessBlock=1 s3:PutBucketLifecycle=1 \
    s3:PutBucketTagging=1 sns:GetTopicAttributes=6 sqs:GetQueueAttributes=8 \
    sqs:SetQueueAttributes=1 sns:Subscribe=1 events:PutRule=1 events:PutTargets=1 \
    route53:ListResourceRecordSets=5 route53:ChangeResourceRecordSets=1 \
    acm:DescribeCertificate=4 kms:DescribeKey=8 dynamodb:DescribeTable=10 dynamodb:UpdateTable=1 \
    rds:DescribeDBClusters=5 cloudfront:CreateInvalidation=2 ec2:CreateSecurityGroup=1 \
    ec2:AuthorizeSecurityGroupIngress=1 ec2:RevokeSecurityGroupIngress=1 \
    logs:PutRetentionPolicy=1 sts:GetCallerIdentity=8 secretsmanager:DescribeSecret=6 \
    secretsmanager:CreateSecret=1 ssm:PutParameter=2 iam:CreateInstanceProfile=1";

/// People: console pages and the command line.
pub(super) const PERSON: &str = "\
    ec2:DescribeInstances=24 ec2:DescribeInstanceStatus=14 ec2:DescribeSecurityGroups=12 \
    ec2:DescribeVolumes=9 ec2:DescribeRegions=10 ec2:DescribeAvailabilityZones=7 \
    ec2:DescribeAddresses=5 ec2:DescribeSnapshots=4 ec2:DescribeImages=4 \
    ec2:DescribeLaunchTemplateVersions=3 s3:ListBuckets=10 s3:GetBucketLocation=9 \
    s3:GetBucketPolicy=4 iam:ListUsers=3 iam:ListRoles=5 iam:GetAccountSummary=3 \
    iam:ListAccountAliases=6 iam:ListAccessKeys=2 logs:DescribeLogGroups=12 \
    logs:DescribeLogStreams=14 logs:StartQuery=8 monitoring:DescribeAlarms=9 \
    monitoring:ListMetrics=6 monitoring:GetMetricStatistics=9 cloudformation:DescribeStacks=6 \
    lambda:ListFunctions20150331=7 lambda:GetFunction20150331v2=6 rds:DescribeDBInstances=6 \
    ecs:DescribeServices=6 ecs:DescribeTasks=6 eks:DescribeCluster=3 eks:ListNodegroups=2 \
    cloudtrail:LookupEvents=5 cloudtrail:DescribeTrails=3 health:DescribeEventAggregates=10 \
    notifications:ListNotificationHubs=8 ce:GetCostAndUsage=4 \
    support:DescribeTrustedAdvisorCheckSummaries=2 servicequotas:ListServiceQuotas=1 \
    tagging:GetResources=3 secretsmanager:ListSecrets=3 ssm:StartSession=2 \
    ssm:DescribeInstanceInformation=4 kms:ListAliases=4 sns:ListTopics=2 sqs:ListQueues=2 \
    ec2:StartInstances=1 ec2:StopInstances=1 ec2:TerminateInstances=1 ec2:RunInstances=1 \
    ec2:AuthorizeSecurityGroupIngress=1 ec2:ModifyInstanceAttribute=1 rds:ModifyDBInstance=1 \
    iam:CreateUser=1 iam:CreateLoginProfile=1 iam:DeleteUser=1 guardduty:ListDetectors=2 \
    guardduty:GetFindings=2 sso:ListAccountRoles=4 sso:GetRoleCredentials=4 \
    organizations:ListAccounts=2 organizations:DescribeOrganization=3";

/// IAM users of older programs.
pub(super) const USER: &str = "\
    sts:GetCallerIdentity=14 s3:ListBuckets=14 s3:GetBucketLocation=12 ec2:DescribeInstances=20 \
    ec2:DescribeImages=5 ec2:RunInstances=3 ec2:TerminateInstances=2 ec2:CreateTags=3 \
    ec2:CreateSnapshot=3 sts:AssumeRole=12 sts:GetSessionToken=3 sts:GetFederationToken=2 \
    iam:GetUser=10 iam:ListAccessKeys=3 iam:CreateAccessKey=1 iam:DeleteAccessKey=1 \
    ssm:GetParameter=8 ecr:GetAuthorizationToken=5 cloudformation:DescribeStacks=4 \
    ec2:GetPasswordData=1 s3:DeleteBucket=1 cloudtrail:StartLogging=1 cloudtrail:StopLogging=1 \
    kms:ScheduleKeyDeletion=1 ec2:ModifySnapshotAttribute=1";

/// A scanner that reads everything.
pub(super) const VENDOR: &str = "\
    iam:ListUsers=8 iam:ListRoles=8 iam:ListAttachedRolePolicies=20 iam:GetPolicyVersion=12 \
    iam:ListAccessKeys=14 iam:GenerateCredentialReport=4 iam:GetAccountSummary=4 \
    s3:GetBucketAcl=20 s3:GetBucketPolicy=20 s3:GetBucketEncryption=20 \
    s3:GetBucketPublicAccessBlock=20 s3:GetBucketLogging=18 ec2:DescribeSecurityGroups=20 \
    ec2:DescribeInstances=16 ec2:DescribeSnapshots=8 ec2:DescribeVolumes=8 \
    ec2:DescribeNetworkInterfaces=12 ec2:DescribeRouteTables=8 rds:DescribeDBInstances=8 \
    lambda:ListFunctions20150331=10 lambda:GetFunction20150331v2=12 kms:ListAliases=6 \
    kms:DescribeKey=12 cloudtrail:DescribeTrails=8 cloudtrail:GetTrailStatus=8 \
    cloudtrail:GetEventSelectors=6 guardduty:ListDetectors=5 \
    config:DescribeConfigurationRecorders=5 elasticloadbalancing:DescribeLoadBalancers=8 \
    secretsmanager:ListSecrets=5 access-analyzer:ListFindings=3 securityhub:GetFindings=4 \
    organizations:ListAccounts=2";

/// Service-linked roles.
pub(super) const LINKED: &str = "\
    ec2:DescribeInstances=14 ec2:DescribeSecurityGroups=12 ec2:DescribeVolumes=9 \
    ec2:DescribeSnapshots=5 s3:GetBucketAcl=14 s3:GetBucketPolicy=14 s3:GetBucketEncryption=12 \
    s3:ListBuckets=5 iam:ListUsers=4 iam:ListRoles=4 iam:GetRole=8 dynamodb:DescribeTable=9 \
    lambda:ListFunctions20150331=6 ec2:CreateNetworkInterface=5 ec2:DeleteNetworkInterface=5 \
    ec2:RunInstances=3 ec2:TerminateInstances=3 ec2:CreateTags=4 \
    elasticloadbalancing:RegisterTargets=7 elasticloadbalancing:DescribeTargetHealth=14 \
    monitoring:PutMetricAlarm=4 securityhub:BatchImportFindings=6 kms:CreateGrant=4 \
    autoscaling:SetDesiredCapacity=2 ec2:CreateVolume=1 \
    config:GetComplianceDetailsByConfigRule=3";

/// Services in their own name.
pub(super) const SERVICE: &str = "\
    sts:AssumeRole=80 kms:GenerateDataKey=30 kms:Decrypt=40 s3:GetBucketAcl=34";

/// Pipelines and pods that change a token into a role.
pub(super) const WEB_IDENTITY: &str = "\
    sts:AssumeRoleWithWebIdentity=1";

/// People through the identity provider.
pub(super) const SAML: &str = "\
    sts:AssumeRoleWithSAML=1";

/// Sessions of `GetFederationToken`.
pub(super) const FEDERATED: &str = "\
    s3:ListBuckets=4 s3:GetBucketLocation=6 ec2:DescribeInstances=4 sts:GetCallerIdentity=1";

/// The access portal.
pub(super) const IDENTITY_CENTER: &str = "\
    sso:ListAccountRoles=5 sso:GetRoleCredentials=5";

/// The identity store.
pub(super) const UNKNOWN: &str = "\
    sso-directory:CreateUser=1";

/// The account itself.
pub(super) const ROOT: &str = "\
    iam:GetAccountSummary=4 iam:ListAccountAliases=4 organizations:DescribeOrganization=2 \
    organizations:AttachPolicy=1 organizations:MoveAccount=1 ce:GetCostAndUsage=3 \
    cloudtrail:UpdateTrail=1 cloudtrail:PutEventSelectors=1 iam:UpdateAssumeRolePolicy=1 \
    iam:AttachUserPolicy=1 guardduty:UpdateDetector=1";

/// Objects, invocations, items, messages.
pub(super) const DATA: &str = "\
    s3:GetObject=300 s3:PutObject=140 s3:HeadObject=90 s3:ListObjects=60 s3:DeleteObject=16 \
    lambda:Invoke=130 dynamodb:GetItem=90 dynamodb:Query=60 dynamodb:PutItem=40 \
    dynamodb:UpdateItem=30 dynamodb:BatchGetItem=20 sns:Publish=12 sqs:SendMessage=12";
