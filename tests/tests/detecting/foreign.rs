//! An item that is not as it was written is an error that names it, and not nothing.

use aws::table::{Marks, Range};
use aws_sdk_dynamodb::types::AttributeValue;
use index::Item;
use index::table::alerting::{LEASE, PENDING_ALERTS, STATE};
use index::table::{BODY, EXPIRES, PARTITION, SORT};

use crate::stack::{NOW, Stack, try_sweep};

const FOREIGN: &str = "2026-10-13#43200#foreign";

/// Puts an item of which one attribute has a type that none of ours has.
async fn put_foreign(stack: &Stack, name: &str, value: AttributeValue) {
    let table = stack.table();
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let put = table
        .client()
        .put_item()
        .table_name(table.name())
        .item(PARTITION, text(PENDING_ALERTS))
        .item(SORT, text(FOREIGN))
        .item(name, value);
    put.send().await.expect("the item is put");
}

fn check_named<T: std::fmt::Debug>(answer: Result<T, aws::Error>, name: &str) {
    let error = answer.expect_err("the item is not as ours are").to_string();
    let says = format!("item {PENDING_ALERTS} / {FOREIGN} has attributes of an unforeseen type");
    assert!(error.contains(&says), "{name}: {error}");
}

#[tokio::test]
async fn an_item_with_an_attribute_of_an_unforeseen_type_is_named() {
    let mut stack = Stack::start().await;
    let foreign = [
        (LEASE, AttributeValue::S("7".to_owned())),
        (LEASE, AttributeValue::N("7.5".to_owned())),
        (STATE, AttributeValue::N("7".to_owned())),
        (BODY, AttributeValue::S("x".to_owned())),
        (EXPIRES, AttributeValue::Bool(true)),
    ];
    for (name, value) in foreign {
        put_foreign(&stack, name, value).await;
        let table = stack.table();
        let range = Range::partition(PENDING_ALERTS);
        check_named(table.list(range, 10).await, name);
        check_named(table.list_backwards(range, 10).await, name);
        check_named(table.find(PENDING_ALERTS, FOREIGN).await, name);
        let item = Item {
            partition: PENDING_ALERTS.to_owned(),
            sort: FOREIGN.to_owned(),
            body: Vec::new(),
            expires: None,
        };
        check_named(table.create(&item, &Marks::default()).await, name);
        check_named(table.put(&item).await, name);
        // Whoever is to look after it says so, rather than to pass it over for ever.
        let swept = try_sweep(&stack.detector(), NOW).await;
        let error = swept.expect_err("the sweep is not finished").to_string();
        assert!(error.contains(FOREIGN), "{error}");
        stack = stack.fresh().await;
    }
    assert!(stack.partition(PENDING_ALERTS).await.is_empty());
}
