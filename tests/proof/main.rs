//! The whole program on real hosts of the lab (`tests/lab`), as its users run it. Needs root; takes minutes.

mod changes;
mod client;
mod combinations;
mod connection;
mod containers;
mod fresh;
mod killed;
mod lab;
mod leaving;
mod planned;
mod postgres;
mod project;
mod refused;
mod server;
mod setuid;
mod story;
mod traffic;
mod tree;
mod truth;
mod web;
mod whole;
mod words;
mod world;
