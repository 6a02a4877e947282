//! The calls that the generator knows: their parameters, answers, resources and errors.

mod compute;
mod data;
mod governance;
mod identity;
mod platform;
mod storage;

use crate::template::Template;

/// One API call as the tables below write it down.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call {
    service: &'static str,
    name: &'static str,
    read_only: bool,
    data: bool,
    global: bool,
    version: &'static str,
    request: &'static str,
    response: &'static str,
    additional: &'static str,
    resources: &'static str,
    failures: u16,
    errors: &'static [(&'static str, &'static str)],
}

/// A read-only call; those have no response elements.
const fn read(service: &'static str, name: &'static str, request: &'static str) -> Call {
    Call {
        service,
        name,
        read_only: true,
        data: false,
        global: false,
        version: "",
        request,
        response: "",
        additional: "",
        resources: "",
        failures: 20,
        errors: &[],
    }
}

/// A call that changes something.
const fn write(
    service: &'static str,
    name: &'static str,
    request: &'static str,
    response: &'static str,
) -> Call {
    let mut call = read(service, name, request);
    call.read_only = false;
    call.response = response;
    call
}

impl Call {
    /// Gives a read-only call an answer, as `AssumeRole` has one.
    const fn answers(mut self, response: &'static str) -> Self {
        self.response = response;
        self
    }

    const fn about(mut self, resources: &'static str) -> Self {
        self.resources = resources;
        self
    }

    const fn adds(mut self, additional: &'static str) -> Self {
        self.additional = additional;
        self
    }

    const fn version(mut self, version: &'static str) -> Self {
        self.version = version;
        self
    }

    /// Fails in `failures` of 1,000 calls, with one of these errors.
    const fn fails(
        mut self,
        failures: u16,
        errors: &'static [(&'static str, &'static str)],
    ) -> Self {
        self.failures = failures;
        self.errors = errors;
        self
    }

    /// Is recorded in us-east-1, wherever it was called from.
    const fn global(mut self) -> Self {
        self.global = true;
        self
    }

    const fn data(mut self) -> Self {
        self.data = true;
        self
    }
}

/// A call with its templates parsed.
#[derive(Clone, Debug)]
pub(crate) struct Api {
    pub(crate) service: &'static str,
    pub(crate) source: String,
    pub(crate) name: &'static str,
    pub(crate) read_only: bool,
    pub(crate) data: bool,
    pub(crate) global: bool,
    pub(crate) version: &'static str,
    pub(crate) request: Template,
    pub(crate) response: Template,
    pub(crate) additional: Template,
    pub(crate) resources: Template,
    /// Of 1,000 calls.
    pub(crate) failures: u16,
    pub(crate) errors: Vec<(&'static str, Template)>,
}

/// What a service answers to whom it does not know well enough, where the
/// table has nothing better.
const DENIED: &str = "User: <arn> is not authorized to perform: <service>:<action> because no identity-based policy allows the <service>:<action> action";
const DENIED_EC2: &str = "You are not authorized to perform this operation. User: <arn> is not authorized to perform: ec2:<action> because no identity-based policy allows the ec2:<action> action. Encoded authorization failure message: EXAMPLE<hex>-<hex2>_<hex3>";

/// Lists every call, parsed, in the order of the tables.
pub(crate) fn catalogue() -> Vec<Api> {
    [
        identity::CALLS,
        compute::CALLS,
        storage::CALLS,
        governance::CALLS,
        platform::CALLS,
        data::CALLS,
    ]
    .into_iter()
    .flatten()
    .map(parse)
    .collect()
}

fn parse(call: &Call) -> Api {
    let mut errors: Vec<(&'static str, Template)> = call
        .errors
        .iter()
        .map(|&(code, message)| (code, Template::parse(message)))
        .collect();
    if errors.is_empty() {
        errors = match call.service {
            "ec2" => vec![
                ("Client.UnauthorizedOperation", Template::parse(DENIED_EC2)),
                (
                    "Client.RequestLimitExceeded",
                    Template::parse("Request limit exceeded."),
                ),
            ],
            "s3" | "iam" | "sts" => vec![("AccessDenied", Template::parse(DENIED))],
            _ => vec![
                ("AccessDeniedException", Template::parse(DENIED)),
                ("ThrottlingException", Template::parse("Rate exceeded")),
            ],
        };
    }
    Api {
        service: call.service,
        source: format!("{}.amazonaws.com", call.service),
        name: call.name,
        read_only: call.read_only,
        data: call.data,
        global: call.global,
        version: call.version,
        request: Template::parse(call.request),
        response: Template::parse(call.response),
        additional: Template::parse(call.additional),
        resources: Template::parse(call.resources),
        failures: call.failures,
        errors,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_slot_of_every_call_is_known() {
        for api in catalogue() {
            let templates = [&api.request, &api.response, &api.additional, &api.resources];
            for template in templates
                .into_iter()
                .chain(api.errors.iter().map(|error| &error.1))
            {
                assert!(
                    !template.has_unknown_slot(),
                    "{}:{} {template:?}",
                    api.service,
                    api.name
                );
            }
        }
    }

    #[test]
    fn the_catalogue_is_broad_and_has_no_call_twice() {
        let calls = catalogue();
        let names: HashSet<(&str, &str)> =
            calls.iter().map(|api| (api.service, api.name)).collect();
        assert_eq!(names.len(), calls.len());
        assert!(calls.len() > 100, "{}", calls.len());
    }
}
