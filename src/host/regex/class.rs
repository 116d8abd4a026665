//! Sets of scalars.

/// A set of scalars, as `[...]`, `\d` and the like say it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Set {
    pub negated: bool,
    pub ignore_case: bool,
    pub items: Vec<Item>,
}

/// One part of a set.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    Range(char, char),
    Digit(bool),
    Word(bool),
    Space(bool),
}

impl Set {
    pub fn of(item: Item) -> Set {
        Set { items: vec![item], ..Set::default() }
    }

    /// Whether the scalar is in the set.
    pub fn holds(&self, scalar: char) -> bool {
        let found = self.items.iter().any(|item| item.holds(scalar))
            || self.ignore_case
                && other_cases(scalar).any(|other| self.items.iter().any(|item| item.holds(other)));
        found != self.negated
    }
}

impl Item {
    fn holds(&self, scalar: char) -> bool {
        match self {
            Item::Range(first, last) => (*first..=*last).contains(&scalar),
            Item::Digit(wanted) => scalar.is_ascii_digit() == *wanted,
            Item::Word(wanted) => is_word(scalar) == *wanted,
            Item::Space(wanted) => is_space(scalar) == *wanted,
        }
    }
}

/// Letters, digits and the underscore.
pub fn is_word(scalar: char) -> bool {
    scalar.is_alphanumeric() || scalar == '_'
}

fn is_space(scalar: char) -> bool {
    scalar.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&scalar)
}

/// The scalar in the other cases.
pub fn other_cases(scalar: char) -> impl Iterator<Item = char> {
    scalar.to_lowercase().chain(scalar.to_uppercase())
}
