//! Prints how fast log files become segments, on one core.
//!
//! `cargo run --release -p bench --bin throughput [FOLDER] [MEGABYTES]`
//!
//! Repeats the folder's log files with fresh ids and times until there is as much
//! (1,000 MB by default), then measures inflating alone and the whole way: inflate,
//! hash, read, find the terms, compress, encode. In processor time, because these
//! machines are shared; the ratio between the two is what compares.

use bench::{Delivered, Outcome, delivered, index, logs, processor_seconds, say};
use trail::LogFile;

/// How many files share a segment.
const TOGETHER: usize = 10;

fn main() -> Outcome {
    let files = delivered(&logs())?;
    let megabytes: usize = std::env::args()
        .nth(2)
        .map_or(Ok(1_000), |text| text.parse())?;
    let wanted = megabytes * 1_000_000;
    let mut contents = Vec::new();
    for file in &files {
        contents.push((
            &file.key,
            LogFile::inflate(&file.bytes, 256 << 20)?.content().to_vec(),
        ));
    }
    let (mut bytes, mut events) = (0, 0_u64);
    let (mut inflating, mut whole) = (0.0, 0.0);
    let mut encoded = 0;
    let mut round = 0_u32;
    while bytes < wanted {
        // One round at a time, so that the input does not fill the memory.
        let fresh: Vec<Delivered> = contents
            .iter()
            .map(|(key, content)| Delivered {
                key: (*key).clone(),
                bytes: sample::compress(&freshen(content, round), 6),
            })
            .collect();
        bytes += contents
            .iter()
            .map(|(_, content)| content.len())
            .sum::<usize>();
        round += 1;

        let start = processor_seconds();
        let mut sink = Vec::new();
        for file in &fresh {
            sink.clear();
            let mut member = flate2::bufread::GzDecoder::new(file.bytes.as_slice());
            std::io::Read::read_to_end(&mut member, &mut sink)?;
        }
        inflating += processor_seconds() - start;

        let start = processor_seconds();
        for batch in fresh.chunks(TOGETHER) {
            for segment in index(batch)?.segments {
                events += segment.records + segment.duplicates;
                encoded += segment.write_units();
            }
        }
        whole += processor_seconds() - start;
    }
    #[expect(clippy::cast_precision_loss, reason = "printed figures")]
    let (events, megabytes, encoded) = (events as f64, bytes as f64 / 1e6, encoded as f64);
    say!(
        "{megabytes:.0} MB in {round} rounds, {events:.0} events, {:.0} bytes each",
        megabytes * 1e6 / events
    );
    say!(
        "inflating alone      {:>9.0} events/s a core  {:>6.0} MB/s",
        events / inflating,
        megabytes / inflating
    );
    say!(
        "inflate to segment   {:>9.0} events/s a core  {:>6.0} MB/s",
        events / whole,
        megabytes / whole
    );
    say!("ratio to inflating   {:>9.2}", whole / inflating);
    say!("write units an event {:>9.4}", encoded / events);
    Ok(())
}

/// Gives every record another event id and request id, and moves it by a day a round.
///
/// Lengths stay, so that only digits are replaced where they stand.
fn freshen(content: &[u8], round: u32) -> Vec<u8> {
    let mut fresh = content.to_vec();
    for field in [&b"\"eventID\":\""[..], b"\"requestID\":\""] {
        let mut at = 0;
        while let Some(found) = find(&fresh[at..], field) {
            let start = at + found + field.len();
            let mark = format!("{round:04x}");
            let end = (start + mark.len()).min(fresh.len());
            fresh[start..end].copy_from_slice(&mark.as_bytes()[..end - start]);
            at = end;
        }
    }
    let field = b"\"eventTime\":\"";
    let mut at = 0;
    while let Some(found) = find(&fresh[at..], field) {
        let start = at + found + field.len();
        let day = format!("{:02}-{:02}", 1 + round / 28 % 12, 1 + round % 28);
        fresh[start + 5..start + 10].copy_from_slice(day.as_bytes());
        at = start + 10;
    }
    fresh
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes
        .windows(wanted.len())
        .position(|window| window == wanted)
}
