//! The whole program on real hosts of the lab (`tests/lab`), as its users run it. Needs root; takes minutes.

mod changes;
mod client;
mod connection;
mod containers;
mod fresh;
mod killed;
mod lab;
mod project;
mod server;
mod story;
mod tree;
mod truth;
mod words;
