//! Values of known rarity, so that a bench can look up what 1 event in 1,000 has.

use crate::dice::{derive, scale};
use crate::ids::push_key;

/// What a record can be planted with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Attribute {
    /// `eventName`.
    EventName,
    /// `eventSource`.
    EventSource,
    /// The name that a lookup by user name finds: an IAM user's, or the
    /// session's where the same record is planted with a role.
    UserName,
    /// `userIdentity.arn`.
    PrincipalArn,
    /// The name of the role that was assumed.
    Role,
    /// The name of the role's session.
    Session,
    /// `sourceIdentity` of the role's session.
    SourceIdentity,
    /// The access key that signed the call.
    AccessKey,
    /// The access key that the call issued; makes the record an `AssumeRole`.
    IssuedKey,
    /// A bucket of this name in `resources`.
    ResourceName,
    /// A resource of this type in `resources`.
    ResourceType,
    /// `sourceIPAddress`.
    SourceIp,
    /// `errorCode`.
    ErrorCode,
    /// `recipientAccountId`, and the caller's account.
    Account,
    /// `awsRegion`.
    Region,
    /// `userIdentity.invokedBy`.
    InvokedBy,
    /// `vpcEndpointId`.
    VpcEndpoint,
    /// `sharedEventID`.
    SharedEventId,
    /// `requestID`.
    RequestId,
    /// `userAgent`.
    UserAgent,
}

impl Attribute {
    /// Every attribute.
    pub const ALL: [Self; 20] = [
        Self::EventName,
        Self::EventSource,
        Self::UserName,
        Self::PrincipalArn,
        Self::Role,
        Self::Session,
        Self::SourceIdentity,
        Self::AccessKey,
        Self::IssuedKey,
        Self::ResourceName,
        Self::ResourceType,
        Self::SourceIp,
        Self::ErrorCode,
        Self::Account,
        Self::Region,
        Self::InvokedBy,
        Self::VpcEndpoint,
        Self::SharedEventId,
        Self::RequestId,
        Self::UserAgent,
    ];
}

/// A value that one record in every so many carries.
///
/// Exactly one record of each run of `every` records is chosen (records 0 to
/// `every - 1`, and so on), at a place that depends on the seed. Where two
/// plants of one attribute meet in a record, the rarer one has it, so the
/// commoner one is a little rarer than it says. A planted record is a
/// management event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plant {
    /// Where the value goes.
    pub attribute: Attribute,
    /// The value; written into JSON strings, so it is escaped there.
    pub value: String,
    /// One record of this many carries the value; 0 plants nothing.
    pub every: u64,
}

impl Plant {
    /// Plants `value` into one record of every `every`.
    pub fn new(attribute: Attribute, value: impl Into<String>, every: u64) -> Self {
        Self {
            attribute,
            value: value.into(),
            every,
        }
    }

    /// Plants a value of a fitting shape into one record of every `every`.
    ///
    /// ```
    /// use sample::{Attribute, Plant};
    ///
    /// let plant = Plant::fitting(Attribute::UserName, 1000);
    /// assert_eq!(plant.value, "planted-1000");
    /// ```
    pub fn fitting(attribute: Attribute, every: u64) -> Self {
        let value = match attribute {
            Attribute::EventName => format!("PlantedCall{every}"),
            Attribute::EventSource => format!("planted{every}.amazonaws.com"),
            Attribute::UserName => format!("planted-{every}"),
            Attribute::PrincipalArn => {
                format!("arn:aws:iam::111122223333:user/planted-principal-{every}")
            }
            Attribute::Role => format!("planted-role-{every}"),
            Attribute::Session => format!("planted-session-{every}"),
            Attribute::SourceIdentity => format!("planted-identity-{every}"),
            Attribute::AccessKey => key("AKIA", every),
            Attribute::IssuedKey => key("ASIA", every),
            Attribute::ResourceName => format!("planted-bucket-{every}"),
            Attribute::ResourceType => format!("AWS::Planted::Type{every}"),
            Attribute::SourceIp => format!("2001:db8:ffff::{every:x}"),
            Attribute::ErrorCode => format!("PlantedException{every}"),
            Attribute::Account => format!("{:012}", 900_000_000_000 + every),
            Attribute::Region => format!("xx-planted{every}-1"),
            Attribute::InvokedBy => format!("invoker{every}.amazonaws.com"),
            Attribute::VpcEndpoint => format!("vpce-0{every:016x}"),
            Attribute::SharedEventId => format!("00000000-0000-4000-8000-{every:012}"),
            Attribute::RequestId => format!("00000000-0000-4000-9000-{every:012}"),
            Attribute::UserAgent => format!("planted-agent/{every}.0"),
        };
        Self::new(attribute, value, every)
    }

    /// Plants a fitting value of every attribute at each of these rarities.
    pub fn ladder(rarities: &[u64]) -> Vec<Self> {
        Attribute::ALL
            .into_iter()
            .flat_map(|attribute| {
                rarities
                    .iter()
                    .map(move |&every| Self::fitting(attribute, every))
            })
            .collect()
    }

    /// Says whether record `number` of a trail with this seed is chosen.
    /// `index` keeps the plants of one trail apart.
    pub(crate) fn hits(&self, seed: u64, index: u64, number: u64) -> bool {
        let Ok(every) = usize::try_from(self.every) else {
            return false;
        };
        if every == 0 {
            return false;
        }
        let run = number / self.every;
        let place = scale(derive(derive(seed, index ^ 0x504c_414e), run), every);
        number % self.every == place as u64
    }
}

fn key(prefix: &str, every: u64) -> String {
    let mut value = String::new();
    push_key(&mut value, prefix, 9, derive(0x6b65_7973, every));
    value
}

/// The planted values of one record, by attribute.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Marks<'a> {
    values: [Option<&'a str>; Attribute::ALL.len()],
    any: bool,
}

impl<'a> Marks<'a> {
    pub(crate) fn get(&self, attribute: Attribute) -> Option<&'a str> {
        self.values[attribute as usize]
    }

    pub(crate) fn set(&mut self, attribute: Attribute, value: &'a str) {
        self.values[attribute as usize] = Some(value);
        self.any = true;
    }

    /// Says that nothing is planted here.
    pub(crate) const fn is_empty(&self) -> bool {
        !self.any
    }

    /// Says that the caller has to be a role's session.
    pub(crate) fn wants_role(&self) -> bool {
        [
            Attribute::Role,
            Attribute::Session,
            Attribute::SourceIdentity,
        ]
        .into_iter()
        .any(|attribute| self.get(attribute).is_some())
    }
}
