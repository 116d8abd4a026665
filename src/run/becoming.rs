//! Whose rights a task wants, and how it gets them.

/// How an agent becomes another user.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Becoming {
    pub method: String,
    pub user: String,
    pub flags: Option<String>,
    pub executable: Option<String>,
}
