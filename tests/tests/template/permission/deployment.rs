//! The stack as it is deployed for the rows, with all of its policies.

use std::sync::LazyLock;

use serde_json::{Map, Value, json};

use super::cast::{self, ACCOUNT, BREAK_GLASS, DEPLOYER};
use super::question::Question;
use super::ruling::{Source, Statement};
use crate::stack::{Parameters, Stack};

/// A key that is not the stack's.
const ADOPTED_KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/adopted";

/// A stack with certain parameters, and every statement of its policies.
pub(super) struct Deployment {
    name: &'static str,
    /// Policies of the roles and of resources: by whom or what they are attached to.
    policies: Vec<(Source, Value)>,
    /// Their statements.
    pub(super) statements: Vec<Statement>,
}

static DEPLOYMENTS: LazyLock<Vec<Deployment>> = LazyLock::new(|| {
    let named: Parameters<'_> = &[
        ("BreakGlassRoleArn", BREAK_GLASS),
        ("CloudFormationExecutionRoleArn", DEPLOYER),
        ("CreateChatTopic", "true"),
        ("CreateKmsKey", "true"),
        ("ForwardingAccounts", "444455556666"),
        ("OrganizationId", "o-abcdefghij"),
    ];
    let adopted: Parameters<'_> = &[
        ("CreateTrail", "false"),
        ("ExistingBucketName", "old-logs"),
        ("KmsKeyArn", ADOPTED_KEY),
    ];
    vec![
        Deployment::of("named", named, None),
        Deployment::of("plain", &[("CreateKmsKey", "true")], None),
        Deployment::of("adopted", adopted, Some(ADOPTED_KEY)),
    ]
});

impl Deployment {
    /// Lists all deployments that rows are about.
    pub(super) fn all() -> &'static [Self] {
        &DEPLOYMENTS
    }

    /// Returns the deployment of this name.
    pub(super) fn named(name: &str) -> &'static Self {
        let found = DEPLOYMENTS
            .iter()
            .find(|deployment| deployment.name == name);
        found.unwrap_or_else(|| panic!("no deployment is called {name}"))
    }

    /// Deploys beside a key that leaves to this account's policies who uses it, if one is named.
    fn of(name: &'static str, parameters: Parameters<'_>, key: Option<&str>) -> Self {
        let stack = Stack::deploy(parameters);
        let mut policies = policies(&stack);
        let delegation = json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Sid": "ThisAccountThroughIam",
                "Effect": "Allow",
                "Principal": {"AWS": format!("arn:aws:iam::{ACCOUNT}:root")},
                "Action": "kms:*",
                "Resource": "*",
            }],
        });
        policies.extend(key.map(|key| (Source::Resource(vec![key.to_owned()]), delegation)));
        let statements = policies
            .iter()
            .flat_map(|(source, document)| Statement::all(source, document))
            .collect();
        Self {
            name,
            policies,
            statements,
        }
    }

    /// Lists the statements that have a say on a question, the actor's own first.
    pub(super) fn statements_on(&self, question: &Question) -> Vec<&Statement> {
        let has_say = |statement: &&Statement| has_say(&statement.source, question);
        self.statements.iter().filter(has_say).collect()
    }

    /// Writes a question as `iam-simulate` takes it.
    pub(super) fn simulation(&self, question: &Question) -> Value {
        let mut identity: Vec<_> = Vec::new();
        let mut on_resource = Vec::new();
        for (source, document) in &self.policies {
            match source {
                _ if !has_say(source, question) => {}
                Source::Identity(role) => identity.push(json!({"name": role, "policy": document})),
                Source::Resource(_) => on_resource.extend(
                    document["Statement"]
                        .as_array()
                        .cloned()
                        .unwrap_or_default(),
                ),
            }
        }
        if question.actor.is_administrator {
            identity.push(json!({"name": "administrator", "policy": cast::everything()}));
        }
        let context: Map<_, _> = question
            .context
            .iter()
            .map(|(key, values)| (key.clone(), json!(values)))
            .collect();
        let mut simulation = json!({
            "request": {
                "principal": question.actor.principal,
                "action": question.action,
                "resource": {"resource": question.resource, "accountId": ACCOUNT},
                "contextVariables": context,
            },
            "identityPolicies": identity,
            "serviceControlPolicies": [],
            "resourceControlPolicies": [],
        });
        if !on_resource.is_empty() {
            simulation["resourcePolicy"] =
                json!({"Version": "2012-10-17", "Statement": on_resource});
        }
        simulation
    }
}

/// Returns whether a policy is one that AWS asks: the actor's own, or the resource's.
fn has_say(source: &Source, question: &Question) -> bool {
    match source {
        Source::Identity(role) => question.actor.role == Some(role),
        Source::Resource(arns) => arns.iter().any(|arn| is_part(arn, &question.resource)),
    }
}

/// Returns whether a resource is what a policy is attached to, or in it.
fn is_part(attached: &str, resource: &str) -> bool {
    let is_bucket = attached.starts_with("arn:aws:s3:::");
    let inside = resource.strip_prefix(attached);
    inside.is_some_and(|rest| rest.is_empty() || (is_bucket && rest.starts_with('/')))
}

/// Lists every policy of a stack.
fn policies(stack: &Stack) -> Vec<(Source, Value)> {
    let mut policies = Vec::new();
    let mut add = |source: Source, document: &Value| {
        policies.push((source, cast::concrete(document)));
    };
    for (role, resource) in stack.of_type("AWS::IAM::Role") {
        let properties = &resource["Properties"];
        let attached = properties["Policies"].as_array().expect("inline policies");
        for policy in attached {
            add(Source::Identity(role.to_owned()), &policy["PolicyDocument"]);
        }
        let arn = format!("arn:aws:iam::{ACCOUNT}:role/{role}");
        add(
            Source::Resource(vec![arn]),
            &properties["AssumeRolePolicyDocument"],
        );
    }
    for (kind, at, document) in [
        ("AWS::S3::BucketPolicy", "Bucket", "PolicyDocument"),
        ("AWS::SNS::TopicPolicy", "Topics", "PolicyDocument"),
        ("AWS::SQS::QueuePolicy", "Queues", "PolicyDocument"),
    ] {
        for (_, resource) in stack.of_type(kind) {
            let properties = &resource["Properties"];
            let attached = arns(&cast::concrete(&queue_arns(&properties[at])));
            add(Source::Resource(attached), &properties[document]);
        }
    }
    for (name, key) in stack.of_type("AWS::KMS::Key") {
        let arn = arns(&cast::concrete(&json!(format!("${{{name}.Arn}}"))));
        add(Source::Resource(arn), &key["Properties"]["KeyPolicy"]);
    }
    for (_, table) in stack.of_type("AWS::DynamoDB::Table") {
        let properties = &table["Properties"];
        let name = properties["TableName"].as_str().expect("a name");
        let arn = format!("arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/{name}");
        let document = &properties["ResourcePolicy"]["PolicyDocument"];
        add(Source::Resource(vec![arn]), document);
    }
    for (_, policy) in stack.of_type("AWS::Events::EventBusPolicy") {
        let mut statement = policy["Properties"]["Statement"].clone();
        statement["Sid"] = policy["Properties"]["StatementId"].clone();
        let arn = arns(&cast::concrete(&json!("${EventBus.Arn}")));
        let document = json!({"Version": "2012-10-17", "Statement": [statement]});
        add(Source::Resource(arn), &document);
    }
    policies
}

/// A queue policy names its queues by what `Ref` gives, which is no arn.
fn queue_arns(names: &Value) -> Value {
    let arn = |name: &Value| match name.as_str() {
        Some(name) if name.ends_with("Queue}") => json!(name.replace("Queue}", "Queue.Arn}")),
        _ => name.clone(),
    };
    match names {
        Value::Array(names) => names.iter().map(arn).collect(),
        name => arn(name),
    }
}

fn arns(names: &Value) -> Vec<String> {
    let arn = |name: &Value| {
        let name = name.as_str().expect("a name");
        if name.starts_with("arn:") {
            name.to_owned()
        } else {
            format!("arn:aws:s3:::{name}")
        }
    };
    match names {
        Value::Array(names) => names.iter().map(arn).collect(),
        name => vec![arn(name)],
    }
}
