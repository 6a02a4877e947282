//! `trailkeep backfill`: queues for indexing what is already in a bucket.

mod estimate;
mod listing;
mod location;
mod message;
mod plan;
mod progress;
mod queue;
mod selection;
mod state;
mod survey;

use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use aws::Objects;
use aws_config::Region;
use clap::ValueEnum;
use jiff::Timestamp;
use reqwest::Url;
use serde_json::json;

use self::estimate::Estimate;
use self::listing::Bucket;
use self::location::Location;
use self::queue::Sender;
use self::selection::Selection;
use self::state::State;
use self::survey::Survey;
use crate::endpoint::{Caller, output};
use crate::failure::Failure;

/// Queues log files that are already in a bucket for indexing.
///
/// It sends the index queue the notifications that S3 would have sent. It first counts
/// what there is and says what indexing it takes, and asks before it begins. Stopped at
/// any moment and started again with the same arguments it goes on where it was. A log
/// file that is queued twice is indexed once more and shown once.
///
/// The exit code is 1 too where the answer to the question was no.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  trailkeep backfill s3://my-trail-logs --stack trailkeep --from 2026-07-01
  trailkeep backfill s3://my-trail-logs/prefix --stack trailkeep --account 111122223333 --region eu-west-1 --yes")]
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
    let bucket = Bucket::new(Objects::new(&reading), &arguments.location.bucket);
    let Arguments {
        location,
        selection,
        ..
    } = &arguments;
    let identity = format!("{location} {selection} to {queue_url}");
    let (mut state, was_begun) = State::open(arguments.state.as_deref(), identity)?;
    if was_begun {
        anstream::eprintln!(
            "going on behind {}, as {} says; delete that file to begin anew",
            state.last_key().unwrap_or_default(),
            state.file().display()
        );
    }

    let stretches = plan::plan(&bucket, &location.folder, selection).await?;
    let survey = survey::survey(&bucket, &stretches, selection, state.last_key()).await?;
    let estimate = Estimate::of(&survey);
    anstream::eprintln!("{location}: {survey}");
    if survey.files == 0 {
        return report(&arguments, &survey, &estimate, 0);
    }
    anstream::eprintln!("{estimate}");
    if !arguments.yes && !is_agreed(survey.files)? {
        anstream::eprintln!("nothing was sent");
        return Ok(ExitCode::FAILURE);
    }

    let progress = progress::files(survey.files);
    let now = Timestamp::now();
    let mut sender = Sender::new(&config, &queue_url, &location.bucket, &region, now);
    let mut walk = bucket.walk(&stretches, state.last_key());
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
    report(&arguments, &survey, &estimate, sender.messages())
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
    messages: u64,
) -> Result<ExitCode, Failure> {
    let text = match arguments.output {
        Output::Text if messages > 0 => format!(
            "queued {} log files in {messages} messages; GET /v1/status shows how far indexing is",
            survey.files
        ),
        Output::Text => "nothing to queue".to_owned(),
        Output::Json => json!({
            "bucket": arguments.location.bucket,
            "folder": arguments.location.folder,
            "files": survey.files,
            "bytes": survey.bytes,
            "other_objects": survey.others,
            "messages": messages,
            "estimate": estimate.json(),
        })
        .to_string(),
    };
    match writeln!(anstream::stdout(), "{text}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(ExitCode::SUCCESS),
    }
}
