//! The address of a lookup: `/v1/events` with its parameters.

use clap::ValueEnum;
use form_urlencoded::Serializer;

use super::Arguments;

/// Writes the parameters that every page of a lookup has in common.
pub(super) fn query(arguments: &Arguments) -> String {
    let mut query = Serializer::new(String::new());
    for condition in arguments.conditions.iter() {
        let negation = if condition.is_negated { "!" } else { "" };
        let name = format!("{}{negation}", condition.attribute.parameter());
        query.append_pair(&name, &condition.value);
    }
    for category in &arguments.category {
        query.append_pair("category", &name(category));
    }
    for (name, time) in [("start", &arguments.start), ("end", &arguments.end)] {
        if let Some(time) = time {
            query.append_pair(name, time);
        }
    }
    query.append_pair("order", &name(&arguments.order));
    strict(&query.finish())
}

/// Writes the path of one page.
pub(super) fn path(query: &str, limit: usize, cursor: Option<&str>) -> String {
    let mut page = Serializer::new(String::new());
    page.append_pair("limit", &limit.to_string());
    if let Some(cursor) = cursor {
        page.append_pair("cursor", cursor);
    }
    format!("/v1/events?{query}&{}", strict(&page.finish()))
}

fn name(value: &impl ValueEnum) -> String {
    value
        .to_possible_value()
        .map_or_else(String::new, |value| value.get_name().to_owned())
}

/// Turns form encoding into the one that signatures are made over (RFC 3986), so that
/// what is sent is what is signed, however its checker reads it.
pub(crate) fn strict(form: &str) -> String {
    form.replace('+', "%20")
        .replace('*', "%2A")
        .replace("%7E", "~")
}

#[cfg(test)]
mod tests {
    use super::{path, strict};

    #[test]
    fn everything_but_unreserved_letters_is_escaped() {
        let form =
            |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        assert_eq!(strict(&form("a b+c*~-._!ü")), "a%20b%2Bc%2A~-._%21%C3%BC");
        assert_eq!(
            path("order=newest", 7, Some("a=")),
            "/v1/events?order=newest&limit=7&cursor=a%3D"
        );
    }
}
