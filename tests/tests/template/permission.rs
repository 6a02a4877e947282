//! Who may do what, policy by policy and all of them together.
//!
//! The rows of `permission/rows.txt` are asked of every policy that the template
//! attaches: of the roles, and of table, buckets, queues, topics, keys and bus. Each
//! statement is evaluated by `iam-rs` and the answers are combined as AWS combines
//! them; where `@cloud-copilot/iam-simulate` is installed, it is asked the same and
//! has to agree. Every action of every statement has to decide a row: taken out, it
//! would be noticed.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::document;

#[path = "permission/cast.rs"]
mod cast;
#[path = "permission/control.rs"]
mod control;
#[path = "permission/deployment.rs"]
mod deployment;
#[path = "permission/question.rs"]
mod question;
#[path = "permission/ruling.rs"]
mod ruling;
#[path = "permission/simulator.rs"]
mod simulator;

use deployment::Deployment;
use question::Question;
use ruling::Statement;

/// Asks every row, and hands on who answers how.
fn ask_all(mut hear: impl FnMut(&Deployment, &Question, &[(&Statement, bool)])) {
    for question in question::all() {
        let deployment = Deployment::named(&question.deployment);
        let statements = deployment.statements_on(&question);
        let heard: Vec<_> = statements
            .iter()
            .map(|statement| (*statement, ruling::applies(statement, &question)))
            .collect();
        hear(deployment, &question, &heard);
    }
}

#[test]
fn every_row_is_answered_as_it_says() {
    let mut wrong = Vec::new();
    let mut count = 0;
    ask_all(|_, question, heard| {
        count += 1;
        let applying = heard.iter().filter(|(_, applies)| *applies);
        let applying: Vec<_> = applying.map(|(statement, _)| *statement).collect();
        if ruling::allows(question, &applying) != question.is_allowed {
            let names: Vec<_> = applying.iter().map(|s| s.name.as_str()).collect();
            wrong.push(format!("{question}: applying are {names:?}"));
        }
    });
    assert!(wrong.is_empty(), "{count} asked\n{}", wrong.join("\n"));
    assert!(count > 1_000, "{count}");
}

/// A statement that nobody misses is one that no row asks about, or one too many.
#[test]
fn every_action_of_every_statement_decides_a_row() {
    let mut deciding = BTreeSet::new();
    ask_all(|_, question, heard| {
        let applying = heard.iter().filter(|(_, applies)| *applies);
        let applying: Vec<_> = applying.map(|(statement, _)| *statement).collect();
        for statement in &applying {
            let others: Vec<_> = applying
                .iter()
                .filter(|other| !other.is_twin_of(statement))
                .copied()
                .collect();
            if ruling::allows(question, &others) != question.is_allowed {
                let action = statement.action_that_matches(&question.action);
                deciding.insert((statement.name.clone(), action));
            }
        }
    });
    let mut missed = BTreeSet::new();
    for deployment in Deployment::all() {
        for statement in &deployment.statements {
            for action in statement.actions() {
                let pair = (statement.name.clone(), action);
                if !deciding.contains(&pair) {
                    missed.insert(pair);
                }
            }
        }
    }
    assert!(missed.is_empty(), "no row depends on: {missed:#?}");
}

/// A condition that always holds, or never does, is none.
#[test]
fn every_condition_holds_in_one_row_and_not_in_another() {
    let mut met = BTreeSet::new();
    ask_all(|_, question, heard| {
        for (statement, applies) in heard {
            if statement.body.get("Condition").is_some() {
                let mut bare = (*statement).clone();
                if let Value::Object(body) = &mut bare.body {
                    body.remove("Condition");
                }
                if ruling::applies(&bare, question) {
                    met.insert((statement.name.clone(), *applies));
                }
            }
        }
    });
    for deployment in Deployment::all() {
        for statement in &deployment.statements {
            if statement.body.get("Condition").is_some() {
                for holds in [true, false] {
                    let pair = (statement.name.clone(), holds);
                    assert!(met.contains(&pair), "no row has condition {pair:?}");
                }
            }
        }
    }
}

#[test]
fn another_evaluator_answers_the_same() {
    let Some(simulator) = simulator::installed() else {
        simulator::say(
            "skipped: node with @cloud-copilot/iam-simulate is not installed: one evaluator only",
        );
        return;
    };
    let mut questions = Vec::new();
    let mut requests = Vec::new();
    ask_all(|deployment, question, _| {
        // It does not know the keys of KMS that end in a name of the caller's choice.
        let keys = question.context.iter().map(|(key, _)| key);
        if keys
            .into_iter()
            .any(|key| key.starts_with("kms:EncryptionContext:"))
        {
            return;
        }
        requests.push(deployment.simulation(question));
        questions.push(question.clone());
    });
    let answers = simulator.ask(&requests);
    assert_eq!(answers.len(), questions.len());
    let mut wrong = Vec::new();
    for (question, answer) in questions.iter().zip(&answers) {
        let expected = if question.is_allowed {
            "Allowed"
        } else {
            "Denied"
        };
        let said = answer["answer"].as_str().unwrap_or_default();
        // A key that the action does not carry would decide nothing on AWS.
        let ignored = answer["ignored"].as_array().cloned().unwrap_or_default();
        let is_known = |key: &Value| !question.names_key(key.as_str().unwrap_or_default());
        if !said.ends_with(expected) || !ignored.iter().all(is_known) {
            wrong.push(format!("{question}: {answer}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn rows_are_few_enough_to_read() {
    let source = document::source(question::ROWS);
    let rows = source.lines().filter(|line| line.contains('|')).count();
    assert!((80..=200).contains(&rows), "{rows}");
}
