//! Deploys the template on paper: what CloudFormation would make of it for given parameters.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::document;

/// What the first digits of the stack's id are, which names of resources end in.
const STACK_ID: &str = "arn:aws:cloudformation:eu-west-1:111122223333:stack/trailkeep/1a2b3c4d-0000-0000-0000-000000000000";

/// The parameters that differ from the defaults.
pub(crate) type Parameters<'a> = &'a [(&'a str, &'a str)];

/// A deployed stack: the resources whose condition holds, with everything resolved.
///
/// References to things that only exist after deployment stay as `${Name}` and
/// `${Name.Attribute}`.
pub(crate) struct Stack {
    template: Value,
    parameters: BTreeMap<String, String>,
    resources: Map<String, Value>,
    outputs: Map<String, Value>,
}

impl Stack {
    /// Deploys with these parameters; fails where something refers to what is not there.
    pub(crate) fn deploy(parameters: Parameters<'_>) -> Self {
        Self::deploy_file(document::TEMPLATE, parameters)
    }

    /// Deploys another template of the repository.
    pub(crate) fn deploy_file(file: &str, parameters: Parameters<'_>) -> Self {
        let mut stack = Self::plan(file, parameters);
        let declared = stack.template["Resources"]
            .as_object()
            .expect("resources")
            .clone();
        for (name, resource) in &declared {
            if stack.exists(name) {
                let resolved = stack.resolve(resource).expect("a resource is not nothing");
                stack.resources.insert(name.clone(), resolved);
            }
        }
        let outputs = stack.template["Outputs"].as_object();
        for (name, output) in outputs.into_iter().flatten() {
            let is_given = output["Condition"]
                .as_str()
                .is_none_or(|condition| stack.condition(condition));
            if is_given {
                let value = stack.resolve(&output["Value"]).expect("a value");
                stack.outputs.insert(name.clone(), value);
            }
        }
        stack
    }

    /// Returns what the stack puts out under a name.
    pub(crate) fn output(&self, name: &str) -> Option<&Value> {
        self.outputs.get(name)
    }

    /// Returns why CloudFormation would refuse these parameters.
    pub(crate) fn refusals(parameters: Parameters<'_>) -> Vec<String> {
        let stack = Self::plan(document::TEMPLATE, parameters);
        let rules = stack.template["Rules"].as_object().expect("rules");
        let broken = rules
            .values()
            .filter(|rule| stack.holds(&rule["RuleCondition"]));
        let asserted = broken.flat_map(|rule| rule["Assertions"].as_array().expect("assertions"));
        asserted
            .filter(|assertion| !stack.holds(&assertion["Assert"]))
            .map(|assertion| {
                assertion["AssertDescription"]
                    .as_str()
                    .expect("text")
                    .to_owned()
            })
            .collect()
    }

    fn plan(file: &str, parameters: Parameters<'_>) -> Self {
        let template = document::parse(&document::source(file));
        let declared = template["Parameters"].as_object().expect("parameters");
        let mut values: BTreeMap<_, _> = declared
            .iter()
            .filter_map(|(name, parameter)| Some((name.clone(), text(parameter.get("Default")?))))
            .collect();
        for (name, value) in parameters {
            assert!(declared.contains_key(*name), "no such parameter: {name}");
            values.insert((*name).to_owned(), (*value).to_owned());
        }
        for name in declared.keys() {
            assert!(values.contains_key(name), "needs a value: {name}");
        }
        Self {
            template,
            parameters: values,
            resources: Map::new(),
            outputs: Map::new(),
        }
    }

    /// Returns a resource of the stack, if its condition holds.
    pub(crate) fn find(&self, name: &str) -> Option<&Value> {
        self.resources.get(name)
    }

    /// Returns the properties of a resource that must be there.
    pub(crate) fn properties(&self, name: &str) -> &Value {
        let resource = self
            .find(name)
            .unwrap_or_else(|| panic!("no resource {name}"));
        &resource["Properties"]
    }

    /// Lists the resources of a type with their names.
    pub(crate) fn of_type(&self, kind: &str) -> Vec<(&str, &Value)> {
        let resources = self
            .resources
            .iter()
            .filter(|(_, resource)| resource["Type"] == kind);
        resources
            .map(|(name, resource)| (name.as_str(), resource))
            .collect()
    }

    fn exists(&self, name: &str) -> bool {
        match &self.template["Resources"][name] {
            Value::Null => false,
            resource => resource["Condition"]
                .as_str()
                .is_none_or(|name| self.condition(name)),
        }
    }

    fn condition(&self, name: &str) -> bool {
        let condition = &self.template["Conditions"][name];
        assert!(condition.is_object(), "no such condition: {name}");
        self.holds(condition)
    }

    fn holds(&self, condition: &Value) -> bool {
        let (name, argument) = call(condition).expect("a condition is a call");
        let all = || argument.as_array().expect("operands").iter();
        match name {
            "Condition" => self.condition(argument.as_str().expect("a name")),
            "Fn::Not" => !all().all(|operand| self.holds(operand)),
            "Fn::And" => all().all(|operand| self.holds(operand)),
            "Fn::Or" => all().any(|operand| self.holds(operand)),
            "Fn::Equals" => {
                let sides: Vec<_> = all()
                    .map(|side| self.resolve(side).map(|v| text(&v)))
                    .collect();
                sides[0] == sides[1]
            }
            other => panic!("not a condition: {other}"),
        }
    }

    /// Resolves a value; nothing is what `AWS::NoValue` leaves.
    fn resolve(&self, value: &Value) -> Option<Value> {
        if let Some((name, argument)) = call(value) {
            return self.evaluate(name, argument);
        }
        Some(match value {
            Value::Array(items) => items.iter().filter_map(|item| self.resolve(item)).collect(),
            Value::Object(entries) => {
                let entries = entries.iter();
                let kept =
                    entries.filter_map(|(key, value)| Some((key.clone(), self.resolve(value)?)));
                Value::Object(kept.collect())
            }
            plain => plain.clone(),
        })
    }

    fn evaluate(&self, name: &str, argument: &Value) -> Option<Value> {
        let resolved = |index: usize| self.resolve(&argument[index]).expect("an argument");
        match name {
            "Ref" => {
                let name = argument.as_str().expect("a name");
                let whole = self.reference(name)?;
                let is_list = self.template["Parameters"][name]["Type"] == "CommaDelimitedList";
                Some(if is_list {
                    whole.split(',').map(|part| json!(part)).collect()
                } else {
                    json!(whole)
                })
            }
            "Fn::Join" => {
                let parts = resolved(1);
                let parts: Vec<_> = parts.as_array().expect("a list").iter().map(text).collect();
                Some(json!(parts.join(&text(&argument[0]))))
            }
            "Fn::GetAtt" => Some(json!(
                self.attribute(&text(&argument[0]), &text(&argument[1]))
            )),
            "Fn::If" => {
                let chosen = if self.condition(&text(&argument[0])) {
                    1
                } else {
                    2
                };
                self.resolve(&argument[chosen])
            }
            "Fn::Select" => {
                let index = argument[0]
                    .as_u64()
                    .and_then(|index| usize::try_from(index).ok());
                Some(resolved(1)[index.expect("an index")].clone())
            }
            "Fn::Split" => {
                let whole = text(&resolved(1));
                Some(
                    whole
                        .split(&text(&argument[0]))
                        .map(|part| json!(part))
                        .collect(),
                )
            }
            "Fn::Sub" => Some(json!(self.substitute(argument))),
            other => panic!("not a function of the template: {other}"),
        }
    }

    fn substitute(&self, argument: &Value) -> String {
        let (pattern, variables) = match argument {
            Value::Array(parts) => (text(&parts[0]), parts[1].clone()),
            whole => (text(whole), json!({})),
        };
        let mut pieces = pattern.split("${");
        let mut whole = pieces.next().expect("a first piece").to_owned();
        for piece in pieces {
            let (name, rest) = piece.split_once('}').expect("a closed variable");
            let value = match (variables.get(name), name.split_once('.')) {
                (Some(value), _) => text(&self.resolve(value).expect("a value")),
                (None, Some((resource, attribute))) => self.attribute(resource, attribute),
                (None, None) => self.reference(name).expect("a value"),
            };
            whole.push_str(&value);
            whole.push_str(rest);
        }
        whole
    }

    fn reference(&self, name: &str) -> Option<String> {
        let pseudo = match name {
            "AWS::NoValue" => return None,
            "AWS::AccountId" => "111122223333",
            "AWS::Partition" => "aws",
            "AWS::Region" => "eu-west-1",
            "AWS::StackId" => STACK_ID,
            "AWS::StackName" => "trailkeep",
            "AWS::URLSuffix" => "amazonaws.com",
            name => match self.parameters.get(name) {
                Some(value) => value,
                None => return Some(self.identifier(name)),
            },
        };
        Some(pseudo.to_owned())
    }

    /// Returns what a reference to a resource gives: the name of most, the arn of a topic.
    fn identifier(&self, resource: &str) -> String {
        let name = self.physical_name(resource);
        let declared = &self.template["Resources"][resource];
        if declared["Properties"].get("TopicName").is_some() {
            format!("arn:aws:sns:eu-west-1:111122223333:{name}")
        } else {
            name
        }
    }

    /// Returns the name a resource gives itself, or else a token for the one it will be given.
    fn physical_name(&self, name: &str) -> String {
        assert!(
            self.exists(name),
            "refers to {name}, which is not in this stack"
        );
        let properties = &self.template["Resources"][name]["Properties"];
        let given = ["BucketName", "TableName", "TopicName"]
            .into_iter()
            .find_map(|key| properties.get(key));
        given.map_or_else(
            || format!("${{{name}}}"),
            |given| text(&self.resolve(given).expect("a name")),
        )
    }

    fn attribute(&self, resource: &str, attribute: &str) -> String {
        let name = self.physical_name(resource);
        match self.template["Resources"][resource]["Type"].as_str() {
            Some("AWS::S3::Bucket") if attribute == "Arn" => format!("arn:aws:s3:::{name}"),
            Some("AWS::DynamoDB::Table") if attribute == "Arn" => {
                format!("arn:aws:dynamodb:eu-west-1:111122223333:table/{name}")
            }
            _ => format!("${{{resource}.{attribute}}}"),
        }
    }
}

/// Returns the string form of a scalar, as CloudFormation compares and inserts them.
pub(crate) fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// Returns name and argument of an intrinsic function.
fn call(value: &Value) -> Option<(&str, &Value)> {
    let entries = value.as_object()?;
    let (name, argument) = entries.iter().next()?;
    // A policy statement's `Condition` is a mapping, a reference to a condition is a string.
    let is_call =
        name == "Ref" || name.starts_with("Fn::") || (name == "Condition" && argument.is_string());
    (entries.len() == 1 && is_call).then_some((name, argument))
}

/// A trail of another account that delivers here.
pub(crate) const OTHER_TRAIL: &str = "arn:aws:cloudtrail:us-east-1:444455556666:trail/organization";
