//! The protocol room: what controller and agent say to each other, and how it travels.

/// The line after which the agent's output is pure frames. Before it there may be anything: banners, lectures.
pub const MARKER: &[u8] = b"\x1eprovision-agent\x1e\n";
