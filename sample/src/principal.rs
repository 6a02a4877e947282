//! The users, roles and services of an account.

use crate::dice::{derive_text, mix, scale};
use crate::ids::{push_address, push_hex, push_key};
use crate::persona::{Identity, Persona, SERVICES, Session};
use crate::words;

/// A user, role or service of one account.
#[derive(Clone, Debug)]
pub(crate) struct Principal {
    pub(crate) persona: usize,
    pub(crate) seed: u64,
    /// The user's or role's name, or the service's host.
    pub(crate) name: String,
    /// The path before the role's name, `role/...`.
    pub(crate) path: String,
    /// `AIDA...` or `AROA...`.
    pub(crate) id: String,
    /// The long-lived key of a user.
    pub(crate) key: String,
    /// The name of the person, function or vendor whose session it is.
    pub(crate) session: String,
    pub(crate) address: String,
    pub(crate) agent: &'static str,
    /// Goes through the account's VPC endpoints.
    pub(crate) private: bool,
}

/// Which principal of an account it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) persona: usize,
    /// Among those of its persona.
    pub(crate) rank: u64,
    pub(crate) seed: u64,
    /// The account's seed, so that accounts have other workloads.
    pub(crate) offset: u64,
}

impl Principal {
    /// Invents a principal.
    pub(crate) fn new(persona: &Persona, place: Place, region: &str) -> Self {
        let Place {
            rank, seed, offset, ..
        } = place;
        let identity = persona.identity;
        let last = SERVICES.len() - 1;
        let (service, linked) = SERVICES[usize::try_from(rank).unwrap_or(last).min(last)];
        // Different ranks below 384 have different workloads.
        let workload = (rank * 37 + offset % 384) % 384 + rank / 384 * 384;
        let mut name = String::new();
        let mut path = String::from("role/");
        let mut session = String::new();
        match identity {
            Identity::Role(kind) => {
                push_role(kind, rank, workload, &mut name, &mut session);
                if kind == Session::Person {
                    path.push_str("aws-reserved/sso.amazonaws.com/");
                    path.push_str(region);
                    path.push('/');
                }
            }
            Identity::Linked => {
                path.push_str("aws-service-role/");
                path.push_str(service);
                path.push('/');
                name.push_str(linked);
            }
            Identity::Service => name.push_str(service),
            Identity::User if rank == 0 => name.push_str("ci-deploy"),
            Identity::User => {
                name.push_str("svc-");
                words::push_workload(&mut name, workload);
            }
            Identity::Web => {
                name.push_str("repo:example-org/");
                words::push_workload(&mut name, workload);
                name.push_str(":ref:refs/heads/main");
            }
            _ => {
                words::push_person(&mut name, rank);
                name.push_str("@example.com");
            }
        }
        let mut id = String::new();
        let prefix = if identity == Identity::User {
            "AIDA"
        } else {
            "AROA"
        };
        push_key(&mut id, prefix, 10, seed);
        let mut key = String::new();
        push_key(&mut key, "AKIA", 9, mix(seed));
        let mut address = String::new();
        match identity {
            Identity::Linked | Identity::Service => address.push_str(service),
            Identity::Unknown => address.push_str("AWS Internal"),
            _ => push_address(&mut address, seed),
        }
        let agent = match persona.agents {
            [] => service,
            [first, ..] if identity == Identity::User && rank == 0 => first,
            agents => agents[scale(mix(seed ^ 1), agents.len())],
        };
        let is_inside = matches!(identity, Identity::Role(Session::Task | Session::Function));
        Self {
            persona: place.persona,
            seed,
            name,
            path,
            id,
            key,
            session,
            address,
            agent,
            private: is_inside && seed % 5 < 2,
        }
    }
}

/// Names a role and those who use it.
fn push_role(kind: Session, rank: u64, workload: u64, name: &mut String, session: &mut String) {
    match kind {
        Session::Person => {
            let set = ["DeveloperAccess", "ReadOnlyAccess", "AdministratorAccess"];
            name.push_str("AWSReservedSSO_");
            name.push_str(words::pick(&set, mix(rank)));
            name.push('_');
            let suffix = derive_text(1, name);
            push_hex(name, suffix, 16);
            // People work in every account; workloads belong to one.
            words::push_person(session, rank);
            session.push_str("@example.com");
        }
        Session::Pipeline => {
            name.push_str("github-");
            words::push_workload(name, workload);
        }
        Session::Vendor => {
            name.push_str("security-audit");
            if rank > 0 {
                name.push('-');
                words::push_workload(name, workload);
            }
            session.push_str("example-vendor-scan");
        }
        Session::Task | Session::Instance | Session::Function => {
            words::push_workload(name, workload);
            session.push_str(name);
            name.push_str(match kind {
                Session::Task => "-task-role",
                Session::Instance => "-instance-role",
                _ => "-function-role",
            });
        }
    }
}
