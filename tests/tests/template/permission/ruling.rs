//! Answers a question as AWS does: by statement, and then by all that apply.

use iam_rs::{
    Arn, Context, ContextValue, Decision, IAMPolicy, IAMRequest, PolicyEvaluator, Principal,
    PrincipalId,
};
use serde_json::{Value, json};

use super::cast::ACCOUNT;
use super::question::Question;
use crate::policy;

/// What a policy is attached to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// A role, whose policy says what it may do.
    Identity(String),
    /// Resources, by arn, whose policy says what may be done to them.
    Resource(Vec<String>),
}

/// One statement of a policy.
#[derive(Clone, Debug)]
pub(super) struct Statement {
    /// What it is attached to, and its id.
    pub(super) name: String,
    /// What it is attached to.
    pub(super) source: Source,
    /// The statement.
    pub(super) body: Value,
}

impl Statement {
    /// Lists the statements of a document.
    pub(super) fn all(source: &Source, document: &Value) -> Vec<Self> {
        let place = match source {
            Source::Identity(role) => role.clone(),
            Source::Resource(arns) => arns.join(" "),
        };
        let statements = policy::statements(document).iter();
        statements
            .map(|body| Self {
                name: format!("{place} {}", body["Sid"].as_str().unwrap_or("trust")),
                source: source.clone(),
                body: body.clone(),
            })
            .collect()
    }

    /// Lists the actions, which may have wildcards.
    pub(super) fn actions(&self) -> Vec<String> {
        policy::strings(&self.body["Action"])
    }

    /// Returns the statement's action that stands for this one.
    pub(super) fn action_that_matches(&self, action: &str) -> String {
        let actions = self.actions().into_iter();
        let mut matching = actions.filter(|pattern| Arn::wildcard_match(action, pattern));
        matching.next().expect("the statement applies")
    }

    /// Returns whether both allow the same, each of them being enough.
    ///
    /// The detector publishes by its own policy and by that of the topic, which says to
    /// its reader who does.
    pub(super) fn is_twin_of(&self, other: &Self) -> bool {
        let is_publishing = |statement: &Self| {
            statement.name == "DetectorRole PublishAlerts"
                || statement.name.ends_with(" TheDetectorPublishes")
                    && statement.name.contains(":sns:")
        };
        self.name == other.name || (is_publishing(self) && is_publishing(other))
    }

    fn is(&self, effect: &str) -> bool {
        self.body["Effect"] == effect
    }
}

/// Returns whether a statement applies to a question, to the actor itself or to its account.
pub(super) fn applies(statement: &Statement, question: &Question) -> bool {
    is_about(statement, question, &question.actor.principal)
        || question.actor.account.is_some_and(|account| {
            is_about(statement, question, &format!("arn:aws:iam::{account}:root"))
        })
}

fn is_about(statement: &Statement, question: &Question, principal: &str) -> bool {
    let mut body = statement.body.clone();
    if body.get("Resource").is_none() {
        // A trust policy is about the role that it is part of.
        body["Resource"] = json!("*");
    }
    let document = json!({"Version": "2012-10-17", "Statement": [body]});
    let policy: IAMPolicy = serde_json::from_value(document)
        .unwrap_or_else(|error| panic!("{}: {error}", statement.name));
    let id = PrincipalId::String(principal.to_owned());
    let principal = if principal.starts_with("arn:") {
        Principal::Aws(id)
    } else {
        Principal::Service(id)
    };
    let resource = match question.resource.as_str() {
        // Some actions know no resource. The evaluator wants one.
        "*" => format!("arn:aws:any:eu-west-1:{ACCOUNT}:any"),
        arn => arn.to_owned(),
    };
    let resource = Arn::parse(&resource).expect("an arn");
    let mut context = Context::new();
    for (key, values) in &question.context {
        let value = match values.as_slice() {
            [one] => one
                .parse()
                .map_or_else(|_| ContextValue::String(one.clone()), ContextValue::Boolean),
            many => ContextValue::StringList(many.to_vec()),
        };
        context.insert(key.clone(), value);
    }
    let request = IAMRequest::new_with_context(principal, &question.action, resource, context);
    let evaluation = PolicyEvaluator::with_policies(vec![policy]).evaluate(&request);
    let evaluation = evaluation.unwrap_or_else(|error| panic!("{question}: {error}"));
    evaluation.decision != Decision::NotApplicable
}

/// Combines what applies, within one account and between two.
///
/// A denial outweighs all. Else a role's own policy is enough, or one of the resource
/// that names the role; but a key and a role's trust have to agree, to the role itself
/// or to its account, and so has everything of another account.
pub(super) fn allows(question: &Question, applying: &[&Statement]) -> bool {
    if applying.iter().any(|statement| statement.is("Deny")) {
        return false;
    }
    let allowing = || applying.iter().filter(|statement| statement.is("Allow"));
    let by_itself = question.actor.is_administrator
        || allowing().any(|statement| matches!(statement.source, Source::Identity(_)));
    let on_resource = || allowing().filter(|s| matches!(s.source, Source::Resource(_)));
    let is_named =
        on_resource().any(|statement| is_about(statement, question, &question.actor.principal));
    let is_trusted = on_resource().next().is_some();
    let has_to_agree =
        question.resource.starts_with("arn:aws:kms:") || question.action == "sts:AssumeRole";
    match question.actor.account {
        None => is_named,
        Some(ACCOUNT) if has_to_agree => is_named || (is_trusted && by_itself),
        Some(ACCOUNT) => is_named || by_itself,
        Some(_) => is_trusted && by_itself,
    }
}
