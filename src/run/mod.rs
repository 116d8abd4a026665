//! The play on all hosts, the interpreter of one host, the pipeline, handlers.

mod frame;
mod magic;
mod merge;
mod position;
mod scope;
mod task_scope;
