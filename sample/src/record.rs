//! A record in the making, and CloudTrail's order of its fields.

use crate::rhythm::push_time;

/// The categories in which CloudTrail delivers records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Category {
    /// Calls that manage resources, sign-ins and service events.
    #[default]
    Management,
    /// Calls on the data inside a resource: objects, items, invocations.
    Data,
    /// Calls that went through a VPC endpoint.
    NetworkActivity,
    /// Unusual rates of calls or errors, as CloudTrail Insights reports them.
    Insight,
}

impl Category {
    /// The category as `eventCategory` spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Management => "Management",
            Self::Data => "Data",
            Self::NetworkActivity => "NetworkActivity",
            Self::Insight => "Insight",
        }
    }

    /// The path segment under which log files of this category are delivered.
    pub const fn folder(self) -> &'static str {
        match self {
            Self::Management | Self::Data => "CloudTrail",
            Self::NetworkActivity => "CloudTrail-NetworkActivity",
            Self::Insight => "CloudTrail-Insight",
        }
    }
}

/// A finished record, and where it is delivered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// `eventTime` in seconds of the epoch.
    pub time: i64,
    /// `eventID`.
    pub id: String,
    /// `recipientAccountId`.
    pub account: String,
    /// `awsRegion`.
    pub region: String,
    /// `eventCategory`.
    pub category: Category,
    /// The record, compact, as a log file has it.
    pub json: String,
}

/// The fields of a record before they are put in order. Strings that hold
/// JSON (identity, parameters, resources) are written as they are; an empty
/// one is `null` or absent, as CloudTrail has it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Draft {
    pub(crate) version: &'static str,
    pub(crate) identity: String,
    /// The caller's ARN and name, for messages and parameters.
    pub(crate) arn: String,
    pub(crate) caller: String,
    pub(crate) time: i64,
    pub(crate) source: String,
    pub(crate) name: String,
    pub(crate) region: String,
    pub(crate) ip: String,
    pub(crate) agent: String,
    pub(crate) error_code: String,
    pub(crate) error_message: String,
    pub(crate) request: String,
    pub(crate) response: String,
    pub(crate) additional: String,
    pub(crate) request_id: String,
    pub(crate) id: String,
    pub(crate) read_only: bool,
    pub(crate) resources: String,
    pub(crate) event_type: &'static str,
    pub(crate) api_version: &'static str,
    pub(crate) account: String,
    pub(crate) shared_id: String,
    pub(crate) details: String,
    pub(crate) endpoint: String,
    pub(crate) category: Category,
    /// The host of `tlsDetails`, and whether TLS 1.3 with a hybrid key exchange.
    pub(crate) host: String,
    pub(crate) hybrid: bool,
    pub(crate) from_console: bool,
}

impl Draft {
    /// Empties every field and keeps the memory.
    pub(crate) fn clear(&mut self) {
        for text in [
            &mut self.identity,
            &mut self.arn,
            &mut self.caller,
            &mut self.source,
            &mut self.name,
            &mut self.region,
            &mut self.ip,
            &mut self.agent,
            &mut self.error_code,
            &mut self.error_message,
            &mut self.request,
            &mut self.response,
            &mut self.additional,
            &mut self.request_id,
            &mut self.id,
            &mut self.resources,
            &mut self.account,
            &mut self.shared_id,
            &mut self.details,
            &mut self.endpoint,
            &mut self.host,
        ] {
            text.clear();
        }
        self.version = "1.11";
        self.read_only = false;
        self.event_type = "AwsApiCall";
        self.api_version = "";
        self.category = Category::Management;
        self.hybrid = false;
        self.from_console = false;
    }

    /// Puts the record together.
    pub(crate) fn finish(&self, record: &mut Record) {
        record.time = self.time;
        record.category = self.category;
        replace(&mut record.id, &self.id);
        replace(&mut record.account, &self.account);
        replace(&mut record.region, &self.region);
        record.json.clear();
        match self.category {
            Category::Insight => self.write_insight(&mut record.json),
            _ => self.write_call(&mut record.json),
        }
    }

    fn write_call(&self, out: &mut String) {
        let network = self.category == Category::NetworkActivity;
        out.push_str(r#"{"eventVersion":""#);
        out.push_str(self.version);
        out.push_str(r#"","userIdentity":"#);
        out.push_str(&self.identity);
        out.push_str(r#","eventTime":""#);
        push_time(out, self.time);
        out.push('"');
        text(out, "eventSource", &self.source);
        text(out, "eventName", &self.name);
        text(out, "awsRegion", &self.region);
        text(out, "sourceIPAddress", &self.ip);
        text(out, "userAgent", &self.agent);
        text(out, "errorCode", &self.error_code);
        text(out, "errorMessage", &self.error_message);
        if !network {
            json(out, "requestParameters", nullable(&self.request));
            json(out, "responseElements", nullable(&self.response));
        }
        json(out, "additionalEventData", &self.additional);
        text(out, "requestID", &self.request_id);
        text(out, "eventID", &self.id);
        json(
            out,
            "readOnly",
            if self.read_only { "true" } else { "false" },
        );
        json(out, "resources", &self.resources);
        text(out, "eventType", self.event_type);
        text(out, "apiVersion", self.api_version);
        if !network {
            let management = self.category == Category::Management;
            json(
                out,
                "managementEvent",
                if management { "true" } else { "false" },
            );
        }
        text(out, "recipientAccountId", &self.account);
        text(out, "sharedEventID", &self.shared_id);
        json(out, "serviceEventDetails", &self.details);
        text(out, "vpcEndpointId", &self.endpoint);
        if matches!(self.version, "1.09" | "1.10" | "1.11") && !self.endpoint.is_empty() {
            text(out, "vpcEndpointAccountId", &self.account);
        }
        text(out, "eventCategory", self.category.name());
        self.write_tls(out);
        if self.from_console {
            text(out, "sessionCredentialFromConsole", "true");
        }
        out.push('}');
    }

    fn write_tls(&self, out: &mut String) {
        if self.host.is_empty() {
            return;
        }
        out.push_str(if self.hybrid {
            r#","tlsDetails":{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":""#
        } else {
            r#","tlsDetails":{"tlsVersion":"TLSv1.2","cipherSuite":"ECDHE-RSA-AES128-GCM-SHA256","clientProvidedHostHeader":""#
        });
        out.push_str(&self.host);
        out.push_str(if self.hybrid && self.version == "1.11" {
            r#"","keyExchange":"X25519MLKEM768"}"#
        } else {
            r#""}"#
        });
    }

    fn write_insight(&self, out: &mut String) {
        out.push_str(r#"{"eventVersion":""#);
        out.push_str(self.version);
        out.push_str(r#"","eventTime":""#);
        push_time(out, self.time);
        out.push('"');
        text(out, "awsRegion", &self.region);
        text(out, "eventID", &self.id);
        text(out, "eventType", self.event_type);
        text(out, "recipientAccountId", &self.account);
        text(out, "sharedEventID", &self.shared_id);
        json(out, "insightDetails", &self.details);
        text(out, "eventCategory", self.category.name());
        out.push('}');
    }
}

/// Overwrites `target` and keeps its memory.
pub(crate) fn replace(target: &mut String, value: &str) {
    target.clear();
    target.push_str(value);
}

const fn nullable(value: &str) -> &str {
    if value.is_empty() { "null" } else { value }
}

/// Appends `,"name":"value"`, or nothing where there is no value.
fn text(out: &mut String, name: &str, value: &str) {
    if !value.is_empty() {
        open(out, name);
        out.push('"');
        out.push_str(value);
        out.push('"');
    }
}

/// Appends `,"name":value`, or nothing where there is no value.
fn json(out: &mut String, name: &str, value: &str) {
    if !value.is_empty() {
        open(out, name);
        out.push_str(value);
    }
}

fn open(out: &mut String, name: &str) {
    out.push_str(",\"");
    out.push_str(name);
    out.push_str("\":");
}
