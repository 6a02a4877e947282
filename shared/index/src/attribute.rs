//! The attributes that lookups know, and the values that a record has for each.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use trail::{Record, UserAgentClass, resource};

/// An attribute that events are looked up by.
///
/// The first eight are CloudTrail's lookup attributes, with its semantics; the
/// others go beyond it. The discriminants are part of the stored format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
#[expect(
    missing_docs,
    reason = "each is described where it is read from the record"
)]
pub enum Attribute {
    EventId = 1,
    EventName = 2,
    EventSource = 3,
    ReadOnly = 4,
    Username = 5,
    ResourceName = 6,
    ResourceType = 7,
    AccessKeyId = 8,
    Account = 9,
    Region = 10,
    SourceIp = 11,
    ErrorCode = 12,
    Principal = 13,
    Role = 14,
    Session = 15,
    SourceIdentity = 16,
    IssuedAccessKeyId = 17,
    InvokedBy = 18,
    VpcEndpoint = 19,
    SharedEventId = 20,
    RequestId = 21,
    EventType = 22,
    UserAgent = 23,
}

impl Attribute {
    /// Every attribute, CloudTrail's own first.
    pub const ALL: [Self; 23] = [
        Self::EventId,
        Self::EventName,
        Self::EventSource,
        Self::ReadOnly,
        Self::Username,
        Self::ResourceName,
        Self::ResourceType,
        Self::AccessKeyId,
        Self::Account,
        Self::Region,
        Self::SourceIp,
        Self::ErrorCode,
        Self::Principal,
        Self::Role,
        Self::Session,
        Self::SourceIdentity,
        Self::IssuedAccessKeyId,
        Self::InvokedBy,
        Self::VpcEndpoint,
        Self::SharedEventId,
        Self::RequestId,
        Self::EventType,
        Self::UserAgent,
    ];

    /// The name as `LookupEvents` spells it in `AttributeKey`; ours go on in its style.
    pub const fn key(self) -> &'static str {
        match self {
            Self::EventId => "EventId",
            Self::EventName => "EventName",
            Self::EventSource => "EventSource",
            Self::ReadOnly => "ReadOnly",
            Self::Username => "Username",
            Self::ResourceName => "ResourceName",
            Self::ResourceType => "ResourceType",
            Self::AccessKeyId => "AccessKeyId",
            Self::Account => "Account",
            Self::Region => "Region",
            Self::SourceIp => "SourceIp",
            Self::ErrorCode => "ErrorCode",
            Self::Principal => "Principal",
            Self::Role => "Role",
            Self::Session => "Session",
            Self::SourceIdentity => "SourceIdentity",
            Self::IssuedAccessKeyId => "IssuedAccessKeyId",
            Self::InvokedBy => "InvokedBy",
            Self::VpcEndpoint => "VpcEndpoint",
            Self::SharedEventId => "SharedEventId",
            Self::RequestId => "RequestId",
            Self::EventType => "EventType",
            Self::UserAgent => "UserAgent",
        }
    }

    /// The name as the REST routes and the command line spell it.
    pub const fn parameter(self) -> &'static str {
        match self {
            Self::EventId => "event_id",
            Self::EventName => "event_name",
            Self::EventSource => "event_source",
            Self::ReadOnly => "read_only",
            Self::Username => "user",
            Self::ResourceName => "resource",
            Self::ResourceType => "resource_type",
            Self::AccessKeyId => "access_key",
            Self::Account => "account",
            Self::Region => "region",
            Self::SourceIp => "source_ip",
            Self::ErrorCode => "error_code",
            Self::Principal => "principal",
            Self::Role => "role",
            Self::Session => "session",
            Self::SourceIdentity => "source_identity",
            Self::IssuedAccessKeyId => "issued_access_key",
            Self::InvokedBy => "invoked_by",
            Self::VpcEndpoint => "vpc_endpoint",
            Self::SharedEventId => "shared_event_id",
            Self::RequestId => "request_id",
            Self::EventType => "event_type",
            Self::UserAgent => "user_agent",
        }
    }

    /// What the attribute's values are, for people.
    pub const fn description(self) -> &'static str {
        match self {
            Self::EventId => "the event's id",
            Self::EventName => "the call's name, such as DeleteBucket",
            Self::EventSource => "the service's host name, such as s3.amazonaws.com",
            Self::ReadOnly => "true for calls that change nothing, else false",
            Self::Username => {
                "the caller's name as CloudTrail gives it: an IAM user's name, a role session's name, or root"
            }
            Self::ResourceName => "a resource's ARN, id or bare name",
            Self::ResourceType => "a resource's type, such as AWS::S3::Bucket",
            Self::AccessKeyId => "the access key that signed the call",
            Self::Account => "the account whose history holds the event",
            Self::Region => "the Region that handled the call",
            Self::SourceIp => "the caller's address, or the service that called",
            Self::ErrorCode => "the error that the call ended in",
            Self::Principal => "the caller's ARN",
            Self::Role => "the role behind the session, as ARN or name",
            Self::Session => "the name of the role session or federated user",
            Self::SourceIdentity => "the source identity that the session was made with",
            Self::IssuedAccessKeyId => "an access key that the call issued",
            Self::InvokedBy => "the service that made the call for the caller",
            Self::VpcEndpoint => "the VPC endpoint that the call went through",
            Self::SharedEventId => "the id that copies of an event in several accounts share",
            Self::RequestId => "the request's id",
            Self::EventType => "AwsApiCall, AwsConsoleSignIn, AwsServiceEvent and the like",
            Self::UserAgent => {
                "the kind of program: console, cli, sdk-python, terraform, service and the like"
            }
        }
    }

    /// The attribute's number in the stored format.
    pub(crate) const fn code(self) -> u8 {
        self as u8
    }

    /// Gives every value that a record has for this attribute; a value may come twice.
    ///
    /// Indexing and filtering both read values here, so that what is indexed
    /// under a value is what the filter finds it by.
    pub fn values(self, record: &Record<'_>, mut give: impl FnMut(&str)) {
        let identity = record.user_identity.as_ref();
        let session = identity.and_then(|identity| identity.session_context.as_ref());
        let one = match self {
            Self::EventId => record.id(),
            Self::EventName => record.name(),
            Self::EventSource => record.source(),
            Self::ReadOnly => record
                .read_only
                .map(|flag| if flag { "true" } else { "false" }),
            Self::Username => record.user_name(),
            Self::AccessKeyId => identity.and_then(|identity| identity.access_key()),
            Self::Account => record.account(),
            Self::Region => record.aws_region.as_deref(),
            Self::SourceIp => record.source_ip_address.as_deref(),
            Self::ErrorCode => record.error_code(),
            Self::Principal => identity.and_then(|identity| identity.arn.as_deref()),
            Self::Session => identity.and_then(|identity| identity.session_name()),
            Self::SourceIdentity => session.and_then(|session| session.source_identity.as_deref()),
            Self::InvokedBy => identity.and_then(|identity| identity.invoked_by.as_deref()),
            Self::VpcEndpoint => record.vpc_endpoint_id.as_deref(),
            Self::SharedEventId => record.shared_event_id.as_deref(),
            Self::RequestId => record.request_id.as_deref(),
            Self::EventType => record.event_type.as_deref(),
            Self::UserAgent => record
                .user_agent
                .as_deref()
                .map(|agent| UserAgentClass::of(agent).as_str()),
            Self::Role => {
                let issuer = identity.and_then(|identity| identity.issuer());
                let role = issuer.filter(|issuer| issuer.kind.as_deref() == Some("Role"));
                role.and_then(|role| role.user_name.as_deref())
                    .into_iter()
                    .for_each(&mut give);
                role.and_then(|role| role.arn.as_deref())
            }
            Self::IssuedAccessKeyId => {
                for key in resource::issued_access_keys(record) {
                    give(&key);
                }
                None
            }
            Self::ResourceName => {
                for resource in resource::resources(record) {
                    resource.name_forms().for_each(&mut give);
                }
                None
            }
            Self::ResourceType => {
                for resource in resource::resources(record) {
                    resource.kind.as_deref().into_iter().for_each(&mut give);
                }
                None
            }
        };
        one.filter(|value| !value.is_empty())
            .into_iter()
            .for_each(give);
    }
}

/// The classes of the user agents met so far: a few make nearly all calls of a batch.
#[derive(Default)]
pub(crate) struct UserAgents {
    classes: HashMap<String, UserAgentClass>,
}

/// The most user agents that are remembered; an account has some hundred.
const MOST_USER_AGENTS: usize = 4_096;

impl UserAgents {
    fn class(&mut self, user_agent: &str) -> UserAgentClass {
        if let Some(class) = self.classes.get(user_agent) {
            return *class;
        }
        let class = UserAgentClass::of(user_agent);
        if self.classes.len() < MOST_USER_AGENTS {
            self.classes.insert(user_agent.to_owned(), class);
        }
        class
    }
}

/// Gives every attribute and value of a record, as [`Attribute::values`] would one by one.
pub(crate) fn each_value(
    record: &Record<'_>,
    user_agents: &mut UserAgents,
    mut give: impl FnMut(Attribute, &str),
) {
    for attribute in Attribute::ALL {
        match attribute {
            // Extracted together below: finding the resources is the dear part.
            Attribute::ResourceName | Attribute::ResourceType => {}
            Attribute::UserAgent => {
                if let Some(user_agent) = record.user_agent.as_deref() {
                    give(attribute, user_agents.class(user_agent).as_str());
                }
            }
            _ => attribute.values(record, |value| give(attribute, value)),
        }
    }
    for resource in resource::resources(record) {
        for form in resource.name_forms() {
            give(Attribute::ResourceName, form);
        }
        if let Some(kind) = resource.kind.as_deref() {
            give(Attribute::ResourceType, kind);
        }
    }
}

impl fmt::Display for Attribute {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.key())
    }
}

/// Says that a text names no lookup attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a lookup attribute")]
pub struct UnknownAttribute;

impl FromStr for Attribute {
    type Err = UnknownAttribute;

    /// Reads either spelling: `EventName` or `event_name`, exactly.
    fn from_str(name: &str) -> Result<Self, UnknownAttribute> {
        Self::ALL
            .into_iter()
            .find(|attribute| attribute.key() == name || attribute.parameter() == name)
            .ok_or(UnknownAttribute)
    }
}
