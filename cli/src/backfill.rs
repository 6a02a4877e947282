//! `trailkeep backfill`: queues for indexing what is already in a bucket.

mod estimate;
mod message;
mod progress;
mod queue;
mod restore;
mod survey;

use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use aws::Objects;
use aws_config::Region;
use clap::ValueEnum;
use jiff::Timestamp;
use jiff::civil::Date;
use reqwest::Url;
use serde::{Deserialize, Serialize};
use serde_json::json;
use trail::key::ObjectKind;

use self::estimate::Estimate;
use self::queue::Sender;
use self::restore::Restore;
use self::survey::Survey;
use crate::archive::{Bucket, Location, Selection, State, plan};
use crate::endpoint::{Caller, output};
use crate::failure::Failure;

/// The kinds of objects that hold records.
const KINDS: [ObjectKind; 3] = [
    ObjectKind::Log,
    ObjectKind::NetworkActivity,
    ObjectKind::Insight,
];

/// Queues log files that are already in a bucket for indexing.
///
/// It sends the index queue the notifications that S3 would have sent. It first counts
/// what there is and says what indexing it takes, and asks before it begins. Stopped at
/// any moment and started again with the same arguments it goes on where it was. A log
/// file that is queued twice is indexed once more and shown once.
///
/// Events that are older than the stack keeps them are not indexed, unless they are
/// restored: with --restore they come back, marked, until a day on which they go by
/// themselves.
///
/// The exit code is 1 too where the answer to the question was no.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  trailkeep backfill s3://my-trail-logs --stack trailkeep --from 2026-07-01
  trailkeep backfill s3://my-trail-logs/prefix --stack trailkeep --account 111122223333 --region eu-west-1 --yes
  trailkeep backfill s3://my-trail-logs --stack trailkeep --from 2025-03-01 --to 2025-03-09 --restore 30d")]
pub(crate) struct Arguments {
    /// The bucket, and in it the folder: what stands before `AWSLogs/`, or any folder below.
    #[arg(value_name = "s3://BUCKET/PREFIX")]
    location: Location,
    #[command(flatten)]
    selection: Selection,
    /// Sends to the index queue of this CloudFormation stack.
    #[arg(long, value_name = "NAME", required_unless_present = "queue_url")]
    stack: Option<String>,
    /// Sends to this queue.
    #[arg(long, value_name = "URL", conflicts_with = "stack")]
    queue_url: Option<Url>,
    /// Brings events back that are older than the stack keeps them: for so many days, as
    /// 30d, or until the start of a day (UTC), as 2027-01-15. Narrow it with --from and --to.
    #[arg(long, value_name = "DAYS|DAY")]
    restore: Option<Restore>,
    /// Begins without asking.
    #[arg(long)]
    yes: bool,
    /// Remembers here how far it is [default: a file of its own in the user's state directory].
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// Prints what was done for people or for programs.
    #[arg(long, value_enum, default_value_t = Output::Text)]
    output: Output,
    /// The bucket's Region, where it is not the stack's.
    #[arg(long, value_name = "REGION", help_heading = "AWS")]
    bucket_region: Option<String>,
    /// Reads the bucket at this address instead of at S3.
    #[arg(long, value_name = "URL", help_heading = "AWS")]
    endpoint_url: Option<Url>,
    #[command(flatten)]
    caller: Caller,
}

/// How the outcome is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Output {
    /// In words.
    Text,
    /// As one object.
    Json,
}

/// How far a backfill is.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Progress {
    /// Everything up to this key was sent.
    last_key: Option<String>,
    /// The day on which restored events go: one for all of them, however long it takes.
    restored_until: Option<String>,
}

pub(crate) async fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    arguments.selection.check()?;
    let config = arguments.caller.load().await;
    let queue_url = match (&arguments.queue_url, &arguments.stack) {
        (Some(url), _) => url.clone(),
        (None, Some(stack)) => output(&config, stack, "QueueUrl").await?.parse()?,
        (None, None) => return Err(Failure::usage("give --stack NAME or --queue-url URL")),
    };
    let mut reading = config.to_builder();
    if let Some(region) = &arguments.bucket_region {
        reading.set_region(Region::new(region.clone()));
    }
    if let Some(endpoint) = &arguments.endpoint_url {
        reading.set_endpoint_url(Some(endpoint.as_str().trim_end_matches('/').to_owned()));
    }
    let reading = reading.build();
    let region = reading.region().map(ToString::to_string).ok_or_else(|| {
        Failure::usage("the bucket's Region is not known: give --bucket-region or --aws-region")
    })?;
    let bucket = Bucket::new(Objects::new(&reading), &arguments.location.bucket).with_versions();
    let Arguments {
        location,
        selection,
        ..
    } = &arguments;
    let now = Timestamp::now();
    let restore = arguments
        .restore
        .map(|restore| restore.until(now))
        .transpose()?;
    let restored = match arguments.restore {
        None => String::new(),
        Some(Restore::For(days)) => format!(" restored for {days} days"),
        Some(Restore::Until(day)) => format!(" restored until {day}"),
    };
    let identity = format!("{location} {selection} to {queue_url}{restored}");
    let (mut state, was_begun) =
        State::<Progress>::open("backfill", arguments.state.as_deref(), identity)?;
    let last_key = state.progress().last_key.clone();
    if was_begun {
        anstream::eprintln!(
            "going on behind {}, as {} says; delete that file to begin anew",
            last_key.as_deref().unwrap_or_default(),
            state.file().display()
        );
    }
    // Begun on another day, it goes on with the day that was told then.
    let begun = state.progress().restored_until.as_deref();
    let restored_until: Option<Date> = begun.and_then(|day| day.parse().ok()).or(restore);

    let stretches = plan(&bucket, &location.folder, selection, &KINDS).await?;
    let survey = survey::survey(&bucket, &stretches, selection, last_key.as_deref()).await?;
    let estimate = Estimate::of(&survey, restored_until.map(|day| (now, day)));
    anstream::eprintln!("{location}: {survey}");
    if survey.files == 0 {
        return report(&arguments, &survey, &estimate, restored_until, 0);
    }
    anstream::eprintln!("{estimate}");
    if restored_until.is_some() && selection.to.is_none() {
        anstream::eprintln!(
            "without --to, events that are kept anyway are restored as well: stored twice, and \
             shown once"
        );
    }
    if !arguments.yes && !is_agreed(survey.files)? {
        anstream::eprintln!("nothing was sent");
        return Ok(ExitCode::FAILURE);
    }

    let until = restored_until.map(|day| day.to_string());
    if until.is_some() {
        state.change(|progress| progress.restored_until.clone_from(&until))?;
    }
    let progress = progress::files(survey.files);
    let mut sender = Sender::new(
        &config,
        &queue_url,
        &location.bucket,
        &region,
        now,
        until.as_deref(),
    );
    let mut walk = bucket.walk(&stretches, last_key.as_deref());
    while let Some(page) = walk.next().await? {
        for object in page
            .into_iter()
            .filter(|object| selection.wants(&object.key))
        {
            progress.inc(sender.add(object, &mut state).await?);
        }
    }
    progress.inc(sender.finish(&mut state).await?);
    progress.finish_and_clear();
    state.remove()?;
    report(
        &arguments,
        &survey,
        &estimate,
        restored_until,
        sender.messages(),
    )
}

/// Asks whether to begin; where nobody can be asked that is wrong usage.
fn is_agreed(files: u64) -> Result<bool, Failure> {
    if !io::stdin().is_terminal() {
        return Err(Failure::usage(
            "nobody can be asked here: give --yes to begin without",
        ));
    }
    anstream::eprint!("queue {files} log files for indexing? [y/N] ");
    io::stderr().flush()?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(matches!(
        answer.trim().to_ascii_lowercase().as_str(),
        "y" | "yes"
    ))
}

/// Tells what was done; whoever does not read it misses nothing that has to be repeated.
fn report(
    arguments: &Arguments,
    survey: &Survey,
    estimate: &Estimate,
    restored_until: Option<Date>,
    messages: u64,
) -> Result<ExitCode, Failure> {
    let text = match arguments.output {
        Output::Text if messages > 0 => {
            let restored = restored_until.map_or_else(String::new, |day| {
                format!(", to be restored until {day} begins (UTC)")
            });
            format!(
                "queued {} log files in {messages} messages{restored}; GET /v1/status shows how \
                 far indexing is",
                survey.files
            )
        }
        Output::Text => "nothing to queue".to_owned(),
        Output::Json => json!({
            "bucket": arguments.location.bucket,
            "folder": arguments.location.folder,
            "files": survey.files,
            "bytes": survey.bytes,
            "other_objects": survey.others,
            "messages": messages,
            "restored_until": restored_until.map(|day| day.to_string()),
            "estimate": estimate.json(),
        })
        .to_string(),
    };
    match writeln!(anstream::stdout(), "{text}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(ExitCode::SUCCESS),
    }
}
