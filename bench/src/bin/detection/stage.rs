//! Steps that are measured in turns.

use std::error::Error;
use std::time::{Duration, Instant};

use bench::processor_seconds;

/// How often each step has its turn; the median counts.
const TURNS: usize = 7;
/// How long a turn lasts at least: the kernel counts processor time in hundredths.
const TURN: Duration = Duration::from_millis(400);

/// A step, which answers how many things it did.
type Run<'a> = Box<dyn FnMut() -> Result<u64, Box<dyn Error>> + 'a>;

/// A step and the processor time that it took.
pub(crate) struct Stage<'a> {
    run: Run<'a>,
    seconds: Vec<f64>,
}

impl<'a> Stage<'a> {
    /// Takes a step, which answers how many things it did.
    pub(crate) fn new(run: impl FnMut() -> Result<u64, Box<dyn Error>> + 'a) -> Self {
        Self {
            run: Box::new(run),
            seconds: Vec::new(),
        }
    }

    /// The seconds of processor time that one thing takes, the median of all turns.
    pub(crate) fn seconds(&self) -> f64 {
        let mut seconds = self.seconds.clone();
        seconds.sort_by(f64::total_cmp);
        seconds.get(seconds.len() / 2).copied().unwrap_or(f64::NAN)
    }

    fn turn(&mut self) -> Result<(), Box<dyn Error>> {
        let (start, begun) = (processor_seconds(), Instant::now());
        let mut done = 0;
        while begun.elapsed() < TURN {
            done += (self.run)()?;
        }
        #[expect(clippy::cast_precision_loss, reason = "printed figures")]
        self.seconds
            .push((processor_seconds() - start) / done as f64);
        Ok(())
    }
}

/// Measures steps in turns, so that what else the machine does hits all of them.
pub(crate) fn measure<'m, 'a: 'm>(
    stages: impl IntoIterator<Item = &'m mut Stage<'a>>,
) -> Result<(), Box<dyn Error>> {
    let mut stages: Vec<_> = stages.into_iter().collect();
    for _ in 0..TURNS {
        for stage in &mut stages {
            stage.turn()?;
        }
    }
    Ok(())
}
