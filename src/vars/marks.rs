//! What is to be known of a value beside its data.

/// Marks of a value, as a set of bits.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Marks(u8);

impl Marks {
    /// Nothing is known.
    pub const NONE: Marks = Marks(0);
    /// Written by the user in a file, or typed: may be an expression or a template.
    /// Results, facts and lookups never have it.
    pub const TRUSTED: Marks = Marks(1);
    /// Secret by origin: must be redacted wherever it is shown.
    pub const SECRET: Marks = Marks(2);
    /// Holds template text, itself or somewhere inside, that is still to be evaluated.
    pub const LAZY: Marks = Marks(4);
    /// Of a container: something inside is secret, though not all of it.
    pub const HOLDS_SECRET: Marks = Marks(8);

    /// Text that the classic language leaves text while it is alone: what `to_json`, `string` and
    /// their kin gave.
    pub const STAYS_TEXT: Marks = Marks(16);

    /// Whether one of the other's marks is here.
    pub fn meets(self, other: Marks) -> bool {
        self.0 & other.0 != 0
    }

    /// What the marks of an element say of its container.
    pub(super) fn inside(self) -> Marks {
        let secret = Marks::SECRET.and(Marks::HOLDS_SECRET);
        Marks::LAZY.when(self.has(Marks::LAZY)).and(Marks::HOLDS_SECRET.when(self.meets(secret)))
    }

    /// Whether all of the other's marks are here too.
    pub fn has(self, other: Marks) -> bool {
        self.0 & other.0 == other.0
    }

    /// The marks of both.
    #[must_use]
    pub fn and(self, other: Marks) -> Marks {
        Marks(self.0 | other.0)
    }

    /// These marks less the other's.
    #[must_use]
    pub fn without(self, other: Marks) -> Marks {
        Marks(self.0 & !other.0)
    }

    /// These marks if the condition holds, else none.
    #[must_use]
    pub fn when(self, condition: bool) -> Marks {
        if condition { self } else { Marks::NONE }
    }
}

impl std::fmt::Debug for Marks {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        let names = [
            (Marks::TRUSTED, "trusted"),
            (Marks::SECRET, "secret"),
            (Marks::LAZY, "lazy"),
            (Marks::HOLDS_SECRET, "holds a secret"),
            (Marks::STAYS_TEXT, "stays text"),
        ];
        f.debug_set().entries(names.iter().filter(|(mark, _)| self.has(*mark)).map(|(_, name)| name)).finish()
    }
}
