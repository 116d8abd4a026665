//! When the password of a user of MySQL or MariaDB ends.

choices! {
    /// When a password ends.
    Expire { Now = "now", Never = "never", Default = "default", Interval = "interval" }
}

impl Expire {
    /// The words of SQL for it.
    pub(super) fn words(self, days: i64) -> String {
        match self {
            Expire::Now => "PASSWORD EXPIRE".to_owned(),
            Expire::Never => "PASSWORD EXPIRE NEVER".to_owned(),
            Expire::Default => "PASSWORD EXPIRE DEFAULT".to_owned(),
            Expire::Interval => format!("PASSWORD EXPIRE INTERVAL {days} DAY"),
        }
    }

    /// Whether a user is so already, by what `SHOW CREATE USER` says; MariaDB says nothing of the default.
    pub(super) fn is_so(self, days: i64, shown: &str, expired: bool) -> bool {
        match self {
            Expire::Now => expired,
            Expire::Default => {
                !["NEVER", "INTERVAL"].iter().any(|word| shown.contains(&format!("PASSWORD EXPIRE {word}")))
            }
            Expire::Never | Expire::Interval => shown.contains(&self.words(days)),
        }
    }
}
