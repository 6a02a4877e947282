//! Who calls: kinds of callers, what they call and with which programs.

mod calls;

/// How a caller is written into `userIdentity`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Identity {
    /// An IAM user with a long-lived key.
    User,
    /// A role's session, named in this way.
    Role(Session),
    Root,
    /// An AWS service that calls in its own name.
    Service,
    /// A role that an AWS service assumed for the account.
    Linked,
    /// A token of an identity provider, of pipelines and pods.
    Web,
    Saml,
    Federated,
    /// Somebody at the access portal of IAM Identity Center.
    Portal,
    Unknown,
}

/// How a role's session is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Session {
    /// By the container's task.
    Task,
    /// By the instance that has the role.
    Instance,
    /// By the function that has the role.
    Function,
    /// By the pipeline's run.
    Pipeline,
    /// By the person, through IAM Identity Center.
    Person,
    /// By the vendor's scanner.
    Vendor,
}

/// A kind of caller.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Persona {
    pub(crate) identity: Identity,
    /// Its part of all calls, relative to the others.
    pub(crate) share: u64,
    /// How many principals of an account are of this kind, of 100.
    pub(crate) crowd: u16,
    pub(crate) agents: &'static [&'static str],
    /// `service:Name=weight`, separated by spaces.
    pub(crate) calls: &'static str,
    /// Reads and writes data (objects, items) too.
    pub(crate) data: bool,
}

const BROWSERS: &[&str] = &[
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0",
    "aws-cli/2.31.10 md/awscrt#0.28.1 ua/2.1 os/macos#24.6.0 md/arch#arm64 lang/python#3.13.7 md/pyimpl#CPython m/E,b,Z,n cfg/retry-mode#standard md/installer#exe md/prompt#off md/command#ec2.describe-instances",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
];
const TERRAFORM: &[&str] = &[
    "APN/1.0 HashiCorp/1.0 Terraform/1.13.3 (+https://www.terraform.io) terraform-provider-aws/6.15.0 (+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go-v2/1.39.2 ua/2.1 os/linux lang/go#1.24.6 md/GOOS#linux md/GOARCH#amd64 api/iam#1.47.7",
    "aws-cli/2.31.10 md/awscrt#0.28.1 ua/2.1 os/linux#6.11.0-1018-azure md/arch#x86_64 lang/python#3.13.7 md/pyimpl#CPython exec-env/GITHUB_ACTIONS cfg/retry-mode#standard md/installer#exe md/distrib#ubuntu.24 md/prompt#off md/command#ecs.update-service",
    "aws-sdk-js/3.901.0 ua/2.1 os/linux#6.11.0 lang/js md/nodejs#22.19.0 api/cloudformation#3.901.0 aws-cdk/2.1029.4",
];
const SERVICES_SDK: &[&str] = &[
    "aws-sdk-java/2.34.8 md/io#async md/http#NettyNio ua/2.1 os/Linux#5.10.242-239.961.amzn2.x86_64 lang/java#21.0.8 md/OpenJDK_64-Bit_Server_VM#21.0.8+9-LTS exec-env/AWS_ECS_FARGATE md/vendor#Amazon.com_Inc. m/D,N",
    "Boto3/1.40.45 md/Botocore#1.40.45 ua/2.1 os/linux#6.1.153-175.280.amzn2023.x86_64 md/arch#x86_64 lang/python#3.13.7 md/pyimpl#CPython exec-env/AWS_ECS_FARGATE m/Z,b,e cfg/retry-mode#standard Botocore/1.40.45",
    "aws-sdk-go-v2/1.39.2 ua/2.1 os/linux lang/go#1.25.1 md/GOOS#linux md/GOARCH#arm64 exec-env/AWS_ECS_EC2 api/secretsmanager#1.39.6 m/E,g",
    "aws-sdk-js/3.901.0 ua/2.1 os/linux#6.1.153 lang/js md/nodejs#22.19.0 md/crt-avail api/dynamodb#3.901.0 m/E,N",
    "aws-sdk-dotnet-coreclr/4.0.7.8 ua/2.1 os/linux#6.1.153 md/ARCH#X64 lang/.NET_Core#9.0.9 md/aws-sdk-dotnet-core#4.0.0.31 api/S3#4.0.7.8 cfg/retry-mode#standard",
    "aws-sdk-rust/1.3.9 ua/2.1 api/sqs/1.86.0 os/linux lang/rust/1.90.0",
];
const FUNCTIONS_SDK: &[&str] = &[
    "Boto3/1.40.45 md/Botocore#1.40.45 ua/2.1 os/linux#5.10.240-260.959.amzn2.x86_64 md/arch#x86_64 lang/python#3.13.7 md/pyimpl#CPython exec-env/AWS_Lambda_python3.13 m/b,E,Z cfg/retry-mode#legacy Botocore/1.40.45",
    "aws-sdk-nodejs/2.1692.0 linux/v18.20.8 exec-env/AWS_Lambda_nodejs18.x promise",
    "aws-sdk-java/2.34.8 md/io#sync md/http#UrlConnection ua/2.1 os/Linux#5.10.240 lang/java#21.0.8 exec-env/AWS_Lambda_java21",
    "awslambda-worker/1.0 rusoto/0.48.0 rust/1.91.0 linux",
];
const AGENTS_SSM: &[&str] = &[
    "aws-sdk-go/1.55.8 (go1.24.6; linux; arm64) amazon-ssm-agent/",
    "aws-sdk-go-v2/1.38.3 os/linux lang/go#1.24.6 md/GOOS#linux md/GOARCH#arm64 api/ssm#1.64.2 m/E",
    "CWAgent/1.300059.0 (go1.24.6; linux; arm64) ID/0a1b2c3d inputs:(cpu disk mem)",
];
const LEGACY: &[&str] = &[
    "aws-cli/1.42.45 md/Botocore#1.40.45 ua/2.0 os/linux#5.15.0-1084-aws md/arch#x86_64 lang/python#3.11.13 md/pyimpl#CPython cfg/retry-mode#legacy botocore/1.40.45",
    "Boto3/1.28.85 md/Botocore#1.31.85 ua/2.0 os/linux#5.15.0 md/arch#x86_64 lang/python#3.9.18 md/pyimpl#CPython Botocore/1.31.85",
    "aws-sdk-php/3.356.33 ua/2.1 OS/Linux#5.15.0 lang/php#8.3.26",
    "aws-sdk-ruby3/3.233.0 ua/2.1 api/s3#1.199.1 os/linux md/x86_64 lang/ruby#3.4.6",
];
const INSIDE: &[&str] = &["AWS Internal"];

/// The kinds of callers of every account.
pub(crate) const PERSONAS: &[Persona] = &[
    Persona {
        identity: Identity::Role(Session::Task),
        share: 240,
        crowd: 34,
        agents: SERVICES_SDK,
        calls: calls::TASK,
        data: true,
    },
    Persona {
        identity: Identity::Role(Session::Instance),
        share: 90,
        crowd: 12,
        agents: AGENTS_SSM,
        calls: calls::INSTANCE,
        data: true,
    },
    Persona {
        identity: Identity::Role(Session::Function),
        share: 150,
        crowd: 22,
        agents: FUNCTIONS_SDK,
        calls: calls::FUNCTION,
        data: true,
    },
    Persona {
        identity: Identity::Role(Session::Pipeline),
        share: 130,
        crowd: 6,
        agents: TERRAFORM,
        calls: calls::PIPELINE,
        data: true,
    },
    Persona {
        identity: Identity::Role(Session::Person),
        share: 110,
        crowd: 14,
        agents: BROWSERS,
        calls: calls::PERSON,
        data: false,
    },
    Persona {
        identity: Identity::User,
        share: 60,
        crowd: 8,
        agents: LEGACY,
        calls: calls::USER,
        data: true,
    },
    Persona {
        identity: Identity::Role(Session::Vendor),
        share: 80,
        crowd: 3,
        agents: LEGACY,
        calls: calls::VENDOR,
        data: false,
    },
    Persona {
        identity: Identity::Linked,
        share: 70,
        crowd: 5,
        agents: &[],
        calls: calls::LINKED,
        data: false,
    },
    Persona {
        identity: Identity::Service,
        share: 120,
        crowd: 5,
        agents: &[],
        calls: calls::SERVICE,
        data: true,
    },
    Persona {
        identity: Identity::Web,
        share: 24,
        crowd: 3,
        agents: TERRAFORM,
        calls: calls::WEB_IDENTITY,
        data: false,
    },
    Persona {
        identity: Identity::Saml,
        share: 5,
        crowd: 2,
        agents: BROWSERS,
        calls: calls::SAML,
        data: false,
    },
    Persona {
        identity: Identity::Federated,
        share: 6,
        crowd: 2,
        agents: LEGACY,
        calls: calls::FEDERATED,
        data: false,
    },
    Persona {
        identity: Identity::Portal,
        share: 5,
        crowd: 2,
        agents: BROWSERS,
        calls: calls::IDENTITY_CENTER,
        data: false,
    },
    Persona {
        identity: Identity::Unknown,
        share: 2,
        crowd: 1,
        agents: INSIDE,
        calls: calls::UNKNOWN,
        data: false,
    },
    Persona {
        identity: Identity::Root,
        share: 2,
        crowd: 1,
        agents: BROWSERS,
        calls: calls::ROOT,
        data: false,
    },
];

/// What callers with data do to it.
pub(crate) const DATA_CALLS: &str = calls::DATA;

/// The services that call in their own name or in a linked role's.
pub(crate) const SERVICES: &[(&str, &str)] = &[
    ("config.amazonaws.com", "AWSServiceRoleForConfig"),
    ("autoscaling.amazonaws.com", "AWSServiceRoleForAutoScaling"),
    ("ecs.amazonaws.com", "AWSServiceRoleForECS"),
    ("securityhub.amazonaws.com", "AWSServiceRoleForSecurityHub"),
    ("lambda.amazonaws.com", "AWSServiceRoleForLambdaReplicator"),
    ("cloudtrail.amazonaws.com", "AWSServiceRoleForCloudTrail"),
    ("eks.amazonaws.com", "AWSServiceRoleForAmazonEKS"),
    ("rds.amazonaws.com", "AWSServiceRoleForRDS"),
    (
        "delivery.logs.amazonaws.com",
        "AWSServiceRoleForLogDelivery",
    ),
    ("backup.amazonaws.com", "AWSServiceRoleForBackup"),
];
