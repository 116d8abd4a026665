//! Words that act on a host: one file each, one line here.
