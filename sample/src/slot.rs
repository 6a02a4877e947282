//! What a template can be filled with: the things an AWS account is made of.

use crate::dice::{Skew, derive, derive_text, mix};
use crate::ids::{push_address, push_guid, push_hex, push_key, push_token};
use crate::rhythm::{push_expiry, push_number, push_time};
use crate::words;

/// What a record is about: who calls, where and when.
#[derive(Debug)]
pub(crate) struct Scene<'a> {
    /// The record's own seed; equal for the two copies of a shared event.
    pub(crate) seed: u64,
    pub(crate) account: &'a str,
    pub(crate) region: &'a str,
    pub(crate) time: i64,
    /// The caller, for messages and for calls about oneself.
    pub(crate) arn: &'a str,
    pub(crate) name: &'a str,
    pub(crate) service: &'a str,
    pub(crate) action: &'a str,
    /// The key that a planted call issues.
    pub(crate) issued: Option<&'a str>,
    /// Picks among the resources of an account, some far more often than others.
    pub(crate) skew: &'a Skew,
}

/// One kind of value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slot {
    Account,
    Region,
    Zone,
    Arn,
    Name,
    Service,
    Action,
    Time,
    Epoch,
    Stamp,
    Expiry,
    Guid,
    Hex,
    Number,
    Count,
    Ip,
    Token,
    IssuedKey,
    IssuedRoleId,
    UserId,
    /// A resource of the account, written as an id with this prefix.
    Id(&'static str),
    /// A resource of the account, written as a name of this kind.
    Of(Kind),
    KmsKey,
}

/// The kinds of named resources.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Bucket,
    Object,
    Secret,
    Parameter,
    Function,
    Table,
    Queue,
    Topic,
    Database,
    Cluster,
    LogGroup,
    LogStream,
    Stack,
    Repository,
    Alarm,
    Role,
    User,
    Group,
    Policy,
    KeyPair,
    InstanceType,
    Document,
    Rule,
    Session,
}

/// How many resources of one kind an account has.
pub(crate) const POOL: u16 = 400;

impl Slot {
    /// Finds the slot of a name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "account" => Self::Account,
            "region" => Self::Region,
            "zone" => Self::Zone,
            "arn" => Self::Arn,
            "name" => Self::Name,
            "service" => Self::Service,
            "action" => Self::Action,
            "time" => Self::Time,
            "epoch" => Self::Epoch,
            "stamp" => Self::Stamp,
            "expiry" => Self::Expiry,
            "guid" => Self::Guid,
            "hex" => Self::Hex,
            "number" => Self::Number,
            "count" => Self::Count,
            "ip" => Self::Ip,
            "token" => Self::Token,
            "issued-key" => Self::IssuedKey,
            "role-id" => Self::IssuedRoleId,
            "user-id" => Self::UserId,
            "kms-key" => Self::KmsKey,
            "instance" => Self::Id("i-0"),
            "image" => Self::Id("ami-0"),
            "subnet" => Self::Id("subnet-0"),
            "vpc" => Self::Id("vpc-0"),
            "security-group" => Self::Id("sg-0"),
            "volume" => Self::Id("vol-0"),
            "snapshot" => Self::Id("snap-0"),
            "interface" => Self::Id("eni-0"),
            "route-table" => Self::Id("rtb-0"),
            "group-rule" => Self::Id("sgr-0"),
            "reservation" => Self::Id("r-0"),
            "address" => Self::Id("eipalloc-0"),
            "endpoint" => Self::Id("vpce-0"),
            "bucket" => Self::Of(Kind::Bucket),
            "object" => Self::Of(Kind::Object),
            "secret" => Self::Of(Kind::Secret),
            "parameter" => Self::Of(Kind::Parameter),
            "function" => Self::Of(Kind::Function),
            "table" => Self::Of(Kind::Table),
            "queue" => Self::Of(Kind::Queue),
            "topic" => Self::Of(Kind::Topic),
            "database" => Self::Of(Kind::Database),
            "cluster" => Self::Of(Kind::Cluster),
            "log-group" => Self::Of(Kind::LogGroup),
            "log-stream" => Self::Of(Kind::LogStream),
            "stack" => Self::Of(Kind::Stack),
            "repository" => Self::Of(Kind::Repository),
            "alarm" => Self::Of(Kind::Alarm),
            "role" => Self::Of(Kind::Role),
            "user" => Self::Of(Kind::User),
            "group" => Self::Of(Kind::Group),
            "policy" => Self::Of(Kind::Policy),
            "key-pair" => Self::Of(Kind::KeyPair),
            "instance-type" => Self::Of(Kind::InstanceType),
            "document" => Self::Of(Kind::Document),
            "rule" => Self::Of(Kind::Rule),
            "session" => Self::Of(Kind::Session),
            _ => return None,
        })
    }

    /// Appends the value that `scene` gives this slot.
    pub(crate) fn write(self, scene: &Scene<'_>, salt: u64, out: &mut String) {
        match self {
            Self::Account => out.push_str(scene.account),
            Self::Region => out.push_str(scene.region),
            Self::Arn => out.push_str(scene.arn),
            Self::Name => out.push_str(scene.name),
            Self::Service => out.push_str(scene.service),
            Self::Action => out.push_str(scene.action),
            Self::Time => push_time(out, scene.time),
            Self::Stamp => push_expiry(out, scene.time),
            Self::Expiry => push_expiry(out, scene.time + 3600),
            Self::Epoch => {
                push_number(out, scene.time.unsigned_abs());
                out.push_str("000");
            }
            Self::Zone => {
                out.push_str(scene.region);
                out.push(words::pick(&['a', 'b', 'c'], scene.seed ^ salt));
            }
            Self::Id(prefix) => {
                let id = scene.resource(derive_text(salt, prefix));
                out.push_str(prefix);
                push_hex(out, id, 16);
            }
            Self::KmsKey => {
                let key = scene.resource(salt ^ 0x6b);
                push_guid(out, key, mix(key));
            }
            Self::Of(kind) => words::write_name(kind, scene, salt, out),
            _ => self.write_fresh(scene, derive(scene.seed, salt ^ self.mark()), out),
        }
    }

    /// Appends a value that no other record has.
    fn write_fresh(self, scene: &Scene<'_>, fresh: u64, out: &mut String) {
        match self {
            Self::Guid => push_guid(out, fresh, mix(fresh)),
            Self::Hex => {
                push_hex(out, fresh, 16);
                push_hex(out, mix(fresh), 16);
            }
            Self::Number => push_number(out, fresh >> 44),
            Self::Count => push_number(out, 1 + (fresh >> 60)),
            Self::Ip => push_address(out, fresh),
            Self::Token => push_token(out, fresh),
            Self::IssuedKey => match scene.issued {
                Some(planted) => out.push_str(planted),
                None => push_key(out, "ASIA", 9, fresh),
            },
            Self::IssuedRoleId => {
                push_key(
                    out,
                    "AROA",
                    10,
                    derive_text(scene.resource(0x72), scene.account),
                );
            }
            Self::UserId => {
                push_key(
                    out,
                    "AIDA",
                    10,
                    derive_text(scene.resource(0x75), scene.account),
                );
            }
            _ => {}
        }
    }

    /// Keeps the fresh values of different slots of one record apart.
    const fn mark(self) -> u64 {
        match self {
            Self::Guid => 1,
            Self::Hex => 2,
            Self::Number => 3,
            Self::Count => 4,
            Self::Ip => 5,
            Self::Token => 6,
            Self::IssuedKey => 7,
            _ => 8,
        }
    }
}

impl Scene<'_> {
    /// Picks one of the account's resources of a kind and answers its number.
    pub(crate) fn choice(&self, kind: u64) -> u64 {
        self.skew.pick(derive(self.seed, kind)) as u64
    }

    /// Picks one of the account's resources of a kind and answers its seed.
    pub(crate) fn resource(&self, kind: u64) -> u64 {
        derive(derive_text(kind, self.account), self.choice(kind))
    }
}
