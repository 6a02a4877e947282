//! How the functions are built.

use crate::document;
use crate::stack::Stack;

#[test]
fn every_function_is_a_binary_of_the_workspace() {
    let stack = Stack::deploy(&[]);
    let globals = &document::template()["Globals"]["Function"];
    assert_eq!(globals["Runtime"], "provided.al2023");
    assert_eq!(
        globals["CodeUri"], ".",
        "a folder for each would build the sdk once per function"
    );
    let functions = stack.of_type("AWS::Serverless::Function");
    for (name, function) in &functions {
        assert_eq!(
            function["Metadata"]["BuildMethod"], "rust-cargolambda",
            "{name}"
        );
        let binary = function["Metadata"]["BuildProperties"]["Binary"]
            .as_str()
            .expect("a binary");
        let manifest = document::source(&format!("functions/{binary}/Cargo.toml"));
        assert!(manifest.contains(&format!("name = \"{binary}\"")), "{name}");
    }
    let folders = std::fs::read_dir(document::repository("functions")).expect("functions");
    assert_eq!(
        folders.count(),
        functions.len(),
        "every function is deployed"
    );
}

/// `sam build` knows no other profile, and `cargo lambda` fills `panic = "abort"`
/// into it where it says nothing: a panic would then lose the whole batch.
#[test]
fn a_release_unwinds() {
    let manifest = document::source("Cargo.toml");
    let (_, release) = manifest
        .split_once("[profile.release]\n")
        .expect("a release profile");
    let release = release.split("\n[").next().expect("its section");
    assert!(
        release
            .lines()
            .any(|line| line.trim() == "panic = \"unwind\""),
        "{release}"
    );
}

#[test]
fn a_stale_build_is_never_deployed() {
    let settings = document::source("samconfig.toml");
    let builds = settings.matches(".build.parameters]").count();
    assert!(builds > 0);
    assert_eq!(settings.matches("cached = false").count(), builds);
    assert!(!settings.contains("cached = true"));
}
