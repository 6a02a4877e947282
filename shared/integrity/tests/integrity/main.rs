//! Integrity, over small archives that are made and tampered with here.

mod archive;
mod audits;
mod chains;
mod digests;
mod keys;
mod proofs;
mod properties;
mod tampering;
