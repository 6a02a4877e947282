//! End-to-end, conformance and template tests.
