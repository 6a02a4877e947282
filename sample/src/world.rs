//! The invented organization: its accounts, its principals and the calls they make.

use std::collections::HashMap;

use crate::api::{Api, catalogue};
use crate::dice::{Skew, derive, derive_text};
use crate::persona::{DATA_CALLS, Identity, PERSONAS, Persona, SERVICES};
use crate::principal::{Place, Principal};
use crate::slot::POOL;
use crate::trail::Trail;

/// One account and its principals.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) id: String,
    pub(crate) principals: Vec<Principal>,
    pub(crate) activity: Skew,
    /// Principals with data, IAM users and role sessions, by their place.
    pub(crate) with_data: Vec<usize>,
    pub(crate) users: Vec<usize>,
    pub(crate) roles: Vec<usize>,
}

/// Everything that the records of a trail have in common.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) accounts: Vec<Account>,
    pub(crate) regions: Vec<String>,
    pub(crate) apis: Vec<Api>,
    /// Per persona: the calls it makes, and how often.
    pub(crate) habits: Vec<(Vec<usize>, Skew)>,
    pub(crate) data: (Vec<usize>, Skew),
    pub(crate) assume_role: usize,
    pub(crate) by_account: Skew,
    pub(crate) by_region: Skew,
    pub(crate) by_resource: Skew,
}

impl World {
    /// Invents the organization of a trail.
    pub(crate) fn new(trail: &Trail) -> Self {
        let apis = catalogue();
        let index: HashMap<(&str, &str), usize> = apis
            .iter()
            .enumerate()
            .map(|(place, api)| ((api.service, api.name), place))
            .collect();
        let habits = PERSONAS
            .iter()
            .map(|persona| habit(&index, persona.calls))
            .collect();
        let data = habit(&index, DATA_CALLS);
        let accounts: Vec<Account> = trail
            .accounts
            .iter()
            .map(|id| Account::new(trail, id))
            .collect();
        let regions = trail.regions.clone();
        Self {
            habits,
            data,
            assume_role: index.get(&("sts", "AssumeRole")).copied().unwrap_or(0),
            by_account: Skew::zipf(u16::try_from(accounts.len()).unwrap_or(u16::MAX)),
            by_region: Skew::zipf(u16::try_from(regions.len()).unwrap_or(u16::MAX)),
            by_resource: Skew::zipf(POOL),
            accounts,
            regions,
            apis,
        }
    }
}

fn habit(index: &HashMap<(&str, &str), usize>, calls: &str) -> (Vec<usize>, Skew) {
    let (places, weights): (Vec<usize>, Vec<u64>) = calls
        .split_whitespace()
        .filter_map(|call| {
            let (name, weight) = call.split_once('=')?;
            let place = index.get(&name.split_once(':')?)?;
            Some((*place, weight.parse::<u64>().ok()?))
        })
        .unzip();
    let skew = Skew::weighted(weights);
    (places, skew)
}

impl Account {
    fn new(trail: &Trail, id: &str) -> Self {
        let seed = derive_text(trail.seed, id);
        let mut principals = Vec::new();
        let mut weights = Vec::new();
        for (place, persona) in PERSONAS.iter().enumerate() {
            let crowd = (u64::from(persona.crowd) * u64::from(trail.principals) / 100).max(1);
            let crowd = match persona.identity {
                Identity::Linked | Identity::Service => crowd.min(SERVICES.len() as u64),
                _ => crowd,
            };
            for rank in 0..crowd {
                let own = derive(seed, (place as u64) << 32 | rank);
                let region = trail.regions.first().map_or("us-east-1", String::as_str);
                let at = Place {
                    persona: place,
                    rank,
                    seed: own,
                    offset: seed,
                };
                principals.push(Principal::new(persona, at, region));
                // Zipf within the kind, scaled so that the kind keeps its share.
                weights.push(persona.share * 1_000_000 / (rank + 1) / harmonic(crowd));
            }
        }
        let all = |wanted: fn(&Persona) -> bool| -> Vec<usize> {
            (0..principals.len())
                .filter(|&at| wanted(&PERSONAS[principals[at].persona]))
                .collect()
        };
        Self {
            id: id.to_owned(),
            activity: Skew::weighted(weights),
            with_data: all(|persona| persona.data),
            users: all(|persona| persona.identity == Identity::User),
            roles: all(|persona| matches!(persona.identity, Identity::Role(_))),
            principals,
        }
    }
}

/// Ten times the sum of 1 to 1/n, about.
fn harmonic(count: u64) -> u64 {
    (1..=count).map(|rank| 1000 / rank).sum::<u64>().max(1) / 100 + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_call_of_every_persona_is_in_the_catalogue() {
        let world = World::new(&Trail::default());
        for (persona, (places, _)) in PERSONAS.iter().zip(&world.habits) {
            assert_eq!(
                places.len(),
                persona.calls.split_whitespace().count(),
                "{:?}",
                persona.identity
            );
        }
        assert_eq!(world.data.0.len(), DATA_CALLS.split_whitespace().count());
    }

    #[test]
    fn every_call_of_the_catalogue_is_made_by_somebody() {
        let world = World::new(&Trail::default());
        let called: std::collections::HashSet<usize> = world
            .habits
            .iter()
            .chain(std::iter::once(&world.data))
            .flat_map(|(places, _)| places.iter().copied())
            .collect();
        let idle: Vec<&str> = (0..world.apis.len())
            .filter(|place| !called.contains(place))
            .map(|place| world.apis[place].name)
            .collect();
        assert!(idle.is_empty(), "{idle:?}");
    }
}
