//! Environment variables: those declared are those read.

use std::collections::BTreeSet;

use crate::document;
use crate::stack::Stack;

/// What `lambda::boot::log` reads for every function, beside what Lambda sets itself.
const BOOT: &str = "LOG_LEVEL";

/// Lists the names of environment variables that a source file quotes, its tests left out.
fn quoted(source: &str) -> BTreeSet<String> {
    let code = source.split("#[cfg(test)]").next().expect("a first part");
    let lines = code
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    let strings = lines.flat_map(|line| line.split('"').skip(1).step_by(2));
    strings
        .filter(|string| is_variable(string))
        .map(str::to_owned)
        .collect()
}

/// A variable whose name is one word.
const ONE_WORD: &str = "RETENTION";

fn is_variable(name: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    (name.contains('_') || name == ONE_WORD)
        && name.bytes().all(is_allowed)
        && name.starts_with(|first: char| first.is_ascii_uppercase())
        && !name.starts_with("AWS_")
}

#[test]
fn variables_declared_are_those_that_the_function_reads() {
    let boot = document::source("shared/lambda/src/boot/logging.rs");
    assert!(quoted(&boot).contains(BOOT), "boot reads {BOOT}");
    let stack = Stack::deploy(&[]);
    for (name, function) in stack.of_type("AWS::Serverless::Function") {
        let binary = function["Metadata"]["BuildProperties"]["Binary"]
            .as_str()
            .expect("a binary");
        let mut read = quoted(&document::source(&format!(
            "functions/{binary}/src/config.rs"
        )));
        read.insert(BOOT.to_owned());
        let variables = &function["Properties"]["Environment"]["Variables"];
        let declared = variables
            .as_object()
            .expect("variables")
            .keys()
            .cloned()
            .collect();
        assert_eq!(
            read, declared,
            "{name}: read by the code, declared by the template"
        );
    }
}

#[test]
fn names_are_found_in_strings_of_the_code_alone() {
    let source = r#"
        /// Reads "NOT_THIS".
        let table = environment::required("TABLE_NAME")?;
        let days = environment::or("PURGE_AFTER_DAYS", "a number of days", 2)?;
        let policy = environment::required("RETENTION")?;
        let mode = mode.filter(|mode| mode != "NONE");
        let region = environment::required("AWS_REGION")?;
        #[cfg(test)]
        mod tests { const OTHER: &str = "NOR_THIS"; }
    "#;
    let names = ["PURGE_AFTER_DAYS", "RETENTION", "TABLE_NAME"].map(str::to_owned);
    assert_eq!(quoted(source), BTreeSet::from(names));
}
