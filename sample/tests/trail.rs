//! What a generated trail promises.

use std::collections::{HashMap, HashSet};

use sample::{Attribute, Category, Plant, Record, Trail};
use serde_json::Value;

fn trail(events: u64) -> Trail {
    Trail {
        seed: 42,
        events,
        ..Trail::default()
    }
}

fn parse(record: &Record) -> Value {
    serde_json::from_str(&record.json).unwrap_or_else(|error| panic!("{error}: {}", record.json))
}

/// How many records hold this value between quotes, anywhere.
fn carriers(records: &[Record], value: &str) -> usize {
    records
        .iter()
        .filter(|record| record.json.contains(value))
        .count()
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    let first: Vec<Record> = trail(2000).records().collect();
    let second: Vec<Record> = trail(2000).records().collect();
    assert_eq!(first, second);
    let other = Trail {
        seed: 43,
        ..trail(2000)
    };
    let ids: HashSet<String> = first.into_iter().map(|record| record.id).collect();
    assert!(other.records().all(|record| !ids.contains(&record.id)));
}

#[test]
fn a_slice_is_what_the_whole_has_there() {
    let trail = trail(3000);
    let whole: Vec<Record> = trail.records().collect();
    for range in [0..10, 999..1300, 2990..4000] {
        let slice: Vec<Record> = trail.slice(range.clone()).collect();
        let from = usize::try_from(range.start).expect("small");
        assert_eq!(slice, whole[from..from + slice.len()], "{range:?}");
    }
}

#[test]
fn every_record_is_an_object_with_the_fields_that_cloudtrail_promises() {
    let trail = trail(20_000);
    let window = trail.start.as_second() - 3600..trail.end.as_second();
    for record in trail.records() {
        let value = parse(&record);
        let is_text = |name: &str| value[name].as_str().is_some_and(|text| !text.is_empty());
        assert!(is_text("eventTime") && is_text("eventID") && is_text("eventVersion"));
        assert!(window.contains(&record.time), "{}", record.json);
        assert_eq!(value["eventID"], record.id.as_str());
        assert_eq!(value["recipientAccountId"], record.account.as_str());
        assert_eq!(value["awsRegion"], record.region.as_str());
        assert_eq!(value["eventCategory"], record.category.name());
        let time = jiff::Timestamp::from_second(record.time).expect("in range");
        assert_eq!(value["eventTime"], time.to_string());
        if record.category == Category::Insight {
            assert!(value["insightDetails"].is_object() && value.get("eventName").is_none());
            continue;
        }
        for name in ["eventSource", "eventName", "sourceIPAddress", "eventType"] {
            assert!(is_text(name), "{name}: {}", record.json);
        }
        assert!(value["userIdentity"].is_object());
        assert!(value["readOnly"].is_boolean());
        assert_ne!(value["errorMessage"].as_str(), Some(""));
    }
}

#[test]
fn event_ids_are_unique_version_4_guids() {
    let records = trail(50_000);
    let mut seen = HashSet::new();
    for record in records.records() {
        let parts: Vec<&str> = record.id.split('-').collect();
        assert_eq!(
            parts.iter().map(|part| part.len()).collect::<Vec<_>>(),
            [8, 4, 4, 4, 12]
        );
        assert!(
            parts[2].starts_with('4') && "89ab".contains(&parts[3][..1]),
            "{}",
            record.id
        );
        assert!(seen.insert(record.id.clone()), "{}", record.id);
    }
}

#[test]
fn a_trail_has_every_category_identity_and_error_and_ordinary_sizes() {
    let records: Vec<Record> = trail(60_000).records().collect();
    let bytes: usize = records.iter().map(|record| record.json.len()).sum();
    let mean = bytes / records.len();
    assert!((1200..1600).contains(&mean), "{mean}");
    let mut identities: HashMap<String, u32> = HashMap::new();
    let mut categories: HashMap<Category, u32> = HashMap::new();
    let mut names = HashSet::new();
    let mut errors = 0;
    for record in &records {
        let value = parse(record);
        let identity = value["userIdentity"]["type"].as_str().unwrap_or("none");
        *identities.entry(identity.to_owned()).or_default() += 1;
        *categories.entry(record.category).or_default() += 1;
        names.insert(value["eventName"].as_str().unwrap_or_default().to_owned());
        errors += u32::from(value.get("errorCode").is_some());
    }
    for identity in [
        "IAMUser",
        "AssumedRole",
        "Root",
        "AWSService",
        "AWSAccount",
        "WebIdentityUser",
        "SAMLUser",
        "FederatedUser",
        "IdentityCenterUser",
        "Unknown",
        "none",
    ] {
        assert!(
            identities.contains_key(identity),
            "{identity} of {identities:?}"
        );
    }
    assert_eq!(categories.len(), 4, "{categories:?}");
    assert!(names.len() > 120, "{}", names.len());
    assert!((1500..6000).contains(&errors), "{errors}");
}

#[test]
fn both_copies_of_a_shared_event_are_there() {
    let mut copies: HashMap<String, Vec<String>> = HashMap::new();
    for record in trail(20_000).records() {
        let value = parse(&record);
        if record.category == Category::Management
            && value["eventName"] == "AssumeRole"
            && value["userIdentity"]["type"] != "AWSService"
            && let Some(shared) = value["sharedEventID"].as_str()
        {
            copies
                .entry(shared.to_owned())
                .or_default()
                .push(record.account);
        }
    }
    assert!(copies.len() > 50, "{}", copies.len());
    let whole = copies
        .values()
        .filter(|accounts| accounts.len() == 2 && accounts[0] != accounts[1]);
    assert_eq!(whole.count(), copies.len());
}

#[test]
fn only_documentation_accounts_and_addresses_appear() {
    let trail = trail(20_000);
    for record in trail.records() {
        assert!(trail.accounts.contains(&record.account));
        let value = parse(&record);
        let source = value["sourceIPAddress"].as_str().unwrap_or("2001:db8::1");
        let is_documentation = ["192.0.2.", "198.51.100.", "203.0.113.", "2001:db8:"]
            .iter()
            .any(|range| source.starts_with(range));
        assert!(
            is_documentation || source.ends_with(".amazonaws.com") || source == "AWS Internal",
            "{source}"
        );
    }
}

#[test]
fn planted_values_are_as_rare_as_they_say() {
    let mut trail = trail(100_000);
    trail.plants = Plant::ladder(&[1000, 50_000]);
    let records: Vec<Record> = trail.records().collect();
    for plant in &trail.plants {
        let found = carriers(&records, &format!("{}\"", plant.value));
        let expected = usize::try_from(100_000 / plant.every).expect("small");
        // The rarer plant of an attribute may take a place of the commoner one.
        assert!(
            (expected - 2..=expected).contains(&found),
            "{plant:?}: {found}"
        );
    }
}

#[test]
fn common_plants_are_about_as_common_as_they_say_and_meet() {
    let mut trail = trail(40_000);
    trail.plants = Plant::ladder(&[10, 1000]);
    let records: Vec<Record> = trail.records().collect();
    for plant in trail.plants.iter().filter(|plant| plant.every == 10) {
        let found = carriers(&records, &format!("{}\"", plant.value));
        // A user's name gives way to the session's where both are planted.
        assert!((3500..=4000).contains(&found), "{plant:?}: {found}");
    }
    let name = Plant::fitting(Attribute::EventName, 10).value;
    let address = Plant::fitting(Attribute::SourceIp, 10).value;
    let both = records
        .iter()
        .filter(|record| record.json.contains(&name) && record.json.contains(&address))
        .count();
    assert!((300..500).contains(&both), "{both}");
}

#[test]
fn planted_values_stand_where_lookups_look_for_them() {
    let mut trail = trail(4000);
    trail.plants = Plant::ladder(&[40]);
    let mut seen: HashMap<Attribute, usize> = HashMap::new();
    for record in trail.records() {
        let value = parse(&record);
        let identity = &value["userIdentity"];
        let context = &identity["sessionContext"];
        for plant in &trail.plants {
            let wanted = plant.value.as_str();
            let is_there = match plant.attribute {
                Attribute::EventName => value["eventName"] == wanted,
                Attribute::EventSource => value["eventSource"] == wanted,
                Attribute::UserName => {
                    identity["userName"] == wanted
                        || identity["principalId"]
                            .as_str()
                            .is_some_and(|id| id.ends_with(&format!(":{wanted}")))
                }
                Attribute::PrincipalArn => identity["arn"] == wanted,
                Attribute::Role => context["sessionIssuer"]["userName"] == wanted,
                Attribute::Session => identity["principalId"]
                    .as_str()
                    .is_some_and(|id| id.ends_with(&format!(":{wanted}"))),
                Attribute::SourceIdentity => context["sourceIdentity"] == wanted,
                Attribute::AccessKey => identity["accessKeyId"] == wanted,
                Attribute::IssuedKey => {
                    value["responseElements"]["credentials"]["accessKeyId"] == wanted
                }
                Attribute::ResourceName => value["resources"]
                    .to_string()
                    .contains(&format!("arn:aws:s3:::{wanted}\"")),
                Attribute::ResourceType => value["resources"].to_string().contains(wanted),
                Attribute::SourceIp => value["sourceIPAddress"] == wanted,
                Attribute::ErrorCode => value["errorCode"] == wanted,
                Attribute::Account => {
                    value["recipientAccountId"] == wanted && record.account == wanted
                }
                Attribute::Region => value["awsRegion"] == wanted && record.region == wanted,
                Attribute::InvokedBy => identity["invokedBy"] == wanted,
                Attribute::VpcEndpoint => value["vpcEndpointId"] == wanted,
                Attribute::SharedEventId => value["sharedEventID"] == wanted,
                Attribute::RequestId => value["requestID"] == wanted,
                Attribute::UserAgent => value["userAgent"] == wanted,
            };
            *seen.entry(plant.attribute).or_default() += usize::from(is_there);
        }
    }
    for attribute in Attribute::ALL {
        let found = seen.get(&attribute).copied().unwrap_or(0);
        let least = if attribute == Attribute::UserName {
            90
        } else {
            100
        };
        assert!((least..=100).contains(&found), "{attribute:?}: {found}");
    }
}

#[test]
fn a_planted_value_is_escaped() {
    let mut trail = trail(100);
    trail.plants = vec![Plant::new(
        Attribute::UserAgent,
        "a \"quoted\" \\ agent",
        10,
    )];
    let found = trail
        .records()
        .filter(|record| parse(record)["userAgent"] == "a \"quoted\" \\ agent")
        .count();
    assert_eq!(found, 10);
}

#[test]
fn days_are_busier_than_nights() {
    let mut by_hour = [0_u32; 24];
    for record in trail(50_000).records() {
        by_hour[usize::try_from(record.time.rem_euclid(86_400) / 3600).expect("an hour")] += 1;
    }
    assert!(by_hour[15] > by_hour[3] * 2, "{by_hour:?}");
}
