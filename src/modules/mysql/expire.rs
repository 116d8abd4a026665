//! When the password of a user of MySQL or MariaDB ends, and whether the user is locked out.

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

/// The words for a user who is locked out.
pub(super) const LOCKED: &str = "ACCOUNT LOCK";

/// What `SHOW CREATE USER` would say where it says `shown` and these are set; what is not set stays.
pub(super) fn account_after(shown: &str, expire: Option<String>, locked: Option<bool>) -> String {
    let expire = expire.unwrap_or_else(|| shown.replace(LOCKED, ""));
    let locked = locked.unwrap_or(shown.contains(LOCKED));
    format!("{expire} {}", if locked { LOCKED } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_task_does_not_name_stays() {
        let shown = "CREATE USER `a`@`b` PASSWORD EXPIRE NEVER ACCOUNT LOCK";
        let expired = account_after(shown, Some(Expire::Default.words(0)), None);
        assert_eq!(expired, "PASSWORD EXPIRE DEFAULT ACCOUNT LOCK");
        let unlocked = account_after(shown, None, Some(false));
        assert!(Expire::Never.is_so(0, &unlocked, false) && !unlocked.contains(LOCKED), "{unlocked}");
    }
}
