//! Who takes part, and how a record of theirs is written.

use crate::dice::{derive_text, mix};
use crate::ids::push_guid;
use crate::record::{Category, Draft, Record};
use crate::story::{INTRUDER, RECORDS, WORKLOADS};
use crate::trail::Trail;
use crate::world::World;

const CLI: &str = "aws-cli/2.31.10 md/awscrt#0.28.1 ua/2.1 os/linux#6.12.38+kali-amd64 md/arch#x86_64 lang/python#3.13.7 md/pyimpl#CPython cfg/retry-mode#standard md/installer#exe md/prompt#off";
const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
const DESK: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36";

/// A caller of the story.
#[derive(Clone, Debug)]
pub(super) struct Actor {
    pub(super) identity: String,
    pub(super) arn: String,
    pub(super) account: &'static str,
    pub(super) ip: &'static str,
    pub(super) agent: &'static str,
    pub(super) console: bool,
}

/// Everybody in the story.
#[derive(Clone, Debug)]
pub(super) struct Cast {
    /// The pipeline's user, in the intruder's hands.
    pub(super) stolen: Actor,
    pub(super) stolen_key: String,
    pub(super) stolen_id: String,
    /// The role that the intruder assumed.
    pub(super) admin: Actor,
    /// The user that the intruder created, in the console.
    pub(super) backdoor: Actor,
    /// Anybody, once the bucket is public.
    pub(super) anybody: Actor,
    /// The account itself, for emergencies.
    pub(super) root: Actor,
    /// The engineer who cleans up, in either account.
    pub(super) engineer: [Actor; 2],
}

impl Cast {
    /// The key of the role's session.
    pub(super) const ADMIN_KEY: &str = "ASIAI44QH8DHBEXAMPLE";
    pub(super) const ADMIN_ID: &str = "AROACKCEVSQ6C2EXAMPLE";
    pub(super) const ADMIN_SESSION: &str = "ci-deploy-maintenance";
    pub(super) const BACKDOOR_KEY: &str = "AKIAI44QH8DHBEXAMPLE";
    pub(super) const BACKDOOR_ID: &str = "AIDACKCEVSQ6C2EXAMPLE";

    /// Takes `ci-deploy` from the noise, so that its ordinary use is there too.
    pub(super) fn new(noise: &Trail) -> Self {
        let world = World::new(noise);
        let user = world
            .accounts
            .iter()
            .find(|account| account.id == WORKLOADS)
            .and_then(|account| account.principals.get(*account.users.first()?));
        let (id, key) =
            user.map_or_else(Default::default, |user| (user.id.clone(), user.key.clone()));
        let intruder = |identity: String, arn: String, account, agent, console| Actor {
            identity,
            arn,
            account,
            ip: INTRUDER,
            agent,
            console,
        };
        let user_arn = format!("arn:aws:iam::{WORKLOADS}:user/ci-deploy");
        let role_arn = format!(
            "arn:aws:sts::{RECORDS}:assumed-role/OrganizationAccountAccessRole/{}",
            Self::ADMIN_SESSION
        );
        let backdoor_arn = format!("arn:aws:iam::{RECORDS}:user/support-backup");
        Self {
            stolen: intruder(
                format!(
                    r#"{{"type":"IAMUser","principalId":"{id}","arn":"{user_arn}","accountId":"{WORKLOADS}","accessKeyId":"{key}","userName":"ci-deploy"}}"#
                ),
                user_arn,
                WORKLOADS,
                CLI,
                false,
            ),
            admin: intruder(
                format!(
                    r#"{{"type":"AssumedRole","principalId":"{0}:{1}","arn":"{role_arn}","accountId":"{RECORDS}","accessKeyId":"{2}","sessionContext":{{"sessionIssuer":{{"type":"Role","principalId":"{0}","arn":"arn:aws:iam::{RECORDS}:role/OrganizationAccountAccessRole","accountId":"{RECORDS}","userName":"OrganizationAccountAccessRole"}},"attributes":{{"creationDate":"2026-10-13T21:44:02Z","mfaAuthenticated":"false"}}}}}}"#,
                    Self::ADMIN_ID,
                    Self::ADMIN_SESSION,
                    Self::ADMIN_KEY
                ),
                role_arn,
                RECORDS,
                CLI,
                false,
            ),
            backdoor: intruder(
                format!(
                    r#"{{"type":"IAMUser","principalId":"{}","arn":"{backdoor_arn}","accountId":"{RECORDS}","accessKeyId":"ASIAIOSFODNN7EXAMPLE","userName":"support-backup","sessionContext":{{"attributes":{{"creationDate":"2026-10-13T22:12:44Z","mfaAuthenticated":"false"}}}}}}"#,
                    Self::BACKDOOR_ID
                ),
                backdoor_arn,
                RECORDS,
                BROWSER,
                true,
            ),
            anybody: intruder(
                r#"{"type":"AWSAccount","principalId":"","accountId":"anonymous"}"#.to_owned(),
                String::new(),
                RECORDS,
                "Wget/1.25.0",
                false,
            ),
            root: Actor {
                identity: format!(
                    r#"{{"type":"Root","principalId":"{RECORDS}","arn":"arn:aws:iam::{RECORDS}:root","accountId":"{RECORDS}","accessKeyId":""}}"#
                ),
                arn: format!("arn:aws:iam::{RECORDS}:root"),
                account: RECORDS,
                ip: "198.51.100.23",
                agent: DESK,
                console: true,
            },
            engineer: [WORKLOADS, RECORDS].map(engineer),
            stolen_key: key,
            stolen_id: id,
        }
    }
}

fn engineer(account: &'static str) -> Actor {
    let role = "AWSReservedSSO_SecurityResponse_0123456789abcdef";
    let arn = format!("arn:aws:sts::{account}:assumed-role/{role}/maria.garcia@example.com");
    Actor {
        identity: format!(
            r#"{{"type":"AssumedRole","principalId":"AROAIIAUMPFRWEEXAMPLE:maria.garcia@example.com","arn":"{arn}","accountId":"{account}","accessKeyId":"ASIAIIAUMPFRWEXAMPLE","sessionContext":{{"sessionIssuer":{{"type":"Role","principalId":"AROAIIAUMPFRWEEXAMPLE","arn":"arn:aws:iam::{account}:role/aws-reserved/sso.amazonaws.com/{role}","accountId":"{account}","userName":"{role}"}},"attributes":{{"creationDate":"2026-10-14T06:38:11Z","mfaAuthenticated":"false"}},"sourceIdentity":"maria.garcia@example.com"}}}}"#
        ),
        arn,
        account,
        ip: "198.51.100.23",
        agent: DESK,
        console: true,
    }
}

/// One record of the story on its way.
#[derive(Debug)]
pub(super) struct Act(Draft);

impl Act {
    /// `at` is a time like `2026-10-13T21:42:10Z`; `call` is `service:Name`.
    pub(super) fn new(actor: &Actor, at: &str, call: &str, read_only: bool, request: &str) -> Self {
        let mut draft = Draft::default();
        draft.clear();
        let (service, name) = call.split_once(':').unwrap_or((call, ""));
        draft.time = at
            .parse::<jiff::Timestamp>()
            .map_or(0, jiff::Timestamp::as_second);
        draft.identity.push_str(&actor.identity);
        draft.source = format!("{service}.amazonaws.com");
        draft.name.push_str(name);
        draft.region.push_str("us-east-1");
        draft.account.push_str(actor.account);
        draft.ip.push_str(actor.ip);
        draft.agent.push_str(actor.agent);
        draft.request.push_str(request);
        draft.read_only = read_only;
        draft.from_console = actor.console;
        draft.hybrid = true;
        if !actor.console {
            draft.host = match service {
                "iam" => "iam.amazonaws.com".to_owned(),
                _ => format!("{service}.us-east-1.amazonaws.com"),
            };
        }
        let seed = derive_text(1, &format!("{at} {call} {request}"));
        push_guid(&mut draft.id, seed, mix(seed));
        push_guid(&mut draft.request_id, mix(seed ^ 1), mix(seed ^ 2));
        Self(draft)
    }

    pub(super) fn answers(mut self, response: impl AsRef<str>) -> Self {
        self.0.response.push_str(response.as_ref());
        self
    }

    pub(super) fn adds(mut self, additional: &str) -> Self {
        self.0.additional.push_str(additional);
        self
    }

    pub(super) fn fails(mut self, code: &str, message: impl AsRef<str>) -> Self {
        self.0.error_code.push_str(code);
        self.0.error_message.push_str(message.as_ref());
        self
    }

    /// Names the resources: type and ARN, as they stand in the account.
    pub(super) fn about(mut self, resources: &[(&str, &str)]) -> Self {
        let own = self.0.account.as_str();
        let entries: Vec<String> = resources
            .iter()
            .map(|(kind, arn)| {
                // A bucket's ARN names no account.
                let account = arn.split(':').nth(4).filter(|part| !part.is_empty());
                let account = account.unwrap_or(own);
                format!(r#"{{"accountId":"{account}","type":"{kind}","ARN":"{arn}"}}"#)
            })
            .collect();
        self.0.resources = format!("[{}]", entries.join(","));
        self
    }

    /// Is recorded in another Region than us-east-1.
    pub(super) fn in_region(mut self, region: &str) -> Self {
        self.0.host = self.0.host.replace("us-east-1", region);
        region.clone_into(&mut self.0.region);
        self
    }

    pub(super) fn data(mut self) -> Self {
        self.0.category = Category::Data;
        self
    }

    pub(super) fn signs_in(mut self) -> Self {
        self.0.event_type = "AwsConsoleSignIn";
        self.0.request_id.clear();
        self.0.from_console = false;
        "signin.aws.amazon.com".clone_into(&mut self.0.host);
        self
    }

    /// One copy of an event that two accounts get.
    pub(super) fn shared(mut self, id: &str, identity: Option<String>, recipient: &str) -> Self {
        self.0.shared_id.push_str(id);
        if let Some(identity) = identity {
            self.0.identity = identity;
            recipient.clone_into(&mut self.0.account);
            let seed = derive_text(2, &self.0.id);
            self.0.id.clear();
            push_guid(&mut self.0.id, seed, mix(seed));
        }
        self
    }

    /// The start or end of an insight.
    pub(super) fn tells_insight(mut self, shared: &str, details: String) -> Self {
        self.0.category = Category::Insight;
        self.0.event_type = "AwsCloudTrailInsight";
        self.0.version = "1.09";
        self.0.shared_id.push_str(shared);
        self.0.details = details;
        self
    }

    pub(super) fn done(&self) -> Record {
        let mut record = Record::default();
        self.0.finish(&mut record);
        record
    }
}
