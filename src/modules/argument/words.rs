//! What Ansible says of arguments that do not go together.

/// Of arguments that exclude one another, with `|` between them.
macro_rules! exclusive {
    ($names:literal) => {
        concat!("parameters are mutually exclusive: ", $names)
    };
}

/// Of arguments of which one must be given, with commas between them.
macro_rules! one_of {
    ($names:literal) => {
        concat!("one of the following is required: ", $names)
    };
}
