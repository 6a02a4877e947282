//! Log files: the one gzip member around them and the records in them.

use std::fmt::Write as _;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use trail::log_file::Entry;
use trail::record::RecordError;
use trail::{LogFile, LogFileError};

const RECORD: &str = r#"{"eventTime":"2026-10-13T08:00:00Z","eventName":"ListBuckets"}"#;
const LIMIT: usize = 1 << 20;

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content).expect("memory");
    encoder.finish().expect("memory")
}

/// What became of each element: a record's text, or the offset and length of
/// one that is none, and why.
type Outcome = Result<String, (usize, usize, RecordError)>;

fn outcomes(content: &[u8]) -> Result<Vec<Outcome>, LogFileError> {
    let log = LogFile::from_content(content.to_vec());
    let entries = log.entries()?;
    Ok(entries
        .into_iter()
        .map(|entry| match entry {
            Entry::Record(record) => Ok(record.text().to_owned()),
            Entry::Quarantined(bad) => Err((bad.offset, bad.length, bad.reason)),
        })
        .collect())
}

#[test]
fn a_log_file_is_inflated_and_hashed() {
    let content = format!(r#"{{"Records":[{RECORD}]}}"#);
    let log = LogFile::inflate(&gzip(content.as_bytes()), LIMIT).expect("a log file");
    assert_eq!(log.content(), content.as_bytes());
    assert_eq!(
        log.sha256(),
        LogFile::from_content(content.into_bytes()).sha256()
    );
    assert_eq!(log.entries().expect("records").len(), 1);
}

#[test]
fn the_bound_is_exact() {
    for length in [0, 1, 4095, 4096, 100_000] {
        let file = gzip(&vec![b' '; length]);
        assert_eq!(
            LogFile::inflate(&file, length)
                .expect("within")
                .content()
                .len(),
            length
        );
        if let Some(limit) = length.checked_sub(1) {
            let refused = LogFile::inflate(&file, limit).expect_err("beyond");
            assert_eq!(refused, LogFileError::TooLarge { limit });
        }
    }
}

#[test]
fn a_bomb_is_refused_whatever_length_it_states() {
    let mut file = gzip(&vec![b' '; 64 << 20]);
    let at = file.len() - 4;
    for stated in [0, 1, u32::MAX] {
        file[at..].copy_from_slice(&stated.to_le_bytes());
        let refused = LogFile::inflate(&file, LIMIT).expect_err("too large");
        assert_eq!(refused, LogFileError::TooLarge { limit: LIMIT });
    }
}

#[test]
fn what_is_not_gzip_is_refused() {
    for file in [
        &b""[..],
        b"\x1f",
        b"{\"Records\":[]}",
        b"PK\x03\x04",
        b"\x8b\x1f\x08\x00",
    ] {
        assert_eq!(
            LogFile::inflate(file, LIMIT).expect_err("no gzip"),
            LogFileError::NotGzip
        );
    }
}

#[test]
fn a_member_cut_short_anywhere_is_damaged() {
    let file = gzip(format!(r#"{{"Records":[{RECORD}]}}"#).as_bytes());
    for length in 2..file.len() {
        let refused = LogFile::inflate(&file[..length], LIMIT).expect_err("cut short");
        assert_eq!(
            refused,
            LogFileError::DamagedGzip,
            "{length} of {}",
            file.len()
        );
    }
}

#[test]
fn a_wrong_checksum_or_length_is_damage() {
    let good = gzip(RECORD.as_bytes());
    for from_end in 1..=8 {
        let mut file = good.clone();
        let at = file.len() - from_end;
        file[at] ^= 1;
        let refused = LogFile::inflate(&file, LIMIT).expect_err("damaged");
        assert_eq!(
            refused,
            LogFileError::DamagedGzip,
            "byte {from_end} from the end"
        );
    }
}

#[test]
fn nothing_may_follow_the_member() {
    let member = gzip(RECORD.as_bytes());
    let mut forged = member.clone();
    forged.extend_from_slice(&gzip(b"forged"));
    let behind = forged.len() - member.len();
    assert_eq!(
        LogFile::inflate(&forged, LIMIT).expect_err("two"),
        LogFileError::TrailingBytes(behind)
    );
    for trailing in [&b"\0"[..], b"\0\0\0\0", b"x", b"\x1f\x8b"] {
        let file = [&member, trailing].concat();
        let refused = LogFile::inflate(&file, LIMIT).expect_err("trailing bytes");
        assert_eq!(refused, LogFileError::TrailingBytes(trailing.len()));
    }
}

#[test]
fn records_are_read_between_other_keys_and_white_space() {
    let content = format!(
        " \n{{ \"before\" : [ {{\"Records\":[1]}} , \"]\" ] , \"Records\" : [ {RECORD} ,\n\t{RECORD} ] , \"after\":null }} \n"
    );
    assert_eq!(
        outcomes(content.as_bytes()),
        Ok(vec![Ok(RECORD.to_owned()); 2])
    );
}

#[test]
fn a_file_may_hold_no_records() {
    assert_eq!(outcomes(br#"{"Records":[]}"#), Ok(vec![]));
    assert_eq!(outcomes(br#" { "Records" : [ ] } "#), Ok(vec![]));
}

#[test]
fn files_of_another_form_have_no_records() {
    for content in ["{}", "{ }", r#"{"records":[]}"#, r#"{"a":{"Records":[]}}"#] {
        assert_eq!(
            outcomes(content.as_bytes()),
            Err(LogFileError::NoRecords),
            "{content}"
        );
    }
}

#[test]
fn bad_elements_are_set_aside_where_they_stand() {
    let no_time = r#"{"eventName":"A"}"#;
    let bad = [
        ("17", RecordError::NotAnObject),
        ("null", RecordError::NotAnObject),
        (r#""],{[""#, RecordError::NotAnObject),
        (
            r#"[{"eventTime":"2026-10-13T08:00:00Z"}]"#,
            RecordError::NotAnObject,
        ),
        (no_time, RecordError::NoEventTime),
        (r#"{"eventTime":"noon"}"#, RecordError::InvalidEventTime),
    ];
    let mut content = r#"{"Records":["#.to_owned();
    let mut expected = Vec::new();
    for (element, reason) in bad {
        write!(content, "{RECORD}, ").expect("memory");
        expected.push(Ok(RECORD.to_owned()));
        expected.push(Err((content.len(), element.len(), reason)));
        write!(content, "{element}\n,").expect("memory");
    }
    write!(content, "{RECORD}]}}").expect("memory");
    expected.push(Ok(RECORD.to_owned()));
    assert_eq!(outcomes(content.as_bytes()), Ok(expected));
}

#[test]
fn an_element_of_bad_syntax_is_set_aside_with_its_extent() {
    for element in [
        r#"{"eventTime":"2026-10-13T08:00:00Z",}"#,
        r#"{"eventTime":"2026-10-13T08:00:00Z","a":tru}"#,
        r#"{"eventTime":"2026-10-13T08:00:00Z","a":"\q"}"#,
        r#"{"eventTime":"2026-10-13T08:00:00Z" "b":{}}"#,
    ] {
        let content = format!(r#"{{"Records":[{RECORD},{element},{RECORD}]}}"#);
        let found = outcomes(content.as_bytes()).expect("records");
        assert_eq!(
            (&found[0], &found[2]),
            (&Ok(RECORD.to_owned()), &Ok(RECORD.to_owned()))
        );
        let Err((offset, length, RecordError::Syntax(at))) = found[1] else {
            panic!("{:?}", found[1]);
        };
        assert_eq!(&content[offset..offset + length], element);
        assert!(at <= length, "{at} lies in the element");
    }
}

#[test]
fn a_record_that_is_not_utf8_is_set_aside_alone() {
    let mut content = format!(r#"{{"Records":[{RECORD},{{"a":""#).into_bytes();
    let offset = content.len() - 6;
    content.extend_from_slice(b"\xff\"},");
    content.extend_from_slice(RECORD.as_bytes());
    content.extend_from_slice(b"]}");
    assert_eq!(
        outcomes(&content),
        Ok(vec![
            Ok(RECORD.to_owned()),
            Err((offset, 9, RecordError::Encoding(6))),
            Ok(RECORD.to_owned()),
        ])
    );
}

#[test]
fn bytes_that_are_not_utf8_beside_the_records_do_no_harm() {
    let content = [
        br#"{"a":"#.as_slice(),
        b"\"\xff\xfe\",\"Records\":[",
        RECORD.as_bytes(),
        b"]}",
    ]
    .concat();
    assert_eq!(outcomes(&content), Ok(vec![Ok(RECORD.to_owned())]));
}

#[test]
fn records_that_stand_twice_are_refused_because_readers_would_disagree() {
    let content = format!(r#"{{"Records":[{RECORD}],"Records":[]}}"#);
    assert!(matches!(
        outcomes(content.as_bytes()),
        Err(LogFileError::NotRecords(_))
    ));
}

#[test]
fn content_whose_brackets_do_not_match_is_refused() {
    for content in [
        "",
        " ",
        "[]",
        "null",
        "{",
        r#"{"Records""#,
        r#"{"Records":"#,
        r#"{"Records":{}}"#,
        r#"{"Records":null}"#,
        r#"{"Records":["#,
        r#"{"Records":[]"#,
        r#"{"Records":[]]"#,
        r#"{"Records":[],}"#,
        r#"{"Records":[]}}"#,
        r#"{"Records":[]} x"#,
        r#"{"Records":[]}{"Records":[]}"#,
        r#"{"Records":[,]}"#,
        r#"{"Records":[1,]}"#,
        r#"{"Records":[1 2]}"#,
        r#"{"Records":[{"a":1]}"#,
        r#"{"Records":[{"a":[}]}]}"#,
        r#"{"Records":["open]}"#,
        r#"{"Records":["open\"#,
        r#"{"Records":[{"eventTime":"2026-10-13T08:00:00Z"}"#,
        r#"{"Records":[{"eventTime":"2026-10-13T08:00:00Z"]}"#,
    ] {
        let refused = outcomes(content.as_bytes()).expect_err(content);
        assert!(
            matches!(refused, LogFileError::NotRecords(at) if at <= content.len()),
            "{content}: {refused}"
        );
    }
}

#[test]
fn deep_nesting_needs_no_stack() {
    let deep = format!("{}{}", "[".repeat(500_000), "]".repeat(500_000));
    let content = format!(r#"{{"other":{deep},"Records":[{deep},{RECORD}]}}"#);
    let found = outcomes(content.as_bytes()).expect("records");
    assert!(matches!(
        found[..],
        [Err((_, 1_000_000, RecordError::NotAnObject)), Ok(_)]
    ));
}
