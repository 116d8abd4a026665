//! The program as it is typed: what its commands print and how they end.

mod interrupt;
mod manual;
mod project;
mod running;
mod sight;
mod speed;
mod together;
mod vault;
