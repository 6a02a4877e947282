//! The retention function over the local cloud, with the clock as a parameter.

mod concurrency;
mod drift;
mod hold;
mod operator;
mod policy;
mod purge;
mod repair;
mod world;
