//! What came of it, for people and for programs.

use std::io::{self, Write};
use std::process::ExitCode;

use indicatif::HumanCount;
use serde::Serializer as _;
use serde::ser::SerializeSeq as _;
use serde_json::{Serializer, json};

use super::ledger::{Counts, Difference, Ledger};
use super::repair::Repaired;
use super::totals::Totals;
use super::{Output, Progress, Step, table};
use crate::archive::Location;
use crate::failure::Failure;

/// What is told in the end.
pub(super) struct Report<'r> {
    pub(super) location: &'r Location,
    pub(super) progress: &'r Progress,
    pub(super) is_check: bool,
}

impl Report<'_> {
    /// Prints the report; whoever reads and is gone has seen enough.
    pub(super) fn print(&self, output: Output, ledger: &Ledger) -> Result<ExitCode, Failure> {
        let outcome = match output {
            Output::Table => self.print_table(ledger),
            Output::Json => self.print_json(ledger),
        };
        match outcome {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
            _ => Ok(ExitCode::SUCCESS),
        }
    }

    /// What was repaired, where anything was.
    const fn repaired(&self) -> Option<&Repaired> {
        match self.progress.step {
            Step::Repair => Some(&self.progress.repaired),
            Step::Archive | Step::Index => None,
        }
    }

    fn print_table(&self, ledger: &Ledger) -> io::Result<()> {
        let mut out = anstream::AutoStream::auto(io::stdout());
        let totals = &self.progress.totals;
        table::print(&mut out, totals, ledger)?;
        writeln!(out, "{}", compared(totals))?;
        writeln!(out, "{}", sentence(totals))?;
        if let Some(repaired) = self.repaired() {
            let Repaired {
                removed,
                queued,
                sound,
                left,
                reasons,
            } = repaired;
            writeln!(
                out,
                "{} segments removed and their files queued, {} files queued, {} found right, {} \
                 left",
                HumanCount(*removed),
                HumanCount(*queued),
                HumanCount(*sound),
                HumanCount(*left)
            )?;
            for reason in reasons {
                writeln!(out, "left: {reason}")?;
            }
            writeln!(
                out,
                "once the indexer is done with them (GET /v1/status), check again: the same with \
                 --check"
            )?;
        } else if self.is_check && !totals.is_equal() {
            writeln!(out, "the same without --check repairs it")?;
        }
        out.flush()
    }

    /// One object; what differs is written as it is read.
    fn print_json(&self, ledger: &Ledger) -> io::Result<()> {
        let totals = &self.progress.totals;
        let Counts {
            missing,
            extra,
            different,
        } = totals.counts();
        let mut head = json!({
            "bucket": self.location.bucket,
            "folder": self.location.folder,
            "equal": totals.is_equal(),
            "files": totals.files,
            "events": totals.events,
            "past_retention": totals.past,
            "pending_files": totals.pending,
            "segments": totals.segments,
            "missing": missing,
            "extra": extra,
            "different": different,
            "damaged_segments": totals.damaged,
            "differing_files": totals.differing,
            "days": totals.days,
        });
        if let Some(repaired) = self.repaired() {
            head["repaired"] = json!(repaired);
        }
        let head = head.to_string();
        let mut out = io::BufWriter::new(anstream::stdout());
        write!(out, "{},\"differences\":", head.trim_end_matches('}'))?;
        let mut serializer = Serializer::new(&mut out);
        let mut list = (&mut serializer).serialize_seq(None)?;
        let mut failed = None;
        let read = ledger.read(0, |difference: Difference, _| {
            failed = list.serialize_element(&difference).err();
            failed.is_none()
        });
        if let Some(error) = failed {
            return Err(error.into());
        }
        read.map_err(|_| io::Error::other("the differences cannot be read again"))?;
        list.end()?;
        writeln!(out, "}}")?;
        out.flush()
    }
}

fn compared(totals: &Totals) -> String {
    let past = match totals.past {
        0 => String::new(),
        past => format!("; {} events are past retention", HumanCount(past)),
    };
    let pending = match totals.pending {
        0 => String::new(),
        files => format!(
            "; {} files were delivered a moment ago and are not indexed yet",
            HumanCount(files)
        ),
    };
    format!(
        "compared {} events of {} log files with {} segments{past}{pending}",
        HumanCount(totals.events),
        HumanCount(totals.files),
        HumanCount(totals.segments)
    )
}

/// What differs, in a sentence.
pub(super) fn sentence(totals: &Totals) -> String {
    if totals.is_equal() {
        return "equal: the index holds what the archive does".to_owned();
    }
    let Counts {
        missing,
        extra,
        different,
    } = totals.counts();
    format!(
        "different: {} events missing, {} extra, {} different, {} segments damaged; {} files differ",
        HumanCount(missing),
        HumanCount(extra),
        HumanCount(different),
        HumanCount(totals.damaged),
        HumanCount(totals.differing)
    )
}
