//! The names that an invented company gives to its things.

use crate::dice::{derive, scale};
use crate::ids::push_hex;
use crate::rhythm::{push_day, push_number};
use crate::slot::{Kind, Scene};

const TEAMS: [&str; 24] = [
    "orders",
    "payments",
    "billing",
    "catalog",
    "search",
    "checkout",
    "identity",
    "shipping",
    "inventory",
    "pricing",
    "reports",
    "analytics",
    "ledger",
    "support",
    "notifications",
    "media",
    "platform",
    "payroll",
    "audit",
    "data-lake",
    "mobile",
    "web",
    "partner",
    "risk",
];
const PARTS: [&str; 16] = [
    "api",
    "worker",
    "export",
    "ingest",
    "events",
    "cache",
    "frontend",
    "sync",
    "archive",
    "scheduler",
    "stream",
    "backup",
    "metrics",
    "gateway",
    "jobs",
    "uploads",
];
const STAGES: [&str; 4] = ["prod", "prod", "staging", "dev"];
const FIRST: [&str; 28] = [
    "akua",
    "alejandro",
    "ana",
    "arnav",
    "carlos",
    "diego",
    "efua",
    "jane",
    "john",
    "jorge",
    "kwaku",
    "kwesi",
    "li",
    "marcia",
    "maria",
    "martha",
    "mary",
    "mateo",
    "nikhil",
    "nikki",
    "pat",
    "paulo",
    "richard",
    "saanvi",
    "shirley",
    "sofia",
    "terry",
    "wang",
];
const LAST: [&str; 20] = [
    "mansa",
    "rosalez",
    "silva",
    "desai",
    "salazar",
    "ramirez",
    "owusu",
    "doe",
    "stiles",
    "souza",
    "xiulan",
    "juan",
    "garcia",
    "rivera",
    "major",
    "jayashankar",
    "wolf",
    "santos",
    "roe",
    "sarkar",
];

/// Picks an entry with a uniform number.
pub(crate) fn pick<T: Copy, const N: usize>(list: &[T; N], value: u64) -> T {
    list[scale(value, N).min(N - 1)]
}

/// Appends a person's login name; number 0 and its like are always the same person.
pub(crate) fn push_person(out: &mut String, number: u64) {
    let first = FIRST[(number % 28) as usize];
    let last = LAST[((number / 28 + number * 7) % 20) as usize];
    out.push_str(first);
    out.push('.');
    out.push_str(last);
    if number >= 560 {
        push_number(out, number / 560);
    }
}

/// Appends `orders-api` and the like; every number below 384 has its own.
pub(crate) fn push_workload(out: &mut String, number: u64) {
    out.push_str(TEAMS[(number % 24) as usize]);
    out.push('-');
    out.push_str(PARTS[((number / 24 + number) % 16) as usize]);
    if number >= 384 {
        out.push('-');
        push_number(out, number / 384 + 1);
    }
}

/// Appends the name of a resource of this kind.
pub(crate) fn write_name(kind: Kind, scene: &Scene<'_>, salt: u64, out: &mut String) {
    let number = scene.choice(salt ^ (kind as u64 + 11));
    let fixed = derive(derive(0, kind as u64), number);
    let stage = pick(&STAGES, fixed);
    match kind {
        Kind::Bucket => {
            out.push_str("example-");
            push_workload(out, number);
            out.push('-');
            out.push_str(scene.account.get(8..).unwrap_or(scene.account));
        }
        Kind::Object => write_object(scene, salt, out),
        Kind::Secret | Kind::Parameter => {
            out.push_str(stage);
            out.push('/');
            push_workload(out, number);
            out.push_str(pick(
                &[
                    "/database",
                    "/api-key",
                    "/oauth-client",
                    "/signing-key",
                    "/feature-flags",
                    "/endpoint",
                ],
                fixed.rotate_left(9),
            ));
        }
        Kind::LogGroup => {
            out.push_str(pick(
                &["/aws/lambda/", "/ecs/", "/aws/rds/cluster/", "/aws/eks/"],
                fixed,
            ));
            push_workload(out, number);
        }
        Kind::LogStream => {
            push_day(out, scene.time);
            out.push_str("/[$LATEST]");
            push_hex(out, derive(scene.seed, salt), 16);
            push_hex(out, derive(scene.seed, salt ^ 1), 16);
        }
        Kind::User => push_person(out, number),
        Kind::Role => {
            push_workload(out, number);
            out.push_str("-role");
        }
        Kind::Policy => {
            push_workload(out, number);
            out.push_str("-access");
        }
        Kind::InstanceType => out.push_str(pick(
            &[
                "m7g.large",
                "c7g.xlarge",
                "t4g.medium",
                "r7g.2xlarge",
                "m6i.large",
                "c6i.4xlarge",
            ],
            fixed,
        )),
        Kind::Document => out.push_str(pick(
            &[
                "AWS-RunShellScript",
                "AWS-RunPatchBaseline",
                "AWS-GatherSoftwareInventory",
                "SSM-SessionManagerRunShell",
            ],
            fixed,
        )),
        Kind::Group => out.push_str(pick(
            &["developers", "admins", "read-only", "billing"],
            fixed,
        )),
        Kind::Session => {
            push_workload(out, number);
            out.push('-');
            push_number(out, derive(scene.seed, salt) >> 34);
        }
        _ => {
            push_workload(out, number);
            out.push('-');
            out.push_str(stage);
        }
    }
}

fn write_object(scene: &Scene<'_>, salt: u64, out: &mut String) {
    let seed = derive(scene.seed, salt ^ 0x0b);
    out.push_str(pick(
        &[
            "events/",
            "exports/",
            "raw/",
            "invoices/",
            "thumbnails/",
            "state/",
        ],
        seed,
    ));
    push_day(out, scene.time);
    out.push('/');
    push_hex(out, seed, 12);
    out.push_str(pick(
        &[".json.gz", ".parquet", ".csv", ".pdf", ".jpg", ".tfstate"],
        seed.rotate_left(17),
    ));
}
