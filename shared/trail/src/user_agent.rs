//! What kind of program made a call.

/// A class of user agents, coarse enough to ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(
    missing_docs,
    reason = "the names say it; `as_str` is the value that lookups use"
)]
pub enum UserAgentClass {
    Console,
    Cli,
    Terraform,
    CloudFormation,
    Cdk,
    Pulumi,
    Ansible,
    Python,
    Java,
    Go,
    JavaScript,
    Rust,
    DotNet,
    Ruby,
    Php,
    Cpp,
    Swift,
    Kotlin,
    PowerShell,
    Kubernetes,
    Browser,
    Service,
    Other,
}

/// Markers in the order of precedence: tools before the SDK that they are built on.
///
/// Each is looked for at the beginnings of words only, in any case of letters.
const MARKERS: [(&str, UserAgentClass); 54] = [
    ("hashicorp-terraform", UserAgentClass::Terraform),
    ("terraform", UserAgentClass::Terraform),
    ("opentofu", UserAgentClass::Terraform),
    ("pulumi", UserAgentClass::Pulumi),
    ("ansible", UserAgentClass::Ansible),
    ("aws-cdk", UserAgentClass::Cdk),
    ("cdk-cli", UserAgentClass::Cdk),
    ("cloudformation", UserAgentClass::CloudFormation),
    ("awscloudformation", UserAgentClass::CloudFormation),
    ("aws-cli/", UserAgentClass::Cli),
    ("aws-sam-cli/", UserAgentClass::Cli),
    ("command/", UserAgentClass::Cli),
    ("kubelet", UserAgentClass::Kubernetes),
    ("kubernetes", UserAgentClass::Kubernetes),
    ("k8s", UserAgentClass::Kubernetes),
    ("karpenter", UserAgentClass::Kubernetes),
    ("csi-driver", UserAgentClass::Kubernetes),
    ("csi.aws.com", UserAgentClass::Kubernetes),
    ("cluster-autoscaler", UserAgentClass::Kubernetes),
    ("aws-tools-for-powershell", UserAgentClass::PowerShell),
    ("awspowershell", UserAgentClass::PowerShell),
    ("console.amazonaws.com", UserAgentClass::Console),
    ("console.aws", UserAgentClass::Console),
    // What the console's own calls carry, beside the sign-in itself.
    ("signin.amazonaws.com", UserAgentClass::Console),
    ("s3console", UserAgentClass::Console),
    ("awsconsole", UserAgentClass::Console),
    ("aws-internal", UserAgentClass::Service),
    ("aws internal", UserAgentClass::Service),
    ("awslambda-worker", UserAgentClass::Service),
    ("boto3/", UserAgentClass::Python),
    ("botocore/", UserAgentClass::Python),
    ("botocore#", UserAgentClass::Python),
    ("boto/", UserAgentClass::Python),
    ("aws-sdk-go", UserAgentClass::Go),
    ("aws-sdk-js", UserAgentClass::JavaScript),
    ("aws-sdk-nodejs", UserAgentClass::JavaScript),
    ("aws-sdk-kotlin", UserAgentClass::Kotlin),
    ("aws-sdk-java", UserAgentClass::Java),
    ("aws-sdk-android", UserAgentClass::Java),
    ("aws-sdk-rust", UserAgentClass::Rust),
    ("rusoto/", UserAgentClass::Rust),
    ("aws-sdk-dotnet", UserAgentClass::DotNet),
    ("aws-sdk-net", UserAgentClass::DotNet),
    ("aws-sdk-ruby", UserAgentClass::Ruby),
    ("aws-sdk-php", UserAgentClass::Php),
    ("aws-sdk-cpp", UserAgentClass::Cpp),
    ("aws-sdk-swift", UserAgentClass::Swift),
    ("aws-sdk-ios", UserAgentClass::Swift),
    ("mozilla/", UserAgentClass::Browser),
    ("opera/", UserAgentClass::Browser),
    ("chrome/", UserAgentClass::Browser),
    ("safari/", UserAgentClass::Browser),
    ("firefox/", UserAgentClass::Browser),
    ("edg/", UserAgentClass::Browser),
];

/// For each letter, the markers that begin with it, one bit each.
const BY_LETTER: [u64; 26] = {
    let mut by_letter = [0; 26];
    let mut rank = 0;
    while rank < MARKERS.len() {
        by_letter[(MARKERS[rank].0.as_bytes()[0] - b'a') as usize] |= 1 << rank;
        rank += 1;
    }
    by_letter
};

/// The rank of the marker of highest precedence that a user agent holds.
fn rank(user_agent: &str) -> Option<usize> {
    let bytes = user_agent.as_bytes();
    let mut best = MARKERS.len();
    let mut is_inside = false;
    for (at, byte) in bytes.iter().enumerate() {
        let is_start = !std::mem::replace(&mut is_inside, byte.is_ascii_alphanumeric());
        if !is_start || !byte.is_ascii_alphabetic() {
            continue;
        }
        let mut candidates = BY_LETTER[usize::from(byte.to_ascii_lowercase() - b'a')];
        while candidates != 0 {
            let rank = candidates.trailing_zeros() as usize;
            candidates &= candidates - 1;
            let marker = MARKERS[rank].0.as_bytes();
            if rank < best
                && bytes[at..]
                    .get(..marker.len())
                    .is_some_and(|word| word.eq_ignore_ascii_case(marker))
            {
                best = rank;
            }
        }
    }
    (best < MARKERS.len()).then_some(best)
}

impl UserAgentClass {
    /// The name by which lookups ask for the class.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Console => "console",
            Self::Cli => "cli",
            Self::Terraform => "terraform",
            Self::CloudFormation => "cloudformation",
            Self::Cdk => "cdk",
            Self::Pulumi => "pulumi",
            Self::Ansible => "ansible",
            Self::Python => "sdk-python",
            Self::Java => "sdk-java",
            Self::Go => "sdk-go",
            Self::JavaScript => "sdk-javascript",
            Self::Rust => "sdk-rust",
            Self::DotNet => "sdk-dotnet",
            Self::Ruby => "sdk-ruby",
            Self::Php => "sdk-php",
            Self::Cpp => "sdk-cpp",
            Self::Swift => "sdk-swift",
            Self::Kotlin => "sdk-kotlin",
            Self::PowerShell => "powershell",
            Self::Kubernetes => "kubernetes",
            Self::Browser => "browser",
            Self::Service => "service",
            Self::Other => "other",
        }
    }

    /// Classifies a record's `userAgent`.
    ///
    /// A service signs with its own host name (`autoscaling.amazonaws.com`);
    /// everything else is told by a marker, tools before the SDK under them.
    /// The console's own back ends are services too, but name the console
    /// (`RDS Console, aws-internal/3 ...`).
    pub fn of(user_agent: &str) -> Self {
        match rank(user_agent).map(|rank| MARKERS[rank].1) {
            Some(Self::Service) if names_console(user_agent) => Self::Console,
            Some(class) => class,
            None if is_service_host(user_agent) => Self::Service,
            None => Self::Other,
        }
    }
}

/// Tells whether the console stands anywhere in a user agent, also within a word.
fn names_console(user_agent: &str) -> bool {
    memchr::memmem::find(user_agent.as_bytes(), b"onsole").is_some()
}

/// Tells whether a user agent is nothing but the host name of a service.
fn is_service_host(user_agent: &str) -> bool {
    let host = user_agent.strip_suffix(".cn").unwrap_or(user_agent);
    host.ends_with(".amazonaws.com") && !host.contains(' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_agents_are_classed_by_the_tool_first() {
        use UserAgentClass as Class;
        for (user_agent, class) in [
            ("console.amazonaws.com", Class::Console),
            ("signin.amazonaws.com", Class::Console),
            (
                "[S3Console/0.4, aws-internal/3 aws-sdk-java/1.12.488 Linux/5.10]",
                Class::Console,
            ),
            (
                "RDS Console, aws-internal/3 aws-sdk-java/1.12.488 Linux/5.10",
                Class::Console,
            ),
            (
                "EC2ConsoleFrontend, aws-internal/3 aws-sdk-java/1.12.488",
                Class::Console,
            ),
            (
                "aws-cli/2.15.30 Python/3.11.8 Linux/6.1 source/x86_64 prompt/off",
                Class::Cli,
            ),
            (
                "aws-cli/2.15.30 md/command#ec2.get-console-output",
                Class::Cli,
            ),
            (
                "APN/1.0 HashiCorp/1.0 Terraform/1.5.2 (+https://www.terraform.io) \
                 terraform-provider-aws/5.7.0 aws-sdk-go/1.44.296 (go1.20.5; linux; amd64)",
                Class::Terraform,
            ),
            ("cloudformation.amazonaws.com", Class::CloudFormation),
            (
                "aws-sdk-nodejs/2.1450.0 linux/v20 aws-cdk/2.90.0",
                Class::Cdk,
            ),
            (
                "Boto3/1.26.90 Python/3.9.17 Linux/5.10 Botocore/1.29.90",
                Class::Python,
            ),
            (
                "[Boto3/1.26.90 md/Botocore#1.29.90 ua/2.0 lang/python#3.9.17]",
                Class::Python,
            ),
            (
                "aws-sdk-go-v2/1.30.1 os/linux lang/go#1.22.2 api/lambda#1.54.0",
                Class::Go,
            ),
            (
                "aws-sdk-go/1.44.296 (go1.20.5; linux; amd64) karpenter.sh-v0.37.0",
                Class::Kubernetes,
            ),
            (
                "amazon-vpc-cni-k8s/version/v1.15.1 aws-sdk-go/1.45.19",
                Class::Kubernetes,
            ),
            (
                "aws-sdk-js/3.523.0 ua/2.0 os/linux lang/js md/nodejs#18.18.2",
                Class::JavaScript,
            ),
            (
                "aws-sdk-java/2.20.9 Linux/5.10 OpenJDK_64-Bit kotlin/1.3.10",
                Class::Java,
            ),
            ("aws-sdk-kotlin/1.0.0 ua/2.0 api/s3#1.0.0", Class::Kotlin),
            (
                "aws-sdk-rust/1.3.9 ua/2.1 api/sts/1.80.0 os/linux lang/rust/1.95.0",
                Class::Rust,
            ),
            (
                "AWSPowerShell.Common/4.1.370 .NET_Core/6.0 aws-sdk-dotnet-coreclr/3.7",
                Class::PowerShell,
            ),
            (
                "aws-sdk-dotnet-coreclr/3.7.103 .NET_Core/6.0",
                Class::DotNet,
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0",
                Class::Browser,
            ),
            ("AWS Internal", Class::Service),
            (
                "aws-internal/3 aws-sdk-java/1.12.488 Linux/5.10",
                Class::Service,
            ),
            ("autoscaling.amazonaws.com", Class::Service),
            ("s3.cn-north-1.amazonaws.com.cn", Class::Service),
            ("Go-http-client/1.1", Class::Other),
            ("notaws-sdk-java", Class::Other),
            ("", Class::Other),
        ] {
            assert_eq!(UserAgentClass::of(user_agent), class, "{user_agent}");
        }
    }

    #[test]
    fn every_marker_is_found_by_its_first_letter() {
        for (rank_of, (marker, _)) in MARKERS.iter().enumerate() {
            let found = rank(marker).expect("a marker holds itself");
            assert!(found <= rank_of, "{marker}");
            assert_eq!(rank(&marker.to_ascii_uppercase()), Some(found), "{marker}");
        }
        assert!(MARKERS.len() <= 64, "one bit each");
    }
}
