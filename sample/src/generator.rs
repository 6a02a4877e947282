//! Puts records together: who, what, where, when.

use std::ops::Range;

use crate::call;
use crate::dice::{Dice, derive, mix};
use crate::ids::push_guid;
use crate::persona::PERSONAS;
use crate::plant::{Attribute, Marks};
use crate::principal::Principal;
use crate::record::{Draft, Record};
use crate::rhythm::{BLOCK, Rhythm};
use crate::trail::Trail;
use crate::uncommon;
use crate::world::{Account, World};

/// Keeps the draws for different purposes apart.
mod purpose {
    pub(super) const RECORD: u64 = 1;
    pub(super) const BLOCK: u64 = 2;
    pub(super) const PAIR: u64 = 3;
    pub(super) const EVENT_ID: u64 = 4;
}

/// The records of a slice of a trail, one after the other.
#[derive(Clone, Debug)]
pub struct Records<'a> {
    trail: &'a Trail,
    world: World,
    rhythm: Rhythm,
    numbers: Range<u64>,
    /// The planted values as they stand in JSON.
    planted: Vec<String>,
    draft: Draft,
}

/// What has been drawn for one record before its parts are written.
pub(crate) struct Draw<'a> {
    pub(crate) world: &'a World,
    pub(crate) account: &'a Account,
    pub(crate) principal: &'a Principal,
    pub(crate) region: &'a str,
    pub(crate) time: i64,
    pub(crate) marks: Marks<'a>,
    /// Draws that belong to this record only.
    pub(crate) dice: Dice,
    /// Equal for both records of a pair.
    pub(crate) pair: u64,
    pub(crate) second_of_pair: bool,
}

impl<'a> Records<'a> {
    pub(crate) fn new(trail: &'a Trail, numbers: Range<u64>) -> Self {
        Self {
            trail,
            world: World::new(trail),
            rhythm: Rhythm::new(trail.start, trail.end, trail.events),
            numbers: numbers.start..numbers.end.min(trail.events),
            planted: trail
                .plants
                .iter()
                .map(|plant| escape(&plant.value))
                .collect(),
            draft: Draft::default(),
        }
    }

    /// Writes the next record into `record`, whose memory it uses again, and
    /// says whether there was one.
    pub fn write_next(&mut self, record: &mut Record) -> bool {
        let Some(number) = self.numbers.next() else {
            return false;
        };
        self.draft.clear();
        write(
            self.trail,
            &self.world,
            &self.rhythm,
            &self.planted,
            number,
            &mut self.draft,
        );
        self.draft.finish(record);
        true
    }
}

impl Iterator for Records<'_> {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        let mut record = Record::default();
        self.write_next(&mut record).then_some(record)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = usize::try_from(self.numbers.end.saturating_sub(self.numbers.start));
        (left.unwrap_or(usize::MAX), left.ok())
    }
}

/// The value as it stands between the quotes of a JSON string.
fn escape(value: &str) -> String {
    let quoted = serde_json::Value::from(value).to_string();
    quoted.trim_matches('"').to_owned()
}

fn write(
    trail: &Trail,
    world: &World,
    rhythm: &Rhythm,
    planted: &[String],
    number: u64,
    draft: &mut Draft,
) {
    let marks = marks_of(trail, planted, number);
    let mut dice = Dice::new(derive(trail.seed ^ purpose::RECORD, number));
    let pair = derive(trail.seed ^ purpose::PAIR, number / 2);
    let block = derive(trail.seed ^ purpose::BLOCK, number / BLOCK);
    let burst = Dice::new(block).per_mille(trail.bursts);
    let mut together = if burst {
        Dice::new(mix(block))
    } else {
        dice.clone()
    };

    // Both records of a pair are known to be one before anything else is drawn.
    let mut of_pair = Dice::new(pair);
    let whole_pair = number | 1 < trail.events && marks.is_empty();
    let is_insight = whole_pair && of_pair.per_mille(trail.insights);
    let is_shared = whole_pair && !is_insight && world.accounts.len() > 1 && of_pair.per_mille(20);
    if is_insight || is_shared {
        together = of_pair;
    }

    let at_pair = if is_insight || is_shared {
        number & !1
    } else {
        number
    };
    let time = rhythm.second(at_pair, derive(block, at_pair), burst);
    let account_at = world.by_account.pick(together.roll());
    let region_at = world.by_region.pick(together.roll());
    let (Some(account), Some(region)) =
        (world.accounts.get(account_at), world.regions.get(region_at))
    else {
        return;
    };
    let mut place = account.activity.pick(together.roll());
    if !marks.is_empty() {
        place = planted_caller(account, &marks, &mut dice).unwrap_or(place);
    }
    let Some(principal) = account.principals.get(place) else {
        return;
    };
    let mut draw = Draw {
        world,
        account,
        principal,
        region,
        time,
        marks,
        dice,
        pair,
        second_of_pair: number & 1 == 1,
    };
    let unique = mix(number ^ derive(trail.seed, purpose::EVENT_ID));
    push_guid(&mut draft.id, unique, mix(unique ^ trail.seed));
    if is_insight {
        uncommon::write_insight(&mut draw, draft);
    } else if is_shared {
        uncommon::write_shared(&mut draw, draft);
    } else if !draw.marks.is_empty() {
        call::write_call(&mut draw, false, draft);
    } else if draw.dice.per_mille(trail.network) {
        uncommon::write_network(&mut draw, draft);
    } else {
        match draw.dice.below(1000) {
            0..6 => return uncommon::write_sign_in(&mut draw, draft),
            6..12 => return uncommon::write_service_event(&mut draw, draft),
            _ => {}
        }
        let data = draw.dice.per_mille(trail.data);
        if data && !PERSONAS[principal.persona].data {
            let with_data = &account.with_data;
            let other = with_data.get(draw.dice.below(with_data.len()));
            draw.principal = other
                .and_then(|&at| account.principals.get(at))
                .unwrap_or(principal);
        }
        call::write_call(&mut draw, data, draft);
    }
}

fn marks_of<'a>(trail: &Trail, planted: &'a [String], number: u64) -> Marks<'a> {
    let mut marks = Marks::default();
    let mut rarity = [0_u64; Attribute::ALL.len()];
    for ((plant, value), index) in trail.plants.iter().zip(planted).zip(0..) {
        let held = &mut rarity[plant.attribute as usize];
        if plant.every > *held && plant.hits(trail.seed, index, number) {
            *held = plant.every;
            marks.set(plant.attribute, value);
        }
    }
    marks
}

/// A planted record needs a caller who can carry the values.
fn planted_caller(account: &Account, marks: &Marks<'_>, dice: &mut Dice) -> Option<usize> {
    let list = if marks.wants_role() {
        &account.roles
    } else {
        &account.users
    };
    list.get(dice.below(list.len())).copied()
}
